"""Stores of an older version, clients that die on the way, and what they report."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import msgpack
from redis.asyncio import Redis

from fairlead.v1 import routing_pb2
from router.adapters.redis.format import FORMAT
from router.adapters.redis.keys import FORMAT_OF_ALL, Keys
from router.adapters.redis.upgrade import StoreUpgrade
from store.clients import close
from store.clock import SimulatedClock, simulated
from store.embedded.server import EmbeddedServer
from tests.api import WAITING, Api
from tests.conftest import serving
from tests.golden import FB041BA, keys

WAITS = {"fields": {}, "default": {"route": {"pool": "everyone", "fallback": ["wait"]}}}
CONVERTED, CLOSED = (
    routing_pb2.CompleteWorkItemRequest.RESOLUTION_CONVERTED,
    routing_pb2.CompleteWorkItemRequest.RESOLUTION_CLOSED,
)
UPGRADING = "fairlead:{*}:role:upgrading"


class Killed(Exception):
    """The upgrading process is no more."""


class Mortal:
    """A client whose process is killed before one of its calls.

    Parameters
    ----------
    redis
        The client.
    calls
        How many calls it makes.
    """

    def __init__(self, redis: Any, calls: float = float("inf")) -> None:
        self.calls: list[str] = []
        self._redis = redis
        self._limit = calls

    def __getattr__(self, name: str) -> Any:
        if name in ("scan_iter", "pipeline"):
            return getattr(self._redis, name)

        async def call(*arguments: Any, **named: Any) -> Any:
            if len(self.calls) >= self._limit:
                raise Killed
            self.calls.append(name)
            return await getattr(self._redis, name)(*arguments, **named)

        return call


class Repeating:
    """A client of a store whose SCAN names every key twice, as it may while keys come and go."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    def __getattr__(self, name: str) -> Any:
        return getattr(self._redis, name)

    async def scan_iter(self, **named: Any) -> AsyncIterator[bytes]:
        async for key in self._redis.scan_iter(**named):
            yield key
            yield key


class Reports:
    """Remembers what was reported."""

    def __init__(self) -> None:
        self.waits_for: list[str] = []
        self.equal: set[str] = set()
        self.progress: dict[str, list[tuple[int, int]]] = {}

    def waits(self, why: str) -> None:
        self.waits_for.append(why)

    def moved(self, tenant: str, events: int, of_events: int) -> None:
        self.progress.setdefault(tenant, []).append((events, of_events))

    def alike(self, which: str) -> None:
        self.equal.add(which)


def customers_of_kept() -> dict[str, tuple[str, Any, bool]]:
    """Return the keys of the customers of tenant kept, each with their work items by first event; L-3 and C-2 were
    erased.
    """
    theirs = {"C-0": [["crm~L-0", 10.0]], "C-1": [["crm~L-1", 11.0], ["crm~L-4", 14.0]]}
    return {Keys("kept").subject(customer): ("zset", items, False) for customer, items in theirs.items()}


async def nobody_waits(_: float) -> None:
    raise AssertionError("it waits")


def upgrade(
    redis: Any,
    reports: Reports | None = None,
    pause: Callable[[float], Awaitable[object]] = nobody_waits,
    page: int = 40,
    patience_s: float = 0,
) -> StoreUpgrade:
    return StoreUpgrade(redis, reports or Reports(), pause, page, patience_s)


def restored(url: str) -> None:
    """Put the golden store into an empty one."""
    keys.restore(url, keys.kept(FB041BA / "store.jsonl"))


@asynccontextmanager
async def served_then(url: str, **chosen: Any) -> AsyncIterator[str]:
    """Serve a golden store as of its last event and yield the address: nothing of it falls due by the time of today."""
    redis: Any = Redis.from_url(url)
    last = [await redis.xrevrange(key, count=1) for key in await redis.keys("fairlead:*:events")]
    times = [next(iter(msgpack.Unpacker(BytesIO(fields[b"facts"])))) for ((_, fields),) in last]
    with simulated():
        await SimulatedClock(redis).set(max(times) * 1000)
        await close(redis)
        async with serving(url, simulated_clock=True, **chosen) as address:
            yield address


def prepare(data: Path, plant: Callable[[str], None]) -> None:
    """Leave something in the private store of a folder."""
    server = EmbeddedServer(data)
    server.start()
    plant(server.url)
    server.stop()


def newer(url: str) -> None:
    with keys.client(url) as redis:
        redis.set(FORMAT_OF_ALL, FORMAT + 1)


async def every_kind_of_record(api: Api) -> None:
    """Leave records that were assigned, moved, looked at in vain, waiting, closed with an owner and without."""
    await api.adopt(WAITS)
    for rep in ("ann", "bo"):
        await api.hire(rep, capacity={"LEAD": 2})
    await api.pool("everyone", ["ann", "bo"])
    names = [(await api.route(f"L-{number}")).work_item for number in range(7)]
    before = (await api.item(names[2])).etag
    assert (await api.reassign(names[2])).outcome == WAITING  # in vain: nobody else has room, the owner stays
    assert (await api.reassign(names[3])).outcome == WAITING
    assert (await api.item(names[2])).etag == before  # which in format 1 was the event that changed nothing
    await api.complete(names[3], resolution=CLOSED)
    await api.complete(names[5], resolution=CONVERTED)  # nobody's, for it waited
    await api.complete(names[0], resolution=CONVERTED)
    await api.reassign(names[1])
