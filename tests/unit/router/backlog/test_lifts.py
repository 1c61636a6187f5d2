"""When somebody comes, against looking at every quarter of an hour; and whose hours count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.assignment.planner import Planner
from router.assignment.roster import Roster
from router.backlog.lifts import _Returns, lifts, lifts_of
from router.model.calendars import Absence, Calendar, Hours, TenantSettings, WeeklyHours
from router.model.caps import Cap, CapMeasure, CapPace, CapWindow
from router.model.decision import Cause, Decision, DecisionInputs, ObservedState, Outcome
from router.model.dispatch import Dispatch, DispatchMode
from router.model.workforce import Member, Pool, Rep, WorkforceRecords
from router.model.workitem import Kind, WorkItem
from router.rules.check import check
from router.timers.ports import Present
from router.workforce.open_hours import open_hours
from rules.index import IndexEngine

QUARTER_MS = 15 * 60_000
DAY_MS = 96 * QUARTER_MS
WEEKS = range(0, 21 * DAY_MS, QUARTER_MS)
RULES = check("fields: {}\nrules: []\ndefault: {route: {pool: east, fallback: [{pool: west}, wait]}}").rule_set
LEAD = WorkItem(Kind.LEAD, "crm", "L-1")
NIGHT = Calendar("night", weekly=tuple(WeeklyHours(day, Hours(22 * 60, 6 * 60)) for day in range(7)))
DAY = Calendar("day", weekly=tuple(WeeklyHours(day, Hours(9 * 60, 18 * 60)) for day in range(5)))
CALENDARS = {calendar.id: calendar for calendar in (NIGHT, DAY)}


def present(
    reps: Sequence[Rep],
    pools: Sequence[Pool],
    absences: Sequence[Absence] = (),
    calendar: str = "",
) -> Present:
    """Return a workforce."""
    assert RULES is not None
    by_kind: dict[str, dict[str, Any]] = {
        "rep": {rep.id: rep for rep in reps},
        "pool": {pool.id: pool for pool in pools},
        "calendar": CALENDARS,
        "absence": {absence.id: absence for absence in absences},
        "tenant": {"settings": TenantSettings(calendar=calendar)},
    }
    return Present(Planner(1, RULES, IndexEngine(RULES), Roster(WorkforceRecords(1, by_kind))))


EAST = Pool("east", (Member("ann"),))
spans = st.tuples(st.integers(0, 14 * 96), st.integers(1, 96)).map(
    lambda span: (span[0] * QUARTER_MS, (span[0] + span[1]) * QUARTER_MS)
)


def is_there(calendar: str, leave: Sequence[tuple[int, int]], at_ms: int) -> bool:
    is_open = not calendar or open_hours(CALENDARS[calendar]).is_open(at_ms)
    return is_open and not any(start_ms <= at_ms < end_ms for start_ms, end_ms in leave)


@given(st.sampled_from(["", "night", "day"]), st.lists(spans, max_size=4), st.integers(0, 14 * 96))
def test_somebody_comes_when_they_are_there_who_were_not_before(
    calendar: str, leave: list[tuple[int, int]], quarter: int
) -> None:
    at_ms = quarter * QUARTER_MS
    absences = [Absence(f"ann/{number}", *span) for number, span in enumerate(leave)]
    world = present([Rep("ann", calendar=calendar)], [EAST], absences)

    there = [is_there(calendar, leave, instant) for instant in WEEKS]
    comings = (WEEKS[n] for n in range(1, len(WEEKS)) if WEEKS[n] > at_ms and there[n] and not there[n - 1])
    assert lifts(world, LEAD, at_ms) == next(comings, None)


def test_an_own_calendar_counts_before_the_pool_s_and_that_before_the_tenant_s() -> None:
    own = present([Rep("ann", calendar="night")], [Pool("east", (Member("ann"),), calendar="day")], calendar="day")
    of_pool = present([Rep("ann")], [Pool("east", (Member("ann"),), calendar="night")], calendar="day")
    of_tenant = present([Rep("ann")], [EAST], calendar="night")

    assert {lifts(world, LEAD, DAY_MS) for world in (own, of_pool, of_tenant)} == {DAY_MS + 88 * QUARTER_MS}


def test_the_first_to_come_of_every_step_counts() -> None:
    west = Pool("west", (Member("bob"), Member("cy")))
    reps = [Rep("ann", calendar="night"), Rep("bob", calendar="day"), Rep("cy")]

    assert lifts(present(reps, [EAST, west]), LEAD, 0) == 36 * QUARTER_MS


def test_nobody_comes_where_everybody_is_always_there() -> None:
    assert lifts(present([Rep("ann")], [EAST]), LEAD, 0) is None


def test_leave_begins_earlier_by_the_pool_s_buffer() -> None:
    leave = Absence("ann/1", DAY_MS, 2 * DAY_MS)
    buffered = present([Rep("ann")], [Pool("east", (Member("ann"),), leave_buffer_ms=DAY_MS)], [leave])

    assert lifts(buffered, LEAD, QUARTER_MS) == 2 * DAY_MS


def test_the_answer_does_not_depend_on_what_was_asked_before() -> None:
    both = Pool("east", (Member("ann"), Member("bob")))
    reps = [Rep("ann", calendar="day"), Rep("bob", calendar="night")]
    asked = [n * 7 * QUARTER_MS for n in range(100)]
    world, other = present(reps, [both]), present(reps, [both])

    forwards = [lifts(world, LEAD, at_ms) for at_ms in asked]
    backwards = [lifts(other, LEAD, at_ms) for at_ms in reversed(asked)]

    assert forwards == backwards[::-1]


@pytest.mark.parametrize(
    ("cap", "lifts_ms"),
    [
        (Cap("daily", CapMeasure.COUNT, 5, window=CapWindow.DAY), DAY_MS),
        (Cap("hourly", CapMeasure.UNITS, 5, window=CapWindow.HOUR), 43 * QUARTER_MS + QUARTER_MS),
        (Cap("paced", CapMeasure.COUNT, 24, window=CapWindow.DAY, pace=CapPace.EVEN), 44 * QUARTER_MS + 1),
        (Cap("rolling", CapMeasure.COUNT, 5, window=CapWindow.ROLLING, rolling_ms=DAY_MS), 44 * QUARTER_MS),
        (Cap("open", CapMeasure.OPEN, 5), None),
    ],
)
def test_a_cap_is_looked_at_again_when_time_may_lift_it(cap: Cap, lifts_ms: int | None) -> None:
    at_ms = 43 * QUARTER_MS  # a quarter to eleven

    assert lifts(present([Rep("ann", caps=(cap,))], [EAST]), LEAD, at_ms) == lifts_ms
    assert lifts(present([Rep("ann")], [Pool("east", EAST.members, caps=(cap,))]), LEAD, at_ms) == lifts_ms


def test_a_cap_that_is_reached_is_looked_at_when_it_lifts_and_any_other_when_its_window_ends() -> None:
    rolling = Cap("rolling", CapMeasure.COUNT, 5, window=CapWindow.ROLLING, rolling_ms=DAY_MS)
    paced = Cap("paced", CapMeasure.COUNT, 24, window=CapWindow.DAY, pace=CapPace.EVEN)
    world, at_ms = present([Rep("ann", caps=(rolling,))], [Pool("east", EAST.members, caps=(paced,))]), 43 * QUARTER_MS

    assert lifts(world, LEAD, at_ms, {}) == DAY_MS
    assert lifts(world, LEAD, at_ms, {f"rolling:COUNT:{DAY_MS}": 50 * QUARTER_MS}) == 50 * QUARTER_MS
    assert lifts(world, LEAD, at_ms, {f"rolling:COUNT:{DAY_MS}": 40 * QUARTER_MS}) == 44 * QUARTER_MS
    assert lifts(world, LEAD, at_ms, {"east/paced:COUNT": 40 * QUARTER_MS}) == 44 * QUARTER_MS + 1


def test_what_is_remembered_of_who_comes_does_not_grow_with_the_sets_of_reps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("router.backlog.lifts._MEMO_ENTRIES", 3)
    reps = [Rep(f"r{place}", calendar="day") for place in range(6)]
    by = present(reps, [Pool("east", tuple(Member(rep.id) for rep in reps))])
    returns = _Returns(by.planner.roster)
    (attempt, _) = by.planner.plan(LEAD, 0).attempts

    for rep in reps:
        sole = attempt._replace(candidates=replace(attempt.candidates, reps=(rep.id,), outside_hours=()))
        assert returns.first_behind(0, sole) == 9 * 4 * QUARTER_MS

    assert len(returns._known) <= 3


def test_who_was_passed_over_since_may_wait_by_any_cap() -> None:
    """By the decision nobody had reached one: it came outside of hours, and a cap was reached before its turn."""
    paced = Cap("paced", CapMeasure.COUNT, 24, window=CapWindow.DAY, pace=CapPace.EVEN)
    world, at_ms = present([Rep("ann")], [Pool("east", EAST.members, caps=(paced,))]), 43 * QUARTER_MS
    head = DecisionInputs(LEAD, Cause.ROUTED, 1, 1, (), ("pool east",))
    waits = Decision(
        7, "crm~L-1", Kind.LEAD, Outcome.WAITING, "", "", 0, 0, (ObservedState(()),), None, "", 0, at_ms, head
    )

    assert lifts_of(world, waits, at_ms) == DAY_MS
    assert lifts_of(world, waits, at_ms + 1) == 44 * QUARTER_MS + 1


def test_whoever_goes_on_leave_may_let_a_second_round_begin_where_others_refused_an_offer_more_often() -> None:
    offers = Dispatch(DispatchMode.OFFER)
    pool, people = Pool("east", (Member("ann"), Member("bo"))), [Rep("ann"), Rep("bo")]
    leaves = [Absence("ann/1", DAY_MS, 2 * DAY_MS), Absence("bo/1", 3 * DAY_MS, 4 * DAY_MS)]
    offering = present(people, [replace(pool, dispatch=offers, leave_buffer_ms=QUARTER_MS)], leaves)
    pushing = present(people, [pool], leaves)

    def round_begins(world: Present, *refused: str) -> int | None:
        return lifts(world, LEAD, 2 * DAY_MS, refused=refused)

    assert round_begins(offering, "ann") == 3 * DAY_MS - QUARTER_MS
    assert round_begins(offering, "ann", "bo", "ann") == 3 * DAY_MS - QUARTER_MS
    assert round_begins(pushing, "ann") == round_begins(offering, "ann", "bo") == 4 * DAY_MS
    assert lifts(offering, LEAD, 3 * DAY_MS - QUARTER_MS, refused=["ann"]) == 4 * DAY_MS


def test_whoever_goes_home_may_let_a_second_round_begin_as_well() -> None:
    pool = Pool("east", (Member("ann"), Member("bo")), dispatch=Dispatch(DispatchMode.OFFER))
    world = present([Rep("ann"), Rep("bo", calendar="day")], [pool])

    def round_begins(at_ms: int, *refused: str) -> int | None:
        return lifts(world, LEAD, at_ms, refused=refused)

    assert round_begins(40 * QUARTER_MS, "ann") == 18 * 4 * QUARTER_MS
    assert round_begins(18 * 4 * QUARTER_MS, "ann") == DAY_MS + 9 * 4 * QUARTER_MS, "there is nobody to go until then"
    assert round_begins(40 * QUARTER_MS, "ann", "bo") == DAY_MS + 9 * 4 * QUARTER_MS
