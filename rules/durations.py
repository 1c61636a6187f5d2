"""Durations as rules write them, 45s, 30m, 4h, 2d and 15cd, and tables of them over one field. Values only.

A day is a working day: the open time of one day of whoever's calendar it is. A calendar day is a day on the wall. What
instant a duration leads to is for who has a calendar to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rules.fields import Fact, Scalar

Unit = Literal["s", "m", "h", "d", "cd"]
MAX_AMOUNTS: Mapping[str, int] = {"s": 7_200_000, "m": 120_000, "h": 2_000, "d": 366, "cd": 366}
"""The longest duration in each unit: about what a person works in a year."""
UNIT_MS: Mapping[str, int] = {"s": 1_000, "m": 60_000, "h": 3_600_000}
"""The units that have one length, in milliseconds."""
DURATION_ALLOWED = (
    "a duration such as 45s, 30m, 4h, 2d (working days) or 15cd (calendar days), up to 2000h, 366d or 366cd"
)
PATTERN = "([1-9][0-9]{0,6})(s|m|h|d|cd)"
_DURATION = re.compile(PATTERN)


@dataclass(frozen=True, slots=True)
class Duration:
    """How long: seconds, minutes or hours that are open, ``d`` working days, or ``cd`` calendar days.

    Examples
    --------
    >>> str(Duration(30, "m"))
    '30m'
    """

    amount: int
    unit: Unit

    def __str__(self) -> str:
        """Write it as rules do."""
        return f"{self.amount}{self.unit}"


@dataclass(frozen=True, slots=True)
class DurationCase:
    """How long, where the field that a table looks at has this value, as facts hold it; None: there is no saying."""

    value: Scalar
    duration: Duration | None


@dataclass(frozen=True, slots=True)
class DurationTable:
    """How long, by one field: of the case that has its value, ``otherwise`` in any other; None: there is no saying.

    A duration that depends on nothing looks at no field.

    Examples
    --------
    >>> table = DurationTable(Duration(2, "d"), "severity", (DurationCase("P1", Duration(30, "m")),))
    >>> str(table.of({"severity": "P1"})), str(table.of({"severity": "P4"})), str(table.of({}))
    ('30m', '2d', '2d')
    """

    otherwise: Duration | None
    by: str = ""
    cases: tuple[DurationCase, ...] = ()

    def of(self, fact: Fact) -> Duration | None:
        """Return how long it is for one work item, by its fact."""
        value = fact.get(self.by)
        return next((case.duration for case in self.cases if case.value == value), self.otherwise)


def as_duration(value: object) -> Duration | None:
    """Read a duration; None if it is none that is allowed.

    Examples
    --------
    >>> as_duration("15cd"), as_duration("0h"), as_duration("1h30m"), as_duration("367d"), as_duration(30)
    (Duration(amount=15, unit='cd'), None, None, None, None)
    """
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1]) > MAX_AMOUNTS[match[2]]:
        return None
    return Duration(int(match[1]), match[2])  # type: ignore[arg-type]  # the pattern knows the units alone
