"""What a tenant's log holds: every change of owners, ledgers, workforce and rules, as events. Values only.

Events are numbered from 1 without a gap. ``router.history`` builds everything else that the store keeps from them
again, and proves that nobody altered them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from router.model.activities import Activity, ActivityEvidence, NextChange
from router.model.decision import Cause, Decision, DecisionInputs, EnteredStage, Way
from router.model.digests import MadeDigest
from router.model.dispatch import Answer
from router.model.records import CreditState
from router.model.workforce import Member
from router.model.workitem import Kind, State, WorkItem


class Withdrawal(NamedTuple):
    """Why a child was closed by itself: its parent, whose end had opened it, was reopened, by an event."""

    parent: str
    event: int


@dataclass(frozen=True, slots=True)
class Completed:
    """A work item was closed and its owner's capacity freed.

    Parameters
    ----------
    withdrawn
        Why it was closed by itself; None: somebody closed it.
    """

    number: int
    item_id: str
    kind: Kind
    state: State
    rep: str
    pool: str
    epoch: int
    previous: int
    at_ms: int
    actor: str = ""
    withdrawn: Withdrawal | None = None


@dataclass(frozen=True, slots=True)
class ActivityRecorded:
    """Somebody did something about a work item.

    Parameters
    ----------
    kind, rep, pool
        The work item's, its owner, empty: nobody, and the pool that they have it of.
    evidence
        What it proves, by the table of the time, see ``router.model.evidence``.
    is_first_attempt
        Whether it is the first attempt since the owner has the work item: from then on it is worked.
    next_change
        What became of the next date.
    erased
        The texts that are no more, by field.
    """

    number: int
    item_id: str
    kind: Kind
    rep: str
    pool: str
    previous: int
    activity: Activity
    evidence: tuple[ActivityEvidence, ...]
    is_first_attempt: bool
    next_change: NextChange
    at_ms: int
    actor: str = ""
    erased: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Updated:
    """What a work item is was changed; who owns it, and what it was charged, was not.

    Parameters
    ----------
    kind, rep, pool, epoch
        The work item's, its owner, empty: nobody, and the pool that they have it of.
    head
        Its whole content from now on, with the rules and the workforce that read it.
    before
        Of what changed how it was; it has no other attributes.
    changed
        What changed, e.g. ``attributes.region``, ``value``, in order; ``stage`` where it enters one.
    is_decided
        Whether the decision that follows is made for it.
    erased
        What of ``head`` or ``before`` is no more.
    entered
        The stage that it enters, and the revision of its process; None: it stays where it is.
    """

    number: int
    item_id: str
    kind: Kind
    rep: str
    pool: str
    epoch: int
    previous: int
    head: DecisionInputs
    before: WorkItem
    changed: tuple[str, ...]
    is_decided: bool
    at_ms: int
    actor: str = ""
    erased: tuple[str, ...] = ()
    entered: EnteredStage | None = None


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """An offer was accepted, declined, lapsed or rescinded.

    Parameters
    ----------
    offer
        Its number, that of the decision that made it.
    rep
        Who answered, or whom it was made to; empty: many had it, and nobody answered.
    pool
        Whose work it is.
    epoch
        Behind it.
    charge
        What the ledger was charged, in micro-units: by an acceptance for good; else it is charged no more. 0 where
        nothing entered the ledger, as by what many are offered and nobody accepts.
    way
        How what is accepted entered the ledger; None of any other answer.
    entitled
        By rep, what the offer had entitled them to and does no more, in micro-units; of what many were offered, what
        its acceptance entitled them to.
    lapses
        How many offers in a row the rep has let lapse, this one included; 0 unless it lapsed, and while they
        are away for that.
    set_away
        Whether the rep was set away for that.
    stays_open
        Whether it is one of many who declined, and the others have it still.
    workforce
        The revision that was in force at an acceptance, by which it was checked where many had the offer; else 0, as of
        what one had in logs of before that was noted.
    because
        Of one that was rescinded: COMPLETED, UPDATED, REASSIGNED, OVERRIDE (given to somebody by name), SETTLED (the
        ledger) or LEFT (the rep was deactivated or deleted); else empty.
    reason
        Why it was declined.
    erased
        The texts that are no more, by field.
    """

    number: int
    item_id: str
    kind: Kind
    answer: Answer
    offer: int
    rep: str
    pool: str
    epoch: int
    charge: int
    way: Way | None
    entitled: tuple[tuple[str, int], ...]
    lapses: int
    set_away: bool
    stays_open: bool
    workforce: int
    previous: int
    at_ms: int
    actor: str = ""
    because: str = ""
    reason: str = ""
    erased: tuple[str, ...] = ()

    @property
    def enters_ledger(self) -> bool:
        """Whether it is the acceptance of what many were offered: what one is offered entered with its offer."""
        return self.answer is Answer.ACCEPTED and bool(self.entitled)


@dataclass(frozen=True, slots=True)
class Settled:
    """Reps left a pool, and their deficits were spread over those who stay, ``members``.

    With nobody left the ledger was dropped.
    """

    number: int
    pool: str
    leavers: tuple[str, ...]
    members: tuple[Member, ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class WorkforceChanged:
    """Reps, pools or territories changed: ``names`` as ``{kind}/{id}``; ``digest`` is of what they became."""

    number: int
    revision: int
    names: tuple[str, ...]
    digest: str
    at_ms: int
    actor: str = ""


@dataclass(frozen=True, slots=True)
class RulesPublished:
    """A rule set became the active one; ``rollback_of`` is the revision it goes back to, 0 for none."""

    number: int
    revision: int
    rollback_of: int
    digest: str
    at_ms: int
    actor: str = ""


@dataclass(frozen=True, slots=True)
class ProcessPublished:
    """A process became the active one of ``kinds``; ``rollback_of`` is the revision it goes back to, 0 for none.

    ``revision`` counts the publications of all processes.
    """

    number: int
    revision: int
    rollback_of: int
    digest: str
    process: str
    kinds: tuple[Kind, ...]
    at_ms: int
    actor: str = ""


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """A rep is away until an instant, 0: until told otherwise; or, with None, back.

    ``is_gone`` says that the rep was deleted, of whom nothing is kept then: neither a presence nor lapses.
    """

    number: int
    rep: str
    until_ms: int | None
    at_ms: int
    actor: str = ""
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Erased:
    """What was personal in some work items is no more.

    ``values`` were sealed in their events, ``submissions`` not routed yet; ``scores`` are the customer's. ``previous``
    are the events before it, one of each work item; none: nobody wrote them down.
    """

    number: int
    item_ids: tuple[str, ...]
    values: int
    submissions: int
    scores: int
    at_ms: int
    actor: str = ""
    previous: tuple[int, ...] = ()


WAKE = "wake"
"""The timer of what waits: whoever could take it may be there from then on, and it is tried again."""
NEXT = "next"
"""The timer of a next date: the owner is reminded, and a working day later their manager."""
LAPSE = "lapse"
"""The timer of an offer: it lapses, which an event of its own tells."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A timer of a work item fired, at most once: see ``router.timers.timer``. ``due_ms`` is when it was to.

    ``previous`` is the work item's event before it; 0 of a wake, which is told by the decision that follows.
    ``workforce`` is the revision by which it is to be seen who is told; 0 of what is no step of a deadline.
    """

    number: int
    item_id: str
    name: str
    entry: int
    step: int
    due_ms: int
    at_ms: int
    previous: int = 0
    workforce: int = 0


class Note(StrEnum):
    """What is noted about a work item in a process."""

    PAUSED = "PAUSED"
    """Its deadlines rest, for the reason that ``subject`` codes, until ``value`` at the latest, in ms since 1970."""
    RESUMED = "RESUMED"
    """They go on."""
    ASKED = "ASKED"
    """It is to enter the stage ``subject``, once somebody has approved that."""
    APPROVED = "APPROVED"
    """Somebody did; ``value`` is the event that asked for it."""
    REJECTED = "REJECTED"
    """Somebody did not, likewise."""
    MIGRATED = "MIGRATED"
    """It goes on by the revision ``value`` of its process, in the stage ``subject``, as if that had been so before."""
    CSAT = "CSAT"
    """The customer is so satisfied with how it went: ``value``, 1 to 5."""
    NPS = "NPS"
    """The customer would recommend us so likely: ``value``, 0 to 10."""
    SURVEYED = "SURVEYED"
    """The customer is to be asked what ``subject`` names, ``csat`` or ``nps``."""
    SPARED = "SPARED"
    """The customer is not asked whether they would recommend us: ``subject`` says why not."""


ANSWERS = frozenset({Note.CSAT, Note.NPS})
"""What the customer answered."""
SURVEYS = frozenset({Note.SURVEYED, Note.SPARED})
"""Whether they are to be asked."""
OF_CLOSED = ANSWERS | SURVEYS
"""What may be noted about what is closed."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something was noted about a work item that changes neither what it is nor whose; its stage by migrating alone.

    Parameters
    ----------
    rep, pool
        Whose it was.
    previous
        The work item's event before it.
    subject, value
        As ``note`` says; empty and 0 where it says nothing.
    text
        What somebody wrote with it; it may hold anything.
    erased
        Names the text where it was erased.
    """

    number: int
    item_id: str
    kind: Kind
    rep: str
    pool: str
    previous: int
    note: Note
    subject: str
    value: int
    at_ms: int
    actor: str = ""
    text: Any = ""
    erased: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeaveCredit:
    """A step of a rep's credit in a pool: at the end of a leave, or, some time later, the end of the credit.

    Parameters
    ----------
    entry
        0 at the end of a leave; else the event whose credit ends.
    since_ms, until_ms
        The leave, its end not included, as far as no earlier credit was for it.
    expire_ms
        When the credit ends.
    charged
        What the pool was charged within the leave, in micro-units.
    most
        The most that the rep may have outstanding.
    members
        The pool's, with their weights as the step falls due.
    """

    pool: str
    rep: str
    entry: int
    since_ms: int
    until_ms: int
    expire_ms: int
    charged: int
    most: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Credited:
    """A rep got ``amount`` micro-units of the other members, or, where it is negative, gave them back.

    ``workforce`` is the revision that says who was on leave, and who the members are.
    """

    number: int
    credit: LeaveCredit
    amount: int
    workforce: int
    at_ms: int

    def after(self, stands: CreditState) -> CreditState:
        """Return how the rep stands behind it."""
        if self.credit.entry:
            return CreditState(stands.until_ms)
        if self.amount:
            return CreditState(self.credit.until_ms, self.number, self.credit.expire_ms)
        return stands._replace(until_ms=self.credit.until_ms)


@dataclass(frozen=True, slots=True)
class Digested:
    """A list of what falls due was made for a rep.

    Parameters
    ----------
    workforce
        The revision that says when it fell due.
    previous, before
        The events of the last lists before it, of this rep and of any; 0: there is none.
    """

    number: int
    made: MadeDigest
    workforce: int
    previous: int
    before: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The log begins anew: its events are those of another chain, with what is personal sealed.

    It stands before the first event. ``events`` and ``last_link`` are those of the other chain, ``earlier`` those of
    the chains before it, each written anew in its turn, the newest first.
    """

    events: int
    last_link: str
    at_ms: int
    earlier: tuple[tuple[int, str], ...] = ()

    @property
    def ends(self) -> tuple[tuple[int, str], ...]:
        """Number and link of the last event of each chain that there was, the newest first."""
        return ((self.events, self.last_link), *self.earlier)


Event = (
    Decision | OfferAnswered | Completed | Updated | ActivityRecorded | Fired | Noted | Erased
    | Settled | Credited | Digested | WorkforceChanged | RulesPublished | ProcessPublished | PresenceChanged
)  # fmt: skip


JOINING = frozenset({Cause.ROUTED, Cause.IMPORTED, Cause.OPENED})
"""Why there is a decision by which a work item comes in as it is, maybe again while nobody has it."""
Content = Decision | Updated
"""Events that hold what a work item is."""


def previous_of(event: Event, item_id: str) -> int:
    """Return the event of a work item before one of its own; 0: there is none, or nobody wrote it down.

    Examples
    --------
    >>> erased = Erased(9, ("crm~1",), 1, 0, 0, 0, previous=(4,))
    >>> previous_of(erased, "crm~1"), previous_of(erased, "crm~2")
    (4, 0)
    """
    match event:
        case Decision() | OfferAnswered() | Completed() | Updated() | ActivityRecorded() | Fired() | Noted():
            return event.previous
        case Erased(item_ids=item_ids, previous=previous) if previous and item_id in item_ids:
            return previous[item_ids.index(item_id)]
        case _:
            return 0
