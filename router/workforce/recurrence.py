"""The days on which an event of an .ics file comes again, in a bounded number of steps. Pure.

Libraries that expand recurrence rules go on until they find a day: ``FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30`` keeps
python-dateutil busy until year 9999, and files come from anywhere. Here each day from where counting must begin to the
end of what is asked for is looked at once, and ``n_steps`` says beforehand how many those are. Rules of whole days need
no more than these parts; any other is refused by name.

References
----------
RFC 5545, section 3.3.10.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from rules.problems import shown

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
PARTS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST = 10_000
"""Of ``INTERVAL`` and ``COUNT``."""
_LONGEST_PERIOD = 366
_LEAP_DAYS = 8  # that periods at both ends may be longer than the first

NthWeekday = tuple[int, int]
"""Which one of its month or year, from the end where negative, 0 for each; and the weekday, 0 for Monday."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule by which days come again.

    Parameters
    ----------
    until
        The last day that may be one; None: it goes on.
    count
        How many days there are from the first on; 0: as many as there are.
    """

    frequency: str
    interval: int = 1
    count: int = 0
    until: date | None = None
    week_start: int = 0
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: frozenset[NthWeekday] = frozenset()
    positions: frozenset[int] = frozenset()

    @classmethod
    def read(cls, parts: Mapping[str, Sequence[Any]], start: date) -> Self:
        """Make a rule of its parts, as ``icalendar`` reads them but ``UNTIL`` a day, for an event first on a day.

        Raises
        ------
        ValueError
            If a part is none of ``PARTS``, or has another value than it may have.
        """
        if unknown := [name for name in parts if name not in PARTS]:
            raise ValueError(f"RRULE has {shown(unknown[0])}; allowed are {', '.join(PARTS)}")
        frequency = next(iter(parts.get("FREQ", ())), None)
        if frequency not in FREQUENCIES:
            raise ValueError(
                f"RRULE has FREQ={frequency}; allowed are {', '.join(FREQUENCIES)}: days come again, not hours"
            )
        rule = cls(
            frequency,
            _number(parts, "INTERVAL", 1),
            _number(parts, "COUNT", 0),
            next(iter(parts.get("UNTIL", ())), None),
            _weekdays(parts, "WKST", default="MO")[0][1],
            _numbers(parts, "BYMONTH", 1, 12),
            _numbers(parts, "BYMONTHDAY", -31, 31),
            frozenset(_weekdays(parts, "BYDAY")),
            _numbers(parts, "BYSETPOS", -_LONGEST_PERIOD, _LONGEST_PERIOD),
        )
        return rule._checked(start)

    def _checked(self, start: date) -> Self:
        if self.frequency in ("WEEKLY", "DAILY") and (self.positions or any(place for place, _ in self.weekdays)):
            raise ValueError(f"RRULE counts weekdays or positions, which FREQ={self.frequency} does not allow")
        if self.frequency == "WEEKLY" and self.month_days:
            raise ValueError("RRULE has BYMONTHDAY, which FREQ=WEEKLY does not allow")
        rule = self._on_the_day_of(start)
        if start not in rule._days(rule._period(start)):
            raise ValueError(f"RRULE leaves out {start}, the day of DTSTART: the first day must be one of its days")
        return rule

    def _on_the_day_of(self, start: date) -> Self:
        """Say which days of a period are meant where the rule does not: those like the first."""
        if self.month_days or self.weekdays or self.frequency == "DAILY":
            return self
        if self.frequency == "WEEKLY":
            return replace(self, weekdays=frozenset({(0, start.weekday())}))
        months = self.months or frozenset({start.month} if self.frequency == "YEARLY" else ())
        return replace(self, months=months, month_days=frozenset({start.day}))

    def n_steps(self, start: date, first: date, last: date) -> int:
        """Return how many days, at most, are looked at for what ``days`` yields."""
        begin, end = self._bounds(self._period(start))
        return max((last - self._counted_from(start, first)).days, 0) + 2 * (end - begin + 1) + _LEAP_DAYS

    def days(self, start: date, first: date, last: date) -> Iterator[date]:
        """Yield the days from ``first`` to ``last``, both included, of an event that is first on ``start``."""
        here, end = self._period(start), self._period(min(last, self.until or last))
        skipped = self._period(self._counted_from(start, first)) - here
        n_before = 0
        for period in range(here + skipped // self.interval * self.interval, end + 1, self.interval):
            for day in self._days(period):
                if day < start or day > (self.until or last) or (self.count and n_before == self.count):
                    continue
                n_before += 1
                if first <= day <= last:
                    yield day

    def _counted_from(self, start: date, first: date) -> date:
        return start if self.count else max(start, first)

    def _period(self, day: date) -> int:
        """Return the number of the year, month, week or day that a day is in."""
        match self.frequency:
            case "YEARLY":
                return day.year
            case "MONTHLY":
                return day.year * 12 + day.month - 1
            case "WEEKLY":
                return (day.toordinal() - 1 - self.week_start) // 7
        return day.toordinal()

    def _bounds(self, period: int) -> tuple[int, int]:
        match self.frequency:
            case "YEARLY":
                return date(period, 1, 1).toordinal(), date(period, 12, 31).toordinal()
            case "MONTHLY":
                year, month = period // 12, period % 12 + 1
                return date(year, month, 1).toordinal(), date(year, month, monthrange(year, month)[1]).toordinal()
            case "WEEKLY":
                monday = period * 7 + 1 + self.week_start
                return max(monday, 1), min(monday + 6, date.max.toordinal())
        return period, period

    def _days(self, period: int) -> list[date]:
        """Return the days of a period that the rule means."""
        begin, end = self._bounds(period)
        days = [day for day in map(date.fromordinal, range(begin, end + 1)) if self._means(day)]
        if not self.positions:
            return days
        chosen = {place - 1 if place > 0 else len(days) + place for place in self.positions}
        return [day for place, day in enumerate(days) if place in chosen]

    def _means(self, day: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        if self.month_days and self.month_days.isdisjoint(_places(day.day, monthrange(day.year, day.month)[1])):
            return False
        return not self.weekdays or any(
            weekday == day.weekday() and (place == 0 or place in self._weekday_places(day))
            for place, weekday in self.weekdays
        )

    def _weekday_places(self, day: date) -> tuple[int, int]:
        """Return which one a day is of its weekday, in its month or, where no month is meant, in its year."""
        if self.frequency == "MONTHLY" or self.months:
            n_days, nth_day = monthrange(day.year, day.month)[1], day.day
        else:
            n_days, nth_day = date(day.year, 12, 31).timetuple().tm_yday, day.timetuple().tm_yday
        return (nth_day - 1) // 7 + 1, -((n_days - nth_day) // 7) - 1


def _places(place: int, n_places: int) -> tuple[int, int]:
    """Return a place counted from the front and from the end."""
    return place, place - n_places - 1


def _number(parts: Mapping[str, Sequence[Any]], name: str, default: int) -> int:
    numbers = parts.get(name, (default,))
    if len(numbers) != 1 or (name in parts and not 1 <= numbers[0] <= MOST):
        raise ValueError(f"RRULE has {name}={','.join(map(str, numbers))}; allowed is a number from 1 to {MOST}")
    return int(numbers[0])


def _numbers(parts: Mapping[str, Sequence[Any]], name: str, first: int, last: int) -> frozenset[int]:
    numbers = frozenset(map(int, parts.get(name, ())))
    if wrong := [number for number in numbers if number == 0 or not first <= number <= last]:
        raise ValueError(f"RRULE has {name}={wrong[0]}; allowed are numbers from {first} to {last}, without 0")
    return numbers


def _weekdays(parts: Mapping[str, Sequence[Any]], name: str, default: str = "") -> list[NthWeekday]:
    written = [str(each).upper() for each in parts.get(name, [default] if default else ())]
    if wrong := [each for each in written if each[-2:] not in WEEKDAYS or abs(int(each[:-2] or 0)) > 53]:
        raise ValueError(f"RRULE has {name}={wrong[0]}; allowed are MO to SU, with a number from -53 to 53 before them")
    return [(int(each[:-2] or 0), WEEKDAYS.index(each[-2:])) for each in written]
