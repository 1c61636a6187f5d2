"""What workers and those who submit need of a queue. Adapters match it without inheriting."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from failures import Failure
from workqueue.jobs import (
    Job,
    JobState,
    Lease,
    LeasedBatch,
    NewJob,
    Receipt,
    Request,
    RequestProgress,
    Settlement,
    Stats,
)


class Queue(Protocol):
    """One queue per tenant; each call is atomic and concerns one tenant.

    Every method raises ``StoreUnavailable`` if the store does not answer. Lists are at most ``MAX_BATCH`` long.
    """

    async def submit(self, tenant: str, jobs: Sequence[NewJob]) -> list[Receipt | Failure]:
        """Take jobs in, each on its own; where one was not stands why: ``QueueFull``, ``MemoryShort``,
        ``RequestIdReused``.
        """

    async def lease(self, tenant: str, count: int, lease_s: float) -> LeasedBatch:
        """Lend up to ``count`` jobs for ``lease_s`` seconds, by turn.

        Before that, leases that ran out and delays that ended make their jobs ready again; a job lent as often as may
        be whose lease ran out once more is dead. Up to ``count`` of each; who wants none does this alone, for up to
        ``MAX_BATCH``: all is done when nothing is due.
        """

    async def extend(self, tenant: str, leases: Sequence[Lease], lease_s: float) -> list[bool]:
        """Let leases last ``lease_s`` seconds from now; false where one is over."""

    async def note(self, tenant: str, lease: Lease, note: str) -> bool:
        """Write down how far a leased job is; false if the lease is over, which changes nothing."""

    async def settle(self, tenant: str, endings: Sequence[Settlement]) -> list[bool]:
        """End leases; false where one was over already, which changes nothing."""

    async def withdraw(self, tenant: str, job_id: str, note: str) -> bool:
        """End a job that is READY, DELAYED or LEASED, and keep it with the note; false if there is none.

        The lease of a worker that has it is over then.
        """

    async def find(self, tenant: str, job_id: str) -> Job | None:
        """Return a job as it stands."""

    async def peek(
        self, tenant: str, state: JobState, *, after: tuple[int, str] | None = None, count: int = 50
    ) -> list[Job]:
        """Return jobs of a state in its order, those behind ``after``: the position and id of another."""

    def payloads(self, tenant: str) -> AsyncIterator[tuple[str, bytes]]:
        """Yield id and payload of every job that is there from the first to the last, whatever becomes of it meanwhile.

        In no order; one may come twice, and those that come or go meanwhile perhaps.
        """

    async def stats(self, tenant: str) -> Stats:
        """Count."""

    async def redrive(
        self, tenant: str, request: Request, job_ids: Sequence[str] | None = None, *, count: int = 1000
    ) -> RequestProgress:
        """Make dead jobs ready, the named ones or, where none are given, the next ``count`` to die.

        They keep their place in line and are as if never lent.

        Raises
        ------
        RequestIdReused
            If the request's id was used for other content.
        """

    async def purge(
        self, tenant: str, state: JobState, request: Request, job_ids: Sequence[str] | None = None, *, count: int = 1000
    ) -> RequestProgress:
        """Remove jobs of a state for good, the named ones or, where none are given, the next ``count``.

        Raises
        ------
        RequestIdReused
            If the request's id was used for other content.
        ValueError
            For LEASED: a worker has them.
        """

    async def tenants(self) -> list[str]:
        """Return every tenant that ever submitted."""

    async def wakeup(self, after: str, timeout_s: float) -> tuple[str, list[str]]:
        """Wait until somebody submits to an idle queue: what to ask ``after`` next, and the tenants.

        Returns after ``timeout_s`` seconds, or at once where ``after`` is empty, with nobody. A hint, which may be
        missed or come twice: nobody may rely on it alone.
        """
