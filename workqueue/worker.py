"""The loop of a worker: lease, do, settle; keep leases alive meanwhile; sleep where there is nothing to do.

Leases that are all over, because they ran out or the jobs were withdrawn, end what is done with them.

A tenant whose queue gave nothing is left alone until something of it is due, a wakeup comes for it, or a second has
passed: the wakeup makes it quick, the second makes it sure. Busy tenants get a batch each in turn.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from failures import StoreUnavailable
from workqueue.backoff import Backoff
from workqueue.jobs import Lease, Settlement, SettlementKind
from workqueue.ports import Queue

SWEEP_S = 1.0
"""How long a queue may be left alone, in seconds."""

_log = logging.getLogger(__name__)


class ResultKind(StrEnum):
    """What became of a job that was tried."""

    DONE = "DONE"
    AGAIN = "AGAIN"
    """It failed by something that may pass."""
    NEVER = "NEVER"
    """It can never succeed as it is."""
    KEEP = "KEEP"
    """It is over, and whoever asks is told how."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """What became of one job, and why; ``note`` is what is kept with one that is over."""

    fate: ResultKind
    reason: str = ""
    note: str = ""


Answer = TypeVar("Answer")
Work = Callable[[str, Sequence[Lease]], Awaitable[Sequence[JobResult]]]
"""Does the jobs of a tenant: one outcome each, in their order. It must bear being repeated."""


class Worker:
    """One loop; a process may run several, and any number of processes may share the queue.

    Parameters
    ----------
    queue
        Where jobs come from.
    work
        What is done with them; what it raises is a failure of each that may pass.
    backoff
        How patient to be with failures.
    batch
        Jobs to take at once.
    lease_s
        How long a lost worker keeps its jobs from others, in seconds.
    draw, now
        A random number in [0, 1), and a clock in seconds.
    """

    def __init__(
        self,
        queue: Queue,
        work: Work,
        backoff: Backoff | None = None,
        *,
        batch: int = 250,
        lease_s: float = 15.0,
        draw: Callable[[], float] = random.random,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queue = queue
        self._work = work
        self._backoff = backoff or Backoff()
        self._batch = batch
        self._lease_s = lease_s
        self._draw = draw
        self._now = now
        self._stopping = asyncio.Event()
        self._asleep: dict[str, float] = {}
        self._heard = ""

    def stop(self) -> None:
        """Ask it to end: it finishes the batch it has and takes no other."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until asked to stop."""
        while not self._stopping.is_set():
            try:
                busy = False
                for tenant in await self._awake():
                    if self._stopping.is_set():
                        return
                    busy = await self.turn(tenant) > 0 or busy
                await self._listen(0.0 if busy else self._idle_s())
            except StoreUnavailable as error:
                _log.warning("the queue does not answer: %s", error)
                await self._unless_stopped(asyncio.sleep(error.retry_after_s or 0.0))
            except Exception:
                _log.exception("a worker failed, and goes on")  # a loop that ended would be missed by nobody
                await self._unless_stopped(asyncio.sleep(SWEEP_S))

    async def turn(self, tenant: str) -> int:
        """Do one batch of a tenant; return how many jobs it had."""
        lent = await self._queue.lease(tenant, self._batch, self._lease_s)
        if not lent.leases:
            self._asleep[tenant] = self._now() + min(lent.next_due_s, SWEEP_S)
            return 0
        endings = [Settlement(lease, SettlementKind.RELEASE) for lease in lent.leases]  # if we are cancelled
        try:
            outcomes = await self._outcomes_while_kept(tenant, lent.leases)
            endings = [self._ending(lease, outcome) for lease, outcome in zip(lent.leases, outcomes, strict=True)]
        finally:
            settled = await asyncio.shield(self._queue.settle(tenant, endings))
        if late := settled.count(False):
            _log.warning("%d of %d jobs of %s came too late: somebody else has them", late, len(settled), tenant)
        return len(lent.leases)

    async def _outcomes(self, tenant: str, leases: Sequence[Lease]) -> Sequence[JobResult]:
        try:
            return await self._work(tenant, leases)
        except Exception as error:
            _log.exception("%d jobs of %s failed", len(leases), tenant)
            if len(leases) == 1:
                return [JobResult(ResultKind.AGAIN, f"unexpected: {error!r}")]
        # one of them may be to blame: alone, the others succeed
        return [outcome for lease in leases for outcome in await self._outcomes(tenant, [lease])]

    def _ending(self, lease: Lease, outcome: JobResult) -> Settlement:
        match outcome.fate:
            case ResultKind.DONE:
                return Settlement(lease, SettlementKind.DONE)
            case ResultKind.NEVER:
                return Settlement(lease, SettlementKind.DEAD, outcome.reason)
            case ResultKind.KEEP:
                return Settlement(lease, SettlementKind.KEEP, note=outcome.note)
        delay_s = self._backoff.delay_s(lease.delivery, self._draw())
        if delay_s is None:
            return Settlement(
                lease, SettlementKind.DEAD, f"given up after {lease.delivery} deliveries: {outcome.reason}"
            )
        return Settlement(lease, SettlementKind.RETRY, outcome.reason, delay_s)

    async def _outcomes_while_kept(self, tenant: str, leases: Sequence[Lease]) -> Sequence[JobResult]:
        """Work, and keep the leases alive meanwhile; once all are over, nobody wants to know any more."""
        working = asyncio.create_task(self._outcomes(tenant, leases))
        beating = asyncio.create_task(self._beat(tenant, leases, working))
        try:
            await asyncio.wait({working})
            return (
                [JobResult(ResultKind.AGAIN, "its lease was over")] * len(leases)
                if working.cancelled()
                else working.result()
            )
        finally:
            for task in (working, beating):
                task.cancel()
            await asyncio.gather(working, beating, return_exceptions=True)

    async def _beat(self, tenant: str, leases: Sequence[Lease], working: asyncio.Task[Sequence[JobResult]]) -> None:
        while not working.done():  # a driver may turn being cancelled into a time-out
            await asyncio.sleep(self._lease_s / 3)
            try:
                if not any(await self._queue.extend(tenant, leases, self._lease_s)):
                    working.cancel()
            except StoreUnavailable as error:
                _log.warning("leases of %s could not be extended: %s", tenant, error)

    async def _awake(self) -> list[str]:
        now = self._now()
        return [tenant for tenant in await self._queue.tenants() if self._asleep.get(tenant, now) <= now]

    def _idle_s(self) -> float:
        return min(max(min(self._asleep.values(), default=SWEEP_S + self._now()) - self._now(), 0.0), SWEEP_S)

    async def _listen(self, timeout_s: float) -> None:
        heard = await self._unless_stopped(self._queue.wakeup(self._heard, timeout_s))
        if heard:
            self._heard, tenants = heard
            for tenant in tenants:
                self._asleep.pop(tenant, None)

    async def _unless_stopped(self, waiting: Coroutine[Any, Any, Answer]) -> Answer | None:
        task, stopping = asyncio.create_task(waiting), asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            task.cancel()
            stopping.cancel()
            # Whoever closes the queue's connections next would miss the one that it has not let go of yet.
            await asyncio.gather(task, stopping, return_exceptions=True)
