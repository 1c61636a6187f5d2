"""Jobs that cannot be done: kept with the reason, redriven, purged, listed."""

from __future__ import annotations

import pytest

from failures import RequestIdReused
from tests.contract.queues.bench import TENANT, Bench, names
from workqueue.jobs import Bounds, JobState, NewJob, Receipt, Request, RequestProgress, SettlementKind


async def test_a_dead_letter_keeps_its_reason_and_comes_back_when_redriven(bench: Bench) -> None:
    await bench.submit("a", "b")
    await bench.end(SettlementKind.DEAD, *await bench.lease(1), reason="no such field")
    (dead,) = await bench.queue.peek(TENANT, JobState.DEAD)

    assert (dead.id, dead.fault) == ("a", "no such field")
    assert await bench.queue.redrive(TENANT, Request("r", "")) == RequestProgress(1, is_done=True)
    assert [(lease.id, lease.delivery) for lease in await bench.lease()] == [("a", 1), ("b", 1)]


async def test_every_job_is_met_whatever_becomes_of_it_meanwhile(bench: Bench) -> None:
    ids = [f"{number:04}" for number in range(1200)]  # more than a store hands out at once
    for page in (ids[:600], ids[600:]):
        await bench.submit(*page)
    await bench.end(SettlementKind.DEAD, *await bench.lease(900))
    met: dict[str, bytes] = {}

    async for job_id, payload in bench.queue.payloads(TENANT):
        if not met:
            await bench.queue.redrive(TENANT, Request("r", ""))
            await bench.end(SettlementKind.RETRY, *await bench.lease(700), delay_s=60)
        met[job_id] = payload

    assert met == {job_id: job_id.encode() for job_id in ids}


async def test_only_the_named_are_redriven(bench: Bench) -> None:
    await bench.submit("a", "b")
    await bench.end(SettlementKind.DEAD, *await bench.lease())

    assert await bench.queue.redrive(TENANT, Request("r", ""), ["b", "nobody"]) == RequestProgress(1, is_done=True)
    assert names(await bench.lease()) == ["b"]


async def test_a_dead_job_makes_way_for_a_new_one_of_its_name(bench: Bench) -> None:
    await bench.submit("a")
    await bench.end(SettlementKind.DEAD, *await bench.lease(), reason="wrong")

    (receipt,) = await bench.queue.submit(TENANT, [NewJob("a", b"corrected")])

    assert isinstance(receipt, Receipt)
    assert receipt.is_new
    assert [(lease.payload, lease.delivery) for lease in await bench.lease()] == [(b"corrected", 1)]
    assert await bench.count(JobState.DEAD) == 0


async def test_purged_jobs_are_gone_and_their_room_is_free(bench: Bench) -> None:
    bench.queue = bench.make(Bounds(jobs=2))
    await bench.submit("a", "b")
    purged = await bench.queue.purge(TENANT, JobState.READY, Request("r", ""), ["a"])

    assert purged == RequestProgress(1, is_done=True)
    assert [type(answer) for answer in await bench.submit("c")] == [Receipt]
    assert names(await bench.lease()) == ["b", "c"]


async def test_leased_jobs_cannot_be_purged(bench: Bench) -> None:
    with pytest.raises(ValueError, match="a worker has them"):
        await bench.queue.purge(TENANT, JobState.LEASED, Request("r", ""))


async def _dead(bench: Bench, *ids: str) -> None:
    await bench.submit(*ids)
    await bench.end(SettlementKind.DEAD, *await bench.lease())


async def test_a_request_to_redrive_is_carried_out_once_batch_by_batch(bench: Bench) -> None:
    await _dead(bench, "a", "b", "c")
    once = Request("once", "redrive")

    steps = [await bench.queue.redrive(TENANT, once, count=2) for _ in range(2)]
    await bench.end(SettlementKind.DEAD, *await bench.lease())
    repeated = await bench.queue.redrive(TENANT, once, count=2)

    assert steps == [RequestProgress(2, is_done=False), RequestProgress(3, is_done=True)]
    assert repeated == RequestProgress(3, is_done=True)
    assert await bench.count(JobState.DEAD) == 3


async def test_a_request_to_purge_is_carried_out_once(bench: Bench) -> None:
    await bench.submit("a", "b")
    once = Request("once", "purge")

    first = await bench.queue.purge(TENANT, JobState.READY, once)
    await bench.submit("c")
    repeated = await bench.queue.purge(TENANT, JobState.READY, once)

    assert first == repeated == RequestProgress(2, is_done=True)
    assert names(await bench.lease()) == ["c"]


async def test_a_request_id_means_one_change(bench: Bench) -> None:
    await _dead(bench, "a", "b")
    await bench.queue.redrive(TENANT, Request("once", "redrive a"), ["a"])

    with pytest.raises(RequestIdReused, match="once"):
        await bench.queue.redrive(TENANT, Request("once", "redrive b"), ["b"])
    with pytest.raises(RequestIdReused, match="once"):
        await bench.queue.purge(TENANT, JobState.DEAD, Request("once", "purge"))

    assert await bench.count(JobState.DEAD) == 1


async def test_pages_follow_each_other_without_gap_or_double(bench: Bench) -> None:
    wanted = [f"j{n}" for n in range(23)]
    await bench.submit(*wanted)
    await bench.end(SettlementKind.DEAD, *await bench.lease(23))  # all at one instant

    ids: list[str] = []
    after = None
    while page := await bench.queue.peek(TENANT, JobState.DEAD, after=after, count=5):
        ids += names(page)
        after = (page[-1].position, page[-1].id)

    assert sorted(ids) == sorted(wanted)
