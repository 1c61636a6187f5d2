"""An .ics file taken apart into its events, of which nothing is believed. Pure.

A file comes from anywhere. Its size and the number of its events are bounded; lines are taken apart by the package
``icalendar``, whose calendars are not used: they keep the zones that a file defines for every file that comes later.
What stands in other components, and every address, is passed over.

References
----------
RFC 5545, sections 3.1, 3.4 and 3.6; RFC 7986, section 5.1, for a calendar's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from failures import shown
from router.model.errors import InvalidInput, NotPossible

if TYPE_CHECKING:
    from icalendar.parser import Contentline

MAX_BYTES = 1 << 20
MAX_EVENTS = 5_000
MAX_NAME = 128
"""Characters that are kept of an event's title, and of a calendar's name."""
FIELD = "ics"

_EXPECTED = "expected: an .ics file of one calendar, from BEGIN:VCALENDAR to END:VCALENDAR"
_NAMES = ("X-WR-CALNAME", "NAME")
_CALENDAR, _EVENT = ["VCALENDAR"], ["VCALENDAR", "VEVENT"]

Property = tuple[Mapping[str, Any], str]
"""Parameters and value, as they stand in the file."""


@dataclass(slots=True)
class Event:
    """An event.

    Parameters
    ----------
    number
        Which one of the file it is, from 1.
    """

    number: int
    properties: dict[str, list[Property]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its title, on one line."""
        return _on_one_line(self.text("SUMMARY"))

    def text(self, name: str) -> str:
        """Return a text; empty: it has none."""
        from icalendar import vText

        return str(vText.from_ical(self.properties[name][0][1])) if name in self.properties else ""

    def one(self, name: str) -> Property | None:
        """Return what may stand there once; None: it does not.

        Raises
        ------
        ValueError
            If it stands there more often.
        """
        found = self.properties.get(name, ())
        if len(found) > 1:
            raise ValueError(f"{name} stands there {len(found)} times: allowed is once")
        return found[0] if found else None

    def fault(self, description: object) -> InvalidInput:
        """Return the failure of this event."""
        return InvalidInput.of(FIELD, f"event {self.number} ({shown(self.name)}): {description}")


@dataclass(slots=True)
class IcsFile:
    """A file.

    Parameters
    ----------
    time_zone
        The zone that it names for times without one; empty: it names none.
    name
        What it calls its calendar, on one line; empty: it has no name.
    """

    events: list[Event] = field(default_factory=list)
    time_zone: str = ""
    name: str = ""

    def add(self, within: Sequence[str], name: str, found: Property) -> None:
        """Add what stands within some components, if anybody asks for it."""
        if within == _CALENDAR and name == "X-WR-TIMEZONE":
            self.time_zone = found[1].strip()
        elif within == _CALENDAR and name in _NAMES:
            self.name = self.name or _on_one_line(found[1])
        elif within == _EVENT:
            self.events[-1].properties.setdefault(name, []).append(found)


def _on_one_line(text: str) -> str:
    return "".join(filter(str.isprintable, " ".join(text.split())))[:MAX_NAME].strip()


def read(source: bytes) -> IcsFile:
    """Take a file apart.

    Raises
    ------
    InvalidInput
        If it is none, or too large.
    NotPossible
        If the extra that reads such files is not installed.
    """
    file, within, n_calendars = IcsFile(), list[str](), 0
    for number, (name, parameters, value) in _properties(source):
        if name == "BEGIN":
            within.append(value.upper())
            n_calendars += within == _CALENDAR
            if within == _EVENT:
                file.events.append(Event(len(file.events) + 1))
        elif name == "END":
            if not within or within.pop() != value.upper():
                raise InvalidInput.of(FIELD, f"line {number} ends {shown(value)}, which has not begun there")
        else:
            file.add(within, name, (parameters, value))
    if within or n_calendars != 1:
        raise InvalidInput.of(FIELD, f"found {n_calendars} calendars; {_EXPECTED}")
    if len(file.events) > MAX_EVENTS:
        raise InvalidInput.of(FIELD, f"{len(file.events)} events: at most {MAX_EVENTS}")
    return file


def _properties(source: bytes) -> Iterator[tuple[int, tuple[str, Mapping[str, Any], str]]]:
    """Yield the number of each line, its name, parameters and value; lines that are folded count as one."""
    for number, line in enumerate(_lines(source), 1):
        if line:
            try:
                name, parameters, value = line.parts()
            except ValueError as error:
                raise InvalidInput.of(
                    FIELD, f"line {number} is none of an .ics file: {shown(str(line))}; {_EXPECTED}"
                ) from error
            yield number, (name.upper(), parameters, value)


def _lines(source: bytes) -> Sequence[Contentline]:
    try:
        from icalendar.parser import Contentlines
    except ImportError as error:
        raise NotPossible("reading .ics files", "icalendar is missing: install fairlead[ical]") from error
    if len(source) > MAX_BYTES:
        raise InvalidInput.of(FIELD, f"{len(source)} bytes: at most {MAX_BYTES}")
    try:
        lines: Sequence[Contentline] = Contentlines.from_ical(source.decode("utf-8-sig"))  # type: ignore[no-untyped-call]
    except UnicodeDecodeError as error:
        line, byte = source[: error.start].count(b"\n") + 1, source[error.start]
        fault = f"line {line} holds the byte 0x{byte:02x}, which is not UTF-8; expected: the file saved as UTF-8"
        raise InvalidInput.of(FIELD, fault) from error
    except ValueError as error:
        raise InvalidInput.of(FIELD, f"is no .ics file: {error}") from error
    return lines
