"""Timers: that something of a work item falls due at an instant. Values, and what makes one void. Pure.

A timer follows from the log: from the event that started it, its *entry*, and from what was planned by the rules and
the workforce of the time. Nobody writes one beside a change: the owner is chosen within the store, and when something
falls due may depend on who that is. So the set of timers may be thrown away at any time, and is then made again.

It fires once: the work item's record keeps the last step that fired, of each name the newest entry's. A step of a
deadline follows from all that happened to its work item, so its entry is the last event of that: whatever happens
voids it, and what is still to be done falls due by another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha1
from typing import NamedTuple

from router.model.events import LAPSE, NEXT, WAKE
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, State
from router.process.due.due_steps import GIVE, TELL

COVER = "cover"
"""The timer of what is to go to whoever stands in for somebody on leave, or back: it is made, and does not fire."""
OPEN = "open"
"""What the timers of children that are to be opened begin with, ``open/{stage}``, on a date ``open/{stage}~{id}``: they
are opened, and none fires.
"""
WITHDRAW = "withdraw"
"""The timer of children that the end of a work item opened, since that was reopened: they are closed, and it does not
fire."""
SURVEY = "survey"
"""What the timers of customers who are to be asked begin with, ``survey/{csat or nps}``: it is settled whether they
are, and none fires."""
STATES: Mapping[str, State] = {
    WAKE: State.QUEUED,
    NEXT: State.ASSIGNED,
    LAPSE: State.OFFERED,
    COVER: State.ASSIGNED,
}
"""By name: the state that a work item must be in for its timer to mean anything. The store's script is given it."""

LEDGERS = "ledgers"
"""What falls due of a pool's ledger has ``ledgers/{pool}`` where others have a work item's id: none can be called that.
See ``router.timers.credits``."""
CREDIT, EXPIRE = "credit", "expire"
"""What falls due of a ledger: ``credit/{rep}`` that a leave ends, ``expire/{rep}`` that a credit for one does."""

DIGESTS = "digests"
"""A list of what falls due of a rep's work has ``digests/{rep}`` where others have a work item's id.

See ``router.timers.digests``."""

PRESENCES = "presences"
"""That who is away is back, when they said, has ``presences/{rep}`` where others have a work item's id."""
BACK = "back"


class Timer(NamedTuple):
    """A step of a work item that falls due.

    Parameters
    ----------
    name
        What it is for: a key of ``STATES``, or the name of a step of a deadline, see ``router.process.due.due_steps``.
    entry
        Number of the event that started it, see ``entry_of``; another one makes it void.
    step
        From 1: the steps of an entry fire in order.
    due_ms
        When, in milliseconds since 1970.
    """

    item_id: str
    name: str
    entry: int
    step: int
    due_ms: int


class Position(NamedTuple):
    """How far the log was followed: its last event that was taken in, the revisions that were active then, and since
    when that of the workforce was, in milliseconds since 1970.
    """

    event: int = 0
    rules: int = 0
    workforce: int = 0
    workforce_ms: int = 0

    @property
    def revisions(self) -> tuple[int, int]:
        """The revisions of rules and workforce."""
        return self.rules, self.workforce


class TimerStatus(NamedTuple):
    """How the timers of a tenant stand, by the store's clock; times in milliseconds since 1970.

    Parameters
    ----------
    timers
        How many there are.
    due_ms
        When the earliest falls due; None: there is none.
    followed, events
        The last event that was taken in, and the last one there is.
    unread_ms
        The time of the first event that was not taken in, of those since following began; None: all were. A log that
        was there before is read as fast as may be, and nothing is late for it.
    due_since_ms
        Since when it has been known that something is due; None: nothing is, or nobody has found so yet. What an edited
        calendar makes due in the past is not late for that.
    """

    timers: int
    due_ms: int | None
    followed: int
    events: int
    unread_ms: int | None
    now_ms: int
    due_since_ms: int | None = None

    @property
    def lateness_ms(self) -> int:
        """For how long something should have been done: the earliest timer fired, or the log read on."""
        due_ms = None if self.due_ms is None else max(self.due_ms, self.due_since_ms or 0)
        return max(0, *(self.now_ms - since for since in (due_ms, self.unread_ms) if since is not None), 0)

    @property
    def has_work(self) -> bool:
        """Whether there is anything to read, or to fire."""
        return self.followed < self.events or (self.due_ms is not None and self.due_ms <= self.now_ms)


