"""Reading where many work items stand, and what they are: what nobody can read hides none beside it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from router.assignment.ports import Assignments
from router.model.decision import Decision
from router.model.errors import CorruptHistory
from router.model.events import Content, Event, OfferAnswered, previous_of
from router.model.records import ItemRecord
from router.model.workitem import State, WorkItem

Held = TypeVar("Held")
_PAGE = 100
_log = logging.getLogger(__name__)


class StoredItems:
    """The work items of one tenant.

    Parameters
    ----------
    tenant
        Whose.
    store
        Where they are.
    without
        What is said of one that nobody can read: what it goes without.
    """

    def __init__(self, tenant: str, store: Assignments, without: str = "waits and cannot be woken") -> None:
        self._tenant = tenant
        self._store = store
        self._without = without
        self.unreadable = 0
        """How many could not be read, each as often as it was tried."""

    async def records(self, item_ids: Sequence[str]) -> list[ItemRecord]:
        """Return where they stand; one that nobody can read is told of and left out, as is one that is not there."""
        try:
            return [record for record in await self._store.items(self._tenant, item_ids) if record is not None]
        except CorruptHistory as error:
            if len(item_ids) > 1:
                return [record for item_id in item_ids for record in await self.records([item_id])]
            self._warn(item_ids[0], error)
            return []

    async def missing(self, item_ids: Sequence[str]) -> set[str]:
        """Return those of which there is no work item; one that nobody can read is there."""
        try:
            there = await self._store.items(self._tenant, item_ids)
            return {item_id for item_id, record in zip(item_ids, there, strict=True) if record is None}
        except CorruptHistory as error:
            if len(item_ids) > 1:
                return set().union(*[await self.missing([item_id]) for item_id in item_ids])
            self._warn(item_ids[0], error)
            return set()

    async def decisions(self, records: Sequence[ItemRecord]) -> list[tuple[ItemRecord, Decision]]:
        """Return the last decisions about them; one that nobody can read is told of and left out."""
        return await self._read(records, self._store.decisions, lambda record: record.decision)

    async def contents(self, records: Sequence[ItemRecord]) -> list[tuple[ItemRecord, Content]]:
        """Return the events that hold their attributes; one that nobody can read is told of and left out."""
        return await self._read(records, self._store.contents, lambda record: record.content)

    async def _read(
        self,
        records: Sequence[ItemRecord],
        read: Callable[[str, Sequence[int]], Awaitable[list[Held]]],
        number: Callable[[ItemRecord], int],
    ) -> list[tuple[ItemRecord, Held]]:
        try:
            events = await read(self._tenant, [number(record) for record in records])
            return list(zip(records, events, strict=True))
        except CorruptHistory as error:
            if len(records) > 1:
                return [pair for record in records for pair in await self._read([record], read, number)]
            self._warn(records[0].item_id, error)
            return []

    async def current(self, decided: Sequence[tuple[ItemRecord, Decision]]) -> list[tuple[ItemRecord, Decision]]:
        """Return decisions with the attributes that their work items have by now, for an update changes no owner; and
        with when what they offered was accepted.
        """
        decided = [pair for record, decision in decided for pair in await self._accepted(record, decision)]
        stale = [record for record, _ in decided if record.content != record.decision]
        items = await self._items(stale) if stale else {}
        return [
            (record, decision._replace(head=decision.head._replace(item=items[record.item_id])))
            if record.item_id in items
            else (record, decision)
            for record, decision in decided
            if record.content == record.decision or record.item_id in items
        ]

    async def _accepted(self, record: ItemRecord, decision: Decision) -> list[tuple[ItemRecord, Decision]]:
        """Return a decision with when its offer was accepted; nothing if nobody can read that."""
        if record.state is not State.ASSIGNED or record.answered <= record.decision:
            return [(record, decision)]
        try:
            events = await self._store.events(self._tenant, after=record.answered - 1, before=record.answered + 1)
            if not events:
                raise CorruptHistory(f"event {record.answered}", "the log has not got it any more")
        except CorruptHistory as error:
            self._warn(record.item_id, error)
            return []
        workforce = events[0].workforce if isinstance(events[0], OfferAnswered) else 0
        return [(record, decision._replace(accepted_ms=events[0].at_ms, accepted_workforce=workforce))]

    async def _items(self, records: Sequence[ItemRecord]) -> dict[str, WorkItem]:
        try:
            contents = await self._store.contents(self._tenant, [record.content for record in records])
            return {record.item_id: event.head.item for record, event in zip(records, contents, strict=True)}
        except CorruptHistory as error:
            if len(records) > 1:
                return {item_id: item for record in records for item_id, item in (await self._items([record])).items()}
            self._warn(records[0].item_id, error)
            return {}

    def _warn(self, item_id: str, error: CorruptHistory) -> None:
        self.unreadable += 1
        _log.warning("tenants/%s: %s %s: %s", self._tenant, item_id, self._without, error)


async def events_of(store: Assignments, tenant: str, item_id: str, last: int) -> list[Event]:
    """Return all that happened to a work item until an event of it, the oldest first.

    Raises
    ------
    CorruptHistory
        If the log has not got one of its events.
    """
    events = list[Event]()
    while last:
        page = await store.history(tenant, item_id, last, _PAGE)
        events += page
        last = previous_of(page[-1], item_id) if page else 0
    return events[::-1]
