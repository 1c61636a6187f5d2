"""Each implementation of the queue in turn, that on Redis on each form of store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from store.clients import client_for, close
from tests.contract.queues.bench import HAND_CLOCK, Bench, Clock
from tests.twins.queue import MemoryQueue
from workqueue.adapters.redis.queue import RedisQueue


@pytest.fixture(
    params=["memory", "store", *(pytest.param(name, marks=pytest.mark.long) for name in ("cluster", "watched"))]
)
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """Yield each implementation of the port in turn, that on Redis on each form of store."""
    if request.param == "memory":
        clock = Clock()
        yield Bench(lambda bounds=None, **kw: MemoryQueue(lambda: clock.now_us, bounds, **kw), clock)
        return
    url = request.getfixturevalue(request.param).url
    redis: Any = client_for(url, replicas=int(request.param == "watched"))  # where there is one, it must confirm
    await redis.flushall()
    clock = Clock(redis)
    await clock.pass_s(0)
    yield Bench(lambda bounds=None, **kw: RedisQueue(redis, "q", bounds, reading=HAND_CLOCK, **kw), clock)
    await close(redis)
