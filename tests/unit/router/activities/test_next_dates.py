"""When a next date reminds whom: by the hours of whoever owns the work item now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from router.activities.next_dates import NextDates, has_manager
from router.assignment.roster import Roster
from router.model.activities import NextDate
from router.model.calendars import Calendar, Hours, WeeklyHours
from router.model.events import NEXT
from router.model.records import FiredStep, ItemRecord
from router.model.workforce import Pool, RecordChange, Rep, WorkforceRecords
from router.model.workitem import Kind, State
from router.timers.ports import Present
from router.timers.timer import Timer, may_fire

NINE_TO_FIVE = tuple(WeeklyHours(day, Hours(9 * 60, 17 * 60)) for day in range(5))
DAYS = Calendar("days", weekly=NINE_TO_FIVE)


def ms(day: int, hour: int) -> int:
    """Return an instant of November 2026, whose 27th is a Friday."""
    return int(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp()) * 1000


ITEM = ItemRecord(
    "crm~1", State.ASSIGNED, Kind.LEAD, "ann", "", 1, 5, 3, 3, 3, 3, next_date=NextDate(5, ms(27, 10), ms(26, 10))
)


class Planned:
    """A planner with reps who work by the days' calendar."""

    def __init__(self, *reps: str) -> None:
        changes = [RecordChange(1, "rep", rep, Rep(rep, calendar="days")) for rep in reps]
        self.roster = Roster(WorkforceRecords().after([*changes, RecordChange(1, "calendar", "days", DAYS)], 1))


def due(record: ItemRecord, *reps: str) -> Timer | None:
    planner: Any = Planned(*reps)
    decision: Any = None
    return NextDates().due(Present(planner), record, decision)


def test_the_owner_is_reminded_at_the_date_whatever_their_hours() -> None:
    assert due(ITEM, "ann") == Timer("crm~1", NEXT, 5, 1, ms(27, 10))


def test_the_manager_is_a_working_day_of_the_owners_later() -> None:
    reminded = ITEM.with_fired(FiredStep(NEXT, 5, 1, ms(27, 11)))

    assert due(reminded, "ann") == Timer("crm~1", NEXT, 5, 2, ms(30, 10))


def test_an_owner_who_always_works_or_is_gone_has_a_day_of_24_hours() -> None:
    reminded = ITEM.with_fired(FiredStep(NEXT, 5, 1, ms(27, 11)))

    assert due(reminded, "bo") == Timer("crm~1", NEXT, 5, 2, ms(28, 10))


def test_nothing_follows_the_managers_reminder() -> None:
    assert due(ITEM.with_fired(FiredStep(NEXT, 5, 2, ms(30, 11))), "ann") is None


def test_of_what_has_no_next_date_nothing_falls_due_and_the_log_need_not_be_read_for_it() -> None:
    planner: Any = Planned("ann")

    assert not NextDates().concerns(replace(ITEM, next_date=None), Present(planner))
    assert not NextDates().may_fall_due(Present(planner))


@pytest.mark.parametrize(
    ("record", "may"),
    [
        (ITEM, True),
        (replace(ITEM, next_date=None), False),
        (replace(ITEM, next_date=NextDate(6, 0, 0)), False),
        (replace(ITEM, state=State.CLOSED), False),
        (replace(ITEM, state=State.QUEUED), False),
        (ITEM.with_fired(FiredStep(NEXT, 5, 1, 0)), False),
        (ITEM.with_fired(FiredStep(NEXT, 4, 2, 0)), True),
    ],
)
def test_a_reminder_fires_once_while_the_date_stands_and_somebody_owns_it(record: ItemRecord, may: bool) -> None:
    assert may_fire(record, NEXT, 5, 1) is may


@pytest.mark.parametrize(
    ("rep", "pool", "is_led"),
    [
        (Rep("ann"), Pool("east"), False),
        (Rep("ann", manager="mo"), Pool("east"), True),
        (Rep("ann"), Pool("east", managers=("mo",)), True),
        (Rep("bo", manager="mo"), Pool("west", managers=("mo",)), False),
    ],
)
def test_a_manager_is_the_owners_own_or_one_of_the_pools(rep: Rep, pool: Pool, is_led: bool) -> None:
    records = WorkforceRecords().after([RecordChange(1, "rep", rep.id, rep), RecordChange(1, "pool", pool.id, pool)], 1)

    assert has_manager(Roster(records), replace(ITEM, pool="east")) is is_led
