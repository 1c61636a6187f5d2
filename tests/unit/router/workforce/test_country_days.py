"""A country's days: China's beside another package, make-up workdays, and until when days are official."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import chinese_calendar
import pytest

from router.model.calendars import Calendar, Hours, WeeklyHours
from router.model.errors import InvalidInput
from router.workforce.country_days import country_days
from router.workforce.open_hours import OpenHours
from tests.wall_clocks import DAY, HOUR, at, spans

WEEK = tuple(WeeklyHours(day, hours) for day in range(5) for hours in spans("09:00-12:00", "13:30-18:00"))
MADE_UP_2026 = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]


def test_china_works_on_the_same_days_as_in_another_package_from_2006_to_2026() -> None:
    days = country_days("CN", range(2006, 2027), WEEK)
    hours = OpenHours(Calendar("cn", "Asia/Shanghai", WEEK, days.exceptions))
    first, midnight = date(2006, 1, 1), at("Asia/Shanghai", "2006-01-01 00:00")
    n_days = (date(2026, 12, 31) - first).days + 1

    worked = {
        first + timedelta(day): hours.elapsed(midnight + day * DAY, midnight + (day + 1) * DAY) for day in range(n_days)
    }

    assert [day for day in worked if chinese_calendar.is_workday(day) != (worked[day] > 0)] == []
    assert set(worked.values()) == {0, 7.5 * HOUR}


def test_the_six_makeup_workdays_of_2026_have_the_hours_of_a_workday() -> None:
    days = country_days("CN", [2026], WEEK)

    made_up = [exception for exception in days.exceptions if exception.hours]

    assert [exception.date for exception in made_up] == MADE_UP_2026
    assert {exception.hours for exception in made_up} == {spans("09:00-12:00", "13:30-18:00")}
    assert {exception.display_name for exception in made_up} == {"调休上班"}


def test_a_makeup_workday_has_the_hours_of_the_weekday_that_it_stands_for() -> None:
    short_fridays = [WeeklyHours(day, Hours(9 * 60, (13 if day == 4 else 18) * 60)) for day in range(5)]
    friday_off = {made_up.date: made_up.hours for made_up in country_days("CN", [2026], short_fridays).exceptions}

    assert friday_off["2026-01-04"] == spans("09:00-13:00")  # for Friday, 2 January
    assert friday_off["2026-10-10"] == spans("09:00-18:00")  # for Wednesday, 7 October


def test_whoever_does_not_work_on_that_weekday_does_not_make_up_for_it() -> None:
    mondays = [WeeklyHours(0, Hours(9 * 60, 18 * 60))]
    worked = [day.date for day in country_days("CN", [2026], mondays).exceptions if day.hours]

    assert set(worked) < set(MADE_UP_2026)
    assert "2026-01-04" not in worked
    assert [day for day in country_days("CN", [2026], ()).exceptions if day.hours] == []


@pytest.mark.parametrize(
    ("country", "years", "until"),
    [
        ("CN", [2026], "2026-12-31"),
        ("CN", [2026, 2027], "2026-12-31"),  # nobody has said 2027
        ("CN", [2027], "2026-12-31"),
        ("CN", [2024, 2026], "2024-12-31"),  # 2025 was not asked for
        ("DE", [2026, 2027, 2028], "2028-12-31"),
        ("US", [2026], "2026-12-31"),
        ("AE", [2050], "2049-12-31"),  # the moon of 2050 has not been seen
    ],
)
def test_days_are_official_as_far_as_somebody_has_said_them(country: str, years: list[int], until: str) -> None:
    assert country_days(country, years, WEEK).official_until == until


def test_2027_in_china_is_not_official() -> None:
    days = country_days("CN", [2026, 2027], WEEK)
    hours = OpenHours(Calendar("cn", "Asia/Shanghai", WEEK, days.exceptions, official_until=days.official_until))

    assert hours.official(at("Asia/Shanghai", "2026-12-31 23:59"))
    assert not hours.official(at("Asia/Shanghai", "2027-01-01 00:00"))


@pytest.mark.parametrize(
    ("country", "subdivision", "date", "name"),
    [
        ("CN", "", "2026-10-01", "国庆节"),
        ("HK", "", "2026-07-01", "香港特別行政區成立紀念日"),
        ("DE", "", "2026-10-03", "Tag der Deutschen Einheit"),
        ("DE", "BY", "2026-01-06", "Heilige Drei Könige"),
        ("US", "", "2026-11-26", "Thanksgiving Day"),
    ],
)
def test_days_are_named_in_the_country_s_language(country: str, subdivision: str, date: str, name: str) -> None:
    names = {day.date: day.display_name for day in country_days(country, [2026], WEEK, subdivision).exceptions}

    assert names[date] == name


@pytest.mark.parametrize(
    ("country", "years", "subdivision", "fault"),
    [
        ("XX", [2026], "", "country.country: found 'XX'; allowed is one of AD, AE, "),
        ("cn", [2026], "", "country.country: found 'cn'; allowed is one of "),
        ("__class__", [2026], "", "country.country: found '__class__'; allowed is one of "),
        ("DE", [2026], "XX", "country.subdivision: found 'XX'; allowed is one of BB, BE, "),
        ("CN", [2026], "SH", "country.subdivision: found 'SH'; allowed is none: CN has the same days all over"),
        ("CN", [2026, 1949], "", "country.years: found 1949; allowed are those from 1950 to 2100, one at least"),
        ("CN", [], "", "country.years: found none; allowed are those from 1950 to 2100, one at least"),
    ],
)
def test_what_the_package_does_not_know_is_refused(
    country: str, years: list[int], subdivision: str, fault: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        country_days(country, years, WEEK, subdivision)

    assert str(refused.value).startswith(fault)


def test_the_package_is_imported_only_when_days_are_asked_for() -> None:
    said = "import sys, router.workforce.country_days; print('holidays' in sys.modules)"

    assert subprocess.check_output([sys.executable, "-c", said], text=True) == "False\n"
