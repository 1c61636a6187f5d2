"""Days from elsewhere brought into a calendar. Pure."""

from __future__ import annotations

from dataclasses import replace

from router.model.calendars import Calendar
from router.workforce.country_days import CountryDays


def with_days(calendar: Calendar, days: CountryDays) -> Calendar:
    """Return a calendar with other days: they take the place of the exceptions of their dates.

    What came from the same source before, of the years they are of, and is not among them any more, goes: a day that
    was moved is no longer off where it was. All others stay, those entered by hand and those of another source.

    It is official until the later of what it said and what they say: days of an earlier year take nothing back.

    Examples
    --------
    >>> from router.model.calendars import CalendarException
    >>> fair, founding = CalendarException("2026-03-02"), CalendarException("2026-05-01", (), "company's day")
    >>> moved = CalendarException("2026-05-04", source="country:FR")
    >>> labour = CalendarException("2026-05-01", (), "Labour Day", "country:FR")
    >>> days = CountryDays((labour,), "2026-12-31", frozenset({2026}))
    >>> after = with_days(Calendar("c", exceptions=(fair, founding, moved)), days)
    >>> [exception.display_name or exception.date for exception in after.exceptions], after.official_until
    (['2026-03-02', 'Labour Day'], '2026-12-31')
    """
    sources = {day.source for day in days.exceptions if day.source}
    kept = (day for day in calendar.exceptions if day.source not in sources or int(day.date[:4]) not in days.years)
    by_date = {exception.date: exception for exception in (*kept, *days.exceptions)}
    exceptions = tuple(by_date[date] for date in sorted(by_date))
    official_until = max(calendar.official_until, days.official_until)
    return replace(calendar, exceptions=exceptions, official_until=official_until)
