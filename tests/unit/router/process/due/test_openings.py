"""When what is opened on a date is opened: on its day, or the last that works before it, reckoned day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.assignment.roster import Roster
from router.model.calendars import Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.workforce import Pool, RecordChange, WorkforceRecords
from router.model.workitem import Kind
from router.process.definition.deadlines import DueDate
from router.process.definition.tasks import ChildTask
from router.process.due.clocks import DeadlineClocks
from router.process.due.openings import opening_ms
from router.process.life.occurrences import Occurrence
from rules.durations import Duration, DurationCase, DurationTable

SHANGHAI = ZoneInfo("Asia/Shanghai")
MADE_UP, OFF = date(2027, 10, 10), frozenset(date(2027, 10, day) for day in range(1, 8))
OFFICE = Calendar(
    "office",
    "Asia/Shanghai",
    tuple(WeeklyHours(day, Hours(9 * 60, 18 * 60)) for day in range(5)),
    (
        CalendarException(MADE_UP.isoformat(), (Hours(10 * 60, 18 * 60),)),
        *(CalendarException(day.isoformat()) for day in sorted(OFF)),
    ),
)
RECORDS = (
    *(RecordChange(1, "calendar", each.id, each) for each in (OFFICE, Calendar("never", "Asia/Shanghai"))),
    RecordChange(1, "pool", "care", Pool("care", calendar="office")),
    RecordChange(1, "pool", "closed", Pool("closed", calendar="never")),
    RecordChange(1, "tenant", "settings", TenantSettings(time_zone="Asia/Shanghai")),
)
CLOCKS = DeadlineClocks(Roster(WorkforceRecords().after(RECORDS, 1)).hours, "Asia/Shanghai")
TABLE = DurationTable(Duration(90, "d"), "tier", (DurationCase("C", None),))


def ms(day: date, hour: int = 9) -> int:
    return int(datetime.combine(day, time(hour), SHANGHAI).timestamp() * 1000)


def opened(
    attributes: Mapping[str, Any], before: DurationTable | None, pool: str = "care", entered_ms: int = 0, tier: str = ""
) -> int | None:
    task = ChildTask("next", Kind.RENEWAL, pool, dated=DueDate(("notice", "end"), before))
    return opening_ms(task, attributes, Occurrence(3, entered_ms), {"tier": tier}, CLOCKS)


def by_hand(day: date) -> int:
    """Return when the last day until one that somebody works on begins, looked at day by day."""
    while day in OFF or (day.weekday() > 4 and day != MADE_UP):
        day -= timedelta(days=1)
    return ms(day, 10 if day == MADE_UP else 9)


@given(
    st.dates(date(2026, 1, 1), date(2028, 12, 31)), st.integers(1, 366), st.sampled_from(["d", "cd"]),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
)  # fmt: skip
def test_it_is_what_is_reckoned_day_by_day_and_never_before_its_stage_is_entered(
    end: date, before: int, unit: Any, entered: date
) -> None:
    found = opened({"end": end.isoformat()}, DurationTable(Duration(before, unit)), entered_ms=ms(entered))

    assert found == max(by_hand(end - timedelta(days=before)), ms(entered))


@pytest.mark.parametrize(
    ("attributes", "given", "at_ms"),
    [
        ({"end": "2027-12-15"}, {}, ms(date(2027, 9, 16))),
        ({"end": "2027-12-15"}, {"tier": "C"}, None),
        ({"end": "2027-12-15"}, {"before": None}, ms(date(2027, 12, 15))),
        ({"end": "2027-12-15", "notice": "2027-11-15"}, {}, ms(date(2027, 8, 17))),
        ({"end": "2027-12-15T15:00:00+08:00"}, {}, ms(date(2027, 9, 16), 15)),
        ({"end": "2027-12-15"}, {"pool": "closed"}, ms(date(2027, 9, 16), 0)),
        ({"end": "2027-12-15"}, {"pool": "gone"}, ms(date(2027, 9, 16), 0)),
        ({"end": "soon"}, {}, None),
        ({}, {}, None),
    ],
)
def test_the_first_date_counts_a_table_may_say_none_and_where_nobody_works_the_day_begins_at_midnight(
    attributes: Mapping[str, Any], given: Mapping[str, Any], at_ms: int | None
) -> None:
    assert opened(attributes, **{"before": TABLE, **given}) == at_ms


@pytest.mark.parametrize("end", ["1900-01-01", "0001-01-01", "0001-01-01T00:00:00+08:00", "1970-12-31T10:00:00Z"])
@pytest.mark.parametrize("before", [None, TABLE, DurationTable(Duration(366, "d")), DurationTable(Duration(9, "h"))])
def test_a_date_that_lies_before_all_calendars_has_passed(end: str, before: DurationTable | None) -> None:
    assert opened({"end": end}, before, entered_ms=ms(date(2027, 9, 16))) == ms(date(2027, 9, 16))


@pytest.mark.parametrize(
    ("end", "before", "at_ms"),
    [
        ("9999-12-31", TABLE, ms(date(9999, 10, 2), 0)),
        ("9999-12-31", None, ms(date(9999, 12, 31), 0)),
        ("9998-06-30", TABLE, ms(date(9998, 4, 1), 0)),
        ("9997-12-31", TABLE, ms(date(9997, 10, 2))),
        ("9999-12-30T10:00:00+08:00", DurationTable(Duration(2, "h")), ms(date(9999, 12, 30), 8)),
        ("9999-12-31T23:59:59-08:00", None, ms(date(9999, 12, 31), 0)),
        ("9999-12-31T16:00:00-08:00", TABLE, ms(date(9999, 10, 2), 0)),
    ],
)
def test_a_date_that_no_calendar_reaches_is_kept_by_the_wall(
    end: str, before: DurationTable | None, at_ms: int
) -> None:
    assert opened({"end": end}, before) == at_ms
