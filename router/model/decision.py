"""A decision: the immutable record of one choice of an owner.

What is stored is what cannot be recomputed: the work item as it came, the revisions of rules and workforce, and the
facts the store saw at that instant (deficits of the eligible, open units of the full). Everything else follows by
pure code, see ``router.assignment.explanation``, and the stored hash proves that it follows.

What is made for every call is a named tuple: a frozen dataclass takes five times as long to fill.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from packing import pack
from router.model.workitem import Kind, WorkItem


class Outcome(StrEnum):
    """What came of it."""

    ASSIGNED = "ASSIGNED"
    OFFERED = "OFFERED"
    EXISTING_OWNER = "EXISTING_OWNER"
    WAITING = "WAITING"
    UNROUTED = "UNROUTED"


class Cause(StrEnum):
    """Why there was a decision at all."""

    ROUTED = "ROUTED"
    REASSIGNED = "REASSIGNED"
    OVERRIDE = "OVERRIDE"
    WOKEN = "WOKEN"
    REOPENED = "REOPENED"
    IMPORTED = "IMPORTED"
    UPDATED = "UPDATED"
    COVERED = "COVERED"
    COVER_ENDED = "COVER_ENDED"
    ESCALATED = "ESCALATED"
    OPENED = "OPENED"


class Way(StrEnum):
    """In which of three ways a change of owner enters the ledger: see docs/fairness.md."""

    GREEDY = "GREEDY"
    """The ledger chose: all who are eligible are entitled, and the bound known beforehand holds."""
    APART = "APART"
    """The taker alone is entitled to all that they receive: no deficit moves."""
    OVERRIDE = "OVERRIDE"
    """All who are eligible are entitled, and a person, or whoever was first, chose: the disturbance is measured."""


WAYS: Mapping[Cause, Way] = {
    Cause.ROUTED: Way.GREEDY,
    Cause.REASSIGNED: Way.GREEDY,
    Cause.WOKEN: Way.GREEDY,
    Cause.OVERRIDE: Way.OVERRIDE,
    Cause.REOPENED: Way.APART,
    Cause.IMPORTED: Way.APART,
    Cause.UPDATED: Way.GREEDY,
    Cause.COVERED: Way.APART,
    Cause.COVER_ENDED: Way.APART,
    Cause.ESCALATED: Way.GREEDY,
    Cause.OPENED: Way.GREEDY,
}
"""By why there was a decision."""


def way_of(cause: Cause, named: str) -> Way:
    """Return in which way an owner enters the ledger, by why there was a decision and whom it names; empty: nobody.

    Whom a step of a deadline names is the manager, who keeps what others did not attend to.
    """
    return Way.APART if cause is Cause.ESCALATED and named else WAYS[cause]


class EnteredStage(NamedTuple):
    """A stage that a work item enters: the revision of its process, and the stage; 0 and empty: it is in none now."""

    revision: int
    stage: str


class StepOfDeadline(NamedTuple):
    """A step that gives a work item to somebody else: the name of its timer, and which of that, from 1."""

    name: str
    step: int


class DecisionInputs(NamedTuple):
    """What is known before the store is asked; the store keeps it unread.

    ``steps`` labels the attempts; ``actor`` names who asked, empty where nobody has to say. ``outcomes`` says of each
    comparison of the applied rule with a personal attribute, in order, whether it held: for when that is erased.
    ``assigned_ms`` is since when the owner has had what is imported, in milliseconds since 1970; 0: since the decision.
    ``covered`` is the rep on leave for whom whoever gets it stands in; empty: nobody is stood in for.
    ``entered`` is the stage that it enters by being reopened, imported or opened; None: none but that which follows
    from when it came, see ``router.process.stages.places``.
    ``escalates`` is the step of a deadline that this is; None: it is none. One that names a rep names their manager,
    who keeps what others did not attend to.
    ``pool`` is the one that its process routes it to, by which it was planned, whatever the rules say: its stage's, or
    that which a step returned it to; empty: none, but, of what was opened, its own.
    """

    item: WorkItem
    cause: Cause
    rule_set_revision: int
    workforce_revision: int
    matched_rules: tuple[str, ...]
    steps: tuple[str, ...]
    tried: tuple[str, ...] = ()
    named: str = ""
    priority: int = 0
    sla: str = ""
    note: str = ""
    actor: str = ""
    outcomes: tuple[bool, ...] = ()
    assigned_ms: int = 0
    covered: str = ""
    entered: EnteredStage | None = None
    escalates: StepOfDeadline | None = None
    pool: str = ""

    @property
    def way(self) -> Way:
        """In which way an owner enters the ledger by it, if somebody is found."""
        return way_of(self.cause, self.named)


class Block(StrEnum):
    """Why the store saw no room for somebody, beside capacity."""

    AWAY = "AWAY"
    """They said so: until an instant, in milliseconds since the epoch, 0: until told otherwise; and 0."""
    REACHED_CAP = "REACHED_CAP"
    """A cap allows no more: its place among the attempt's caps, and what was counted; of a rolling window also when
    enough leaves it, in milliseconds since the epoch, 0: never.
    """
    CREDIT_SHARE = "CREDIT_SHARE"
    """They have a credit for a leave and got as many of the pool's last decisions as they may; and how many."""
    OFFERS_OPEN = "OFFERS_OPEN"
    """They have as many offers open as they may, to be offered one more of this pool; and how many."""
    OFFER_REFUSED = "OFFER_REFUSED"
    """They declined this work item, or let its offer lapse: how often, and how often one may have to be offered it."""


