"""Where operations are asked for, followed, cancelled and redriven, in any process that reaches the store."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from uuid import uuid4

from failures import Failure, InvalidInput, NotFound, RequestIdReused
from operations.errors import StillRuns, TooMuchWaits
from operations.operation import CANCELLED, EVERYBODY, Failed, Operation, Task, name_of, place_of, write_note
from workqueue.errors import QueueFull
from workqueue.jobs import MAX_BATCH, JobState, NewJob, Request
from workqueue.ports import Queue

LOOK_S = 0.5
"""How often somebody who waits for an end has a look, in seconds: it may be in another process that it comes."""

_log = logging.getLogger(__name__)


class OperationService:
    """The use cases of operations.

    Every method raises `StoreUnavailable` if the store does not answer, and each that takes a name `NotFound`.

    Parameters
    ----------
    queues
        By kind.
    pause, now
        How to wait, and a clock, both in seconds.
    """

    def __init__(
        self,
        queues: Mapping[str, Queue],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queues = queues
        self._pause = pause
        self._now = now

    async def begin(self, kind: str, tenant: str, task: Task, request_id: str = "") -> Operation:
        """Have a task carried out; a repeated request gets the operation that the first one began.

        Parameters
        ----------
        tenant
            Whose it is; empty: about what all tenants share.

        Raises
        ------
        RequestIdReused
            If the request id was used for other content.
        TooMuchWaits
            If as many wait as may.
        """
        whose = tenant or EVERYBODY
        job_id = _job_id(kind, request_id)
        job = NewJob(job_id, task.pack(), request_id=job_id if request_id else "")
        (answer,) = await self._queues[kind].submit(whose, [job])
        if isinstance(answer, Failure):
            raise TooMuchWaits(kind, answer.jobs) if isinstance(answer, QueueFull) else answer
        operation = await self.get(name_of(whose, job_id))
        if operation.task.fingerprint != task.fingerprint:
            raise RequestIdReused(request_id)
        if answer.is_new:
            _log.info("%s asked for %s about %s", task.actor or "somebody", operation.name, task.target)
        return operation

    async def begun(self, kind: str, tenant: str, fingerprint: str, request_id: str) -> Operation | None:
        """Return the operation that a request began before; None: there is none, or the request has no id.

        Parameters
        ----------
        fingerprint
            Of the task.

        Raises
        ------
        RequestIdReused
            If the request id was used for other content.
        """
        whose, job_id = tenant or EVERYBODY, _job_id(kind, request_id)
        job = await self._queues[kind].find(whose, job_id) if request_id else None
        if job is None:
            return None
        operation = Operation.of(whose, job)
        if operation.task.fingerprint != fingerprint:
            raise RequestIdReused(request_id)
        return operation

    async def get(self, name: str) -> Operation:
        """Return an operation as it stands."""
        queue, whose, job_id = self._placed(name)
        job = await queue.find(whose, job_id)
        if job is None:
            raise no_operation(name)
        return Operation.of(whose, job)

    async def listed(self, tenant: str, after: str = "") -> list[Operation]:
        """List a tenant's operations, newest first; no queue holds more than a batch.

        Parameters
        ----------
        tenant
            Empty: those about what all tenants share.
        after
            Name of the one behind which the list begins; empty: the first.

        Raises
        ------
        InvalidInput
            If there is no other any more.
        """
        whose = tenant or EVERYBODY
        jobs = {
            job.id: job
            for queue in self._queues.values()
            for state in JobState
            for job in await queue.peek(whose, state, count=MAX_BATCH)
        }
        listed = [Operation.of(whose, job) for job in sorted(jobs.values(), key=lambda job: (-job.arrived_us, job.id))]
        if not after:
            return listed
        places = {operation.name: place for place, operation in enumerate(listed, 1)}
        if after not in places:
            raise InvalidInput.of("page_token", f"leads behind {after[:80]!r}, which is gone: begin anew")
        return listed[places[after] :]

    async def wait(self, name: str, seconds: float) -> Operation:
        """Return an operation when it is over, or after so many seconds."""
        until = self._now() + seconds
        while not (operation := await self.get(name)).is_over:
            left = until - self._now()
            if left <= 0:
                break
            await self._pause(min(left, LOOK_S))
        return operation

    async def cancel(self, name: str, actor: str = "") -> None:
        """End an operation that is not over; who carries it out learns of it with the next heartbeat."""
        operation = await self.get(name)
        queue, whose, job_id = self._placed(name)
        if await queue.withdraw(whose, job_id, write_note(Failed("cancelled", CANCELLED))):
            _log.info("%s cancelled %s about %s", actor or "somebody", name, operation.task.target)

    async def forget(self, name: str) -> None:
        """Forget an operation that is over.

        Raises
        ------
        StillRuns
            If it is not.
        """
        operation = await self.get(name)
        if not operation.is_over:
            raise StillRuns(name)
        queue, whose, job_id = self._placed(name)
        await queue.purge(whose, operation.job.state, Request(uuid4().hex, job_id), [job_id])

    async def redrive(self, name: str, actor: str = "", request_id: str = "") -> Operation:
        """Have an operation tried again that was given up, once for each request; leave any other alone.

        Raises
        ------
        RequestIdReused
            If the request id was used for another operation.
        """
        task = (await self.get(name)).task
        queue, whose, job_id = self._placed(name)
        request = Request(request_id or uuid4().hex, job_id)
        redriven = await queue.redrive(whose, request, [job_id])
        if redriven.jobs:
            _log.info("%s redrove %s about %s", actor or "somebody", name, task.target)
        return await self.get(name)

    def _placed(self, name: str) -> tuple[Queue, str, str]:
        whose, job_id = place_of(name) or ("", "")
        queue = self._queues.get(job_id.partition("-")[0])
        if queue is None:
            raise no_operation(name)
        return queue, whose, job_id


def _job_id(kind: str, request_id: str) -> str:
    """Return the id of the job of a request; of one without an id a new one."""
    digest = hashlib.sha256(request_id.encode()).hexdigest()[:32] if request_id else uuid4().hex
    return f"{kind}-{digest}"


def no_operation(name: str) -> NotFound:
    """Say that there is none of a name."""
    return NotFound("operation", name, "it never was, was deleted, or ended long ago")
