"""Moving a simulated clock, so that whatever falls due on the way happens at its own instant, in order.

The clock stands at each instant at which a timer is due until all that follows from it is done: it has fired, what
waits was tried, and the next timers are known. All this is done here and now, for the service could be late, and the
instant would be gone. It may do the same beside us: each change in the store is made once.
"""

from __future__ import annotations

from router.adapters.redis.repositories import Stores
from router.assignment.planner_cache import PlannerCache
from router.backlog.requeuer import Requeuer
from store.clock import SimulatedClock

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
        self._planners = PlannerCache(stores.workforce, stores.rule_sets, stores.rule_sets)
        self._tenants: list[_Tenant] = []

    async def move(self, to_us: int) -> int:
        """Let it be another time, in microseconds since 1970; return how many timers fell due on the way.

        What was due before falls due now. Set back, nothing does.
        """
        at_us, rate = await self._clock.read()
        fallen_due = 0
        try:
            if to_us >= at_us:
                await self._clock.set(at_us, 0)
                await self._open()
            while (due_us := await self._next_us()) is not None and due_us <= to_us:
                at_us = max(at_us, due_us)
                await self._clock.set(at_us, 0)
                fallen_due += sum([await tenant.act() for tenant in self._tenants])
            at_us = to_us
        finally:
            await self._clock.set(at_us, rate)
            self._planners.close()
        return fallen_due

    async def _open(self) -> None:
        names = await self._stores.rule_sets.tenants()
        self._tenants = [_Tenant(name, self._stores, self._planners) for name in names]
        for tenant in self._tenants:
            await tenant.begin()

    async def _next_us(self) -> int | None:
        """Return the earliest instant at which something is due."""
        dues = [await tenant.due_ms() for tenant in self._tenants]
        return min((due_ms * _US for due_ms in dues if due_ms is not None), default=None)


class _Tenant:
    """What has to happen of one tenant at an instant."""

    def __init__(self, name: str, stores: Stores, planners: PlannerCache) -> None:
        self._name = name
        self._timers = stores.timers
        self._follower = stores.timer_follower(planners, name)
        self._requeuer = Requeuer(name, stores.assignments, planners)

    async def begin(self) -> None:
        """Try what waits, and know of all timers."""
        await self._requeuer.begin()
        await self._requeuer.wake()
        await self._follower.catch_up()

    async def act(self) -> int:
        """Do what is due, and all that follows from it; return how many timers fell due."""
        fallen_due = 0
        while removed := await self._timers.fire(self._name):
            fallen_due += removed
            await self._requeuer.catch_up()
            await self._requeuer.wake()
            await self._follower.catch_up()
        return fallen_due

    async def due_ms(self) -> int | None:
        """Return when the earliest timer is due."""
        return (await self._timers.timer_status(self._name)).due_ms
