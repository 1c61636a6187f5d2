"""By when the owner of a work item is to make contact: read from a decision, whenever that is. Pure."""

from __future__ import annotations

from typing import NamedTuple

from router.assignment.planner import Planner
from router.model.decision import Decision, Outcome
from router.model.sealing import erased_attributes
from router.workforce.due import due_ms
from rules.durations import DurationTable
from rules.fields import Fact


class ContactTime(NamedTuple):
    """An instant, in milliseconds since 1970, that follows from somebody's hours.

    ``official_until`` is the last official date of their calendar, where the instant lies behind it; else empty.
    """

    at_ms: int
    official_until: str = ""


def contact_due(decision: Decision, planner: Planner) -> ContactTime | None:
    """Return the instant.

    Parameters
    ----------
    planner
        At the revisions the decision names.

    Returns
    -------
    ContactTime or None
        None where nobody owns it, the route does not limit it, what it depends on is erased, or the owner's calendar
        has too little open time.
    """
    if decision.head.pool or decision.head.item.opened_by is not None:  # no rule was asked
        return None
    table = planner.route_of(decision.head.matched_rules).contact_within
    is_owned = decision.outcome is not Outcome.OFFERED and decision.rep in planner.roster.reps
    if table is None or not is_owned or table.by in erased_attributes(decision):
        return None
    fact = planner.fact_of(decision.head.item) if table.by else {}
    at_ms = due_of(table, fact, decision.rep, decision.pool, decision.since_ms, planner)
    return None if at_ms is None else contact_time(planner, decision.rep, decision.pool, at_ms)


def contact_time(planner: Planner, rep: str, pool: str, at_ms: int) -> ContactTime:
    """Return an instant with how official the days of a rep's calendar are then."""
    roster = planner.roster
    return ContactTime(at_ms, roster.availability.official_until(rep, roster.pools.get(pool), at_ms))


def due_of(table: DurationTable | None, fact: Fact, rep: str, pool: str, at_ms: int, planner: Planner) -> int | None:
    """Return by when a rep of a pool is to make contact who gets a work item at an instant; None: as they like."""
    duration, roster = table.of(fact) if table else None, planner.roster
    if duration is None:
        return None
    hours = roster.availability.hours_of(rep, roster.pools.get(pool))
    return due_ms(duration, at_ms, hours, roster.records.settings.time_zone)
