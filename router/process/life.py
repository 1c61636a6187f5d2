"""What happened to a work item, as far as deadlines ask: who had it when, which stages it entered, what was done. Pure.

A work item that is reopened has another life from then on: what was done before counts for the one before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from router.model.activities import ActivityEvidence, ActivityKind
from router.model.decision import Cause, Decision, Outcome
from router.model.dispatch import Answer
from router.model.events import ActivityRecorded, Completed, Event, OfferAnswered


class Occurrence(NamedTuple):
    """Something that happened to a work item: by which event, and when, in milliseconds since 1970."""

    event: int
    at_ms: int


class Spell(NamedTuple):
    """Who had a work item, from an instant until another, in milliseconds since 1970.

    Parameters
    ----------
    event
        The decision by which they got it.
    rep
        Empty: nobody.
    pool
        Of which they had it, or which looked for somebody.
    until_ms
        None: it lasts, or lasted until the work item was closed.
    workforce
        The revision that was in force when it ended; 0: it lasts, or no event tells.
    """

    event: int
    rep: str
    pool: str
    since_ms: int
    until_ms: int | None = None
    workforce: int = 0


class StageEntry(NamedTuple):
    """The entry into a stage: which, by which event, and when, in milliseconds since 1970."""

    stage: str
    event: int
    at_ms: int


class Done(NamedTuple):
    """An activity that is evidence: by which event, and when it occurred, in milliseconds since 1970."""

    event: int
    kind: ActivityKind
    evidence: tuple[ActivityEvidence, ...]
    occur_ms: int


class Life(NamedTuple):
    """A work item from when it came, or was reopened, until it was closed.

    Parameters
    ----------
    begun
        By which event, and when.
    spells
        In the order of time, one following the other; the last goes on.
    entries
        Into stages, in the order of time; the first stage of its process is entered without one. No event tells of
        them yet: whoever knows of one adds it.
    done
        What is evidence, in the order in which it was recorded.
    closed
        By which event, and when; None: it is open.
    """

    begun: Occurrence
    spells: tuple[Spell, ...]
    entries: tuple[StageEntry, ...] = ()
    done: tuple[Done, ...] = ()
    closed: Occurrence | None = None

    @property
    def owner(self) -> str:
        """Who has it, or had it when it was closed; empty: nobody."""
        return self.spells[-1].rep


def lives_of(events: Iterable[Event]) -> list[Life]:
    """Return the lives of a work item, the earliest first.

    Parameters
    ----------
    events
        All of it, the oldest first.
    """
    lives = list[Life]()
    for event in events:
        if isinstance(event, Decision) and (not lives or event.head.cause is Cause.REOPENED):
            lives.append(_born(event))
        elif lives:
            lives[-1] = _with_event(lives[-1], event)
    return lives


def _born(decision: Decision) -> Life:
    return Life(Occurrence(decision.number, decision.since_ms), (_spell(decision),))


def _spell(decision: Decision) -> Spell:
    """Return the spell that a decision begins: of what is offered nobody's."""
    rep = decision.rep if decision.outcome is Outcome.ASSIGNED else ""
    return Spell(decision.number, rep, decision.pool, decision.since_ms)


def _with_event(life: Life, event: Event) -> Life:
    if isinstance(event, Completed):
        life = life._replace(closed=Occurrence(event.number, event.at_ms))
    elif isinstance(event, ActivityRecorded) and event.evidence:
        activity = event.activity
        done = Done(event.number, activity.kind, event.evidence, activity.occur_ms)
        life = life._replace(done=(*life.done, done))
    elif isinstance(event, OfferAnswered) and event.answer is Answer.ACCEPTED:
        life = _handed(life, Spell(event.offer, event.rep, event.pool, event.at_ms), event.workforce)
    elif isinstance(event, Decision):
        life = _decided(life, event)
    return life


def _decided(life: Life, decision: Decision) -> Life:
    """Return a life behind a decision that is not its first: what nobody else could take stays with its owner."""
    is_found = decision.outcome in (Outcome.ASSIGNED, Outcome.OFFERED)
    if not is_found and life.owner:
        return life
    return _handed(life, _spell(decision), decision.head.workforce_revision)


def _handed(life: Life, spell: Spell, workforce: int) -> Life:
    """Return a life in which a spell ended and another begins; ``workforce`` 0: nobody looked at it then."""
    ended = life.spells[-1]._replace(until_ms=spell.since_ms, workforce=workforce)
    return life._replace(spells=(*life.spells[:-1], ended, spell))
