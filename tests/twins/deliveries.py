"""Subscriptions, channels, and what they were told, in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Generic

from notifications.deliveries import Delivery, DeliveryState, ReceiverStatus, Redriven
from notifications.ports import DeliveryFilter, KeptRecord, Record


class MemoryRecords(Generic[Record]):
    """A ``notifications.ports.RecordStore`` in memory."""

    def __init__(self) -> None:
        self._kept: defaultdict[str, dict[str, KeptRecord[Record]]] = defaultdict(dict)
        self._etags = count(1)
        self.n_puts = 0

    def lose(self) -> None:
        """Lose everything, as a store can."""
        self._kept.clear()

    async def all(self, tenant: str) -> dict[str, KeptRecord[Record]]:
        return dict(sorted(self._kept[tenant].items()))

    async def get(self, tenant: str, record_id: str) -> KeptRecord[Record] | None:
        return self._kept[tenant].get(record_id)

    async def put(self, tenant: str, record_id: str, record: Record | None, before: str) -> str | None:
        self.n_puts += 1
        present = self._kept[tenant].get(record_id)
        if (present.etag if present else "") != before:
            return None
        if record is None:
            self._kept[tenant].pop(record_id, None)
            return ""
        same = present is not None and present.record == record
        etag = present.etag if present and same else str(next(self._etags))
        self._kept[tenant][record_id] = KeptRecord(record, etag)
        return etag


class MemoryCalendars:
    """``notifications.ports.Calendars`` with the same for every tenant."""

    def __init__(self, ids: Sequence[str] = ()) -> None:
        self._ids = ids

    async def calendar_ids(self, _tenant: str) -> Sequence[str]:
        return self._ids


class MemoryBook:
    """A ``notifications.ports.ChannelBook`` of what a test puts into it."""

    def __init__(self) -> None:
        self.told: defaultdict[str, list[Delivery]] = defaultdict(list)
        self.begun: set[tuple[str, str]] = set()
        self.looked_at: list[tuple[str, str]] = []

    async def deliveries(
        self, tenant: str, wanted: DeliveryFilter, before: tuple[int, str] | None, count: int
    ) -> list[Delivery]:
        found = [
            each
            for each in self.told[tenant]
            if wanted.receiver in ("", each.receiver)
            and wanted.state in (None, each.state)
            and wanted.item_id in ("", each.item_id)
            and (before is None or (-each.event, each.id) > (-before[0], before[1]))
        ]
        return sorted(found, key=lambda each: (-each.event, each.id))[:count]

    async def standing(self, tenant: str, receiver: str) -> ReceiverStatus:
        states = [each for each in self.told[tenant] if each.receiver == receiver]
        waiting = [each for each in states if each.state in (DeliveryState.WAITING, DeliveryState.PARKED)]
        dead = sum(each.state is DeliveryState.DEAD for each in states)
        return ReceiverStatus(len(waiting), dead, min((each.event_ms for each in waiting), default=None))

    async def redrive(self, tenant: str, receiver: str, item_id: str, _through: str = "") -> Redriven:
        meant = [each for each in self.told[tenant] if each.receiver == receiver and item_id in ("", each.item_id)]
        dead = [each for each in meant if each.state is DeliveryState.DEAD]
        parked = sum(each.state is DeliveryState.PARKED for each in meant)
        for each in dead:
            self.told[tenant].remove(each)
            self.told[tenant].append(replace(each, state=DeliveryState.PARKED, next_ms=0))
        return Redriven(len(dead), parked)

    async def begin(self, tenant: str, receiver: str) -> None:
        self.begun.add((tenant, receiver))

    async def changed(self, tenant: str, channel: str) -> None:
        self.looked_at.append((tenant, channel))

    async def forget(self, tenant: str, receiver: str) -> None:
        self.begun.discard((tenant, receiver))
        self.told[tenant] = [each for each in self.told[tenant] if each.receiver != receiver]
