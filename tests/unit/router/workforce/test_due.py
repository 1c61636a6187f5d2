"""When a duration ends: in open hours, in working days, and on the wall."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from router.model.calendars import Calendar, CalendarException, Hours, WeeklyHours
from router.workforce.due import due_ms, earlier_ms, open_time_ms
from router.workforce.open_hours import open_hours
from rules.durations import as_duration

NINE_TO_SIX = tuple(WeeklyHours(day, Hours(9 * 60, 18 * 60)) for day in range(5))
OFFICE = Calendar(
    "office",
    "Asia/Shanghai",
    NINE_TO_SIX,
    (CalendarException("2026-10-10", (Hours(9 * 60, 18 * 60),)), CalendarException("2026-10-12")),
)
NEVER = Calendar("never", "Asia/Shanghai")


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def due(duration: str, start: str, calendar: Calendar | None = OFFICE, zone: str = "Asia/Shanghai") -> str | None:
    """Return when a duration ends that begins at a time on the wall of a zone, on the same wall."""
    compiled = as_duration(duration)
    assert compiled is not None
    end = due_ms(compiled, at(start, zone), open_hours(calendar) if calendar else None, zone)
    return None if end is None else datetime.fromtimestamp(end / 1000, ZoneInfo(zone)).replace(tzinfo=None).isoformat()


@pytest.mark.parametrize(
    ("duration", "start", "end"),
    [
        ("45s", "2026-10-09T17:59:30", "2026-10-10T09:00:15"),  # 调休: that Saturday is a workday
        ("30m", "2026-10-09T11:00", "2026-10-09T11:30:00"),
        ("4h", "2026-10-09T17:00", "2026-10-10T12:00:00"),
        ("4h", "2026-10-10T17:00", "2026-10-13T12:00:00"),  # and Monday is off
        ("1h", "2026-10-11T23:00", "2026-10-13T10:00:00"),
        ("2d", "2026-10-09T15:00", "2026-10-13T15:00:00"),
        ("1d", "2026-10-13T09:00", "2026-10-13T18:00:00"),
        ("3cd", "2026-10-09T15:00", "2026-10-12T15:00:00"),
    ],
)
def test_time_passes_while_the_calendar_is_open(duration: str, start: str, end: str) -> None:
    assert due(duration, start) == end


@pytest.mark.parametrize(
    ("duration", "end"),
    [("45s", "2026-10-09T23:00:45"), ("2h", "2026-10-10T01:00:00"), ("2d", "2026-10-11T23:00:00")],
)
def test_where_there_is_no_calendar_it_passes_always(duration: str, end: str) -> None:
    assert due(duration, "2026-10-09T23:00", None) == end


def test_a_calendar_day_is_one_on_the_wall_however_clocks_jump() -> None:
    assert due("1cd", "2026-03-28T12:00", None, "Europe/Berlin") == "2026-03-29T12:00:00"
    assert due("1cd", "2026-03-28T02:30", None, "Europe/Berlin") == "2026-03-29T03:30:00"
    assert due("1d", "2026-03-28T12:00", None, "Europe/Berlin") == "2026-03-29T13:00:00"
    assert due("1cd", "2026-10-24T12:00", OFFICE, "Europe/Berlin") == "2026-10-25T11:00:00"  # noon on Shanghai's wall


@pytest.mark.parametrize("duration", ["1s", "1h", "1d"])
def test_by_a_calendar_that_never_opens_nothing_falls_due(duration: str) -> None:
    assert due(duration, "2026-10-09T15:00", NEVER) is None


@pytest.mark.parametrize(
    ("open_time", "end", "start"),
    [
        ("2h", "2026-10-09T17:00", "2026-10-09T15:00"),
        ("9h", "2026-10-13T09:00", "2026-10-10T09:00"),  # that Saturday is a workday, and begins with it
        ("1m", "2026-10-13T09:00", "2026-10-10T17:59"),
        ("18h", "2026-10-10T18:00", "2026-10-09T09:00"),
        ("2000h", "2026-10-13T09:00", "2025-12-04T16:00"),
    ],
)
def test_so_long_before_is_the_last_instant_with_so_much_open_time_behind_it(
    open_time: str, end: str, start: str
) -> None:
    compiled, hours = as_duration(open_time), open_hours(OFFICE)
    assert compiled is not None

    found = earlier_ms(at(end), open_time_ms(compiled, at(end), hours), hours)

    assert found == at(start)
    assert hours.elapsed(found, at(end)) == open_time_ms(compiled, found, hours) > hours.elapsed(at(start) + 1, at(end))


def test_before_is_nothing_where_nobody_ever_works_and_plain_where_everybody_does() -> None:
    end_ms = at("2026-10-13T09:00")

    assert earlier_ms(end_ms, 1, open_hours(NEVER)) is None
    assert earlier_ms(end_ms, 60_000, None) == end_ms - 60_000
