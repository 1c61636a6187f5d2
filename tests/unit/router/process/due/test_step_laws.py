"""When steps are due around the due time, again and again, and what is due by a date: as somebody counts it by hand."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from router.process.definition.deadlines import (
    Act,
    AfterDue,
    BeforeDue,
    Deadline,
    DeadlineStep,
    DueDate,
    OnClosed,
    Since,
    StepTime,
    Until,
)
from router.process.due.standings import standings
from router.process.life.lives import AttributesSince, Life, Pause
from rules.durations import Duration, DurationTable
from tests.minute_by_minute import PlainSpell, before, due, opening
from tests.unit.router.process.due.test_deadline_laws import (
    CLOCKS,
    MINUTE,
    PLAIN,
    SHARES,
    changes,
    life,
    lives,
    process,
)

Owners = list[tuple[int, str]]
MINUTES = st.integers(1, 700)
LENGTHS = st.builds(Duration, st.integers(1, 400), st.just("m")) | st.builds(Duration, st.just(1), st.just("d"))


def times(owners: Owners, within: Duration, *steps: DeadlineStep) -> tuple[int, list[int]]:
    """Return the minute at which a deadline is due, and those of its steps."""
    one = Deadline("one", DurationTable(within), since=Since.ARRIVAL, steps=steps)
    (standing,) = standings(process(one), life(owners), {}, CLOCKS)
    return -(-(standing.due_ms or 0) // MINUTE), [-(-(at_ms or 0) // MINUTE) for at_ms in standing.steps]


@given(changes(), LENGTHS, MINUTES)
def test_so_long_before_it_is_due_is_what_somebody_counts_backwards_and_not_before_it_began(
    owners: Owners, within: Duration, minutes: int
) -> None:
    step = DeadlineStep(BeforeDue(Duration(minutes, "m")), Act.REMIND)

    due_minute, (found,) = times(owners[:1], within, step)

    assert found == max(before(due_minute, PLAIN[owners[0][1]], minutes), owners[0][0])


@given(changes(), LENGTHS, st.integers(1, 300), st.integers(1, 5), st.booleans())
def test_again_and_again_is_counted_from_the_first_time_by_whoevers_hours(
    owners: Owners, within: Duration, minutes: int, most: int, is_behind: bool
) -> None:
    every = Duration(minutes, "m")
    first: StepTime = AfterDue(every) if is_behind else Fraction(1)

    due_minute, found = times(owners, within, DeadlineStep(first, Act.REMIND, every=every, at_most=most))

    plain = [PlainSpell(minute, PLAIN[rep]) for minute, rep in owners]
    later = [
        spell for place, spell in enumerate(plain) if place + 1 == len(plain) or plain[place + 1].since > due_minute
    ]
    counts = [minutes * time for time in range(is_behind, most + is_behind)]
    assert found == [due(due_minute, later, Fraction(count), "m") if count else due_minute for count in counts]


@given(
    lives(),
    LENGTHS,
    st.lists(
        st.tuples(SHARES | st.sampled_from([BeforeDue(Duration(1, "d")), Duration(5, "h")]), st.sampled_from(Act)),
        max_size=4,
    ),
)
def test_no_step_is_due_before_one_that_stands_before_it(
    a_life: object, within: Duration, written: list[tuple[StepTime, Act]]
) -> None:
    steps = tuple(DeadlineStep(at, act, every=Duration(1, "h"), at_most=2) for at, act in written)
    one = Deadline("one", DurationTable(within), since=Since.ASSIGNED, steps=steps)

    for standing in standings(process(one), a_life, {}, CLOCKS):  # type: ignore[arg-type]
        assert list(standing.steps) == sorted(each or 0 for each in standing.steps)
        assert len(standing.steps) == len(one.times)


@given(
    st.dates(date(2026, 9, 1), date(2026, 10, 20)),
    st.integers(0, 90),
    st.sampled_from(OnClosed),
    st.sampled_from([*PLAIN]),
)
def test_what_is_due_by_a_day_is_due_as_that_day_opens_or_one_beside_it(
    end: date, days: int, on_closed: OnClosed, rep: str
) -> None:
    ahead = DurationTable(Duration(days, "d")) if days else None
    one = Deadline("one", DurationTable(None), dated=DueDate(("end",), ahead, on_closed))
    known = (AttributesSince(1, 0, {"end": end.isoformat()}),)

    (standing,) = standings(process(one), life([(0, rep)])._replace(attributes=known), {}, CLOCKS)

    direction = {OnClosed.BEFORE: -1, OnClosed.AFTER: 1, OnClosed.AS_IS: 0}[on_closed]
    assert standing.due_ms == opening(end - timedelta(days=days), PLAIN[rep], direction, offset=480) * MINUTE


def test_what_is_paused_does_not_count_before_nor_between_the_times_of_a_step() -> None:
    hours = [Duration(number, "h") for number in range(12)]
    steps = (
        DeadlineStep(BeforeDue(hours[9]), Act.REMIND),
        DeadlineStep(BeforeDue(hours[8]), Act.REMIND),
        DeadlineStep(Fraction(1), Act.REMIND, every=hours[1], at_most=3),
    )
    one = Deadline("one", DurationTable(hours[10]), since=Since.ARRIVAL, until=Until.COMPLETION, steps=steps)
    begun = 30_000_000
    pauses = tuple(
        Pause(10 + first, (begun + first * 60) * MINUTE, (begun + last * 60) * MINUTE, "why")
        for first, last in ((2, 4), (4, 5), (14, 20))
    )

    (standing,) = standings(process(one), life([(begun, "always")])._replace(pauses=pauses), {}, CLOCKS)

    assert [(at_ms or 0) // MINUTE - begun for at_ms in standing.steps] == [60, 300, 780, 840, 1260]


DATES = st.dates(date(2026, 9, 10), date(2026, 10, 5)).map(str) | st.sampled_from(
    ["", "2020-09-20", "2026-09-20T10:30:00+08:00"]
)
DATED = st.builds(
    lambda days, on_closed, yearly, until: Deadline(
        "one",
        DurationTable(None),
        until=until,
        steps=(
            DeadlineStep(BeforeDue(Duration(2, "d")), Act.REMIND),
            DeadlineStep(Fraction(1), Act.REMIND, every=Duration(90, "m"), at_most=2),
        ),
        dated=DueDate(("end",), DurationTable(Duration(days, "d")), on_closed, yearly=yearly),
    ),
    st.integers(1, 9),
    st.sampled_from(OnClosed),
    st.booleans(),
    st.sampled_from([Until.ATTEMPT, Until.ANY]),
)


@st.composite
def dated_lives(draw: st.DrawFn) -> Life:
    """Draw a life with dates that it gets in the order of time."""
    a_life = draw(lives())
    begun = a_life.begun.at_ms // MINUTE
    minutes = [begun, *sorted(begun + minute for minute in draw(st.sets(st.integers(1, 6 * 1440), max_size=3)))]
    known = [AttributesSince(400 + minute, minute * MINUTE, {"end": draw(DATES)}) for minute in minutes]
    entries = tuple(entry._replace(event=400 + entry.at_ms // MINUTE) for entry in a_life.entries)
    closed = a_life.closed and a_life.closed._replace(event=400 + a_life.closed.at_ms // MINUTE)
    known[0] = known[0]._replace(event=a_life.begun.event)
    return a_life._replace(attributes=tuple(known), entries=entries, closed=closed)


@given(dated_lives(), DATED, st.integers(0, 6 * 1440))
def test_what_happens_behind_the_end_of_a_dated_deadline_changes_nothing_of_it_and_each_has_an_entry_of_its_own(
    a_life: Life, deadline: Deadline, minutes: int
) -> None:
    at_ms = a_life.begun.at_ms + minutes * MINUTE
    kept = [spell for spell in a_life.spells if spell.since_ms <= at_ms]
    until_then = a_life._replace(
        spells=(*kept[:-1], kept[-1]._replace(until_ms=None)),
        entries=tuple(entry for entry in a_life.entries if entry.at_ms <= at_ms),
        done=tuple(done for done in a_life.done if done.occur_ms <= at_ms),
        closed=a_life.closed if a_life.closed and a_life.closed.at_ms <= at_ms else None,
        attributes=tuple(known for known in a_life.attributes if known.at_ms <= at_ms),
    )

    before, now = (standings(process(deadline), each, {}, CLOCKS) for each in (until_then, a_life))

    assert [each for each in before if each.end and each.end.at_ms < at_ms and each not in now] == []
    keys = [(each.stage, each.entry) for each in now]
    assert len(keys) == len(set(keys))
    assert all(each.end is None or each.end.at_ms >= each.start_ms for each in now)
    assert all(list(each.steps) == sorted(step or 0 for step in each.steps) for each in now)
