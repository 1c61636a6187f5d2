"""Each implementation of the queue in turn, that on Redis on each form of store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from store.clients import client_for, close
from tests.contract.queues.bench import HAND_CLOCK, Bench, Clock
from tests.topologies import Cluster, Watched
from workqueue.adapters.memory import MemoryQueue
from workqueue.adapters.redis.queue import RedisQueue


@pytest.fixture(scope="session")
def several(short_path: Path) -> Iterator[dict[str, str]]:
    """Yield stores of several servers by name: a cluster, and a primary with sentinels, whose replica must confirm."""
    with ExitStack() as servers:
        cluster, watched = Cluster(short_path / "queue-c", servers), Watched(short_path / "queue-s", servers)
        yield {"cluster": cluster.url, "sentinels": watched.url}


@pytest.fixture(params=["memory", "redis", "cluster", "sentinels"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """Yield each implementation of the port in turn, that on Redis on each form of store."""
    if request.param == "memory":
        clock = Clock()
        yield Bench(lambda bounds=None, **kw: MemoryQueue(lambda: clock.now_us, bounds, **kw), clock)
        return
    if request.param == "redis":
        redis: Any = Redis.from_url(request.getfixturevalue("store").url)
    else:
        redis = client_for(request.getfixturevalue("several")[request.param], int(request.param == "sentinels"))
    await redis.flushall()
    clock = Clock(redis)
    await clock.pass_s(0)
    yield Bench(lambda bounds=None, **kw: RedisQueue(redis, "q", bounds, reading=HAND_CLOCK, **kw), clock)
    await close(redis)
