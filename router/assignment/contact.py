"""By when the owner of a work item is to make contact: read from a decision, whenever that is. Pure."""

from __future__ import annotations

from router.assignment.planner import Planner
from router.model.decision import Decision
from router.model.sealing import erased_attributes
from router.workforce.due import calendar_of, due_ms


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
    owner = planner.roster.reps.get(decision.rep)
    if table is None or owner is None or table.by in erased_attributes(decision):
        return None
    duration = table.of(planner.fact_of(decision.head.item) if table.by else {})
    if duration is None:
        return None
    records = planner.roster.records
    calendar = calendar_of(owner, records.pools.get(decision.pool), records.calendars, records.settings)
    return due_ms(duration, decision.at_ms, calendar, records.settings.time_zone)
