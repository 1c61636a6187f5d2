"""Watching the changes of work items: from any event on, in order, at least once.

A step of a deadline that is reached changes nothing of a work item by itself; what is done for it is an event of its
own. It is told all the same, and so is that a customer is to be asked: others act on both.

However many watch a tenant, its log is read once, and each change is written once. Whoever begins further back reads
the log until they come to what is kept; whoever then falls behind it is cut, and may begin anew where they were.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, TypeGuard

from router.assignment.ports import Assignments, LogFollower
from router.history.change_ring import KEPT, ChangeRing, Told
from router.model.decision import Decision
from router.model.errors import CorruptHistory, Stopping
from router.model.events import ActivityRecorded, Completed, Erased, Event, Fired, Note, Noted, OfferAnswered, Updated

Change = Decision | OfferAnswered | Completed | Updated | ActivityRecorded | Fired | Noted
"""What happens to a work item; of timers and notes see ``is_change``."""
_PAGE = 100
_TELL_S = 50e-6
"""What telling one watcher takes, in seconds, and as much again for everything else: 50 ms between two tellings of a
thousand, less than a twentieth of one where few watch.
"""
_WAIT_S = 2.0
"""Seconds between two questions to the store while nothing happens."""


def is_change(event: Event) -> TypeGuard[Change]:
    """Say whether an event is told to those who watch: of timers steps of deadlines, of notes surveys to send."""
    match event:
        case Fired(workforce=workforce):
            return workforce > 0
        case Noted(note=note):
            return note is Note.SURVEYED
    return isinstance(event, Change)


class WatchService(Generic[Told]):
    """The use case: watch a tenant.

    Parameters
    ----------
    store
        Has the log.
    follower
        Says when it has grown.
    write
        Returns what is told of a tenant's change.
    kept
        How many changes slower watchers find.
    """

    def __init__(
        self,
        store: Assignments,
        follower: LogFollower,
        write: Callable[[str, Change], Awaitable[Told]],
        kept: int = KEPT,
    ) -> None:
        self._store = store
        self._follower = follower
        self._write = write
        self._kept = kept
        self._feeds: dict[str, _Feed[Told]] = {}
        self._is_stopped = False

    async def begin(self, tenant: str, after: int | None) -> int:
        """Return behind which event a watch begins: the one it names, or the last one there is.

        Raises
        ------
        CorruptHistory
            If the log ends before it.
        """
        last = await self._last(tenant)
        if after is not None and after > last:
            fault = f"the token is of event {after}, the last one is {last}: the store has lost events; begin anew"
            raise CorruptHistory(f"tenants/{tenant}", fault)
        return last if after is None else after

    async def changes(self, tenant: str, after: int) -> AsyncGenerator[Sequence[Told]]:
        """Yield what happens to work items behind an event, for ever, as much at once as there is.

        Raises
        ------
        Stopping
            If the service ends.
        FellBehind
            If more came than is kept, while what was yielded was dealt with.
        """
        feed = self._feeds.get(tenant)
        if feed is None:
            feed = await self._begin_feed(tenant)
        feed.watchers += 1
        try:
            while after < feed.ring.first:
                events = await self._store.events(tenant, after=after, count=_PAGE)
                told: Sequence[Told] = [await self._write(tenant, event) for event in events if is_change(event)]
                after = events[-1].number if events else feed.ring.first
                if told:
                    yield told
            while True:
                told, after = feed.ring.behind(after, _PAGE)
                if told:
                    yield told
                else:
                    await feed.growth(after)
        finally:
            feed.watchers -= 1
            if not feed.watchers and self._feeds.get(tenant) is feed:
                del self._feeds[tenant]
                feed.end()

    async def stop(self) -> None:
        """End every watch."""
        self._is_stopped = True
        feeds = list(self._feeds.values())
        for feed in feeds:
            feed.end(Stopping())
        await asyncio.gather(*(feed.reading for feed in feeds), return_exceptions=True)

    async def _begin_feed(self, tenant: str) -> _Feed[Told]:
        """Return what reads the log for all; those who come at once get the same one."""
        last = await self._last(tenant)
        if self._is_stopped:
            raise Stopping
        if tenant not in self._feeds:
            self._feeds[tenant] = _Feed(ChangeRing(last, self._kept), partial(self._read, tenant))
        return self._feeds[tenant]

    async def _read(self, tenant: str, feed: _Feed[Told]) -> None:
        """Read the log, for ever."""
        ring = feed.ring
        try:
            while not feed.is_over:
                events = await self._store.events(tenant, after=ring.last, count=_PAGE)
                for event in events:
                    if is_change(event):
                        ring.add(event.number, await self._write(tenant, event))
                    elif isinstance(event, Erased):
                        ring.clear(event.number)
                    else:
                        ring.pass_by(event.number)
                if events:
                    feed.grow()
                    await asyncio.sleep(feed.watchers * _TELL_S)  # what comes meanwhile is told together
                else:
                    await self._follower.grown(tenant, ring.last, _WAIT_S)
        except BaseException as error:  # whoever watches raises it; who comes next has the log read anew
            if self._feeds.get(tenant) is feed:
                del self._feeds[tenant]
            feed.fail(error)
            if not isinstance(error, Exception):
                raise

    async def _last(self, tenant: str) -> int:
        newest = await self._store.events(tenant, count=1, newest_first=True)
        return newest[0].number if newest else 0


class _Feed(Generic[Told]):
    """What is read of one tenant's log, and who waits for it."""

    def __init__(self, ring: ChangeRing[Told], read: Callable[[_Feed[Told]], Awaitable[None]]) -> None:
        self.ring = ring
        self.watchers = 0
        self.is_over = False  # beside cancelling: the driver can swallow a cancellation that meets its answer
        self._grown = asyncio.Event()
        self._failure: BaseException | None = None
        self.reading = asyncio.ensure_future(read(self))

    async def growth(self, after: int) -> None:
        """Wait until something happened behind an event, or it cannot be said any more."""
        grown = self._grown
        if self._failure is None and self.ring.last <= after:
            await grown.wait()
        if self._failure is not None:
            raise self._failure.with_traceback(None)  # many raise it

    def grow(self) -> None:
        """Have those who wait go on."""
        self._grown.set()
        self._grown = asyncio.Event()

    def fail(self, failure: BaseException) -> None:
        """Have those who watch end."""
        self._failure = self._failure or failure
        self.grow()

    def end(self, failure: Exception | None = None) -> None:
        """Read no further."""
        self.is_over = True
        self.reading.cancel()
        if failure is not None:
            self.fail(failure)
