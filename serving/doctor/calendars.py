"""Are the days of calendars official for a while yet? Judges them by their dates. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from fairlead.wording import counted
from router.model.calendars import Calendar
from serving.doctor.finding import Finding, good, mind

_NOTICE_DAYS = 60
"""How long beforehand it is worth a word: the State Council says China's days for the next year in November."""


def judge_calendars(tenant: str, calendars: Iterable[Calendar], today: date) -> Iterator[Finding]:
    """Judge the calendars of a tenant; those whose days depend on nobody need no judging."""
    dated = [calendar for calendar in calendars if calendar.official_until]
    ending = [calendar for calendar in dated if _days_left(calendar, today) <= _NOTICE_DAYS]
    for calendar in ending:
        yield mind("calendar", f"{tenant}/{calendar.id}: {_said(calendar, today)}", _advice(tenant, calendar))
    if dated and not ending:
        first = min(calendar.official_until for calendar in dated)
        yield good("calendars", f"{tenant}: official until {first} at least")


def _days_left(calendar: Calendar, today: date) -> int:
    return (date.fromisoformat(calendar.official_until) - today).days


def _said(calendar: Calendar, today: date) -> str:
    left = _days_left(calendar, today)
    if left < 0:
        return f"its days were official until {calendar.official_until}, {counted(-left, 'day')} ago"
    return f"its days are official until {calendar.official_until}, {counted(left, 'more day')}"


def _advice(tenant: str, calendar: Calendar) -> str:
    year = int(calendar.official_until[:4]) + (calendar.official_until[5:] >= "07")
    command = f"fairlead calendars import {calendar.id} --country CODE --years {year} --tenant {tenant}"
    return f"bring in the next days once they are said: {command}"
