"""What a work item had waited for that was woken: the last event before that gave it a chance. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from router.assignment.availability import OffDuty
from router.assignment.explanation import plan_again
from router.assignment.planner import Planner
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
    """What came to pass, of or for whom it was given to."""

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
        The decision that found somebody, and the one before, that found nobody, or whose offer came to nothing.
    between
        The events before the later one, newest first, as far as they were read: no decision about the same work item.
    planner
        At the revisions that the later one names.
    """
    for event in between:
        match event:
            case Fired(item_id=item_id, name=name, due_ms=due_ms) if item_id == woken.item_id and name == WAKE:
                return _lifted(woken, waiting, due_ms, planner)
            case OfferAnswered(item_id=item_id) if item_id == woken.item_id:
                return Awaited.ANSWER
            case Completed(rep=rep) | Decision(freed=rep) if rep == woken.rep:
                return Awaited.ROOM
            case PresenceChanged(rep=rep, until_ms=None) if rep == woken.rep:
                return Awaited.RETURN
            case OfferAnswered(rep=rep) if rep == woken.rep:
                return Awaited.ROOM
            case ActivityRecorded(rep=rep, is_first_attempt=True) if rep == woken.rep:
                return Awaited.CAP
            case WorkforceChanged():
                return Awaited.WORKFORCE
            case RulesPublished():
                return Awaited.RULES
    return None


def _lifted(woken: Decision, waiting: Decision, due_ms: int, planner: Planner) -> Awaited | None:
    """Say what ended at the instant that a timer was for."""
    attempt = plan_again(woken, planner).attempts[len(woken.seen) - 1]
    roster, step = planner.roster, attempt.step
    before = roster.availability.off_duty(
        woken.rep, roster.pools.get(step.pool), due_ms - 1, counts_hours=step.counts_hours
    )
    if before is not None:
        return _ENDED[before]
    if any(block[1:3] == (Block.AWAY, due_ms) for seen in waiting.seen for block in seen.blocked):
        return Awaited.RETURN
    return Awaited.CAP if attempt.candidates.caps else None
