"""What the commands show of deadlines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fairlead.v1.deadlines_pb2 import Deadline, DeadlineStep, TimePart
from router.cli.clocks import Clock
from router.cli.deadline_cells import (
    due_told,
    length_told,
    next_step,
    part_codes,
    state_told,
    step_told,
    tell_superseded,
    tell_where_time_went,
)
from router.cli.deadlines import _urgency
from router.cli.lists import Names
from router.wording.languages import Language

NOW = datetime(2026, 9, 18, 10, tzinfo=UTC)
ENGLISH = Names({}, {}, Clock("Asia/Shanghai"))
CHINESE = Names({}, {}, Clock("Asia/Shanghai"), Language.ZH)
REMIND, NOTIFY, REASSIGN = DeadlineStep.ACT_REMIND, DeadlineStep.ACT_NOTIFY, DeadlineStep.ACT_REASSIGN


def deadline(due: timedelta | None = None, state: Deadline.State = Deadline.STATE_OPEN, **more: object) -> Deadline:
    message = Deadline(state=state, **more)  # type: ignore[arg-type]
    if due is not None:
        message.due_time.FromDatetime(NOW + due)
    return message


def step(act: DeadlineStep.Act, *, fired: bool = False) -> DeadlineStep:
    message = DeadlineStep(act=act)
    message.due_time.FromDatetime(NOW)
    if fired:
        message.fire_time.FromDatetime(NOW)
    return message


def test_a_deadline_is_shown_with_how_long_it_is_until_or_since() -> None:
    ahead, behind = deadline(timedelta(hours=1, minutes=20)), deadline(timedelta(minutes=-40))
    ended = deadline(timedelta(minutes=-40))
    ended.end_time.FromDatetime(NOW)

    assert due_told(ahead, NOW, ENGLISH) == "2026-09-18 19:20:00+08:00 (in 1 h 20 min)"
    assert due_told(behind, NOW, ENGLISH) == "2026-09-18 17:20:00+08:00 (40 min ago)"
    assert due_told(ahead, NOW, CHINESE) == "2026-09-18 19:20:00+08:00（还有 1 小时 20 分钟）"
    assert due_told(behind, NOW, CHINESE).endswith("（已过 40 分钟）")
    assert due_told(ended, NOW, ENGLISH) == due_told(behind, None, ENGLISH) == "2026-09-18 17:20:00+08:00"
    assert due_told(deadline(), NOW, CHINESE) == "超出日历所及的范围"
    assert length_told(timedelta(days=2, hours=3, minutes=4), Language.ZH) == "2 天 3 小时"


def test_what_stands_still_is_shown_with_until_when_and_why() -> None:
    paused = deadline(timedelta(hours=1), pause_reason="customer")
    paused.pause_end_time.FromDatetime(NOW)

    assert state_told(deadline(), CHINESE) == "OPEN"
    assert state_told(paused, ENGLISH) == "OPEN, paused until 2026-09-18 18:00:00+08:00: customer"
    assert state_told(paused, CHINESE) == "OPEN，停表至 2026-09-18 18:00:00+08:00：customer"


def test_the_next_step_is_the_first_with_none_of_its_kind_done_behind_it() -> None:
    def following(*steps: DeadlineStep) -> DeadlineStep | None:
        return next_step(deadline(steps=steps))

    remind, notify, reassign = map(step, (REMIND, NOTIFY, REASSIGN))
    told = step(NOTIFY, fired=True)
    assert following(remind, notify) == remind
    assert following(remind, told, reassign) == reassign
    assert following(reassign, told) == reassign
    assert following(remind, told) is following() is following(step(REASSIGN, fired=True)) is None
    assert step_told(notify, ENGLISH) == "tell 2026-09-18 18:00:00+08:00"
    assert step_told(reassign, CHINESE) == "2026-09-18 18:00:00+08:00 改派他人"
    assert step_told(None, ENGLISH) == ""


def test_overdue_ones_stand_first_and_what_no_calendar_knows_last() -> None:
    later, soon, unknown = deadline(timedelta(hours=2)), deadline(timedelta(hours=1)), deadline()
    late = deadline(timedelta(hours=-1), Deadline.STATE_OVERDUE)
    latest = deadline(timedelta(hours=-2), Deadline.STATE_OVERDUE)

    assert sorted([unknown, later, late, soon, latest], key=_urgency) == [latest, late, soon, later, unknown]


def test_below_a_work_items_deadlines_stands_where_their_time_went(capsys: pytest.CaptureFixture[str]) -> None:
    rep, pool = "tenants/demo/reps/wang-fang", "tenants/demo/pools/east"
    parts = [
        TimePart(kind=TimePart.KIND_PAUSED, reason="customer", wall_duration=timedelta(hours=5)),
        TimePart(kind=TimePart.KIND_OUTSIDE_HOURS, pool=pool, wall_duration=timedelta(hours=39)),
        TimePart(kind=TimePart.KIND_OUTSIDE_HOURS, wall_duration=timedelta(seconds=90)),
        TimePart(kind=TimePart.KIND_WAITING, pool=pool, wall_duration=timedelta(milliseconds=1500)),
        TimePart(kind=TimePart.KIND_OWNER, rep=rep, wall_duration=timedelta(minutes=25)),
    ]
    late = deadline(work_item="tenants/demo/workItems/crm~L-1", deadline="d", parts=parts, cause=TimePart.KIND_OWNER)
    names = Names({rep: "王芳"}, {})

    tell_where_time_went([deadline(), late], names)
    tell_where_time_went([deadline()], names)

    assert capsys.readouterr().out.splitlines() == [
        "Where the time went:",
        "  d: 5 h 0 min paused (customer) + 39 h 0 min outside hours (pool east) + 1 min 30 s outside hours"
        " + 1 s waiting for an owner + 25 min with 王芳; cause: owner idle",
    ]
    assert part_codes(late) == (
        "PAUSED customer 18000.000; OUTSIDE_HOURS east 140400.000; OUTSIDE_HOURS 90.000; WAITING east 1.500;"
        " OWNER wang-fang 1500.000"
    )


def test_what_was_superseded_is_told_below(capsys: pytest.CaptureFixture[str]) -> None:
    steps = (step(REMIND), step(NOTIFY), step(NOTIFY, fired=True))
    steps[0].superseded = steps[1].superseded = True
    deadlines = [deadline(deadline="call", steps=steps), deadline(deadline="other", steps=steps[2:])]

    for names in (ENGLISH, CHINESE):
        tell_superseded(deadlines, names)
    tell_superseded(deadlines[1:], CHINESE)

    assert capsys.readouterr().out.splitlines() == [
        "Superseded, and never done:",
        "  call: remind 2026-09-18 18:00:00+08:00, tell 2026-09-18 18:00:00+08:00",
        "已被后面的步骤取代，不再做：",
        "  call：2026-09-18 18:00:00+08:00 提醒，2026-09-18 18:00:00+08:00 通知",
    ]
