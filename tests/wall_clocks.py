"""Open hours by looking at the clock on the wall, minute by minute: what the compiled ones are held to.

The clock is pytz's, whose zones are read by other code than the standard library's; it knows whole minutes only, which
leaves out Liberia before 1972. A clock that was set back has shown
every later time already; so a span begins and ends when the clock shows its bounds, or more, for the first time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytz

from router.model.calendars import Calendar, CalendarException, Hours, WeeklyHours

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
UTC_1970, UTC_2038 = 0, 2_145_916_800_000
NASTY = (
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # had no 30 December 2011
    "Africa/Casablanca",  # back for Ramadan
    "America/New_York",
    "Europe/Berlin",
    "Asia/Shanghai",  # summer times from 1986 to 1991
    "Antarctica/Troll",  # two hours
    "Asia/Kathmandu",  # a quarter of an hour, once
    "Asia/Beirut",  # at midnight, which does not exist then
    "Pacific/Kwajalein",  # had no 21 August 1993
)


def spans(*written: str) -> tuple[Hours, ...]:
    """Return spans written as ``09:00-18:00``."""
    return tuple(Hours(*map(_minutes, span.split("-"))) for span in written)


def _minutes(written: str) -> int:
    hour, minute = map(int, written.split(":"))
    return hour * 60 + minute


def calendar(
    zone: str, *written: str, days: str = "MTWTF--", exceptions: Mapping[str, Sequence[str]] | None = None
) -> Calendar:
    """Return a calendar with the same spans on each day of the week that has a letter."""
    weekly = [WeeklyHours(day, hours) for day, letter in enumerate(days) if letter != "-" for hours in spans(*written)]
    own = [CalendarException(day, spans(*hours)) for day, hours in (exceptions or {}).items()]
    return Calendar("c", zone, tuple(weekly), tuple(own))


def at(zone: str, written: str, fold: int = 0) -> int:
    """Return the instant that a zone's clocks show as ``2026-10-10 09:00``."""
    return int(datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()) * 1000


def seen(zone: str, at_ms: int | None) -> str:
    """Return what a zone's clocks show."""
    return "never" if at_ms is None else f"{wall(zone, at_ms):%a %Y-%m-%d %H:%M}"


@cache
def transitions(zone: str) -> tuple[int, ...]:
    """Return the instants from 1970 to 2037 at which a zone's clocks jump; none jumps twice within a week."""
    weeks = [(at_ms, _offset(zone, at_ms)) for at_ms in range(UTC_1970, UTC_2038, 7 * DAY)]
    return tuple(_jump(zone, a, b) for (a, before), (b, after) in pairwise(weeks) if before != after)


def _jump(zone: str, before: int, after: int) -> int:
    seconds = range(before, after + 1, 1000)
    return seconds[bisect_left(seconds, True, key=lambda at_ms: _offset(zone, at_ms) != _offset(zone, before))]


def _offset(zone: str, at_ms: int) -> timedelta:
    return wall(zone, at_ms) - datetime.fromtimestamp(at_ms / 1000, UTC).replace(tzinfo=None)


def wall(zone: str, at_ms: int) -> datetime:
    """Return what a zone's clocks show, without the zone."""
    return datetime.fromtimestamp(at_ms // 1000, pytz.timezone(zone)).replace(tzinfo=None)


def by_the_wall(calendar: Calendar, start: int, end: int, step: int) -> Iterator[tuple[int, bool]]:
    """Yield instants, and whether a calendar is open at each."""
    zone = calendar.time_zone
    latest = max(wall(zone, at_ms) for at_ms in range(start - 2 * DAY, start, HOUR))
    covered = list(_spans(calendar, latest.date() - timedelta(days=2), wall(zone, end).date() + timedelta(days=2)))
    for at_ms in range(start, end, step):
        latest = max(latest, wall(zone, at_ms))
        yield at_ms, any(opening <= latest < closing for opening, closing in covered)


def _spans(calendar: Calendar, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    for days in range((last - first).days + 1):
        day = datetime.combine(first, time()) + timedelta(days=days)
        for hours in hours_on(calendar, day.date()):
            end = hours.end + (1440 if hours.end <= hours.start else 0)
            yield day + timedelta(minutes=hours.start), day + timedelta(minutes=end)


def hours_on(calendar: Calendar, day: date) -> list[Hours]:
    """Return the hours of a date."""
    own = [exception.hours for exception in calendar.exceptions if exception.date == str(day)]
    return list(own[-1]) if own else [weekly.hours for weekly in calendar.weekly if weekly.day == day.weekday()]
