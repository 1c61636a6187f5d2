"""Work items that repeat an earlier one of the same customer: found as they come, before they are planned.

What is found is stored with the decision, so that replaying the log looks for nothing. Of two that come at the same
instant each may see the other or not, and none waits for the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from router.assignment.commands import RouteRequest
from router.assignment.customers import customer_of
from router.assignment.planner import Planner
from router.assignment.ports import Assignments
from router.assignment.stored_items import StoredItems
from router.model.errors import CorruptHistory, InvalidInput
from router.model.workitem import Repetition, WorkItem, item_id
from router.process.arrival.repeats import RaisedSeverity, Repeats
from rules.fields import Fact, FieldType

MOST_LOOKED_AT = 100
"""Work items of a customer, the latest, among which an earlier one is looked for."""
_AT_ONCE = 20


class _Looked(NamedTuple):
    """What is looked for: which work item would repeat another, of which customer, and by which rule.

    ``at_ms`` is when it came, in milliseconds since 1970; 0: now.
    """

    item_id: str
    item: WorkItem
    fact: Fact
    customer: str
    repeats: Repeats
    at_ms: int


class RepeatedItems:
    """Finds what work items repeat.

    Parameters
    ----------
    store
        Work items by customer, and the log.
    """

    def __init__(self, store: Assignments) -> None:
        self._store = store

    async def linked(
        self, tenant: str, planner: Planner, requests: Sequence[RouteRequest], items: Sequence[WorkItem]
    ) -> Sequence[WorkItem]:
        """Return the items of requests with what each repeats, and as severe as they are by that.

        Where none could repeat another the store is not asked.

        Parameters
        ----------
        items
            The requests', with all that is filled in.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        if not planner.repeats:
            return items
        looked = [_looked(planner, *pair) for pair in zip(requests, items, strict=True)]
        if not any(looked):
            return items
        now_ms = await self._store.now_us(tenant) // 1000
        looked = [each and each._replace(at_ms=each.at_ms or now_ms) for each in looked]
        found = await asyncio.gather(*[self._earlier(tenant, planner, each) for each in looked if each])
        earlier = iter(found)
        return [
            _repeating(planner, each, repeated) if each and (repeated := next(earlier)) else item
            for each, item in zip(looked, items, strict=True)
        ]

    async def _earlier(self, tenant: str, planner: Planner, looked: _Looked) -> str:
        """Return the latest work item that another one repeats, by id; empty: none.

        What was imported came when its owner got it, which may be long before those that stand in front of it.
        """
        zone = planner.roster.records.settings.time_zone
        since_ms, latest = looked.repeats.since_ms(looked.at_ms, zone), (0, "")
        ids = await self._before(tenant, looked)
        stored = StoredItems(tenant, self._store, without="is repeated by no other")
        for start in range(0, len(ids), _AT_ONCE):
            records = await stored.records(ids[start : start + _AT_ONCE])
            for record, content in await stored.contents([each for each in records if each.kind is looked.item.kind]):
                if not _is_like(planner, looked, content.head.item):
                    continue
                try:
                    (first,) = await self._store.decisions(tenant, [record.first])
                except CorruptHistory:
                    continue
                if first.since_ms >= since_ms and first.since_ms > latest[0]:
                    latest = first.since_ms, record.item_id
                if not first.head.assigned_ms:  # whatever came before it, did so earlier
                    return latest[1]
        return latest[1]

    async def _before(self, tenant: str, looked: _Looked) -> list[str]:
        """Return the latest work items of a customer that came before the one that is looked at, the last first."""
        record = await self._store.item(tenant, looked.item_id)
        places = await self._store.of_customer(
            tenant, looked.customer, before=record.first if record else None, count=MOST_LOOKED_AT, newest_first=True
        )
        return [earlier for _, earlier in places]


def _looked(planner: Planner, request: RouteRequest, item: WorkItem) -> _Looked | None:
    """Return what is looked for of a work item; None: nothing."""
    repeats, customer = planner.repeats.get(item.kind), customer_of(planner.rule_set.known_customer, item)
    if repeats is None or planner.rule_set.known_customer is None or not customer or item.opened_by is not None:
        return None
    try:
        fact = planner.fact_of(item)
    except InvalidInput:  # whoever plans it refuses it
        return None
    identity = request.known_as or item_id(item, request.request_id, hides_external_id=planner.personal.external_id)
    return _Looked(identity, item, fact, customer, repeats, request.arrived_us // 1000)


def _is_like(planner: Planner, looked: _Looked, other: WorkItem) -> bool:
    """Say whether another work item is one that could be repeated, but for when it came."""
    if other.opened_by is not None or customer_of(planner.rule_set.known_customer, other) != looked.customer:
        return False
    try:
        return looked.repeats.is_same(looked.fact, planner.fact_of(other))
    except InvalidInput:  # today's rules cannot read it
        return False


def _repeating(planner: Planner, looked: _Looked, repeated: str) -> WorkItem:
    """Return a work item that repeats another."""
    item = looked.item._replace(repeats=Repetition(repeated))
    return raised(planner, looked.repeats.raises, item) if looked.repeats.raises else item


def raised(planner: Planner, raises: RaisedSeverity, item: WorkItem) -> WorkItem:
    """Return a work item that repeats another as severe as it is by that.

    What the rules of by now do not know as a text, or declare personal, stays as it is.
    """
    rule_set, field = planner.rule_set, raises.field
    if item.repeats is None or rule_set.fields.get(field) is not FieldType.STRING or field in planner.declared.fields:
        return item
    try:
        severity = raises.above(planner.fact_of(item))
    except InvalidInput:
        return item
    if not severity:
        return item
    repeats = item.repeats._replace(before=str(item.attributes[field]), after=severity, field=field)
    return item._replace(attributes={**item.attributes, field: severity}, repeats=repeats)
