"""What the queue must survive, with real processes; the numbers are those of the failures that routing is held to."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import grpc
import pytest

from fairlead.v1 import queue_pb2, routing_pb2
from router.adapters.queue import QUEUE, WorkSettings
from router.adapters.redis.repositories import Stores
from store.embedded.server import EmbeddedServer
from tests.api import EVERYONE, Api, connected, differences, last, retry_delay_s
from tests.conftest import ON_EVERY_STORE, serving
from workqueue.adapters.redis.queue import RedisQueue

Code = grpc.StatusCode
DEAD, READY = queue_pb2.Submission.STATE_DEAD, queue_pb2.Submission.STATE_READY
ITEMS = 600
BY_REGION = {"fields": {"region": {"type": "string"}}, "default": {"route": {"pool": "everyone"}}}


@asynccontextmanager
async def reception(store: EmbeddedServer, tenant: str, **work: int) -> AsyncIterator[Api]:
    """Run a service that takes in and, unless told otherwise, leaves the work to others."""
    async with (
        serving(store.url, work=WorkSettings(**{"workers": 0, "lease_s": 1, **work})) as address,
        connected(address, tenant, store.url) as api,
    ):
        yield api


@contextmanager
def worker(store: EmbeddedServer, lease_s: int = 2) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``fairlead work`` as a process; killed at the end if it still lives."""
    command = [str(Path(sys.executable).parent / "fairlead"), "work", "--redis-url", store.url]
    own = ("FAIRLEAD_", "PYTHONDONTWRITEBYTECODE")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    # compiled once for all workers of the session: they start often
    environ |= {"FAIRLEAD_LEASE_S": str(lease_s), "PYTHONPYCACHEPREFIX": str(store.folder / "bytecode")}
    with subprocess.Popen(command, env=environ) as process:
        try:
            yield process
        finally:
            process.kill()


async def everyone(api: Api, *reps: str) -> None:
    """Arrange some reps in one pool, and rules that lead there."""
    for rep in reps:
        await api.hire(rep)
    await api.pool("everyone", reps)
    await api.adopt(EVERYONE)


async def submit_many(api: Api, count: int, first: int = 0) -> None:
    """Submit so many work items with natural keys."""
    requests = [
        routing_pb2.SubmitWorkItemRequest(work_item=api.wish(f"L-{n}").work_item, request_id=f"r-{n}")
        for n in range(first, first + count)
    ]
    answer = await api.routing.BatchSubmitWorkItems(
        routing_pb2.BatchSubmitWorkItemsRequest(parent=api.parent, requests=requests)
    )
    assert all(result.HasField("submission") for result in answer.results)


async def until(api: Api, holds: Callable[[queue_pb2.Queue], bool]) -> queue_pb2.Queue:
    """Ask for the counts until they are as wanted; a store that does not answer is asked again."""
    while True:
        with suppress_unavailable():
            if holds(counts := await api.counts()):
                return counts
        await asyncio.sleep(0.005)


