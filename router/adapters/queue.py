"""Submissions in the queue of ``workqueue``: the router's intake, and the work of those who empty it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

import msgpack

from failures import Conflict, Failure
from router.assignment.commands import RouteRequest, request_fingerprint
from router.assignment.customers import names_customer
from router.assignment.service import Router
from router.erasure.ports import Pending
from router.model.decision import Decision
from router.model.errors import QueueFull
from router.model.workitem import WorkItem, item_id, keyed
from router.submission.ports import WHY_UNREADABLE, Submission
from router.submission.service import NotRouted, route_submitted
from store.batching import MicroBatcher
from store.clients import RedisClient
from store.durability import Durability, DurabilityStatus
from workqueue.adapters.redis.queue import RedisQueue
from workqueue.errors import QueueFull as QueueIsFull
from workqueue.jobs import MAX_BATCH, Bounds, Job, JobState, Lease, NewJob, Receipt, Request, RequestProgress, Stats
from workqueue.ports import Queue
from workqueue.worker import JobResult, ResultKind, Work, Worker
from workqueue.worker_pool import WorkerPool

QUEUE = "routing"
"""Name of the queue."""


class QueuedSubmissions:
    """``router.submission.ports.Intake`` on a queue.

    Parameters
    ----------
    queue
        Where submissions wait.
    durability
        What the queue's store survives.
    hides_external_id
        Whether external ids are personal, and ids are made without them.
    """

    def __init__(self, queue: Queue, durability: DurabilityStatus, *, hides_external_id: bool = False) -> None:
        self._queue = queue
        self._durability = durability
        self._hides_external_id = hides_external_id
        self._batcher = MicroBatcher[str, NewJob, Receipt | Failure](self._submit, 256)

    @property
    def durability(self) -> Durability:
        return self._durability.level

    async def submit(self, tenant: str, requests: Sequence[RouteRequest]) -> list[Receipt | Failure]:
        """Take work items in; single ones share a script call with whatever else is on its way."""
        jobs = [_job(request, hides_external_id=self._hides_external_id) for request in requests]
        if len(jobs) == 1:
            return [await self._batcher.submit(tenant, jobs[0])]
        return await self._submit(tenant, jobs)

    async def _submit(self, tenant: str, jobs: Sequence[NewJob]) -> list[Receipt | Failure]:
        answers = await self._queue.submit(tenant, jobs)
        return [_answer(tenant, answer) for answer in answers]

    async def pending(self, tenant: str, item_id: str) -> Submission | None:
        job = await self._queue.find(tenant, item_id)
        return _submission(job) if job else None

    async def listed(self, tenant: str, state: JobState, after: tuple[int, str] | None, count: int) -> list[Submission]:
        return list(map(_submission, await self._queue.peek(tenant, state, after=after, count=count)))

    async def report(self, tenant: str) -> Stats:
        return await self._queue.stats(tenant)

    async def redrive(
        self, tenant: str, item_ids: Sequence[str] | None, request_id: str = "", *, preview: bool = False
    ) -> int:
        if preview:
            return await self._counted(tenant, JobState.DEAD, item_ids)
        request = _request(request_id, "redrive", item_ids)
        return await _carried_out(lambda: self._queue.redrive(tenant, request, item_ids))

    async def purge(
        self,
        tenant: str,
        state: JobState,
        item_ids: Sequence[str] | None,
        request_id: str = "",
        *,
        preview: bool = False,
    ) -> int:
        if preview:
            return await self._counted(tenant, state, item_ids)
        request = _request(request_id, f"purge {state}", item_ids)
        return await _carried_out(lambda: self._queue.purge(tenant, state, request, item_ids))

    async def _counted(self, tenant: str, state: JobState, item_ids: Sequence[str] | None) -> int:
        if item_ids is None:
            return (await self._queue.stats(tenant)).counts[state]
        jobs = [await self._queue.find(tenant, item_id) for item_id in set(item_ids)]
        return sum(job is not None and job.state is state for job in jobs)


class QueuedPersons:
    """``router.erasure.ports.Submitted`` on a queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    async def of_customer(self, tenant: str, fields: Collection[str], customer: str) -> Pending:
        """Return the submissions of a customer: the queue knows nobody, so all are looked at."""
        mine, unreadable = dict[str, None](), dict[str, None]()
        async for job_id, payload in self._queue.payloads(tenant):
            request = _readable(payload)
            if request is None:
                unreadable[job_id] = None
            elif names_customer(request.item, fields, customer):
                mine[job_id] = None
        return Pending(list(mine), list(unreadable))

    async def waiting(self, tenant: str, item_ids: Sequence[str]) -> int:
        return sum([await self._queue.find(tenant, item_id) is not None for item_id in item_ids])

    async def remove(self, tenant: str, item_ids: Sequence[str]) -> int:
        while not (await self._queue.lease(tenant, 0, 0.0)).next_due_s:
            pass  # who died has nothing any more, though no worker is there to take it back
        await self._insist(tenant, item_ids, but_not=(JobState.LEASED,))
        removed = 0
        for start in range(0, len(item_ids), MAX_BATCH):
            page = item_ids[start : start + MAX_BATCH]
            for state in (JobState.READY, JobState.DELAYED, JobState.DEAD):
                removed += await self._purged(tenant, state, page)
        await self._insist(tenant, item_ids, but_not=tuple(JobState))
        return removed

    async def _purged(self, tenant: str, state: JobState, item_ids: Sequence[str]) -> int:
        request = _request("", f"purge {state}", item_ids)
        return await _carried_out(lambda: self._queue.purge(tenant, state, request, item_ids))

    async def _insist(self, tenant: str, item_ids: Sequence[str], *, but_not: Sequence[JobState]) -> None:
        for job_id in item_ids:
            job = await self._queue.find(tenant, job_id)
            if job is not None and job.state in but_not:
                name = f"tenants/{tenant}/workItems/{job.id}"
                raise Conflict(name, "a worker has its submission at this moment: try again")


