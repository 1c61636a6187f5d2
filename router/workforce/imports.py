"""Days from elsewhere brought into a calendar. Pure."""

from __future__ import annotations

from dataclasses import replace

from router.model.calendars import Calendar
from router.workforce.country_days import CountryDays


def with_days(calendar: Calendar, days: CountryDays) -> Calendar:
    """Return a calendar with other days: they take the place of the exceptions of their dates, the others stay.

    It is official until the later of what it said and what they say: days of an earlier year take nothing back.

    Examples
    --------
    >>> from router.model.calendars import CalendarException
    >>> fair, founding = CalendarException("2026-03-02"), CalendarException("2026-05-01", (), "company's day")
    >>> labour = CalendarException("2026-05-01", (), "Labour Day")
    >>> after = with_days(Calendar("c", exceptions=(fair, founding)), CountryDays((labour,), "2026-12-31"))
    >>> [exception.display_name or exception.date for exception in after.exceptions], after.official_until
    (['2026-03-02', 'Labour Day'], '2026-12-31')
    """
    by_date = {exception.date: exception for exception in (*calendar.exceptions, *days.exceptions)}
    exceptions = tuple(by_date[date] for date in sorted(by_date))
    official_until = max(calendar.official_until, days.official_until)
    return replace(calendar, exceptions=exceptions, official_until=official_until)
