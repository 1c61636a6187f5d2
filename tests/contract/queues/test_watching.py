"""How a queue stands, how it wakes who waits, and by whose clock."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from store.embedded.server import EmbeddedServer
from tests.conftest import ON_EVERY_STORE
from tests.contract.queues.bench import TENANT, Bench, names
from tests.patience import FOREVER_S
from workqueue.adapters.redis.keys import QueueKeys
from workqueue.adapters.redis.queue import RedisQueue
from workqueue.jobs import JobState, NewJob, Receipt, SettlementKind


async def test_stats_count_what_happened(bench: Bench) -> None:
    await bench.submit("a", "b", "c", "d")
    await bench.submit("e", delay_s=60)
    done, failed, wrong = await bench.lease(3)
    await bench.end(SettlementKind.DONE, done)
    await bench.end(SettlementKind.RETRY, failed, delay_s=60)
    await bench.end(SettlementKind.DEAD, wrong)
    await bench.clock.pass_s(30)

    stats = await bench.queue.stats(TENANT)

    assert stats.next_wait_s == pytest.approx(30, abs=0.001)
    assert stats.counts == {
        JobState.READY: 1,
        JobState.DELAYED: 2,
        JobState.LEASED: 0,
        JobState.DEAD: 1,
        JobState.KEPT: 0,
    }
    expected = {"submitted": 5, "done": 1, "retried": 1, "expired": 0, "dead": 1, "redriven": 0, "purged": 0}
    assert stats.totals == expected


async def test_the_bell_rings_for_a_queue_that_was_idle(bench: Bench) -> None:
    heard, _ = await bench.queue.wakeup("", 0)
    waiting = asyncio.create_task(bench.queue.wakeup(heard, FOREVER_S))
    await bench.submit("a")

    _, tenants = await waiting

    assert tenants == [TENANT]
    assert await bench.queue.tenants() == [TENANT]


@ON_EVERY_STORE
async def test_leases_are_judged_by_the_server_s_own_clock(store: EmbeddedServer) -> None:
    redis: Any = Redis.from_url(store.url)
    await redis.flushall()
    queue = RedisQueue(redis, "q")
    (receipt,) = await queue.submit(TENANT, [NewJob("a", b"")])
    seconds, micros = await redis.time()
    lent = await queue.lease(TENANT, 1, 3600)
    await redis.aclose()

    assert isinstance(receipt, Receipt)
    assert 0 <= seconds * 1_000_000 + micros - receipt.arrived_us < 60_000_000
    assert 3500 < lent.next_due_s <= 3600


async def test_a_page_is_full_although_jobs_of_it_have_gone_since(store: EmbeddedServer) -> None:
    redis: Any = Redis.from_url(store.url)
    await redis.flushall()
    queue = RedisQueue(redis, "q")
    await queue.submit(TENANT, [NewJob("a", b""), NewJob("b", b"")])
    gone = {f"gone-{number}": 1 + number for number in range(5)}  # as when a worker ends them between two looks
    await redis.zadd(QueueKeys("q", TENANT).state(JobState.READY), gone)

    first = await queue.peek(TENANT, JobState.READY, count=1)
    behind = await queue.peek(TENANT, JobState.READY, after=(first[0].position, first[0].id), count=2)
    await redis.aclose()

    assert names(first + behind) == ["a", "b"]
