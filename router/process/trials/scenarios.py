"""A process's tests as data: a work item and what happens to it in; how its deadlines then stand out. Pure.

They stand by the very code that says so of work items, see ``router.process.due.standings``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

from router.model.activities import ActivityKind, Direction
from router.model.errors import InvalidInput
from router.model.evidence import evidence_of, is_note
from router.model.workitem import WorkItem
from router.process.definition.deadlines import Act
from router.process.definition.processes import Process
from router.process.due.clocks import DeadlineClocks
from router.process.due.openings import opening_ms
from router.process.due.standings import DeadlineStanding, DeadlineState, standings, stays
from router.process.life.lives import AttributesSince, Done, Life, Occurrence, Spell, StageEntry, in_answer
from router.rules.scenarios import TestResult, moment
from rules.fields import Fact
from rules.problems import shown
from rules.values import as_instant_ms


class What(StrEnum):
    """What happens to a work item."""

    ASSIGNED = "assigned"
    WAITING = "waiting"
    ACTIVITY = "activity"
    STAGE = "stage"
    UPDATE = "update"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens, at a time on the clocks of the workforce's zone, unless it names another.

    Parameters
    ----------
    rep, pool
        Who gets it, and of which pool; of one that waits the pool alone.
    kind, direction, duration_ms
        Of an activity by a person.
    stage
        The one that it enters.
    attributes
        What it has from then on beside what it had.
    """

    at: str
    what: What
    rep: str = ""
    pool: str = ""
    kind: ActivityKind = ActivityKind.NOTE
    direction: Direction = Direction.INTERNAL
    duration_ms: int = 0
    stage: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


class ExpectedStep(NamedTuple):
    """A step that is to have fallen due."""

    at: str
    deadline: str
    act: Act


@dataclass(frozen=True, slots=True)
class ProcessExpectation:
    """How deadlines are to stand; None, or a deadline that ``due`` has not: not looked at.

    ``opens`` says likewise when what is opened on a date is to be.
    """

    stage: str | None = None
    due: Mapping[str, str | None] = field(default_factory=dict)
    met: frozenset[str] | None = None
    missed: frozenset[str] | None = None
    steps_due: tuple[ExpectedStep, ...] | None = None
    opens: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProcessTest:
    """One test.

    Parameters
    ----------
    line
        Where it stands, from 1.
    life
        What happens: first somebody gets it, or it waits.
    at
        When it is looked at; empty: as the last happens.
    """

    name: str
    line: int
    item: WorkItem
    life: tuple[Happening, ...]
    expect: ProcessExpectation
    at: str = ""


FactOf = Callable[[WorkItem], Fact]
"""Brings a work item into the form that tables of durations look at; raises ``InvalidInput`` where it cannot."""


def run(process: Process, tests: Sequence[ProcessTest], clocks: DeadlineClocks, fact_of: FactOf) -> list[TestResult]:
    """Run tests against a process, in order; times that name no zone are those of the clocks' zone."""
    results = []
    for test in tests:
        differences = list(_faults(process, test, clocks.time_zone))
        if not differences:
            try:
                fact = fact_of(_severe(process, test, fact_of))
            except InvalidInput as error:
                differences = [f"the item is not one that the rules can read: {error}"]
            else:
                differences = list(_differences(process, test, fact, clocks))
        results.append(TestResult(test.name, not differences, "; ".join(differences), test.line))
    return results


def _known(item: WorkItem, life: Sequence[Happening]) -> WorkItem:
    """Return what a work item is behind all that happened."""
    attributes = dict(item.attributes)
    for happening in life:
        attributes |= happening.attributes
    return item._replace(attributes=attributes)


def _severe(process: Process, test: ProcessTest, fact_of: FactOf) -> WorkItem:
    """Return what a work item is behind all that happened, as severe as follows where nobody says it."""
    table, attributes = process.severity, dict[str, Any]()
    if table is None:
        return _known(test.item, test.life)
    for given in (test.item.attributes, *(happening.attributes for happening in test.life)):
        follows = any(name in given and given[name] != attributes.get(name) for name in table.by)
        attributes |= given
        if given.get(table.field) or not (follows or not attributes.get(table.field)):
            continue
        attributes.pop(table.field, None)
        if severity := table.of(fact_of(test.item._replace(attributes=attributes))):
            attributes[table.field] = severity
    return test.item._replace(attributes=attributes)


def _ms(text: str, time_zone: str) -> int:
    """Return an instant that was looked at before."""
    return as_instant_ms(text, time_zone) or 0


def _looked_at_ms(test: ProcessTest, time_zone: str) -> int:
    return _ms(test.at or test.life[-1].at, time_zone)


def _faults(process: Process, test: ProcessTest, time_zone: str) -> Iterator[str]:
    """Tell of what cannot happen so."""
    for one, other in pairwise(test.life):
        if _ms(other.at, time_zone) < _ms(one.at, time_zone):
            yield f"life is in the order of time, and {other.at} stands behind {one.at}"
    if _looked_at_ms(test, time_zone) < _ms(test.life[-1].at, time_zone):
        yield f"it is looked at {test.at}, before the last happens, {test.life[-1].at}"
    stage, is_closed = process.first.id, False
    for place, happening in enumerate(test.life):
        if is_closed and happening.what is not What.ACTIVITY:
            yield f"it is closed before {happening.at}"
        if happening.what is What.STAGE:
            yield from _entry_faults(process, _known(test.item, test.life[:place]), stage, happening.stage)
            stage = happening.stage
            is_closed = is_closed or process.by_id[stage].closes is not None
        is_closed = is_closed or happening.what is What.CLOSED


