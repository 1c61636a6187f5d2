"""Steps of deadlines: what falls due of the work items that are in a process, and the making of what gives them to
somebody else.

What falls due follows from all that happened to a work item, see ``router.deadlines.lives``. Of what has just come and
has its owner that is one event, which whoever follows the log has read already. A step that tells fires; one that gives
is made here, by a decision that is written only as long as nothing has happened to the work item since, so that nobody
loses what they have just begun with; one that raises the priority by an update likewise. What was given away often
enough its manager keeps, or whoever is above them. Where nobody else can have it, the step fires and the work item
stays: its manager is told. Where its priority is the most that one may be, it fires and nobody is.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import NamedTuple

from failures import Failure
from router.assignment.children import openings_by
from router.assignment.commands import BindCommand, Changed, KnownAs, Moved, Refusal
from router.assignment.jobs import escalate_command, raise_command
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import MAX_JOBS, Assignments
from router.assignment.stored_items import StoredItems
from router.deadlines.lives import ItemLives, clocks_of, depends_on_fields
from router.deadlines.recipients import is_there, keepers
from router.model.decision import Cause, Decision, DecisionEffect, Outcome, StepOfDeadline
from router.model.errors import CorruptHistory, StaleRevision
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, Kind, State
from router.process.definition.deadlines import Act, DeadlineStep
from router.process.definition.processes import Process
from router.process.due.due_steps import MOST_MOVED, DueStep, due_steps, moved_in_stage, named_step
from router.process.due.newcomers import Newcomers
from router.process.life.lives import Life, Occurrence, reps_in_stage
from router.process.revisions.cache import PublishedProcesses
from router.process.stages.children import opens, opens_at_end
from router.process.stages.places import place_of, pool_of
from router.process.stages.surveys import asks, planned_surveys
from router.timers.children import timers_of
from router.timers.due import Due
from router.timers.ports import Timers
from router.timers.surveys import survey_timer
from router.timers.timer import Timer, gives

_log = logging.getLogger(__name__)


class DeadlineTimers:
    """What falls due by the deadlines of one tenant's work items, and of children that they are to open, or withdraw.

    Parameters are as for ``TimerFollower``.
    """

    def __init__(self, tenant: str, store: Assignments, planners: PlannerCache, items: StoredItems) -> None:
        self._tenant = tenant
        self._planners = planners
        self._items = items
        self._lives = ItemLives(tenant, store, planners)

    async def published(self) -> PublishedProcesses:
        """Return all processes there are."""
        return await self._planners.processes(self._tenant)

    async def due(self, planner: Planner, published: PublishedProcesses, record: ItemRecord) -> list[Timer]:
        """Return what falls due of a work item.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        is_open = record.state not in CLOSED_STATES
        deadlines = await self._lives.last(planner, published, record) if is_open else None
        if deadlines is not None:
            steps = due_steps(deadlines.stands, deadlines.life)
            if record.state is State.OFFERED:  # what is raised would be rescinded
                steps = [step for step in steps if not _raises(deadlines.process, step)]
            timers = [_timer(record.item_id, record.event, step) for step in steps]
            return timers + await timers_of(self._items, record, deadlines.children, openings_by(planner))
        surveys = await self._surveys(published, record) if not is_open else []
        begun = record.stage.begun if record.stage else 0
        if (is_open and not begun) or not any(map(opens_at_end, published.revisions)):
            return surveys
        children = await self._lives.children(published, record)
        return surveys + await timers_of(self._items, record, children, openings_by(planner))

    async def _surveys(self, published: PublishedProcesses, record: ItemRecord) -> list[Timer]:
        """Return what falls due of asking the customer of what is closed."""
        place = place_of(published, record)
        if place is None or not asks(place.process):
            return []
        events = await self._lives.events(record.item_id, record.event)
        return [survey_timer(record.item_id, each) for each in planned_surveys(place, record, events)]


def due_of_new(
    newcomers: Newcomers, planner: Planner, published: PublishedProcesses, effect: DecisionEffect
) -> list[Timer] | None:
    """Return what falls due of what has just come, from that alone; None: more is to be read."""
    process = published.of(effect.kind, before=effect.number)
    if process is None:
        return []
    if depends_on_fields(process) or process.first.open:
        return None
    came = Occurrence(effect.number, effect.at_ms)
    steps = newcomers.steps(process, came, effect.rep, effect.pool, clocks_of(planner))
    return [_timer(effect.item_id, effect.number, step) for step in steps]


def is_new(effect: DecisionEffect) -> bool:
    """Say whether a decision alone tells what there is to know of its work item: it has just come, with an owner."""
    return effect.outcome is Outcome.ASSIGNED and not effect.previous and effect.cause is Cause.ROUTED


def stepped_kinds(published: PublishedProcesses) -> frozenset[Kind]:
    """Return the kinds of work items of which steps may fall due, that open any, or whose customers are asked, or of
    whose answers somebody is told, by any revision of a process.
    """
    concerned = [process for process in published.revisions if opens(process) or _has_steps(process)]
    concerned += [process for process in published.revisions if process.csat or process.nps or asks(process)]
    children = [task.kind for process in concerned for _, task in process.tasks]
    return frozenset(kind for process in concerned for kind in process.kinds).union(children)


