"""A bulk reassignment as an operation: rehearsed, begun once, gone on with, cancelled; each work item told once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest
from google.protobuf.any_pb2 import Any as AnyMessage

from failures import Failure, StoreUnavailable
from fairlead.v1 import routing_pb2 as routing
from operations.errors import TooMuchWaits
from operations.operation import CANCELLED, Failed
from operations.service import OperationService
from router.assignment.bulk import BulkReassignment, BulkRequest
from router.assignment.commands import ReassignRequest, RouteRequest
from router.assignment.ports import MAX_JOBS
from router.assignment.queries import WorkItemQueries
from router.history.rehearsal import Rehearsal
from router.model.decision import Decision
from router.model.errors import InvalidInput, RequestIdReused
from router.model.workforce import Rep
from router.model.workitem import Kind, WorkItem
from router.workforce.service import WorkforceService
from serving.paged import paged_worker
from serving.reassigning import KIND, ReassignOperations, ReassignWork
from tests.contract.nothing.routing import Routing
from tests.twins.import_pages import MemoryPages
from tests.twins.queue import MemoryQueue
from workqueue.jobs import Bounds, NewJob, Receipt

TENANT = "t"
PARENT = f"tenants/{TENANT}"


class LosingBulk(BulkReassignment):
    """Does not reach the store at one of its pages, or is cancelled there."""

    lost_at = cancelled_at = -1
    pages = 0
    cancel: Any = None

    async def reassign(self, tenant: str, requests: Sequence[ReassignRequest]) -> list[Decision | Failure]:
        self.pages += 1
        if self.pages == self.lost_at:
            raise StoreUnavailable("the store is gone")
        if self.pages == self.cancelled_at:
            await self.cancel()
        return await super().reassign(tenant, requests)


class LosingQueue(MemoryQueue):
    """Takes jobs in, and does not say so."""

    lost: BaseException | None = None

    async def submit(self, tenant: str, jobs: Sequence[NewJob]) -> list[Receipt | Failure]:
        receipts = await super().submit(tenant, jobs)
        if self.lost:
            raise self.lost
        return receipts


class Desk:
    """Reassigns in memory, with one worker."""

    def __init__(self, world: Routing) -> None:
        self.now_us = 1_700_000_000_000_000
        self.queue = LosingQueue(lambda: self.now_us)
        self.operations = OperationService({KIND: self.queue})
        self.bulk = LosingBulk(world.store, world.planners, WorkItemQueries(world.store, world.planners))
        self.pages = pages = cast("Any", MemoryPages())
        rehearsal = Rehearsal(world.store, world.presences, world.planners, self.bulk)
        self.reassigner = ReassignOperations(self.operations, pages, self.bulk, rehearsal)
        self.worker = paged_worker(self.queue, ReassignWork(pages, self.bulk), 60.0)

    async def begin(self, **given: Any) -> Any:
        request = routing.BatchReassignWorkItemsRequest(parent=PARENT, filter="owner = bo", **given)
        return await self.reassigner.begin(TENANT, request, BulkRequest(owner="bo", rep="cy", note="left"))


@pytest.fixture
async def world() -> Routing:
    """Yield a tenant in which bo has some pages of leads, and cy has none."""
    world = await Routing.open(None, TENANT)
    await world.write({("rep", "cy"): Rep("cy")})
    wishes = [RouteRequest(WorkItem(Kind.LEAD, "crm", f"M-{number}")) for number in range(3 * MAX_JOBS)]
    await world.router.route_many(TENANT, wishes)
    return world


def answered(operation: Any) -> routing.BatchReassignWorkItemsResponse:
    response = routing.BatchReassignWorkItemsResponse()
    assert AnyMessage.FromString(operation.note.response).Unpack(response)
    return response


async def owned(world: Routing, rep: str) -> int:
    return len(await world.store.owned(TENANT, rep, is_open=True, count=1000))


async def test_whoever_takes_over_goes_on_where_the_last_one_was(world: Routing) -> None:
    desk, had = Desk(world), await owned(world, "bo")
    begun = await desk.begin()
    desk.bulk.lost_at = 2

    await desk.worker.turn(TENANT)
    desk.now_us += 3_600_000_000
    await desk.worker.turn(TENANT)

    response = answered(await desk.operations.get(begun.name))
    assert (response.reassigned_count, response.stayed_count, response.refused_count) == (had, 0, 0)
    assert [(share.rep, share.count) for share in response.shares] == [(f"{PARENT}/reps/cy", had)]
    assert len({result.work_item for result in response.results}) == len(response.results) == had
    assert {result.former_owner for result in response.results} == {f"{PARENT}/reps/bo"}
    assert (await owned(world, "bo"), await owned(world, "cy")) == (0, had)


async def test_cancelled_under_way_it_moves_no_further_page_and_what_was_moved_stays(world: Routing) -> None:
    desk, had = Desk(world), await owned(world, "bo")
    begun = await desk.begin()
    desk.bulk.cancelled_at, desk.bulk.cancel = 1, lambda: desk.operations.cancel(begun.name)

    await desk.worker.turn(TENANT)

    ended = await desk.operations.get(begun.name)
    assert ended.note == Failed("cancelled", CANCELLED)
    assert (desk.bulk.pages, await owned(world, "cy")) == (1, MAX_JOBS)
    assert await owned(world, "bo") == had - MAX_JOBS


async def test_asked_for_twice_it_is_one_operation(world: Routing) -> None:
    desk = Desk(world)
    begun = await desk.begin(request_id="r")
    await desk.worker.turn(TENANT)

    again = await desk.begin(request_id="r")

    assert again.name == begun.name
    with pytest.raises(RequestIdReused):
        await desk.begin(request_id="r", note="other")


async def test_asked_for_again_it_is_told_though_who_left_is_gone_by_now(world: Routing) -> None:
    desk, had = Desk(world), await owned(world, "bo")
    begun = await desk.begin(request_id="r")
    await desk.worker.turn(TENANT)
    await WorkforceService(world.workforce, world.rule_sets).delete(TENANT, "rep", "bo")

    again = await desk.begin(request_id="r")

    assert (again.name, again.done) == (begun.name, True)
    assert answered(await desk.operations.get(again.name)).reassigned_count == had
    with pytest.raises(RequestIdReused):
        await desk.begin(request_id="r", note="other")
    with pytest.raises(InvalidInput, match="there is no such rep"):
        await desk.begin(request_id="another")
    assert len(desk.pages._operations[TENANT]) == 1


@pytest.mark.parametrize("lost", [StoreUnavailable("the reply is lost"), asyncio.CancelledError()])
async def test_what_was_taken_in_unheard_is_done_all_the_same(world: Routing, lost: BaseException) -> None:
    desk, had = Desk(world), await owned(world, "bo")
    desk.queue.lost = lost
    with pytest.raises(type(lost)):
        await desk.begin(request_id="r")
    desk.queue.lost = None

    begun = await desk.begin(request_id="r")
    await desk.worker.turn(TENANT)

    assert answered(await desk.operations.get(begun.name)).reassigned_count == had
    assert len(desk.pages._operations[TENANT]) == 1


async def test_what_is_refused_leaves_no_pages(world: Routing) -> None:
    desk = Desk(world)
    desk.queue._bounds = Bounds(jobs=1)
    await desk.begin(request_id="r")

    with pytest.raises(RequestIdReused):
        await desk.begin(request_id="r", note="other")
    with pytest.raises(TooMuchWaits):
        await desk.begin()

    assert len(desk.pages._operations[TENANT]) == 1


@pytest.mark.parametrize("validate_only", [True, False])
async def test_of_what_stays_or_is_refused_the_owner_is_told(world: Routing, validate_only: bool) -> None:
    desk, had = Desk(world), await owned(world, "bo")
    request = routing.BatchReassignWorkItemsRequest(parent=PARENT, filter="owner = bo", validate_only=validate_only)
    by_rules = await desk.reassigner.begin(TENANT, request, BulkRequest(owner="bo"))
    await desk.worker.turn(TENANT)

    response = routing.BatchReassignWorkItemsResponse()
    if validate_only:
        assert by_rules.response.Unpack(response)
    else:
        response = answered(await desk.operations.get(by_rules.name))

    assert response.stayed_count == len(response.results) == had  # nobody else is in the pool
    assert {(result.former_owner, result.rep) for result in response.results} == {(f"{PARENT}/reps/bo", "")}


async def test_a_rehearsal_says_who_would_get_how_many_and_leaves_nothing_behind(world: Routing) -> None:
    desk, had = Desk(world), await owned(world, "bo")

    rehearsed = await desk.begin(validate_only=True)

    response = routing.BatchReassignWorkItemsResponse()
    assert rehearsed.response.Unpack(response)
    assert (rehearsed.done, rehearsed.name) == (True, "")
    assert [(share.rep, share.count) for share in response.shares] == [(f"{PARENT}/reps/cy", had)]
    assert {result.decision for result in response.results} == {""}
    assert (await owned(world, "bo"), desk.bulk.pages) == (had, 0)
