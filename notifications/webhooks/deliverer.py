"""One turn of one subscription: a page of the log, then what is parked and due, written in one step at its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable
from typing import Any, NamedTuple

from failures import DataLoss
from notifications.attempts import Attempt, Ended
from notifications.subscriptions import Subscription
from notifications.webhooks.parking import (
    MAX_PARKED,
    Chain,
    Dead,
    Delivered,
    LoggedChange,
    RetryWaits,
    after_failure,
    parked,
    untried,
    with_behind,
    without_first,
)
from notifications.webhooks.ports import ChangeFeed, CursorPlace, DeliveryStore, FeedPage, TracedChange, Turned
from notifications.webhooks.sender import WebhookSender, message_id

PAGE = 128
"""Events that a turn reads, and parked changes that it tries."""
AT_ONCE = 64
"""Work items of which something is on its way at a time."""
TURN_S = 10.0
"""After so long a turn sends nothing more, in seconds: what is left of it is parked, and tried in the next."""
NOT_IN_LOG = "NOT_IN_LOG"
"""How a change ends that the log has not got any more."""


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
    sender
        Sends.
    backoff
        How long failed changes wait.
    """

    def __init__(self, feed: ChangeFeed, store: DeliveryStore, sender: WebhookSender, backoff: RetryWaits) -> None:
        self._feed = feed
        self._store = store
        self._sender = sender
        self._backoff = backoff

    async def turn(self, tenant: str, subscription: Subscription) -> TurnEnd:
        """Deliver a page, and what is due.

        Raises
        ------
        NoSecretsKey, SecretUnreadable
            If the address or a secret cannot be read: then nothing moves.
        StoreUnavailable
            If the store does not answer.
        """
        place = await self._place(tenant, subscription.id)
        turn = _Turn(self._feed, self._store, self._sender, self._backoff, tenant, subscription, place)
        await turn.begin()
        has_read = await turn.deliver_page()
        has_tried = await turn.deliver_due()
        if not has_read and not has_tried:
            return TurnEnd(True, place.event)
        await self._store.write(tenant, subscription.id, place.turn, turn.turned)
        return TurnEnd(False, turn.turned.event)

    async def _place(self, tenant: str, subscription: str) -> CursorPlace:
        place = await self._store.place(tenant, subscription)
        if place is None:  # whoever made it was killed before it began
            await self._store.begin(tenant, subscription, await self._feed.last(tenant))
            place = await self._store.place(tenant, subscription)
        assert place is not None
        return place


