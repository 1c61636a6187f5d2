"""By when the owner of a work item is to make contact: read from a decision, whenever that is. Pure."""

from __future__ import annotations

from router.assignment.planner import Planner
from router.model.decision import Decision
from router.model.sealing import erased_attributes
from router.workforce.due import due_ms
from rules.durations import DurationTable
from rules.fields import Fact


def contact_due_ms(decision: Decision, planner: Planner) -> int | None:
    """Return the instant, in milliseconds since 1970.

    Parameters
    ----------
    planner
        At the revisions the decision names.

    Returns
    -------
    int or None
        None where nobody owns it, the route does not limit it, what it depends on is erased, or the owner's calendar
        has too little open time.
    """
    table = planner.route_of(decision.head.matched_rules).contact_within
    if table is None or decision.rep not in planner.roster.reps or table.by in erased_attributes(decision):
        return None
    fact = planner.fact_of(decision.head.item) if table.by else {}
    return due_of(table, fact, decision.rep, decision.pool, decision.at_ms, planner)


def due_of(table: DurationTable | None, fact: Fact, rep: str, pool: str, at_ms: int, planner: Planner) -> int | None:
    """Return by when a rep of a pool is to make contact who gets a work item at an instant; None: as they like."""
    duration, roster = table.of(fact) if table else None, planner.roster
    if duration is None:
        return None
    hours = roster.availability.hours_of(rep, roster.pools.get(pool))
    return due_ms(duration, at_ms, hours, roster.records.settings.time_zone)
