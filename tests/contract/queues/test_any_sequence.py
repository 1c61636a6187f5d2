"""Any sequence of calls is answered alike by Redis and by memory."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from redis.asyncio import Redis

from failures import Failure
from store.embedded.server import EmbeddedServer
from tests.contract.queues.bench import HAND_CLOCK, TENANT, Clock
from tests.twins.queue import MemoryQueue
from workqueue.adapters.redis.queue import RedisQueue
from workqueue.jobs import Bounds, JobState, Lease, NewJob, Request, Settlement, SettlementKind
from workqueue.ports import Queue


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
            RedisQueue(self.redis, "q", bounds, deliveries=3, reading=HAND_CLOCK),
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
        except Failure as error:
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

    @rule(count=st.integers(0, 5), lease_s=st.sampled_from([1.0, 5.0]))
    def lease(self, count: int, lease_s: float) -> None:
        self.leases += self.both(lambda side: side.lease(TENANT, count, lease_s)).leases

    @rule(data=st.data(), lease_s=st.sampled_from([1.0, 5.0]))
    def extend(self, data: st.DataObject, lease_s: float) -> None:
        leases = self.some(data)
        self.both(lambda side: side.extend(TENANT, leases, lease_s))

    @rule(data=st.data(), delay_s=st.sampled_from([0.0, 2.5]))
    def settle(self, data: st.DataObject, delay_s: float) -> None:
        verdicts = st.sampled_from(list(SettlementKind))
        endings = [Settlement(lease, data.draw(verdicts), "as it is 因为", delay_s, "注") for lease in self.some(data)]
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
        state=st.sampled_from([JobState.READY, JobState.DELAYED, JobState.DEAD, JobState.KEPT]),
    )
    def purge(self, request: Request, ids: list[str], count: int, state: JobState) -> None:
        self.both(lambda side: side.purge(TENANT, state, request, ids, count=count))

    @rule(name=ids, state=st.sampled_from(list(JobState)), count=st.integers(1, 3))
    def look(self, name: str, state: JobState, count: int) -> None:
        self.both(lambda side: side.find(TENANT, name))
        page = self.both(lambda side: side.peek(TENANT, state, count=count))
        if page:
            after = (page[-1].position, page[-1].id)
            self.both(lambda side: side.peek(TENANT, state, after=after, count=count))

    @invariant()
    def both_hold_the_same(self) -> None:
        stats = self.both(lambda side: side.stats(TENANT))
        here = sum(stats.counts.values()) - stats.counts[JobState.KEPT]
        assert here <= stats.totals["submitted"] - stats.totals["done"]  # a dead job may have made way, or be purged
        for state in JobState:
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
