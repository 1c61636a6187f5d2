"""Which steps of deadlines are to be done: each once, in order, none behind an end, and giving behind telling."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.activities import ActivityEvidence, ActivityKind
from router.model.decision import StepOfDeadline
from router.process.definition.deadlines import Act, ClockOwner, Deadline, DeadlineStep, Since, Until
from router.process.definition.processes import Process, Stage
from router.process.due.clocks import DeadlineClocks
from router.process.due.due_steps import DueStep, due_steps, fired_steps, moved_in_stage, named_step
from router.process.due.standings import DeadlineStanding, End, standings
from router.process.life.lives import Done, Life, Occurrence, Spell, StageEntry, StepDone
from rules.durations import Duration, DurationTable

MINUTE, HOUR = 60_000, 3_600_000
NAME = "7/new/call"
CLOCKS = DeadlineClocks(lambda *_: None, "UTC")
REMIND, NOTIFY, GIVE = (Act.REMIND, Act.NOTIFY, Act.REASSIGN)


def process(*steps: tuple[int, Act]) -> Process:
    """Return one whose work items are to be called within an hour, with steps at so many percent of it."""
    made = tuple(DeadlineStep(Fraction(percent, 100), act) for percent, act in steps)
    within = DurationTable(Duration(1, "h"))
    call = Deadline("call", within, ClockOwner.WALL, Since.ARRIVAL, Until.ATTEMPT, made)
    return Process("sales", frozenset(), (Stage("new", deadlines=(call,)), Stage("talks")))


SALES = process((50, REMIND), (100, NOTIFY), (200, GIVE))


def life(*done: StepDone, owner: str = "ann", **more: object) -> Life:
    begun = Occurrence(7, 0)
    return Life(begun, (Spell(7, owner, "east", 0),), steps=done, **more)  # type: ignore[arg-type]


def step(kind: str, number: int, at_ms: int) -> StepDone:
    return StepDone(100 + number, at_ms, StepOfDeadline(f"{kind}/{NAME}", number))


def due(of: Process, lived: Life) -> list[DueStep]:
    return due_steps(standings(of, lived, {}, CLOCKS), lived)


def test_what_tells_is_due_at_once_and_what_gives_once_that_is_told() -> None:
    tells = [DueStep(f"due/{NAME}", 1, HOUR // 2), DueStep(f"due/{NAME}", 2, HOUR)]
    gives = DueStep(f"act/{NAME}", 1, 2 * HOUR)

    assert due(SALES, life()) == tells
    assert due(SALES, life(step("due", 1, HOUR // 2))) == tells[1:]
    assert due(SALES, life(step("due", 2, HOUR))) == [gives]
    assert due(SALES, life(step("due", 2, HOUR), step("act", 1, 2 * HOUR))) == []


@pytest.mark.parametrize(("told_ms", "due_ms"), [(HOUR, 2 * HOUR), (HOUR * 2, HOUR * 2 + 15 * MINUTE)])
def test_what_gives_waits_a_while_behind_what_was_told_late(told_ms: int, due_ms: int) -> None:
    assert due(SALES, life(step("due", 2, told_ms))) == [DueStep(f"act/{NAME}", 1, due_ms)]


def test_a_short_gap_is_waited_for_as_long_as_it_is() -> None:
    close = process((50, REMIND), (55, GIVE))

    assert due(close, life(step("due", 1, HOUR))) == [DueStep(f"act/{NAME}", 1, HOUR + 3 * MINUTE)]


def test_nobody_loses_what_they_have_just_got_or_worked_on() -> None:
    told = step("due", 2, HOUR)
    note = Done(50, ActivityKind.NOTE, (ActivityEvidence.ANY,), 2 * HOUR - MINUTE)
    spells = (Spell(7, "ann", "east", 0, 2 * HOUR - MINUTE, 1), Spell(60, "bo", "east", 2 * HOUR - MINUTE))

    rested = [DueStep(f"act/{NAME}", 1, 2 * HOUR + 14 * MINUTE)]
    assert due(SALES, life(told, done=(note,))) == rested
    assert due(SALES, life(told)._replace(spells=spells)) == rested


def test_what_nobody_owns_is_given_to_nobody() -> None:
    assert due(process((50, GIVE)), life(owner="")) == []


@given(percent=st.integers(1, 300), told_ms=st.none() | st.integers(HOUR, 4 * HOUR), owner=st.sampled_from(["", "ann"]))
def test_what_raises_waits_for_what_is_told_before_it_and_for_nothing_else(
    percent: int, told_ms: int | None, owner: str
) -> None:
    acts = ((percent, REMIND), (percent, Act.RAISE_PRIORITY), (percent, Act.RETURN))
    worked = Done(50, ActivityKind.NOTE, (ActivityEvidence.ANY,), 2 * HOUR)

    steps = due(
        process(*acts), life(*([] if told_ms is None else [step("due", 1, told_ms)]), owner=owner, done=(worked,))
    )

    kind = "due" if told_ms is None else "act"
    assert steps == [DueStep(f"{kind}/{NAME}", 1, percent * HOUR // 100)]


def test_a_step_is_named_by_the_process_or_is_none() -> None:
    def name(text: str, number: int = 1) -> Act | None:
        named = named_step(SALES, StepOfDeadline(text, number))
        return named.step.act if named else None

    assert [name(f"due/{NAME}"), name(f"due/{NAME}", 2), name(f"act/{NAME}")] == [REMIND, NOTIFY, GIVE]
    for text, number in ((f"due/{NAME}", 3), (f"due/{NAME}", 0), (f"act/{NAME}", 2), ("due/7/talks/call", 1)):
        assert name(text, number) is None
    assert [name("due/7/gone/call"), name("due/7//call"), name("next"), name("due/7/new/call/x")] == [None] * 4


def test_only_what_was_moved_since_it_entered_its_stage_counts() -> None:
    assert moved_in_stage(life(moved=(8, 9))) == 2
    assert moved_in_stage(life(moved=(8, 12), entries=(StageEntry("talks", 10, HOUR),))) == 1


ACTS = st.lists(st.tuples(st.integers(1, 300), st.sampled_from(list(Act))), max_size=6)
DONE = st.lists(st.tuples(st.sampled_from(["due", "act"]), st.integers(1, 6), st.integers(0, 4 * HOUR)), max_size=6)


def in_order(steps: Sequence[tuple[int, Act]]) -> list[tuple[int, Act]]:
    return sorted(steps, key=lambda each: each[0])


@given(acts=ACTS, done=DONE, ended=st.none() | st.integers(0, 4 * HOUR))
def test_no_step_comes_twice_or_out_of_order_or_behind_an_end(
    acts: list[tuple[int, Act]], done: list[tuple[str, int, int]], ended: int | None
) -> None:
    of, lived = process(*in_order(acts)), life(*(step(*each) for each in done))
    stands: list[DeadlineStanding] = standings(of, lived, {}, CLOCKS)
    if ended is not None:
        stands = [each._replace(end=End(ended, 9, is_done=False)) for each in stands]

    steps = due_steps(stands, lived)

    last = {kind: max((each[1] for each in reversed(done) if each[0] == kind), default=0) for kind in ("due", "act")}
    last |= {kind: number for kind, number, _ in done}
    assert ended is None or steps == []
    assert len({each[:2] for each in steps}) == len(steps)
    for kind in ("due", "act"):
        numbers = [each.step for each in steps if each.name.startswith(kind)]
        assert numbers == sorted(numbers)
        assert all(number > last[kind] for number in numbers)
    assert sum(each.name.startswith("act") for each in steps) <= 1
    named = [named_step(of, StepOfDeadline(each.name, each.step)) for each in steps]
    assert all(each is not None for each in named)
    assert all(
        due_ms <= each.due_ms
        for each, at in zip(steps, named, strict=True)
        for due_ms in [int(at.step.at * HOUR) if at and isinstance(at.step.at, Fraction) else 0]
    )


@given(acts=ACTS)
def test_done_one_after_the_other_every_step_is_done_once(acts: list[tuple[int, Act]]) -> None:
    of, lived, now_ms = process(*in_order(acts)), life(), 0
    for number in range(2 * len(acts) + 1):
        steps = due(of, lived)
        if not steps:
            break
        first = min(steps, key=lambda each: each.due_ms)
        now_ms = max(now_ms, first.due_ms)
        fired = StepDone(200 + number, now_ms, StepOfDeadline(first.name, first.step))
        lived = lived._replace(steps=(*lived.steps, fired))

    (standing,) = standings(of, lived, {}, CLOCKS)
    fired_all = fired_steps(standing, lived)
    assert due(of, lived) == []
    assert [each is not None for each in fired_all] == [True] * len(acts)
    assert len(lived.steps) == len(acts)
