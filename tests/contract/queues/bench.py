"""A queue and the clock it is judged by, moved by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workqueue.jobs import JobState, Lease, NewJob, Settlement, SettlementKind
from workqueue.ports import Queue

TENANT = "t"
BEGIN_US = 1_700_000_000_000_000
CLOCK = f"test:{{{TENANT}}}:clock"
HAND_CLOCK = f"local now_us = tonumber(redis.call('GET', '{CLOCK}'))\n"
"""A clock that is moved by hand: the scripts read it instead of the server's. It lies where the tenant's keys do."""


class Clock:
    """An instant that both sides share."""

    def __init__(self, redis: Any = None) -> None:
        self._redis = redis
        self.now_us = BEGIN_US

    async def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.now_us += round(seconds * 1e6)
        if self._redis is not None:
            await self._redis.set(CLOCK, self.now_us)


class Bench:
    """A queue and the clock it is judged by."""

    def __init__(self, make: Callable[..., Queue], clock: Clock) -> None:
        self.make = make
        self.clock = clock
        self.queue = make()

    async def submit(self, *ids: str, **fields: Any) -> list[Any]:
        """Submit jobs that differ by id alone."""
        return await self.queue.submit(TENANT, [NewJob(name, name.encode(), **fields) for name in ids])

    async def lease(self, count: int = 10, lease_s: float = 10.0) -> tuple[Lease, ...]:
        """Lease as a worker does."""
        return (await self.queue.lease(TENANT, count, lease_s)).leases

    async def end(
        self, verdict: SettlementKind, *leases: Lease, reason: str = "", delay_s: float = 0.0, note: str = ""
    ) -> list[bool]:
        """End leases alike."""
        return await self.queue.settle(TENANT, [Settlement(lease, verdict, reason, delay_s, note) for lease in leases])

    async def count(self, state: JobState) -> int:
        """Count the jobs of a state."""
        return (await self.queue.stats(TENANT)).counts[state]


def names(jobs: Any) -> list[str]:
    """Return the ids."""
    return [job.id for job in jobs]
