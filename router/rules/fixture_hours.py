"""When the people of rule tests work, as written → calendars and absences.

Hours are written short here: ``weekly: {mon-fri: 09:00-18:00}``, several spans of a day as a list, one over midnight as
``22:00-06:00``; a date among the exceptions has hours of its own, ``[]`` for none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from router.model.calendars import Absence, Calendar, CalendarException, Hours, WeeklyHours
from router.rules.forms import AbsenceForm, CalendarForm, Spans, WorkforceForm
from rules.arrival import WEEKDAYS, zone
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.values import INSTANT_ALLOWED, as_instant_ms

_SPAN = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
_DAYS = re.compile(rf"({'|'.join(WEEKDAYS)})(?:-({'|'.join(WEEKDAYS)}))?")
_SPANS_ALLOWED = "hours such as 09:00-18:00 or [09:00-12:00, 13:00-24:00], 00:00-24:00 for a whole day, [] for none"


class HoursCompiler:
    """Compiles when the people of one document's tests work; what is wrong goes to the report."""

    def __init__(self, form: WorkforceForm, report: Report) -> None:
        self._form = form
        self._report = report
        self.time_zone = self._zone(form.time_zone or "UTC", ("workforce", "time_zone"))

    def calendars(self) -> Mapping[str, Calendar]:
        """Compile the calendars, by id."""
        return {
            id_: self._calendar(id_, form, ("workforce", "calendars", id_))
            for id_, form in self._form.calendars.items()
        }

    def absences(self) -> Mapping[str, Absence]:
        """Compile the absences, by id."""
        made = (
            self._absence(f"{rep}/{number}", form, ("workforce", "absences", rep, number))
            for rep, forms in self._form.absences.items()
            for number, form in enumerate(forms)
        )
        for rep in self._form.absences:
            if rep not in self._form.reps:
                fault = f"there is no rep {shown(rep)} among the workforce's reps"
                self._report.error(("workforce", "absences", rep), fault, of_key=True)
        return {absence.id: absence for absence in made if absence is not None}

    def calendar_of(self, name: object, path: Path) -> str:
        """Return the name of a calendar at a path; empty for none."""
        if name is None:
            return ""
        if not isinstance(name, str) or name not in self._form.calendars:
            there = known_names(self._form.calendars)
            self._report.error(path, f"there is no calendar {shown(name)} among the workforce's calendars: {there}")
        return str(name)

    def _zone(self, name: str, path: Path) -> str:
        try:
            return zone(name).key
        except ValueError as error:
            self._report.error(path, str(error))
            return "UTC"

    def _calendar(self, id_: str, form: CalendarForm, path: Path) -> Calendar:
        time_zone = self._zone(form.time_zone or self.time_zone, (*path, "time_zone"))
        weekly = tuple(self._weekly(form.weekly, (*path, "weekly")))
        return Calendar(id_, time_zone, weekly, tuple(self._exceptions(form.exceptions, (*path, "exceptions"))))

    def _weekly(self, weekly: Mapping[str, Spans], path: Path) -> Iterator[WeeklyHours]:
        for key, spans in weekly.items():
            days = _days(key)
            if not days:
                allowed = f"{', '.join(WEEKDAYS)}, or from one to another as mon-fri"
                self._report.error((*path, key), f"found {shown(key)}; allowed are {allowed}", of_key=True)
            hours = self._hours(spans, (*path, key))
            yield from (WeeklyHours(day, each) for day in days for each in hours)

    def _exceptions(self, exceptions: Mapping[str, Spans], path: Path) -> Iterator[CalendarException]:
        for key, spans in exceptions.items():
            try:
                day = date.fromisoformat(key).isoformat()
            except ValueError:
                self._report.error(
                    (*path, key), f"found {shown(key)}; a date such as 2026-10-10 is expected", of_key=True
                )
            else:
                yield CalendarException(day, self._hours(spans, (*path, key)))

    def _hours(self, spans: Spans, path: Path) -> tuple[Hours, ...]:
        hours = []
        for number, text in enumerate([spans] if isinstance(spans, str) else spans):
            if span := _span(text):
                hours.append(span)
            else:
                self._report.error((*path, number), f"found {shown(text)}; allowed are {_SPANS_ALLOWED}")
        return tuple(hours)

    def _absence(self, id_: str, form: AbsenceForm, path: Path) -> Absence | None:
        start = self._instant(form.start, (*path, "start"))
        end = self._instant(form.end, (*path, "end"))
        if start is None or end is None:
            return None
        if end <= start:
            self._report.error((*path, "end"), f"found {shown(form.end)}; it must lie behind {form.start}")
        return Absence(id_, start, end)

    def _instant(self, text: str, path: Path) -> int | None:
        at_ms = as_instant_ms(text, self.time_zone)
        if at_ms is None:
            self._report.error(path, f"found {shown(text)}; {INSTANT_ALLOWED} is expected")
        return at_ms


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
