"""Moving a simulated clock, so that whatever falls due on the way happens at its own instant, in order.

The clock stands at each instant at which a timer is due until all that follows from it is done: it has fired, what
waits was tried, and the next timers are known. All this is done here and now, for the service could be late, and the
instant would be gone. It may do the same beside us: each change in the store is made once.
"""

from __future__ import annotations

from router.adapters.redis.repositories import Stores
from router.assignment.planner_cache import PlannerCache
from router.backlog.requeuer import Requeuer
from router.model.dispatch import Answer
from router.model.events import Credited, Digested, Event, Fired, OfferAnswered, PresenceChanged
from router.process.revisions.cache import ProcessCache
from store.clock import SimulatedClock

_PAGE = 1000
_US = 1000
"""Microseconds in a millisecond."""


class SimulatedTime:
    """The time of a private store, with what falls due in it.

    Parameters
    ----------
    stores
        Whose clock is simulated; scripts must read it, see ``store.clock.simulated``.
    """

    def __init__(self, stores: Stores) -> None:
        self._clock = SimulatedClock(stores.redis)
        self._stores = stores
        self._planners = PlannerCache(
            stores.workforce, stores.rule_sets, stores.rule_sets, processes=ProcessCache(stores.processes)
        )
        self._tenants: list[_Tenant] = []

    async def move(self, to_us: int) -> int:
        """Let it be another time, in microseconds since 1970; return how many timers fired on the way.

        What was due before fires now. Set back, nothing does.
        """
        at_us, rate = await self._clock.read()
        try:
            if to_us >= at_us:
                await self._clock.set(at_us, 0)
                await self._open()
            while (due_us := await self._next_us()) is not None and due_us <= to_us:
                at_us = max(at_us, due_us)
                await self._clock.set(at_us, 0)
                await self._settle()
            at_us = to_us
        finally:
            await self._clock.set(at_us, rate)
            self._planners.close()
        return sum([await tenant.fired() for tenant in self._tenants])

    async def _open(self) -> None:
        names = await self._stores.rule_sets.tenants()
        self._tenants = [_Tenant(name, self._stores, self._planners) for name in names]
        for tenant in self._tenants:
            await tenant.begin()
        await self._settle()

    async def _settle(self) -> None:
        for tenant in self._tenants:
            await tenant.settle()

    async def _next_us(self) -> int | None:
        """Return the earliest instant at which something is due."""
        statuses = [await self._stores.timers.timer_status(tenant.name) for tenant in self._tenants]
        return min((status.due_ms * _US for status in statuses if status.due_ms is not None), default=None)


class _Tenant:
    """What has to happen of one tenant at an instant."""

    def __init__(self, name: str, stores: Stores, planners: PlannerCache) -> None:
        self.name = name
        self._timers = stores.timers
        self._log = stores.assignments
        self._follower = stores.timer_follower(planners, name)
        self._requeuer = Requeuer(name, stores.assignments, planners)
        self._began = 0

    async def begin(self) -> None:
        """Take note of what waits."""
        await self._requeuer.begin()
        self._began = self._requeuer.position

    async def settle(self) -> None:
        """Fire what is due and do all that follows, until there is nothing more at this instant, whoever did it."""
        while True:
            await self._follower.make_due()
            await self._timers.fire(self.name)
            await self._requeuer.catch_up()
            await self._requeuer.wake()
            await self._follower.catch_up()
            status = await self._timers.timer_status(self.name)
            if not status.has_work and status.events == self._requeuer.position:
                return

    async def fired(self) -> int:
        """Return how many timers fired since it began."""
        fired, after = 0, self._began
        while events := await self._log.events(self.name, after=after, count=_PAGE):
            fired += sum(map(_is_fired, events))
            after = events[-1].number
        return fired


async def newest_event_us(stores: Stores) -> int:
    """Return when the newest event of all logs was, in microseconds since 1970; 0: there is none."""
    logs = [await stores.assignments.events(name, count=1, newest_first=True) for name in await stores.tenants()]
    return max((event.at_ms * _US for log in logs for event in log), default=0)


def _is_fired(event: Event) -> bool:
    """Say whether an event is of what fell due, as far as it says so: who is back may have said it themselves."""
    match event:
        case Fired() | Credited() | Digested() | OfferAnswered(answer=Answer.LAPSED) | PresenceChanged(until_ms=None):
            return True
    return False
