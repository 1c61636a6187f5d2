"""Numbers and dates in the one form in which rules and facts meet.

Both sides go through these functions, so that what is equal on paper is equal to every engine: numbers are rounded
to four decimals and whole ones become ints, dates become epoch seconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rules.limits import DECIMALS, MAX_NUMBER

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)

_WALL = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})?)?"
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = (datetime(9998, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
"""What is a year later still has a date."""

NUMBER_ALLOWED = "a number between -10^15 and 10^15"
DATE_ALLOWED = "a date such as 2024-05-01 or 2024-05-01T08:30:00+08:00"
INSTANT_ALLOWED = "a time such as 2026-10-10T10:00+08:00, or 2026-10-10T10:00 in the tenant's zone"


def as_number(value: object) -> float | int | None:
    """Return the number as engines see it; None if it is none that is allowed (a bool is no number).

    Examples
    --------
    >>> as_number(60.0), as_number(1.23456), as_number(-0.0), as_number(True), as_number(float("nan"))
    (60, 1.2346, 0, None, None)

    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MAX_NUMBER < value < MAX_NUMBER:
        return None
    rounded = round(value, DECIMALS)
    return int(rounded) if rounded == int(rounded) else rounded


def as_epoch(value: object) -> float | int | None:
    """Return epoch seconds of a date (its midnight in UTC) or an instant [1]_; None if it is neither.

    References
    ----------
    .. [1] RFC 3339, "Date and Time on the Internet: Timestamps", https://www.rfc-editor.org/rfc/rfc3339

    Examples
    --------
    >>> as_epoch("1970-01-02"), as_epoch("1970-01-01T08:00:00.5+08:00"), as_epoch("2024-02-30")
    (86400, 0.5, None)

    """
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        if _DATE.fullmatch(value):
            return as_number(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp())
        if _INSTANT.fullmatch(value):
            return as_number(datetime.fromisoformat(value.upper()).timestamp())
    except (ValueError, OverflowError):
        return None
    return None


def as_instant_ms(value: object, time_zone: str) -> int | None:
    """Return the milliseconds since 1970 of a time as people write it, on the clocks of a zone if it names no other.

    A date alone is its midnight; None: it is none of these, or lies before 1970 or behind 9997.

    Examples
    --------
    >>> as_instant_ms("1970-01-01T10:00+08:00", "UTC"), as_instant_ms("1970-01-01 10:00", "Asia/Shanghai")
    (7200000, 7200000)
    """
    if not isinstance(value, str) or len(value) > 64 or not _WALL.fullmatch(value):
        return None
    try:
        written = datetime.fromisoformat(value.upper())
        instant = written if written.tzinfo else written.replace(tzinfo=ZoneInfo(time_zone))
        at_ms = (instant - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None
    return at_ms if 0 <= at_ms < _LAST_MS else None


def from_epoch(seconds: float) -> str | float:
    """Write epoch seconds as ``as_epoch`` reads them: a date where it is midnight in UTC, an instant elsewhere.

    What lies beyond the years 1 to 9999, to which an offset may lead, stays a number.

    Examples
    --------
    >>> from_epoch(86400), from_epoch(0.5), from_epoch(10**12)
    ('1970-01-02', '1970-01-01T00:00:00.500000Z', 1000000000000)

    """
    try:
        instant = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return seconds
    if not seconds % 86400:
        return instant.date().isoformat()
    return instant.isoformat().replace("+00:00", "Z")
