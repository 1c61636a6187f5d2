"""Whole days of an .ics file as exceptions of a calendar: days off, and make-up workdays 调休.

Nothing is left out in silence. An event that covers whole days is a day off or, by the words of its title, a workday.
Apple marks both, with ``X-APPLE-SPECIAL-DAY``: a file with such marks is read by them alone, and its other events, of
festivals and seasons, change no day. `ics_notes` names these, and every other ``X-`` property, none of which is read.
An event that covers part of a day is refused, since no title says which hours are left. So is a date that is said to be
both, and a zone that is unknown: what the file itself says of a zone is not looked at. Events outside the days asked
for, and cancelled ones, do not matter. The days that events may cover, or make look at, are bounded. Pure.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from failures import shown
from router.model.calendars import CalendarException, Hours, WeeklyHours
from router.model.errors import InvalidInput
from router.workforce import ics_file
from router.workforce.ics_file import FIELD, Event, IcsFile, Property
from router.workforce.recurrence import Recurrence
from rules.arrival import zone

MAX_DAYS = 500_000
"""That all events of a file together may cover, or make look at."""

_DAY = timedelta(days=1)
_LAST_MINUTE = time(23, 59)
_NO_WORK = re.compile(r"(?:不用|无需|無需|不|免|停)[上补補]?班|non-?\s?working day", re.IGNORECASE)
_WORK = re.compile(r"[上补補]班|[节節旦]班|(?<!\w)班(?!\w)|\bwork(?:ing )?day\b", re.IGNORECASE)
_OFF = re.compile(r"(?<![调調])休|放假|假期")
_MOVED = re.compile(r"[调調]休")
_MARK = "X-APPLE-SPECIAL-DAY"
_MARKED_OFF, _MARKED_WORK = "WORK-HOLIDAY", "ALTERNATE-WORKDAY"
_MOST_NAMED = 5


def ics_days(
    source: bytes, time_zone: str, weekly: Sequence[WeeklyHours], first: date, last: date
) -> tuple[CalendarException, ...]:
    """Return the days off and the make-up workdays of an .ics file, by date; their source is its calendar's name.

    A calendar without a name is no source: nobody can tell whether another file without one is a later state of it.

    Parameters
    ----------
    time_zone
        The calendar's: an event must last from one of its midnights to another; 23:59 will do for the latter.
    weekly
        A make-up workday has the hours of the first workday of these.
    first, last
        The days asked for, both included.

    Raises
    ------
    InvalidInput
        If the file cannot be read, asks for too much, or has an event on these days that is no whole days.
    NotPossible
        If the extra that reads such files is not installed.
    """
    off, worked = dict[date, str](), dict[date, str]()
    file = ics_file.read(source)
    for event, days in _Reading(file, zone(time_zone), first, last).covered():
        (worked if is_work(event) else off).update(dict.fromkeys(days, event.name))
    for day in sorted(off.keys() & worked.keys()):
        fault = f"{day} is off by {shown(off[day])} and worked by {shown(worked[day])}; allowed is one of them"
        raise InvalidInput.of(FIELD, fault)
    hours, origin = _hours_of_the_first_workday(weekly), f"ics:{file.name}" if file.name else ""
    exceptions = [CalendarException(str(day), (), name, origin) for day, name in off.items()]
    exceptions += [CalendarException(str(day), hours, name, origin) for day, name in worked.items() if hours]
    return tuple(sorted(exceptions, key=lambda exception: exception.date))


def _hours_of_the_first_workday(weekly: Sequence[WeeklyHours]) -> tuple[Hours, ...]:
    first = min((each.day for each in weekly), default=0)
    return tuple(each.hours for each in weekly if each.day == first)


def is_work(event: Event) -> bool:
    """Say whether Apple's mark makes an event a workday, or else the words of its title: 班, 上班, 补班, and 调休
    without 休 or 放假.

    Raises
    ------
    InvalidInput
        If the words say both.
    """
    if mark := _mark(event):
        return mark == _MARKED_WORK
    title = _NO_WORK.sub("休", event.name)
    off, work = _OFF.search(title), _WORK.search(title)
    if off and work:
        raise event.fault("its title says both 休 and 班; allowed is one of them")
    return bool(work or (_MOVED.search(title) and not off))


def _mark(event: Event) -> str:
    """Return what Apple marks an event as, of the two that say something of work; empty: as neither."""
    mark = event.text(_MARK).strip().upper()
    return mark if mark in (_MARKED_OFF, _MARKED_WORK) else ""


def no_days(source: bytes, years: Sequence[int]) -> InvalidInput:
    """Return the failure of a file that can be read, and changes no day of the years asked for.

    Raises
    ------
    InvalidInput, NotPossible
        As `ics_days`.
    """
    events = ics_file.read(source).events
    begin = sorted({event.text("DTSTART")[:4] for event in events} - {""})
    found = f"events that begin in {_few(begin)}" if begin else "no event"
    expected = "whole days in these years that are off, or worked in the calendar's weekly hours"
    return InvalidInput.of(
        FIELD, f"found {found}: no day of {_few(list(map(str, years)))} changes; expected: {expected}"
    )


def ics_notes(source: bytes) -> tuple[str, ...]:
    """Say what of a file is passed over: events beside marked ones, and properties that begin with ``X-``.

    Raises
    ------
    InvalidInput, NotPossible
        As `ics_days`.
    """
    events = ics_file.read(source).events
    beside = [event.name for event in events if not _mark(event)] if any(map(_mark, events)) else []
    extras = Counter(name for event in events for name in event.properties if name.startswith("X-") and name != _MARK)
    change = "event changes" if len(beside) == 1 else "events change"
    notes = [f"{len(beside)} {change} no day, without {_MARK}: {_few(beside)}"] if beside else []
    if extras:
        counted = [f"{name} ({count})" for name, count in sorted(extras.items())]
        notes.append(f"not read, by the number of events that have it: {_few(counted)}")
    return tuple(notes)


def _few(texts: Sequence[str]) -> str:
    different = list(dict.fromkeys(texts))
    more = len(different) - _MOST_NAMED
    return ", ".join([*different[:_MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])


@dataclass(frozen=True, slots=True)
class _Span:
    """What an event lasts when it first takes place.

    Parameters
    ----------
    start
        By the clocks of its zone.
    zone
        None: it is a matter of days, wherever one is.
    """

    start: datetime
    length: timedelta
    zone: ZoneInfo | None


class _Reading:
    """Reads the events of a file, for the days from ``first`` to ``last`` in a zone."""

    def __init__(self, file: IcsFile, local: ZoneInfo, first: date, last: date) -> None:
        is_marked = any(map(_mark, file.events))
        said = (event for event in file.events if _mark(event) or not is_marked)
        self._events = [event for event in said if event.text("STATUS").upper() != "CANCELLED"]
        self._local = local
        self._first, self._last = first, last
        self._days_left = MAX_DAYS
        self._default = _default_zone(file) or local
        self._replaced = defaultdict[str, list[Property]](list)
        for event in file.events:
            if replaced := event.properties.get("RECURRENCE-ID"):
                _check_replacement(event)
                self._replaced[event.text("UID")] += replaced

    def covered(self) -> Iterator[tuple[Event, list[date]]]:
        """Yield each event that covers days asked for, with these."""
        for event in self._events:
            try:
                days = list(self._covered(event))
            except (ValueError, OverflowError) as error:
                raise event.fault(error) from error
            if days:
                yield event, days

    def _covered(self, event: Event) -> Iterator[date]:
        span = self._span(event)
        for start in self._starts(event, span):
            begin, end = self._here(start, span), self._here(start + span.length, span)
            if end > datetime.combine(self._first, time()) and begin.date() <= self._last:
                yield from self._whole_days(begin, end)

    def _whole_days(self, begin: datetime, end: datetime) -> Iterator[date]:
        """Yield the days asked for from one midnight to another."""
        behind = end.date() + _DAY if end.time() >= _LAST_MINUTE else end.date()
        if begin.time() != time() or (end.time() != time() and end.time() < _LAST_MINUTE) or behind == begin.date():
            raise ValueError(f"lasts from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}; allowed are whole days")
        day, behind = max(begin.date(), self._first), min(behind, self._last + _DAY)
        self._look_at((behind - day).days)
        while day < behind:
            yield day
            day += _DAY

    def _look_at(self, n_days: int) -> None:
        self._days_left -= n_days
        if self._days_left < 0:
            raise ValueError(f"with those before it, over {MAX_DAYS} days would have to be looked at: that is the most")

    def _span(self, event: Event) -> _Span:
        if not (found := event.one("DTSTART")):
            raise ValueError("has no DTSTART")
        start, where = self._moment(found)
        length = self._length(event, start, where)
        if length < timedelta():
            raise ValueError("ends before it starts")
        return _Span(start, length if where or length else _DAY, where)

    def _length(self, event: Event, start: datetime, where: ZoneInfo | None) -> timedelta:
        ended, duration = event.one("DTEND"), event.one("DURATION")
        if ended:
            end, there = self._moment(ended)
            if (where is None) != (there is None):
                raise ValueError("has a date and a time for DTSTART and DTEND; allowed are two of a kind")
            return _elsewhere(end, there, where) - start
        length = _value(duration) if duration else timedelta()
        if not isinstance(length, timedelta):
            raise ValueError(f"DURATION is {shown(duration)}; allowed is one such as P1D")
        return length

    def _starts(self, event: Event, span: _Span) -> list[datetime]:
        """Return when an event takes place that may cover a day asked for, by the clocks of its zone."""
        if "EXRULE" in event.properties:
            raise ValueError("has EXRULE, which RFC 5545 withdrew; allowed is EXDATE")
        starts = {span.start, *self._moments(event.properties.get("RDATE", ()), span)}
        if rule := event.one("RRULE"):
            starts |= set(self._repeated(rule, span))
        without = event.properties.get("EXDATE", [])
        if "RECURRENCE-ID" not in event.properties:
            without = [*without, *self._replaced[event.text("UID")]]
        return sorted(starts.difference(self._moments(without, span)))

    def _repeated(self, rule: Property, span: _Span) -> Iterator[datetime]:
        from icalendar import vRecur

        start = span.start.date()
        parts = dict(vRecur.from_ical(rule[1]))
        if "UNTIL" in parts:
            parts["UNTIL"] = [self._last_start(until, span) for until in parts["UNTIL"]]
        recurrence = Recurrence.read(parts, start)
        first, last = self._first - span.length - 2 * _DAY, self._last + 2 * _DAY  # clocks elsewhere are a day off
        self._look_at(recurrence.n_steps(start, first, last))
        for day in recurrence.days(start, first, last):
            yield datetime.combine(day, span.start.time())

    def _last_start(self, until: object, span: _Span) -> date:
        """Return the last day on which an event may begin that is repeated until a moment."""
        if isinstance(until, datetime):
            wall = _elsewhere(until.replace(tzinfo=None), ZoneInfo("UTC") if until.tzinfo else span.zone, span.zone)
            return wall.date() - (_DAY if wall.time() < span.start.time() else timedelta())
        if isinstance(until, date):
            return until
        raise ValueError(f"RRULE has UNTIL={until}; allowed is a date or a time")

    def _moments(self, found: Sequence[Property], span: _Span) -> Iterator[datetime]:
        """Yield listed moments by the clocks of an event's zone; a date stands for the event of that date."""
        for parameters, values in found:
            for value in values.split(","):
                self._look_at(1)
                moment, where = self._moment((parameters, value))
                if where and span.zone is None and moment.time() != time():
                    raise ValueError(f"has {shown(value)}, a time, where DTSTART is a date")
                yield _elsewhere(moment, where, span.zone) if where else datetime.combine(moment, span.start.time())

    def _moment(self, found: Property) -> tuple[datetime, ZoneInfo | None]:
        """Return what clocks show, and the zone of these clocks; None: any, it is a date."""
        moment = _value(found)
        if isinstance(moment, datetime):
            name = found[0].get("TZID")
            where = ZoneInfo("UTC") if moment.tzinfo else _zone(name) if name else self._default
            return moment.replace(tzinfo=None), where
        if isinstance(moment, date):
            return datetime.combine(moment, time()), None
        raise ValueError(f"has {shown(found[1])}; allowed are dates such as 20261001, or times such as 20261001T000000")

    def _here(self, moment: datetime, span: _Span) -> datetime:
        return _elsewhere(moment, span.zone, self._local) if span.zone else moment


