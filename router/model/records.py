"""What the store keeps beside the log, and what is known of customers. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from router.model.activities import NextDate
from router.model.dispatch import OpenOffer
from router.model.workitem import REOPENED, TRANSITIONS, Kind, State


class FiredStep(NamedTuple):
    """The last step of a work item's timer that fired, of the entry that started it; ``at_ms`` says when."""

    name: str
    entry: int
    step: int
    at_ms: int


class ItemStage(NamedTuple):
    """Where a work item stands in its process, as far as that does not follow from when it came.

    Parameters
    ----------
    revision
        The revision of the process that it is in for good, among those of all processes; 0: it is in none.
    stage
        Empty: it is in no process.
    event
        The one by which it entered the stage.
    begun
        The one by which it was reopened; 0: it was not, and began with its first event.
    """

    revision: int
    stage: str
    event: int
    begun: int = 0


class Satisfaction(NamedTuple):
    """What the customer answered when they were asked, last; ``at_ms`` says when, in milliseconds since 1970.

    Parameters
    ----------
    csat
        How satisfied they are with how it went, 1 to 5; 0: that was not answered.
    nps
        How likely they would recommend us, 0 to 10; -1: likewise.
    """

    csat: int = 0
    nps: int = -1
    at_ms: int = 0

    def with_answer(self, name: str, value: int, at_ms: int) -> Satisfaction:
        """Return it behind one more answer, ``csat`` or ``nps``.

        Examples
        --------
        >>> Satisfaction(csat=2, at_ms=50).with_answer("nps", 9, 70)
        Satisfaction(csat=2, nps=9, at_ms=70)
        """
        return self._replace(**{name: value, "at_ms": at_ms})


UNASKED = Satisfaction()


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """Where a work item stands, in numbers of events.

    Parameters
    ----------
    event
        Its last event of all, but for wakes: each event names the one before it.
    version
        The last one that changed owner, state or attributes: the etag, and what a change insists on.
    content
        The one that holds its attributes.
    decision
        The last one that chose its owner, or looked for one in vain while it had none.
    first
        Its first one.
    tried
        The reps who owned it before, in order.
    fired
        What fired of its timers, by name the last step: the steps before it do not fire any more.
    worked
        Whether somebody tried to reach the customer since the owner has it.
    next_date
        When somebody is to turn to it again; None: that is not set.
    covered
        The rep on leave for whom the owner stands in; empty: it is the owner's own.
    offer
        The offer that it stands in; None: in none.
    refused
        Who declined it since it last had an owner, or let an offer of it lapse; once for each time.
    answered
        The event that answered its last offer: where it is behind the decision it has its owner since; 0: none did.
    stage
        Where it stands in its process; None: in the first stage of the one that was active for its kind when it came,
        if one was, see ``router.process.stages.places``.
    satisfaction
        What its customer answered.
    """

    item_id: str
    state: State
    kind: Kind
    owner: str
    pool: str
    epoch: int
    event: int
    version: int
    content: int
    decision: int
    first: int
    tried: tuple[str, ...] = ()
    fired: tuple[FiredStep, ...] = ()
    worked: bool = False
    next_date: NextDate | None = None
    covered: str = ""
    offer: OpenOffer | None = None
    refused: tuple[str, ...] = ()
    answered: int = 0
    stage: ItemStage | None = None
    satisfaction: Satisfaction = UNASKED

    @property
    def whose(self) -> str:
        """Who is to have it when nobody is on leave: whom the owner stands in for, or else the owner."""
        return self.covered or self.owner

    def reopened(self) -> ItemRecord:
        """Return where it stands for the decision by which it is reopened: nobody's, as if it had just come."""
        tried = (*self.tried, self.owner) if self.owner else self.tried
        return replace(self, state=TRANSITIONS[self.state][REOPENED], owner="", pool="", tried=tried, refused=())

    def fired_step(self, name: str, entry: int) -> FiredStep | None:
        """Return the last step that fired of a timer since an event started it; None if none did."""
        return next((fired for fired in self.fired if fired[:2] == (name, entry)), None)

    def with_fired(self, fired: FiredStep) -> ItemRecord:
        """Return where it stands once a step has fired."""
        others = [other for other in self.fired if other.name != fired.name]
        return replace(self, fired=(*others, fired))


