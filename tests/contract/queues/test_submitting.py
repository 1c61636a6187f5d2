"""Jobs come in: in order, once, up to the bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from failures import RequestIdReused
from tests.contract.queues.bench import TENANT, Bench, names
from workqueue.errors import QueueFull
from workqueue.jobs import Bounds, JobState, NewJob, Receipt, SettlementKind


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
    await bench.end(SettlementKind.DONE, *await bench.lease())

    (again,) = await bench.submit("a", request_id="r", fingerprint="f")

    assert again == replace(first, is_new=False)
    assert await bench.lease() == ()


async def test_a_request_id_with_other_content_is_refused(bench: Bench) -> None:
    await bench.submit("a", request_id="r", fingerprint="f")

    (answer,) = await bench.submit("b", request_id="r", fingerprint="g")

    assert isinstance(answer, RequestIdReused)
    assert await bench.count(JobState.READY) == 1


async def test_a_job_that_is_there_is_not_taken_twice(bench: Bench) -> None:
    (first, twin) = await bench.submit("a", "a")

    assert (first.is_new, twin.is_new, twin.arrived_us) == (True, False, first.arrived_us)
    assert await bench.count(JobState.READY) == 1


async def test_a_full_queue_refuses_and_takes_again_when_there_is_room(bench: Bench) -> None:
    bench.queue = bench.make(Bounds(jobs=2))
    taken = await bench.submit("a", "b", "c")
    await bench.end(SettlementKind.DONE, *await bench.lease(1))

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
    await bench.end(SettlementKind.DONE, *await bench.lease())
    await bench.submit("sla:7", request_id="sla:7", delay_s=1)
    await bench.clock.pass_s(60)

    assert await bench.lease() == ()
