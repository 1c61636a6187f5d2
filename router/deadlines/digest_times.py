"""When lists of what falls due are made, and what falls into them. Pure.

All three go by dates on the clocks of whoever they are for: a date on which their hours begin is a working day. Leave
changes none of that: the list of who is on leave goes to who is above them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from router.model.calendars import MIDNIGHT
from router.model.digests import DigestKind
from router.workforce.open_hours import HORIZON_MS, MINUTE_MS, OpenHours

HOLIDAYS_AT, TOMORROW_AT = 14 * 60, 16 * 60
"""When lists are made on a working day, in minutes of it."""
LONG_MS = 72 * 60 * MINUTE_MS
"""Closed for longer than that is more than a weekend, in milliseconds."""
_ONE_DAY = timedelta(days=1)
_HORIZON_DAYS = HORIZON_MS // (MIDNIGHT * MINUTE_MS)


class DueDigest(NamedTuple):
    """When a list falls due, and what falls into it: what is due from a start on, before an end.

    Times in milliseconds since 1970. ``with_late``: what was due before the list was is in it, too.
    """

    due_ms: int
    start_ms: int
    end_ms: int
    with_late: bool

    def holds(self, due_ms: int) -> bool:
        """Say whether something falls into it that runs and is due at an instant."""
        return self.start_ms <= due_ms < self.end_ms or (self.with_late and due_ms <= self.due_ms)


@lru_cache(maxsize=4096)
def next_digest(kind: DigestKind, hours: OpenHours, after_ms: int) -> DueDigest | None:
    """Return the first list of a kind that falls due after an instant; None: not as far as a calendar looks.

    Parameters
    ----------
    hours
        Of whoever it is for.
    after_ms
        In milliseconds since 1970.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from router.model.calendars import Calendar, Hours, WeeklyHours
    >>> nine_to_six = tuple(WeeklyHours(day, Hours(9 * 60, 18 * 60)) for day in range(5))
    >>> hours = OpenHours(Calendar("office", "UTC", nine_to_six))
    >>> friday_noon = int(datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp()) * 1000
    >>> due = next_digest(DigestKind.TOMORROW, hours, friday_noon)
    >>> for at_ms in due.due_ms, due.end_ms:
    ...     print(datetime.fromtimestamp(at_ms // 1000, UTC))
    2026-11-27 16:00:00+00:00
    2026-11-30 18:00:00+00:00
    """
    first = hours.date_at(after_ms) - _ONE_DAY
    found = (_ON_DAY[kind](hours, day) for day in _working_days(hours, first))
    return next((digest for digest in found if digest and digest.due_ms > after_ms), None)


def last_digest(kind: DigestKind, hours: OpenHours, after_ms: int, until_ms: int) -> DueDigest | None:
    """Return the last list of a kind that falls due after an instant and until another; None: none does."""
    last, following = None, next_digest(kind, hours, after_ms)
    while following and following.due_ms <= until_ms:
        last, following = following, next_digest(kind, hours, following.due_ms)
    return last


def _of_day(hours: OpenHours, day: date) -> DueDigest | None:
    opening, closing = hours.opening_on(day), hours.closing_on(day)
    if opening is None or closing is None:
        return None
    return DueDigest(opening, opening, max(closing, hours.wall_time(day + _ONE_DAY, 0)), with_late=True)


def _before_holidays(hours: OpenHours, day: date) -> DueDigest | None:
    closing = hours.closing_on(day)
    opening = None if closing is None else hours.next_opening(closing)
    if closing is None or (opening is not None and opening - closing <= LONG_MS):
        return None
    end_ms = closing + HORIZON_MS if opening is None else opening
    return DueDigest(hours.wall_time(day, HOLIDAYS_AT), closing, end_ms, with_late=True)


def _of_tomorrow(hours: OpenHours, day: date) -> DueDigest | None:
    following = next(_working_days(hours, day + _ONE_DAY), None)
    closing = hours.closing_on(following) if following else None
    due_ms = hours.wall_time(day, TOMORROW_AT)
    return None if closing is None else DueDigest(due_ms, due_ms + 1, closing + 1, with_late=False)


_ON_DAY = {
    DigestKind.DAY: _of_day,
    DigestKind.HOLIDAYS: _before_holidays,
    DigestKind.TOMORROW: _of_tomorrow,
}
"""What a working day brings, if it brings any."""


def _working_days(hours: OpenHours, first: date) -> Iterator[date]:
    days = min(_HORIZON_DAYS, (date.max - first).days - 2)
    return (day for day in (first + timedelta(days=each) for each in range(days)) if hours.opening_on(day) is not None)