def load_places(rep: str, pool: str) -> tuple[str, ...]:
    """Return where the load of a work item counts: as the rep's, and, if it came by a pool, as theirs of that pool and
    as the pool's.

    Examples
    --------
    >>> load_places("ann", "east"), load_places("ann", "")
    (('ann', 'east/ann', 'east/'), ('ann',))
    """
    return (rep, f"{pool}/{rep}", f"{pool}/") if pool else (rep,)


Counted = tuple[str | int, ...]
"""What was counted under a cap: a calendar window and an amount, or slots of a rolling one and amounts in turn."""


class CreditState(NamedTuple):
    """How a rep stands for their leaves in a pool; times in milliseconds since 1970.

    ``until_ms`` is the end of the last leave that was credited; ``entry`` the event of the credit that is outstanding,
    0 for none, and ``expire_ms`` when it ends.
    """

    until_ms: int = 0
    entry: int = 0
    expire_ms: int = 0


@dataclass(frozen=True, slots=True)
class LedgerState:
    """A pool's ledger. ``deficits`` and ``received`` in micro-units by rep; amounts below likewise.

    ``received_apart`` and ``received_by_override`` are what of ``received`` entered the ledger in those two ways; what
    entered apart moves no deficit, and is not among ``decisions``.
    ``worst`` is the largest distance after any decision so far, ``disturbance`` what overrides, settlements and credits
    added to the bound. ``credits`` is what is left of them by rep, ``credited`` says for what; ``recent`` names who got
    the last decisions, the newest last, while the pool credits leaves, and ``counted`` is how many decisions there were
    with the last of them. ``offered`` is what each is charged for offers of theirs that are open, ``entitled`` what
    each is entitled to in open offers, whosoever they are; 0 is left out. The largest that there were stand beside.
    """

    deficits: Mapping[str, int] = field(default_factory=dict)
    received: Mapping[str, int] = field(default_factory=dict)
    decisions: int = 0
    overrides: int = 0
    largest_charge: int = 0
    largest_band: int = 0
    worst: int = 0
    disturbance: float = 0.0
    credits: Mapping[str, int] = field(default_factory=dict)
    credited: Mapping[str, CreditState] = field(default_factory=dict)
    recent: tuple[str, ...] = ()
    counted: int = 0
    received_apart: Mapping[str, int] = field(default_factory=dict)
    received_by_override: Mapping[str, int] = field(default_factory=dict)
    offered: Mapping[str, int] = field(default_factory=dict)
    entitled: Mapping[str, int] = field(default_factory=dict)
    largest_offered: int = 0
    largest_entitled: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What stood at one instant; ``number`` is the last event's, ``loads`` are open units by rep and kind, ``worked``
    those of them that were worked on, ``owned`` counts the open work items that the index of owners has, by rep,
    ``offers`` the open offers of each, ``lapses`` are as in ``StateProjection``,
    ``presences`` are as in ``StateProjection``; ``standing`` are the work items that the store has an offer of.
    """

    number: int = 0
    loads: Mapping[tuple[str, Kind], int] = field(default_factory=dict)
    ledgers: Mapping[str, LedgerState] = field(default_factory=dict)
    owned: Mapping[str, int] = field(default_factory=dict)
    presences: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, Counted] = field(default_factory=dict)
    worked: Mapping[tuple[str, Kind], int] = field(default_factory=dict)
    offers: Mapping[str, int] = field(default_factory=dict)
    lapses: Mapping[str, int] = field(default_factory=dict)
    standing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CustomerScore:
    """What was scored last of a customer: probability of leaving, 0 to 1, and value tier; an empty one is unknown."""

    churn_risk: float
    value_tier: str = ""
