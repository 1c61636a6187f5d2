"""What is kept of deliveries, as whoever looks after them sees it: one for webhooks, one for messages."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from notifications.deliveries import Delivery, DeliveryState, Redriven, Standing


class DeliveryFilter(NamedTuple):
    """Which deliveries are meant; empty and None: all."""

    receiver: str = ""
    state: DeliveryState | None = None
    item_id: str = ""


class DeliveryBook(Protocol):
    """Knows what became of what was to be told."""

    async def deliveries(
        self, tenant: str, wanted: DeliveryFilter, before: tuple[int, str] | None, count: int
    ) -> list[Delivery]:
        """Return deliveries, the newest event first, equals by id; ``before``: behind the event and id of one."""

    async def standing(self, tenant: str, receiver: str) -> Standing:
        """Return how a receiver stands."""

    async def redrive(self, tenant: str, receiver: str, item_id: str) -> Redriven:
        """Have what is parked or dead be tried at once; an empty id: of all work items."""

    async def begin(self, tenant: str, receiver: str) -> None:
        """Begin with a receiver that was just made: it is told what happens from now on."""

    async def forget(self, tenant: str, receiver: str) -> None:
        """Throw away all that is kept of a receiver that is deleted."""
