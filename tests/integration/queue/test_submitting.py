"""What is submitted: taken in once, routed, refused when there is too much, given up and redriven.

The numbers are those of the failures that routing is held to.
"""

from __future__ import annotations

import asyncio

import grpc
import pytest

from fairlead.v1 import queue_pb2, routing_pb2
from store.embedded.server import EmbeddedServer
from tests.api import EVERYONE, Api, last, retry_delay_s
from tests.conftest import ON_EVERY_STORE
from tests.integration.queue.arranging import (
    BY_REGION,
    DEAD,
    READY,
    Code,
    assert_each_was_routed_once,
    everyone,
    is_empty,
    reception,
    submit_many,
    until,
)

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
        listed: list[str] = []
        token = ""
        while not listed or token:
            page = await api.queue.ListSubmissions(
                queue_pb2.ListSubmissionsRequest(parent=api.parent, state=READY, page_size=3, page_token=token)
            )
            listed += [last(submission.work_item) for submission in page.submissions]
            token = page.next_page_token

        assert listed == [f"crm~L-{n}" for n in range(7)]


async def test_a_page_token_of_somebody_else_is_refused(api: Api) -> None:
    request = queue_pb2.ListSubmissionsRequest(parent=api.parent, state=READY, page_token="bm9uZQ==")

    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await api.queue.ListSubmissions(request)

    assert refused.value.code() == Code.INVALID_ARGUMENT
