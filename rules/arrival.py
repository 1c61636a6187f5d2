"""When a work item came, as rules look at it: the instant, and the weekday and the hour that it was in some zone.

Only the instant is kept; the two parts follow from it whenever a fact is made. They are those of clocks on the wall, so
a day on which the clocks change has 23 hours or 25, and an hour that comes twice is the same hour both times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.fields import FieldType, Scalar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = tuple(range(24))
PARTS_ALLOWED: Mapping[FieldType, str] = {FieldType.STRING: ", ".join(WEEKDAYS), FieldType.NUMBER: "the hours 0 to 23"}
"""What a part can be, by its type, in words."""


@dataclass(frozen=True, slots=True)
class ArrivalField:
    """The field that holds the instant, which nobody sends, and the zone in which its parts are read.

    ``timezone`` is empty where the rules name none: then it is that of whoever they belong to.
    """

    name: str
    timezone: str = ""

    @property
    def weekday(self) -> str:
        """Name of the field that holds the weekday, ``mon`` to ``sun``."""
        return f"{self.name}.weekday"

    @property
    def hour(self) -> str:
        """Name of the field that holds the hour, 0 to 23."""
        return f"{self.name}.hour"

    @property
    def types(self) -> Mapping[str, FieldType]:
        """The fields that it makes, and what stands in them."""
        return {self.name: FieldType.DATE, self.weekday: FieldType.STRING, self.hour: FieldType.NUMBER}

    @property
    def values(self) -> Mapping[str, Sequence[Scalar]]:
        """All that can stand in its parts."""
        return {self.weekday: WEEKDAYS, self.hour: HOURS}

    def parts(self, epoch: float, time_zone: str = "UTC") -> Mapping[str, Scalar]:
        """Return the parts of an instant in epoch seconds; none of one that no calendar there has.

        ``time_zone`` is where they are read if the field names no zone of its own.

        Examples
        --------
        >>> dict(ArrivalField("arrived", "Asia/Shanghai").parts(1_800_000_000))
        {'arrived.weekday': 'fri', 'arrived.hour': 16}
        >>> dict(ArrivalField("arrived").parts(1_800_000_000, "Europe/Berlin"))
        {'arrived.weekday': 'fri', 'arrived.hour': 9}
        """
        where = zone(self.timezone or time_zone)
        try:
            there = datetime.fromtimestamp(epoch, where)
        except (ValueError, OverflowError, OSError):
            return {}
        return {self.weekday: WEEKDAYS[there.weekday()], self.hour: there.hour}


def zone(name: str) -> ZoneInfo:
    """Return a time zone by its name.

    Raises
    ------
    ValueError
        If there is none of the name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"found {name!r}; allowed is a zone such as UTC, Asia/Shanghai or Europe/Berlin") from error


def instant(at_us: int) -> str:
    """Write an instant in microseconds since the epoch as an attribute, to the second.

    Examples
    --------
    >>> instant(1_800_000_000_900_000)
    '2027-01-15T08:00:00Z'
    """
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).isoformat().replace("+00:00", "Z")
