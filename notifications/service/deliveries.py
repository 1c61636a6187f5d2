"""What was told, and another try of what was not: over subscriptions and channels alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from typing import Any, NamedTuple

from failures import NotFound
from notifications.deliveries import Delivery, DeliveryState, ReceiverStatus, Redriven
from notifications.ports import DeliveryBook, DeliveryFilter, RecordStore
from notifications.subscriptions import Subscription


class ReceiverKind(StrEnum):
    """What receives; the words are those of names: ``tenants/{tenant}/subscriptions/{id}``."""

    SUBSCRIPTION = "subscriptions"
    CHANNEL = "channels"


@dataclass(frozen=True, slots=True)
class ToldFilter:
    """Which deliveries are meant; empty and None: all.

    Parameters
    ----------
    kind, receiver
        Of which subscription or channel; without an id: of all of the kind.
    """

    kind: ReceiverKind | None = None
    receiver: str = ""
    state: DeliveryState | None = None
    item_id: str = ""


class ReceiverDelivery(NamedTuple):
    """One delivery, and what kind of receiver it is for."""

    kind: ReceiverKind
    delivery: Delivery


class DeliveryQueries:
    """Lists what was told, and has it be tried again.

    Parameters
    ----------
    books, records
        By kind of receiver: what became of deliveries, and where receivers are kept.
    """

    def __init__(
        self, books: Mapping[ReceiverKind, DeliveryBook], records: Mapping[ReceiverKind, RecordStore[Any]]
    ) -> None:
        self._books = books
        self._records = records

    async def page(
        self, tenant: str, wanted: ToldFilter, before: tuple[int, str] | None, count: int
    ) -> tuple[list[ReceiverDelivery], tuple[int, str] | None]:
        """Return deliveries, the newest event first, and behind which event and id the next page begins.

        Raises
        ------
        NotFound
            If there is no such receiver, and never was one that anything is kept of.
        """
        await self._check(tenant, wanted)
        asked = DeliveryFilter(wanted.receiver, wanted.state, wanted.item_id)
        told = [
            [
                ReceiverDelivery(kind, delivery)
                for delivery in await self._books[kind].deliveries(tenant, asked, before, count + 1)
            ]
            for kind in self._kinds(wanted)
        ]
        page = list(merge(*told, key=_place))
        last = page[count - 1].delivery if len(page) > count else None
        return page[:count], (last.event, last.id) if last else None

    async def redrive(self, tenant: str, wanted: ToldFilter) -> Redriven:
        """Have what is parked, dead or unreachable be tried at once; the state that is wanted is not looked at.

        Raises
        ------
        NotFound
            If there is no such receiver, and never was one that anything is kept of.
        """
        await self._check(tenant, wanted)
        redriven = Redriven()
        for kind in self._kinds(wanted):
            receivers = [wanted.receiver] if wanted.receiver else list(await self._records[kind].all(tenant))
            if kind is ReceiverKind.CHANNEL:
                receivers.append("")  # what had none, or one that is gone: there may be one by now
            for receiver in receivers:
                of_one = await self._books[kind].redrive(tenant, receiver, wanted.item_id, wanted.receiver)
                redriven = redriven.plus(of_one)
        return redriven

    async def undelivered(self, tenant: str) -> dict[ReceiverKind, ReceiverStatus]:
        """Return how receivers stand, by kind, all of a kind as one; of what is paused the oldest is not looked at."""
        return {kind: await self._standing(tenant, kind) for kind in self._books}

    async def _standing(self, tenant: str, kind: ReceiverKind) -> ReceiverStatus:
        waiting = dead = 0
        oldest_ms: list[int] = []
        is_stalled = False
        for receiver, kept in (await self._records[kind].all(tenant)).items():
            status = await self._books[kind].standing(tenant, receiver)
            waiting, dead = waiting + status.waiting, dead + status.dead
            is_stalled |= status.is_stalled
            is_paused = isinstance(kept.record, Subscription) and kept.record.paused
            if status.oldest_ms is not None and not is_paused:
                oldest_ms.append(status.oldest_ms)
        return ReceiverStatus(waiting, dead, min(oldest_ms, default=None), is_stalled)

    def _kinds(self, wanted: ToldFilter) -> list[ReceiverKind]:
        return [kind for kind in self._books if wanted.kind in (kind, None)]

    async def _check(self, tenant: str, wanted: ToldFilter) -> None:
        kind = wanted.kind
        if not kind or not wanted.receiver or await self._records[kind].get(tenant, wanted.receiver):
            return
        if not await self._books[kind].deliveries(tenant, DeliveryFilter(wanted.receiver), None, 1):
            raise NotFound(kind.removesuffix("s"), f"tenants/{tenant}/{kind}/{wanted.receiver}")


def _place(told: ReceiverDelivery) -> tuple[int, str]:
    return -told.delivery.event, told.delivery.id
