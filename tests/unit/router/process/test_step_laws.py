"""When steps are due around the due time, again and again, and what is due by a date: as somebody counts it by hand."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from router.process.deadlines import standings
from router.process.definition import (
    Act,
    AfterDue,
    BeforeDue,
    Deadline,
    DeadlineStep,
    DueDate,
    OnClosed,
    Since,
    StepTime,
)
from router.process.life import AttributesSince
from rules.durations import Duration, DurationTable
from tests.minute_by_minute import PlainSpell, before, due, opening
from tests.unit.router.process.test_deadline_laws import CLOCKS, MINUTE, PLAIN, SHARES, changes, life, lives, process

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
    lives(), LENGTHS, st.lists(SHARES | st.sampled_from([BeforeDue(Duration(1, "d")), Duration(5, "h")]), max_size=4)
)
def test_no_step_is_due_before_one_that_stands_before_it(a_life: object, within: Duration, at: list[StepTime]) -> None:
    steps = tuple(DeadlineStep(each, Act.REMIND, every=Duration(1, "h"), at_most=2) for each in at)
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
    one = Deadline("one", DurationTable(None), dated=DueDate("end", ahead, on_closed))
    known = (AttributesSince(1, 0, {"end": end.isoformat()}),)

    (standing,) = standings(process(one), life([(0, rep)])._replace(attributes=known), {}, CLOCKS)

    direction = {OnClosed.BEFORE: -1, OnClosed.AFTER: 1, OnClosed.AS_IS: 0}[on_closed]
    assert standing.due_ms == opening(end - timedelta(days=days), PLAIN[rep], direction, offset=480) * MINUTE
