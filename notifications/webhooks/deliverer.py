"""Takes turns of subscriptions: what each came to is written in one step at its end, however it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from notifications.backoff import RetryWaits
from notifications.ports import RecordStore
from notifications.subscriptions import Subscription
from notifications.webhooks.parking import Chain
from notifications.webhooks.ports import ChangeFeed, CursorPlace, DeliveryStore, KnownItems, Turned
from notifications.webhooks.rebasing import rebased
from notifications.webhooks.sender import WebhookSender
from notifications.webhooks.turn import DeliveryTurn
from notifications.webhooks.unchanged import Unchanged

_WRITES = 5
"""How often a turn is written, where others ask for something all the time."""


class TurnEnd(NamedTuple):
    """How a turn ended: whether there was nothing to do, and behind which event the log goes on."""

    is_idle: bool
    event: int


class Deliverer:
    """Takes turns.

    Parameters
    ----------
    feed
        The changes.
    store
        What is kept of subscriptions.
    records
        Which subscriptions there are.
    sender
        Sends.
    waits
        How long failed changes wait.
    """

    def __init__(
        self,
        feed: ChangeFeed,
        store: DeliveryStore,
        records: RecordStore[Subscription],
        sender: WebhookSender,
        waits: RetryWaits,
    ) -> None:
        self._feed = feed
        self._store = store
        self._records = records
        self._sender = sender
        self._waits = waits

    async def turn(self, tenant: str, subscription: str) -> TurnEnd | None:
        """Deliver what is due, and what the log has next; None: the subscription is paused, or was deleted.

        What was finished is written however the turn ends: where it fails, or is cancelled, too.

        Raises
        ------
        NoSecretsKey, SecretUnreadable
            If the address or a secret cannot be read: then nothing moves.
        StoreUnavailable
            If the store does not answer.
        """
        kept = await self._records.get(tenant, subscription)
        if kept is None or kept.record.paused:
            return None
        place = await self._place(tenant, subscription)
        if place is None:
            return None
        unchanged = Unchanged(self._records, tenant, kept)
        turn = DeliveryTurn(self._feed, self._store, self._sender, self._waits, tenant, kept.record, place, unchanged)
        try:
            await turn.deliver()
        finally:
            await turn.leave()
            if turn.has_begun:
                await self._write(tenant, subscription, place, turn.found, turn.turned)
        return TurnEnd(not turn.has_begun, turn.turned.event)

    async def _write(
        self, tenant: str, subscription: str, before: CursorPlace, found: Mapping[str, Chain | None], turned: Turned
    ) -> None:
        """Write what a turn came to, on top of what others asked for meanwhile; nothing, where somebody took a turn."""
        place: CursorPlace | None = before
        written: Turned | None = turned
        for _ in range(_WRITES):
            if place is None or written is None:
                return
            if await self._store.write(tenant, subscription, place.turn, written):
                return
            place = await self._store.place(tenant, subscription)
            known = await self._store.known(tenant, subscription, list(found)) if found else KnownItems({}, set())
            written = rebased(turned, before, found, place, known.chains) if place else None

    async def _place(self, tenant: str, subscription: str) -> CursorPlace | None:
        """Return how far a subscription is; None: it was deleted meanwhile."""
        place = await self._store.place(tenant, subscription)
        if place is None:  # whoever made it was killed before it began
            await self._store.begin(tenant, subscription, await self._feed.last(tenant))
            place = await self._store.place(tenant, subscription)
        return place
