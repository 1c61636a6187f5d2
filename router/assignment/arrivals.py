"""What of a work item's past decides where it goes: when it came, stamped by the store's clock before it is planned and
kept in its content; and who had it, where rules exclude them.

A work item that nobody owns yet may be sent again, and is decided by what was sent last; its stamp stays the first. So
who stamps with the time that it is insists that no such work item is there, and who stamps with what stands there, that
it still does: the store refuses the one or the other, and the request goes through once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from router.assignment.commands import ANY, NEW, RouteRequest
from router.assignment.ports import StoreClock
from router.assignment.queries import WorkItemQueries
from router.model.errors import CorruptHistory, NotFound
from router.model.workitem import WorkItem
from router.rules.route import RoutingRules
from router.rules.stamps import stamped
from rules.arrival import instant
from rules.values import as_epoch


class Stamp(NamedTuple):
    """When a work item came, where it is to stand; what is insisted on, see ``BindCommand.expected``; who had it."""

    field: str = ""
    instant: str = ""
    expected: int = ANY
    handlers: tuple[str, ...] = ()

    def on(self, item: WorkItem) -> WorkItem:
        """Return a work item with the stamp; the very same for an empty one."""
        return stamped(item, self.field, self.instant) if self.field else item


NO_STAMP = Stamp()


class ArrivalStamps:
    """Says when work items came, and who had them.

    Parameters
    ----------
    clock
        Asked where nobody has said so before.
    queries
        Work items that are there already.
    """

    def __init__(self, clock: StoreClock, queries: WorkItemQueries) -> None:
        self._clock = clock
        self._queries = queries

    async def of(self, tenant: str, rule_set: RoutingRules, requests: Sequence[RouteRequest]) -> Sequence[Stamp]:
        """Return a stamp for each request; empty ones where the rules do not ask, and then the clock is not read.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        if rule_set.arrival is None and not rule_set.excludes_handlers:
            return [NO_STAMP] * len(requests)
        fresh = [Stamp(expected=NEW)] * len(requests)
        if rule_set.arrival is not None:
            now_us = 0 if all(request.arrived_us for request in requests) else await self._clock.now_us(tenant)
            name = rule_set.arrival.name
            fresh = [Stamp(name, instant(request.arrived_us or now_us), NEW) for request in requests]
        return [
            await self._first(tenant, request.known_as, stamp) if request.known_as else stamp
            for request, stamp in zip(requests, fresh, strict=True)
        ]

    async def _first(self, tenant: str, item_id: str, stamp: Stamp) -> Stamp:
        """Return the stamp of a work item that is there; of one from before there were stamps, when it first came."""
        try:
            stored = await self._queries.item(tenant, item_id)
        except (NotFound, CorruptHistory):  # nobody can tell any more
            return stamp._replace(expected=ANY)
        stamp = stamp._replace(expected=stored.record.version, handlers=stored.record.tried)
        if not stamp.field:
            return stamp
        kept = stored.item.attributes.get(stamp.field)
        first = kept if isinstance(kept, str) and as_epoch(kept) is not None else instant(stored.created_ms * 1000)
        return stamp._replace(instant=first)
