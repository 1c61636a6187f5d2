"""Days that come again: as another library has them, and in as many steps as was said.

The other library looks for a day until year 9999; so as not to wait, it is asked about years that are close to that.
Of weekdays with and without a number in one rule, which RFC 5545 adds up, it takes those that are both: it gets none.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from dateutil.rrule import rrule, rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import vRecur

from router.workforce.recurrence import WEEKDAYS, Recurrence

START = date(2024, 1, 1)


def days(rule: str, start: date, first: date, last: date) -> list[str]:
    return [str(day) for day in Recurrence.read(vRecur.from_ical(rule), start).days(start, first, last)]


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("FREQ=YEARLY", date(1970, 12, 25), ["2026-12-25", "2027-12-25"]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", date(2010, 11, 25), ["2026-11-26", "2027-11-25"]),
        ("FREQ=YEARLY;BYDAY=MO;BYMONTH=5;BYSETPOS=-1", date(2020, 5, 25), ["2026-05-25", "2027-05-31"]),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", date(2020, 2, 29), []),
        (
            "FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=-1",
            date(2026, 6, 30),
            ["2026-06-30", "2026-12-31", "2027-06-30", "2027-12-31"],
        ),
        ("FREQ=MONTHLY;BYDAY=-1FR,TU;BYMONTH=2;COUNT=9", date(2026, 2, 3), [
            "2026-02-03", "2026-02-10", "2026-02-17", "2026-02-24", "2026-02-27",
            "2027-02-02", "2027-02-09", "2027-02-16", "2027-02-23",
        ]),
        ("FREQ=YEARLY;COUNT=10", date(2017, 10, 1), ["2026-10-01"]),
        ("FREQ=WEEKLY;UNTIL=20260115", date(2026, 1, 1), ["2026-01-01", "2026-01-08", "2026-01-15"]),
    ],
)  # fmt: skip
def test_days_that_people_write(rule: str, start: date, expected: list[str]) -> None:
    assert days(rule, start, date(2026, 1, 1), date(2027, 12, 31)) == expected


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("FREQ=SECONDLY", "FREQ=SECONDLY; allowed are YEARLY, MONTHLY, WEEKLY, DAILY"),
        ("FREQ=HOURLY", "FREQ=HOURLY"),
        ("COUNT=3", "FREQ=None"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0; allowed is a number from 1 to 10000"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1"),
        ("FREQ=DAILY;COUNT=0", "COUNT=0"),
        ("FREQ=DAILY;COUNT=10001", "COUNT=10001"),
        ("FREQ=DAILY;BYHOUR=3", "'BYHOUR'; allowed are FREQ, "),
        ("FREQ=YEARLY;BYEASTER=1", "'BYEASTER'"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH=13; allowed are numbers from 1 to 12"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0"),
        ("FREQ=WEEKLY;BYDAY=2MO", "which FREQ=WEEKLY does not allow"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "which FREQ=WEEKLY does not allow"),
        ("FREQ=YEARLY;BYDAY=54MO", "BYDAY=54MO"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "leaves out 2024-01-01, the day of DTSTART"),
    ],
)
def test_rules_that_are_no_rules_of_days_are_refused(rule: str, fault: str) -> None:
    with pytest.raises(ValueError, match=r"RRULE") as refused:
        days(rule, START, START, START)

    assert fault in str(refused.value)


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(("YEARLY", "MONTHLY", "WEEKLY", "DAILY")))
    counted = frequency in ("YEARLY", "MONTHLY")
    places = ("1", "2", "5", "-1", "-5") if counted and draw(st.booleans()) else ("",)
    weekday = st.builds(str.__add__, st.sampled_from(places), st.sampled_from(WEEKDAYS))
    parts: dict[str, Any] = {
        "FREQ": st.just(frequency),
        "INTERVAL": st.integers(1, 7),
        "COUNT": st.integers(1, 60),
        "WKST": st.sampled_from(WEEKDAYS),
        "BYMONTH": _several(st.integers(1, 12)),
        "BYDAY": _several(weekday),
        **({} if frequency == "WEEKLY" else {"BYMONTHDAY": _several(st.integers(-31, 31).filter(bool))}),
        **({"BYSETPOS": _several(st.integers(-6, 6).filter(bool))} if counted else {}),
    }
    chosen = {"FREQ", *draw(st.sets(st.sampled_from(sorted(parts))))}
    return ";".join(f"{name}={draw(parts[name])}" for name in parts if name in chosen)


def _several(values: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=3).map(lambda chosen: ",".join(map(str, chosen)))


@given(rules(), st.dates(date(9919, 1, 1), date(9921, 12, 31)), st.integers(0, 900), st.integers(0, 900))
def test_days_are_those_of_another_library(rule: str, start: date, until_first: int, until_last: int) -> None:
    first = start + timedelta(days=until_first)
    last = first + timedelta(days=until_last)
    if "BYSETPOS" in rule:
        assume("BYDAY" in rule or "BYMONTHDAY" in rule or "BYMONTH" in rule)
    other = rrulestr(
        f"{rule};UNTIL={last:%Y%m%d}" if "COUNT" not in rule else rule, dtstart=datetime.combine(start, time())
    )
    assert isinstance(other, rrule)
    begin = next(iter(other), None)
    assume(begin)
    assert begin is not None
    start = begin.date()  # as RFC 5545 wants it: the first day is one of the rule's
    first = max(first, start)
    other = other.replace(dtstart=begin)

    expected = [str(day.date()) for day in other if first <= day.date() <= last]

    assert days(rule, start, first, last) == expected


@given(rules(), st.dates(date(1970, 1, 1), date(2030, 12, 31)), st.integers(-900, 900), st.integers(0, 900))
def test_no_more_days_are_looked_at_than_was_said(rule: str, start: date, until_first: int, until_last: int) -> None:
    first = start + timedelta(days=until_first)
    last = first + timedelta(days=until_last)
    try:
        recurrence = Recurrence.read(vRecur.from_ical(rule), start)
    except ValueError:
        return
    periods = list[int]()
    bounds = recurrence._bounds

    class Counting(Recurrence):
        def _bounds(self, period: int) -> tuple[int, int]:
            begin, end = bounds(period)
            periods.append(end - begin + 1)
            return begin, end

    counting = Counting(*(getattr(recurrence, name) for name in Recurrence.__slots__))

    list(counting.days(start, first, last))

    assert sum(periods) <= counting.n_steps(start, first, last)
