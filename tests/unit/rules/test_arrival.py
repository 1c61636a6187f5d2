"""The weekday and the hour of an instant, held to the calendar, also where the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.arrival import ArrivalField, instant
from rules.fields import Fact
from rules.projection import project
from rules.ruleset import RuleSet
from rules.values import as_epoch

ZONES = sorted(available_timezones())


def fact_of(attributes: dict[str, object], zone: str = "UTC") -> Fact:
    arrival = ArrivalField("arrived", zone)
    rule_set = RuleSet(arrival.types, (), "p", missing=frozenset(["", "n/a"]), arrival=arrival)
    return project(rule_set, attributes, lambda region, _: (region,))


def parts(text: str, zone: str) -> tuple[object, object]:
    fact = fact_of({"arrived": text}, zone)
    return fact.get("arrived.weekday"), fact.get("arrived.hour")


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(9998, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),
    st.sampled_from(ZONES),
)
def test_they_are_those_of_the_calendar_and_of_the_clock_on_the_wall(at: datetime, zone: str) -> None:
    text = instant(int(at.timestamp()) * 1_000_000)

    there = at.astimezone(ZoneInfo(zone))
    assert parts(text, zone) == (f"{there:%a}".lower(), int(f"{there:%H}"))
    assert as_epoch(text) == int(at.timestamp())


CLOCKS_CHANGE = {
    "Berlin, spring: 2 o'clock is left out": (
        "Europe/Berlin",
        "2026-03-29T00:30:00Z",
        [("sun", 1), ("sun", 3), ("sun", 4)],
    ),
    "Berlin, autumn: 2 o'clock comes twice": (
        "Europe/Berlin",
        "2026-10-24T23:30:00Z",
        [("sun", 1), ("sun", 2), ("sun", 2), ("sun", 3)],
    ),
    "New York, the night to Sunday in spring": (
        "America/New_York",
        "2026-03-08T04:30:00Z",
        [("sat", 23), ("sun", 0), ("sun", 1), ("sun", 3)],
    ),
    "Lord Howe, half an hour": (
        "Australia/Lord_Howe",
        "2026-04-04T13:45:00Z",
        [("sun", 0), ("sun", 1), ("sun", 2), ("sun", 3)],
    ),
    "Apia, which left out a Friday": ("Pacific/Apia", "2011-12-30T09:00:00Z", [("thu", 23), ("sat", 0), ("sat", 1)]),
    "Shanghai, never since 1991": (
        "Asia/Shanghai",
        "2026-03-28T15:30:00Z",
        [("sat", 23), ("sun", 0), ("sun", 1), ("sun", 2)],
    ),
}


@pytest.mark.parametrize(("zone", "first", "expected"), CLOCKS_CHANGE.values(), ids=CLOCKS_CHANGE)
def test_an_hour_that_is_left_out_never_comes_and_one_that_comes_twice_is_the_same(
    zone: str, first: str, expected: list[tuple[str, int]]
) -> None:
    begin = datetime.fromisoformat(first)
    hours = [instant(int((begin + timedelta(hours=n)).timestamp()) * 1_000_000) for n in range(len(expected))]

    assert [parts(at, zone) for at in hours] == expected


def test_who_came_without_a_stamp_has_neither() -> None:
    for attributes in ({}, {"arrived": None}, {"arrived": "n/a"}):
        assert fact_of(dict(attributes)) == {}


def test_an_instant_that_the_calendar_does_not_reach_has_neither() -> None:
    assert fact_of({"arrived": "9999-12-31T23:30:00Z"}, "Asia/Shanghai") == {"arrived": 253402299000}


def test_a_hundred_attributes_may_come_along_and_the_stamp_beside_them() -> None:
    arrival = ArrivalField("arrived")
    rule_set = RuleSet(arrival.types, (), "p", ignore_undeclared=True, arrival=arrival)
    attributes = {**{f"a{n}": n for n in range(100)}, "arrived": "1970-01-01T05:00:00Z"}

    fact = project(rule_set, attributes, lambda region, _: (region,))

    assert fact == {"arrived": 18_000, "arrived.weekday": "thu", "arrived.hour": 5}
