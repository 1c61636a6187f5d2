"""An import as an operation: gone on with where a worker was lost, cancelled, given up where nothing is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from google.longrunning.operations_pb2 import Operation as Message
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.timestamp_pb2 import Timestamp

from failures import Conflict, Failure, StoreUnavailable
from fairlead.v1 import routing_pb2 as routing
from operations.operation import CANCELLED, Failed
from operations.service import OperationService
from router.assignment.commands import ImportedItem
from router.assignment.ports import MAX_JOBS
from router.assignment.queries import WorkItemQueries
from router.imports.service import Imports
from router.model.decision import Decision
from router.rpc.imports import imported_items
from serving.imports import KIND, ImportOperations, import_worker
from tests.contract.nothing.routing import Routing
from tests.twins.import_pages import MemoryImportPages
from tests.twins.queue import MemoryQueue
from workqueue.jobs import JobState

TENANT = "t"


class LosingImports(Imports):
    """Does not reach the store at one of its pages, or does something meanwhile."""

    lost_at = -1
    entered = 0
    meanwhile: Any = None

    async def enter(
        self, tenant: str, entries: Sequence[ImportedItem], actor: str = "", *, preview: bool = False
    ) -> list[Decision | Failure]:
        self.entered += 1
        if self.meanwhile:
            await self.meanwhile()
        if self.entered == self.lost_at:
            raise StoreUnavailable("the store is gone")
        return await super().enter(tenant, entries, actor, preview=preview)


class Desk:
    """Imports into memory, with one worker."""

    def __init__(self, world: Routing) -> None:
        self.now_us = 1_700_000_000_000_000
        self.queue = MemoryQueue(lambda: self.now_us)
        self.pages = MemoryImportPages()
        self.operations = OperationService({KIND: self.queue})
        planners = world.planners
        self.imports = LosingImports(
            world.store, planners, WorkItemQueries(world.store, planners), world.customer_scores
        )
        self.importer = ImportOperations(self.operations, self.pages, self.imports)
        self.worker = import_worker(self.queue, self.pages, self.imports, 60.0)

    async def begin(self, count: int) -> Message:
        items = [
            routing.ImportedWorkItem(
                work_item=routing.WorkItem(kind=routing.WorkItem.KIND_LEAD, source="old", external_id=f"L-{number}"),
                owner=f"tenants/{TENANT}/reps/bo",
                assigned_time=Timestamp(),
            )
            for number in range(count)
        ]
        request = routing.ImportWorkItemsRequest(parent=f"tenants/{TENANT}", items=items)
        return await self.importer.begin(TENANT, request, imported_items(request, TENANT), "mo")


async def desk() -> tuple[Desk, Routing]:
    world = await Routing.open(None, TENANT)
    return Desk(world), world


def answered(operation: Any) -> routing.ImportWorkItemsResponse:
    response = routing.ImportWorkItemsResponse()
    assert AnyMessage.FromString(operation.note.response).Unpack(response)
    return response


async def test_whoever_takes_over_goes_on_where_the_last_one_was() -> None:
    imports, world = await desk()
    begun = await imports.begin(3 * MAX_JOBS)
    imports.imports.lost_at = 2

    await imports.worker.turn(TENANT)
    halted = await imports.operations.get(begun.name)
    imports.now_us += 3_600_000_000
    await imports.worker.turn(TENANT)

    ended = await imports.operations.get(begun.name)
    assert (halted.job.state, halted.is_over) == (JobState.DELAYED, False)
    assert answered(ended).imported_count == 3 * MAX_JOBS
    assert imports.imports.entered == 4  # a page, the one that was lost, and the last two
    assert len(await world.store.owned(TENANT, "bo", is_open=True, count=1000)) == 3 * MAX_JOBS + 1


async def test_whose_page_is_taken_over_says_nothing_of_it_and_it_is_done_again() -> None:
    imports, world = await desk()
    begun = await imports.begin(2)
    (import_id,) = await imports.pages.imports(TENANT)
    imports.imports.meanwhile = lambda: imports.pages.begin(TENANT, import_id, 0, "quick", 60_000)

    await imports.worker.turn(TENANT)
    halted = await imports.operations.get(begun.name)
    with pytest.raises(Conflict):
        await imports.pages.take_out(TENANT, import_id, [1])
    imports.imports.meanwhile = None
    imports.now_us += 3_600_000_000
    await imports.worker.turn(TENANT)

    assert (halted.job.state, halted.is_over) == (JobState.DELAYED, False)
    assert answered(await imports.operations.get(begun.name)).imported_count == 2
    assert len(await world.store.owned(TENANT, "bo", is_open=True, count=10)) == 2 + 1


async def test_cancelled_it_is_over_at_once_and_what_was_entered_stays() -> None:
    imports, world = await desk()
    begun = await imports.begin(2 * MAX_JOBS)
    imports.imports.lost_at = 2
    await imports.worker.turn(TENANT)

    await imports.operations.cancel(begun.name)
    imports.now_us += 3_600_000_000
    await imports.worker.turn(TENANT)

    ended = await imports.operations.get(begun.name)
    assert ended.note == Failed("cancelled", CANCELLED)
    assert len(await world.store.owned(TENANT, "bo", is_open=True, count=1000)) == MAX_JOBS + 1


async def test_of_what_waited_too_long_it_is_said_that_it_is_gone() -> None:
    imports, _ = await desk()
    begun = await imports.begin(1)
    for import_id in await imports.pages.imports(TENANT):
        await imports.pages.forget(TENANT, import_id)

    await imports.worker.turn(TENANT)

    note = (await imports.operations.get(begun.name)).note
    assert isinstance(note, Failed)
    assert note.reason == "EXPIRED"
    assert "import them again" in note.error


async def test_who_was_erased_meanwhile_is_not_counted() -> None:
    imports, _ = await desk()
    begun = await imports.begin(3)
    (import_id,) = await imports.pages.imports(TENANT)
    await imports.pages.take_out(TENANT, import_id, [1])

    await imports.worker.turn(TENANT)

    assert answered(await imports.operations.get(begun.name)).imported_count == 2