@contextmanager
def suppress_unavailable() -> Iterator[None]:
    """Pass over a store that does not answer."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        if error.code() != Code.UNAVAILABLE:
            raise


def is_empty(counts: queue_pb2.Queue) -> bool:
    """Say whether nothing waits and nobody works; dead letters do not count."""
    return not counts.ready_count + counts.delayed_count + counts.leased_count


async def frozen_in_mid_lease(api: Api, process: subprocess.Popen[bytes]) -> int:
    """Submit, and stop a worker at a moment when it holds leases; return how many work items it took to meet one."""
    submitted = 0
    while True:
        await submit_many(api, ITEMS, submitted)
        submitted += ITEMS
        await until(api, lambda counts: counts.leased_count > 0 or is_empty(counts))
        process.send_signal(signal.SIGSTOP)
        await asyncio.to_thread(os.waitid, os.P_PID, process.pid, os.WSTOPPED)
        # twice: what it sent before it stood still is carried out before the store is asked again
        if all([(await api.counts()).leased_count for _ in range(2)]):
            return submitted
        process.send_signal(signal.SIGCONT)


async def assert_each_was_routed_once(api: Api, count: int) -> None:
    """Hold the log, the owners and the ledger to one decision for each."""
    report = await api.report("everyone")
    assert (report.decisions, sum(report.received.values())) == (count, count)
    owned: Counter[str] = Counter()
    token = ""
    while token or not owned:
        page = await api.routing.ListWorkItems(
            routing_pb2.ListWorkItemsRequest(parent=api.parent, page_size=1000, page_token=token)
        )
        owned.update(item.state for item in page.work_items)
        token = page.next_page_token
    assert owned == {routing_pb2.WorkItem.STATE_ASSIGNED: count}
    assert await differences(api.redis_url, api.tenant) == []


# -------------------------------------------------------------------------------------------------------- the usual way


@ON_EVERY_STORE
async def test_a_submitted_item_is_routed_and_its_name_known_at_once(api: Api) -> None:
    await everyone(api, "ann")

    submission = await api.submit("L-1")
    await until(api, is_empty)

    item = await api.item(submission.work_item)
    assert submission.work_item == f"{api.parent}/workItems/crm~L-1"
    assert (item.state, last(item.owner)) == (routing_pb2.WorkItem.STATE_ASSIGNED, "ann")


async def test_an_item_that_nobody_routed_yet_is_received(store: EmbeddedServer, tenant: str) -> None:
    async with reception(store, tenant) as api:
        submission = await api.submit("L-1", region="east")

        item = await api.item(submission.work_item)

        assert (item.state, item.external_id, item.attributes["region"]) == (
            routing_pb2.WorkItem.STATE_RECEIVED,
            "L-1",
            "east",
        )


async def test_validating_submits_nothing(store: EmbeddedServer, tenant: str) -> None:
    async with reception(store, tenant) as api:
        answer = await api.submit("L-1", validate_only=True)

        assert answer.work_item == f"{api.parent}/workItems/crm~L-1"
        assert is_empty(await api.counts())


# ------------------------------------------------------------------------------------------------------------- repeated


async def test_04_one_request_id_submitted_a_hundred_times_in_parallel_is_routed_once(api: Api) -> None:
    await everyone(api, "ann", "bob")

    answers = await asyncio.gather(*(api.submit(request_id="one") for _ in range(100)))
    await until(api, is_empty)

    assert len({(answer.work_item, answer.submit_time.ToNanoseconds()) for answer in answers}) == 1
    await assert_each_was_routed_once(api, 1)


async def test_22_a_duplicate_submission_goes_to_the_same_owner(api: Api) -> None:
    await everyone(api, "ann", "bob")
    first = await api.route("L-1")

    again = await api.submit("L-1")
    await until(api, lambda counts: counts.done_total == 1)

    assert again.work_item == first.work_item
    assert (await api.item(first.work_item)).owner == first.rep
    await assert_each_was_routed_once(api, 1)


async def test_a_request_id_submitted_with_other_content_is_refused(api: Api) -> None:
    await api.submit("L-1", request_id="r")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await api.submit("L-2", request_id="r")

    assert refused.value.code() == Code.ALREADY_EXISTS


# ------------------------------------------------------------------------------------------------------ lost and frozen


async def test_27_a_worker_killed_in_mid_lease_loses_nothing_and_doubles_nothing(
    store: EmbeddedServer, tenant: str
) -> None:
    async with reception(store, tenant) as api:
        await everyone(api, "ann", "bob", "eve")
        with worker(store) as doomed:
            submitted = await frozen_in_mid_lease(api, doomed)
            doomed.kill()

        with worker(store):
            counts = await until(api, is_empty)

        assert counts.expired_total > 0
        await assert_each_was_routed_once(api, submitted)


async def test_27_a_worker_killed_between_commit_and_acknowledgement_changes_no_decision(
    store: EmbeddedServer, tenant: str
) -> None:
    async with reception(store, tenant) as api:
        await everyone(api, "ann", "bob")
        submission = await api.submit(request_id="r-1")
        stores = Stores.connect(store.url)
        (lost,) = (await RedisQueue(stores.redis, QUEUE).lease(tenant, 1, 0.000001)).leases
        await stores.close()
        committed = await api.route(request_id="r-1")

        with worker(store):
            await until(api, is_empty)

        assert lost.id == last(submission.work_item)
        assert (await api.item(submission.work_item)).decision == committed.name
        await assert_each_was_routed_once(api, 1)


async def test_29_a_worker_frozen_beyond_its_lease_comes_back_too_late(store: EmbeddedServer, tenant: str) -> None:
    async with reception(store, tenant) as api:
        await everyone(api, "ann", "bob", "eve")
        with worker(store, lease_s=1) as frozen:
            submitted = await frozen_in_mid_lease(api, frozen)
            with worker(store, lease_s=1):
                await until(api, is_empty)
            frozen.send_signal(signal.SIGCONT)
            await api.submit("one-more")  # nobody else is left to route it
            await until(api, is_empty)

        await assert_each_was_routed_once(api, submitted + 1)


async def test_two_workers_share_what_there_is(store: EmbeddedServer, tenant: str) -> None:
    async with reception(store, tenant) as api:
        await everyone(api, "ann", "bob", "eve")
        with worker(store), worker(store):
            await submit_many(api, ITEMS)
            await until(api, is_empty)

        await assert_each_was_routed_once(api, ITEMS)


async def test_a_worker_that_is_asked_to_stop_gives_everything_back(store: EmbeddedServer, tenant: str) -> None:
    async with reception(store, tenant) as api:
        await everyone(api, "ann")
        with worker(store, lease_s=3600) as process:
            await submit_many(api, ITEMS)
            await until(api, lambda counts: counts.leased_count > 0 or is_empty(counts))
            process.terminate()
            code = await asyncio.to_thread(process.wait)
            left = await api.counts()

        assert (code, left.leased_count) == (0, 0)


async def test_28_a_restarted_store_keeps_every_submission(own_store: EmbeddedServer, tenant: str) -> None:
    async with reception(own_store, tenant, workers=1) as api:
        await everyone(api, "ann", "bob")
        await submit_many(api, ITEMS)

        await asyncio.to_thread(own_store.stop)
        await asyncio.to_thread(own_store.start)
        await until(api, is_empty)

        await assert_each_was_routed_once(api, ITEMS)


# ------------------------------------------------------------------------------------------------- refused and given up


async def test_a_full_queue_refuses_with_the_time_to_wait(store: EmbeddedServer, tenant: str) -> None:
    async with reception(store, tenant, queue_jobs=2) as api:
        await api.submit("L-1")
        await api.submit("L-2", request_id="r-2")

        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await api.submit("L-3")

        assert refused.value.code() == Code.RESOURCE_EXHAUSTED
        assert retry_delay_s(refused.value) > 0
        assert last((await api.submit("L-2", request_id="r-2")).work_item) == "crm~L-2"


async def test_what_the_rules_cannot_read_is_a_dead_letter_with_the_reason_and_can_be_redriven(api: Api) -> None:
    await everyone(api, "ann")
    submission = await api.submit("L-1", region="east")
    await until(api, lambda counts: counts.dead_count == 1)
    (dead,) = await api.submissions(DEAD)

    await api.adopt(BY_REGION)
    redriven = await api.queue.RedriveSubmissions(queue_pb2.RedriveSubmissionsRequest(parent=api.parent))
    await until(api, is_empty)

    assert (dead.work_item, dead.delivery_count) == (submission.work_item, 1)
    assert "region" in dead.fault
    assert dead.HasField("death_time")
    assert redriven.redriven_count == 1
    assert (await api.item(submission.work_item)).state == routing_pb2.WorkItem.STATE_ASSIGNED


async def test_a_corrected_submission_takes_the_place_of_the_dead_letter(api: Api) -> None:
    await everyone(api, "ann")
    await api.submit("L-1", region="east")
    await until(api, lambda counts: counts.dead_count == 1)

    submission = await api.submit("L-1")
    counts = await until(api, is_empty)

    assert counts.dead_count == 0
    assert last((await api.item(submission.work_item)).owner) == "ann"


async def test_what_was_closed_without_an_owner_is_a_dead_letter_when_it_is_submitted_again(api: Api) -> None:
    await api.hire("ann", active=False)
    await api.pool("everyone", ["ann"])
    await api.adopt(EVERYONE)
    unrouted = await api.route("L-1")
    await api.complete(unrouted.work_item)

    await api.submit("L-1")
    await until(api, lambda counts: counts.dead_count == 1)

    (dead,) = await api.submissions(DEAD)
    assert dead.fault.startswith("NOT_POSSIBLE: ")


async def test_what_comes_before_any_rules_waits_for_them(api: Api) -> None:
    submission = await api.submit("L-1")
    await until(api, lambda counts: counts.retried_total > 0)

    await everyone(api, "ann")
    await until(api, is_empty)

    assert last((await api.item(submission.work_item)).owner) == "ann"


async def test_purging_counts_first_and_removes_then(store: EmbeddedServer, tenant: str) -> None:
    async with reception(store, tenant) as api:
        await submit_many(api, 5)
        request = queue_pb2.PurgeSubmissionsRequest(
            parent=api.parent, state=READY, work_items=["crm~L-1"], validate_only=True
        )

        counted = await api.queue.PurgeSubmissions(request)
        request.validate_only = False
        purged = await api.queue.PurgeSubmissions(request)

        assert (counted.purged_count, purged.purged_count, (await api.counts()).ready_count) == (1, 1, 4)


async def test_pages_of_submissions_follow_each_other(store: EmbeddedServer, tenant: str) -> None:
    async with reception(store, tenant) as api:
        await submit_many(api, 7)
        found: list[str] = []
        token = ""
        while not found or token:
            page = await api.queue.ListSubmissions(
                queue_pb2.ListSubmissionsRequest(parent=api.parent, state=READY, page_size=3, page_token=token)
            )
            found += [last(submission.work_item) for submission in page.submissions]
            token = page.next_page_token

        assert found == [f"crm~L-{n}" for n in range(7)]


async def test_a_page_token_of_somebody_else_is_refused(api: Api) -> None:
    request = queue_pb2.ListSubmissionsRequest(parent=api.parent, state=READY, page_token="bm9uZQ==")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await api.queue.ListSubmissions(request)

    assert refused.value.code() == Code.INVALID_ARGUMENT
