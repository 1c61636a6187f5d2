"""When something falls due: a duration from an instant on, by the hours that somebody works. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from router.model.calendars import MIDNIGHT, Calendar, TenantSettings
from router.model.errors import BeyondHorizon
from router.model.workforce import Pool, Rep
from router.workforce.open_hours import MINUTE_MS, open_hours
from rules.durations import UNIT_MS, Duration

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def calendar_of(
    rep: Rep, pool: Pool | None, calendars: Mapping[str, Calendar], settings: TenantSettings
) -> Calendar | None:
    """Return the calendar that a rep works by: their own, else the pool's, else the tenant's; None: at any time."""
    return calendars.get(rep.calendar or (pool.calendar if pool else "") or settings.calendar)


def due_ms(duration: Duration, start_ms: int, calendar: Calendar | None, time_zone: str) -> int | None:
    """Return the instant at which a duration ends that begins at a start, in milliseconds since 1970.

    Seconds, minutes and hours are those in which the calendar is open; a working day is the open time of one day, and
    a calendar day leads to the same time of a later day on the wall.

    Parameters
    ----------
    calendar
        By whose hours; None: it is open at any time, and a working day has 24 hours.
    time_zone
        Where there is no calendar, on whose wall.

    Returns
    -------
    int or None
        None where the calendar has less open time than that within the horizon, see ``open_hours``.
    """
    if duration.unit == "cd":
        return _days_later(start_ms, duration.amount, calendar.time_zone if calendar else time_zone)
    open_ms = duration.amount * (UNIT_MS.get(duration.unit) or _workday_ms(calendar, start_ms))
    if calendar is None:
        return start_ms + open_ms
    try:
        return open_hours(calendar).add(start_ms, open_ms) if open_ms else None
    except BeyondHorizon:
        return None


def _workday_ms(calendar: Calendar | None, start_ms: int) -> int:
    return open_hours(calendar).workday_ms(start_ms) if calendar else MIDNIGHT * MINUTE_MS


def _days_later(start_ms: int, days: int, time_zone: str) -> int:
    """Return the same time of a later day; one that clocks leave out there is as much later as they jump."""
    there = (_EPOCH + start_ms * _MS).astimezone(ZoneInfo(time_zone)).replace(fold=0)
    return ((there + timedelta(days=days)).astimezone(UTC) - _EPOCH) // _MS
