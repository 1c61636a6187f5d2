"""What routing needs from the world. Adapters match these without inheriting; ``router.adapters`` holds them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from router.decision import Decision, Head
from router.items import Kind, State
from router.roster import Candidates
from router.rules import scenarios
from router.rules.problems import Problem
from router.rules.ruleset import Fact
from router.workforce import Member, Pool, Rep, Territory


class RuleEngine(Protocol):
    """Matches facts against one rule set; immutable once built."""

    @property
    def name(self) -> str:
        """Which engine it is: ``durable``, ``index`` or ``reference``."""

    def match(self, fact: Fact) -> tuple[str, ...]:
        """Return the ids of all matching rules in order of precedence."""

    def close(self) -> None:
        """Give back what it holds."""


# ---------------------------------------------------------------------------------------------------------- assignments


class Mode(StrEnum):
    """What a job wants."""

    ROUTE = "ROUTE"
    """An owner, unless there is one."""
    REASSIGN = "REASSIGN"
    """Another owner."""


@dataclass(frozen=True, slots=True)
class Job:
    """One work item on its way through the store.

    Parameters
    ----------
    attempts
        Candidates and charge of each attempt, see ``router.plan``.
    request_id, fingerprint
        Identify a repeated request and its content; no id, no repetition.
    expected
        Number of the work item's latest event, for REASSIGN: anything else is a conflict.
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
    FULL = "FULL"


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


@dataclass(frozen=True, slots=True)
class Completed:
    """Event: a work item was closed and its owner's capacity freed."""

    number: int
    item_id: str
    kind: Kind
    state: State
    rep: str
    pool: str
    epoch: int
    previous: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Settled:
    """Event: reps left a pool, and their deficits were spread over those who stay, ``members``.

    With nobody left the ledger was dropped.
    """

    number: int
    pool: str
    leavers: tuple[str, ...]
    members: tuple[Member, ...]
    at_ms: int


Event = Decision | Completed | Settled


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


class Assignments(Protocol):
    """Owners, loads, ledgers and the log of every change of them: one atomic step per change."""

    async def bind(
        self, tenant: str, revisions: tuple[int, int], jobs: Sequence[Job], *, preview: bool = False
    ) -> list[Decision | Refusal]:
        """Do the jobs in order; one answer each.

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

    async def repeated(self, tenant: str, request_id: str, fingerprint: str) -> Decision | Refusal | None:
        """Return the answer that a request id was given before, if any."""

    async def events(
        self, tenant: str, *, after: int = 0, before: int = 0, count: int = 100, newest_first: bool = False
    ) -> list[Event]:
        """Return events with ``after < number`` and, unless 0, ``number < before``."""

    async def ledger(self, tenant: str, pool: str) -> LedgerState:
        """Return a pool's ledger; an empty one where nothing was ever charged."""

    async def loads(self, tenant: str) -> dict[tuple[str, Kind], int]:
        """Return the open units by rep and kind."""


# ------------------------------------------------------------------------------------------------------------ workforce


@dataclass(frozen=True, slots=True)
class Change:
    """One record of a workforce revision: what it is now, or None where it was deleted."""

    revision: int
    kind: str
    id: str
    record: Rep | Pool | Territory | None


@dataclass(frozen=True, slots=True)
class WorkforceRecords:
    """All reps, pools and territories at one revision, and the revision at which each record last changed, by
    (kind, id).
    """

    revision: int
    reps: Mapping[str, Rep]
    pools: Mapping[str, Pool]
    territories: Mapping[str, Territory]
    changed: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Settlement:
    """Who leaves a pool, and who stays; with nobody left the ledger is dropped."""

    pool: str
    leavers: tuple[str, ...]
    members: tuple[Member, ...]


class Workforce(Protocol):
    """Reps, pools and territories, with every revision they ever had."""

    async def read(self, tenant: str) -> WorkforceRecords:
        """Return the records as they are."""

    async def changes(self, tenant: str, after: int, up_to: int = 0) -> list[Change]:
        """Return the changes of the revisions above ``after`` and, unless 0, not above ``up_to``."""

    async def write(
        self,
        tenant: str,
        expected: int,
        records: Mapping[tuple[str, str], Rep | Pool | Territory | None],
        *,
        settlements: Sequence[Settlement] = (),
        idle: Sequence[str] = (),
        request_id: str = "",
        fingerprint: str = "",
    ) -> int:
        """Write records as one new revision and return it; a repeated request returns the revision it made.

        Parameters
        ----------
        expected
            Revision the records were derived from.
        idle
            Reps who may own nothing open.

        Raises
        ------
        StaleRevision
            If the workforce is at another revision; nothing was written.
        RequestIdReused
            If the request id was used for other content.
        NotPossible
            If a rep that must be idle is not.
        """


# ------------------------------------------------------------------------------------------------------------ rule sets


@dataclass(frozen=True, slots=True)
class Publication:
    """One published revision of the rules; ``stored`` is the checked form the servers load."""

    revision: int
    source: str
    stored: str
    note: str
    rule_count: int
    rollback_of: int
    at_ms: int


class RuleSets(Protocol):
    """Published rule sets, every revision for ever."""

    async def publish(
        self,
        tenant: str,
        expected: int | None,
        publication: Publication,
        *,
        request_id: str = "",
        fingerprint: str = "",
    ) -> Publication:
        """Make it the active revision, numbered one above the last; a repeated request returns the one it made.

        Raises
        ------
        StaleRevision
            If ``expected`` is given and is not the active revision.
        RequestIdReused
            If the request id was used for other content.
        """

    async def publication(self, tenant: str, revision: int = 0) -> Publication | None:
        """Return a revision, or the active one for 0."""

    async def publications(self, tenant: str, *, before: int = 0, count: int = 50) -> list[Publication]:
        """Return revisions below ``before`` (all for 0), newest first."""


class Revisions(Protocol):
    """The revisions that decisions must be made by."""

    async def revisions(self, tenant: str) -> tuple[int, int]:
        """Return the active rule set's revision and the workforce's; 0 for none."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went.

    Parameters
    ----------
    problems
        In the order of the source; an error among them means that it cannot be published.
    stored_json
        The rule set as ``router.rules.stored`` writes it; empty if there is an error.
    test_results
        One per test, in order; failed ones are no problems.
    rule_count
        Rules in the set.
    """

    problems: tuple[Problem, ...]
    stored_json: str = ""
    test_results: tuple[scenarios.TestResult, ...] = ()
    rule_count: int = 0

    @property
    def is_publishable(self) -> bool:
        """Whether there is neither an error nor a failed test."""
        return bool(self.stored_json) and all(result.passed for result in self.test_results)


class RuleSetTrial(Protocol):
    """Tries a rule set where it can do no harm."""

    async def __call__(
        self,
        source: str,
        pools: Collection[str] | None = None,
        workforce: scenarios.Workforce | None = None,
        *,
        tests: str | None = None,
    ) -> Trial:
        """Check a source, run its tests (or the given ones) and try it on samples.

        Parameters
        ----------
        source, tests
            YAML or JSON.
        pools
            The pools there are; a route to another one is a warning. None: not looked up.
        workforce
            Whom the tests are about if they bring no workforce along.
        """
