"""Working time counted minute by minute: what deadlines are held to. Imports nothing of the product.

Slow, and plain enough to be believed: minutes since 1970, clocks at a fixed distance from UTC, one look per minute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import NamedTuple

DAY = 24 * 60
_EPOCH = date(1970, 1, 1)
Spans = Sequence[tuple[int, int]]
"""Minutes of a day from and until; an end behind 1440 is on the next day."""


class PlainCalendar(NamedTuple):
    """When somebody works: spans by weekday, 0 for Monday, and by date; ``offset`` in minutes east of UTC."""

    weekly: Mapping[int, Spans]
    exceptions: Mapping[date, Spans] = {}
    offset: int = 0

    def spans(self, day: int) -> Spans:
        """Return the spans of a day, counted since 1970."""
        on = _EPOCH + timedelta(days=day)
        return self.exceptions.get(on, self.weekly.get(on.weekday(), ()))

    def is_open(self, minute: int) -> bool:
        """Say whether somebody works in a minute."""
        day, of_day = divmod(minute + self.offset, DAY)
        return any(start <= of_day < end for start, end in self.spans(day)) or any(
            start <= of_day + DAY < end for start, end in self.spans(day - 1)
        )

    def working_day(self, minute: int) -> int:
        """Return how many minutes a day has: that of a minute, or the next weekday that has any."""
        weekday = (_EPOCH + timedelta(days=(minute + self.offset) // DAY)).weekday()
        days = (self.weekly.get((weekday + more) % 7, ()) for more in range(7))
        return next(sum(end - start for start, end in spans) for spans in days if spans)


class PlainSpell(NamedTuple):
    """From a minute on time runs by a calendar; None: always."""

    since: int
    calendar: PlainCalendar | None


def due(start: int, spells: Sequence[PlainSpell], amount: Fraction, unit: str, *, most: int = 400 * DAY) -> int | None:
    """Return the minute at the beginning of which so many minutes (``m``) or working days (``d``) have passed."""
    left, minute = Fraction(1), start
    for spell, following in pairwise([*spells, None]):
        assert spell is not None
        length = amount * (1 if unit == "m" else _day_of(spell.calendar, start))
        wanted, until, counted = ceil(left * length), following.since if following else start + most, 0
        while minute < until and counted < wanted:
            counted += spell.calendar is None or spell.calendar.is_open(minute)
            minute += 1
        if counted >= wanted:
            return minute
        left -= counted / length
    return None


def _day_of(calendar: PlainCalendar | None, minute: int) -> int:
    return calendar.working_day(minute) if calendar else DAY


def before(end: int, calendar: PlainCalendar | None, minutes: int) -> int:
    """Return the last minute from which on so many minutes pass until the beginning of another."""
    minute, counted = end, 0
    while counted < minutes:
        minute -= 1
        counted += calendar is None or calendar.is_open(minute)
    return minute


def opening(day: date, calendar: PlainCalendar | None, direction: int, *, offset: int) -> int:
    """Return the minute at which a day begins to work, or the nearest that does before (-1) or behind it (1).

    0: it stays, and begins at midnight; as it does where no calendar says.
    """
    number = (day - _EPOCH).days
    if calendar is None:
        return number * DAY - offset
    while not calendar.spans(number) and direction:
        number += direction
    return number * DAY - offset + min((start for start, _ in calendar.spans(number)), default=0)
