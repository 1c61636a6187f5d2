"""More calls than can be served: what is answered is answered, the rest is turned away unread and may come again."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from serving.wiring import Service
from store.embedded.server import EmbeddedServer
from tests.api import ASSIGNED, EVERYONE, Api, connected, differences
from tests.conftest import settings
from tests.integration.test_failures_living import store_pid
from tests.integration.test_memory_short import delay_of
from tests.patience import FOREVER_S, patient

pytestmark = pytest.mark.long

MOST = 16
CONNECTIONS, CALLS_EACH = 8, 40
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]


@pytest.fixture
async def service(own_store: EmbeddedServer, tenant: str) -> AsyncIterator[tuple[Service, list[Api]]]:
    """Yield a service that takes few calls at a time, and a tenant of it over several connections."""
    service = Service(settings(own_store.url, max_calls=MOST), patient(own_store.url))
    address = await service.start("127.0.0.1:0")
    async with AsyncExitStack() as opened:
        first = await opened.enter_async_context(connected(address, tenant, own_store.url))
        channels = [
            await opened.enter_async_context(grpc.aio.insecure_channel(address, OWN_CONNECTION))
            for _ in range(CONNECTIONS)
        ]
        await first.hire("ann")
        await first.pool("everyone", ["ann"])
        await first.adopt(EVERYONE)
        yield service, [Api(channel, tenant, own_store.url) for channel in channels]
    await service.drain()


@contextmanager
def frozen(url: str) -> Iterator[None]:
    """Stop the store: whatever has begun waits, and takes room."""
    pid = store_pid(url)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def tried(api: Api, name: str) -> tuple[str, Any]:
    """Route a lead, and return its decision or how it was refused."""
    try:
        return name, await api.route(name, request_id=name)
    except grpc.aio.AioRpcError as error:
        return name, error


async def test_what_is_too_much_is_turned_away_unread_and_the_rest_is_answered(
    service: tuple[Service, list[Api]],
) -> None:
    serving, apis = service
    names = {f"L-{caller}-{n}": api for caller, api in enumerate(apis) for n in range(CALLS_EACH)}
    health: Any = health_pb2_grpc.HealthStub(apis[0].channel)

    with frozen(apis[0].redis_url):
        calls = [asyncio.create_task(tried(api, name)) for name, api in names.items()]
        well = await health.Check(health_pb2.HealthCheckRequest())
        while sum(call.done() for call in calls) < len(names) - MOST:  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.01)
    codes = dict(await asyncio.gather(*calls))
    refused = {name: error for name, error in codes.items() if isinstance(error, grpc.aio.AioRpcError)}
    unknown = [await code_of_item(names[name], name) for name in refused]
    left = dict(refused)
    while left:
        again = await asyncio.gather(*(tried(names[name], name) for name in list(left)[:MOST]))
        for name, answer in again:
            if not isinstance(answer, grpc.aio.AioRpcError):
                assert answer.outcome == ASSIGNED
                del left[name]
    await serving.load_shedder.leave(FOREVER_S)  # what is answered may not be over

    assert well.status == health_pb2.HealthCheckResponse.SERVING
    assert len(names) - len(refused) == MOST
    assert {error.code() for error in refused.values()} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert all(delay_of(error) > 0 for error in refused.values())
    assert set(unknown) == {grpc.StatusCode.NOT_FOUND}
    assert serving.load_shedder.under_way == 0
    assert await differences(apis[0].redis_url, apis[0].tenant) == []


async def code_of_item(api: Api, name: str) -> grpc.StatusCode:
    """Ask for a work item until somebody has time to look."""
    while True:
        try:
            await api.item(f"{api.parent}/workItems/crm~{name}")
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
                return error.code()
        else:
            return grpc.StatusCode.OK


async def test_calls_that_nobody_waits_for_any_more_take_no_room(service: tuple[Service, list[Api]]) -> None:
    serving, apis = service

    async def give_up(api: Api, name: str) -> None:
        with pytest.raises(grpc.aio.AioRpcError):
            await api.routing.RouteWorkItem(api.wish(name), timeout=1e-4)

    for round_ in range(5):
        await asyncio.gather(*(give_up(api, f"G-{round_}-{n}") for api in apis for n in range(CALLS_EACH)))
    await serving.load_shedder.leave(FOREVER_S)

    assert serving.load_shedder.under_way == 0
