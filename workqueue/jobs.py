"""What goes through the queue: jobs, the leases on them, how leases end, and what the queue holds. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MAX_BATCH = 1000
"""Jobs of one call, at most: the store does nothing else meanwhile."""


class JobState(StrEnum):
    """Where a job is."""

    READY = "READY"
    """Waits for a worker."""
    DELAYED = "DELAYED"
    """Waits for its time: a timer, or a retry."""
    LEASED = "LEASED"
    """A worker has it."""
    DEAD = "DEAD"
    """Given up, with the reason; kept until it is redriven or purged."""
    KEPT = "KEPT"
    """Over, for good or ill as its note says; kept for whoever asks, until it is old or newer ones need the room."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be taken in.

    Parameters
    ----------
    id
        Names it; while one of the name is there, another is the same one. A dead one is replaced.
    payload
        What it is about; the queue does not read it.
    priority
        0 or more; each point puts it one second ahead of its time, see ``workqueue.order``.
    delay_s
        How long it waits before anybody may have it, in seconds.
    request_id, fingerprint
        Identify a repeated request and its content; no id, no repetition.

    Notes
    -----
    A timer is a job with a delay whose request id is its own id: it fires once, also where it is set again afterwards.
    """

    id: str
    payload: bytes
    priority: int = 0
    delay_s: float = 0.0
    request_id: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Says that a job is in the queue, or was.

    Parameters
    ----------
    arrived_us
        When it was taken in by the store's clock, in µs since 1970; no two jobs of a queue have the same.
    is_new
        Whether this call took it in; false for a repeated request and for a job that is there already.
    """

    id: str
    arrived_us: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Lease:
    """A job lent to one worker until its time runs out.

    Parameters
    ----------
    token
        Fences late workers off: grows with every lease of the queue.
    delivery
        Counts how often the job was lent since it came or was redriven, from 1.
    """

    id: str
    payload: bytes
    arrived_us: int
    token: int
    delivery: int


@dataclass(frozen=True, slots=True)
class LeasedBatch:
    """The answer to a worker that asks for jobs.

    Parameters
    ----------
    next_due_s
        Seconds until a delay or a lease ends, or infinity: before that no job becomes ready by itself.
    """

    leases: tuple[Lease, ...]
    next_due_s: float


class SettlementKind(StrEnum):
    """How a lease ends."""

    DONE = "DONE"
    """The job is done and leaves."""
    RETRY = "RETRY"
    """It failed and is tried again after a delay."""
    DEAD = "DEAD"
    """It can never succeed, or failed too often."""
    KEEP = "KEEP"
    """It is over, and is kept with a note."""
    RELEASE = "RELEASE"
    """The worker gives it back unused."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one lease ends.

    Parameters
    ----------
    reason
        What failed (RETRY, DEAD).
    delay_s
        When it is tried again, in seconds (RETRY).
    note
        What is kept with it (KEEP).
    """

    lease: Lease
    verdict: SettlementKind
    reason: str = ""
    delay_s: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands.

    Parameters
    ----------
    position
        Its place in the order of its state, in µs: of its turn (READY), its due time (DELAYED), the lease's end
        (LEASED), its death (DEAD) or its end (KEPT).
    deliveries
        How often it was lent.
    fault
        What went wrong last; empty if nothing did.
    note
        What its workers noted last: how far it is, or how it ended.
    """

    id: str
    payload: bytes
    priority: int
    arrived_us: int
    state: JobState
    position: int
    deliveries: int
    fault: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to change many jobs, carried out once however often it is sent.

    Parameters
    ----------
    id
        Names it, among those of its tenant.
    fingerprint
        Hash of what it is about: another under the same id is refused.
    """

    id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class RequestProgress:
    """How far such a request is.

    Parameters
    ----------
    jobs
        How many it has changed, in all calls together.
    is_done
        Whether none is left; until then it has to be sent again.
    """

    jobs: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class Stats:
    """What a queue holds and has done.

    Parameters
    ----------
    counts
        Jobs by state.
    totals
        Since the queue began: ``submitted``, ``done`` (kept ones too), ``retried``, ``expired`` (leases), ``dead``,
        ``redriven``, ``purged``.
    bytes
        Of all payloads it holds.
    next_wait_s
        How long the job whose turn is next has waited, in seconds; with equal priorities it is the oldest.
    """

    counts: Mapping[JobState, int]
    totals: Mapping[str, int] = field(default_factory=dict)
    bytes: int = 0
    next_wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one tenant's queue may hold, dead letters included.

    Parameters
    ----------
    jobs
        At most so many; kept ones count, and make way, the oldest first.
    bytes
        Of payloads, at most so many.
    kept_s
        How long what is over is kept, in seconds.
    """

    jobs: int = 2_000_000
    bytes: int = 1 << 30
    kept_s: int = 7 * 24 * 3600