def _check_replacement(event: Event) -> None:
    """Check that an event stands for one day of another."""
    if not event.text("UID"):
        raise event.fault("has RECURRENCE-ID without UID: it must name the event whose day it is")
    if any("RANGE" in parameters for parameters, _ in event.properties["RECURRENCE-ID"]):
        raise event.fault("has RECURRENCE-ID with RANGE; allowed is one for each day that is moved")


def _value(found: Property) -> object:
    from icalendar import vDDDTypes

    try:
        value: object = vDDDTypes.from_ical(found[1])
    except (ValueError, OverflowError) as error:
        raise ValueError(f"has {shown(found[1])}, which is no date, time or duration") from error
    return value


def _elsewhere(moment: datetime, where: ZoneInfo | None, there: ZoneInfo | None) -> datetime:
    """Return what clocks show there when others show a moment."""
    if where == there or where is None or there is None:
        return moment
    return moment.replace(tzinfo=where).astimezone(there).replace(tzinfo=None)


def _default_zone(file: IcsFile) -> ZoneInfo | None:
    """Return the zone that a file names for times without one."""
    try:
        return _zone(file.time_zone) if file.time_zone else None
    except ValueError as error:
        raise InvalidInput.of(FIELD, f"X-WR-TIMEZONE: {error}") from error


def _zone(name: str) -> ZoneInfo:
    """Return a zone by its IANA name, or by that which Windows has for it."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return zone(WINDOWS_TO_OLSON.get(name, name))
