"""What the store is asked to do for one work item, what it says to that, and the wishes behind it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from router.assignment.caps import ONE, Amounts
from router.assignment.customers import CustomerMove
from router.assignment.roster import Candidates
from router.model.decision import Decision, DecisionInputs, EnteredStage
from router.model.events import Withdrawal
from router.model.sealing import NO_OPENINGS, Openings
from router.model.workitem import Kind, State, WorkItem, fingerprint_of
from router.workforce.open_hours import Span


class Mode(StrEnum):
    """What a job wants."""

    ROUTE = "ROUTE"
    """An owner, unless there is one."""
    REASSIGN = "REASSIGN"
    """Another owner."""
    WAKE = "WAKE"
    """An owner for what waits; without one nothing is written, but for what is not told yet what its offer came to."""
    REOPEN = "REOPEN"
    """An owner for what is closed, which stands from then on as if it had just come."""
    UPDATE = "UPDATE"
    """Other content, and another owner where that asks for one."""
    COVER = "COVER"
    """Another owner, who stands in for whose it is."""
    RETURN = "RETURN"
    """Back to whom another stood in for."""
    ESCALATE = "ESCALATE"
    """Another owner, as long as nothing at all has happened to it: it expects its last event, and no version. Where
    there is no other, nothing is written."""
    RAISE = "RAISE"
    """As UPDATE, as long as nothing at all has happened to it."""


MOST_CANDIDATES = 20_000
"""Over all attempts of the jobs of a call: each takes the store a microsecond or so, in which it does nothing else."""
ANY, NEW = 0, -1
"""What ROUTE expects of a work item that nobody owns: whatever stands there; that it is not there."""


class Change(NamedTuple):
    """What of a work item an UPDATE changes; fields as in ``router.model.events.Updated``.

    ``closes`` is the state in which the stage that it enters closes it; empty: it stays open.
    """

    before: WorkItem
    changed: tuple[str, ...]
    is_decided: bool
    entered: EnteredStage | None = None
    closes: str = ""


class BindCommand(NamedTuple):
    """One work item on its way through the store.

    Parameters
    ----------
    attempts
        Candidates and charge of each attempt, see ``router.assignment.planner``.
    request_id, fingerprint
        Identify a repeated request and its content; no id, no repetition.
    expected
        The version of the work item that is insisted on: any other is a conflict. To ROUTE it is one only where nobody
        owns the work item; and it may expect ``ANY``, or a ``NEW`` one.
    otherwise
        Outcome where nobody has room: WAITING or UNROUTED.
    rotation
        Where the pick begins among equals.
    named
        Rep a person named; refused where full.
    head, content
        What the store keeps unread in the log; ``content`` is the packed work item of the head.
    weight
        How many candidates the store may have to look at.
    openings
        What it keeps beside the log, to open what is sealed in the head.
    normal_id
        What all spellings of its source and external id share, see ``router.model.identity``; empty: nothing other than
        its id. Looked up by ROUTE alone.
    customer
        Whose work item it is, where something is sealed; empty: not known, or not asked for.
    interval
        The instants for which it is planned, see ``router.assignment.planner.Plan``; at others it is not done.
    amounts
        What it counts under caps.
    change
        What an UPDATE changes: the head holds all that the work item is from then on.
    processes
        The revision of the processes by which the head says what stage it enters: at another it is not done; None: it
        enters none, or one of its own process.
    move
        How it moves in the index of customers, as it comes or is updated; None: it stays where it is.
    """

    item_id: str
    kind: Kind
    mode: Mode
    attempts: tuple[tuple[Candidates, int], ...]
    outcome_if_none: str
    rotation: int
    head: DecisionInputs
    content: bytes
    weight: int
    request_id: str = ""
    fingerprint: str = ""
    expected: int = 0
    named: str = ""
    openings: Openings = NO_OPENINGS
    customer: str = ""
    normal_id: str = ""
    interval: Span | None = None
    amounts: Amounts = ONE
    change: Change | None = None
    processes: int | None = None
    move: CustomerMove | None = None


class Changed(NamedTuple):
    """Says that a work item was updated: the event's number; of a preview 0 and the decision, if there would be one."""

    number: int
    decision: Decision | None = None


