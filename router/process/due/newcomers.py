"""What falls due of what has just come. Pure, but for what it remembers.

Many work items come into one process, to people with the same hours, and the steps of one are those of the one before,
moved by as much as it came later. That is so while every instant that they lead to stays in its span of open time;
where one leaves it, they are worked out anew, as where something else counts than hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from router.process.definition.deadlines import AfterDue, BeforeDue, Deadline
from router.process.definition.processes import Process
from router.process.due.clocks import DeadlineClocks
from router.process.due.due_steps import DueStep, due_steps
from router.process.due.standings import DeadlineStanding, standings
from router.process.life.lives import Life, Occurrence, Spell
from router.workforce.open_hours import OpenHours
from rules.durations import Duration

_MOST = 200
"""Patterns that are remembered: one for each process and the hours that it is reckoned by."""
_FOR_EVER_MS = 1 << 62


class _Step(NamedTuple):
    """A step: its name in front of and behind the event that starts it, its number, and how long after it is due."""

    before: str
    behind: str
    step: int
    after_ms: int


class _Pattern(NamedTuple):
    """Steps of what comes from one instant until another, included; ``made_of`` goes by its identity, so it is kept."""

    since_ms: int
    until_ms: int
    steps: list[_Step]
    made_of: tuple[object, ...]


class Newcomers:
    """Says which steps fall due of work items that have just come, and have their owner since."""

    def __init__(self) -> None:
        self._patterns: dict[tuple[int, int, int], _Pattern] = {}

    def steps(self, process: Process, came: Occurrence, rep: str, pool: str, clocks: DeadlineClocks) -> list[DueStep]:
        """Return the steps of a work item that came in an event, and was given to a rep of a pool by it.

        Parameters
        ----------
        process
            One of which nothing depends on what the work item is.
        """
        assert rep, "nobody owns it"
        made_of = process, clocks.present(rep, pool), clocks.present("", pool)
        key = id(made_of[0]), id(made_of[1]), id(made_of[2])
        number, at_ms = came
        pattern = self._patterns.get(key)
        if pattern is not None and pattern.since_ms <= at_ms <= pattern.until_ms:
            return [
                DueStep(f"{before}{number}{behind}", step, at_ms + after_ms)
                for before, behind, step, after_ms in pattern.steps
            ]
        spell = Spell(number, rep, pool, at_ms)
        life = Life(came, (spell,))
        stands = standings(process, life, {}, clocks)
        steps = due_steps(stands, life)
        later_ms = _later_ms(stands, spell, clocks)
        if later_ms > 0:
            if len(self._patterns) >= _MOST:
                self._patterns.clear()
            moved = [_step(step, came) for step in steps]
            self._patterns[key] = _Pattern(at_ms, at_ms + later_ms, moved, made_of)
        return steps


def _step(step: DueStep, came: Occurrence) -> _Step:
    before, behind = step.name.split(str(came.event), 1)
    return _Step(before, behind, step.step, step.due_ms - came.at_ms)


def _later_ms(stands: list[DeadlineStanding], spell: Spell, clocks: DeadlineClocks) -> int:
    """Return how much later a work item could have come for all to be moved alike."""
    least_ms = _FOR_EVER_MS
    for stand in stands:
        hours = clocks.hours(stand.deadline.clock, spell)
        if not _is_moved(stand.deadline, hours):
            return 0
        if hours is None:
            continue
        if not hours.is_open(stand.start_ms):
            return 0
        _, closed_ms = hours.around(stand.start_ms)
        least_ms = min(least_ms, closed_ms - stand.start_ms)
        for due_ms in (stand.due_ms, *stand.steps):
            if due_ms is None:
                return 0
            _, closed_ms = hours.around(due_ms - 1)  # what ends with a span ends at its closing
            least_ms = min(least_ms, closed_ms - due_ms)
    return least_ms


def _is_moved(deadline: Deadline, hours: OpenHours | None) -> bool:
    """Say whether all that a deadline leads to is a length of open time, the same whenever it begins."""
    if deadline.dated or any(isinstance(step.at, BeforeDue) for step in deadline.steps):
        return False
    units = {length.unit for length in _lengths(deadline)}
    return "cd" not in units and ("d" not in units or hours is None or hours.workdays_are_alike)


def _lengths(deadline: Deadline) -> Iterator[Duration]:
    if within := deadline.within.of({}):
        yield within
    for step in deadline.steps:
        if step.every:
            yield step.every
        if isinstance(step.at, AfterDue):
            yield step.at.after
        elif isinstance(step.at, Duration):
            yield step.at
