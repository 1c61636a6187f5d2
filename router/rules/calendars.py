"""Calendars as people write them, in files and beside tests → calendars.

Hours are written short: ``weekly: {mon-fri: 09:00-18:00}``, several spans of a day as a list, one over midnight as
``22:00-06:00``; a date among the exceptions has hours of its own, ``[]`` for none, or ``{hours: …, name: …}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from router.model.calendars import Calendar, CalendarException, Hours, WeeklyHours, time_text
from router.rules.forms import CalendarForm, ExceptionForm, Spans
from router.workforce.spans import overlap_of_day, overlap_of_week
from rules.arrival import WEEKDAYS, zone
from rules.problems import shown
from rules.report import Path, Report

_SPAN = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
_DAYS = re.compile(rf"({'|'.join(WEEKDAYS)})(?:-({'|'.join(WEEKDAYS)}))?")
_SPANS_ALLOWED = "hours such as 09:00-18:00 or [09:00-12:00, 13:00-24:00], 00:00-24:00 for a whole day, [] for none"


class CalendarCompiler:
    """Compiles the calendars of one document; what is wrong goes to the report."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def zone(self, name: str, path: Path) -> str:
        """Return a zone's name; UTC where there is none of that name."""
        try:
            return zone(name).key
        except ValueError as error:
            self._report.error(path, str(error))
            return "UTC"

    def calendar(self, id_: str, form: CalendarForm, path: Path, time_zone: str = "UTC") -> Calendar:
        """Compile a calendar, in the zone given where it names none."""
        exceptions = tuple(self._exceptions(form.exceptions, (*path, "exceptions")))
        if form.official_until:
            self._date(form.official_until, (*path, "official_until"))
        return Calendar(
            id_,
            self.zone(form.time_zone or time_zone, (*path, "time_zone")),
            self._weekly(form.weekly, (*path, "weekly")),
            exceptions,
            form.name,
            form.official_until,
        )

    def _weekly(self, weekly: Mapping[str, Spans], path: Path) -> tuple[WeeklyHours, ...]:
        hours, places = list[WeeklyHours](), list[Path]()
        for key, spans in weekly.items():
            days = _days(key)
            if not days:
                allowed = f"{', '.join(WEEKDAYS)}, or from one to another as mon-fri"
                self._report.error((*path, key), f"found {shown(key)}; allowed are {allowed}", of_key=True)
            each_day = list(self._hours(spans, (*path, key)))
            hours += [WeeklyHours(day, each) for day in days for _, each in each_day]
            places += [place for _ in days for place, _ in each_day]
        if overlap := overlap_of_week(hours):
            first, second = (f"{WEEKDAYS[hours[each].day]} {_text(hours[each].hours)}" for each in overlap)
            self._overlaps(places[overlap[1]], first, second)
        return tuple(hours)

    def _exceptions(self, exceptions: Mapping[str, ExceptionForm | Spans], path: Path) -> Iterator[CalendarException]:
        for key, value in exceptions.items():
            form = value if isinstance(value, ExceptionForm) else ExceptionForm(hours=value)
            at: Path = (*path, key, "hours") if value is form else (*path, key)
            day, hours = self._date(key, (*path, key), of_key=True), list(self._hours(form.hours, at))
            if overlap := overlap_of_day([each for _, each in hours]):
                first, second = (_text(hours[each][1]) for each in overlap)
                self._overlaps(hours[overlap[1]][0], first, second)
            if day:
                yield CalendarException(day, tuple(each for _, each in hours), form.name)

    def _date(self, text: str, path: Path, *, of_key: bool = False) -> str:
        """Return a date; empty: it is none."""
        try:
            if (day := date.fromisoformat(text).isoformat()) == text:
                return day
        except ValueError:
            pass
        self._report.error(path, f"found {shown(text)}; a date such as 2026-10-10 is expected", of_key=of_key)
        return ""

    def _hours(self, spans: Spans, path: Path) -> Iterator[tuple[Path, Hours]]:
        """Yield spans, each with its place."""
        for number, text in enumerate([spans] if isinstance(spans, str) else spans):
            if span := _span(text):
                yield (*path, number), span
            else:
                self._report.error((*path, number), f"found {shown(text)}; allowed are {_SPANS_ALLOWED}")

    def _overlaps(self, path: Path, first: str, second: str) -> None:
        self._report.error(path, f"{second} overlaps {first}: spans may meet, and not overlap")


def _text(hours: Hours) -> str:
    return f"{time_text(hours.start)}-{time_text(hours.end)}"


def _span(text: str) -> Hours | None:
    """Read hours; None: they are none, or end where they start, which may mean nothing or a day."""
    if not _SPAN.fullmatch(text):
        return None
    start, end = (int(hour) * 60 + int(minute) for hour, minute in re.findall("(..):(..)", text))
    return Hours(start, end) if start != end else None


def _days(key: str) -> Sequence[int]:
    """Return the days of a key, 0 for Monday; they may run over the end of the week."""
    match = _DAYS.fullmatch(key)
    if match is None:
        return ()
    first, last = WEEKDAYS.index(match[1]), WEEKDAYS.index(match[2] or match[1])
    return [day % 7 for day in range(first, last + 1 + 7 * (last < first))]
