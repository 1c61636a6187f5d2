"""A record that is of no format that this version reads: it is named, and stands in nobody else's way."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import msgpack
import pytest
from redis.asyncio import Redis

from router.adapters.redis.keys import Keys
from router.assignment.planner_cache import PlannerCache
from router.backlog.requeuer import Requeuer
from router.backlog.runner import RequeueRunner
from router.history.replay import Replay
from router.model.errors import CorruptHistory
from router.model.workforce import Rep
from router.model.workitem import State
from tests.contract.nothing.routing import Routing

OF_FORMAT_1 = ["QUEUED", "LEAD", "", "", 0, 3, 3, 3, []]


@pytest.fixture
async def redis(store: Any) -> AsyncIterator[Any]:
    """Yield a client of the store."""
    redis: Any = Redis.from_url(store.url)
    yield redis
    await redis.aclose()


@pytest.mark.parametrize(
    "record",
    [OF_FORMAT_1, "crm~", 7, [], ["GONE", *OF_FORMAT_1[1:], 0, 0], [*OF_FORMAT_1, 0, 0]],
    ids=["of format 1", "a text", "a number", "empty", "of an unknown state", "a number for a list"],
)
async def test_it_is_named_where_it_is_read_and_in_a_replay(redis: Any, tenant: str, record: object) -> None:
    world = await Routing.open(redis, tenant)
    await redis.set(Keys(tenant).item("crm~L-1"), msgpack.packb(record))

    with pytest.raises(CorruptHistory, match="work item crm~L-1: its record cannot be read"):
        await world.store.items(tenant, ["crm~L-0", "crm~L-1"])
    differences = [found async for found in Replay(world.store, world.presences, world.planners).differences(tenant)]

    assert [found.split(" cannot")[0] for found in differences] == ["work item crm~L-1: its record"]


async def test_those_that_wait_beside_it_are_woken(redis: Any, tenant: str) -> None:
    world = await Routing.open(redis, tenant)
    await world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 1})})
    await world.route("L-2")
    await redis.set(Keys(tenant).item("crm~L-0"), msgpack.packb(OF_FORMAT_1))
    await world.write({("rep", "bo"): Rep("bo")})
    requeuer = Requeuer(tenant, world.store, world.planners)

    await requeuer.begin()

    assert await requeuer.wake() == 1
    assert (await world.store.item(tenant, "crm~L-2")).state is State.ASSIGNED


class Failing:
    """A store, or what else there is, of which some first calls fail in a way that nobody foresaw."""

    def __init__(self, real: Any, *calls: str) -> None:
        self._real = real
        self.left = list(calls)

    def __getattr__(self, name: str) -> Any:
        if name in self.left:
            self.left.remove(name)
            raise ZeroDivisionError(name)
        return getattr(self._real, name)


async def test_what_nobody_foresaw_is_logged_and_the_runner_goes_on(
    redis: Any, tenant: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = await Routing.open(redis, tenant)
    revisions, store = Failing(world.rule_sets, "tenants"), Failing(world.store, "items")
    planners = PlannerCache(world.workforce, world.rule_sets, world.rule_sets)
    runner = RequeueRunner(store, planners, revisions, world.log_follower, world.leader_lease)
    caplog.set_level(logging.ERROR)

    runner.start()
    while (await world.store.item(tenant, "crm~L-0")).state is not State.ASSIGNED:
        await world.log_follower.grown(tenant, (await world.event()).number, 0.5)
    await runner.stop()

    assert (revisions.left, store.left) == ([], [])
    looked, followed = [record.getMessage() for record in caplog.records]
    assert looked == "the requeue runner failed; it goes on with the next look"
    assert followed.endswith(": the requeuer failed; it begins anew")  # this tenant's, or another's on the same store
