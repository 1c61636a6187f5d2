"""The queue in Redis and its memory twin: the same laws hold of both, and any sequence of calls is answered alike."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from redis.asyncio import Redis

from router.adapters.redis.clients import client_for, close
from router.adapters.redis.embedded import EmbeddedServer
from tests.conftest import ON_EVERY_STORE
from tests.topologies import Cluster, Watched
from workqueue.adapters.memory import MemoryQueue
from workqueue.adapters.redis.queue import RedisQueue
from workqueue.errors import QueueError, QueueFull, RequestIdReused
from workqueue.jobs import Bounds, Ending, Lease, NewJob, Progress, Receipt, Request, State, Verdict
from workqueue.ports import Queue

TENANT = "t"
BEGIN_US = 1_700_000_000_000_000
CLOCK = f"test:{{{TENANT}}}:clock"
HAND_CLOCK = f"local now_us = tonumber(redis.call('GET', '{CLOCK}'))\n"
"""A clock that is moved by hand: the scripts read it instead of the server's. It lies where the tenant's keys do."""


class Clock:
    """An instant that both sides share."""

    def __init__(self, redis: Any = None) -> None:
        self._redis = redis
        self.now_us = BEGIN_US

    async def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.now_us += round(seconds * 1e6)
        if self._redis is not None:
            await self._redis.set(CLOCK, self.now_us)


class Bench:
    """A queue and the clock it is judged by."""

    def __init__(self, make: Callable[..., Queue], clock: Clock) -> None:
        self.make = make
        self.clock = clock
        self.queue = make()

    async def submit(self, *ids: str, **fields: Any) -> list[Any]:
        """Submit jobs that differ by id alone."""
        return await self.queue.submit(TENANT, [NewJob(name, name.encode(), **fields) for name in ids])

    async def lease(self, count: int = 10, lease_s: float = 10.0) -> tuple[Lease, ...]:
        """Lease as a worker does."""
        return (await self.queue.lease(TENANT, count, lease_s)).leases

    async def end(
        self, verdict: Verdict, *leases: Lease, reason: str = "", delay_s: float = 0.0, note: str = ""
    ) -> list[bool]:
        """End leases alike."""
        return await self.queue.settle(TENANT, [Ending(lease, verdict, reason, delay_s, note) for lease in leases])

    async def count(self, state: State) -> int:
        """Count the jobs of a state."""
        return (await self.queue.stats(TENANT)).counts[state]


@pytest.fixture(scope="module")
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
    yield Bench(lambda bounds=None, **kw: RedisQueue(redis, "q", bounds, clock=HAND_CLOCK, **kw), clock)
    await close(redis)


def names(jobs: Any) -> list[str]:
    """Return the ids."""
    return [job.id for job in jobs]


# -------------------------------------------------------------------------------------------------------------- submit


async def test_jobs_of_one_priority_are_lent_in_the_order_of_their_arrival(bench: Bench) -> None:
    await bench.submit("z", "a", "m")
    await bench.submit("b")

    assert names(await bench.lease()) == ["z", "a", "m", "b"]


async def test_a_job_keeps_its_payload_byte_for_byte(bench: Bench) -> None:
    payload = bytes(range(256)) * 300
    await bench.queue.submit(TENANT, [NewJob("a", payload)])

    (lease,) = await bench.lease()

    assert lease.payload == payload


async def test_priority_goes_first_and_age_catches_up(bench: Bench) -> None:
    await bench.submit("old")
    await bench.clock.pass_s(9)
    await bench.submit("urgent", priority=8)
    await bench.submit("more-urgent", priority=10)

    assert names(await bench.lease()) == ["more-urgent", "old", "urgent"]


async def test_a_repeated_request_gets_the_same_receipt_also_when_the_job_is_done(bench: Bench) -> None:
    (first,) = await bench.submit("a", request_id="r", fingerprint="f")
    await bench.clock.pass_s(1)
    await bench.end(Verdict.DONE, *await bench.lease())

    (again,) = await bench.submit("a", request_id="r", fingerprint="f")

    assert again == replace(first, is_new=False)
    assert await bench.lease() == ()


async def test_a_request_id_with_other_content_is_refused(bench: Bench) -> None:
    await bench.submit("a", request_id="r", fingerprint="f")

    (answer,) = await bench.submit("b", request_id="r", fingerprint="g")

    assert isinstance(answer, RequestIdReused)
    assert await bench.count(State.READY) == 1


async def test_a_job_that_is_there_is_not_taken_twice(bench: Bench) -> None:
    (first, twin) = await bench.submit("a", "a")

    assert (first.is_new, twin.is_new, twin.arrived_us) == (True, False, first.arrived_us)
    assert await bench.count(State.READY) == 1


async def test_a_full_queue_refuses_and_takes_again_when_there_is_room(bench: Bench) -> None:
    bench.queue = bench.make(Bounds(jobs=2))
    taken = await bench.submit("a", "b", "c")
    await bench.end(Verdict.DONE, *await bench.lease(1))

    later = await bench.submit("c")

    assert [type(answer) for answer in taken] == [Receipt, Receipt, QueueFull]
    assert [type(answer) for answer in later] == [Receipt]


async def test_payloads_are_bounded_too(bench: Bench) -> None:
    bench.queue = bench.make(Bounds(bytes=5))

    answers = [*await bench.submit("aaa", "bbb"), *await bench.submit("aaa", "cc")]

    assert [type(answer) for answer in answers] == [Receipt, QueueFull, Receipt, Receipt]
    assert (await bench.queue.stats(TENANT)).bytes == 5


async def test_a_full_queue_still_answers_repeated_requests(bench: Bench) -> None:
    bench.queue = bench.make(Bounds(jobs=1))
    await bench.submit("a", request_id="r")

    (again,) = await bench.submit("a", request_id="r")

    assert isinstance(again, Receipt)


# ------------------------------------------------------------------------------------------------------ delays, timers


async def test_a_delayed_job_is_lent_when_its_time_has_come(bench: Bench) -> None:
    await bench.submit("a", delay_s=5)
    await bench.clock.pass_s(4.9)
    early = await bench.queue.lease(TENANT, 10, 1)
    await bench.clock.pass_s(0.1)

    assert early.leases == ()
    assert early.next_due_s == pytest.approx(0.1)
    assert names(await bench.lease()) == ["a"]


async def test_a_timer_fires_once_per_key(bench: Bench) -> None:
    await bench.submit("sla:7", request_id="sla:7", delay_s=5)
    await bench.submit("sla:7", request_id="sla:7", delay_s=9)
    await bench.clock.pass_s(5)
    await bench.end(Verdict.DONE, *await bench.lease())
    await bench.submit("sla:7", request_id="sla:7", delay_s=1)
    await bench.clock.pass_s(60)

    assert await bench.lease() == ()


# --------------------------------------------------------------------------------------------------------------- leases


async def test_a_leased_job_is_lent_to_nobody_else(bench: Bench) -> None:
    await bench.submit("a", "b")
    await bench.lease(1)

    assert names(await bench.lease()) == ["b"]


async def test_a_lease_that_ran_out_is_lent_again_and_the_late_worker_refused(bench: Bench) -> None:
    await bench.submit("a")
    (late,) = await bench.lease()
    await bench.clock.pass_s(10)
    (lease,) = await bench.lease()

    assert await bench.end(Verdict.DONE, late) == [False]
    assert await bench.end(Verdict.DONE, lease) == [True]
    assert (late.delivery, lease.delivery) == (1, 2)


async def test_a_lease_is_over_when_its_time_is_though_nobody_wants_the_job(bench: Bench) -> None:
    await bench.submit("a")
    (late,) = await bench.lease()
    await bench.clock.pass_s(10)

    assert await bench.end(Verdict.DONE, late) == [False]
    assert await bench.queue.extend(TENANT, [late], 10) == [False]


async def test_a_token_of_an_earlier_life_of_the_job_is_refused(bench: Bench) -> None:
    await bench.submit("a")
    (late,) = await bench.lease()
    await bench.clock.pass_s(10)
    await bench.end(Verdict.DONE, *await bench.lease())
    await bench.submit("a")
    await bench.lease()

    assert await bench.end(Verdict.DONE, late) == [False]
    assert await bench.count(State.LEASED) == 1


async def test_a_heartbeat_keeps_the_lease(bench: Bench) -> None:
    await bench.submit("a")
    leases = await bench.lease()
    for _ in range(3):
        await bench.clock.pass_s(9)
        assert await bench.queue.extend(TENANT, leases, 10) == [True]

    assert await bench.lease() == ()
    assert await bench.end(Verdict.DONE, *leases) == [True]


async def test_a_released_job_keeps_its_place(bench: Bench) -> None:
    await bench.submit("a", "b")
    await bench.end(Verdict.RELEASE, *await bench.lease(1))

    assert names(await bench.lease()) == ["a", "b"]


async def test_a_retried_job_comes_back_after_its_delay_with_its_reason(bench: Bench) -> None:
    await bench.submit("a")
    await bench.end(Verdict.RETRY, *await bench.lease(), reason="not now", delay_s=3)
    waiting = await bench.queue.peek(TENANT, State.DELAYED)
    await bench.clock.pass_s(3)
    (lease,) = await bench.lease()

    assert [(job.id, job.fault, job.deliveries) for job in waiting] == [("a", "not now", 1)]
    assert lease.delivery == 2


async def test_a_job_whose_workers_are_lost_again_and_again_is_given_up(bench: Bench) -> None:
    bench.queue = bench.make(deliveries=3)
    await bench.submit("poison")
    for _ in range(3):
        await bench.lease()
        await bench.clock.pass_s(10)
    await bench.lease()

    (dead,) = await bench.queue.peek(TENANT, State.DEAD)
    assert (dead.id, dead.deliveries) == ("poison", 3)
    assert "lent 3 times" in dead.fault


# ---------------------------------------------------------------------------------------------- notes, kept, withdrawn


async def test_only_who_has_the_lease_may_note_how_far_a_job_is(bench: Bench) -> None:
    await bench.submit("a")
    (late,) = await bench.lease()
    await bench.clock.pass_s(10)
    (lease,) = await bench.lease()

    assert await bench.queue.note(TENANT, lease, "3 of 7") is True
    assert await bench.queue.note(TENANT, late, "2 of 7") is False
    found = await bench.queue.find(TENANT, "a")
    assert found is not None
    assert found.note == "3 of 7"


async def test_what_is_over_is_kept_with_its_note_and_lent_no_more(bench: Bench) -> None:
    await bench.submit("a")
    await bench.end(Verdict.KEEP, *await bench.lease(), note="made v1")
    await bench.clock.pass_s(60)
    (again,) = await bench.submit("a")

    assert await bench.lease() == ()
    assert again.is_new is False
    (kept,) = await bench.queue.peek(TENANT, State.KEPT)
    assert (kept.id, kept.note, kept.position) == ("a", "made v1", BEGIN_US)


async def test_what_is_kept_makes_way_when_it_is_old(bench: Bench) -> None:
    bench.queue = bench.make(Bounds(kept_s=60))
    await bench.submit("old", "older")
    for lease in await bench.lease():
        await bench.end(Verdict.KEEP, lease)
    await bench.clock.pass_s(60)
    await bench.submit("a")

    assert await bench.count(State.KEPT) == 0
    assert (await bench.queue.stats(TENANT)).bytes == len("a")


async def test_what_is_kept_makes_way_when_the_queue_is_full_the_oldest_first(bench: Bench) -> None:
    bench.queue = bench.make(Bounds(jobs=2))
    await bench.submit("first", "second")
    for lease in await bench.lease():
        await bench.end(Verdict.KEEP, lease)
        await bench.clock.pass_s(1)

    (answer,) = await bench.submit("a")

    assert isinstance(answer, Receipt)
    assert names(await bench.queue.peek(TENANT, State.KEPT)) == ["second"]


async def test_a_withdrawn_job_is_over_for_whoever_has_it(bench: Bench) -> None:
    await bench.submit("leased", "ready")
    await bench.submit("delayed", delay_s=60)
    (lease,) = await bench.lease(1)

    withdrawn = [await bench.queue.withdraw(TENANT, name, "cancelled") for name in ("leased", "ready", "delayed")]

    assert withdrawn == [True, True, True]
    assert await bench.queue.extend(TENANT, [lease], 10) == [False]
    assert await bench.end(Verdict.KEEP, lease, note="made v1") == [False]
    assert {job.note for job in await bench.queue.peek(TENANT, State.KEPT)} == {"cancelled"}
    assert await bench.lease() == ()


async def test_what_is_over_or_dead_cannot_be_withdrawn(bench: Bench) -> None:
    await bench.submit("kept", "dead")
    kept, dead = await bench.lease()
    await bench.end(Verdict.KEEP, kept, note="made v1")
    await bench.end(Verdict.DEAD, dead)

    assert [await bench.queue.withdraw(TENANT, name, "") for name in ("kept", "dead", "nobody")] == [False] * 3
    assert [job.note for job in await bench.queue.peek(TENANT, State.KEPT)] == ["made v1"]


# --------------------------------------------------------------------------------------------------------- dead letters


async def test_a_dead_letter_keeps_its_reason_and_comes_back_when_redriven(bench: Bench) -> None:
    await bench.submit("a", "b")
    await bench.end(Verdict.DEAD, *await bench.lease(1), reason="no such field")
    (dead,) = await bench.queue.peek(TENANT, State.DEAD)

    assert (dead.id, dead.fault) == ("a", "no such field")
    assert await bench.queue.redrive(TENANT, Request("r", "")) == Progress(1, is_done=True)
    assert [(lease.id, lease.delivery) for lease in await bench.lease()] == [("a", 1), ("b", 1)]


async def test_only_the_named_are_redriven(bench: Bench) -> None:
    await bench.submit("a", "b")
    await bench.end(Verdict.DEAD, *await bench.lease())

    assert await bench.queue.redrive(TENANT, Request("r", ""), ["b", "nobody"]) == Progress(1, is_done=True)
    assert names(await bench.lease()) == ["b"]


async def test_a_dead_job_makes_way_for_a_new_one_of_its_name(bench: Bench) -> None:
    await bench.submit("a")
    await bench.end(Verdict.DEAD, *await bench.lease(), reason="wrong")

    (receipt,) = await bench.queue.submit(TENANT, [NewJob("a", b"corrected")])

    assert isinstance(receipt, Receipt)
    assert receipt.is_new
    assert [(lease.payload, lease.delivery) for lease in await bench.lease()] == [(b"corrected", 1)]
    assert await bench.count(State.DEAD) == 0


async def test_purged_jobs_are_gone_and_their_room_is_free(bench: Bench) -> None:
    bench.queue = bench.make(Bounds(jobs=2))
    await bench.submit("a", "b")
    purged = await bench.queue.purge(TENANT, State.READY, Request("r", ""), ["a"])

    assert purged == Progress(1, is_done=True)
    assert [type(answer) for answer in await bench.submit("c")] == [Receipt]
    assert names(await bench.lease()) == ["b", "c"]


async def test_leased_jobs_cannot_be_purged(bench: Bench) -> None:
    with pytest.raises(ValueError, match="a worker has them"):
        await bench.queue.purge(TENANT, State.LEASED, Request("r", ""))


async def _dead(bench: Bench, *ids: str) -> None:
    await bench.submit(*ids)
    await bench.end(Verdict.DEAD, *await bench.lease())


async def test_a_request_to_redrive_is_carried_out_once_batch_by_batch(bench: Bench) -> None:
    await _dead(bench, "a", "b", "c")
    once = Request("once", "redrive")

    steps = [await bench.queue.redrive(TENANT, once, count=2) for _ in range(2)]
    await bench.end(Verdict.DEAD, *await bench.lease())
    repeated = await bench.queue.redrive(TENANT, once, count=2)

    assert steps == [Progress(2, is_done=False), Progress(3, is_done=True)]
    assert repeated == Progress(3, is_done=True)
    assert await bench.count(State.DEAD) == 3


async def test_a_request_to_purge_is_carried_out_once(bench: Bench) -> None:
    await bench.submit("a", "b")
    once = Request("once", "purge")

    first = await bench.queue.purge(TENANT, State.READY, once)
    await bench.submit("c")
    repeated = await bench.queue.purge(TENANT, State.READY, once)

    assert first == repeated == Progress(2, is_done=True)
    assert names(await bench.lease()) == ["c"]


async def test_a_request_id_means_one_change(bench: Bench) -> None:
    await _dead(bench, "a", "b")
    await bench.queue.redrive(TENANT, Request("once", "redrive a"), ["a"])

    with pytest.raises(RequestIdReused, match="once"):
        await bench.queue.redrive(TENANT, Request("once", "redrive b"), ["b"])
    with pytest.raises(RequestIdReused, match="once"):
        await bench.queue.purge(TENANT, State.DEAD, Request("once", "purge"))

    assert await bench.count(State.DEAD) == 1


async def test_pages_follow_each_other_without_gap_or_double(bench: Bench) -> None:
    wanted = [f"j{n}" for n in range(23)]
    await bench.submit(*wanted)
    await bench.end(Verdict.DEAD, *await bench.lease(23))  # all at one instant

    found: list[str] = []
    after = None
    while page := await bench.queue.peek(TENANT, State.DEAD, after=after, count=5):
        found += names(page)
        after = (page[-1].position, page[-1].id)

    assert sorted(found) == sorted(wanted)


# ------------------------------------------------------------------------------------------------------- stats and bell


async def test_stats_count_what_happened(bench: Bench) -> None:
    await bench.submit("a", "b", "c", "d")
    await bench.submit("e", delay_s=60)
    done, failed, wrong = await bench.lease(3)
    await bench.end(Verdict.DONE, done)
    await bench.end(Verdict.RETRY, failed, delay_s=60)
    await bench.end(Verdict.DEAD, wrong)
    await bench.clock.pass_s(30)

    stats = await bench.queue.stats(TENANT)

    assert stats.next_wait_s == pytest.approx(30, abs=0.001)
    assert stats.counts == {State.READY: 1, State.DELAYED: 2, State.LEASED: 0, State.DEAD: 1, State.KEPT: 0}
    expected = {"submitted": 5, "done": 1, "retried": 1, "expired": 0, "dead": 1, "redriven": 0, "purged": 0}
    assert stats.totals == expected


async def test_the_bell_rings_for_a_queue_that_was_idle(bench: Bench) -> None:
    heard, _ = await bench.queue.rung("", 0)
    waiting = asyncio.create_task(bench.queue.rung(heard, 60))
    await bench.submit("a")

    _, tenants = await asyncio.wait_for(waiting, 60)

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


# -------------------------------------------------------------------------------------------------------- any sequence


class Queues(RuleBasedStateMachine):
    """Any sequence of calls, on both sides."""

    redis_url = ""
    ids = st.sampled_from("abcdefgh")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.redis: Any = Redis.from_url(self.redis_url)
        self.run(self.redis.flushall())
        self.clock = Clock(self.redis)
        self.run(self.clock.pass_s(0))
        bounds = Bounds(jobs=6, bytes=40, kept_s=4)
        self.sides: tuple[Queue, Queue] = (
            MemoryQueue(lambda: self.clock.now_us, bounds, deliveries=3),
            RedisQueue(self.redis, "q", bounds, deliveries=3, clock=HAND_CLOCK),
        )
        self.leases: list[Lease] = []

    def run(self, call: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(call)

    def both(self, call: Callable[[Queue], Awaitable[Any]]) -> Any:
        memory, redis = (self.outcome(call(side)) for side in self.sides)
        assert shown(memory) == shown(redis)
        return memory

    def outcome(self, call: Awaitable[Any]) -> Any:
        try:
            return self.run(call)
        except QueueError as error:
            return error

    @rule(
        ids=st.lists(ids, min_size=1, max_size=4),
        size=st.integers(0, 12),
        priority=st.sampled_from([0, 0, 1, 5]),
        delay_s=st.sampled_from([0.0, 0.0, 0.000001, 3.0]),
        request=st.sampled_from(["", "", "r1", "r2"]),
        mark=st.sampled_from(["f", "g"]),
    )
    def submit(self, ids: list[str], size: int, priority: int, delay_s: float, request: str, mark: str) -> None:
        jobs = [NewJob(name, b"\xff" * size, priority, delay_s, request and request + name, mark) for name in ids]
        self.both(lambda side: side.submit(TENANT, jobs))

    @rule(count=st.integers(1, 5), lease_s=st.sampled_from([1.0, 5.0]))
    def lease(self, count: int, lease_s: float) -> None:
        self.leases += self.both(lambda side: side.lease(TENANT, count, lease_s)).leases

    @rule(data=st.data(), lease_s=st.sampled_from([1.0, 5.0]))
    def extend(self, data: st.DataObject, lease_s: float) -> None:
        leases = self.some(data)
        self.both(lambda side: side.extend(TENANT, leases, lease_s))

    @rule(data=st.data(), delay_s=st.sampled_from([0.0, 2.5]))
    def settle(self, data: st.DataObject, delay_s: float) -> None:
        verdicts = st.sampled_from(list(Verdict))
        endings = [Ending(lease, data.draw(verdicts), "as it is 因为", delay_s, "注") for lease in self.some(data)]
        self.both(lambda side: side.settle(TENANT, endings))

    @rule(data=st.data(), text=st.sampled_from(["", "3 of 7", "七分之三"]))
    def note(self, data: st.DataObject, text: str) -> None:
        for lease in self.some(data):
            self.both(lambda side, lease=lease: side.note(TENANT, lease, text))  # type: ignore[misc]

    @rule(name=ids)
    def withdraw(self, name: str) -> None:
        self.both(lambda side: side.withdraw(TENANT, name, "cancelled"))

    def some(self, data: st.DataObject) -> list[Lease]:
        return data.draw(st.lists(st.sampled_from(self.leases[-8:]), max_size=4)) if self.leases else []

    @rule(seconds=st.sampled_from([0.0, 0.000001, 1.0, 2.5, 5.0]))
    def wait(self, seconds: float) -> None:
        self.run(self.clock.pass_s(seconds))

    changes = st.builds(Request, st.sampled_from(["c1", "c2"]) | st.uuids().map(str), st.sampled_from(["f", "f", "g"]))

    @rule(request=changes, ids=st.lists(ids, max_size=2, unique=True), count=st.integers(1, 3))
    def redrive(self, request: Request, ids: list[str], count: int) -> None:
        self.both(lambda side: side.redrive(TENANT, request, ids, count=count))

    @rule(
        request=changes,
        ids=st.lists(ids, max_size=2, unique=True),
        count=st.integers(1, 3),
        state=st.sampled_from([State.READY, State.DELAYED, State.DEAD, State.KEPT]),
    )
    def purge(self, request: Request, ids: list[str], count: int, state: State) -> None:
        self.both(lambda side: side.purge(TENANT, state, request, ids, count=count))

    @rule(name=ids, state=st.sampled_from(list(State)), count=st.integers(1, 3))
    def look(self, name: str, state: State, count: int) -> None:
        self.both(lambda side: side.find(TENANT, name))
        page = self.both(lambda side: side.peek(TENANT, state, count=count))
        if page:
            after = (page[-1].position, page[-1].id)
            self.both(lambda side: side.peek(TENANT, state, after=after, count=count))

    @invariant()
    def both_hold_the_same(self) -> None:
        stats = self.both(lambda side: side.stats(TENANT))
        here = sum(stats.counts.values()) - stats.counts[State.KEPT]
        assert here <= stats.totals["submitted"] - stats.totals["done"]  # a dead job may have made way, or be purged
        for state in State:
            self.both(lambda side, state=state: side.peek(TENANT, state))  # type: ignore[misc]

    def teardown(self) -> None:
        self.run(self.redis.aclose())
        self.loop.close()


def shown(answer: Any) -> Any:
    """Return an answer so that equal ones compare equal."""
    match answer:
        case list():
            return [shown(entry) for entry in answer]
        case Exception():
            return type(answer), str(answer)
        case _:
            return answer


def test_any_sequence_of_calls_is_answered_alike_by_redis_and_by_memory(store: EmbeddedServer) -> None:
    Queues.redis_url = store.url
    run_state_machine_as_test(
        Queues,
        settings=settings(
            max_examples=int(os.environ.get("FAIRLEAD_EXAMPLES", "60")),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
