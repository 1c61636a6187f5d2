"""A worker's side: carry an operation out in a process of its own, note how far it is, and say how it ended.

The process gets its arguments in one line of JSON on its standard input, which stays open: it ends with whoever holds
the other end. It answers in lines of JSON, see ``operations.child``. What it says of itself is believed; where it
ends without a word, it may have been the machine's fault, and the operation is tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from failures import StoreUnavailable
from operations.operation import Failed, Progress, Succeeded, Task, write_note
from workqueue.backoff import Backoff
from workqueue.jobs import Bounds, Lease
from workqueue.ports import Queue
from workqueue.worker import JobResult, ResultKind, Worker

DELIVERIES = 5
"""How often one is tried; each try may take hours."""
BOUNDS = Bounds(jobs=1000)
"""How many operations of a kind there may be, those that are over included."""
_BACKOFF = Backoff(first_s=2.0, longest_s=600.0, deliveries=DELIVERIES)
_GRACE_S = 5.0
"""What a process gets to end by itself."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OperationKind:
    """A kind of operation.

    Parameters
    ----------
    name
        Of letters; the first word of its operations' ids, and its queue's name.
    command
        What carries one out.
    answer
        Makes the response, a serialized ``google.protobuf.Any``, of what the process says at last.
    """

    name: str
    command: Sequence[str]
    answer: Callable[[Mapping[str, Any]], bytes]


def worker_of(kind: OperationKind, queue: Queue, lease_s: float) -> Worker:
    """Return a worker that carries out one operation of a kind at a time."""

    async def work(tenant: str, leases: Sequence[Lease]) -> list[JobResult]:
        return [await _execute(kind, queue, tenant, lease) for lease in leases]

    return Worker(queue, work, _BACKOFF, batch=1, lease_s=lease_s)


async def _execute(kind: OperationKind, queue: Queue, tenant: str, lease: Lease) -> JobResult:
    environ = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = await asyncio.create_subprocess_exec(*kind.command, stdin=PIPE, stdout=PIPE, env=environ)
    assert process.stdin is not None
    assert process.stdout is not None
    report: dict[str, Any] = {}
    try:
        with contextlib.suppress(ConnectionError):  # it is gone already: how, its return code says
            process.stdin.write(json.dumps(Task.unpack(lease.payload).arguments).encode() + b"\n")
            await process.stdin.drain()
        async for line in process.stdout:
            report = json.loads(line)
            if "stage" in report:
                await _note(queue, tenant, lease, Progress(**report))
        await process.wait()
    finally:
        process.stdin.close()
        await _end(process)
    return await _outcome(kind, report, process.returncode)


async def _note(queue: Queue, tenant: str, lease: Lease, progress: Progress) -> None:
    try:
        await queue.note(tenant, lease, write_note(progress))  # one whose lease is over hears of it by the heartbeat
    except StoreUnavailable as error:
        _log.warning("how far %s is could not be noted: %s", lease.id, error)


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _GRACE_S)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _outcome(kind: OperationKind, report: Mapping[str, Any], returncode: int | None) -> JobResult:
    match report:
        case {"result": result}:
            return JobResult(ResultKind.KEEP, note=write_note(Succeeded(await asyncio.to_thread(kind.answer, result))))
        case {"error": error, "reason": reason, "may_pass": False}:
            return JobResult(ResultKind.KEEP, note=write_note(Failed(error, reason)))
        case {"error": error, "reason": reason}:
            return JobResult(ResultKind.AGAIN, f"{reason}: {error}")
    how = f"by signal {-returncode}" if returncode and returncode < 0 else f"with {returncode}"
    return JobResult(ResultKind.AGAIN, f"its process ended {how} and had not finished: the worker's log may say more")
