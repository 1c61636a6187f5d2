"""What makes a timer void, and what is late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.model.events import WAKE
from router.model.records import FiredStep, ItemRecord
from router.model.workitem import Kind, State
from router.timers.timer import TimerStatus, may_fire

WAITS = ItemRecord("crm~1", State.QUEUED, Kind.LEAD, "", "", 0, 4, 4, 4, 4, 4)
SECOND = WAITS.with_fired(FiredStep(WAKE, 4, 2, 90))


@pytest.mark.parametrize(
    ("record", "entry", "step", "may"),
    [
        (WAITS, 4, 1, True),
        (WAITS, 3, 1, False),
        (replace(WAITS, state=State.ASSIGNED), 4, 1, False),
        (SECOND, 4, 1, False),
        (SECOND, 4, 2, False),
        (SECOND, 4, 3, True),
        (replace(SECOND, decision=9), 9, 1, True),
    ],
    ids=["first", "of another decision", "has an owner", "fired before", "fired", "next", "first of the next decision"],
)
def test_a_timer_fires_once_and_while_it_means_anything(record: ItemRecord, entry: int, step: int, may: bool) -> None:
    assert may_fire(record, WAKE, entry, step) is may


def test_a_record_keeps_the_last_step_of_each_name() -> None:
    record = SECOND.with_fired(FiredStep("other", 4, 1, 91)).with_fired(FiredStep(WAKE, 9, 1, 92))

    assert record.fired == (FiredStep("other", 4, 1, 91), FiredStep(WAKE, 9, 1, 92))
    assert record.fired_step(WAKE, 4) is None


@pytest.mark.parametrize(
    ("due_ms", "followed", "unread_ms", "since_ms", "late_ms", "has_work"),
    [
        (None, 7, None, None, 0, False),
        (150, 7, None, None, 0, False),
        (100, 7, None, None, 0, True),
        (60, 7, None, None, 40, True),
        (150, 6, 30, None, 70, True),
        (60, 6, 30, None, 70, True),
        (60, 7, None, 95, 5, True),
        (60, 7, None, 50, 40, True),
        (60, 6, 30, 95, 70, True),
    ],
    ids=["nothing", "nothing due", "due now", "late", "unread", "both", "due late", "due later", "due late and unread"],
)
def test_what_is_late_is_what_should_have_fired_or_been_read(
    due_ms: int | None, followed: int, unread_ms: int | None, since_ms: int | None, late_ms: int, has_work: bool
) -> None:
    status = TimerStatus(1, due_ms, followed, 7, unread_ms, 100, since_ms)

    assert (status.lateness_ms, status.has_work) == (late_ms, has_work)
