"""Watchers of several roles, in two tenants, over several protocols at once: each is told what a lone one would be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from typing import Any

import pytest
from google.protobuf.json_format import Parse

from fairlead.v1 import routing_pb2 as routing
from gateway.calls.shared_answers import CarriedAnswer, SharedAnswer
from router.history.watch import WatchService
from tests.api import EVERYONE, Api, connected
from tests.identities import bearer
from tests.integration.gateway.http.conftest import Door
from tests.integration.gateway.http.test_rest import events
from tests.web import Carried, streamed, web_serving

WATCH = "fairlead.v1.RoutingService/WatchWorkItems"
ROLES = ("manager", "service", "operator")
TENANTS = {"mine": "phone", "theirs": "email"}
"""What is personal in each: a change that is told by the other's rules shows what it must not."""
WAYS = ("grpc", "sse", *(how for how in Carried if how is not Carried.REST))
LEADS = 4
Told = list[routing.WatchWorkItemsResponse]


def shown(role: str, tenant: str) -> list[tuple[str, str]]:
    return bearer(f"{role}-of-{tenant}", [role], [tenant])


async def watch(door: Door, way: str, role: str, tenant: str, token: str, begun: Callable[[], None]) -> Told:
    """Return what a watcher is told behind a token: so many changes."""
    request = routing.WatchWorkItemsRequest(parent=f"tenants/{tenant}", resume_token=token)
    async with aclosing(answers(door, way, request, shown(role, tenant))) as stream:
        told = list[routing.WatchWorkItemsResponse]()
        async for answer in stream:
            if answer.HasField("change"):
                told.append(answer)
            else:
                begun()
            if len(told) == 2 * LEADS:
                break
    return told


async def answers(
    door: Door, way: str, request: routing.WatchWorkItemsRequest, headers: list[tuple[str, str]]
) -> AsyncGenerator[Any]:
    if way == "grpc":
        channel: Any = door.api.channel
        async for data in channel.unary_stream(f"/{WATCH}")(request.SerializeToString(), metadata=headers):
            yield routing.WatchWorkItemsResponse.FromString(data)
    elif way == "sse":
        said = [": ".join(each) for each in headers] + [f"Last-Event-ID: {request.resume_token}"]
        async with events(door.addresses.http, f"/v1/{request.parent}/workItems:watch", *said) as next_event:
            while True:
                _, data = await next_event()
                yield Parse(json.dumps(data), routing.WatchWorkItemsResponse())
    else:
        async for answer in streamed(door.addresses.http, WATCH, request, Carried(way), headers):
            yield answer


async def arrange(api: Api, personal: str) -> str:
    """Have somebody for every lead and one personal field; return the token of now."""
    await api.hire("ann")
    await api.pool("everyone", ["ann"])
    fields = {name: {"type": "string", "personal": name == personal} for name in TENANTS.values()}
    await api.adopt({**EVERYONE, "fields": fields})
    return await token_of(api)


async def token_of(api: Api) -> str:
    stream = api.routing.WatchWorkItems(routing.WatchWorkItemsRequest(parent=api.parent))
    begun = await stream.read()
    stream.cancel()
    return str(begun.resume_token)


async def route(api: Api) -> None:
    """Have leads come and their data change, numbered alike in each tenant."""
    for n in range(LEADS):
        await api.route(f"L-{n}", phone="", email="")
        item = routing.WorkItem(name=f"{api.parent}/workItems/crm~L-{n}")
        item.attributes.update({"phone": f"139 {n} {api.tenant}", "email": f"{n}@{api.tenant}.example"})
        await api.routing.UpdateWorkItem(routing.UpdateWorkItemRequest(work_item=item))


@pytest.fixture
async def desks(store: Any) -> AsyncIterator[dict[str, Api]]:
    """Yield both tenants, by a service that asks nobody who they are."""
    async with (
        web_serving(store.url) as addresses,
        connected(addresses.grpc, "mine", store.url) as mine,
        connected(addresses.grpc, "theirs", store.url) as theirs,
    ):
        yield {"mine": mine, "theirs": theirs}


async def told_together(door: Door, desks: dict[str, Api], tokens: dict[str, str]) -> dict[tuple[str, str, str], Told]:
    """Return what each is told who watches while the others do."""
    who = [(way, role, tenant) for way in WAYS for role in ROLES for tenant in TENANTS]
    begun = asyncio.Semaphore(0)
    together = [asyncio.create_task(watch(door, *each, tokens[each[2]], begun.release)) for each in who]
    for _ in who:
        await begun.acquire()
    await asyncio.gather(*(route(api) for api in desks.values()))
    return dict(zip(who, await asyncio.gather(*together), strict=True))


async def told_alone(door: Door, tokens: dict[str, str]) -> dict[tuple[str, str], Told]:
    """Return what each is told alone, behind the same tokens, once all others are gone."""
    return {
        (role, tenant): await watch(door, "grpc", role, tenant, tokens[tenant], lambda: None)
        for role in ROLES
        for tenant in TENANTS
    }


def form_alone(shared: SharedAnswer, _: AbstractSet[str] | None) -> CarriedAnswer:
    """Give all the same, whatever their role."""
    return shared._whole


def one_feed(changes: Any) -> Any:
    """Give all the same, whatever their tenant."""
    return lambda service, _, after: changes(service, "mine", after)


@pytest.mark.parametrize(
    "guard",
    [
        None,
        pytest.param("what is hidden", marks=pytest.mark.long),
        pytest.param("the tenant", marks=pytest.mark.long),
    ],
)
async def test_each_is_told_among_many_what_they_would_be_told_alone(
    guarded: Door, desks: dict[str, Api], guard: str | None
) -> None:
    tokens = {tenant: await arrange(api, TENANTS[tenant]) for tenant, api in desks.items()}
    with pytest.MonkeyPatch.context() as broken:
        if guard == "what is hidden":
            broken.setattr(SharedAnswer, "without", form_alone)
        if guard == "the tenant":
            broken.setattr(WatchService, "changes", one_feed(WatchService.changes))
        together = await told_together(guarded, desks, tokens)
    alone = await told_alone(guarded, tokens)

    wrong = [(way, role, tenant) for (way, role, tenant), told in together.items() if told != alone[role, tenant]]
    if guard == "what is hidden":
        assert {role for _, role, _ in wrong} == {"operator"}
    elif guard == "the tenant":
        assert {tenant for *_, tenant in wrong} == {"theirs"}
    else:
        assert wrong == []
        phones = {role: str(alone[role, "mine"][1]).count("139 0 mine") for role in ROLES}
        emails = {role: str(alone[role, "mine"][1]).count("0@mine.example") for role in ROLES}
        assert (phones["operator"], min(phones["manager"], phones["service"])) == (0, 1)
        assert min(emails.values()) == 1
