"""Steps of deadlines that were reached: what they say, and whom they told; pauses and approvals. A function of the log
and the workforce.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.deadlines.approvers import approvers
from router.deadlines.lives import ItemLives
from router.deadlines.pausing import ToldPause, is_soon
from router.deadlines.recipients import Recipients, joined, recipients, recipients_of_rep
from router.model.decision import Decision, StepOfDeadline
from router.model.errors import CorruptHistory
from router.model.events import Fired, Note, Noted
from router.model.records import ItemRecord
from router.process.definition.deadlines import Act, DeadlineStep
from router.process.definition.processes import Process, Stage
from router.process.definition.tasks import APPROVAL, AnswerFollowUp
from router.process.due.due_steps import NamedStep, named_step
from router.process.due.standings import DeadlineStanding
from router.process.life.asks import Ask
from router.process.life.lives import lives_of
from router.process.stages.eras import eras_of
from router.process.stages.satisfaction import follow_up


class Reached(NamedTuple):
    """A step that was reached: by which event, of which process, what it says, and whom it told.

    ``owner`` is whose the work item was; empty: nobody's. ``ask`` is what was asked of it, where the step is of an
    approval.
    """

    fired: Fired
    process: Process
    step: NamedStep
    recipients: Recipients
    owner: str = ""
    ask: Ask | None = None


class GivingStep(NamedTuple):
    """A step of a deadline that gave a work item to somebody else: of which process, and what it says."""

    process: Process
    step: NamedStep


class DecidedStage(NamedTuple):
    """It was decided whether a work item may enter a stage: by which note, of which process, and whom that told."""

    noted: Noted
    process: Process
    stage: Stage
    recipients: Recipients

    @property
    def is_approved(self) -> bool:
        """Whether it may."""
        return self.noted.note is Note.APPROVED


class MigratedWay(NamedTuple):
    """By which revision of its process a work item went, in which stage, and how it goes on."""

    before: Process
    earlier_stage: str
    process: Process
    stage: str


class BadAnswer(NamedTuple):
    """An answer of a customer of which something is done: by which note, of which process, what, and whom it told.

    ``owner`` is whose the work item is, or was last; empty: it was nobody's.
    """

    noted: Noted
    process: Process
    follow_up: AnswerFollowUp
    recipients: Recipients
    owner: str = ""


class ReachedSteps:
    """Reads what steps that fired say, and notes.

    Parameters
    ----------
    store
        The log.
    planners
        The workforce of the time, and the processes.
    """

    def __init__(self, store: Assignments, planners: PlannerCache) -> None:
        self._store = store
        self._planners = planners

    async def pause(self, tenant: str, noted: Noted) -> ToldPause:
        """Return the pause that a note began, as it was to be then, or ended.

        Raises
        ------
        CorruptHistory
            If the log does not say.
        """
        reader = ItemLives(tenant, self._store, self._planners)
        events = await reader.events(noted.item_id, noted.number)
        life = lives_of(events)[-1]
        if not life.pauses:
            raise CorruptHistory(f"event {noted.number}", f"{noted.item_id} was not paused")
        pause = life.pauses[-1]
        resting = await reader.pausable(noted.kind, events[:-1], noted.at_ms)
        return ToldPause(noted.item_id, pause, is_soon(life, pause), noted.actor, resting)

    async def migration(self, tenant: str, noted: Noted) -> MigratedWay:
        """Return from where to where a note migrated a work item.

        Raises
        ------
        CorruptHistory
            If the log and the processes do not say.
        """
        events = await ItemLives(tenant, self._store, self._planners).events(noted.item_id, noted.number)
        lives, published = lives_of(events), await self._planners.processes(tenant)
        before, after = eras_of(published, noted.kind, events[0].number, lives, len(lives) - 1)[-2:]
        return MigratedWay(before.process, before.stage, after.process, after.stage)

    async def decided_stage(self, tenant: str, noted: Noted) -> str:
        """Return the stage of which a note says whether a work item may enter it.

        Raises
        ------
        CorruptHistory
            If the log does not say.
        """
        events = await ItemLives(tenant, self._store, self._planners).events(noted.item_id, noted.number)
        for ask in lives_of(events)[-1].asks:
            if ask.event == noted.value:
                return ask.stage
        raise CorruptHistory(f"event {noted.number}", f"event {noted.value} asks nothing of {noted.item_id}")

    async def answer(self, tenant: str, noted: Noted) -> BadAnswer | None:
        """Return what is done about an answer of a customer, by process and workforce of the time; None: nothing.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        reader = ItemLives(tenant, self._store, self._planners)
        events = await reader.events(noted.item_id, noted.number)
        lives, published = lives_of(events), await self._planners.processes(tenant)
        eras = eras_of(published, noted.kind, events[0].number, lives, len(lives) - 1) if lives else []
        said = follow_up(eras[-1].process, noted.note.lower(), noted.value) if eras else None
        if said is None:
            return None
        planner, revision = await self._planners.newest(tenant), await reader.in_force(noted.number)
        roster = (await self._planners.at(tenant, planner.rule_set_revision, revision)).roster
        step = DeadlineStep(Fraction(0), Act.NOTIFY, said.to)
        spells = [spell for life in lives for spell in life.spells if spell.rep]
        rep, pool = (noted.rep, noted.pool) if noted.rep or not spells else (spells[-1].rep, spells[-1].pool)
        told = recipients(step, rep, pool, roster, noted.at_ms)
        return BadAnswer(noted, eras[-1].process, said, told, rep)

    async def of(self, tenant: str, fired: Fired) -> Reached:
        """Return what a step of a deadline says that fired.

        Raises
        ------
        CorruptHistory
            If the log and the processes do not say.
        """
        events = await ItemLives(tenant, self._store, self._planners).events(fired.item_id, fired.number)
        lives, published = lives_of(events), await self._planners.processes(tenant)
        kinds = [event.kind for event in events if isinstance(event, Decision)]
        eras = eras_of(published, kinds[-1], events[0].number, lives, len(lives) - 1) if kinds else []
        step = named_step(eras[-1].process, StepOfDeadline(fired.name, fired.step)) if eras else None
        if step is None:
            raise CorruptHistory(f"event {fired.number}", f"no process has a step {fired.name!r}, {fired.step}")
        planner = await self._planners.newest(tenant)
        roster = (await self._planners.at(tenant, planner.rule_set_revision, fired.workforce)).roster
        spell = lives[-1].spells[-1]
        process = eras[-1].process
        ask = next((each for each in lives[-1].asks if _is_of(each, step, fired)), None)
        approval = process.by_id[step.stage].approve if ask else None
        if ask and approval:
            who = approvers(approval, ask, spell.rep, spell.pool, roster, fired.at_ms)
            told = who.told(roster, fired.at_ms, is_late=fired.step > 1)
            return Reached(fired, process, step, told, spell.rep, ask)
        told = recipients(step.step, spell.rep, spell.pool, roster, fired.at_ms)
        return Reached(fired, process, step, told, spell.rep)

    async def due_ms(self, tenant: str, fired: Fired) -> int | None:
        """Return when the deadline falls due, or fell, of which a step fired, in milliseconds since 1970: by the events
        until then, and the calendars as they are now; None: there is no saying.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        standing = await self._standing(tenant, fired, fired.number)
        return standing.due_ms if standing else None

    async def running(self, tenant: str, fired: Fired, record: ItemRecord) -> DeadlineStanding | None:
        """Return how the deadline stands by now of which a step fired; None: it does not run any more, for it was met,
        or its work item left the stage, was closed or goes on by another process.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        standing = await self._standing(tenant, fired, record.event)
        return standing if standing and standing.end is None else None

    async def _standing(self, tenant: str, fired: Fired, last: int) -> DeadlineStanding | None:
        """Return how the deadline stood of which a step fired, by the events of its work item until one."""
        reader = ItemLives(tenant, self._store, self._planners)
        events = await reader.events(fired.item_id, last)
        kinds = [event.kind for event in events if isinstance(event, Decision)]
        planner, published = await self._planners.newest(tenant), await self._planners.processes(tenant)
        told = await reader.told_by(planner, published, kinds[-1], events) if kinds else None
        named = fired.name.split("/")[1:]
        for each in told.stands if told else ():
            if [str(each.entry), each.stage, each.deadline.id] == named:
                return each
        return None

    async def giving(self, tenant: str, decision: Decision) -> GivingStep | None:
        """Return what the step of a deadline says by which a work item was given away; None: it was by none.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        which = decision.head.escalates
        if which is None:
            return None
        events = await ItemLives(tenant, self._store, self._planners).events(decision.item_id, decision.number)
        lives, published = lives_of(events), await self._planners.processes(tenant)
        eras = eras_of(published, decision.kind, events[0].number, lives, len(lives) - 1) if lives else []
        step = named_step(eras[-1].process, which) if eras else None
        return GivingStep(eras[-1].process, step) if step else None

    async def decided(self, tenant: str, noted: Noted) -> DecidedStage | None:
        """Return what was decided by a note, and whom it told: whose the work item was as it was asked, and whose it
        is, but for who decided; None: its process has no such stage any more.

        Raises
        ------
        CorruptHistory
            If the log does not say.
        """
        reader = ItemLives(tenant, self._store, self._planners)
        events = await reader.events(noted.item_id, noted.number)
        lives, published = lives_of(events), await self._planners.processes(tenant)
        eras = eras_of(published, noted.kind, events[0].number, lives, len(lives) - 1) if lives else []
        ask = next((each for each in lives[-1].asks if each.event == noted.value), None) if lives else None
        if ask is None:
            raise CorruptHistory(f"event {noted.number}", f"event {noted.value} asks nothing of {noted.item_id}")
        stage = eras[-1].process.by_id.get(ask.stage) if eras else None
        if stage is None:
            return None
        planner, revision = await self._planners.newest(tenant), await reader.in_force(noted.number)
        roster = (await self._planners.at(tenant, planner.rule_set_revision, revision)).roster
        whose = [rep for rep in dict.fromkeys((noted.rep, ask.rep)) if rep and rep != noted.subject]
        told = [recipients_of_rep(rep, roster, noted.at_ms) for rep in whose]
        return DecidedStage(noted, eras[-1].process, stage, joined(told))


def _is_of(ask: Ask, step: NamedStep, fired: Fired) -> bool:
    """Say whether a step is of the deadline of what was asked: its name says by which event."""
    return step.deadline.id == APPROVAL and fired.name.split("/")[1:3] == [str(ask.event), ask.stage]