Blocked = tuple[Any, ...]
"""A candidate's position, a ``Block``, and numbers."""


class ObservedState(NamedTuple):
    """What the store saw of one attempt's candidates.

    ``deficits`` holds micro-units of those with room, in the candidates' order; ``full`` the position and the open
    units of those at capacity; ``blocked`` who has no room for another reason: position, a ``Block``, and the numbers
    that it explains. Nobody stands in both: who is full is not asked for more.
    """

    deficits: tuple[int, ...]
    full: tuple[tuple[int, int], ...] = ()
    blocked: tuple[Blocked, ...] = ()

    def packed(self) -> bytes:
        """Return what the hash of all that decided is over; where nobody is blocked as it was before there were any."""
        return pack(self if self.blocked else self[:2])


class ChosenDeficit(NamedTuple):
    """How the chosen rep stood, in micro-units."""

    entitlement: int
    before: int
    after: int
    score: int


class Decision(NamedTuple):
    """The record.

    ``number`` counts the tenant's events (0: a preview); ``step`` counts the attempts from 1, the last being the one
    that led to the outcome; ``charge`` is in micro-units; ``previous`` is the number of the work item's event before
    this one, 0 for none; ``freed`` is the rep who owned it until now, empty for none; of an offer ``rep`` is whom it is
    made to, empty for many;
    ``erased`` names what of its head was personal and is no more, e.g. ``attributes.phone``: it shows when it is read.
    ``sealed`` then names all attributes that stand sealed in its event, those that can be opened too: the head's
    ``outcomes`` are of them.
    """

    number: int
    item_id: str
    kind: Kind
    outcome: Outcome
    rep: str
    pool: str
    epoch: int
    charge: int
    seen: tuple[ObservedState, ...]
    stand: ChosenDeficit | None
    trace_hash: str
    previous: int
    at_ms: int
    head: DecisionInputs
    freed: str = ""
    erased: tuple[str, ...] = ()
    sealed: frozenset[str] = frozenset()
    is_known: bool = False
    """Whether it was made before and is told again, for the work item is offered by it: shows in answers alone."""
    accepted_ms: int = 0
    """When what it offered was accepted, in milliseconds since 1970; 0: it was not, or nobody asked."""
    accepted_workforce: int = 0
    """The revision of the workforce that was in force then; 0: nobody knows."""

    @property
    def way(self) -> Way:
        """In which way it enters the ledger, if somebody was found."""
        return self.head.way

    @property
    def since_ms(self) -> int:
        """Since when its owner has had the work item, which their clocks count from, in milliseconds since 1970."""
        return self.head.assigned_ms or self.at_ms


class DecisionEffect(NamedTuple):
    """What a decision changed, for those who follow the log: its record without what it was chosen from.

    ``met_full`` says whether somebody at capacity could not have it; ``content`` is the packed work item, with what is
    sealed in it. The other fields are those of the decision and of its head.
    """

    number: int
    item_id: str
    kind: Kind
    outcome: Outcome
    rep: str
    pool: str
    charge: int
    met_full: bool
    at_ms: int
    previous: int
    freed: str
    cause: Cause
    rule_set_revision: int
    workforce_revision: int
    named: str
    content: bytes

    @property
    def way(self) -> Way:
        """In which way it enters the ledger, if somebody was found."""
        return way_of(self.cause, self.named)
