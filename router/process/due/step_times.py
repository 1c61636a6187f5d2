"""When the steps of a deadline are due: at shares of its time, around when it is due, and again and again. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from router.process.definition.deadlines import AfterDue, BeforeDue, ClockOwner, Deadline, StepTime
from router.process.due.clocks import DeadlineClocks, reached_ms
from router.process.life.lives import Pause, Spell
from router.workforce.due import days_later, earlier_ms, elapsed_ms, open_time_ms
from rules.durations import Duration


def step_times(
    deadline: Deadline,
    within: Duration | None,
    start_ms: int,
    due_ms: int | None,
    spells: Sequence[Spell],
    clocks: DeadlineClocks,
    pauses: Sequence[Pause] = (),
) -> Iterator[int | None]:
    """Yield when each time of each step is due, see ``Deadline.times``; None: beyond what the calendars know.

    None is due before one that stands before it.

    Parameters
    ----------
    within
        How long the deadline is; None: it is due by a date.
    due_ms
        When it is due, in milliseconds since 1970; None: not known.
    pauses
        While its time does not pass, as ``reached_ms`` takes them.
    """
    latest_ms = start_ms
    for step in deadline.steps:
        at_ms = _at(step.at, deadline.clock, within, start_ms, due_ms, spells, clocks, pauses)
        for time in range(step.at_most):
            if at_ms is None:
                yield None
                continue
            again = _times(step.every, time) if step.every and time else None
            reached = reached_ms(deadline.clock, again, again, at_ms, spells, clocks, pauses) if again else at_ms
            latest_ms = latest_ms if reached is None else max(latest_ms, reached)
            yield None if reached is None else latest_ms


def _at(
    at: StepTime,
    clock: ClockOwner,
    within: Duration | None,
    start_ms: int,
    due_ms: int | None,
    spells: Sequence[Spell],
    clocks: DeadlineClocks,
    pauses: Sequence[Pause],
) -> int | None:
    """Return when a step is due the first time."""
    if isinstance(at, BeforeDue):
        return None if due_ms is None else _before(at.before, clock, due_ms, spells, clocks, pauses)
    if isinstance(at, AfterDue):
        return None if due_ms is None else reached_ms(clock, at.after, at.after, due_ms, spells, clocks, pauses)
    if at == Fraction(1):
        return due_ms
    return None if within is None else reached_ms(clock, at, within, start_ms, spells, clocks, pauses)


def _before(
    before: Duration,
    clock: ClockOwner,
    due_ms: int,
    spells: Sequence[Spell],
    clocks: DeadlineClocks,
    pauses: Sequence[Pause],
) -> int | None:
    """Return what is so long before a deadline is due, by the hours of whoever has the work item then."""
    spell = next(each for each in spells if each.until_ms is None or due_ms <= each.until_ms)
    hours = clocks.hours(clock, spell)
    if before.unit == "cd":
        return days_later(due_ms, -before.amount, hours.calendar.time_zone if hours else clocks.time_zone)
    left_ms, at_ms = open_time_ms(before, due_ms, hours), due_ms
    for pause in reversed(pauses):
        passed_ms = elapsed_ms(pause.until_ms, at_ms, hours) if pause.until_ms <= at_ms else None
        if passed_ms is not None and passed_ms < left_ms:
            left_ms, at_ms = left_ms - passed_ms, pause.since_ms
    return earlier_ms(at_ms, left_ms, hours) if left_ms else None


def _times(duration: Duration, times: int) -> Duration:
    return Duration(duration.amount * times, duration.unit)
