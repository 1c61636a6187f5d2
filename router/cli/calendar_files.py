"""Calendars from YAML: what a file says, and where in it stands what is wrong, whoever finds it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BeforeValidator, Field

from failures import shown
from fairlead.errors import Violation
from fairlead.v1 import calendars_pb2 as calendars
from rules.document import Document
from rules.forms import Form, Name
from rules.problems import Problem, in_order
from rules.shape import fit

Path = Sequence[str | int]
"""Where in a document something stands: keys, and places in lists."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"\s*([0-9:]+)\s*[-–]\s*([0-9:]+)\s*")
_PLACE = re.compile(r"calendar\.(weekly|exceptions)\[(\d+)\](?:\.hours\[(\d+)\])?(?:\.(\w+))?")
_KEYS = {"display_name": "name"}
"""Fields of the contract that files call otherwise."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Spans = Annotated[list[str], BeforeValidator(_listed)]


class WeeklyForm(Form):
    """Hours of some days of every week."""

    days: str
    hours: Spans


class ExceptionForm(Form):
    """A date with hours of its own; without hours it is off."""

    date: str
    hours: Annotated[Spans, Field(default_factory=list)]
    name: str = ""


class CalendarEntry(Form):
    """A calendar."""

    id: Name
    time_zone: str
    name: str | None = None
    weekly: list[WeeklyForm] | None = None
    exceptions: list[ExceptionForm] | None = None
    official_until: str | None = None


class CalendarsForm(Form):
    """A file of calendars."""

    calendars: Annotated[list[CalendarEntry], Field(min_length=1)]


_PARTS: dict[str, type[Form]] = {"calendars": CalendarEntry, "weekly": WeeklyForm, "exceptions": ExceptionForm}


@dataclass(frozen=True, slots=True)
class CalendarInFile:
    """A calendar that a file holds.

    Parameters
    ----------
    mask
        The fields that the file says.
    at
        Where it stands.
    weekly
        Where each span of a week stands.
    """

    message: calendars.Calendar
    mask: Sequence[str]
    at: Path
    weekly: list[Path] = field(default_factory=list)

    def path_of(self, violated: str) -> Path:
        """Return where in the file a field of a request stands."""
        found = _PLACE.match(violated)
        if not found:
            name = violated.removeprefix("calendar.")
            return [*self.at, "id" if name == "name" else _KEYS.get(name, name)]
        if found[1] == "weekly":
            return self.weekly[int(found[2])]
        hours: Path = ["hours", int(found[3])] if found[3] else []
        last: Path = [_KEYS.get(found[4], found[4])] if found[4] and not hours else []
        return [*self.at, "exceptions", int(found[2]), *hours, *last]


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
    """Read a file of calendars; whether they may be what they are, the service says."""
    document, form, problems = fit(source, CalendarsForm, _PARTS)
    if form is None:
        return CalendarsFile((), in_order(problems), document)
    reading = _Reading(document)
    read = [reading.calendar(calendar, place) for place, calendar in enumerate(form.calendars)]
    return CalendarsFile(() if reading.problems else read, in_order(reading.problems), document)


class _Reading:
    """Makes messages of forms, and gathers what is wrong in their texts."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen = set[str]()
        self.problems: list[Problem] = []

    def calendar(self, form: CalendarEntry, place: int) -> CalendarInFile:
        at: Path = ["calendars", place]
        if form.id in self._seen:
            self._fault([*at, "id"], f"{shown(form.id)} stands here twice; allowed is each calendar once")
        self._seen.add(form.id)
        given = form.model_fields_set - {"id"}
        mask = [{"name": "display_name"}.get(name, name) for name in CalendarEntry.model_fields if name in given]
        read = CalendarInFile(calendars.Calendar(name=form.id, time_zone=form.time_zone), mask, at)
        read.message.display_name, read.message.official_until = form.name or "", form.official_until or ""
        for number, weekly in enumerate(form.weekly or ()):
            self._weekly(read, weekly, [*at, "weekly", number])
        for number, exception in enumerate(form.exceptions or ()):
            hours = [
                calendars.HoursOfDay(start=start, end=end)
                for start, end, _ in self._spans(exception.hours, [*at, "exceptions", number])
            ]
            read.message.exceptions.add(date=exception.date, hours=hours, display_name=exception.name)
        return read

    def _weekly(self, read: CalendarInFile, form: WeeklyForm, at: Path) -> None:
        for day in self._days(form.days, [*at, "days"]):
            for start, end, place in self._spans(form.hours, at):
                read.message.weekly.add(day=day, start=start, end=end)
                read.weekly.append(place)

    def _days(self, text: str, at: Path) -> Sequence[int]:
        """Read days, from 1 for Monday; from Saturday to Monday is over the week's end."""
        first, _, last = text.strip().lower().partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            self._fault(at, f"found {shown(text)}; allowed are {', '.join(DAYS)}, or two of them such as mon-fri")
            return ()
        start, end = DAYS.index(first), DAYS.index(last or first)
        return [(start + day) % 7 + 1 for day in range((end - start) % 7 + 1)]

    def _spans(self, texts: Sequence[str], at: Path) -> Iterator[tuple[str, str, Path]]:
        for place, text in enumerate(texts):
            if span := _SPAN.fullmatch(text):
                yield span[1], span[2], [*at, "hours", place]
            else:
                self._fault([*at, "hours", place], f"found {shown(text)}; allowed are hours such as 09:00-18:00")

    def _fault(self, at: Path, message: str) -> None:
        self.problems.append(self._document.problem_at(at, message))
