"""All that happened to a work item, from the latest event back: each names the one before it, so no other is read; and
that its children were opened, and closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from router.assignment.children import ChildStanding, planned_by
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import existing
from router.assignment.stored_items import events_of
from router.model.decision import Cause, Decision
from router.model.events import Completed, Event, previous_of
from router.model.records import ItemRecord
from router.process.stages.children import opens

_PAGE = 100


class TimelinePage(NamedTuple):
    """Some events of a work item, the latest last; ``before`` is the one to go on at, 0: there is none.

    ``children`` are those of its children that some of them are of, by id.
    """

    record: ItemRecord
    events: list[Event]
    before: int
    children: Mapping[str, ChildStanding]


class Timelines:
    """The use case: read what happened.

    Parameters
    ----------
    store
        Work items and the log.
    planners
        Know which processes open children.
    """

    def __init__(self, store: Assignments, planners: PlannerCache) -> None:
        self._store = store
        self._planners = planners

    async def page(self, tenant: str, item_id: str, *, last: int = 0, count: int) -> TimelinePage:
        """Return up to ``count`` events, from one on backwards; 0: from the latest.

        What only fired, or was erased, while the store was of a format before 5 is not among them.

        Raises
        ------
        NotFound
            If there is no such work item.
        """
        record = await existing(self._store, tenant, item_id)
        number = await self._own(tenant, record, last)
        events = (await self._store.history(tenant, record.item_id, number, count=count))[::-1] if number else []
        before = previous_of(events[0], record.item_id) if events else 0
        children = await self._children(tenant, record)
        events += [
            event
            for child in (standing.record for standing in children.values())
            if child and child.event > before
            for event in await events_of(self._store, tenant, child.item_id, child.event)
            if event.number > before and (not last or event.number <= last) and _shows(event)
        ]
        events.sort(key=lambda event: event.number)
        if len(events) > count:
            before = events[-count - 1].number
        return TimelinePage(record, events[-count:], before, children)

    async def _own(self, tenant: str, record: ItemRecord, last: int) -> int:
        """Return the latest event of a work item that is none behind one; 0: there is none."""
        if not last or last >= record.event:
            return record.event
        there = await self._store.events(tenant, after=last - 1, before=last + 1)
        if any(record.item_id in (getattr(event, "item_id", ""), *getattr(event, "item_ids", ())) for event in there):
            return last
        number = record.event
        while number > last:  # it is a child's
            for event in await self._store.history(tenant, record.item_id, number, count=_PAGE):
                number = event.number if event.number <= last else previous_of(event, record.item_id)
                if number <= last:
                    break
        return number

    async def _children(self, tenant: str, record: ItemRecord) -> dict[str, ChildStanding]:
        """Return where the children stand that a work item ever opened."""
        published = await self._planners.processes(tenant)
        if not any(record.kind in process.kinds and opens(process) for process in published.revisions):
            return {}
        events = await events_of(self._store, tenant, record.item_id, record.event)
        planned = planned_by(published, record, events)
        every = [*planned.before, *planned.opened]
        records = await self._store.items(tenant, [child.item_id for child in every]) if every else []
        return {
            child.item_id: ChildStanding(child, record) for child, record in zip(every, records, strict=True) if record
        }


def _shows(event: Event) -> bool:
    """Say whether an event of a child is told of its parent too: it was opened, or closed."""
    return isinstance(event, Completed) or (isinstance(event, Decision) and event.head.cause is Cause.OPENED)
