"""Was each step of a deadline due that the log has? Looks at what happened before, as whoever follows the log did."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from router.assignment.content import PRIORITY
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.roster import Roster
from router.deadlines.lives import ItemDeadlines, ItemLives
from router.deadlines.recipients import keepers
from router.history.projection import StateProjection
from router.model.decision import Cause, Decision, StepOfDeadline
from router.model.errors import CorruptHistory
from router.model.events import Fired, Updated
from router.model.records import ItemRecord
from router.model.workitem import MAX_PRIORITY
from router.process.definition.deadlines import GIVING, Act
from router.process.due.due_steps import MOST_MOVED, due_steps, moved_in_stage, named_step
from router.process.life.lives import reps_in_stage
from router.process.revisions.cache import PublishedProcesses

_CAUSED = f"a decision is caused by a step of a deadline where it is {Cause.ESCALATED}, and nowhere else"
_Right = Callable[[ItemDeadlines, StepOfDeadline, Roster], bool]
"""Says whether a step that is due may be done in a way, by a workforce."""


def _any(_: ItemDeadlines, __: StepOfDeadline, ___: Roster) -> bool:
    return True


def _giving(record: ItemRecord, keeper: str) -> _Right:
    """Return what says whether a step gives a work item to others, or, given away often enough, to whoever is above."""

    def may_give(deadlines: ItemDeadlines, step: StepOfDeadline, roster: Roster) -> bool:
        named, life = named_step(deadlines.process, step), deadlines.life
        if named is None or named.step.act not in GIVING:
            return False
        moved = moved_in_stage(life)
        if not keeper or moved != MOST_MOVED:
            return not keeper and moved < MOST_MOVED
        return keeper in keepers(record.owner, record.pool, roster) and keeper not in reps_in_stage(life)

    return may_give


def _raising(event: Updated) -> _Right:
    """Return what says whether a step raises the priority as an update does."""

    def raises(deadlines: ItemDeadlines, step: StepOfDeadline, _: Roster) -> bool:
        named, before, after = named_step(deadlines.process, step), event.before.priority, event.head.item.priority
        if named is None or named.step.act is not Act.RAISE_PRIORITY:
            return False
        least = min(before + named.step.by, MAX_PRIORITY)  # of what had none its rule said more, or nothing
        return after == least if before else after >= least

    return raises


class _InForce(NamedTuple):
    """Revisions of rules and workforce, and since which event they were in force."""

    event: int
    rules: int
    workforce: int


class DeadlineCheck:
    """Holds the steps of deadlines in the log of one tenant to its processes.

    A timer is made once its work item's last event is read, and made anew after each edit of the rules or the
    workforce; where one fires before that is done, it is as it was before the edit. So a step is right that was due by
    any of the revisions that were in force since that event.

    Parameters
    ----------
    tenant
        Whose.
    store, planners
        What happened before, and by whose hours clocks run.
    published
        All processes there are.
    """

    def __init__(self, tenant: str, store: Assignments, planners: PlannerCache, published: PublishedProcesses) -> None:
        self._tenant = tenant
        self._planners = planners
        self._published = published
        self._lives = ItemLives(tenant, store, planners)
        self._in_force = [_InForce(0, 0, 0)]
        self._raised: tuple[int, StepOfDeadline] | None = None
        """The last update, where it was a step."""

    def note(self, event: int, projection: StateProjection) -> None:
        """Take in which revisions are in force from an event on."""
        if self._in_force[-1][1:] != (projection.rules, projection.workforce):
            self._in_force.append(_InForce(event, projection.rules, projection.workforce))

    async def fired_faults(self, record: ItemRecord, fired: Fired) -> list[str]:
        """Say where a step fired that was not due; ``record`` is where its work item stood."""
        fault = f"event {fired.number}: timer {fired.name} {fired.step} of {fired.item_id} fires"
        if fired.workforce != self._in_force[-1].workforce:
            return [f"{fault} by workforce {fired.workforce}, in force is {self._in_force[-1].workforce}"]
        step = StepOfDeadline(fired.name, fired.step)
        if fired.due_ms <= fired.at_ms and await self._was_due(record, step, fired.at_ms, due_ms=fired.due_ms):
            return []
        return [f"{fault}, which was not due"]

    async def update_faults(self, record: ItemRecord, event: Updated) -> list[str]:
        """Say where an update is a step that was not due, or does not do; ``record`` is where its work item stood."""
        step, self._raised = event.head.escalates, None
        if step is None:
            return []
        self._raised = event.number, step
        if event.changed == (PRIORITY,) and await self._was_due(record, step, event.at_ms, right=_raising(event)):
            return []
        return [f"event {event.number}: step {step.name} {step.step} of {event.item_id} was not due, or does not do so"]

    async def decision_faults(self, record: ItemRecord | None, decision: Decision) -> list[str]:
        """Say where a decision is a step that was not due, or is none; ``record`` is where its work item stood."""
        step, is_one = decision.head.escalates, decision.head.cause is Cause.ESCALATED
        if step is not None and decision.head.cause is Cause.UPDATED and self._raised == (decision.previous, step):
            return []
        if step is None or not is_one:
            has_both_or_none = (step is not None) is is_one
            return [] if has_both_or_none else [f"decision {decision.number}: {_CAUSED}"]
        if record and await self._was_due(record, step, decision.at_ms, right=_giving(record, decision.head.named)):
            return []
        return [f"decision {decision.number}: step {step.name} {step.step} of {decision.item_id} was not due"]

    async def _was_due(
        self, record: ItemRecord, step: StepOfDeadline, at_ms: int, *, due_ms: int | None = None, right: _Right = _any
    ) -> bool:
        """Say whether a step was due at an instant, and is ``right``; ``due_ms`` None: whenever it fell due before."""
        for in_force in reversed(self._in_force):
            planner = await self._planners.at(self._tenant, in_force.rules, in_force.workforce)
            try:
                deadlines = await self._lives.last(planner, self._published, record)
            except CorruptHistory:
                return False
            if deadlines and right(deadlines, step, planner.roster) and _is_due(deadlines, step, at_ms, due_ms):
                return True
            if in_force.event <= record.event:
                break
        return False


def _is_due(deadlines: ItemDeadlines, step: StepOfDeadline, at_ms: int, due_ms: int | None) -> bool:
    due = [each.due_ms for each in due_steps(deadlines.stands, deadlines.life) if each[:2] == step]
    return any(each == due_ms if due_ms is not None else each <= at_ms for each in due)
