"""Jobs are lent: to one at a time, for as long as the lease lasts."""

from __future__ import annotations

from tests.contract.queues.bench import TENANT, Bench, names
from workqueue.jobs import JobState, SettlementKind


async def test_a_leased_job_is_lent_to_nobody_else(bench: Bench) -> None:
    await bench.submit("a", "b")
    await bench.lease(1)

    assert names(await bench.lease()) == ["b"]


async def test_a_lease_that_ran_out_is_lent_again_and_the_late_worker_refused(bench: Bench) -> None:
    await bench.submit("a")
    (late,) = await bench.lease()
    await bench.clock.pass_s(10)
    (lease,) = await bench.lease()

    assert await bench.end(SettlementKind.DONE, late) == [False]
    assert await bench.end(SettlementKind.DONE, lease) == [True]
    assert (late.delivery, lease.delivery) == (1, 2)


async def test_a_lease_is_over_when_its_time_is_though_nobody_wants_the_job(bench: Bench) -> None:
    await bench.submit("a")
    (late,) = await bench.lease()
    await bench.clock.pass_s(10)

    assert await bench.end(SettlementKind.DONE, late) == [False]
    assert await bench.queue.extend(TENANT, [late], 10) == [False]


async def test_who_wants_none_takes_back_all_whose_lease_ran_out(bench: Bench) -> None:
    await bench.submit(*map(str, range(1000)))
    await bench.submit(*map(str, range(1000, 1500)))
    for _ in range(2):
        await bench.lease(750)
    await bench.clock.pass_s(9)
    await bench.submit("a")
    await bench.lease()
    await bench.clock.pass_s(1)

    lent = [await bench.queue.lease(TENANT, 0, 10) for _ in range(2)]

    assert [batch.leases for batch in lent] == [(), ()]
    assert [batch.next_due_s for batch in lent] == [0, 9]
    assert [await bench.count(state) for state in (JobState.READY, JobState.LEASED)] == [1500, 1]


async def test_a_token_of_an_earlier_life_of_the_job_is_refused(bench: Bench) -> None:
    await bench.submit("a")
    (late,) = await bench.lease()
    await bench.clock.pass_s(10)
    await bench.end(SettlementKind.DONE, *await bench.lease())
    await bench.submit("a")
    await bench.lease()

    assert await bench.end(SettlementKind.DONE, late) == [False]
    assert await bench.count(JobState.LEASED) == 1


async def test_a_heartbeat_keeps_the_lease(bench: Bench) -> None:
    await bench.submit("a")
    leases = await bench.lease()
    for _ in range(3):
        await bench.clock.pass_s(9)
        assert await bench.queue.extend(TENANT, leases, 10) == [True]

    assert await bench.lease() == ()
    assert await bench.end(SettlementKind.DONE, *leases) == [True]


async def test_a_released_job_keeps_its_place(bench: Bench) -> None:
    await bench.submit("a", "b")
    await bench.end(SettlementKind.RELEASE, *await bench.lease(1))

    assert names(await bench.lease()) == ["a", "b"]


async def test_a_retried_job_comes_back_after_its_delay_with_its_reason(bench: Bench) -> None:
    await bench.submit("a")
    await bench.end(SettlementKind.RETRY, *await bench.lease(), reason="not now", delay_s=3)
    waiting = await bench.queue.peek(TENANT, JobState.DELAYED)
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

    (dead,) = await bench.queue.peek(TENANT, JobState.DEAD)
    assert (dead.id, dead.deliveries) == ("poison", 3)
    assert "lent 3 times" in dead.fault
