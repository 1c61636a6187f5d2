"""The loop of a worker against the queue in memory: what becomes of jobs, whatever the work does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from failures import StoreUnavailable
from tests.twins.queue import MemoryQueue
from workqueue.backoff import Backoff
from workqueue.jobs import JobState, Lease, NewJob, Settlement
from workqueue.worker import JobResult, ResultKind, Work, Worker
from workqueue.worker_pool import WorkerPool

TENANT = "t"


class Clock:
    """An instant that is moved by hand."""

    now_us = 1_700_000_000_000_000

    def __call__(self) -> int:
        return self.now_us


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue(Clock())


def always(fate: ResultKind, reason: str = "") -> Work:
    """Return work that ends one way."""

    async def work(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        return [JobResult(fate, reason) for _ in leases]

    return work


async def submit(queue: MemoryQueue, *ids: str) -> None:
    await queue.submit(TENANT, [NewJob(name, b"") for name in ids])


async def counts(queue: MemoryQueue) -> dict[JobState, int]:
    return {state: count for state, count in (await queue.stats(TENANT)).counts.items() if count}


async def test_done_jobs_are_gone(queue: MemoryQueue) -> None:
    await submit(queue, "a", "b")

    assert await Worker(queue, always(ResultKind.DONE)).turn(TENANT) == 2
    assert await counts(queue) == {}


async def test_a_job_that_can_never_succeed_is_dead_at_once(queue: MemoryQueue) -> None:
    await submit(queue, "a")

    await Worker(queue, always(ResultKind.NEVER, "no such field")).turn(TENANT)

    (dead,) = await queue.peek(TENANT, JobState.DEAD)
    assert dead.fault == "no such field"


async def test_a_failure_that_may_pass_waits_as_the_backoff_says(queue: MemoryQueue) -> None:
    await submit(queue, "a")

    await Worker(queue, always(ResultKind.AGAIN, "not now"), Backoff(8.0), draw=lambda: 0.5).turn(TENANT)

    (waiting,) = await queue.peek(TENANT, JobState.DELAYED)
    assert (waiting.position - waiting.arrived_us, waiting.fault) == (4_000_000, "not now")


async def test_a_job_that_failed_too_often_is_dead_with_its_last_reason(queue: MemoryQueue) -> None:
    await submit(queue, "a")

    await Worker(queue, always(ResultKind.AGAIN, "not now"), Backoff(deliveries=1)).turn(TENANT)

    (dead,) = await queue.peek(TENANT, JobState.DEAD)
    assert dead.fault == "given up after 1 deliveries: not now"


async def test_one_poisonous_job_does_not_keep_its_batch_from_succeeding(queue: MemoryQueue) -> None:
    await submit(queue, "a", "poison", "b")

    async def work(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        if any(lease.id == "poison" for lease in leases):
            raise ZeroDivisionError("poison")
        return [JobResult(ResultKind.DONE) for _ in leases]

    await Worker(queue, work).turn(TENANT)

    (waiting,) = await queue.peek(TENANT, JobState.DELAYED)
    assert (waiting.id, await counts(queue)) == ("poison", {JobState.DELAYED: 1})
    assert "ZeroDivisionError" in waiting.fault


async def test_a_cancelled_worker_gives_its_jobs_back(queue: MemoryQueue) -> None:
    await submit(queue, "a", "b")
    begun = asyncio.Event()

    async def work(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        begun.set()
        return await asyncio.Future()

    workers = WorkerPool([Worker(queue, work)])
    workers.start()
    await begun.wait()
    await workers.drain(0)

    assert await counts(queue) == {JobState.READY: 2}


async def test_who_waits_for_work_has_let_go_of_the_queue_once_the_worker_has_ended() -> None:
    begun, let_go = asyncio.Event(), False

    class SlowToLetGo(MemoryQueue):
        async def wakeup(self, after: str, timeout_s: float) -> tuple[str, list[str]]:
            nonlocal let_go
            begun.set()
            try:
                return await asyncio.Future()
            finally:
                await asyncio.sleep(0.01)
                let_go = True

    workers = WorkerPool([Worker(SlowToLetGo(Clock()), always(ResultKind.DONE))])
    workers.start()
    await begun.wait()
    await workers.drain(60)

    assert let_go


async def test_a_job_that_is_over_is_kept_with_its_note(queue: MemoryQueue) -> None:
    await submit(queue, "a")

    async def work(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        return [JobResult(ResultKind.KEEP, note="made v1") for _ in leases]

    await Worker(queue, work).turn(TENANT)

    (kept,) = await queue.peek(TENANT, JobState.KEPT)
    assert kept.note == "made v1"


async def test_a_worker_ends_what_it_does_when_its_lease_is_over(queue: MemoryQueue) -> None:
    await submit(queue, "a")
    ended = asyncio.Event()

    async def work(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        await queue.withdraw(TENANT, "a", "cancelled")
        try:
            return await asyncio.Future()
        finally:
            ended.set()

    await Worker(queue, work, lease_s=0.003).turn(TENANT)

    (kept,) = await queue.peek(TENANT, JobState.KEPT)
    assert (ended.is_set(), kept.note) == (True, "cancelled")


async def test_a_crew_that_is_asked_to_stop_finishes_its_batch(queue: MemoryQueue) -> None:
    await submit(queue, "a")
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def work(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        begun.set()
        await may_end.wait()
        return [JobResult(ResultKind.DONE) for _ in leases]

    workers = WorkerPool([Worker(queue, work)])
    workers.start()
    await begun.wait()
    draining = asyncio.create_task(workers.drain(60))
    may_end.set()
    await draining

    assert await counts(queue) == {}


async def test_the_bell_wakes_an_idle_worker(queue: MemoryQueue) -> None:
    done = asyncio.Event()

    async def work(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        done.set()
        return [JobResult(ResultKind.DONE) for _ in leases]

    workers = WorkerPool([Worker(queue, work, now=lambda: 0.0)])  # no second ever passes: only the bell is left
    workers.start()
    await submit(queue, "a")
    await done.wait()
    await workers.drain(60)

    assert await counts(queue) == {}


class Stubborn(MemoryQueue):
    """Turns being cancelled into a time-out, as drivers do when both come at once."""

    def __init__(self) -> None:
        super().__init__(Clock())
        self.extending = asyncio.Event()

    async def extend(self, *_: object) -> list[bool]:
        self.extending.set()
        try:
            return await asyncio.Future()
        except asyncio.CancelledError:
            raise StoreUnavailable("timed out") from None


async def test_a_heartbeat_ends_though_the_driver_swallows_its_cancellation() -> None:
    queue = Stubborn()
    await submit(queue, "a")

    async def work(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        await queue.extending.wait()
        return [JobResult(ResultKind.DONE) for _ in leases]

    await Worker(queue, work, lease_s=0.003).turn(TENANT)

    assert await counts(queue) == {}


class Broken(MemoryQueue):
    """Fails once in a way that nobody foresaw."""

    failed = False

    async def settle(self, tenant: str, endings: Sequence[Settlement]) -> list[bool]:
        if not self.failed:
            self.failed = True
            raise ZeroDivisionError
        return await super().settle(tenant, endings)


async def test_a_worker_goes_on_after_a_failure_that_nobody_foresaw(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    queue = Broken(clock)
    await submit(queue, "a")
    twice = asyncio.Event()

    async def work(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        if leases[0].delivery == 2:
            twice.set()
        clock.now_us += 15_000_000  # the lease is over: the job comes back
        return [JobResult(ResultKind.DONE) for _ in leases]

    workers = WorkerPool([Worker(queue, work)])
    workers.start()
    await twice.wait()
    await workers.drain(60)

    assert "a worker failed" in caplog.text
