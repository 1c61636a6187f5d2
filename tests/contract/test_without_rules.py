"""A tenant with people and a process, and no rules yet: nothing falls due, nobody is kept from anything, and
whoever works there hears of the process.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from router.adapters.redis.processes import RedisProcesses
from router.assignment.planner_cache import PlannerCache
from router.backlog.requeuer import Requeuer
from router.deadlines.notices import Notice
from router.model.calendars import TenantSettings
from router.model.workforce import Member, Pool, Rep
from router.process.revisions.cache import ProcessCache
from router.timers.follower import TimerFollower
from store.embedded.server import EmbeddedServer
from tests.contract.staging import process_publication
from tests.contract.test_instants import DAYS, World
from tests.simulated_redis import SimulatedRedis


class Telling:
    """Hears what people are told."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    async def tell(self, _: str, notice: Notice) -> None:
        self.notices.append(notice)


PROCESS = """
process: sales
kinds: [LEAD]
stages:
  - id: new
    deadlines: [{id: call, within: 1h, until: attempt, steps: [{at: 50%, do: remind}]}]
"""


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest, store: EmbeddedServer, tenant: str) -> AsyncIterator[World]:
    """Yield a tenant of whom nothing is known; on each store in turn."""
    redis: Any = None if request.param == "memory" else SimulatedRedis.from_url(store.url)
    world = World(redis, tenant)
    await world.set(world.now_ms)
    world.processes = RedisProcesses(redis) if redis else world.store
    world.planners = PlannerCache(
        world.workforce, world.rule_sets, world.rule_sets, processes=ProcessCache(world.processes)
    )
    yield world
    if redis:
        await redis.flushall()
        await redis.aclose()


async def test_a_process_without_rules_keeps_nobody_from_anything_and_lists_begin_with_rules(world: World) -> None:
    tenant = world.tenant
    await world.write(DAYS, TenantSettings(calendar="days"), Rep("ann"), Pool("east", (Member("ann"),)))
    await world.processes.publish_process(tenant, None, process_publication(PROCESS))
    await world.write(Rep("bob"))
    telling = Telling()
    follower = TimerFollower(tenant, world.store, world.planners, world.presences, world.timers, [], telling)
    requeuer = Requeuer(tenant, world.store, world.planners)

    await requeuer.begin()
    await follower.catch_up()
    await follower.make_due()
    await world.write(Rep("cyd"))
    await requeuer.catch_up()
    before = await requeuer.wake(), [timer.name for timer in await world.timers.timers(tenant)]
    await world.publish("pool: east")
    await requeuer.catch_up()
    await follower.catch_up()

    assert before == (0, [])
    assert [notice.recipients.told for notice in telling.notices] == [("ann",)]  # of the process
    assert await world.timers.timers(tenant) != []


async def test_a_publication_is_told_where_nothing_can_fall_due_and_the_log_is_passed_over_else(world: World) -> None:
    tenant, source = world.tenant, PROCESS.replace(", steps: [{at: 50%, do: remind}]", "")
    await world.write(Rep("ann"), Pool("east", (Member("ann"),)))
    await world.publish("pool: east")
    telling = Telling()
    follower = TimerFollower(tenant, world.store, world.planners, world.presences, world.timers, [], telling)
    await follower.catch_up()

    await world.processes.publish_process(tenant, None, process_publication(source))
    await world.processes.publish_process(tenant, None, process_publication(source.replace("1h", "2h")))
    await follower.catch_up()

    assert [notice.recipients.told for notice in telling.notices] == [("ann",), ("ann",)]