def routing_work(router: Router) -> Work:
    """Return what a worker does with submissions: route them, each by its own request id."""

    async def work(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        requests = [_leased(lease) for lease in leases]
        answers = iter(await route_submitted(router, tenant, [request for request in requests if request]))
        return [_outcome(next(answers)) if request else _UNREADABLE for request in requests]

    return work


_UNREADABLE = JobResult(ResultKind.NEVER, f"UNREADABLE: {WHY_UNREADABLE}")


def _outcome(answer: Decision | NotRouted) -> JobResult:
    if isinstance(answer, Decision):
        return JobResult(ResultKind.DONE)
    return JobResult(
        ResultKind.AGAIN if answer.may_pass else ResultKind.NEVER, f"{answer.error.reason}: {answer.error}"
    )


def _job(request: RouteRequest, *, hides_external_id: bool) -> NewJob:
    content = request.item.pack()
    return NewJob(
        id=item_id(request.item, request.request_id, hides_external_id=hides_external_id),
        payload=msgpack.packb([request.request_id, request.actor, content]),
        priority=request.item.priority,
        request_id=request.request_id,
        fingerprint=request_fingerprint(request, content),
    )


def _unpack(payload: bytes) -> RouteRequest:
    request_id, actor, content = msgpack.unpackb(payload)
    return RouteRequest(WorkItem.unpack(content), request_id, actor)


def _readable(payload: bytes) -> RouteRequest | None:
    """Read a submission; None for one that this version cannot read."""
    try:
        return _unpack(payload)
    except (ValueError, TypeError, KeyError, AttributeError, msgpack.UnpackException):
        return None


def _leased(lease: Lease) -> RouteRequest | None:
    request = _readable(lease.payload)
    return request._replace(arrived_us=lease.arrived_us) if request else None


def _submission(job: Job) -> Submission:
    request = _readable(job.payload)
    item = request.item if request else None
    return Submission(job.id, item, job.arrived_us, job.state, job.position, job.deliveries, job.fault)


def _request(request_id: str, what: str, item_ids: Sequence[str] | None) -> Request:
    named = [] if item_ids is None else sorted(item_ids) or None  # all has been hashed as [] from the first
    content = msgpack.packb([what, named])
    name = request_id or str(uuid4())
    return Request(name, keyed(name, sha256(content).hexdigest()))


async def _carried_out(change: Callable[[], Awaitable[RequestProgress]]) -> int:
    """Change batch after batch until nothing is left."""
    while not (progress := await change()).is_done:
        pass
    return progress.jobs


def _answer(tenant: str, answer: Receipt | Failure) -> Receipt | Failure:
    if isinstance(answer, QueueIsFull):
        return QueueFull(f"tenants/{tenant}/queue", answer.jobs, answer.retry_after_s)
    return answer


MAX_WORKERS = 64


@dataclass(frozen=True, slots=True)
class WorkSettings:
    """What an operator can choose.

    Parameters
    ----------
    workers
        Loops in this process, of which one decides while the other's writes reach the disk; 0: it leaves the queue to
        others.
    lease_s
        How long a lost worker keeps its work items from others, in seconds.
    queue_jobs
        How many submissions a tenant's queue holds at most, dead letters included.
    """

    workers: int = 2
    lease_s: int = 15
    queue_jobs: int = Bounds().jobs

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> WorkSettings:
        """Read the environment.

        Raises
        ------
        ValueError
            Naming the variable, the value found and the values allowed.
        """
        usual = cls()
        return cls(
            whole(environ, "FAIRLEAD_WORKERS", usual.workers, 0, MAX_WORKERS),
            whole(environ, "FAIRLEAD_LEASE_S", usual.lease_s, 1, 3600),
            whole(environ, "FAIRLEAD_QUEUE_LIMIT", usual.queue_jobs, 1, 100_000_000),
        )


def whole(environ: Mapping[str, str], name: str, otherwise: int, least: int, most: int) -> int:
    """Read a whole number, both ends included.

    Raises
    ------
    ValueError
        Naming the variable, the value found and the values allowed.
    """
    value = environ.get(name, str(otherwise))
    if not (value.isascii() and value.isdecimal() and least <= int(value) <= most):
        unit = " seconds" if name.endswith("_S") else ""
        raise ValueError(f"{name} is {value!r}; allowed are {least} to {most}{unit}")
    return int(value)


def routing_queue(redis: RedisClient, settings: WorkSettings, request_ttl_s: int) -> RedisQueue:
    """Return the queue in front of routing."""
    return RedisQueue(redis, QUEUE, Bounds(jobs=settings.queue_jobs), request_ttl_s=request_ttl_s)


def routing_workers(queue: Queue, router: Router, settings: WorkSettings) -> WorkerPool:
    """Return the workers of this process."""
    work = routing_work(router)
    return WorkerPool([Worker(queue, work, lease_s=settings.lease_s) for _ in range(settings.workers)])
