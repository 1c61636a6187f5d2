"""Keeps the timers of every tenant and fires what is due, while a service runs.

Of the services on one store one does it at a time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

from background.leadership import LeaderLease, Leadership
from background.rounds import Rounds
from background.tasks import Tasks
from background.tenants import ask_each
from failures import Failure
from router.timers.follower import PAGE, TimerFollower
from router.timers.ports import Timers
from router.workforce.ports import Revisions

LOOK_S = 1.0
"""Seconds between two looks for tenants with events to take in, or with timers that are due: a timer is late by it."""
MOST_UNREAD_MS = 20_000
"""How long an event may be unread, in milliseconds, before calls wait for it: a burst of them is read behind it."""
_ROLE = "timing"

_log = logging.getLogger(__name__)
_REST_S = 0.001
"""For each timer that has fired, and each event that was read, or came meanwhile if those are fewer, in seconds."""


class TimerRunner:
    """Looks at every tenant, again and again.

    Parameters
    ----------
    follower
        Makes the follower of a tenant.
    timers
        Says where there is work, and fires.
    revisions
        Knows the tenants.
    lease
        Says who has the role.
    count_skipped
        Told of a tenant how many of its work items and ledgers were passed over.
    """

    def __init__(
        self,
        follower: Callable[[str], TimerFollower],
        timers: Timers,
        revisions: Revisions,
        lease: LeaderLease,
        count_skipped: Callable[[str, int], object] = lambda *_: None,
    ) -> None:
        self._count_skipped = count_skipped
        self._follower = follower
        self._timers = timers
        self._revisions = revisions
        self._leadership = Leadership(lease, _ROLE)
        self._at_work = Tasks[str]()
        self._rounds = Rounds(self._look, LOOK_S, "the timer runner")

    def start(self) -> None:
        """Begin to look."""
        self._rounds.start()

    async def stop(self) -> None:
        """End; what is under way in the store is either done or not."""
        await self._rounds.stop()
        await self._at_work.end()

    async def _look(self) -> None:
        at_work = self._at_work.running()
        idle = [tenant for tenant in await self._revisions.tenants() if tenant not in at_work]
        async for tenant, status in ask_each(idle, self._timers.timer_status):
            if status.has_work:
                self._at_work.begin(tenant, self._work(tenant))

    async def _work(self, tenant: str) -> None:
        """Read on and fire until there is nothing left, or somebody else has the role."""
        follower, has_work, known = self._follower(tenant), True, 0
        try:
            while has_work and not self._rounds.stopping and await self._leadership.leads(tenant):
                done = await self._leadership.while_leading(tenant, turn(tenant, follower, self._timers))
                has_work = done is not None and done.has_more
                if done and has_work and done.read:
                    known = await self._make_way(tenant, done.read, known)
        except Failure as error:
            _log.warning("tenants/%s: timers are not kept for now: %s", tenant, error)
        except Exception:  # nobody awaits it: what ended it would be told by nobody
            _log.exception("tenants/%s: keeping the timers failed; it begins anew", tenant)
        if follower.skipped:
            self._count_skipped(tenant, follower.skipped)

    async def _make_way(self, tenant: str, read: int, known: int) -> int:
        """Rest behind a page as long as calls come, for them to have nearly all of the time; return the last event.

        Not where an event has been unread too long, nor in what came before anybody followed: nothing is late for it.

        Parameters
        ----------
        known
            The last event there was behind the page before; 0: this is the first.
        """
        status = await self._timers.timer_status(tenant)
        if status.unread_ms is not None and status.now_ms - status.unread_ms < MOST_UNREAD_MS:
            came = status.events - known if known else read
            await asyncio.sleep(min(read, came, PAGE) * _REST_S)  # what is skipped costs no more than a page
        return status.events


class Turn(NamedTuple):
    """What was done of a tenant: how many events were read, and timers removed."""

    read: int
    removed: int

    @property
    def has_more(self) -> bool:
        """Whether there may be more at once; the few events that came meanwhile wait for the next look."""
        return self.removed > 0 or self.read >= PAGE


async def turn(tenant: str, follower: TimerFollower, timers: Timers) -> Turn:
    """Read on, credit leave, hand over and fire once.

    Whoever fires rests then for about as long as that took: calls have half of the time when thousands are due at once.
    """
    done = Turn(await follower.follow(), await follower.make_due() + await timers.fire(tenant, skip=follower.skip))
    if done.removed:
        await asyncio.sleep(done.removed * _REST_S)
    return done
