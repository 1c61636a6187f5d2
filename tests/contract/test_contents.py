"""A work item is what its record's ``content`` says, not what its last decision was made from; on both stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import msgpack
import pytest
from redis.asyncio import Redis

from router.adapters.redis.keys import Keys
from router.assignment.commands import ReassignRequest, RouteRequest
from router.assignment.queries import WorkItemQueries
from router.backlog.requeuer import Requeuer
from router.model.workforce import Rep
from router.model.workitem import Kind, WorkItem
from store.clients import close
from tests.contract.nothing.routing import Routing
from tests.drivers import DRIVERS, driven
from tests.twins.store import MemoryStore

ITEM = "crm~L-0"


@pytest.fixture(params=["memory", *DRIVERS])
async def world(request: pytest.FixtureRequest, tenant: str) -> AsyncIterator[Routing]:
    """Yield a tenant in which crm~L-0 waits, came once worth nothing and once worth 3, and is worth nothing."""
    redis: Any = None
    if request.param != "memory":
        redis = driven(Redis.from_url(request.getfixturevalue("store").url), request.param)
    world = await Routing.open(redis, tenant)
    first = (await world.store.item(tenant, ITEM)).content
    await world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 1})})
    await world.router.route(tenant, RouteRequest(WorkItem(Kind.LEAD, "crm", "L-0", value=3.0)))
    await has_content(world, redis, first)
    yield world
    if redis:
        await close(redis)


async def has_content(world: Routing, redis: Any, number: int) -> None:
    """Have a work item's content stand in an event that is not its last decision."""
    if isinstance(world.store, MemoryStore):
        items = world.store._tenants[world.tenant].projection.items
        items[ITEM] = replace(items[ITEM], content=number)
        return
    key = Keys(world.tenant).item(ITEM)
    record = msgpack.unpackb(await redis.get(key))
    record[7] = number
    await redis.set(key, msgpack.packb(record))
    assert (await world.store.item(world.tenant, ITEM)).content == number


async def test_it_is_shown_and_listed_with_its_content(world: Routing) -> None:
    queries = WorkItemQueries(world.store, world.planners)

    shown = await queries.item(world.tenant, ITEM)
    listed, _ = await queries.items(world.tenant, after=0, count=10)

    assert (shown.item.value, shown.decision.head.item.value) == (0.0, 3.0)
    assert shown in listed


async def test_it_is_moved_with_its_content(world: Routing) -> None:
    await world.write({("rep", "bo"): Rep("bo")})

    decision = await world.router.reassign(world.tenant, ReassignRequest(ITEM, rep="bo"))

    assert (decision.rep, decision.head.item.value) == ("bo", 0.0)


async def test_it_is_woken_with_its_content(world: Routing) -> None:
    await world.write({("rep", "bo"): Rep("bo")})
    requeuer = Requeuer(world.tenant, world.store, world.planners)

    await requeuer.begin()

    assert await requeuer.wake() == 1
    decision = await world.event()
    assert (decision.rep, decision.head.item.value) == ("bo", 0.0)