def _has_steps(process: Process) -> bool:
    stages = [deadline for stage in process.stages for deadline in stage.falling_due]
    return any(deadline.steps for deadline in (*process.deadlines, *stages))


def _raises(process: Process, step: DueStep) -> bool:
    named = named_step(process, StepOfDeadline(step.name, step.step))
    return named is not None and named.step.act is Act.RAISE_PRIORITY


def _timer(item_id: str, seen: int, step: DueStep) -> Timer:
    """Make the timer of a step, by the last event that it follows from."""
    return Timer(item_id, step.name, seen, step.step, step.due_ms)


_IN_VAIN = Refusal.NOBODY, Refusal.FULL, Refusal.CONFLICT, Refusal.CLOSED
"""What the store says of a step by which a work item stays as it is."""


class _Escalation(NamedTuple):
    """A step that changes a work item, and how; None: it stays as it is."""

    timer: Timer
    command: BindCommand | None


class Escalations:
    """Makes the steps of one tenant that change work items; parameters as for ``TimerFollower``."""

    def __init__(
        self, tenant: str, store: Assignments, planners: PlannerCache, timers: Timers, items: StoredItems
    ) -> None:
        self._tenant = tenant
        self._store = store
        self._planners = planners
        self._timers = timers
        self._items = items
        self._lives = ItemLives(tenant, store, planners)

    async def make_due(self, due: Due) -> int:
        """Make up to ``MAX_JOBS`` of them that are due by the store's clock; return how many were made, or are void.

        One whose work item changed has become void, and its follower makes another one.
        """
        giving = due.of(lambda timer: gives(timer.name))[:MAX_JOBS]
        if not giving:
            return 0
        planner, published = await self._planners.newest(self._tenant), await self._planners.processes(self._tenant)
        records = {record.item_id: record for record in await self._items.records([timer.item_id for timer in giving])}
        left, made = list[Timer](), 0
        for timer in giving:
            record = records.get(timer.item_id)
            escalation = await self._escalation(planner, published, timer, record, due.now_ms)
            if escalation.command is None:
                left.append(timer)
                continue
            with suppress(StaleRevision):  # then it is made by the new revision
                answer = await self._made(planner, escalation.command)
                made += isinstance(answer, Decision | Changed)
                left += [timer] if answer in _IN_VAIN else []
        return made + await self._timers.leave(self._tenant, left)

    async def _made(self, planner: Planner, command: BindCommand) -> Decision | Changed | Refusal | KnownAs | Moved:
        """Make a step."""
        if command.change:
            return await self._store.update(self._tenant, planner.revisions, command)
        (answer,) = await self._store.bind(self._tenant, planner.revisions, [command])
        return answer

    async def _escalation(
        self, planner: Planner, published: PublishedProcesses, timer: Timer, record: ItemRecord | None, now_ms: int
    ) -> _Escalation:
        """Return how a step is made; one that is void, or that nobody can read, is fired, which finds out."""
        if record is None or record.event != timer.entry:
            return _Escalation(timer, None)
        try:
            deadlines = await self._lives.last(planner, published, record)
            step = StepOfDeadline(timer.name, timer.step)
            named = named_step(deadlines.process, step) if deadlines else None
            if deadlines is None or named is None:
                return _Escalation(timer, None)
            command = await self._command(planner, published, record, deadlines.life, named.step, step, now_ms)
        except (CorruptHistory, ValueError) as error:
            _log.error("tenants/%s: %s is not given to anybody else: %r", self._tenant, record.item_id, error)
            return _Escalation(timer, None)
        return _Escalation(timer, None if isinstance(command, Failure) else command)

    async def _command(
        self, planner: Planner, published: PublishedProcesses, record: ItemRecord, life: Life, step: DeadlineStep,
        which: StepOfDeadline, now_ms: int,
    ) -> BindCommand | Failure | None:  # fmt: skip
        """Return the job of a step; None: nothing is to be changed, or nobody can read what."""
        raises, had, moved = step.act is Act.RAISE_PRIORITY, reps_in_stage(life), moved_in_stage(life)
        if moved > MOST_MOVED and not raises:
            return None
        contents, decisions = await self._items.contents([record]), await self._items.decisions([record])
        if not contents or not decisions:
            return None
        content, planned = contents[0][1], decisions[0][1].head.pool
        of_stage = pool_of(record, planned, place_of(published, record))
        pool = step.pool or of_stage
        if raises:
            return raise_command(planner, record, content, which, step.by, now_ms, pool, had)
        if moved < MOST_MOVED:
            return escalate_command(planner, record, content.head.item, which, now_ms, had, pool)
        there = (
            rep for rep in keepers(record.owner, record.pool, planner.roster) if is_there(rep, planner.roster, now_ms)
        )
        jobs = (
            escalate_command(planner, record, content.head.item, which, now_ms, had, of_stage, rep)
            for rep in there
            if rep not in had
        )
        return next((job for job in jobs if job is not None), None)
