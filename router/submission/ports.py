"""What is submitted and not routed yet, as routing sees it: the values, and the port to the queue that keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from failures import Failure
from router.assignment.commands import RouteRequest
from router.model.workitem import WorkItem
from store.durability import Durability

WHY_UNREADABLE = "it cannot be read: a newer version of Fairlead submitted it, or somebody altered it"


class Stage(StrEnum):
    """Where a submission is."""

    READY = "READY"
    DELAYED = "DELAYED"
    LEASED = "LEASED"
    DEAD = "DEAD"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Says that a work item was taken in.

    Parameters
    ----------
    submitted_us
        When, by the store's clock, in µs since 1970.
    is_new
        Whether this request did it; false for a repeated one.
    """

    item_id: str
    submitted_us: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Submission:
    """A work item on its way to be routed.

    Parameters
    ----------
    item
        Its content; None where this version cannot read it.
    position
        Its place in the order of its stage, in µs: of its turn, its due time, the lease's end or its death.
    deliveries
        How often a worker had it.
    fault
        What went wrong last; empty if nothing did.
    """

    item_id: str
    item: WorkItem | None
    submitted_us: int
    stage: Stage
    position: int
    deliveries: int
    fault: str


@dataclass(frozen=True, slots=True)
class QueueReport:
    """What a queue holds and has done.

    Parameters
    ----------
    counts
        Submissions by stage.
    totals
        Since it began: ``submitted``, ``done``, ``retried``, ``expired``, ``dead``, ``redriven``, ``purged``.
    next_wait_s
        How long the one whose turn is next has waited, in seconds.
    content_bytes
        Of all it holds.
    """

    counts: Mapping[Stage, int]
    totals: Mapping[str, int]
    next_wait_s: float
    content_bytes: int


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

    async def listed(self, tenant: str, stage: Stage, after: tuple[int, str] | None, count: int) -> list[Submission]:
        """Return submissions of a stage in its order, those behind ``after``: position and id of another."""

    async def report(self, tenant: str) -> QueueReport:
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
        self, tenant: str, stage: Stage, item_ids: Sequence[str] | None, request_id: str = "", *, preview: bool = False
    ) -> int:
        """Remove submissions of a stage but LEASED, the named ones or, for None, all; return how many. Repeatable
        likewise.
        """
