"""A store that comes back without its data: what was acknowledged is lost by the operator's deed; nothing is mixed."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from redis.asyncio import Redis

from fairlead.v1 import routing_pb2 as routing
from tests.api import EVERYONE, Api, differences, last
from tests.integration.test_waiting import watching


async def settle(api: Api, *reps: str) -> None:
    for rep in reps:
        await api.hire(rep)
    await api.pool("everyone", reps)
    await api.adopt(EVERYONE)


async def emptied(api: Api) -> None:
    redis: Any = Redis.from_url(api.redis_url)
    await redis.delete(*[key async for key in redis.scan_iter(f"fairlead:{{{api.tenant}}}:*")])
    await redis.aclose()


async def test_a_store_that_lost_its_data_is_named_as_what_it_is(api: Api) -> None:
    await settle(api, "ann", "bob")
    lead = await api.route("L-1")

    await emptied(api)

    with pytest.raises(grpc.aio.AioRpcError, match="no rule set is published"):
        await api.route("L-1")
    with pytest.raises(grpc.aio.AioRpcError, match="NOT_FOUND"):
        await api.item(lead.work_item)


async def test_no_decision_is_made_by_what_was_known_of_a_lost_store(api: Api, neighbour: Api) -> None:
    await settle(api, "ann", "bob")
    await api.route("L-1")
    await emptied(api)

    await settle(neighbour, "eve", "zoe")
    decision = await api.route("L-1")

    assert last(decision.rep) in {"eve", "zoe"}
    assert await differences(api.redis_url, api.tenant) == []


async def test_a_watch_that_knows_more_than_the_store_is_told_so(api: Api, neighbour: Api) -> None:
    await settle(api, "ann", "bob")
    async with watching(api) as watch:
        await api.route("L-1")
        token = (await watch.next()).resume_token
    await emptied(api)
    await settle(neighbour, "eve")

    stream = api.routing.WatchWorkItems(routing.WatchWorkItemsRequest(parent=api.parent, resume_token=token))
    with pytest.raises(grpc.aio.AioRpcError, match="the store has lost events") as refused:
        await stream.read()

    assert refused.value.code() == grpc.StatusCode.DATA_LOSS
