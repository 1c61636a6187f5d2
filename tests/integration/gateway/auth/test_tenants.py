"""Tenants beside each other in one store: whatever they call themselves and their things, neither sees the other's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from redis.asyncio import Redis

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import rules_pb2 as rules
from gateway.auth.principals import Role
from tests.api import EVERYONE, Api, connected
from tests.conftest import serving
from tests.identities import bearer, security
from tests.integration.gateway.auth.test_who_may import showing

PAIRS = [
    ("acme", "acme2"),
    ("a-b", "a"),
    ("华东", "华"),
    ("acme", "ACME"),
    ("e", "events"),
    ("a.b", "a_b"),
    ("..", "."),
]
HOSTILE = ["a}", "{a}", "a{b}c", "a:b", "a*", "a b", "a\n", "a/../b", "*", "", "a" * 65, "\u200b", "a\x00", "\u0301a"]


@pytest.fixture(params=PAIRS, ids="-".join)
async def pair(request: Any, own_store: Any, tmp_path: Path) -> AsyncIterator[tuple[Api, Api]]:
    """Yield two tenants, each seen by a manager of theirs alone."""
    async with (
        serving(own_store.url, security=security(tmp_path)) as address,
        connected(address, "unused", own_store.url) as api,
    ):
        first, second = (showing(api, name, bearer(f"m-{name}", list(Role), [name])) for name in request.param)
        yield first, second


async def code_of(call: Any) -> grpc.StatusCode:
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


async def some_history(api: Api, rep: str) -> None:
    await api.hire(rep)
    await api.pool("everyone", [rep])
    await api.adopt(EVERYONE)
    await api.route("L-1", request_id="same")


async def test_the_same_names_mean_each_tenant_s_own(pair: tuple[Api, Api]) -> None:
    first, second = pair
    await some_history(first, "ann")
    await some_history(second, "bo")

    owners = [
        (await api.routing.GetWorkItem(routing.GetWorkItemRequest(name=f"{api.parent}/workItems/crm~L-1"))).owner
        for api in pair
    ]
    latest = [await api.decisions.ListDecisions(decisions.ListDecisionsRequest(parent=api.parent)) for api in pair]

    assert owners == [f"{first.parent}/reps/ann", f"{second.parent}/reps/bo"]
    assert [len(listed.decisions) for listed in latest] == [1, 1]


async def test_each_tenant_s_keys_carry_its_tag_and_no_other(pair: tuple[Api, Api]) -> None:
    first, second = pair
    await some_history(first, "ann")
    redis: Any = Redis.from_url(first.redis_url)
    before = {key: await redis.dump(key) async for key in redis.scan_iter() if _tag(key) == first.tenant}
    await some_history(second, "bo")
    after = {key: await redis.dump(key) async for key in redis.scan_iter() if _tag(key) == first.tenant}
    tags = {_tag(key) async for key in redis.scan_iter()}
    await redis.aclose()

    assert tags <= {first.tenant, second.tenant, ""}
    assert after == before != {}


async def test_neither_learns_of_the_other_even_by_errors(pair: tuple[Api, Api]) -> None:
    first, second = pair
    await some_history(second, "bo")

    there, not_there = (
        routing.GetWorkItemRequest(name=f"{second.parent}/workItems/{name}") for name in ("crm~L-1", "x")
    )
    refusals = []
    for request in (there, not_there):
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await first.routing.GetWorkItem(request)
        refusals.append((refusal.value.code(), refusal.value.details()))
    mixed = routing.RouteWorkItemRequest(parent=first.parent)
    batch = routing.BatchRouteWorkItemsRequest(
        parent=first.parent, requests=[mixed, routing.RouteWorkItemRequest(parent=second.parent)]
    )
    answers = await first.routing.BatchRouteWorkItems(batch)

    assert refusals[0] == refusals[1]
    assert refusals[0][0] is grpc.StatusCode.PERMISSION_DENIED
    assert [result.error.code for result in answers.results][1] == grpc.StatusCode.INVALID_ARGUMENT.value[0]


@pytest.mark.parametrize("tenant", HOSTILE)
async def test_a_name_that_is_none_reaches_nothing(own_store: Any, tmp_path: Path, tenant: str) -> None:
    everybody = bearer("root", list(Role), ["*"])
    async with (
        serving(own_store.url, security=security(tmp_path)) as address,
        connected(address, "unused", own_store.url) as api,
    ):
        shown = showing(api, tenant, everybody)
        parent = f"tenants/{tenant}"
        codes = {
            await code_of(shown.rules.PublishRuleSet(rules.PublishRuleSetRequest(parent=parent, source="x"))),
            await code_of(shown.routing.RouteWorkItem(routing.RouteWorkItemRequest(parent=parent))),
            await code_of(shown.hire("ann")),
        }
    redis: Any = Redis.from_url(own_store.url)
    tags = {_tag(key) async for key in redis.scan_iter()}
    await redis.aclose()

    assert codes == {grpc.StatusCode.INVALID_ARGUMENT}
    assert tags <= {""}


def _tag(key: bytes) -> str:
    """Return the hash tag of a key: what Redis Cluster places it by."""
    text = key.decode()
    return text[text.index("{") + 1 : text.index("}")] if "{" in text else ""
