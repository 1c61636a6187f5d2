"""When something falls due: a duration from an instant on, by the hours that somebody works. Pure."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from router.model.calendars import MIDNIGHT
from router.model.errors import BeyondHorizon
from router.workforce.open_hours import HORIZON_MS, MINUTE_MS, OpenHours
from rules.durations import UNIT_MS, Duration

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_FAR, _PAUSE_MS = 6, 14 * MIDNIGHT * MINUTE_MS
"""An open time usually lies within so many times its length and a holiday."""


def due_ms(duration: Duration, start_ms: int, hours: OpenHours | None, time_zone: str) -> int | None:
    """Return the instant at which a duration ends that begins at a start, in milliseconds since 1970.

    Seconds, minutes and hours are those in which somebody works; a working day is the open time of one day, and
    a calendar day leads to the same time of a later day on the wall.

    Parameters
    ----------
    hours
        In which they work; None: at any time, and a working day has 24 hours.
    time_zone
        On whose wall calendar days are, where there is no calendar.

    Returns
    -------
    int or None
        None where the calendar has less open time than that within the horizon, see ``open_hours``.
    """
    if duration.unit == "cd":
        return days_later(start_ms, duration.amount, hours.calendar.time_zone if hours else time_zone)
    open_ms = open_time_ms(duration, start_ms, hours)
    return later_ms(start_ms, open_ms, hours) if open_ms else None


def open_time_ms(duration: Duration, start_ms: int, hours: OpenHours | None) -> int:
    """Return how much open time a duration is that begins at a start, and is not one of calendar days."""
    return duration.amount * (UNIT_MS.get(duration.unit) or _workday_ms(hours, start_ms))


def later_ms(start_ms: int, open_ms: int, hours: OpenHours | None) -> int | None:
    """Return the first instant with so much open time between a start and it; None: not within the horizon."""
    if hours is None:
        return start_ms + open_ms
    try:
        return hours.add(start_ms, open_ms)
    except BeyondHorizon:
        return None


def earlier_ms(end_ms: int, open_ms: int, hours: OpenHours | None) -> int | None:
    """Return the last instant with so much open time, more than none, between it and an end; None: not within the
    horizon.

    That which is followed by a whole span begins with it, not as the span before ended.
    """
    if hours is None:
        return end_ms - open_ms
    for far_ms in (min(_FAR * open_ms + _PAUSE_MS, HORIZON_MS), HORIZON_MS):
        starts = range(end_ms - far_ms, end_ms)
        place = bisect_right(starts, -open_ms, key=lambda start_ms: -hours.elapsed(start_ms, end_ms))
        if place:
            return starts[place - 1]
    return None


def elapsed_ms(start_ms: int, end_ms: int, hours: OpenHours | None) -> int | None:
    """Return the open time between two instants; None: they are too far from one another."""
    if hours is None:
        return max(end_ms - start_ms, 0)
    try:
        return hours.elapsed(start_ms, end_ms)
    except BeyondHorizon:
        return None


def _workday_ms(hours: OpenHours | None, start_ms: int) -> int:
    return hours.workday_ms(start_ms) if hours else MIDNIGHT * MINUTE_MS


def days_later(start_ms: int, days: int, time_zone: str) -> int:
    """Return the same time of a later day, or, where days are negative, of an earlier one.

    A time that clocks leave out there is as much later as they jump.
    """
    there = (_EPOCH + start_ms * _MS).astimezone(ZoneInfo(time_zone)).replace(fold=0)
    return ((there + timedelta(days=days)).astimezone(UTC) - _EPOCH) // _MS
