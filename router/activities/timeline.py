"""All that happened to a work item, from the latest event back: each names the one before it, so no other is read."""

from __future__ import annotations

from typing import NamedTuple

from router.assignment.ports import Assignments
from router.assignment.queries import existing
from router.model.events import Event, previous_of
from router.model.records import ItemRecord


class TimelinePage(NamedTuple):
    """Some events of a work item, the latest last; ``before`` is the one to go on at, 0: there is none."""

    record: ItemRecord
    events: list[Event]
    before: int


class Timelines:
    """The use case: read what happened.

    Parameters
    ----------
    store
        Work items and the log.
    """

    def __init__(self, store: Assignments) -> None:
        self._store = store

    async def page(self, tenant: str, item_id: str, *, last: int = 0, count: int) -> TimelinePage:
        """Return up to ``count`` events, from one on backwards; 0: from the latest.

        What only fired, or was erased, while the store was of a format before 5 is not among them.

        Raises
        ------
        NotFound
            If there is no such work item.
        """
        record = await existing(self._store, tenant, item_id)
        number = min(last or record.event, record.event)
        events = await self._store.history(tenant, record.item_id, number, count=count)
        return TimelinePage(record, events[::-1], previous_of(events[-1], record.item_id) if events else 0)
