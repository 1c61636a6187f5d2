"""What a turn of one subscription does: what is due, and the next of the log, to be written in one step at its end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping
from heapq import heappop, heappush

from failures import DataLoss, Unavailable
from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.backoff import RetryWaits
from notifications.subscriptions import Subscription
from notifications.webhooks.parking import (
    MAX_PARKED,
    Chain,
    Dead,
    Delivered,
    after_failure,
    parked,
    untried,
    with_behind,
    without_first,
)
from notifications.webhooks.ports import ChangeFeed, CursorPlace, DeliveryStore, TracedChange, Turned
from notifications.webhooks.sender import WebhookSender, message_id
from notifications.webhooks.unchanged import Unchanged

PAGE = 128
"""Events that are read at a time."""
AT_ONCE = 64
"""Work items of which something is on its way at a time."""
TURN_S = 10.0
"""After so long a turn sends nothing more, in seconds: what is left of it is parked, and tried in the next."""
_STRAGGLING_S, _IDLE_S = 0.05, 0.2
"""How long a turn waits for what is under way before it reads on, in seconds: while one hangs, each page takes that;
and where there was nothing when it looked last.
"""
NOT_IN_LOG = "NOT_IN_LOG"
"""How a change ends that the log has not got any more."""
BODY_FAILED = "BODY_FAILED"
"""How a try ends where a fault of this service keeps a change from being written down."""
_LOST = DeliveryAttempt(AttemptStatus.REFUSED, NOT_IN_LOG)
_FAULT = "tenants/%s/subscriptions/%s: the change of event %d cannot be written down; it is parked, and others go on"

_log = logging.getLogger(__name__)


class DeliveryTurn:
    """A turn under way.

    Parameters
    ----------
    feed, store, sender, waits
        As for ``notifications.webhooks.deliverer.Deliverer``.
    subscription, unchanged
        As it was read, and whether it still is so.
    place
        How far it is.

    Attributes
    ----------
    has_begun
        Whether there was anything to do.
    found
        What was parked, by work item, as this turn found it; None: nothing.
    turned
        What it came to.
    """

    def __init__(
        self,
        feed: ChangeFeed,
        store: DeliveryStore,
        sender: WebhookSender,
        waits: RetryWaits,
        tenant: str,
        subscription: Subscription,
        place: CursorPlace,
        unchanged: Unchanged,
    ) -> None:
        self._feed = feed
        self._store = store
        self._sender = sender
        self._waits = waits
        self._tenant = tenant
        self._subscription = subscription
        self._unchanged = unchanged
        self._receiver = sender.receiver(tenant, subscription)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._chains = dict[str, Chain]()
        self._tasks = set[asyncio.Task[None]]()
        self._loaded = dict[int, TracedChange]()
        self._stored = set[str]()
        self._looked_at = 0
        self._failed = list[tuple[int, str]]()
        self._gaps = set[str]()
        self._began_ms = 0
        self._began_s = 0.0
        self._is_over = False
        self.has_begun = False
        self.found = dict[str, Chain | None]()
        self.turned = Turned(place.event, place.parked)

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._began_s

    def _now_ms(self) -> int:
        return self._began_ms + int(self._elapsed_s() * 1000)

    async def deliver(self) -> None:
        """Try what is due, and what the log has next.

        One that hangs holds up its own work item alone: meanwhile what comes due is tried, and more of the log is read,
        for as long as a turn may take.
        """
        self._began_ms = await self._feed.now_ms(self._tenant)
        self._began_s = time.monotonic()
        has_more = await self._begin_more()
        while self._tasks:
            await self._some_ended(_STRAGGLING_S if has_more else _IDLE_S)
            if len(self._tasks) < AT_ONCE and self._elapsed_s() < TURN_S:
                has_more = await self._begin_more()

    async def _begin_more(self) -> bool:
        """Begin with what is due and what the log has next; return whether there was anything."""
        before = self._looked_at, self.turned.event, len(self._failed)
        await self._retry()
        await self._read()
        return before != (self._looked_at, self.turned.event, len(self._failed))

    async def _retry(self) -> None:
        """Begin with what is due by now: what failed in this turn, and what the store has.

        What was tried stands in the store as it was until the turn ends, before what came due later: it is skipped.
        """
        now_ms = self._now_ms()
        due = await self._store.due(self._tenant, self._subscription.id, now_ms, AT_ONCE, self._looked_at)
        self._looked_at += len(due)
        new = {chain.item_id: chain for chain in due if chain.item_id not in self.found}
        self.found.update(new)
        await self._known(list(new))
        for item_id in [*self._failed_until(now_ms), *(chain.item_id for chain in due)]:
            chain = new.get(item_id) or self.turned.chains.get(item_id)  # what this turn has is newer
            if chain and chain.next_ms <= now_ms and item_id not in self._chains:
                self._stored.update([item_id] if self.found.get(item_id) else [])
                self._begin(chain)

    def _failed_until(self, now_ms: int) -> Iterator[str]:
        """Yield the work items that failed in this turn and have waited, as many as may be under way."""
        for _ in range(AT_ONCE):
            if not self._failed or self._failed[0][0] > now_ms:
                return
            yield heappop(self._failed)[1]

    async def _some_ended(self, longest_s: float) -> None:
        """Wait until all that is under way has ended, but not long; raise what ended any."""
        done, _ = await asyncio.wait(self._tasks, timeout=longest_s)
        self._tasks -= done
        failed = [error for task in done if (error := task.exception())]
        if failed:
            raise failed[0]

    async def leave(self) -> None:
        """Have nothing go on, where the turn failed or was cancelled: what was not delivered is parked as it was."""
        self._is_over = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for item_id, chain in list(self._chains.items()):
            self._end(item_id, chain)

    async def _read(self) -> None:
        """Begin with what the log has next, as much as there is room to park.

        That the subscription is as it was read is asked behind what was read of the log: what happens once it has other
        kinds of events is not looked at for those that it had.
        """
        room = MAX_PARKED - self.turned.parked
        if room <= 0:
            return
        page = await self._feed.page(self._tenant, self.turned.event, min(PAGE, room))
        if page.last == self.turned.event or not await self._unchanged.holds():
            return
        by_item = dict[str, list[TracedChange]]()
        for each in page.changes:
            if not self._subscription.event_types or each.change.type in self._subscription.event_types:
                by_item.setdefault(each.change.item_id, []).append(each)
        known = await self._known(list(by_item))
        for item_id, changes in by_item.items():
            self._take_in(item_id, changes, known.get(item_id))
        self.turned.event = page.last
        self.has_begun = True

    async def _known(self, item_ids: list[str]) -> Mapping[str, Chain]:
        """Return what is parked of work items, as it was before this turn."""
        if not item_ids:
            return {}
        known = await self._store.known(self._tenant, self._subscription.id, item_ids)
        for item_id in item_ids:
            self.found.setdefault(item_id, known.chains.get(item_id))
        self._gaps |= {item_id for item_id in known.gaps if item_id not in self.turned.gaps}
        return known.chains

    def _take_in(self, item_id: str, changes: list[TracedChange], before: Chain | None) -> None:
        """Put changes behind what there is of their work item, or begin with them where there is nothing.

        Parameters
        ----------
        before
            What was parked of it before this turn.
        """
        now_ms = self._now_ms()
        behind = tuple(parked(each.change, now_ms) for each in changes)
        self.turned.parked += len(behind)
        if item_id in self._chains:
            self._chains[item_id] = with_behind(self._chains[item_id], behind)
        elif chain := self.turned.chains.get(item_id, before):
            self._stored.update([item_id] if before else [])
            self.turned.chains[item_id] = with_behind(chain, behind)
            return
        else:
            self._begin(untried(item_id, behind, now_ms))
        self._loaded.update((each.change.event, each) for each in changes)

    def _begin(self, chain: Chain) -> None:
        self.has_begun = True
        self._chains[chain.item_id] = chain
        self._tasks.add(asyncio.create_task(self._deliver(chain.item_id)))

    async def _deliver(self, item_id: str) -> None:
        """Deliver what there is of a work item, in order, as far as it is taken; more may come behind it meanwhile."""
        while item_id in self._chains:
            attempt = await self._attempt(self._chains[item_id])
            chain = self._chains[item_id]
            if attempt is None:
                self._end(item_id, chain)
            elif attempt.status is AttemptStatus.DELIVERED:
                self._note(chain, attempt)
            elif attempt is _LOST:
                self._lose(chain)
            else:
                left, dead = after_failure(chain, attempt, self._now_ms(), self._waits)
                self._end(item_id, left)
                self._bury(item_id, dead)
                if left:
                    heappush(self._failed, (left.next_ms, item_id))

    async def _attempt(self, chain: Chain) -> DeliveryAttempt | None:
        """Send the first of a chain; None: the turn sends nothing more, because it has taken too long already, or the
        subscription is another by now.
        """
        async with self._slots:
            if self._is_over or self._elapsed_s() > TURN_S:
                return None
            try:
                body = await self._body(chain)
            except Unavailable:
                raise
            except DataLoss as error:  # shown, and the others go on
                return DeliveryAttempt(AttemptStatus.RETRY, error.reason)
            except Exception:  # a fault of ours with one change: the others go on
                if not chain.tries:
                    _log.exception(_FAULT, self._tenant, self._subscription.id, chain.changes[0].event)
                return DeliveryAttempt(AttemptStatus.RETRY, BODY_FAILED)
            if body is None:
                return _LOST
            if not await self._unchanged.holds() or self._is_over:
                return None
            identifier = message_id(self._tenant, chain.changes[0].event, self._subscription.id)
            return await self._sender.send(self._receiver, identifier, body, self._now_ms())

    async def _body(self, chain: Chain) -> bytes | None:
        """Return what is sent of the first of a chain; None: the log has not got it any more."""
        event, gap = chain.changes[0].event, chain.item_id in self._gaps
        traced = self._loaded.pop(event, None) or await self._feed.again(self._tenant, event)
        return await self._feed.body(self._tenant, traced, self._subscription.role, gap=gap) if traced else None

    def _note(self, chain: Chain, attempt: DeliveryAttempt) -> None:
        """Take note that the first of a chain was delivered: behind it nothing is missing any more."""
        first, item_id = chain.changes[0], chain.item_id
        if item_id in self._gaps:
            self._gaps.discard(item_id)
            self.turned.gaps[item_id] = False
        self.turned.delivered.append(
            Delivered(first.event, item_id, first.type, first.at_ms, chain.tries + 1, self._now_ms(), attempt.outcome)
        )
        self.turned.parked -= 1
        self._go_on(chain)

    def _lose(self, chain: Chain) -> None:
        """Give up the first of a chain, which the log has not got any more."""
        first = chain.changes[0]
        dead = Dead(first.event, chain.item_id, first.type, first.at_ms, chain.tries, chain.attempt_ms, NOT_IN_LOG)
        self._bury(chain.item_id, (dead,))
        self._go_on(chain)

    def _go_on(self, chain: Chain) -> None:
        """Go on behind the first of a chain."""
        left = without_first(chain, self._now_ms())
        if left:
            self._chains[chain.item_id] = left
        else:
            self._end(chain.item_id, None)

    def _end(self, item_id: str, left: Chain | None) -> None:
        """Have nothing more of a work item be tried in this turn; what is left is parked."""
        del self._chains[item_id]
        for change in left.changes if left else ():
            self._loaded.pop(change.event, None)
        if left or item_id in self._stored:
            self.turned.chains[item_id] = left
        else:
            self.turned.chains.pop(item_id, None)

    def _bury(self, item_id: str, dead: tuple[Dead, ...]) -> None:
        if dead:
            self.turned.dead += dead
            self.turned.parked -= len(dead)
            self.turned.gaps[item_id] = True
            self._gaps.add(item_id)
