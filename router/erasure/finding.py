"""Finding a customer's work items where the index of customers does not name them: in the log, event by event.

A work item is in the index if something of it was sealed by rules that said where its customer stands. So the index has
all that was decided by rules that name the same field as today's and declare personal what is personal today. What is
older than the first of these is read, and so is everything where an operator declares what no rules do: nothing says
since when.
"""

from __future__ import annotations

from typing import NamedTuple

from router.assignment.customers import names_customer
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.erasure.ports import PersonalValues
from router.model.errors import NotPossible
from router.rules.route import RoutingRules

_PAGE = 100
"""Events read at a time: other calls wait for it for some milliseconds."""


class InLog(NamedTuple):
    """What was found in the log up to an event; ``unreadable`` are the numbers of those that could not be read."""

    item_ids: frozenset[str] = frozenset()
    last: int = 0
    unreadable: tuple[int, ...] = ()


UNSEEN = InLog()


class _CustomerFields(NamedTuple):
    """Fields in which customers were ever named, and the revision of the rules since which the index has all."""

    fields: frozenset[str]
    since: int


class Search:
    """Looks for work items of customers.

    Parameters
    ----------
    values
        Reads the log.
    planners
        Rules of all revisions.
    """

    def __init__(self, values: PersonalValues, planners: PlannerCache) -> None:
        self._values = values
        self._planners = planners

    async def customer_fields(self, tenant: str) -> frozenset[str]:
        """Return the fields in which any revision of the rules says that a customer's id stands."""
        return (await self._coverage(tenant)).fields

    async def in_log(self, tenant: str, customer: str, seen: InLog = UNSEEN) -> InLog:
        """Find what the index may lack, behind what was seen before."""
        fields, since = await self._coverage(tenant)
        item_ids, last, unreadable = set(seen.item_ids), seen.last, list(seen.unreadable)
        while page := await self._values.log_page(tenant, after=last, count=_PAGE):
            last = page.last
            unreadable += page.unreadable
            older = [content for content in page.contents if content.head.rule_set_revision < since]
            item_ids |= {content.item_id for content in older if names_customer(content.head.item, fields, customer)}
            if len(older) < len(page.contents):
                break
        return InLog(frozenset(item_ids), last, tuple(unreadable))

    async def _coverage(self, tenant: str) -> _CustomerFields:
        try:
            today = await self._planners.newest(tenant)
        except NotPossible:  # no rules yet, so no events of work items
            return _CustomerFields(frozenset(), 0)
        fields, since, is_covered = set[str](), today.rule_set_revision + 1, True
        async for revision, rules in self._planners.revisions(tenant):
            if rules.known_customer:
                fields.add(rules.known_customer.id)
            is_covered = is_covered and _seals_alike(rules, today)
            since = revision if is_covered else since
        return _CustomerFields(frozenset(fields), since)


def _seals_alike(rules: RoutingRules, today: Planner) -> bool:
    """Say whether what was decided by some rules is in the index, if it holds anything that is personal today."""
    now = today.rule_set.known_customer
    if rules.known_customer is None or now is None or rules.known_customer.id != now.id or today.declared.external_id:
        return False
    return rules.personal - rules.compared_fields >= today.declared.fields
