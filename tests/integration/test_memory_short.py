"""A store that runs short of memory takes nothing in before it has none left, and loses nothing that it took in."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from grpc_status import rpc_status
from redis import Redis

from router.adapters.queue import WorkSettings
from store.embedded.server import EmbeddedServer
from tests.api import Api, connected, differences
from tests.conftest import STORES, serving
from tests.integration.test_queue_commands import settled

pytestmark = pytest.mark.long

ROOM = 3 << 20
"""Bytes that the store may use beside what it uses empty."""
SENDERS = 8
PADDING = {f"note_{n}": "x" * 500 for n in range(10)}
RULES: dict[str, Any] = {
    "fields": {name: {"type": "string"} for name in PADDING},
    "default": {"route": {"pool": "everyone"}},
}


async def taken_until_refused(api: Api, sender: int) -> tuple[list[str], grpc.aio.AioRpcError]:
    """Submit until the store takes no more; return what it took and how it refused."""
    taken: list[str] = []
    while True:
        name = f"{sender}-{len(taken)}"
        try:
            await api.submit(name, **PADDING)
        except grpc.aio.AioRpcError as error:
            return taken, error
        taken.append(name)


@pytest.mark.parametrize("own_store", STORES, indirect=True)
async def test_it_refuses_in_time_says_when_to_come_again_and_keeps_what_it_took(
    own_store: EmbeddedServer, tenant: str
) -> None:
    with Redis(unix_socket_path=own_store.url.removeprefix("unix://")) as redis:
        async with (
            serving(own_store.url, work=WorkSettings(workers=0)) as address,
            connected(address, tenant, own_store.url) as api,
        ):
            await api.hire("ann")
            await api.pool("everyone", ["ann"])
            await api.adopt(RULES)
            redis.config_set("maxmemory", redis.info("memory")["used_memory"] + ROOM)
            ended = await asyncio.gather(*(taken_until_refused(api, sender) for sender in range(SENDERS)))
            used = redis.info("memory")
        async with serving(own_store.url) as address, connected(address, tenant, own_store.url) as api:
            redis.config_set("maxmemory", 0)
            await settled(api)
            again = await api.submit("later")
            items = [await api.item(f"{api.parent}/workItems/crm~{name}") for taken, _ in ended for name in taken]

    assert {error.code() for _, error in ended} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert all("% of its memory" in (error.details() or "") for _, error in ended)
    assert all(delay_of(error) > 0 for _, error in ended)
    assert used["used_memory"] < used["maxmemory"]
    assert len(items) > SENDERS
    assert {item.owner for item in items} == {api.rep_name("ann")}
    assert again.work_item.endswith("crm~later")
    assert await differences(own_store.url, tenant) == []


def delay_of(error: grpc.aio.AioRpcError) -> float:
    """Return when the server says to come again, in seconds."""
    told: Any = error
    status = rpc_status.from_call(told)
    delay = RetryInfo()
    assert status is not None
    assert any(detail.Unpack(delay) for detail in status.details)
    return float(delay.retry_delay.ToTimedelta().total_seconds())


@pytest.mark.parametrize("limit", [0, 1 << 40])
async def test_a_store_with_room_or_without_a_limit_takes_in(
    own_store: EmbeddedServer, tenant: str, limit: int
) -> None:
    with Redis(unix_socket_path=own_store.url.removeprefix("unix://")) as redis:
        redis.config_set("maxmemory", limit)
    async with serving(own_store.url) as address, connected(address, tenant, own_store.url) as api:
        assert (await api.submit("L-1")).work_item
