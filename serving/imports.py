"""Imports as operations: taken in, entered page by page by whichever worker lives long enough, followed from anywhere.

Nothing but the work items waits outside the operation, and only until they are entered: an operation is told for a week
after its end, and a person may stand in what was imported.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import uuid4

from google.longrunning.operations_pb2 import Operation
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import code_pb2
from google.rpc.status_pb2 import Status

from failures import Failure, Unavailable
from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from gateway.grpc import error_details as details
from gateway.grpc.status import error_info
from operations.executor import BOUNDS, DELIVERIES
from operations.operation import Failed, Progress, Succeeded, Task, write_note
from operations.rpc.messages import checked_message, operation_message
from operations.service import OperationService
from router.adapters.queue import WorkSettings
from router.assignment.commands import ImportedItem
from router.assignment.ports import MAX_JOBS
from router.imports.ports import ImportPages, NotImported, Page
from router.imports.service import Imports
from router.model.decision import Decision
from router.model.workitem import keyed
from store.clients import RedisClient
from workqueue.adapters.redis.queue import RedisQueue
from workqueue.backoff import Backoff
from workqueue.jobs import Lease
from workqueue.ports import Queue
from workqueue.worker import JobResult, ResultKind, Worker
from workqueue.worker_pool import WorkerPool

KIND = "import"
_BACKOFF = Backoff(first_s=2.0, longest_s=600.0, deliveries=DELIVERIES)
_PAGES_A_NOTE = 8
_CODES = {
    "NOT_FOUND": code_pb2.NOT_FOUND,
    "ALREADY_EXISTS": code_pb2.ALREADY_EXISTS,
    "INVALID_INPUT": code_pb2.INVALID_ARGUMENT,
    "CORRUPT_HISTORY": code_pb2.DATA_LOSS,
}
"""Code by why a work item was refused; what is not here is FAILED_PRECONDITION."""


class ImportOperations:
    """``router.rpc.imports.Importer``.

    Parameters
    ----------
    operations
        Takes operations in.
    pages
        Where work items wait.
    imports
        Enters them.
    """

    def __init__(self, operations: OperationService, pages: ImportPages, imports: Imports) -> None:
        self._operations = operations
        self._pages = pages
        self._imports = imports

    async def begin(
        self, tenant: str, request: routing.ImportWorkItemsRequest, entries: Sequence[ImportedItem], actor: str
    ) -> Operation:
        """Take work items in; see ``router.rpc.imports.Importer``."""
        await self._imports.check(tenant)
        target, request_id = f"tenants/{tenant}", fields.request_id(request)
        if request.validate_only:
            return await self._previewed(tenant, target, entries)
        import_id, placed = uuid4().hex, list(enumerate(entries))
        starts = range(0, len(placed), MAX_JOBS)
        await self._pages.put(tenant, import_id, [dict(placed[start : start + MAX_JOBS]) for start in starts])
        task = Task(target, {"import": import_id, "items": len(entries)}, _fingerprint(request, request_id), actor)
        taken_in = False
        try:
            operation = await self._operations.begin(KIND, tenant, task, request_id)
            taken_in = operation.task.arguments["import"] == import_id
        finally:
            if not taken_in:  # it is refused, or was asked for before
                await self._pages.forget(tenant, import_id)
        return operation_message(operation)

    async def _previewed(self, tenant: str, target: str, entries: Sequence[ImportedItem]) -> Operation:
        """Return an operation that is over, and says what would be refused."""
        answers = await self._imports.preview(tenant, entries)
        refused = _refused(self._imports, dict(enumerate(entries)), answers)
        operation = checked_message(target)
        operation.response.MergeFromString(_response(tenant, len(entries) - len(refused), refused))
        return operation


def _fingerprint(request: routing.ImportWorkItemsRequest, request_id: str) -> str:
    """Tell a repeated request from another one with its id, by a hash that nobody can try out without the id."""
    content = routing.ImportWorkItemsRequest()
    content.CopyFrom(request)
    content.ClearField("request_id")
    return keyed(request_id or uuid4().hex, hashlib.sha256(content.SerializeToString(deterministic=True)).hexdigest())


def import_worker(queue: Queue, pages: ImportPages, imports: Imports, lease_s: float) -> Worker:
    """Return a worker that enters one import at a time."""

    async def work(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        return [await _entered(queue, pages, imports, tenant, lease) for lease in leases]

    return Worker(queue, work, _BACKOFF, batch=1, lease_s=lease_s)


def operation_queue(redis: RedisClient, kind: str, request_ttl_s: int) -> RedisQueue:
    """Return the queue of a kind of operation."""
    return RedisQueue(redis, kind, BOUNDS, deliveries=DELIVERIES, request_ttl_s=request_ttl_s)


def import_workers(
    redis: RedisClient, pages: ImportPages, imports: Imports, settings: WorkSettings, request_ttl_s: int
) -> WorkerPool:
    """Return the worker of this process: one, where it routes what is submitted."""
    queue = operation_queue(redis, KIND, request_ttl_s)
    return WorkerPool([import_worker(queue, pages, imports, settings.lease_s)] if settings.workers else ())


async def _entered(queue: Queue, pages: ImportPages, imports: Imports, tenant: str, lease: Lease) -> JobResult:
    task = Task.unpack(lease.payload)
    import_id, items = task.arguments["import"], task.arguments["items"]
    try:
        left = await pages.left(tenant, import_id)
        for count, number in enumerate(left):
            await _enter(pages, imports, tenant, import_id, number, task.actor)
            if count % _PAGES_A_NOTE == 0:
                done = max(items - (len(left) - count - 1) * MAX_JOBS, 0)
                await queue.note(tenant, lease, write_note(Progress("entering", done, items)))
        refused = await pages.refused(tenant, import_id)
        if refused is None:
            error = "its work items waited too long for a worker and are gone: import them again"
            return JobResult(ResultKind.KEEP, note=write_note(Failed(error, "EXPIRED")))
        imported = items - len(refused) - await pages.taken(tenant, import_id)
    except Failure as error:
        if isinstance(error, Unavailable):
            return JobResult(ResultKind.AGAIN, f"{error.reason}: {error}")
        return JobResult(ResultKind.KEEP, note=write_note(Failed(str(error), error.reason)))
    return JobResult(ResultKind.KEEP, note=write_note(Succeeded(_response(tenant, imported, refused))))


async def _enter(
    pages: ImportPages, imports: Imports, tenant: str, import_id: str, number: int, actor: str
) -> None:  # fmt: skip
    try:
        page = await pages.begin(tenant, import_id, number)
        answers = await imports.enter(tenant, list(page.values()), actor)
        await pages.finish(tenant, import_id, number, _refused(imports, page, answers))
    except BaseException:
        await pages.rest(tenant, import_id)
        raise


def _refused(imports: Imports, page: Page, answers: Sequence[Decision | Failure]) -> list[NotImported]:
    return [
        NotImported(place, imports.item_id(entry), answer.reason, str(answer))
        for (place, entry), answer in zip(page.items(), answers, strict=True)
        if isinstance(answer, Failure)
    ]


def _response(tenant: str, imported: int, refused: Sequence[NotImported]) -> bytes:
    response = routing.ImportWorkItemsResponse(
        imported_count=imported,
        refused=[
            routing.RefusedImport(
                index=each.place,
                work_item=f"tenants/{tenant}/workItems/{each.item_id}",
                error=Status(
                    code=_CODES.get(each.reason, code_pb2.FAILED_PRECONDITION),
                    message=details.shortened(each.message, details.LONGEST_MESSAGE),
                    details=[error_info(each.reason)],
                ),
            )
            for each in refused
        ],
    )
    packed = AnyMessage()
    packed.Pack(response)
    return packed.SerializeToString()
