"""Owners, loads, ledgers, and the log of every change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol

from router.assignment.roster import Candidates
from router.history.hash_chain import Entry
from router.model.decision import Decision, Head
from router.model.events import Event
from router.model.revisions import Edition
from router.model.workitem import Kind, State

MAX_JOBS = 64
"""Jobs of one call of ``Assignments.bind``: enough to make the round trip cheap, few enough to keep nobody waiting."""


class Mode(StrEnum):
    """What a job wants."""

    ROUTE = "ROUTE"
    """An owner, unless there is one."""
    REASSIGN = "REASSIGN"
    """Another owner."""
    WAKE = "WAKE"
    """An owner for what waits; without one nothing is written."""


class Job(NamedTuple):
    """One work item on its way through the store.

    Parameters
    ----------
    attempts
        Candidates and charge of each attempt, see ``router.assignment.planner``.
    request_id, fingerprint
        Identify a repeated request and its content; no id, no repetition.
    expected
        Number of the work item's latest event, but for ROUTE: anything else is a conflict.
    otherwise
        Outcome where nobody has room: WAITING or UNROUTED.
    rotation
        Where the pick begins among equals.
    named
        Rep a person named; refused where full.
    head, content
        What the store keeps unread; ``content`` is the packed work item of the head.
    """

    item_id: str
    kind: Kind
    mode: Mode
    attempts: tuple[tuple[Candidates, int], ...]
    otherwise: str
    rotation: int
    head: Head
    content: bytes
    request_id: str = ""
    fingerprint: str = ""
    expected: int = 0
    named: str = ""


class Refusal(StrEnum):
    """Why the store did not do a job; nothing was written."""

    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    CONFLICT = "CONFLICT"
    CLOSED = "CLOSED"
    FULL = "FULL"
    NOBODY = "NOBODY"


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """Where a work item stands.

    ``event`` numbers its latest event, ``decision`` its latest decision, ``first`` its first one.
    """

    item_id: str
    state: State
    kind: Kind
    owner: str
    pool: str
    epoch: int
    event: int
    decision: int
    first: int
    tried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """A wish to close a work item; ``expected`` as in ``Job``."""

    item_id: str
    state: State
    expected: int
    request_id: str = ""
    fingerprint: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class LedgerState:
    """A pool's ledger. ``deficits`` and ``received`` in micro-units by rep; amounts below likewise.

    ``worst`` is the largest distance after any decision so far, ``disturbance`` what overrides and settlements added
    to the bound.
    """

    deficits: Mapping[str, int] = field(default_factory=dict)
    received: Mapping[str, int] = field(default_factory=dict)
    decisions: int = 0
    overrides: int = 0
    largest_charge: int = 0
    largest_band: int = 0
    worst: int = 0
    disturbance: float = 0.0


class Log(Protocol):
    """The log as it is stored."""

    async def entries(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[Entry]:
        """Return the entries behind a number, in order."""


class Assignments(Protocol):
    """Owners, loads, ledgers and the log of every change of them: one atomic step per change."""

    async def bind(
        self, tenant: str, revisions: Edition, jobs: Sequence[Job], *, preview: bool = False
    ) -> list[Decision | Refusal]:
        """Do up to ``MAX_JOBS`` jobs in order, all by the same revisions; one answer each.

        Raises
        ------
        StaleRevision
            If rules or workforce are no longer at ``revisions``; nothing was written.
        """

    async def complete(self, tenant: str, completion: Completion, *, preview: bool = False) -> ItemRecord | Refusal:
        """Close a work item.

        Raises
        ------
        NotFound
            If there is no such work item.
        """

    async def item(self, tenant: str, item_id: str) -> ItemRecord | None:
        """Return where a work item stands."""

    async def items(self, tenant: str, item_ids: Sequence[str]) -> list[ItemRecord | None]:
        """Return where work items stand, in order."""

    async def waiting(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        """Return the work items that wait and first came after an event, oldest first: event number and id."""

    async def repeated(self, tenant: str, request_id: str, fingerprint: str) -> Decision | Refusal | None:
        """Return the answer that a request id was given before, if any."""

    async def events(
        self, tenant: str, *, after: int = 0, before: int | None = None, count: int = 100, newest_first: bool = False
    ) -> list[Event]:
        """Return events with ``after < number`` and, if it is given, ``number < before``."""

    async def decisions(self, tenant: str, numbers: Sequence[int]) -> list[Decision]:
        """Return the decisions of these numbers, in order.

        Raises
        ------
        CorruptHistory
            If the log has not got one of them.
        """

    async def ledger(self, tenant: str, pool: str) -> LedgerState:
        """Return a pool's ledger; an empty one where nothing was ever charged."""

    async def loads(self, tenant: str) -> dict[tuple[str, Kind], int]:
        """Return the open units by rep and kind."""
