"""Which children a work item opens by entering stages. Pure.

That follows from its life: each stage that it entered says what it opens, and what it was as it entered lists dates. So
nothing need be noted of what is to be opened: what is not there yet still is. What is opened on a date follows from
what the work item is by now: as long as it is not there, another date is its date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from router.model.decision import EnteredStage
from router.model.errors import InvalidInput
from router.model.workitem import MAX_VALUE, OpenedBy, WorkItem, child_id
from router.process.definition.limits import MAX_CHILDREN
from router.process.definition.processes import Process, Stage
from router.process.definition.tasks import APPROVER, OWNER, ChildTask, answer_id, child_stage_id
from router.process.due.clocks import DeadlineClocks
from router.process.due.openings import opening_ms
from router.process.due.standings import stays
from router.process.life.lives import Life
from router.process.life.occurrences import Occurrence
from router.process.stages.eras import Era
from router.process.stages.satisfaction import follow_up
from router.rules.route import HANDLERS
from rules.fields import Fact

SOURCE = "fairlead"
"""The source of every child."""
_DATED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\s+([0-9]{1,8}(?:\.[0-9]+)?))?")
_ALLOWED = "a date such as 2026-11-10, or with a value, 2026-11-10 100000"


class DatedValue(NamedTuple):
    """A date on which something falls due, and its value; 0: none was given."""

    due: str
    value: float = 0.0


class PlannedChild(NamedTuple):
    """A child that a work item opens: by what, as the stage says, and when that was entered, in milliseconds since
    1970.

    Parameters
    ----------
    opener
        The id of the stage that opens it; of an answer see ``answer_id``.
    entered
        Where it stands: the stage, and the revision of its parent's process.
    item
        What it is, without whom it excludes: who is meant is found as it is opened.
    excluded
        What its stage's ``exclude`` names, each with the ids, or the names, of whom that means.
    is_of_end
        Whether the stage that opens it closes its parent: then it is opened behind the end of that, and goes when that
        is reopened.
    is_of_answer
        Whether an answer of the customer opens it, be its parent open or closed by then.
    parent
        What its parent is by now, where it is opened on a date of that; None: it is opened at once.
    """

    opened_by: OpenedBy
    task: ChildTask
    opener: str
    entered: EnteredStage
    item: WorkItem
    at_ms: int
    excluded: tuple[tuple[str, tuple[str, ...]], ...] = ()
    is_of_end: bool = False
    is_of_answer: bool = False
    parent: WorkItem | None = None

    @property
    def is_behind_end(self) -> bool:
        """Whether it is opened of what is closed, too."""
        return self.is_of_end or self.is_of_answer

    @property
    def item_id(self) -> str:
        """The id of the child."""
        return child_id(self.opened_by)

    def opens_ms(self, fact: Fact, clocks: DeadlineClocks) -> int | None:
        """Return when it is opened, in milliseconds since 1970; None: never, as things are. See ``opening_ms``."""
        attributes = self.parent.attributes if self.parent else {}
        return opening_ms(self.task, attributes, Occurrence(self.opened_by.event, self.at_ms), fact, clocks)


def opens(process: Process) -> bool:
    """Say whether any stage of a process opens anything, or an answer of a customer."""
    return bool(process.tasks)


def opens_on_dates(process: Process) -> bool:
    """Say whether anything of a process is opened on a date."""
    return any(task.dated for _, task in process.tasks)


def opens_at_end(process: Process) -> bool:
    """Say whether anything of a process opens something of what is closed: a stage that closes, or an answer."""
    closing = [stage.open for stage in process.stages if stage.closes]
    return any(closing) or any(said.open for said in (process.csat, process.nps) if said)


def planned_children(
    eras: Sequence[Era], parent: str, items: Mapping[int, WorkItem], before: Sequence[Life] = ()
) -> Iterator[PlannedChild]:
    """Yield the children that a work item opens in a life, in the order in which it entered stages.

    Parameters
    ----------
    eras
        By which revisions of its process it went in that life: each stage opens what it did as it was entered.
    parent
        Its id.
    items
        What it was by each event that says so.
    before
        Its lives before that.
    """
    for era in eras:
        if opens(era.process):
            yield from _of_era(era, parent, items, before)
            yield from _of_answers(era, parent, items, before)


def _of_era(era: Era, parent: str, items: Mapping[int, WorkItem], before: Sequence[Life]) -> Iterator[PlannedChild]:
    for stay in stays(era.process, era.life):
        stage, item = era.process.by_id.get(stay.stage), items.get(stay.event)
        if stage is None or item is None or not era.holds(stay.event):
            continue
        for task in stage.open:
            opened = _Opened(parent, _known(task, item, items), stage.id, task, Occurrence(stay.event, stay.since_ms))
            for child in opened.children(era, before):
                yield child._replace(is_of_end=bool(stage.closes))


def _of_answers(era: Era, parent: str, items: Mapping[int, WorkItem], before: Sequence[Life]) -> Iterator[PlannedChild]:
    """Yield what answers of the customer open, each once."""
    for answer in era.life.answers:
        said = follow_up(era.process, answer.name, answer.value)
        known = [number for number in items if number <= answer.event]
        if said is None or said.open is None or not known or not era.holds(answer.event):
            continue
        item, occurrence = _known(said.open, items[max(known)], items), Occurrence(answer.event, answer.at_ms)
        for child in _Opened(parent, item, answer_id(answer.name), said.open, occurrence).children(era, before):
            yield child._replace(is_of_answer=True)


def _known(task: ChildTask, item: WorkItem, items: Mapping[int, WorkItem]) -> WorkItem:
    """Return what counts of a work item: as it was then, of what is opened on a date as it is by now."""
    return items[max(items)] if task.dated else item


class _Opened(NamedTuple):
    """Something that a work item opens: what it was then, what opens it, and by which event."""

    parent: str
    item: WorkItem
    opener: str
    task: ChildTask
    by: Occurrence

    def children(self, era: Era, before: Sequence[Life]) -> Iterator[PlannedChild]:
        """Yield the children that it is: one, or one of each date of a list."""
        task, item, (event, at_ms) = self.task, self.item, self.by
        excluded = tuple((name, _meant(name, event, item, [*before, era.life])) for name in task.exclude)
        for number, dated in enumerate(_dates(task, item.attributes), 1):
            opened_by = OpenedBy(self.parent, event, task.id, number, task.pool, dated.due)
            name = f"{self.parent}/{event}/{task.id}/{number}"
            value = item.value if task.stage else dated.value
            child = WorkItem(task.kind, SOURCE, name, _copied(task, item), value, item.priority, opened_by)
            stage = task.stage or child_stage_id(self.opener, task.id)
            entered = EnteredStage(era.process.revision, stage)
            yield PlannedChild(
                opened_by, task, self.opener, entered, child, at_ms, excluded, parent=item if task.dated else None
            )


def _copied(task: ChildTask, item: WorkItem) -> dict[str, Any]:
    """Return what a child has of its parent, as far as that has it."""
    return {name: item.attributes[field] for name, field in task.copied if field in item.attributes}


def _meant(name: str, event: int, item: WorkItem, lives: Sequence[Life]) -> tuple[str, ...]:
    """Return whom a name in ``exclude`` means as a stage is entered by an event: ids of reps, or texts of a field."""
    if name == APPROVER:
        answers = [ask.answered for life in lives for ask in life.asks if ask.answered]
        return tuple(dict.fromkeys(answer.rep for answer in answers if answer.event <= event))
    if name in (HANDLERS, OWNER):
        had_it = [spell.rep for life in lives for spell in life.spells if spell.event <= event]
        return tuple(dict.fromkeys(filter(None, had_it[-1:] if name == OWNER else had_it)))
    return tuple(text for text in _listed(item.attributes.get(name)) if isinstance(text, str))


def check_dates(stage: Stage, attributes: Mapping[str, Any]) -> None:
    """Refuse that a work item enters a stage with dates that nothing can be opened for.

    Raises
    ------
    InvalidInput
        If what lists dates holds anything else, or too many.
    """
    for name in dict.fromkeys(task.each for task in stage.open if task.each):
        listed = _listed(attributes.get(name))
        if len(listed) > MAX_CHILDREN:
            raise InvalidInput.of(f"attributes.{name}", f"{len(listed)} dates; at most {MAX_CHILDREN} are allowed")
        for written in listed:
            if as_dated(written) is None:
                raise InvalidInput.of(f"attributes.{name}", f"{written!r}; {_ALLOWED}, is expected")


def as_dated(written: object) -> DatedValue | None:
    """Read a date, with a value or without; None if it is none.

    Examples
    --------
    >>> as_dated("2026-11-10"), as_dated("2026-12-10 200000"), as_dated("2026-02-30"), as_dated("soon")
    (DatedValue(due='2026-11-10', value=0.0), DatedValue(due='2026-12-10', value=200000.0), None, None)
    """
    match = _DATED.fullmatch(written.strip()) if isinstance(written, str) else None
    if match is None:
        return None
    try:
        date.fromisoformat(match[1])
    except ValueError:
        return None
    value = float(match[2] or 0)
    return DatedValue(match[1], value) if value <= MAX_VALUE else None


def _dates(task: ChildTask, attributes: Mapping[str, Any]) -> list[DatedValue]:
    """Return when each child of a task is due: one that is not of a list has no date."""
    if not task.each:
        return [DatedValue("")]
    read = [as_dated(written) for written in _listed(attributes.get(task.each))[:MAX_CHILDREN]]
    return [dated for dated in read if dated]


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value in (None, "") else [value]
