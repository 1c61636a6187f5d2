"""What is submitted and not routed yet, as routing sees it, and the port to the queue that keeps it.

Receipts, states and counts are the queue's own: a submission is a job there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from failures import Failure
from router.assignment.commands import RouteRequest
from router.model.workitem import WorkItem
from store.durability import Durability
from workqueue.jobs import JobState, Receipt, Stats

WHY_UNREADABLE = "it cannot be read: a newer version of Fairlead submitted it, or somebody altered it"


@dataclass(frozen=True, slots=True)
class Submission:
    """A work item on its way to be routed.

    Parameters
    ----------
    item
        Its content; None where this version cannot read it.
    position
        Its place in the order of its state, in µs: of its turn, its due time, the lease's end or its death.
    deliveries
        How often a worker had it.
    fault
        What went wrong last; empty if nothing did.
    """

    item_id: str
    item: WorkItem | None
    submitted_us: int
    state: JobState
    position: int
    deliveries: int
    fault: str


class Intake(Protocol):
    """Keeps work items until they are routed; ``router.adapters`` holds it.

    Every method raises ``StoreUnavailable`` if the store does not answer.
    """

    @property
    def durability(self) -> Durability:
        """What a submission survives."""

    async def submit(self, tenant: str, requests: Sequence[RouteRequest]) -> list[Receipt | Failure]:
        """Take in up to 1,000, each on its own; where one was not stands why: ``QueueFull``, ``MemoryShort``,
        ``RequestIdReused``.
        """

    async def pending(self, tenant: str, item_id: str) -> Submission | None:
        """Return a submission that is not routed yet."""

    async def listed(self, tenant: str, state: JobState, after: tuple[int, str] | None, count: int) -> list[Submission]:
        """Return submissions of a state in its order, those behind ``after``: position and id of another."""

    async def report(self, tenant: str) -> Stats:
        """Count."""

    async def redrive(
        self, tenant: str, item_ids: Sequence[str] | None, request_id: str = "", *, preview: bool = False
    ) -> int:
        """Make dead letters ready, the named ones or, for None, all; return how many.

        A request that was interrupted goes on when it is sent again, and one that was carried out is answered alike.

        Raises
        ------
        RequestIdReused
            If its id was used for other content.
        """

    async def purge(
        self,
        tenant: str,
        state: JobState,
        item_ids: Sequence[str] | None,
        request_id: str = "",
        *,
        preview: bool = False,
    ) -> int:
        """Remove submissions of a state but LEASED, the named ones or, for None, all; return how many. Repeatable
        likewise.
        """
