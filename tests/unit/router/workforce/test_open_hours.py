"""When a calendar is open: examples that people know, and the laws of open time wherever clocks jump."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo, reset_tzpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.calendars import Calendar, CalendarException, Hours, WeeklyHours
from router.model.errors import BeyondHorizon
from router.workforce.open_hours import HORIZON_MS, PAGE_MS, OpenHours, open_hours
from tests.wall_clocks import DAY, HOUR, MINUTE, NASTY, at, by_the_wall, calendar, seen, transitions

NINE_TO_SIX = calendar("Asia/Shanghai", "09:00-18:00")
NIGHTS = calendar("America/New_York", "22:00-06:00", days="MTWTFSS")
NOON = 1_795_780_800_000
EDGES = tuple(page * PAGE_MS for page in range(300, 800, 50))


@pytest.fixture(autouse=True, scope="module")
def shipped_zones() -> Iterator[None]:
    """Read zones from the package of zones, not from the machine, whose rules may be of another year."""
    reset_tzpath(to=())
    ZoneInfo.clear_cache()
    yield
    reset_tzpath()
    ZoneInfo.clear_cache()


@pytest.mark.parametrize(
    ("start", "hours_later", "end"),
    [
        ("2026-11-27 17:00", 1, "Fri 2026-11-27 18:00"),  # the span's end belongs to it
        ("2026-11-27 17:00", 2, "Mon 2026-11-30 10:00"),
        ("2026-11-28 12:00", 0, "Sat 2026-11-28 12:00"),
        ("2026-11-28 12:00", 9, "Mon 2026-11-30 18:00"),
        ("2026-11-27 18:00", 1, "Mon 2026-11-30 10:00"),
        ("2026-11-02 09:00", 9 * 20, "Fri 2026-11-27 18:00"),
    ],
)
def test_open_time_is_counted_from_nine_to_six(start: str, hours_later: int, end: str) -> None:
    hours = OpenHours(NINE_TO_SIX)

    assert seen("Asia/Shanghai", hours.add(at("Asia/Shanghai", start), hours_later * HOUR)) == end


def test_an_opening_is_open_and_a_closing_is_not() -> None:
    hours, opening, closing = (
        OpenHours(NINE_TO_SIX),
        at("Asia/Shanghai", "2026-11-27 09:00"),
        at("Asia/Shanghai", "2026-11-27 18:00"),
    )

    assert [hours.is_open(instant) for instant in (opening - 1, opening, closing - 1, closing)] == [
        False,
        True,
        True,
        False,
    ]
    assert hours.around(opening) == hours.around(closing - 1) == (opening, closing)
    assert hours.next_opening(opening + 1) == opening + 1


def test_spans_that_overlap_or_meet_are_one() -> None:
    hours = OpenHours(calendar("Europe/Berlin", "08:00-12:00", "11:00-14:00", "14:00-16:00"))
    opening = at("Europe/Berlin", "2026-11-27 08:00")

    assert hours.around(opening) == (opening, opening + 8 * HOUR)
    assert hours.elapsed(opening, opening + DAY) == hours.workday_ms(opening) == 8 * HOUR


def test_a_span_within_another_ends_nothing() -> None:
    hours = OpenHours(calendar("Europe/Berlin", "08:00-18:00", "10:00-11:00"))
    opening = at("Europe/Berlin", "2026-11-27 08:00")

    assert hours.around(opening) == (opening, opening + 10 * HOUR)
    assert hours.workday_ms(opening) == 10 * HOUR


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("span", ["00:01-00:01", "23:59-23:59", "23:00-01:00"])
def test_a_page_holds_what_began_on_dates_before_it(zone: str, span: str) -> None:
    for edge in EDGES:
        day = {seen("UTC", edge + days * DAY)[4:14]: (span,) for days in range(-4, 4, 2)}
        nights = calendar(zone, exceptions=day)
        walked = dict(by_the_wall(nights, edge - 2 * DAY, edge + 2 * DAY, 20 * MINUTE))
        assert {instant: OpenHours(nights).is_open(instant) for instant in walked} == walked


def test_hours_around_the_clock_never_end() -> None:
    hours = OpenHours(calendar("Europe/Berlin", "00:00-24:00", days="MTWTFSS"))

    assert hours.around(NOON) == (NOON - HORIZON_MS, NOON + HORIZON_MS)
    assert hours.add(NOON, HORIZON_MS) == NOON + HORIZON_MS
    with pytest.raises(BeyondHorizon):
        hours.add(NOON, HORIZON_MS + 1)


def test_an_exception_replaces_the_spans_that_begin_on_its_date_and_no_others() -> None:
    holiday = {"2026-11-26": (), "2026-11-28": ("10:00-12:00",)}
    hours = OpenHours(calendar("America/New_York", "22:00-06:00", exceptions=holiday))
    zone = "America/New_York"

    assert hours.around(at(zone, "2026-11-26 01:00"))[1] == at(zone, "2026-11-26 06:00")  # Wednesday's night goes on
    assert not hours.is_open(at(zone, "2026-11-26 23:00"))
    assert hours.is_open(at(zone, "2026-11-28 05:00"))
    assert seen(zone, hours.next_opening(at(zone, "2026-11-28 07:00"))) == "Sat 2026-11-28 10:00"


def test_a_calendar_without_hours_never_opens() -> None:
    hours = OpenHours(Calendar("closed", "Asia/Shanghai"))

    assert (hours.is_open(NOON), hours.next_opening(NOON), hours.workday_ms(NOON)) == (False, None, 0)
    assert hours.around(NOON) == (NOON - HORIZON_MS, NOON + HORIZON_MS)
    assert hours.elapsed(NOON, NOON + HORIZON_MS) == 0
    with pytest.raises(BeyondHorizon, match="closed: 1 ms of open time"):
        hours.add(NOON, 1)


def test_beyond_three_years_nothing_is_reckoned() -> None:
    hours = OpenHours(NINE_TO_SIX)

    with pytest.raises(BeyondHorizon, match="three years"):
        hours.elapsed(NOON, NOON + HORIZON_MS + 1)
    with pytest.raises(BeyondHorizon, match="three years"):
        hours.add(NOON, HORIZON_MS)


@pytest.mark.parametrize("instant", [-62_135_596_800_000, 253_402_300_799_000])
def test_the_first_and_the_last_instant_that_a_timestamp_may_be_are_answered(instant: int) -> None:
    hours = OpenHours(NINE_TO_SIX)

    assert hours.around(instant)[0] < instant < hours.around(instant)[1]
    assert hours.next_opening(instant) != instant
    assert hours.workday_ms(instant) == 9 * HOUR
    assert OpenHours(Calendar("c", "Asia/Shanghai", official_until="2026-12-31")).official(instant) == (instant < 0)


def test_a_working_day_is_that_of_the_weekday_or_of_the_next_one_with_hours() -> None:
    short_fridays = calendar("Europe/Berlin", "09:00-12:00", "13:00-18:00", days="MTWT---")
    fridays = [WeeklyHours(4, Hours(9 * 60, 14 * 60))]
    hours = OpenHours(Calendar("c", "Europe/Berlin", (*short_fridays.weekly, *fridays)))
    days = ("2026-11-26 23:59", "2026-11-27 12:00", "2026-11-28 12:00")

    assert [hours.workday_ms(at("Europe/Berlin", day)) // HOUR for day in days] == [8, 5, 8]


def test_a_working_day_of_a_calendar_of_dates_alone_is_its_longest() -> None:
    fair = {"2026-11-26": ("09:00-12:00",), "2026-11-27": ("20:00-04:00",), "2026-11-28": ()}

    assert OpenHours(calendar("Europe/Berlin", exceptions=fair)).workday_ms(NOON) == 8 * HOUR


def test_days_are_official_until_the_end_of_a_date_of_the_zone() -> None:
    hours = OpenHours(Calendar("c", "Asia/Shanghai", official_until="2026-12-31"))
    end = at("Asia/Shanghai", "2027-01-01 00:00")

    assert (hours.official(end - 1), hours.official(end)) == (True, False)
    assert OpenHours(Calendar("c", "Asia/Shanghai")).official(end)


def test_equal_calendars_are_compiled_once() -> None:
    assert open_hours(calendar("Europe/Berlin", "09:00-17:00")) is open_hours(calendar("Europe/Berlin", "09:00-17:00"))


@pytest.mark.parametrize(
    ("zone", "date", "hours"),
    [
        ("America/New_York", "2026-03-08", 3),  # 02:00 to 03:00 left out: 02:30 is 03:00, and 06:00 as ever
        ("America/New_York", "2026-11-01", 3.5),
        ("America/New_York", "2026-11-08", 3.5),
        ("Africa/Monrovia", "1972-01-07", 3.5),
        ("Pacific/Apia", "2011-12-30", 0),
        ("Pacific/Apia", "2011-12-31", 3.5),
    ],
)
def test_a_start_in_a_gap_moves_to_its_end(zone: str, date: str, hours: float) -> None:
    day = OpenHours(calendar(zone, exceptions={date: ("02:30-06:00",)}))
    near = at("UTC", f"{date} 12:00")

    assert day.elapsed(near - 2 * DAY, near + 2 * DAY) == hours * HOUR


def test_a_gap_may_end_between_two_minutes() -> None:
    liberia = OpenHours(calendar("Africa/Monrovia", exceptions={"1972-01-07": ("00:30-09:00",)}))

    opening = liberia.next_opening(at("UTC", "1972-01-06 12:00"))

    assert opening == at("UTC", "1972-01-07 00:44") + MINUTE // 2
    assert liberia.around(opening)[1] == at("UTC", "1972-01-07 09:00")


def test_of_two_equal_wall_times_the_first_is_meant() -> None:
    zone, autumn = "Europe/Berlin", {"2026-10-25": ("02:30-04:00",)}
    opening = OpenHours(calendar(zone, exceptions=autumn)).next_opening(at(zone, "2026-10-25 00:00"))

    assert opening == at(zone, "2026-10-25 02:30", fold=0) == at(zone, "2026-10-25 02:30", fold=1) - HOUR


def minutes(step: int = 1) -> st.SearchStrategy[Hours]:
    minute = st.integers(0, 1440 // step).map(lambda place: place * step)
    return st.builds(Hours, minute.filter(lambda start: start < 1440), minute.filter(lambda end: end > 0))


@st.composite
def calendars_at_jumps(draw: st.DrawFn, step: int = 1) -> tuple[Calendar, int]:
    """Draw a calendar of spans of whole steps in minutes, and an instant: its zone's clocks jump, or a page ends."""
    zone = draw(st.sampled_from((*NASTY, "Pacific/Kiritimati", "Pacific/Pago_Pago")))
    jump = draw(st.sampled_from((*transitions(zone), *EDGES)))
    weekly = draw(st.lists(st.builds(WeeklyHours, st.integers(0, 6), minutes(step)), max_size=12))
    dates = st.integers(-3, 3).map(lambda days: str(date.fromtimestamp(jump // 1000) + timedelta(days=days)))
    own = draw(
        st.lists(st.builds(CalendarException, dates, st.lists(minutes(step), max_size=3).map(tuple)), max_size=3)
    )
    return Calendar("c", zone, tuple(weekly), tuple(own)), jump


near = st.integers(-4 * DAY, 4 * DAY)


@given(calendars_at_jumps(step=5))
def test_it_is_open_when_the_clock_on_the_wall_says_so(drawn: tuple[Calendar, int]) -> None:
    calendar, jump = drawn
    hours, start, end, step = OpenHours(calendar), jump - 18 * HOUR, jump + 18 * HOUR, 5 * MINUTE

    walked = dict(by_the_wall(calendar, start, end, step))

    assert {instant: hours.is_open(instant) for instant in walked} == walked
    assert hours.elapsed(start, end) == sum(walked.values()) * step
    since, until = hours.around(jump)
    assert {walked[instant] for instant in walked if since <= instant < until} == {walked[jump]}
    assert since <= start or walked[since - step] != walked[jump]
    assert until >= end or walked[until] != walked[jump]


@given(calendars_at_jumps(), near, st.integers(0, 30 * DAY))
def test_what_was_added_has_elapsed(drawn: tuple[Calendar, int], offset: int, open_ms: int) -> None:
    calendar, jump = drawn
    hours, start = OpenHours(calendar), jump + offset

    try:
        end = hours.add(start, open_ms)
    except BeyondHorizon:
        assert hours.elapsed(start, start + HORIZON_MS) < open_ms
    else:
        assert hours.elapsed(start, end) == open_ms


@given(calendars_at_jumps(), near, st.integers(0, 30 * DAY))
def test_adding_leads_to_the_earliest_instant_with_as_much_open_time(
    drawn: tuple[Calendar, int], offset: int, later: int
) -> None:
    calendar, jump = drawn
    hours, start = OpenHours(calendar), jump + offset
    elapsed = hours.elapsed(start, start + later)

    end = hours.add(start, elapsed)

    assert start <= end <= start + later
    assert hours.elapsed(start, end) == elapsed
    assert end == start or hours.elapsed(start, end - 1) == elapsed - 1


@given(calendars_at_jumps(), st.tuples(near, near, near).map(sorted))
def test_open_time_adds_up_and_never_shrinks(drawn: tuple[Calendar, int], offsets: list[int]) -> None:
    calendar, jump = drawn
    hours, (first, second, third) = OpenHours(calendar), (jump + offset for offset in offsets)

    assert hours.elapsed(first, third) == hours.elapsed(first, second) + hours.elapsed(second, third)
    assert 0 <= hours.elapsed(first, second) <= second - first
    assert hours.elapsed(second, first) == 0 or first == second


@given(calendars_at_jumps(), near, st.lists(st.integers(-60, 60), max_size=3))
def test_answers_do_not_depend_on_what_was_asked_before(
    drawn: tuple[Calendar, int], offset: int, asked: list[int]
) -> None:
    calendar, jump = drawn
    hours, start = OpenHours(calendar), jump + offset
    for pages in asked:
        hours.is_open(start + pages * PAGE_MS)

    fresh = OpenHours(calendar)

    assert (hours.around(start), hours.next_opening(start)) == (fresh.around(start), fresh.next_opening(start))


def test_15_shifts_keep_their_hours_through_spring_and_autumn_split_overnight_and_on_makeup_days() -> None:
    zone = "America/New_York"
    nights, split = OpenHours(NIGHTS), OpenHours(calendar(zone, "01:00-03:00", "09:00-12:00", days="MTWTFSS"))
    evenings = {day: at(zone, f"{day} 22:00") for day in ("2026-03-07", "2026-10-31", "2026-11-07")}

    assert [nights.around(evening)[1] - evening for evening in evenings.values()] == [7 * HOUR, 9 * HOUR, 8 * HOUR]
    assert [seen(zone, nights.add(evening, 4 * HOUR))[4:] for evening in evenings.values()] == [
        "2026-03-08 03:00", "2026-11-01 01:00", "2026-11-08 02:00",
    ]  # fmt: skip
    assert [split.elapsed(evening, evening + 15 * HOUR) for evening in evenings.values()] == [
        4 * HOUR,
        6 * HOUR,
        5 * HOUR,
    ]

    in_the_gap = OpenHours(calendar(zone, "02:30-05:00", days="MTWTFSS"))
    opening = in_the_gap.next_opening(at(zone, "2026-03-08 00:00"))
    assert opening is not None
    assert (seen(zone, opening), in_the_gap.add(opening, HOUR) - opening) == ("Sun 2026-03-08 03:00", HOUR)

    made_up = calendar("Asia/Shanghai", "09:00-12:00", "13:30-18:00", exceptions={
        "2026-09-20": ("09:00-12:00", "13:30-18:00"), "2026-10-10": ("09:00-12:00", "13:30-18:00"),
        **{f"2026-10-0{day}": () for day in range(1, 8)},
    })  # fmt: skip
    china = OpenHours(made_up)
    friday, eve = at("Asia/Shanghai", "2026-09-18 17:00"), at("Asia/Shanghai", "2026-09-30 17:30")
    assert seen("Asia/Shanghai", china.add(friday, 2 * HOUR)) == "Sun 2026-09-20 10:00"
    assert seen("Asia/Shanghai", china.add(eve, 2 * HOUR)) == "Thu 2026-10-08 10:30"
    assert seen("Asia/Shanghai", china.next_opening(at("Asia/Shanghai", "2026-10-09 18:00"))) == "Sat 2026-10-10 09:00"


def test_17_team_and_rep_in_different_zones_each_follow_their_own_clocks() -> None:
    team, rep = (
        OpenHours(calendar("Europe/Berlin", "09:00-17:00")),
        OpenHours(calendar("America/New_York", "09:00-17:00")),
    )
    arrival = at("Europe/Berlin", "2026-03-09 10:00")  # a Monday; New York's clocks have jumped, Berlin's have not yet

    assert seen("Europe/Berlin", team.next_opening(arrival)) == "Mon 2026-03-09 10:00"
    assert seen("Europe/Berlin", rep.next_opening(arrival)) == "Mon 2026-03-09 14:00"
    assert seen("America/New_York", rep.add(arrival, 4 * HOUR)) == "Mon 2026-03-09 13:00"
    assert seen("Europe/Berlin", rep.add(arrival + 21 * DAY, 0)) == "Mon 2026-03-30 11:00"
    assert seen("Europe/Berlin", rep.next_opening(arrival + 21 * DAY)) == "Mon 2026-03-30 15:00"
