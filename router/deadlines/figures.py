"""How processes fare in a period: whether customers are asked, answer, and are content, whether they are called back,
and whether work items have what their stages require. Summed up part by part, over the log.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import StoredItem, Wanted, WorkItemQueries
from router.assignment.stored_items import events_of
from router.model.activities import ActivityEvidence
from router.model.decision import Decision
from router.model.events import ANSWERS, Completed, Erased, Event, Note, Noted
from router.model.workitem import CLOSED_STATES, Kind
from router.process.definition.tasks import CSAT, opener_of
from router.process.life.lives import lives_of
from router.process.revisions.cache import PublishedProcesses
from router.process.stages.completeness import required_up_to
from router.process.stages.places import is_there
from rules.ruleset import RuleSet

_EVENTS = 200
"""Events of a part, at most, that anything is counted by."""
_SATISFIED, _PROMOTERS, _DETRACTORS = range(4, 6), range(9, 11), range(7)
"""Answers that say so: of CSAT, and of NPS."""


class ProcessFigure(StrEnum):
    """What is counted of a process."""

    CSAT_ASKED = "csat_asked"
    CSAT_ANSWERED = "csat_answered"
    NPS_ASKED = "nps_asked"
    NPS_ANSWERED = "nps_answered"
    CSAT_ANSWERS = "csat_answers"
    CSAT_SATISFIED = "csat_satisfied"
    NPS_ANSWERS = "nps_answers"
    NPS_PROMOTERS = "nps_promoters"
    NPS_DETRACTORS = "nps_detractors"
    CALL_BACKS = "call_backs"
    CALLED = "called"


class FieldOfStage(NamedTuple):
    """A field that work items in a stage should have, those that are closed apart."""

    stage: str
    is_closed: bool
    field: str


@dataclass(slots=True)
class ProcessCounts:
    """What was counted of one process.

    Parameters
    ----------
    work_items, filled
        How many should have a field, and how many do.
    """

    figures: Counter[ProcessFigure] = field(default_factory=Counter)
    work_items: Counter[FieldOfStage] = field(default_factory=Counter)
    filled: Counter[FieldOfStage] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class FiguresPart:
    """A part of a period, by process, ``''``: what is in none; ``below`` is the event to go on below, None at the end.

    Parts add up to the whole.
    """

    counts: Mapping[str, ProcessCounts]
    below: int | None


def answer_figures(note: Note, value: int) -> list[ProcessFigure]:
    """Return what an answer counts as.

    Examples
    --------
    >>> [[str(each) for each in answer_figures(Note.CSAT, value)] for value in (3, 4)]
    [['csat_answers'], ['csat_answers', 'csat_satisfied']]
    >>> [[str(each) for each in answer_figures(Note.NPS, value)[1:]] for value in (6, 7, 9)]
    [['nps_detractors'], [], ['nps_promoters']]
    """
    if note is Note.CSAT:
        return [ProcessFigure.CSAT_ANSWERS] + [ProcessFigure.CSAT_SATISFIED] * (value in _SATISFIED)
    found = [ProcessFigure.NPS_ANSWERS] + [ProcessFigure.NPS_PROMOTERS] * (value in _PROMOTERS)
    return found + [ProcessFigure.NPS_DETRACTORS] * (value in _DETRACTORS)


class Figures:
    """The use case.

    Parameters
    ----------
    store, queries, planners
        The log, work items as they stand, the processes, and what the rules take for nothing.
    """

    def __init__(self, store: Assignments, queries: WorkItemQueries, planners: PlannerCache) -> None:
        self._store = store
        self._queries = queries
        self._planners = planners

    async def part(self, tenant: str, *, from_ms: float, until_ms: float, before: int | None) -> FiguresPart:
        """Sum up the newest part of a period.

        Parameters
        ----------
        from_ms, until_ms
            Milliseconds since 1970, the latter not included.
        before
            The event below which to go on; None at the end of the period.

        Raises
        ------
        CorruptHistory
            If the log has not got what is to be read.
        """
        wanted: Wanted[Decision | Noted] = Wanted(_counts, from_ms, until_ms)
        page, below = await self._queries.counted(tenant, before=before, count=_EVENTS, wanted=wanted)
        items = {each.record.item_id: each for each in await self._queries.of(tenant, _ids(page))}
        published = await self._planners.processes(tenant)
        rules = (await self._planners.newest(tenant)).rule_set
        pending, counts = await self._pending(tenant, page), defaultdict[str, ProcessCounts](ProcessCounts)
        for event in page:
            stored = items.get(event.item_id)
            if stored is None:
                continue
            of = counts[stored.place.process.id if stored.place else ""]
            if isinstance(event, Decision) and event.head.item.opened_by:
                of.figures.update(await self._call_back(tenant, published, event, stored))
            elif isinstance(event, Decision):
                await self._complete(tenant, of, stored, rules)
            elif event.note in ANSWERS:
                of.figures.update(answer_figures(event.note, event.value))
            else:
                of.figures.update(await self._survey(tenant, event, stored, pending))
            await asyncio.sleep(0)  # others get their turn
        return FiguresPart(counts, below)

    async def _pending(self, tenant: str, page: Sequence[Decision | Noted]) -> set[int]:
        """Return the events of a page by which somebody was asked who has not answered."""
        if not page:
            return set()
        return {number for number, _ in await self._store.surveyed(tenant, before=page[0].number + 1, count=len(page))}

    async def _survey(
        self, tenant: str, noted: Noted, stored: StoredItem, pending: Collection[int]
    ) -> list[ProcessFigure]:
        """Return what it counts as that a customer was asked: of who was erased since nothing."""
        asked, answered = (
            (ProcessFigure.CSAT_ASKED, ProcessFigure.CSAT_ANSWERED)
            if noted.subject == CSAT
            else (ProcessFigure.NPS_ASKED, ProcessFigure.NPS_ANSWERED)
        )
        if noted.number in pending:
            return [asked]
        events = await events_of(self._store, tenant, stored.record.item_id, stored.record.event)
        is_erased = any(isinstance(each, Erased) and each.number > noted.number for each in events)
        return [] if is_erased else [asked, answered]

    async def _call_back(
        self, tenant: str, published: PublishedProcesses, decision: Decision, child: StoredItem
    ) -> list[ProcessFigure]:
        """Return what a child counts as: a task that the end of a ticket opened, and was not withdrawn.

        What other ends open prepares work, as the planning of the next renewal: nobody need talk with the customer.
        """
        entered = decision.head.entered
        if entered is None or decision.kind is not Kind.TASK:
            return []
        opener = published.at(entered.revision).by_id.get(opener_of(entered.stage))
        if opener is None or not opener.closes or not await self._is_of_ticket(tenant, decision):
            return []
        events = await events_of(self._store, tenant, child.record.item_id, child.record.event)
        if any(isinstance(each, Completed) and each.withdrawn for each in events):
            return []
        return [ProcessFigure.CALL_BACKS] + [ProcessFigure.CALLED] * _is_reached(events)

    async def _is_of_ticket(self, tenant: str, child: Decision) -> bool:
        opened_by = child.head.item.opened_by
        (parent,) = await self._store.items(tenant, [opened_by.parent]) if opened_by else [None]
        return parent is not None and parent.kind is Kind.TICKET

    async def _complete(self, tenant: str, counts: ProcessCounts, stored: StoredItem, rules: RuleSet[object]) -> None:
        """Count what a work item should have, and has."""
        place, entered = stored.place, list[str]()
        if place is None:
            return
        if place.stage.closes:
            events = await events_of(self._store, tenant, stored.record.item_id, stored.record.event)
            entered = [entry.stage for entry in lives_of(events)[-1].entries]
        is_closed = stored.record.state in CLOSED_STATES
        for name in required_up_to(place.process, place.stage.id, entered):
            cell = FieldOfStage(place.stage.id, is_closed, name)
            counts.work_items[cell] += 1
            counts.filled[cell] += is_there(stored.item.attributes.get(name), rules)


def _counts(event: Decision | Noted) -> bool:
    """Say whether anything is counted by an event: what comes, and what is asked or answered."""
    if isinstance(event, Decision):
        return event.previous == 0
    return event.note in ANSWERS or event.note is Note.SURVEYED


def _is_reached(events: Sequence[Event]) -> bool:
    """Say whether somebody talked with the customer."""
    return any(ActivityEvidence.CONTACT in done.evidence for life in lives_of(events) for done in life.done)


def _ids(page: Sequence[Decision | Noted]) -> list[str]:
    return list(dict.fromkeys(event.item_id for event in page))
