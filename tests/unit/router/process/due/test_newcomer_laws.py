"""What has just come falls due as everything does, whoever came before it, however their steps are remembered."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.model.calendars import Calendar, Hours, WeeklyHours
from router.model.workitem import Kind
from router.process.definition.deadlines import (
    Act,
    AfterDue,
    BeforeDue,
    ClockOwner,
    Deadline,
    DeadlineStep,
    Since,
    Until,
)
from router.process.definition.processes import Process, Stage
from router.process.due.clocks import DeadlineClocks
from router.process.due.due_steps import DueStep, due_steps
from router.process.due.newcomers import Newcomers
from router.process.due.standings import standings
from router.process.life.lives import Life, Occurrence, Spell
from router.workforce.open_hours import OpenHours
from rules.durations import Duration, DurationTable

MINUTE, ZONE = 60_000, "Europe/Berlin"
FRIDAY = int(datetime(2026, 10, 23, tzinfo=ZoneInfo(ZONE)).timestamp()) * 1000
"""Midnight; on the Sunday behind it, clocks are set back."""
DAY = (Hours(9 * 60, 12 * 60 + 30), Hours(13 * 60, 18 * 60))
SHORT, NIGHT, SHORT_NIGHT = (Hours(9 * 60, 13 * 60),), (Hours(22 * 60, 6 * 60),), (Hours(20 * 60, 2 * 60),)
HOURS = {
    "office": OpenHours(Calendar("office", ZONE, tuple(WeeklyHours(day, each) for day in range(5) for each in DAY))),
    "nights": OpenHours(
        Calendar(
            "nights",
            ZONE,
            tuple(WeeklyHours(day, each) for day in range(7) for each in (SHORT_NIGHT if day == 5 else NIGHT)),
        )
    ),
    "short on Fridays": OpenHours(
        Calendar(
            "short", ZONE, tuple(WeeklyHours(day, each) for day in range(7) for each in (SHORT if day == 4 else DAY))
        )
    ),
    "always": None,
}
CLOCKS = DeadlineClocks(lambda rep, _: HOURS[rep or "office"], ZONE)

LENGTHS = st.builds(Duration, st.integers(1, 60).map((10).__mul__), st.just("m")) | st.builds(
    Duration, st.integers(1, 2), st.just("d")
)
ANY_LENGTHS = LENGTHS | st.builds(Duration, st.integers(1, 3), st.just("cd"))
SHARES = st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(2)])


@st.composite
def deadlines(draw: st.DrawFn) -> tuple[Deadline, ...]:
    """Draw deadlines of one stage; most are such that what comes later is moved."""
    lengths = draw(st.sampled_from([LENGTHS, LENGTHS, ANY_LENGTHS]))
    others = st.builds(BeforeDue, lengths) if lengths is ANY_LENGTHS else SHARES
    steps = st.builds(
        DeadlineStep,
        SHARES | lengths | st.builds(AfterDue, lengths) | others,
        st.sampled_from([Act.REMIND, Act.NOTIFY, Act.REASSIGN, Act.RAISE_PRIORITY]),
        every=st.none() | lengths,
        at_most=st.integers(1, 2),
    )
    return tuple(
        Deadline(
            f"d{place}",
            DurationTable(draw(lengths)),
            clock=draw(st.sampled_from(ClockOwner)),
            since=draw(st.sampled_from(Since)),
            until=draw(st.sampled_from(Until)),
            steps=tuple(draw(st.lists(steps, min_size=1, max_size=2))),
        )
        for place in range(draw(st.integers(1, 2)))
    )


def process(*some: Deadline) -> Process:
    return Process("p", frozenset({Kind.LEAD}), (Stage("new", deadlines=some),))


def worked_out(process: Process, came: Occurrence, rep: str) -> list[DueStep]:
    life = Life(came, (Spell(came.event, rep, "", came.at_ms),))
    return due_steps(standings(process, life, {}, CLOCKS), life)


def all_are_as_worked_out(of_all: Process, rep: str, ticks: range) -> bool:
    """Have work items come every ten minutes, a moment before and a moment behind."""
    newcomers, instants = Newcomers(), [FRIDAY + tick * 10 * MINUTE + beside for tick in ticks for beside in (-1, 0, 1)]
    arrivals = [Occurrence(number, at_ms) for number, at_ms in enumerate(instants, start=17)]
    return [newcomers.steps(of_all, came, rep, "", CLOCKS) for came in arrivals] == [
        worked_out(of_all, came, rep) for came in arrivals
    ]


@settings(max_examples=settings().max_examples // 2)
@given(deadlines(), st.sampled_from([*HOURS]), st.integers(0, 3 * 24 * 6))
def test_the_steps_of_a_newcomer_are_those_that_would_be_worked_out(
    some: tuple[Deadline, ...], rep: str, tick: int
) -> None:
    assert all_are_as_worked_out(process(*some), rep, range(tick, tick + 80))


@pytest.mark.parametrize("rep", HOURS)
@pytest.mark.parametrize(
    ("within", "at"),
    [
        (Duration(50, "m"), Fraction(1, 2)),
        (Duration(30, "h"), Fraction(1)),
        (Duration(1, "d"), Fraction(1, 2)),
        (Duration(1, "cd"), Fraction(1)),
        (Duration(2, "h"), Duration(1, "cd")),
        (Duration(2, "h"), AfterDue(Duration(1, "d"))),
        (Duration(6, "h"), BeforeDue(Duration(2, "h"))),
    ],
    ids=str,
)
def test_nor_is_any_of_them_late_over_a_weekend_in_which_clocks_are_set_back(
    rep: str, within: Duration, at: Fraction | Duration | AfterDue | BeforeDue
) -> None:
    call = Deadline("call", DurationTable(within), steps=(DeadlineStep(at, Act.REMIND),))

    assert all_are_as_worked_out(process(call), rep, range(3 * 24 * 6))


def test_what_comes_in_the_same_hours_is_not_worked_out_and_what_comes_behind_them_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hour = Deadline("call", DurationTable(Duration(1, "h")), steps=(DeadlineStep(Fraction(1, 2), Act.REMIND),))
    of_call, newcomers, worked = process(hour), Newcomers(), Counter[str]()

    def counted(*arguments: object) -> object:
        worked["out"] += 1
        return standings(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("router.process.due.newcomers.standings", counted)
    one = FRIDAY + 13 * 60 * MINUTE

    found = [
        newcomers.steps(of_call, Occurrence(number, one + later * MINUTE), "office", "", CLOCKS)
        for number, later in enumerate((0, 1, 4 * 60, 4 * 60 + 1, 4 * 60 + 2))
    ]

    assert [(steps[0].due_ms - one) // MINUTE for steps in found] == [30, 31, 270, 271, 272]
    assert worked["out"] == 2  # at one, and at a minute past five, when an hour ends on Monday
