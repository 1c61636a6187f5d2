"""What of a subject stands in events though it is personal by now: nobody can erase it there.

Most of it can be sealed when the log is written anew. What the rules of an event compared reps with, or charged,
cannot: candidates and ledger follow from it, so without it the decision could not be made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from router.assignment.planner_cache import PlannerCache
from router.erasure.ports import PersonalValues
from router.model.errors import NotPossible
from router.model.events import Content, Updated
from router.model.sealing import Personal, plain_fields
from router.model.workforce import MICROS
from router.rules.route import RoutingRules


class InPlain(NamedTuple):
    """Personal fields that stand in events: those that can still be sealed, and those that are there for good."""

    sealable: frozenset[str] = frozenset()
    for_good: frozenset[str] = frozenset()


async def in_plain(
    values: PersonalValues, planners: PlannerCache, tenant: str, pages: Iterable[Sequence[str]]
) -> InPlain:
    """Look through the events of work items, given page by page."""
    try:
        declared = (await planners.newest(tenant)).declared
    except NotPossible:  # no rules yet, so no events of work items
        return InPlain()
    by_revision, sealable, for_good = dict[int, RoutingRules](), set[str](), set[str]()
    for page in pages:
        for content in await values.stored_contents(tenant, page):
            revision = content.head.rule_set_revision
            if revision not in by_revision:
                by_revision[revision] = await planners.rule_set(tenant, revision)
            rules, plain = by_revision[revision], _plain(content, declared)
            sealable |= plain - rules.compared_fields
            for_good |= plain & rules.compared_fields | _charged(content, rules) & declared.fields
    return InPlain(frozenset(sealable), frozenset(for_good))


def _plain(content: Content, declared: Personal) -> frozenset[str]:
    """Return what is personal and stands in an event as it came."""
    plain = plain_fields(content.head, declared)
    if isinstance(content, Updated):
        plain |= plain_fields(content.head._replace(item=content.before, note=""), declared)
    return plain


def _charged(content: Content, rules: RoutingRules) -> frozenset[str]:
    """Return the field that a decision's charge is the value of, if it is: one lead unit is what all others charge."""
    if isinstance(content, Updated):
        return frozenset()
    decision = content
    value = rules.applied(decision.head.matched_rules).value
    if isinstance(value, str) and value in decision.head.item.attributes and decision.charge != MICROS:
        return frozenset([value])
    return frozenset()
