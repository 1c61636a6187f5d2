"""From when on somebody can be expected to make contact about a work item. Pure; worked out when a decision is read."""

from __future__ import annotations

from collections.abc import Iterator

from router.assignment.contact import ContactTime, contact_time
from router.assignment.explanation import plan_again
from router.assignment.planner import Attempt, Planner
from router.model.decision import Decision, Outcome


def expected_contact(decision: Decision, planner: Planner) -> ContactTime | None:
    """Return when a decision's owner first works, or somebody first comes on duty who could have what waits.

    None where nobody has hours or leave, where the work item is nobody's and does not wait, where somebody is on duty
    and it waits for something else, and where no calendar looks so far ahead.

    Parameters
    ----------
    planner
        At the revisions the decision names.
    """
    roster = planner.roster
    if not roster.availability.has_hours or decision.outcome is Outcome.OFFERED:
        return None
    if decision.rep:
        at_ms = roster.availability.first_there(decision.rep, roster.pools.get(decision.pool), decision.since_ms)
        return None if at_ms is None else contact_time(planner, decision.rep, decision.pool, at_ms)
    if decision.outcome is not Outcome.WAITING:
        return None
    attempts = plan_again(decision, planner).attempts
    if any(attempt.candidates.reps for attempt in attempts):
        return None
    return min((come for attempt in attempts for come in _coming(attempt, planner, decision.at_ms)), default=None)


def _coming(attempt: Attempt, planner: Planner, at_ms: int) -> Iterator[ContactTime]:
    """Yield when those come on duty who fit."""
    step, candidates = attempt.step, attempt.candidates
    pool = planner.roster.pools.get(step.pool)
    buffer_ms = pool.leave_buffer_ms if pool else 0
    for rep in (*candidates.outside_hours, *candidates.on_leave):
        first_ms = planner.roster.availability.first_there(
            rep, pool, at_ms, counts_hours=step.counts_hours, buffer_ms=buffer_ms
        )
        if first_ms is not None:
            yield contact_time(planner, rep, step.pool, first_ms)