def _entry_faults(process: Process, item: WorkItem, stage: str, entered: str) -> Iterator[str]:
    """Tell what keeps a work item from entering a stage."""
    if not process.may_follow(stage, entered):
        yield f"{entered} may not follow {stage}"
    lacking = [name for name in process.by_id[entered].required if item.attributes.get(name) in (None, "")]
    if lacking:
        yield f"{entered} requires {', '.join(lacking)}, which the item has not"


def _life(process: Process, test: ProcessTest, time_zone: str) -> Life:
    """Return what happened; events count from 1."""
    life: Life | None = None
    for event, happening in enumerate(test.life, 1):
        at_ms = _ms(happening.at, time_zone)
        spell = Spell(event, happening.rep, happening.pool, at_ms)
        begun, known = Occurrence(event, at_ms), AttributesSince(event, at_ms, test.item.attributes)
        born = Life(begun, (spell,), attributes=(known,))
        life = born if life is None else _after(process, life, happening, spell)
    assert life is not None
    return life._replace(done=in_answer(life.done))


def _after(process: Process, life: Life, happening: Happening, spell: Spell) -> Life:
    event, at_ms = spell.event, spell.since_ms
    match happening.what:
        case What.ASSIGNED | What.WAITING:
            *before, last = life.spells
            return life._replace(spells=(*before, last._replace(until_ms=at_ms), spell))
        case What.ACTIVITY:
            evidence = evidence_of(
                happening.kind, happening.direction, by_person=True, duration_ms=happening.duration_ms
            )
            if is_note(happening.kind, happening.direction):
                return life._replace(notes=(*life.notes, Occurrence(event, at_ms)))
            return life._replace(done=(*life.done, Done(event, happening.kind, evidence, at_ms)))
        case What.STAGE:
            life = life._replace(entries=(*life.entries, StageEntry(happening.stage, event, at_ms)))
            is_closed = process.by_id[happening.stage].closes is not None
            return life._replace(closed=Occurrence(event, at_ms)) if is_closed else life
        case What.UPDATE:
            known = {**life.attributes[-1].attributes, **happening.attributes}
            return life._replace(attributes=(*life.attributes, AttributesSince(event, at_ms, known)))
        case What.CLOSED:
            return life._replace(closed=Occurrence(event, at_ms))


def _differences(process: Process, test: ProcessTest, fact: Fact, clocks: DeadlineClocks) -> Iterator[str]:
    """Tell where deadlines stand otherwise than is expected."""
    time_zone, expect = clocks.time_zone, test.expect
    at_ms, life = _looked_at_ms(test, time_zone), _life(process, test, time_zone)
    stands = standings(process, life, fact, clocks)
    stage = life.entries[-1].stage if life.entries else process.first.id
    if expect.stage not in (None, stage):
        yield f"expected stage {expect.stage}, came {stage}"
    yield from _due_otherwise(expect.due, stands, time_zone)
    late = (DeadlineState.MISSED, DeadlineState.OVERDUE)
    for what, wanted, states in (
        ("met", expect.met, (DeadlineState.MET,)),
        ("missed", expect.missed, late),
    ):
        came = {each.deadline.id for each in stands if each.state(at_ms) in states}
        if wanted is not None and wanted != came:
            yield f"expected {what} {shown(sorted(wanted))}, came {shown(sorted(came))}"
    if expect.opens:
        yield from _opened_otherwise(process, test, life, fact, clocks)
    if expect.steps_due is not None:
        yield from _steps_otherwise(expect.steps_due, stands, at_ms, time_zone)


def _due_otherwise(
    wanted: Mapping[str, str | None], stands: Sequence[DeadlineStanding], time_zone: str
) -> Iterator[str]:
    """Tell where deadlines, as they were started last, are due at other times."""
    last = {each.deadline.id: each for each in sorted(stands, key=lambda each: each.start_ms)}
    for deadline, text in wanted.items():
        came = last[deadline].due_ms if deadline in last else None
        if came != (None if text is None else _ms(text, time_zone)):
            yield f"expected {deadline} due {text or 'none'}, came {moment(came, time_zone)}"


def _opened_otherwise(
    process: Process, test: ProcessTest, life: Life, fact: Fact, clocks: DeadlineClocks
) -> Iterator[str]:
    """Tell where something is opened on another date."""
    known = _known(test.item, test.life).attributes
    opened = {
        task.id: opening_ms(task, known, Occurrence(stay.event, stay.since_ms), fact, clocks)
        for stay in stays(process, life)
        for task in process.by_id[stay.stage].open
    }
    for name, text in test.expect.opens.items():
        came = opened.get(name)
        if came != (None if text is None else _ms(text, clocks.time_zone)):
            yield f"expected {name} opened {text or 'none'}, came {moment(came, clocks.time_zone)}"


def _steps_otherwise(
    wanted: Sequence[ExpectedStep], stands: Sequence[DeadlineStanding], at_ms: int, time_zone: str
) -> Iterator[str]:
    """Tell where other steps fell due while their deadlines ran."""
    expected = sorted((_ms(step.at, time_zone), step.deadline, step.act) for step in wanted)
    came = sorted(step for each in stands for step in _fallen(each, at_ms))
    if expected != came:
        told = [f"{moment(step_ms, time_zone)} {act} of {deadline}" for step_ms, deadline, act in came]
        yield f"expected other steps_due; came {', '.join(told) or 'none'}"


def _fallen(standing: DeadlineStanding, at_ms: int) -> Iterator[tuple[int, str, Act]]:
    """Yield the steps that fell due until an instant: not with what the deadline waited for, nor behind its end."""
    end = standing.end
    for (step, _), due_ms in zip(standing.deadline.times, standing.steps, strict=True):
        if due_ms is None or due_ms > at_ms or (end and (due_ms > end.at_ms or (end.is_done and due_ms == end.at_ms))):
            continue
        yield due_ms, standing.deadline.id, step.act
