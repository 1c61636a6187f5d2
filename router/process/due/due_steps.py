"""Which steps of deadlines are still to be done, and when. Pure.

A step *tells* somebody, or it changes the work item: it *gives* it to somebody else, or raises its priority. Those
that tell and those that change are counted apart, each from 1. What changes waits for what was to be told before. Who
gives waits for more: a while behind that, behind what was done about the work item, and behind when its owner got it,
so that nobody loses what they are working on, or have just heard of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from router.model.decision import StepOfDeadline
from router.process.definition.deadlines import CHANGING, GIVING, Act, Deadline, DeadlineStep
from router.process.definition.processes import Process
from router.process.due.standings import WHOLE, DeadlineStanding
from router.process.life.lives import Life, StepDone

TELL, GIVE = "due", "act"
"""What the names of steps begin with."""
_PARTS = 4
"""Of so many they are made: that, the event that started it, the stage and the deadline."""
MOST_MOVED = 2
"""How often a work item is given to somebody else in one stage: then its manager keeps it."""
_PAUSE_MS = 15 * 60_000
"""How long whoever gives waits, at most; where the deadline is shorter, or the next step nearer, that long."""


class DueStep(NamedTuple):
    """A step that is to be done, which of its name, from 1, and when, in milliseconds since 1970."""

    name: str
    step: int
    due_ms: int


class NamedStep(NamedTuple):
    """What a step says, by the process: of which deadline, and of which stage; ``WHOLE``: the whole process."""

    stage: str
    deadline: Deadline
    step: DeadlineStep


def due_steps(stands: Sequence[DeadlineStanding], life: Life) -> list[DueStep]:
    """Return what is to be done of deadlines that run: what tells, and what changes as soon as its time is known."""
    done = {step.which.name: step for step in life.steps}
    return [step for standing in stands if standing.end is None for step in _of(standing, life, done)]


def named_step(process: Process, which: StepOfDeadline) -> NamedStep | None:
    """Return what a step says; None: the process has none of the name.

    Examples
    --------
    >>> from router.process.definition.processes import Stage
    >>> call = Deadline("call", within=None, steps=(DeadlineStep(1, Act.REMIND), DeadlineStep(2, Act.REASSIGN)))
    >>> process = Process("p", frozenset(), (Stage("new", deadlines=(call,)),))
    >>> named_step(process, StepOfDeadline("act/17/new/call", 1)).step.act
    <Act.REASSIGN: 'reassign'>
    """
    parts = which.name.split("/")
    if len(parts) != _PARTS:
        return None
    kind, _, stage, deadline_id = parts
    deadlines = (
        process.deadlines
        if stage == WHOLE
        else process.standing[stage].falling_due
        if stage in process.standing
        else ()
    )
    for deadline in deadlines:
        steps = [step for step, _ in deadline.times if (step.act in CHANGING) == (kind == GIVE)]
        if deadline.id == deadline_id and 0 < which.step <= len(steps):
            return NamedStep(stage, deadline, steps[which.step - 1])
    return None


def moved_in_stage(life: Life) -> int:
    """Return how often steps gave the work item to somebody else since it entered its stage."""
    entered = max([life.begun.event, *(entry.event for entry in life.entries)])
    return sum(event > entered for event in life.moved)


def fired_steps(standing: DeadlineStanding, life: Life) -> list[StepDone | None]:
    """Return when each time of each step of a deadline was done; None: it was not."""
    done = {step.which: step for step in life.steps}
    numbered = _numbered(standing.deadline)
    return [done.get(StepOfDeadline(_name(kind, standing), number)) for kind, number, _ in numbered]


def _of(standing: DeadlineStanding, life: Life, done: Mapping[str, StepDone]) -> Iterator[DueStep]:
    tells, gives = _name(TELL, standing), _name(GIVE, standing)
    told, given = done.get(tells), done.get(gives)
    last_told = told.which.step if told else 0
    last_given = given.which.step if given else 0
    before, before_ms = 0, standing.start_ms
    for (kind, number, act), due_ms in zip(_numbered(standing.deadline), standing.steps, strict=True):
        if due_ms is None:
            return
        if kind == TELL:
            before, before_ms = number, due_ms
            if number > last_told:
                yield DueStep(tells, number, due_ms)
        elif number != last_given + 1 or last_told < before:
            continue
        elif act not in GIVING:
            yield DueStep(gives, number, due_ms)
        elif life.owner:
            least_ms = told.at_ms + min(_PAUSE_MS, due_ms - before_ms) if told and before else 0
            yield DueStep(gives, number, max(due_ms, least_ms, _rested_ms(standing, life)))


def _rested_ms(standing: DeadlineStanding, life: Life) -> int:
    """Return until when nobody takes a work item from who was at it, or got it while the deadline ran."""
    length_ms = _PAUSE_MS if standing.due_ms is None else standing.due_ms - standing.start_ms
    pause_ms = min(_PAUSE_MS, length_ms) if length_ms > 0 else _PAUSE_MS  # what is late as it begins has no length
    latest_ms = max((each.occur_ms for each in life.done), default=0)
    got_ms = life.spells[-1].since_ms
    return max(latest_ms, got_ms if got_ms > standing.start_ms else 0) + pause_ms


def _name(kind: str, standing: DeadlineStanding) -> str:
    return f"{kind}/{standing.entry}/{standing.stage}/{standing.deadline.id}"


def _numbered(deadline: Deadline) -> Iterable[tuple[str, int, Act]]:
    """Yield of each time of each step its kind, the how manyth of its kind it is, and what it does."""
    counts = {TELL: 0, GIVE: 0}
    for step, _ in deadline.times:
        kind = GIVE if step.act in CHANGING else TELL
        counts[kind] += 1
        yield kind, counts[kind], step.act
