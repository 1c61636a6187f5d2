"""What a work item had waited for that was woken: the last event before that gave it a chance. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from router.assignment.availability import OffDuty
from router.assignment.explanation import plan_again, replay
from router.assignment.planner import Attempt, Planner
from router.model.decision import Block, Decision
from router.model.events import (
    WAKE,
    ActivityRecorded,
    Completed,
    Event,
    Fired,
    OfferAnswered,
    PresenceChanged,
    RulesPublished,
    WorkforceChanged,
)


class Awaited(StrEnum):
    """What came to pass, of or for whom it was given to, or one of those whom it was offered to."""

    HOURS = "HOURS"
    LEAVE = "LEAVE"
    RETURN = "RETURN"
    CAP = "CAP"
    ROOM = "ROOM"
    WORKFORCE = "WORKFORCE"
    RULES = "RULES"
    ANSWER = "ANSWER"


_ENDED = {OffDuty.OUTSIDE_HOURS: Awaited.HOURS, OffDuty.ON_LEAVE: Awaited.LEAVE}


def awaited(woken: Decision, waiting: Decision, between: Iterable[Event], planner: Planner) -> Awaited | None:
    """Say what a work item had waited for; None: the events do not tell.

    Parameters
    ----------
    woken, waiting
        The decision that found somebody, or many whom it is offered to, and the one before, that found nobody, or
        whose offer came to nothing. One that found nobody had waited for nothing that came.
    between
        The events before the later one, newest first, as far as they were read: no decision about the same work item.
    planner
        At the revisions that the later one names.
    """
    if not woken.seen:
        return None
    attempt, takers = _found(woken, planner)
    if not takers:
        return None
    for event in between:
        match event:
            case Fired(item_id=item_id, name=name, due_ms=due_ms) if item_id == woken.item_id and name == WAKE:
                return _lifted(attempt, takers, due_ms, planner) or _allowed(woken, waiting, attempt, due_ms)
            case OfferAnswered(item_id=item_id) if item_id == woken.item_id:
                return Awaited.ANSWER
            case Completed(rep=rep) | Decision(freed=rep) if rep in takers:
                return Awaited.ROOM
            case PresenceChanged(rep=rep, until_ms=None) if rep in takers:
                return Awaited.RETURN
            case OfferAnswered(rep=rep) if rep in takers:
                return Awaited.ROOM
            case ActivityRecorded(rep=rep, is_first_attempt=True) if rep in takers:
                return Awaited.CAP
            case WorkforceChanged():
                return Awaited.WORKFORCE
            case RulesPublished():
                return Awaited.RULES
    return None


def _found(woken: Decision, planner: Planner) -> tuple[Attempt, Sequence[str]]:
    """Return in which attempt somebody was found, and whom: all to whom it is offered; empty: nobody."""
    plan = plan_again(woken, planner)
    attempt = plan.attempts[len(woken.seen) - 1]
    if woken.rep:
        return attempt, (woken.rep,)
    return attempt, [attempt.candidates.reps[position] for position in replay(woken, plan).audience]


def _lifted(attempt: Attempt, takers: Iterable[str], due_ms: int, planner: Planner) -> Awaited | None:
    """Say what ended for somebody at the instant that a timer was for; None: nothing that their calendars tell."""
    roster, step = planner.roster, attempt.step
    pool = roster.pools.get(step.pool)
    for rep in takers:
        before = roster.availability.off_duty(rep, pool, due_ms - 1, counts_hours=step.counts_hours)
        if before is not None:
            return _ENDED[before]
    return None


def _allowed(woken: Decision, waiting: Decision, attempt: Attempt, due_ms: int) -> Awaited | None:
    """Say what else an instant allowed: somebody was back, those who had refused may be asked again, a cap lifted."""
    if any(block[1:3] == (Block.AWAY, due_ms) for seen in waiting.seen for block in seen.blocked):
        return Awaited.RETURN
    if _rounds(waiting) - _rounds(woken):
        return Awaited.ANSWER
    return Awaited.CAP if attempt.candidates.caps else None


def _rounds(decision: Decision) -> set[int]:
    """Return for how many refusals some were not asked."""
    return {block[2] for seen in decision.seen for block in seen.blocked if block[1] == Block.OFFER_REFUSED}
