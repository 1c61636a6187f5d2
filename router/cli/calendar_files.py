"""Calendars from YAML: what a file says, and where in it stands what is wrong, whoever finds it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fairlead.errors import Violation
from fairlead.v1 import calendars_pb2 as calendars
from router.model.calendars import Calendar, Hours, time_text
from router.rules.calendars import CalendarCompiler
from router.rules.forms import PARTS, CalendarForm, CalendarsForm
from rules.document import Document
from rules.problems import Problem, in_order
from rules.report import Path, Report
from rules.shape import fit

_EXCEPTION = re.compile(r"calendar\.exceptions\[(\d+)\]")
_FIELDS = {"name": "display_name"}
"""Fields of the contract by the keys that files have for them, where these are others."""


@dataclass(frozen=True, slots=True)
class CalendarInFile:
    """A calendar that a file holds, with the fields of it that the file says."""

    message: calendars.Calendar
    mask: Sequence[str]

    def path_of(self, violated: str) -> Path:
        """Return where in the file a field of a request stands."""
        at: Path = ("calendars", self.message.name)
        if exception := _EXCEPTION.match(violated):
            return (*at, "exceptions", self.message.exceptions[int(exception[1])].date)
        field = violated.removeprefix("calendar.").partition("[")[0]
        return at if field == "name" else (*at, "name" if field == "display_name" else field)


@dataclass(frozen=True, slots=True)
class CalendarsFile:
    """What a file says; where there are problems, it says nothing."""

    calendars: Sequence[CalendarInFile]
    problems: Sequence[Problem]
    document: Document

    def refused(self, calendar: CalendarInFile, violations: Sequence[Violation]) -> list[Problem]:
        """Return the problems that a service has with a calendar, each at its place."""
        return [self.document.problem_at(calendar.path_of(v.field), v.description) for v in violations]


def read_calendars(source: bytes) -> CalendarsFile:
    """Read a file of calendars, which have the form of those beside tests."""
    document, form, problems = fit(source, CalendarsForm, PARTS)
    if form is None:
        return CalendarsFile((), in_order(problems), document)
    report = Report(document)
    compiler = CalendarCompiler(report)
    read = [in_file(each, compiler.calendar(id_, each, ("calendars", id_))) for id_, each in form.calendars.items()]
    return CalendarsFile(() if report.problems else read, in_order(report.problems), document)


def in_file(form: CalendarForm, calendar: Calendar) -> CalendarInFile:
    """Return what a file says of a calendar, which was compiled of the form."""
    mask = [_FIELDS.get(key, key) for key in CalendarForm.model_fields if key in form.model_fields_set]
    message = calendars.Calendar(
        name=calendar.id,
        display_name=calendar.display_name,
        time_zone=form.time_zone or "",
        official_until=calendar.official_until,
    )
    for each in calendar.weekly:
        message.weekly.add(day=each.day + 1, start=time_text(each.hours.start), end=time_text(each.hours.end))
    for exception in calendar.exceptions:
        hours = [_hours(each) for each in exception.hours]
        message.exceptions.add(date=exception.date, hours=hours, display_name=exception.display_name)
    return CalendarInFile(message, mask)


def _hours(hours: Hours) -> calendars.HoursOfDay:
    return calendars.HoursOfDay(start=time_text(hours.start), end=time_text(hours.end))
