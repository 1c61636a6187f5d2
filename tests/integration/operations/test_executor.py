"""What becomes of an operation, by how its process ends: small programs stand for long work."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from operations.executor import DELIVERIES, OperationKind, worker_of
from operations.operation import Failed, Operation, Succeeded, Task
from operations.service import OperationService
from tests.twins.queue import MemoryQueue
from workqueue.jobs import JobState, Lease

ACME = "acme"
CHILD = """
import sys
from failures import Failure, Unavailable
from operations.child import run
class Wrong(Failure):
    reason = "WRONG"
class Away(Unavailable):
    reason = "AWAY"
def carry_out(told, lines):
    {body}
sys.exit(run(carry_out))
"""


class NotedQueue(MemoryQueue):
    """Says when somebody has noted how far a job is."""

    def __init__(self, now_us: Callable[[], int]) -> None:
        super().__init__(now_us, deliveries=DELIVERIES)
        self.noted = asyncio.Event()

    async def note(self, tenant: str, lease: Lease, note: str) -> bool:
        taken = await super().note(tenant, lease, note)
        self.noted.set()
        return taken


class Workshop:
    """A kind of work whose process runs one line of Python, its queue, and the service in front."""

    def __init__(self, body: str, lease_s: float = 60.0) -> None:
        self.now_us = 1_700_000_000_000_000
        self.queue = NotedQueue(lambda: self.now_us)
        self.operations = OperationService({"try": self.queue})
        kind = OperationKind("try", (sys.executable, "-c", CHILD.format(body=body)), _answer)
        self.worker = worker_of(kind, self.queue, lease_s)

    async def tried(self, **arguments: Any) -> Operation:
        """Hand a task in, and let it be tried once."""
        begun = await self.operations.begin("try", ACME, Task("models/x", arguments))
        await self.worker.turn(ACME)
        return await self.operations.get(begun.name)


def _answer(result: Mapping[str, Any]) -> bytes:
    return json.dumps(result).encode()


async def test_what_is_carried_out_is_kept_with_its_answer() -> None:
    tried = await Workshop("lines.stage('add', 2); lines.advance(2); return {'sum': sum(told['of'])}").tried(of=[1, 2])

    assert (tried.is_over, tried.note) == (True, Succeeded(b'{"sum": 3}'))


async def test_a_failure_that_trying_again_would_not_mend_ends_it_at_once() -> None:
    tried = await Workshop("raise Wrong('no such column')").tried()

    assert (tried.is_over, tried.note, tried.job.deliveries) == (True, Failed("no such column", "WRONG"), 1)


async def test_a_failure_that_may_pass_is_tried_again_later_with_its_reason() -> None:
    tried = await Workshop("raise Away('nobody answers')").tried()

    assert (tried.job.state, tried.job.fault) == (JobState.DELAYED, "AWAY: nobody answers")


@pytest.mark.parametrize(
    ("body", "how"), [("import os; os.kill(os.getpid(), 9)", "by signal 9"), ("raise ZeroDivisionError", "with 1")]
)
async def test_a_process_that_ends_without_a_word_is_tried_again(body: str, how: str) -> None:
    tried = await Workshop(body).tried()

    assert tried.job.state is JobState.DELAYED
    assert tried.job.fault.startswith(f"its process ended {how}")


async def test_what_fails_every_time_is_a_dead_letter_that_can_be_redriven() -> None:
    workshop = Workshop("raise Away('nobody answers')")
    tried = await workshop.tried()
    while not tried.is_over:
        workshop.now_us += 3_600_000_000
        await workshop.worker.turn(ACME)
        tried = await workshop.operations.get(tried.name)

    redriven = await workshop.operations.redrive(tried.name)

    assert tried.job.fault == f"given up after {DELIVERIES} deliveries: AWAY: nobody answers"
    assert redriven.job.state is JobState.READY


async def test_a_cancelled_operation_ends_its_process(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    write = "import os, pathlib, time; pathlib.Path(told['file']).write_text(str(os.getpid()))"
    workshop = Workshop(f"{write}; lines.stage('wait', 1); time.sleep(600)", lease_s=0.3)
    begun = await workshop.operations.begin("try", ACME, Task("models/x", {"file": str(file)}))
    turning = asyncio.create_task(workshop.worker.turn(ACME))
    await workshop.queue.noted.wait()

    await workshop.operations.cancel(begun.name)
    await turning

    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)
    assert (await workshop.operations.get(begun.name)).note == Failed("cancelled", "CANCELLED")


async def test_a_worker_that_is_taken_for_lost_ends_its_process_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "second"
    wait = "import pathlib, time; lines.stage('wait', 1); time.sleep(0 if pathlib.Path(told['file']).exists() else 600)"
    workshop = Workshop(f"{wait}; return {{'by': 'second'}}", lease_s=0.3)
    begun = await workshop.operations.begin("try", ACME, Task("models/x", {"file": str(file)}))
    first = asyncio.create_task(workshop.worker.turn(ACME))
    await workshop.queue.noted.wait()
    file.touch()

    workshop.now_us += 60_000_000
    await workshop.worker.turn(ACME)
    await first

    ended = await workshop.operations.get(begun.name)
    assert (ended.note, ended.job.deliveries) == (Succeeded(b'{"by": "second"}'), 2)
