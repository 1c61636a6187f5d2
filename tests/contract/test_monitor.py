"""The monitor tells of each decision once, and of what does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from router.history.monitor import Monitor
from store.embedded.server import EmbeddedServer
from tests.contract.nothing.routing import Routing


@pytest.fixture
async def world(store: EmbeddedServer, tenant: str) -> AsyncIterator[Routing]:
    """Yield a tenant with bo in pool east, and six events."""
    redis: Any = Redis.from_url(store.url)
    yield await Routing.open(redis, tenant)
    await redis.aclose()


class Observer:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.decisions = Counter[tuple[str, str, bool]]()
        self.distances: list[tuple[str, float, float]] = []
        self.audits: list[tuple[int, int]] = []
        self.answers = Counter[str]()
        self.offers: list[int] = []
        self.steps = 0

    def decided(self, _: str, outcome: str, cause: str, at_capacity: bool, times: int) -> None:
        self.decisions[outcome, cause, at_capacity] += times

    def answered(self, _: str, answer: str, times: int) -> None:
        self.answers[answer] += times

    def stepped(self, _: str, times: int) -> None:
        self.steps += times

    def offered(self, _: str, offers: int) -> None:
        self.offers.append(offers)

    def stands(self, _: str, pool: str, distance: float, bound: float) -> None:
        self.distances.append((pool, distance, bound))

    def audited(self, _: str, events: int, violations: int) -> None:
        self.audits.append((events, violations))


async def test_each_decision_is_told_once_however_often_the_monitor_looks(world: Routing) -> None:
    observer, overdue = Observer(), list[str]()

    async def late(_: str) -> list[str]:
        return overdue

    monitor = Monitor(world.tenant, world.store, world.snapshots, world.planners, late, observer)
    first = await monitor.look()
    for number in range(60):  # more than a page
        await world.route(f"L-{number + 2}")
    second = await monitor.look()
    overdue = ["a job is late"]
    third = await monitor.look()

    assert (first, second, third) == ([], [], ["a job is late"])
    assert observer.decisions == {("ASSIGNED", "ROUTED", False): 60}
    assert (observer.answers, observer.offers) == (Counter(), [0, 0, 0])
    assert observer.audits == [(6, 0), (66, 0), (66, 1)]
    assert {pool for pool, _, _ in observer.distances} == {"east"}
