"""The queue in memory: the twin that tests hold the scripts to. No part of a service."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from failures import Failure, RequestIdReused
from workqueue.errors import QueueFull
from workqueue.jobs import (
    MAX_BATCH,
    Bounds,
    Job,
    JobState,
    Lease,
    LeasedBatch,
    NewJob,
    Receipt,
    Request,
    RequestProgress,
    Settlement,
    SettlementKind,
    Stats,
)
from workqueue.order import turn

_TOTALS = ("submitted", "done", "retried", "expired", "dead", "redriven", "purged")


@dataclass(slots=True)
class _Held:
    """A job and where it is."""

    job: NewJob
    arrived_us: int
    since_us: int
    state: JobState
    position: int
    token: int = 0
    delivery: int = 0
    fault: str = ""
    note: str = ""


@dataclass(slots=True)
class _Line:
    """One tenant's queue."""

    jobs: dict[str, _Held] = field(default_factory=dict)
    requests: dict[str, tuple[str, int]] = field(default_factory=dict)
    changes: dict[str, tuple[str, RequestProgress]] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_TOTALS, 0))
    arrival: int = 0
    token: int = 0

    def of(self, state: JobState) -> list[_Held]:
        """Return the jobs of a state in its order."""
        found = [held for held in self.jobs.values() if held.state is state]
        return sorted(found, key=lambda held: (held.position, held.job.id.encode()))

    def to_change(self, request: Request, state: JobState, job_ids: Sequence[str] | None, count: int) -> list[_Held]:
        """Return the jobs that a request is to change now, noted as changed."""
        fingerprint, before = self.changes.get(request.id, (request.fingerprint, RequestProgress(0, is_done=False)))
        if fingerprint != request.fingerprint:
            raise RequestIdReused(request.id)
        found = [] if before.is_done else self.of(state)
        chosen = found[:count] if job_ids is None else [held for held in found if held.job.id in job_ids]
        progress = RequestProgress(before.jobs + len(chosen), job_ids is not None or len(chosen) < count)
        self.changes[request.id] = fingerprint, progress
        return chosen

    @property
    def bytes(self) -> int:
        """Sum up the payloads."""
        return sum(len(held.job.payload) for held in self.jobs.values())


