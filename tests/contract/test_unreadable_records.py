"""A record that is of no format that this version reads: it is named, and stands in nobody else's way."""

from __future__ import annotations

import asyncio
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
from router.model.decision import Decision
from router.model.errors import CorruptHistory
from router.model.events import WAKE, Fired
from router.model.records import ItemRecord
from router.model.workforce import Rep
from router.model.workitem import State
from router.timers.follower import TimerFollower
from router.timers.ports import Present
from router.timers.runner import TimerRunner
from router.timers.timer import Timer
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


class Raising:
    """A schedule: of one work item nobody can say when it falls due, of every other it does in an hour."""

    state = State.QUEUED

    def concerns(self, _: ItemRecord, __: Present) -> bool:
        return True

    def may_fall_due(self, _: Present) -> bool:
        return True

    def due(self, _: Present, record: ItemRecord, __: Decision) -> Timer:
        if record.item_id == "crm~L-0":
            raise ZeroDivisionError(record.item_id)
        return Timer(record.item_id, WAKE, record.decision, 1, 1)


def follower_of(world: Routing) -> TimerFollower:
    return TimerFollower(world.tenant, world.store, world.planners, world.presences, world.timers, [Raising()])


async def two_that_wait(world: Routing) -> None:
    await world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 1})})
    await world.route("L-2")


async def test_one_of_which_nobody_can_say_what_falls_due_has_no_timer_and_the_others_fire(
    redis: Any, tenant: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = await Routing.open(redis, tenant)
    await two_that_wait(world)
    follower = follower_of(world)

    await follower.catch_up()

    assert [timer.item_id for timer in await world.timers.timers(tenant)] == ["crm~L-2"]
    assert follower.skipped
    assert "crm~L-0 is passed over and has no timers: ZeroDivisionError" in caplog.text
    assert await world.timers.fire(tenant) == 1
    assert (await world.store.item(tenant, "crm~L-2")).fired_step(WAKE, (await world.event()).number - 1)


@pytest.mark.parametrize("packed", [msgpack.packb(OF_FORMAT_1), b"\xc1", msgpack.packb(7), msgpack.packb("crm")])
async def test_one_that_cannot_be_read_when_it_is_due_is_removed_and_counted_and_the_others_fire(
    redis: Any, tenant: str, packed: bytes
) -> None:
    world = await Routing.open(redis, tenant)
    await two_that_wait(world)
    waiting = [item_id for _, item_id in await world.store.waiting(tenant)]
    records = await world.store.items(tenant, waiting)
    before = await world.timers.followed(tenant)
    timers = {record.item_id: [Timer(record.item_id, WAKE, record.decision, 1, 1)] for record in records}
    await world.timers.set_timers(tenant, before, before, timers)
    await redis.set(Keys(tenant).item("crm~L-0"), packed)
    skipped = list[str]()

    removed = await world.timers.fire(tenant, skip=lambda item_id, _: skipped.append(item_id))

    assert (removed, skipped, await world.timers.timers(tenant)) == (2, ["crm~L-0"], [])
    fired = await world.event()
    assert isinstance(fired, Fired)
    assert fired.item_id == "crm~L-2"


async def test_the_runner_counts_what_it_passes_over(redis: Any, tenant: str) -> None:
    world = await Routing.open(redis, tenant)
    await two_that_wait(world)
    skipped, told = dict[str, int](), asyncio.Event()

    def count(of: str, times: int) -> None:
        skipped[of] = times
        if of == tenant:
            told.set()

    revisions: Any = OneTenant(tenant)
    runner = TimerRunner(lambda _: follower_of(world), world.timers, revisions, world.leader_lease, count)
    runner.start()
    await asyncio.wait_for(told.wait(), 20)
    await runner.stop()

    assert skipped == {tenant: 1}


class OneTenant:
    """The revisions of one tenant alone."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant

    async def tenants(self) -> list[str]:
        return [self._tenant]
