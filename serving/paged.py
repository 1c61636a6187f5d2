"""Operations on many work items: done page by page by whichever worker lives long enough, followed from anywhere.

Nothing but the pages waits outside the operation, and only until they are done: an operation is told for a week after
its end, and a person may stand in what it is of.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import uuid4

from google.longrunning.operations_pb2 import Operation
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.rpc import code_pb2
from google.rpc.status_pb2 import Status

from failures import Failure, RequestIdReused, Unavailable
from gateway.calls import error_details as details
from gateway.calls.status import error_info
from operations.errors import TooMuchWaits
from operations.executor import BOUNDS, DELIVERIES
from operations.operation import Failed, Progress, Succeeded, Task, write_note
from operations.rpc.messages import operation_message
from operations.service import OperationService
from router.adapters.queue import WorkSettings
from router.assignment.ports import MAX_JOBS
from router.imports.ports import Entry, Pages, Result
from router.model.workitem import keyed
from store.clients import RedisClient
from workqueue.adapters.redis.queue import RedisQueue
from workqueue.backoff import Backoff
from workqueue.jobs import Lease
from workqueue.ports import Queue
from workqueue.worker import JobResult, ResultKind, Worker
from workqueue.worker_pool import WorkerPool

_BACKOFF = Backoff(first_s=2.0, longest_s=600.0, deliveries=DELIVERIES)
_PAGES_A_NOTE = 8
PAGE_S, _OVER_S = 60.0, 10.0
"""Seconds that a page may take, and for how long it counts as being done beyond that: what was sent last arrives within
that time. Where a worker is lost in the middle of a page, nobody in it can be erased for as long.
"""
_CODES = {
    "NOT_FOUND": code_pb2.NOT_FOUND,
    "ALREADY_EXISTS": code_pb2.ALREADY_EXISTS,
    "INVALID_INPUT": code_pb2.INVALID_ARGUMENT,
    "CORRUPT_HISTORY": code_pb2.DATA_LOSS,
    "CONFLICT": code_pb2.ABORTED,
}
"""Code by why a work item was refused; what is not here is FAILED_PRECONDITION."""


class PagedWork(Protocol[Entry, Result]):
    """What is done page by page.

    Attributes
    ----------
    kind
        Of the operation.
    stage
        What its progress is called.
    gone
        What is told where its pages are gone.
    """

    kind: str
    stage: str
    gone: str

    @property
    def pages(self) -> Pages[Entry, Result]:
        """Where its pages wait."""

    async def do(self, tenant: str, page: Mapping[int, Entry], actor: str) -> list[Result]:
        """Do a page, which may have been done before; return what is told of it."""

    async def response(self, tenant: str, operation_id: str, items: int, results: Sequence[Result]) -> Message:
        """Say what came of the operation."""


async def begun(
    operations: OperationService,
    work: PagedWork[Entry, Result],
    tenant: str,
    entries: Sequence[Entry],
    task: tuple[str, str],
    request_id: str,
) -> Operation:
    """Take work items in; return the operation, or the one that was begun for the same request before.

    Parameters
    ----------
    task
        What tells a repeated request from another one with its id, and who asks.

    Notes
    -----
    Where nobody knows whether it was taken in, for a reply is lost or whoever asks hung up, its pages stay: it may need
    them. If it does not, they expire.
    """
    operation_id, placed = uuid4().hex, list(enumerate(entries))
    starts = range(0, len(placed), MAX_JOBS)
    await work.pages.put(tenant, operation_id, [dict(placed[start : start + MAX_JOBS]) for start in starts])
    wish = Task(f"tenants/{tenant}", {"pages": operation_id, "items": len(entries)}, *task)
    try:
        operation = await operations.begin(work.kind, tenant, wish, request_id)
    except (RequestIdReused, TooMuchWaits):
        await work.pages.forget(tenant, operation_id)
        raise
    if operation.task.arguments["pages"] != operation_id:  # it was asked for before
        await work.pages.forget(tenant, operation_id)
    return operation_message(operation)


def fingerprint(request: Any, request_id: str) -> str:
    """Tell a repeated request from another one with its id, by a hash that nobody can try out without the id."""
    content = type(request)()
    content.CopyFrom(request)
    content.ClearField("request_id")
    return keyed(request_id or uuid4().hex, hashlib.sha256(content.SerializeToString(deterministic=True)).hexdigest())


def refusal(reason: str, message: str) -> Status:
    """Write why a work item was refused."""
    return Status(
        code=_CODES.get(reason, code_pb2.FAILED_PRECONDITION),
        message=details.shortened(message, details.LONGEST_MESSAGE),
        details=[error_info(reason)],
    )


def operation_queue(redis: RedisClient, kind: str, request_ttl_s: int) -> RedisQueue:
    """Return the queue of a kind of operation."""
    return RedisQueue(redis, kind, BOUNDS, deliveries=DELIVERIES, request_ttl_s=request_ttl_s)


def paged_workers(
    redis: RedisClient, works: Sequence[PagedWork[Any, Any]], settings: WorkSettings, request_ttl_s: int
) -> WorkerPool:
    """Return the workers of this process: one of each kind, where it routes what is submitted."""
    queues = [operation_queue(redis, work.kind, request_ttl_s) for work in works] if settings.workers else []
    return WorkerPool([paged_worker(queue, work, settings.lease_s) for queue, work in zip(queues, works, strict=False)])


def paged_worker(queue: Queue, work: PagedWork[Entry, Result], lease_s: float) -> Worker:
    """Return a worker that does one operation of a kind at a time."""

    async def done(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        return [await _done(queue, work, tenant, lease) for lease in leases]

    return Worker(queue, done, _BACKOFF, batch=1, lease_s=lease_s)


async def _done(queue: Queue, work: PagedWork[Entry, Result], tenant: str, lease: Lease) -> JobResult:
    task = Task.unpack(lease.payload)
    operation_id, items = task.arguments["pages"], task.arguments["items"]
    try:
        left = await work.pages.left(tenant, operation_id)
        for count, number in enumerate(left):
            if not await _do(work, tenant, operation_id, number, task.actor):
                return JobResult(ResultKind.AGAIN, "somebody else was at one of its pages")
            if count % _PAGES_A_NOTE == 0:
                done = max(items - (len(left) - count - 1) * MAX_JOBS, 0)
                if not await queue.note(tenant, lease, write_note(Progress(work.stage, done, items))):
                    return JobResult(ResultKind.AGAIN, "it was cancelled, or somebody else has it")  # changes nothing
        results = await work.pages.results(tenant, operation_id)
        if results is None:
            return JobResult(ResultKind.KEEP, note=write_note(Failed(work.gone, "EXPIRED")))
        response = await work.response(tenant, operation_id, items, results)
    except Failure as error:
        if isinstance(error, Unavailable):
            return JobResult(ResultKind.AGAIN, f"{error.reason}: {error}")
        return JobResult(ResultKind.KEEP, note=write_note(Failed(str(error), error.reason)))
    packed = AnyMessage()
    packed.Pack(response)
    return JobResult(ResultKind.KEEP, note=write_note(Succeeded(packed.SerializeToString())))


async def _do(work: PagedWork[Entry, Result], tenant: str, operation_id: str, number: int, actor: str) -> bool:
    """Do a page; return whether nobody took it over meanwhile."""
    worker, lasts_ms = uuid4().hex, round((PAGE_S + _OVER_S) * 1000)
    try:
        async with asyncio.timeout(PAGE_S):
            page = await work.pages.begin(tenant, operation_id, number, worker, lasts_ms)
            results = await work.do(tenant, page, actor)
        return await work.pages.finish(tenant, operation_id, number, worker, results)
    except BaseException:
        await work.pages.rest(tenant, operation_id, number, worker)
        raise