def is_of_ledger(timer: Timer) -> bool:
    """Say whether a timer is of a ledger, and of no work item."""
    return timer.item_id.startswith(f"{LEDGERS}/")


def is_of_digest(timer: Timer) -> bool:
    """Say whether a timer is of a list of what falls due, and of no work item."""
    return timer.item_id.startswith(f"{DIGESTS}/")


def is_made(timer: Timer) -> bool:
    """Say whether a timer does not fire: what falls due is made otherwise, and the timer goes with it."""
    of_item = timer.name == COVER or gives(timer.name) or is_of_children(timer)
    return of_item or is_of_ledger(timer) or is_of_digest(timer) or is_of_survey(timer)


def gives(name: str) -> bool:
    """Say whether a timer is of a step of a deadline that gives its work item to somebody else."""
    return name.startswith(f"{GIVE}/")


def opens_children(name: str) -> bool:
    """Say whether a timer is of children that are to be opened."""
    return name.startswith(f"{OPEN}/")


def is_of_children(timer: Timer) -> bool:
    """Say whether a timer is of children that are to be opened, or withdrawn."""
    return timer.name == WITHDRAW or opens_children(timer.name)


def is_of_survey(timer: Timer) -> bool:
    """Say whether a timer is of a customer who is to be asked."""
    return timer.name.startswith(f"{SURVEY}/")


def is_of_deadline(name: str) -> bool:
    """Say whether a timer is of a step of a deadline."""
    return name.startswith((f"{TELL}/", f"{GIVE}/"))


def is_of_presence(timer: Timer) -> bool:
    """Say whether a timer is that a rep is back."""
    return timer.item_id.startswith(f"{PRESENCES}/")


def return_of(rep: str, until_ms: int | None) -> dict[str, list[Timer]]:
    """Return what falls due of who is away until an instant, 0: until told otherwise; or, with None, is not.

    Examples
    --------
    >>> return_of("bo", 90_000)
    {'presences/bo': [Timer(item_id='presences/bo', name='back', entry=0, step=1, due_ms=90000)]}
    """
    item_id = f"{PRESENCES}/{rep}"
    return {item_id: [Timer(item_id, BACK, 0, 1, until_ms)] if until_ms else []}


def entry_of(record: ItemRecord, name: str) -> int:
    """Return the event that started a timer of a work item: for a wake the decision that it waits, for a cover that
    which gave it its owner, for a next date the activity that set it, for a lapse the offer, for a step of a deadline
    the last of all; 0: there is none.
    """
    if is_of_deadline(name):
        return record.event
    if name == LAPSE:
        return record.offer.number if record.offer else 0
    if name == NEXT:
        return record.next_date.event if record.next_date else 0
    return record.decision


def may_fire(record: ItemRecord, name: str, entry: int, step: int) -> bool:
    """Say whether a timer is still what a work item's record is about, and did not fire yet."""
    if entry_of(record, name) != entry:
        return False
    if is_of_deadline(name):
        return record.state not in CLOSED_STATES
    if record.state is not STATES.get(name):
        return False
    fired = record.fired_step(name, entry)
    return fired is None or fired.step < step


def digest(timers: Iterable[Timer]) -> str:
    """Return what two sets of timers share if, and only if, they are equal.

    Examples
    --------
    >>> one, other = Timer("crm~1", "wake", 4, 1, 90_000), Timer("crm~2", "wake", 6, 2, 80_000)
    >>> digest([one, other]) == digest([other, one])
    True
    """
    lines = sorted("\0".join(map(str, timer)) for timer in timers)
    return sha1("\n".join(lines).encode(), usedforsecurity=False).hexdigest()
