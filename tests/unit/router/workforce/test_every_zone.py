"""Open hours at every jump of every zone there is, beside a library that walks, and beside clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

import pytest
import pytz
from businesstimedelta import BusinessTimeDelta, Rules, WorkDayRule

from router.workforce.open_hours import OpenHours
from tests.wall_clocks import DAY, HOUR, MINUTE, NASTY, by_the_wall, calendar, transitions

LEFT_OUT = {
    "Factory",
    "localtime",
    "Africa/Monrovia",
}  # the first two are no places; see tests.wall_clocks for the third
LONG = [pytest.param(zone, marks=pytest.mark.long) for zone in sorted(available_timezones() - LEFT_OUT - set(NASTY))]
SPANS = ((time(1, 15), time(5, 45)), (time(9), time(12)), (time(13, 30), time(18)))
WALKED = ("01:15-05:45", "09:00-12:00", "13:30-18:00")
SHIFTS = ("22:00-02:30", "02:45-03:15", "23:45-00:15", "09:00-12:00", "13:30-18:00")


@pytest.fixture(autouse=True, scope="module")
def shipped_zones() -> Iterator[None]:
    """Read zones from the package of zones, which is of the same year as pytz's."""
    reset_tzpath(to=())
    ZoneInfo.clear_cache()
    yield
    reset_tzpath()
    ZoneInfo.clear_cache()


def chosen(zone: str) -> tuple[int, ...]:
    """Return all jumps of a zone; of one that everybody's tests look at, as many as there is time for."""
    jumps = transitions(zone)
    return jumps[:: max(1, len(jumps) // 6)] if zone in NASTY else jumps


@pytest.mark.parametrize("zone", [*NASTY, *LONG])
def test_shifts_of_every_kind_are_those_of_the_clock_on_the_wall(zone: str) -> None:
    shifts = calendar(zone, *SHIFTS, days="MTWTFSS")
    hours = OpenHours(shifts)

    for jump in chosen(zone):
        walked = dict(by_the_wall(shifts, jump - 12 * HOUR, jump + 12 * HOUR, 15 * MINUTE))
        assert {instant: hours.is_open(instant) for instant in walked} == walked, jump


@pytest.mark.parametrize("zone", [*NASTY, *LONG])
def test_weekly_spans_add_and_elapse_as_in_another_library(zone: str) -> None:
    hours, clock = OpenHours(calendar(zone, *WALKED)), pytz.timezone(zone)
    other = Rules([WorkDayRule(start, end, [0, 1, 2, 3, 4], tz=clock) for start, end in SPANS])

    for jump in chosen(zone):
        if not _unambiguous(clock, jump):
            continue
        for start, later in ((jump - 2 * DAY, 61 * HOUR), (jump - 7 * HOUR, 13 * HOUR)):
            began = datetime.fromtimestamp(start // 1000, UTC)
            elapsed = other.difference(began, began + timedelta(milliseconds=later)).timedelta
            assert hours.elapsed(start, start + later) == elapsed // timedelta(milliseconds=1), jump
            ended = began + BusinessTimeDelta(other, hours=11)
            assert hours.add(start, 11 * HOUR) == ended.timestamp() * 1000, jump


def _unambiguous(clock: pytz.BaseTzInfo, jump: int) -> bool:
    """Say whether clocks neither left out nor showed twice any bound of a span near a jump: pytz chooses otherwise."""
    first = datetime.fromtimestamp(jump // 1000, clock).date() - timedelta(days=4)
    bounds = (
        datetime.combine(first + timedelta(days=day), bound) for day in range(12) for span in SPANS for bound in span
    )
    return all(clock.localize(bound, is_dst=True) == clock.localize(bound, is_dst=False) for bound in bounds)
