"""A calendar's next days, as a person reads them: hours, what is off, what makes up for it 调休."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from fairlead.v1 import calendars_pb2 as calendars

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of a calendar."""

    date: str
    weekday: str
    hours: str
    remark: str


def days_of(calendar: calendars.Calendar, first: date, count: int) -> Iterator[CalendarDay]:
    """Yield days from a date on.

    Examples
    --------
    >>> calendar = calendars.Calendar(
    ...     weekly=[calendars.WeeklyHours(day=5, start="09:00", end="18:00")],
    ...     exceptions=[calendars.CalendarException(date="2026-10-02", display_name="国庆节")],
    ...     official_until="2026-12-31",
    ... )
    >>> for day in days_of(calendar, date(2026, 10, 1), 2):
    ...     print(day.date, day.weekday, day.hours, day.remark or "-")
    2026-10-01 Thu off -
    2026-10-02 Fri closed 国庆节
    """
    exceptions = {exception.date: exception for exception in calendar.exceptions}
    for day in (first + timedelta(days=number) for number in range(count)):
        weekly = _hours(hours for hours in calendar.weekly if hours.day == day.isoweekday())
        own = exceptions.get(day.isoformat())
        remarks = [own.display_name, _kind(own, weekly)] if own else []
        if calendar.official_until and day.isoformat() > calendar.official_until:
            remarks.append("not official yet")
        hours = (_hours(own.hours) or "closed") if own else (weekly or "off")
        yield CalendarDay(day.isoformat(), _WEEKDAYS[day.weekday()], hours, ", ".join(filter(None, remarks)))


def brought_in(before: calendars.Calendar, after: calendars.Calendar) -> list[CalendarDay]:
    """Return the days whose exception is new or another.

    Examples
    --------
    >>> before = calendars.Calendar(exceptions=[calendars.CalendarException(date="2026-10-01")])
    >>> after = calendars.Calendar(exceptions=[*before.exceptions, calendars.CalendarException(date="2026-10-02")])
    >>> [(day.date, day.hours) for day in brought_in(before, after)]
    [('2026-10-02', 'closed')]
    """
    former = {exception.date: exception for exception in before.exceptions}
    changed = [exception.date for exception in after.exceptions if former.get(exception.date) != exception]
    return [day for each in changed for day in days_of(after, date.fromisoformat(each), 1)]


def taken_out(before: calendars.Calendar, after: calendars.Calendar) -> list[CalendarDay]:
    """Return the days that have no exception any more, as they were."""
    left = {exception.date for exception in after.exceptions}
    gone = [exception.date for exception in before.exceptions if exception.date not in left]
    return [day for each in gone for day in days_of(before, date.fromisoformat(each), 1)]


def _hours(spans: object) -> str:
    return ", ".join(f"{span.start}-{span.end}" for span in sorted(spans, key=lambda span: span.start))  # type: ignore[call-overload]


def _kind(exception: calendars.CalendarException, weekly: str) -> str:
    if not exception.hours:
        return ""
    return "other hours" if weekly else "make-up workday 调休"


def officially(calendar: calendars.Calendar) -> str:
    """Say until when the days of a calendar are official."""
    if not calendar.official_until:
        return "its days do not depend on anybody"
    return f"its days are official until {calendar.official_until}"
