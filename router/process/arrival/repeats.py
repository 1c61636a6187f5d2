"""Which work items repeat an earlier one of the same customer, and how severe they are by that. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rules.durations import UNIT_MS, Duration
from rules.fields import Fact, Scalar


@dataclass(frozen=True, slots=True)
class RaisedSeverity:
    """How severe a work item is that repeats another: one more in an order than it was.

    Parameters
    ----------
    field
        The one that says how severe it is.
    order
        From the least severe to the most.
    values
        The same as facts hold them.
    """

    field: str
    order: tuple[str, ...]
    values: tuple[Scalar, ...]

    def above(self, fact: Fact) -> str:
        """Return the next severity above that of a work item; empty: there is none, or it says nothing that is known.

        Examples
        --------
        >>> raised = RaisedSeverity("severity", ("P3", "P2", "P1"), ("P3", "P2", "P1"))
        >>> [raised.above({"severity": severity}) for severity in ("P3", "P1", "P9")], raised.above({})
        (['P2', '', ''], '')
        """
        found = fact.get(self.field)
        place = self.values.index(found) + 1 if found in self.values else len(self.order)
        return self.order[place] if place < len(self.order) else ""


@dataclass(frozen=True, slots=True)
class Repeats:
    """When a work item repeats an earlier one of the same customer and kind.

    Parameters
    ----------
    within
        So long before it the earlier one came, at most: on the wall, days are those of the calendar.
    same
        The fields in which both say the same; none: whatever they say.
    raises
        How severe it is by that; None: as it was.
    """

    within: Duration
    same: tuple[str, ...] = ()
    raises: RaisedSeverity | None = None

    def since_ms(self, at_ms: int, time_zone: str) -> int:
        """Return from when on what came is repeated by what comes at an instant, in milliseconds since 1970.

        Examples
        --------
        >>> at_ms = int(datetime(2026, 10, 20, 2, tzinfo=UTC).timestamp() * 1000)
        >>> since_ms = Repeats(Duration(30, "cd")).since_ms(at_ms, "Asia/Shanghai")
        >>> datetime.fromtimestamp(since_ms / 1000, UTC).isoformat()
        '2026-09-20T02:00:00+00:00'
        """
        if self.within.unit in UNIT_MS:
            return at_ms - self.within.amount * UNIT_MS[self.within.unit]
        local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(time_zone))
        return int((local - timedelta(days=self.within.amount)).timestamp() * 1000)

    def is_same(self, fact: Fact, earlier: Fact) -> bool:
        """Say whether two work items are, by their facts: each says something in all fields, and both the same.

        Examples
        --------
        >>> repeats = Repeats(Duration(30, "cd"), ("class",))
        >>> repeats.is_same({"class": "x"}, {"class": "x", "city": "y"}), repeats.is_same({}, {})
        (True, False)
        """
        return all(name in fact and fact[name] == earlier.get(name) for name in self.same)