class _Turn:
    """A turn under way; parameters as for ``Deliverer``."""

    def __init__(
        self,
        feed: ChangeFeed,
        store: DeliveryStore,
        sender: WebhookSender,
        backoff: RetryWaits,
        tenant: str,
        subscription: Subscription,
        place: CursorPlace,
    ) -> None:
        self._feed = feed
        self._store = store
        self._sender = sender
        self._backoff = backoff
        self._tenant = tenant
        self._subscription = subscription
        self._place = place
        self._receiver = sender.receiver(tenant, subscription)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._gaps = set[str]()
        self._left = PAGE
        self._began_ms = 0
        self._began_s = 0.0
        self.turned = Turned(place.event, place.parked)

    async def begin(self) -> None:
        """Ask for the time."""
        self._began_ms = await self._feed.now_ms(self._tenant)
        self._began_s = time.monotonic()

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._began_s

    def _now_ms(self) -> int:
        return self._began_ms + int(self._elapsed_s() * 1000)

    async def deliver_page(self) -> bool:
        """Deliver what the log has next, as much as there is room to park; say whether there was anything to read."""
        page = await self._page()
        self.turned.event = page.last
        changes = dict[str, list[TracedChange]]()
        for each in page.changes:
            if not self._subscription.event_types or each.change.type in self._subscription.event_types:
                changes.setdefault(each.change.item_id, []).append(each)
        chains = await self._known(list(changes))
        for item_id, chain in chains.items():
            behind = tuple(parked(each.change, self._now_ms()) for each in changes[item_id])
            self.turned.chains[item_id] = with_behind(chain, behind)
            self.turned.parked += len(behind)
        await _all(self._fresh(item_id, some) for item_id, some in changes.items() if item_id not in chains)
        return page.last > self._place.event

    async def _page(self) -> FeedPage:
        room = MAX_PARKED - self._place.parked
        if room <= 0:
            return FeedPage(self._place.event, ())
        return await self._feed.page(self._tenant, self._place.event, min(PAGE, room))

    async def _known(self, item_ids: list[str]) -> dict[str, Chain]:
        if not item_ids:
            return {}
        known = await self._store.known(self._tenant, self._subscription.id, item_ids)
        self._gaps |= known.gaps
        return dict(known.chains)

    async def deliver_due(self) -> bool:
        """Try what is due of what was parked before; say whether there was anything."""
        due = await self._store.due(self._tenant, self._subscription.id, self._now_ms(), AT_ONCE)
        await self._known([chain.item_id for chain in due])
        await _all(self._again(self.turned.chains.get(chain.item_id) or chain) for chain in due)
        return bool(due)

    async def _fresh(self, item_id: str, changes: list[TracedChange]) -> None:
        """Deliver changes of a work item of which nothing is parked; what is not taken is, and what comes behind it."""
        for index, traced in enumerate(changes):
            attempt = await self._attempt(traced)
            if attempt and attempt.ended is Ended.DELIVERED:
                self._note(traced.change, 1, attempt)
                continue
            now_ms = self._now_ms()
            chain = untried(item_id, tuple(parked(each.change, now_ms) for each in changes[index:]), now_ms)
            self.turned.parked += len(chain.changes)
            self._keep(chain, attempt)
            return

    async def _again(self, chain: Chain) -> None:
        """Deliver what is parked of a work item, as far as it is taken."""
        left: Chain | None = chain
        while left:
            first = left.changes[0]
            traced = await self._feed.again(self._tenant, first.event)
            if traced is None:
                left = self._lost(left)
                continue
            attempt = await self._attempt(traced) if self._left > 0 else None
            if attempt is None or attempt.ended is not Ended.DELIVERED:
                self._keep(left, attempt)
                return
            self._left -= 1
            self._note(LoggedChange(first.event, chain.item_id, first.type, first.at_ms), left.tries + 1, attempt)
            self.turned.parked -= 1
            left = without_first(left, self._now_ms())
        self.turned.chains[chain.item_id] = None

    async def _attempt(self, traced: TracedChange) -> Attempt | None:
        """Send a change; None: the turn has taken too long already, and sends nothing more."""
        change = traced.change
        async with self._slots:
            if self._elapsed_s() > TURN_S:
                return None
            gap = change.item_id in self._gaps
            try:
                body = await self._feed.body(self._tenant, traced, self._subscription.role, gap=gap)
            except DataLoss as error:  # shown, and the others go on
                return Attempt(Ended.RETRY, error.reason)
            identifier = message_id(self._tenant, change.event, self._subscription.id)
            return await self._sender.send(self._receiver, identifier, body, self._now_ms())

    def _note(self, change: LoggedChange, tries: int, attempt: Attempt) -> None:
        """Take note of a change that was delivered: behind it nothing is missing any more."""
        if change.item_id in self._gaps:
            self._gaps.discard(change.item_id)
            self.turned.gaps[change.item_id] = False
        self.turned.delivered.append(Delivered(*change, tries, self._now_ms(), attempt.outcome))

    def _keep(self, chain: Chain, attempt: Attempt | None) -> None:
        """Park a chain whose first was not taken, or for whose first there was no time."""
        if attempt is None:
            self.turned.chains[chain.item_id] = chain
            return
        left, dead = after_failure(chain, attempt, self._now_ms(), self._backoff)
        self.turned.chains[chain.item_id] = left
        self._bury(chain.item_id, dead)

    def _lost(self, chain: Chain) -> Chain | None:
        """Give up the first of a chain, which the log has not got any more."""
        first = chain.changes[0]
        dead = Dead(first.event, chain.item_id, first.type, first.at_ms, chain.tries, chain.attempt_ms, NOT_IN_LOG)
        self._bury(chain.item_id, (dead,))
        return without_first(chain, self._now_ms())

    def _bury(self, item_id: str, dead: tuple[Dead, ...]) -> None:
        if dead:
            self.turned.dead += dead
            self.turned.parked -= len(dead)
            self.turned.gaps[item_id] = True
            self._gaps.add(item_id)


async def _all(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all at once; where one fails, or this is cancelled, none goes on."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
