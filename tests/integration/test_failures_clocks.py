"""Failure 29, clocks that differ: two servers and a worker whose clocks are hours apart share one store.

Leases, times, order and what a request id is worth are the store's; what a token is worth, each server's own.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import grpc
import pytest
from redis.asyncio import Redis

from fairlead.v1 import routing_pb2 as routing
from router.adapters.queue import QUEUE
from router.adapters.redis.keys import Keys
from router.adapters.redis.repositories import Stores
from router.history.tamper_check import TamperCheck
from store.embedded.server import EmbeddedServer
from tests.api import ASSIGNED, WAITING, Api, connected, differences, last
from tests.chaos.processes import listens, until
from tests.chaos.system import Program
from tests.identities import AUDIENCE, ISSUER, bearer, write_jwks
from tests.topologies import free_port
from workqueue.adapters.redis.queue import RedisQueue

pytestmark = pytest.mark.long

HOUR_S = 3600.0
AHEAD, BEHIND = 5 * HOUR_S, -7 * HOUR_S
"""By how much the servers' clocks are off; the worker's is a day and more behind."""
WAITS = {"fields": {}, "default": {"route": {"pool": "everyone", "fallback": ["wait"]}}}


class Skewed:
    """Two servers, a worker, and the store between them."""

    def __init__(self, folder: Path) -> None:
        self.store = EmbeddedServer(folder / "store", "no")
        self.store.start()
        self.addresses = [f"127.0.0.1:{free_port()}" for _ in range(2)]
        environ = {"FAIRLEAD_REDIS_URL": self.store.url, "FAIRLEAD_RULE_ENGINE": "index"}
        self.servers = [
            Program(f"server{n}", folder, ["serve", "--listen", address, "--data", str(folder / f"data{n}")],
                    {**environ, "FAIRLEAD_WORKERS": "0"})
            for n, address in enumerate(self.addresses)
        ]  # fmt: skip
        self.worker = Program("worker", folder, ["work"], environ)
        for program, off_s in zip((*self.servers, self.worker), (AHEAD, BEHIND, -30 * HOUR_S), strict=True):
            program.set_clock(off_s)
            program.start()

    async def end(self) -> None:
        for program in (*self.servers, self.worker):
            await program.kill()
        self.store.stop()


@pytest.fixture(scope="module")
def skewed(short_path: Path) -> Iterator[Skewed]:
    folder = short_path / "skewed"
    folder.mkdir()
    skewed = Skewed(folder)
    yield skewed
    asyncio.run(skewed.end())


@pytest.fixture
async def apis(skewed: Skewed, tenant: str) -> AsyncIterator[tuple[Api, Api]]:
    """Yield the server whose clock is ahead, and the one behind, with two reps who may have two leads each."""
    async with AsyncExitStack() as stack:
        for address in skewed.addresses:
            await until(partial(listens, address), address)
        ahead, behind = [
            await stack.enter_async_context(connected(address, tenant, skewed.store.url))
            for address in skewed.addresses
        ]
        for rep in ("ann", "bob"):
            await ahead.hire(rep, capacity={"LEAD": 2})
        await ahead.pool("everyone", ["ann", "bob"])
        await ahead.adopt(WAITS)
        yield ahead, behind


async def test_29_servers_hours_apart_write_one_log_in_order_and_in_the_store_s_time(apis: tuple[Api, Api]) -> None:
    began = int(time.time())

    decisions = [await apis[n % 2].route(f"L-{n}") for n in range(4)]

    times = [decision.decide_time.ToNanoseconds() / 1e9 for decision in decisions]
    assert times == sorted(times)
    assert began <= times[0] <= times[-1] <= time.time() + 1
    assert await differences(apis[0].redis_url, apis[0].tenant) == []
    assert await breaks(apis[0]) == []


async def breaks(api: Api) -> list[str]:
    """Check a tenant's log as ``fairlead log verify`` does."""
    stores = Stores.connect(api.redis_url)
    try:
        audit = TamperCheck(
            stores.assignments, stores.assignments, stores.workforce, stores.rule_sets, stores.rule_sets
        )
        return [fault async for fault in audit.faults(api.tenant)]
    finally:
        await stores.close()


