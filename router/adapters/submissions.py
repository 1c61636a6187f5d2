"""Submissions in the queue of ``workqueue``: the router's intake, and the work of those who empty it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from uuid import uuid4

import msgpack

from failures import Failure
from router.adapters.redis.coalescer import Coalescer
from router.decision import Decision
from router.durability import Durability, Promise
from router.errors import QueueFull
from router.intake import QueueReport, Receipt, Stage, Submission
from router.items import WorkItem, item_id
from router.jobs import RouteRequest, request_mark
from router.routing import Router
from router.submitting import Failed, route_submitted
from workqueue.errors import QueueFull as QueueIsFull
from workqueue.jobs import Job, Lease, NewJob, Progress, Request, State
from workqueue.jobs import Receipt as Taken
from workqueue.ports import Queue
from workqueue.worker import Fate, Outcome, Work

QUEUE = "routing"
"""Name of the queue."""


class QueuedSubmissions:
    """``router.intake.Intake`` on a queue.

    Parameters
    ----------
    queue
        Where submissions wait.
    promise
        What the queue's store survives.
    """

    def __init__(self, queue: Queue, promise: Promise) -> None:
        self._queue = queue
        self._promise = promise
        self._coalescer = Coalescer[str, NewJob, Receipt | Failure](self._submit, 256)

    @property
    def durability(self) -> Durability:
        """What a submission survives."""
        return self._promise.durability

    async def submit(self, tenant: str, requests: Sequence[RouteRequest]) -> list[Receipt | Failure]:
        """Take work items in; single ones share a script call with whatever else is on its way."""
        jobs = [_job(request) for request in requests]
        if len(jobs) == 1:
            return [await self._coalescer.submit(tenant, jobs[0])]
        return await self._submit(tenant, jobs)

    async def _submit(self, tenant: str, jobs: Sequence[NewJob]) -> list[Receipt | Failure]:
        answers = await self._queue.submit(tenant, jobs)
        return [_answer(tenant, answer) for answer in answers]

    async def pending(self, tenant: str, item_id: str) -> Submission | None:
        """Return a submission that is not routed yet."""
        job = await self._queue.find(tenant, item_id)
        return _submission(job) if job else None

    async def listed(self, tenant: str, stage: Stage, after: tuple[int, str] | None, count: int) -> list[Submission]:
        """Return submissions of a stage."""
        return list(map(_submission, await self._queue.peek(tenant, State(stage), after=after, count=count)))

    async def report(self, tenant: str) -> QueueReport:
        """Count."""
        stats = await self._queue.stats(tenant)
        counts = {stage: stats.counts[State(stage)] for stage in Stage}
        return QueueReport(counts, stats.totals, stats.next_wait_s, stats.bytes)

    async def redrive(
        self, tenant: str, item_ids: Sequence[str], request_id: str = "", *, preview: bool = False
    ) -> int:
        """Make dead letters ready."""
        if preview:
            return await self._counted(tenant, State.DEAD, item_ids)
        request = _request(request_id, "redrive", item_ids)
        return await _carried_out(lambda: self._queue.redrive(tenant, request, item_ids))

    async def purge(
        self, tenant: str, stage: Stage, item_ids: Sequence[str], request_id: str = "", *, preview: bool = False
    ) -> int:
        """Remove submissions."""
        state = State(stage)
        if preview:
            return await self._counted(tenant, state, item_ids)
        request = _request(request_id, f"purge {state}", item_ids)
        return await _carried_out(lambda: self._queue.purge(tenant, state, request, item_ids))

    async def _counted(self, tenant: str, state: State, item_ids: Sequence[str]) -> int:
        if not item_ids:
            return (await self._queue.stats(tenant)).counts[state]
        found = [await self._queue.find(tenant, item_id) for item_id in set(item_ids)]
        return sum(job is not None and job.state is state for job in found)


def routing_work(router: Router) -> Work:
    """Return what a worker does with submissions: route them, each by its own request id."""

    async def work(tenant: str, leases: Sequence[Lease]) -> list[Outcome]:
        requests = [_unpack(lease.payload) for lease in leases]
        return [_outcome(answer) for answer in await route_submitted(router, tenant, requests)]

    return work


def _outcome(answer: Decision | Failed) -> Outcome:
    if isinstance(answer, Decision):
        return Outcome(Fate.DONE)
    return Outcome(Fate.AGAIN if answer.may_pass else Fate.NEVER, f"{answer.error.reason}: {answer.error}")


def _job(request: RouteRequest) -> NewJob:
    content = request.item.pack()
    return NewJob(
        id=item_id(request.item, request.request_id),
        payload=msgpack.packb([request.request_id, request.actor, content]),
        priority=request.item.priority,
        request_id=request.request_id,
        fingerprint=request_mark(request, content),
    )


def _unpack(payload: bytes) -> RouteRequest:
    request_id, actor, content = msgpack.unpackb(payload)
    return RouteRequest(WorkItem.unpack(content), request_id, actor)


def _submission(job: Job) -> Submission:
    item = _unpack(job.payload).item
    return Submission(job.id, item, job.arrived_us, Stage(job.state), job.position, job.deliveries, job.fault)


def _request(request_id: str, what: str, item_ids: Sequence[str]) -> Request:
    content = msgpack.packb([what, sorted(item_ids)])
    return Request(request_id or str(uuid4()), sha256(content).hexdigest())


async def _carried_out(change: Callable[[], Awaitable[Progress]]) -> int:
    """Change batch after batch until nothing is left."""
    while not (progress := await change()).is_done:
        pass
    return progress.jobs


def _answer(tenant: str, answer: Taken | Failure) -> Receipt | Failure:
    match answer:
        case Taken():
            return Receipt(answer.id, answer.arrived_us, answer.is_new)
        case QueueIsFull():
            return QueueFull(f"tenants/{tenant}/queue", answer.jobs, answer.retry_after_s)
        case _:
            return answer
