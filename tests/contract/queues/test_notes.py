"""How far a job is, what is kept of it when it is over, and how it is withdrawn."""

from __future__ import annotations

from tests.contract.queues.bench import BEGIN_US, TENANT, Bench, names
from workqueue.jobs import Bounds, JobState, Receipt, SettlementKind


async def test_only_who_has_the_lease_may_note_how_far_a_job_is(bench: Bench) -> None:
    await bench.submit("a")
    (late,) = await bench.lease()
    await bench.clock.pass_s(10)
    (lease,) = await bench.lease()

    assert await bench.queue.note(TENANT, lease, "3 of 7") is True
    assert await bench.queue.note(TENANT, late, "2 of 7") is False
    job = await bench.queue.find(TENANT, "a")
    assert job is not None
    assert job.note == "3 of 7"


async def test_what_is_over_is_kept_with_its_note_and_lent_no_more(bench: Bench) -> None:
    await bench.submit("a")
    await bench.end(SettlementKind.KEEP, *await bench.lease(), note="made v1")
    await bench.clock.pass_s(60)
    (again,) = await bench.submit("a")

    assert await bench.lease() == ()
    assert again.is_new is False
    (kept,) = await bench.queue.peek(TENANT, JobState.KEPT)
    assert (kept.id, kept.note, kept.position) == ("a", "made v1", BEGIN_US)


async def test_what_is_kept_makes_way_when_it_is_old(bench: Bench) -> None:
    bench.queue = bench.make(Bounds(kept_s=60))
    await bench.submit("old", "older")
    for lease in await bench.lease():
        await bench.end(SettlementKind.KEEP, lease)
    await bench.clock.pass_s(60)
    await bench.submit("a")

    assert await bench.count(JobState.KEPT) == 0
    assert (await bench.queue.stats(TENANT)).bytes == len("a")


async def test_what_is_kept_makes_way_when_the_queue_is_full_the_oldest_first(bench: Bench) -> None:
    bench.queue = bench.make(Bounds(jobs=2))
    await bench.submit("first", "second")
    for lease in await bench.lease():
        await bench.end(SettlementKind.KEEP, lease)
        await bench.clock.pass_s(1)

    (answer,) = await bench.submit("a")

    assert isinstance(answer, Receipt)
    assert names(await bench.queue.peek(TENANT, JobState.KEPT)) == ["second"]


async def test_a_withdrawn_job_is_over_for_whoever_has_it(bench: Bench) -> None:
    await bench.submit("leased", "ready")
    await bench.submit("delayed", delay_s=60)
    (lease,) = await bench.lease(1)

    withdrawn = [await bench.queue.withdraw(TENANT, name, "cancelled") for name in ("leased", "ready", "delayed")]

    assert withdrawn == [True, True, True]
    assert await bench.queue.extend(TENANT, [lease], 10) == [False]
    assert await bench.end(SettlementKind.KEEP, lease, note="made v1") == [False]
    assert {job.note for job in await bench.queue.peek(TENANT, JobState.KEPT)} == {"cancelled"}
    assert await bench.lease() == ()


async def test_what_is_over_or_dead_cannot_be_withdrawn(bench: Bench) -> None:
    await bench.submit("kept", "dead")
    kept, dead = await bench.lease()
    await bench.end(SettlementKind.KEEP, kept, note="made v1")
    await bench.end(SettlementKind.DEAD, dead)

    assert [await bench.queue.withdraw(TENANT, name, "") for name in ("kept", "dead", "nobody")] == [False] * 3
    assert [job.note for job in await bench.queue.peek(TENANT, JobState.KEPT)] == ["made v1"]
