"""When lists of what falls due are made: as people know it, and by looking at the clock on the wall, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, reset_tzpath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from router.deadlines.digest_times import HOLIDAYS_AT, LONG_MS, TOMORROW_AT, DueDigest, last_digest, next_digest
from router.model.calendars import Calendar, Hours
from router.model.digests import DigestKind
from router.workforce.open_hours import OpenHours
from tests.wall_clocks import DAY, MINUTE, NASTY, at, by_the_wall, calendar, hours_on, seen, transitions, wall

OFFICE = calendar(
    "Asia/Shanghai",
    "09:00-18:00",
    exceptions={
        "2026-09-20": ["09:00-18:00"],
        "2026-09-25": [],
        **{f"2026-10-0{day}": [] for day in range(1, 8)},
        "2026-10-10": ["09:00-18:00"],
    },
)
STEP, FOR = 15 * MINUTE, 12 * DAY


@pytest.fixture(autouse=True, scope="module")
def shipped_zones() -> Iterator[None]:
    """Read zones from the package of zones, not from the machine, whose rules may be of another year."""
    reset_tzpath(to=())
    ZoneInfo.clear_cache()
    yield
    reset_tzpath()
    ZoneInfo.clear_cache()


@pytest.mark.parametrize(
    ("kind", "after", "due", "end"),
    [
        (DigestKind.DAY, "2026-09-18 08:59", "Fri 2026-09-18 09:00", "Sat 2026-09-19 00:00"),
        (DigestKind.DAY, "2026-09-18 09:00", "Sun 2026-09-20 09:00", "Mon 2026-09-21 00:00"),
        (DigestKind.HOLIDAYS, "2026-09-18 09:00", "Thu 2026-09-24 14:00", "Mon 2026-09-28 09:00"),
        (DigestKind.HOLIDAYS, "2026-09-24 14:00", "Wed 2026-09-30 14:00", "Thu 2026-10-08 09:00"),
        (DigestKind.TOMORROW, "2026-09-30 15:59", "Wed 2026-09-30 16:00", "Thu 2026-10-08 18:00"),
        (DigestKind.TOMORROW, "2026-09-30 16:00", "Thu 2026-10-08 16:00", "Fri 2026-10-09 18:00"),
    ],
)
def test_lists_come_on_working_days_by_the_clock_of_whoever_they_are_for(
    kind: DigestKind, after: str, due: str, end: str
) -> None:
    found = next_digest(kind, OpenHours(OFFICE), at("Asia/Shanghai", after))

    assert found is not None
    # what is due as the next working day ends is late by its end
    end_ms = found.end_ms - (kind is DigestKind.TOMORROW)
    assert (seen("Asia/Shanghai", found.due_ms), seen("Asia/Shanghai", end_ms)) == (due, end)


def test_before_a_weekend_and_where_it_is_never_closed_there_is_no_list_of_holidays() -> None:
    after_ms = at("Asia/Shanghai", "2026-11-01 00:00")
    weeks, always = calendar("Asia/Shanghai", "09:00-18:00"), calendar("UTC", "00:00-24:00", days="MTWTFSS")

    assert next_digest(DigestKind.HOLIDAYS, OpenHours(weeks), after_ms) is None
    assert next_digest(DigestKind.HOLIDAYS, OpenHours(always), after_ms) is None


def test_nothing_is_due_of_who_never_works() -> None:
    hours = OpenHours(calendar("UTC"))

    assert [next_digest(kind, hours, 0) for kind in DigestKind] == [None, None, None]


def test_of_lists_that_are_late_the_last_is_found() -> None:
    hours, monday = OpenHours(OFFICE), at("Asia/Shanghai", "2026-09-14 00:00")
    now = at("Asia/Shanghai", "2026-09-17 12:00")

    found = last_digest(DigestKind.DAY, hours, monday, now)

    assert found is not None
    assert seen("Asia/Shanghai", found.due_ms) == "Thu 2026-09-17 09:00"
    assert last_digest(DigestKind.DAY, hours, found.due_ms, now) is None


def test_what_is_late_is_in_a_list_that_says_so() -> None:
    late, not_late = DueDigest(50, 60, 90, with_late=True), DueDigest(50, 60, 90, with_late=False)

    assert [late.holds(at_ms) for at_ms in (9, 50, 51, 59, 60, 89, 90)] == [True, True, False, False, True, True, False]
    assert [not_late.holds(at_ms) for at_ms in (9, 50, 60, 89, 90)] == [False, False, True, True, False]


spans = st.sampled_from(["09:00-18:00", "22:00-06:00", "00:00-24:00", "08:30-12:00", "13:00-17:15", "01:00-03:30"])


KWAJALEIN = "Pacific/Kwajalein"
"""It passed over a date: nobody can say whether a night that began then is one."""


@st.composite
def cases(draw: st.DrawFn) -> tuple[Calendar, int]:
    """Draw a calendar, and an instant around which the clocks of its zone may jump."""
    zone = draw(st.sampled_from([zone for zone in NASTY if zone != KWAJALEIN]))
    jump = draw(st.sampled_from(transitions(zone)))
    after = (jump + draw(st.integers(-4 * DAY, DAY))) // STEP * STEP
    days = "".join(letter if draw(st.booleans()) else "-" for letter in "MTWTFSS")
    closed = [seen("UTC", after + day * DAY)[4:14] for day in draw(st.sets(st.integers(0, 8), max_size=6))]
    weekly = draw(st.lists(spans, min_size=1, max_size=2))
    return calendar(zone, *weekly, days=days, exceptions={key: [] for key in closed}), after


def plainly(kind: DigestKind, office: Calendar, after: int) -> int | None:
    """Look at the clock on the wall, step by step: the first list behind an instant, within some days."""
    walked = list(by_the_wall(office, after - 3 * DAY, after + FOR + 8 * DAY, STEP))
    shown = {wall(office.time_zone, at_ms).date() for at_ms, _ in walked}  # a zone may pass over a whole day
    latest = datetime.min
    told = set[date]()
    for place, (at_ms, _) in enumerate(walked):
        latest = max(latest, wall(office.time_zone, at_ms))
        for day in (latest.date() - timedelta(days=1), latest.date()):
            minute = minute_of(kind, hours_on(office, day))
            if (
                day in told
                or day not in shown
                or minute is None
                or latest < datetime.combine(day, time()) + timedelta(minutes=minute)
            ):
                continue
            told.add(day)
            is_due = kind is not DigestKind.HOLIDAYS or is_before_holidays(office, day, walked[place:])
            if is_due and after < at_ms < after + FOR:
                return at_ms
    return None


def minute_of(kind: DigestKind, hours: list[Hours]) -> int | None:
    """Return at which minute of a date with some hours a list is due."""
    if not hours:
        return None
    first = min(each.start for each in hours)
    return {DigestKind.DAY: first, DigestKind.HOLIDAYS: HOLIDAYS_AT, DigestKind.TOMORROW: TOMORROW_AT}[kind]


def is_before_holidays(office: Calendar, day: date, walked: list[tuple[int, bool]]) -> bool:
    """Say whether it is closed for long, from when the hours of a date end."""
    ends = [each.end + (1440 if each.end <= each.start else 0) for each in hours_on(office, day)]
    closing = datetime.combine(day, time()) + timedelta(minutes=max(ends))
    latest, closed_ms = datetime.min, None
    for at_ms, is_open in walked:
        latest = max(latest, wall(office.time_zone, at_ms))
        if latest >= closing and closed_ms is None:
            closed_ms = at_ms
        if closed_ms is not None and is_open:
            return at_ms - closed_ms > LONG_MS
    return True


@pytest.mark.long
@given(cases(), st.sampled_from(DigestKind))
@example((calendar(KWAJALEIN, "09:00-18:00", days="-----S-"), 745_933_500_000), DigestKind.DAY)
def test_a_list_is_due_when_the_clock_on_the_wall_says_so(case: tuple[Calendar, int], kind: DigestKind) -> None:
    office, after = case

    found = next_digest(kind, OpenHours(office), after)

    expected = plainly(kind, office, after)
    assert (found.due_ms if found and found.due_ms < after + FOR else None) == expected