async def test_29_a_request_id_is_remembered_as_long_by_whoever_s_clock(apis: tuple[Api, Api]) -> None:
    ahead, behind = apis

    answers = [await api.route("L-1", request_id="once") for api in (ahead, behind, ahead)]
    other = await behind.route("L-2", request_id="other")
    async with Redis.from_url(ahead.redis_url) as redis:
        left_s = [await redis.ttl(Keys(ahead.tenant).request(name)) for name in ("once", "other")]

    assert len({answer.SerializeToString(deterministic=True) for answer in answers}) == 1
    assert other.outcome == ASSIGNED
    assert all(23 * HOUR_S < left <= 24 * HOUR_S for left in left_s)


async def test_29_who_waits_longest_is_first_by_whoever_s_clock(apis: tuple[Api, Api]) -> None:
    ahead, behind = apis
    owned = [await ahead.route(f"owned-{n}") for n in range(4)]
    oldest, youngest = await ahead.route("oldest"), await behind.route("youngest")
    assert (oldest.outcome, youngest.outcome) == (WAITING, WAITING)

    await behind.complete(owned[0].work_item)

    async def found() -> bool:
        return bool((await ahead.item(oldest.work_item)).owner)

    await until(found, "the oldest to be woken")
    assert last((await ahead.item(oldest.work_item)).owner) == last(owned[0].rep)
    assert not (await behind.item(youngest.work_item)).owner


async def test_29_a_lease_ends_by_the_store_s_clock(skewed: Skewed, apis: tuple[Api, Api]) -> None:
    ahead, behind = apis
    stores = Stores.connect(ahead.redis_url)
    queue = RedisQueue(stores.redis, QUEUE)
    skewed.worker.send(signal.SIGSTOP)
    await ahead.submit("held")
    (held,) = (await queue.lease(ahead.tenant, 1, HOUR_S)).leases
    await behind.submit("lost")
    (lost,) = (await queue.lease(ahead.tenant, 1, 0.000001)).leases
    await stores.close()

    skewed.worker.send(signal.SIGCONT)

    async def routed() -> bool:
        counts = await behind.counts()
        return (counts.done_total, counts.leased_count) == (1, 1)

    await until(routed, "what a lost worker had to be routed")
    assert (held.id, lost.id) == ("crm~held", "crm~lost")
    assert (await ahead.counts()).expired_total == 1
    assert await differences(ahead.redis_url, ahead.tenant) == []


@pytest.mark.long
async def test_29_a_token_counts_by_the_server_s_own_clock(
    skewed: Skewed, short_path: Path, tmp_path: Path, tenant: str
) -> None:
    """A server that is ahead refuses too early; what is behind cannot be told: the doctor compares clocks."""
    address = f"127.0.0.1:{free_port()}"
    environ = {
        "FAIRLEAD_REDIS_URL": skewed.store.url,
        "FAIRLEAD_JWKS": write_jwks(tmp_path / "jwks.json", "one"),
        "FAIRLEAD_TOKEN_ISSUER": ISSUER,
        "FAIRLEAD_TOKEN_AUDIENCE": AUDIENCE,
    }
    ahead = Program("guarded", short_path, ["serve", "--listen", address, "--data", str(tmp_path)], environ)
    ahead.set_clock(AHEAD)
    ahead.start()
    try:
        await until(partial(listens, address), "the server")
        async with connected(address, tenant) as api:
            answers = [
                await code_of(api, bearer("crm", ["service"], [tenant], exp=int(time.time()) + valid_s))
                for valid_s in (600, int(AHEAD) + 600)
            ]
    finally:
        await ahead.kill()

    assert answers == [grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.NOT_FOUND]


async def code_of(api: Api, metadata: list[tuple[str, str]]) -> grpc.StatusCode:
    """Ask for what is not there, and return how it ended."""
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        await api.routing.GetWorkItem(
            routing.GetWorkItemRequest(name=f"{api.parent}/workItems/nobody"), metadata=metadata
        )
    return ended.value.code()
