"""Caps: what a rep, each member of a pool, or a pool as a whole may get or hold, beside capacity. Values only.

What a cap's window is at an instant stands in ``router.assignment.caps``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from router.model.workitem import Kind


class CapScope(StrEnum):
    """Who is counted: each rep for themselves, or all that goes through a pool."""

    REP = "REP"
    POOL = "POOL"


class CapMeasure(StrEnum):
    """What is counted: what is open now, or what was given within a window."""

    OPEN = "OPEN"
    UNWORKED = "UNWORKED"
    COUNT = "COUNT"
    UNITS = "UNITS"
    VALUE = "VALUE"


class CapWindow(StrEnum):
    """In which time is counted."""

    NONE = "NONE"
    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    ROLLING = "ROLLING"


class CapPace(StrEnum):
    """How much of a limit may be used when: all at any time, or no larger a share than has passed of the window."""

    ANY = "ANY"
    EVEN = "EVEN"


HELD = frozenset({CapMeasure.OPEN, CapMeasure.UNWORKED})
"""Measures of what is held now: they need no window, and fall when a work item is closed or moved; what is unworked
falls when it is worked on too."""
CALENDAR_WINDOWS = frozenset({CapWindow.HOUR, CapWindow.DAY, CapWindow.WEEK, CapWindow.MONTH})
"""Windows that begin and end by a clock on the wall."""


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit; ``limit`` in work items, units, or micro-units of value.

    ``kinds`` are those that count, and are refused when it is reached; none are all. ``rolling_ms`` is the length of a
    rolling window.
    """

    id: str
    measure: CapMeasure
    limit: int
    scope: CapScope = CapScope.REP
    kinds: tuple[Kind, ...] = ()
    window: CapWindow = CapWindow.NONE
    rolling_ms: int = 0
    pace: CapPace = CapPace.ANY

    def counts(self, kind: Kind) -> bool:
        """Say whether work items of a kind count."""
        return not self.kinds or kind in self.kinds
