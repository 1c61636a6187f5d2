"""What became of changes, for whoever looks after subscriptions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from notifications.deliveries import Delivery, DeliveryState, ReceiverStatus, Redriven
from notifications.ports import DeliveryFilter, RecordStore
from notifications.subscriptions import Subscription
from notifications.webhooks.parking import MAX_PARKED, Chain, Dead, Delivered, revived
from notifications.webhooks.ports import ChangeFeed, DeliveryStore, Turned
from notifications.webhooks.sender import message_id

_REVIVED_AT_ONCE = 1000
_LOOKED_AT, _PAGES = 1000, 10
"""Events that are looked at for the oldest that was not read: how many at a time, and how often."""
_TRIES = 50


class KeptDeliveries(DeliveryStore, Protocol):
    """Keeps what is known of each subscription, and says what that is."""

    async def retry(self, tenant: str, subscription: str, now_ms: int, item_id: str = "") -> None:
        """Have what is parked of a work item be tried by an instant; an empty id: of all."""

    async def parked(self, tenant: str, subscription: str) -> list[Chain]:
        """Return all that is parked."""

    async def dead(self, tenant: str, subscription: str, count: int = ...) -> list[Dead]:
        """Return what was given up, in order, up to so many."""

    async def delivered(self, tenant: str, subscription: str) -> list[Delivered]:
        """Return what was delivered last."""

    async def counts(self, tenant: str, subscription: str) -> tuple[int, int | None]:
        """Return how many were given up, and when the oldest of what is parked happened; None: nothing is."""


class WebhookDeliveries:
    """``notifications.ports.DeliveryBook`` of subscriptions.

    Parameters
    ----------
    store
        What is kept.
    feed
        Says where the log ends, and what time it is.
    records
        Which subscriptions there are.
    """

    def __init__(self, store: KeptDeliveries, feed: ChangeFeed, records: RecordStore[Subscription]) -> None:
        self._store = store
        self._feed = feed
        self._records = records

    async def deliveries(
        self, tenant: str, wanted: DeliveryFilter, before: tuple[int, str] | None, count: int
    ) -> list[Delivery]:
        """Return deliveries, the newest event first, equals by id; ``before``: behind the event and id of one."""
        receivers = [wanted.receiver] if wanted.receiver else list(await self._records.all(tenant))
        found = [
            delivery
            for receiver in receivers
            for delivery in await self._of(tenant, receiver, wanted.state)
            if not wanted.item_id or delivery.item_id == wanted.item_id
        ]
        found.sort(key=_order)
        behind = (-before[0], before[1]) if before else None
        return [delivery for delivery in found if behind is None or _order(delivery) > behind][:count]

    async def _of(self, tenant: str, receiver: str, state: DeliveryState | None) -> list[Delivery]:
        found = list[Delivery]()
        if state in (None, DeliveryState.DELIVERED):
            delivered = await self._store.delivered(tenant, receiver)
            found += [_ended(tenant, receiver, DeliveryState.DELIVERED, each) for each in delivered]
        if state in (None, DeliveryState.DEAD):
            dead = await self._store.dead(tenant, receiver)
            found += [_ended(tenant, receiver, DeliveryState.DEAD, each) for each in dead]
        if state in (None, DeliveryState.PARKED):
            for chain in await self._store.parked(tenant, receiver):
                found += _parked(tenant, receiver, chain)
        return found

    async def standing(self, tenant: str, receiver: str) -> ReceiverStatus:
        """Return how a subscription stands; what the log has for it and was not read yet is undelivered too."""
        place = await self._store.place(tenant, receiver)
        if place is None:
            return ReceiverStatus()
        dead, oldest_ms = await self._store.counts(tenant, receiver)
        unread_ms = await self._unread_ms(tenant, receiver, place.event)
        instants = [each for each in (oldest_ms, unread_ms) if each is not None]
        return ReceiverStatus(place.parked, dead, min(instants, default=None), place.is_full)

    async def _unread_ms(self, tenant: str, receiver: str, after: int) -> int | None:
        """Return when the first change happened that is not read yet; where very many unwanted ones come before it,
        when one of those did: whoever is so far behind is to be seen.
        """
        kept = await self._records.get(tenant, receiver)
        wanted = kept.record.event_types if kept else frozenset[str]()
        unwanted_ms = None
        for _ in range(_PAGES):
            page = await self._feed.page(tenant, after, _LOOKED_AT)
            changes = [each.change for each in page.changes]
            found = next((each.at_ms for each in changes if not wanted or each.type in wanted), None)
            if found is not None or page.last == after:
                return found
            after, unwanted_ms = page.last, changes[-1].at_ms if changes else unwanted_ms
        return unwanted_ms

    async def redrive(self, tenant: str, receiver: str, item_id: str, _through: str = "") -> Redriven:
        """Have what is parked or dead be tried at once; an empty id: of all work items.

        Of what is dead as much is parked again as there is room for; what was delivered of its work item since comes
        before it all the same.
        """
        now_ms = await self._feed.now_ms(tenant)
        chains = await self._store.parked(tenant, receiver)
        parked = sum(len(chain.changes) for chain in chains if item_id in ("", chain.item_id))
        raised = await self._revive(tenant, receiver, item_id, now_ms)
        await self._store.retry(tenant, receiver, now_ms, item_id)
        return Redriven(raised, parked)

    async def _revive(self, tenant: str, receiver: str, item_id: str, now_ms: int) -> int:
        raised, tries = 0, 0
        while tries < _TRIES:
            place = await self._store.place(tenant, receiver)  # first: whoever writes after it is noticed
            dead = [each for each in await self._store.dead(tenant, receiver) if item_id in ("", each.item_id)]
            if not dead or place is None or place.is_full:
                break
            count = min(_REVIVED_AT_ONCE, MAX_PARKED - place.parked, len(dead))
            turned = Turned(place.event, place.parked + count)
            await self._park_again(tenant, receiver, dead, count, now_ms, turned)
            if await self._store.write(tenant, receiver, place.turn, turned):
                raised, tries = raised + count, 0
            else:  # whoever delivers wrote meanwhile
                tries += 1
                await asyncio.sleep(0)
        return raised

    async def _park_again(
        self, tenant: str, receiver: str, dead: Sequence[Dead], count: int, now_ms: int, turned: Turned
    ) -> None:
        """Park the first of what is dead; where that is all of a work item, and nothing of it was delivered since, it
        has no gap any more.
        """
        by_item = dict[str, list[Dead]]()
        for each in dead[:count]:
            by_item.setdefault(each.item_id, []).append(each)
        stay = {each.item_id for each in dead[count:]}
        known = await self._store.known(tenant, receiver, list(by_item))
        for item_id, some in by_item.items():
            turned.chains[item_id] = revived(known.chains.get(item_id), item_id, tuple(some), now_ms)
            if item_id in known.gaps and item_id not in stay:
                turned.gaps[item_id] = False
        turned.revived = [each.event for each in dead[:count]]

    async def begin(self, tenant: str, receiver: str) -> None:
        """Begin with a subscription that was just made, unless whoever delivers has: it is told what happens now."""
        await self._store.begin(tenant, receiver, await self._feed.last(tenant))

    async def forget(self, tenant: str, receiver: str) -> None:
        """Do nothing: what is kept of a subscription went in one step with its record."""


def _order(delivery: Delivery) -> tuple[int, str]:
    return -delivery.event, delivery.id


def _ended(tenant: str, receiver: str, state: DeliveryState, ended: Dead | Delivered) -> Delivery:
    identifier = message_id(tenant, ended.event, receiver)
    return Delivery(
        identifier, ended.event, receiver, state, ended.type, ended.item_id, "", ended.tries, ended.outcome,
        ended.at_ms, ended.attempt_ms,
    )  # fmt: skip


def _parked(tenant: str, receiver: str, chain: Chain) -> list[Delivery]:
    """Return what is parked of a work item: how often was tried, and when next, is said of the first alone."""
    first, *behind = (
        Delivery(
            message_id(tenant, each.event, receiver),
            each.event,
            receiver,
            DeliveryState.PARKED,
            each.type,
            chain.item_id,
            event_ms=each.at_ms,
        )
        for each in chain.changes
    )
    tried = replace(
        first, attempts=chain.tries, outcome=chain.outcome, attempt_ms=chain.attempt_ms, next_ms=chain.next_ms
    )
    return [tried, *behind]