class MemoryQueue:
    """``workqueue.ports.Queue`` in this process.

    Parameters
    ----------
    now_us
        The clock, in µs.
    bounds, deliveries
        As for ``RedisQueue``.
    """

    def __init__(self, now_us: Callable[[], int], bounds: Bounds | None = None, *, deliveries: int = 25) -> None:
        self._now_us = now_us
        self._bounds = bounds or Bounds()
        self._deliveries = deliveries
        self._lines: dict[str, _Line] = {}
        self._rings: list[str] = []
        self._wakeup = asyncio.Condition()

    async def submit(self, tenant: str, jobs: Sequence[NewJob]) -> list[Receipt | Failure]:
        """Take jobs in; see ``workqueue.ports.Queue``."""
        line = self._line(tenant)
        for old in line.of(JobState.KEPT):
            if old.position <= self._now_us() - self._bounds.kept_s * 1_000_000:
                del line.jobs[old.job.id]
        was_idle = not line.of(JobState.READY) and not line.of(JobState.DELAYED)
        answers = [self._take(tenant, line, job) for job in jobs]
        if was_idle:
            await self._ring(tenant)
        return answers

    def _take(self, tenant: str, line: _Line, job: NewJob) -> Receipt | Failure:
        mark, arrived_us = line.requests.get(job.request_id, ("", 0))
        if arrived_us:
            return Receipt(job.id, arrived_us, False) if mark == job.fingerprint else RequestIdReused(job.request_id)
        there = line.jobs.get(job.id)
        if there and there.state is not JobState.DEAD:
            self._remember(line, job, there.arrived_us)
            return Receipt(job.id, there.arrived_us, False)
        while self._full(line, job, there):
            oldest = line.of(JobState.KEPT)[:1]
            if not oldest:
                return QueueFull(tenant, len(line.jobs))
            del line.jobs[oldest[0].job.id]
        line.arrival = max(self._now_us(), line.arrival + 1)
        delay_us = round(job.delay_s * 1e6)
        since_us = line.arrival + delay_us
        state = JobState.DELAYED if delay_us > 0 else JobState.READY
        position = since_us if delay_us > 0 else turn(since_us, job.priority)
        line.jobs[job.id] = _Held(job, line.arrival, since_us, state, position)
        line.totals["submitted"] += 1
        self._remember(line, job, line.arrival)
        return Receipt(job.id, line.arrival, True)

    def _full(self, line: _Line, job: NewJob, dead: _Held | None) -> bool:
        freed = len(dead.job.payload) if dead else 0
        size = line.bytes - freed + len(job.payload)
        return len(line.jobs) - bool(dead) >= self._bounds.jobs or size > self._bounds.bytes

    def _remember(self, line: _Line, job: NewJob, arrived_us: int) -> None:
        if job.request_id:
            line.requests[job.request_id] = (job.fingerprint, arrived_us)

    async def lease(self, tenant: str, count: int, lease_s: float) -> LeasedBatch:
        """Lend jobs; see ``workqueue.ports.Queue``."""
        line, now_us, at_most = self._line(tenant), self._now_us(), count or MAX_BATCH
        for held in [held for held in line.of(JobState.LEASED) if held.position <= now_us][:at_most]:
            line.totals["expired"] += 1
            if held.delivery >= self._deliveries:
                fault = f"lent {held.delivery} times and its worker was lost at last"
                held.state, held.position, held.fault = JobState.DEAD, now_us, fault
                line.totals["dead"] += 1
            else:
                _make_ready(held)
        for held in [held for held in line.of(JobState.DELAYED) if held.position <= now_us][:at_most]:
            _make_ready(held)
        leases = []
        for held in line.of(JobState.READY)[:count]:
            line.token += 1
            held.state, held.position = JobState.LEASED, now_us + round(lease_s * 1e6)
            held.token, held.delivery = line.token, held.delivery + 1
            leases.append(Lease(held.job.id, held.job.payload, held.arrived_us, held.token, held.delivery))
        due = [held.position for held in line.jobs.values() if held.state in (JobState.DELAYED, JobState.LEASED)]
        return LeasedBatch(tuple(leases), max(min(due) - now_us, 0) / 1e6 if due else math.inf)

    async def extend(self, tenant: str, leases: Sequence[Lease], lease_s: float) -> list[bool]:
        """Let leases last longer; see ``workqueue.ports.Queue``."""
        answers = []
        for lease in leases:
            held = self._lent(tenant, lease)
            if held:
                held.position = self._now_us() + round(lease_s * 1e6)
            answers.append(held is not None)
        return answers

    async def note(self, tenant: str, lease: Lease, note: str) -> bool:
        """Write down how far a job is; see ``workqueue.ports.Queue``."""
        held = self._lent(tenant, lease)
        if held:
            held.note = note
        return held is not None

    async def settle(self, tenant: str, endings: Sequence[Settlement]) -> list[bool]:
        """End leases; see ``workqueue.ports.Queue``."""
        return [self._end(tenant, ending) for ending in endings]

    def _end(self, tenant: str, ending: Settlement) -> bool:
        line, held = self._line(tenant), self._lent(tenant, ending.lease)
        if held is None:
            return False
        match ending.verdict:
            case SettlementKind.DONE:
                del line.jobs[held.job.id]
                line.totals["done"] += 1
            case SettlementKind.RETRY:
                due_us = self._now_us() + round(ending.delay_s * 1e6)
                held.state, held.position, held.fault = JobState.DELAYED, due_us, ending.reason
                line.totals["retried"] += 1
            case SettlementKind.DEAD:
                held.state, held.position, held.fault = JobState.DEAD, self._now_us(), ending.reason
                line.totals["dead"] += 1
            case SettlementKind.KEEP:
                self._keep(line, held, ending.note)
            case SettlementKind.RELEASE:
                _make_ready(held)
        return True

    async def withdraw(self, tenant: str, job_id: str, note: str) -> bool:
        """End a job; see ``workqueue.ports.Queue``."""
        line = self._line(tenant)
        held = line.jobs.get(job_id)
        if held is None or held.state in (JobState.DEAD, JobState.KEPT):
            return False
        self._keep(line, held, note)
        return True

    def _keep(self, line: _Line, held: _Held, note: str) -> None:
        held.state, held.position, held.note = JobState.KEPT, self._now_us(), note
        line.totals["done"] += 1

    async def find(self, tenant: str, job_id: str) -> Job | None:
        """Return a job; see ``workqueue.ports.Queue``."""
        held = self._line(tenant).jobs.get(job_id)
        return _job(held) if held else None

    async def peek(
        self, tenant: str, state: JobState, *, after: tuple[int, str] | None = None, count: int = 50
    ) -> list[Job]:
        """Return jobs of a state; see ``workqueue.ports.Queue``."""
        found = self._line(tenant).of(state)
        if after is not None:
            place = (after[0], after[1].encode())
            found = [held for held in found if (held.position, held.job.id.encode()) > place]
        return [_job(held) for held in found[:count]]

    async def payloads(self, tenant: str) -> AsyncIterator[tuple[str, bytes]]:
        """Yield what every job is about; see ``workqueue.ports.Queue``."""
        for held in list(self._line(tenant).jobs.values()):
            yield held.job.id, held.job.payload

    async def stats(self, tenant: str) -> Stats:
        """Count; see ``workqueue.ports.Queue``."""
        line = self._line(tenant)
        counts = {state: len(line.of(state)) for state in JobState}
        head = line.of(JobState.READY)[:1]
        wait_us = self._now_us() - head[0].since_us if head else 0
        return Stats(counts, dict(line.totals), line.bytes, max(wait_us, 0) / 1e6)

    async def redrive(
        self, tenant: str, request: Request, job_ids: Sequence[str] | None = None, *, count: int = 1000
    ) -> RequestProgress:
        """Make dead jobs ready; see ``workqueue.ports.Queue``."""
        line = self._line(tenant)
        chosen = line.to_change(request, JobState.DEAD, job_ids, count)
        for held in chosen:
            _make_ready(held)
            held.delivery, held.fault = 0, ""
        line.totals["redriven"] += len(chosen)
        if chosen:
            await self._ring(tenant)
        return line.changes[request.id][1]

    async def purge(
        self, tenant: str, state: JobState, request: Request, job_ids: Sequence[str] | None = None, *, count: int = 1000
    ) -> RequestProgress:
        """Remove jobs; see ``workqueue.ports.Queue``."""
        if state is JobState.LEASED:
            raise ValueError("leased jobs cannot be purged: a worker has them")
        line = self._line(tenant)
        chosen = line.to_change(request, state, job_ids, count)
        for held in chosen:
            del line.jobs[held.job.id]
        line.totals["purged"] += len(chosen)
        return line.changes[request.id][1]

    async def tenants(self) -> list[str]:
        """Return every tenant; see ``workqueue.ports.Queue``."""
        return sorted(self._lines)

    async def wakeup(self, after: str, timeout_s: float) -> tuple[str, list[str]]:
        """Wait for a wakeup; see ``workqueue.ports.Queue``."""
        if not after:
            return str(len(self._rings)), []
        async with self._wakeup:
            if not self._rings[int(after) :]:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wakeup.wait_for(lambda: len(self._rings) > int(after)), timeout_s)
            return str(len(self._rings)), self._rings[int(after) :]

    async def _ring(self, tenant: str) -> None:
        async with self._wakeup:
            self._rings.append(tenant)
            self._wakeup.notify_all()

    def _line(self, tenant: str) -> _Line:
        return self._lines.setdefault(tenant, _Line())

    def _lent(self, tenant: str, lease: Lease) -> _Held | None:
        held = self._line(tenant).jobs.get(lease.id)
        holds = held and held.state is JobState.LEASED and held.position > self._now_us() and held.token == lease.token
        return held if holds else None


def _make_ready(held: _Held) -> None:
    held.state, held.position = JobState.READY, turn(held.since_us, held.job.priority)


def _job(held: _Held) -> Job:
    job, arrived_us = held.job, held.arrived_us
    stands = held.state, held.position, held.delivery, held.fault, held.note
    return Job(job.id, job.payload, job.priority, arrived_us, *stands)