class KnownAs(NamedTuple):
    """Says that a work item is there, spelt otherwise or not as it was expected: its id; nothing was written."""

    item_id: str


class Moved(NamedTuple):
    """Says that a job is planned for other instants than the store's now, in milliseconds; nothing was written."""

    now_ms: int


class Outdated(NamedTuple):
    """Says that a job is planned by rules or a workforce that are not the active ones; nothing was written."""


class Refusal(StrEnum):
    """Why the store did not do a job; nothing was written."""

    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    CONFLICT = "CONFLICT"
    CLOSED = "CLOSED"
    FULL = "FULL"
    NOBODY = "NOBODY"
    STALE_PROCESSES = "STALE_PROCESSES"
    """It is planned by processes that are not the active ones."""
    LOST = "LOST"
    """It is answered already, by an event that somebody deleted."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A wish to close a work item; ``expected`` as in ``BindCommand``, ``withdrawn`` as in ``Completed``."""

    item_id: str
    state: State
    expected: int
    request_id: str = ""
    fingerprint: str = ""
    actor: str = ""
    withdrawn: Withdrawal | None = None


class RouteRequest(NamedTuple):
    """A wish for an owner.

    Parameters
    ----------
    known_as
        The id that the work item has already; empty as long as nobody knows.
    arrived_us
        When it came, in microseconds since 1970 by the store's clock; 0: now.
    """

    item: WorkItem
    request_id: str = ""
    actor: str = ""
    known_as: str = ""
    arrived_us: int = 0


@dataclass(frozen=True, slots=True)
class ReassignRequest:
    """A wish for another owner; ``rep`` names one, ``expected`` is the event number of the etag, if one was given."""

    item_id: str
    rep: str = ""
    note: str = ""
    expected: int | None = None
    request_id: str = ""
    actor: str = ""


class ImportedItem(NamedTuple):
    """A work item that comes with its owner, who has had it since an instant, in milliseconds since 1970.

    ``stage`` is that in which it stands in the process that its kind has; empty: the first, if there is one.
    """

    item: WorkItem
    owner: str
    assigned_ms: int
    stage: str = ""


@dataclass(frozen=True, slots=True)
class ReopenRequest:
    """A wish to have a closed work item back; ``expected`` as in ``ReassignRequest``."""

    item_id: str
    reason: str = ""
    expected: int | None = None
    request_id: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """A wish to change what a work item is; ``expected`` as in ``ReassignRequest``.

    Parameters
    ----------
    attributes, value, priority
        As they are to be, as far as ``paths`` names them.
    paths
        ``value``, ``priority``, ``attributes``: all of them, and ``attributes.NAME``: one; what is named and not given
        is taken out.
    kind, source, external_id
        As far as they are given, what it has to be; they cannot be changed.
    stage
        The stage that it is to enter; empty: it stays where it is.
    by_owner
        Whether its owner asks, who may give only the attributes that the stage requires.
    note
        Why it enters the stage; it may hold anything.
    """

    item_id: str
    attributes: Mapping[str, Any]
    value: float
    priority: int
    paths: frozenset[str]
    kind: Kind | None = None
    source: str = ""
    external_id: str = ""
    expected: int | None = None
    request_id: str = ""
    actor: str = ""
    stage: str = ""
    by_owner: bool = False
    note: str = ""


def request_fingerprint(request: RouteRequest, content: bytes = b"") -> str:
    """Return what tells a repeated request to route from a reused id; ``content`` is the packed work item."""
    return fingerprint_of(request.request_id, "route", content or request.item.pack())


def in_calls(jobs: Iterable[BindCommand]) -> Iterator[list[BindCommand]]:
    """Divide jobs, in their order, among calls that hold the store briefly: ``MOST_CANDIDATES``, at least one job."""
    call: list[BindCommand] = []
    candidates = 0
    for job in jobs:
        if call and candidates + job.weight > MOST_CANDIDATES:
            yield call
            call, candidates = [], 0
        call.append(job)
        candidates += job.weight
    if call:
        yield call
