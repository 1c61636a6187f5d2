"""When an open offer lapses: as long after it was made as its pool said then, by the calendars of now. Pure."""

from __future__ import annotations

from router.assignment.roster import Roster
from router.model.dispatch import DispatchClock, OpenOffer
from router.model.errors import BeyondHorizon
from router.workforce.open_hours import OpenHours


def expires_ms(roster: Roster, offer: OpenOffer) -> int:
    """Return when an offer lapses, in milliseconds since 1970; 0: never, or not as far as a calendar looks."""
    if not offer.timeout_ms:
        return 0
    hours = _hours_of(roster, offer)
    if hours is None:
        return offer.at_ms + offer.timeout_ms
    try:
        return hours.add(offer.at_ms, offer.timeout_ms)
    except BeyondHorizon:
        return 0


def _hours_of(roster: Roster, offer: OpenOffer) -> OpenHours | None:
    """Return by whose hours an offer lapses; None: by the clock on the wall."""
    pool = roster.pools.get(offer.pool)
    if offer.clock is DispatchClock.WALL:
        return None
    if offer.clock is DispatchClock.REP and offer.rep in roster.reps:
        return roster.availability.hours_of(offer.rep, pool)
    return roster.availability.shared_hours(pool)
