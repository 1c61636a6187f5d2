"""When people work: calendars of weekly hours and exceptions, and absences. Values only.

A calendar is written on the clocks of one zone, and means instants only once it is compiled, see
``router.workforce.open_hours``.
"""

from __future__ import annotations

from dataclasses import dataclass

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
MIDNIGHT = 24 * 60
"""Minutes of a day as clocks on the wall count them."""


def time_text(minute: int) -> str:
    """Write a time of day.

    Examples
    --------
    >>> time_text(9 * 60), time_text(24 * 60)
    ('09:00', '24:00')
    """
    return f"{minute // 60:02}:{minute % 60:02}"


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of a day, in minutes behind midnight; one that ends at or before its start ends on the next day.

    Nobody enters one that ends at its start: a whole day is 00:00 to 24:00.
    """

    start: int
    end: int

    @property
    def is_overnight(self) -> bool:
        """Whether it ends on the next day."""
        return self.end <= self.start


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """A span of one day of every week, 0 for Monday."""

    day: int
    hours: Hours


@dataclass(frozen=True, slots=True)
class CalendarException:
    """A date, as ``2026-10-10``, that has hours of its own: none where all are off, some for a make-up workday 调休.

    ``source`` says what it was imported from, such as ``country:CN``; empty: it was entered by hand.
    """

    date: str
    hours: tuple[Hours, ...] = ()
    display_name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekly hours with exceptions, on the clocks of an IANA zone.

    ``official_until`` is the last date, as ``2026-12-31``, that whoever says the holidays has said; empty: it does not
    depend on anybody. Behind it the calendar goes on as its weekly hours say.
    """

    id: str
    time_zone: str = "UTC"
    weekly: tuple[WeeklyHours, ...] = ()
    exceptions: tuple[CalendarException, ...] = ()
    display_name: str = ""
    official_until: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """A time in which a rep is on leave, its end not included; its ``id`` is ``{rep}/{absence}``.

    ``substitute`` is the rep who has their open work items meanwhile; empty: nobody, they stay theirs.
    """

    id: str
    start_ms: int
    end_ms: int
    reason: str = ""
    substitute: str = ""

    @property
    def rep(self) -> str:
        """Whose it is."""
        return self.id.partition("/")[0]


SETTINGS_ID = "settings"
"""Id of the one record of the kind ``tenant``."""
REOPEN_DAYS, MOST_REOPEN_DAYS = 30, 3_650
"""For how many days what is closed may be reopened, where nothing is said; and the most that may be."""


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """What holds for a whole tenant: the zone of its clocks, the calendar of whoever has none, and for how many days
    what is closed may be reopened; 0: the usual.
    """

    id: str = SETTINGS_ID
    time_zone: str = "UTC"
    calendar: str = ""
    reopen_days: int = 0

    @property
    def reopening_days(self) -> int:
        """For how many days after it was closed a work item may be reopened."""
        return self.reopen_days or REOPEN_DAYS
