"""Steps of deadlines that were reached: what they say, and whom they told; and pauses. A function of the log and the
workforce.
"""

from __future__ import annotations

from typing import NamedTuple

from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.deadlines.lives import ItemLives
from router.deadlines.pausing import ToldPause, is_soon
from router.deadlines.recipients import Recipients, recipients
from router.model.decision import Decision, StepOfDeadline
from router.model.errors import CorruptHistory
from router.model.events import Fired, Noted
from router.process.definition import Process
from router.process.due_steps import NamedStep, named_step
from router.process.eras import eras_of
from router.process.life import lives_of


class Reached(NamedTuple):
    """A step that was reached: by which event, of which process, what it says, and whom it told."""

    fired: Fired
    process: Process
    step: NamedStep
    recipients: Recipients


class ReachedSteps:
    """Reads what steps that fired say.

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
        events = await ItemLives(tenant, self._store, self._planners).events(noted.item_id, noted.number)
        life = lives_of(events)[-1]
        if not life.pauses:
            raise CorruptHistory(f"event {noted.number}", f"{noted.item_id} was not paused")
        pause = life.pauses[-1]
        return ToldPause(noted.item_id, pause, is_soon(life, pause.since_ms), noted.actor)

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
        told = recipients(step.step, spell.rep, spell.pool, roster, fired.at_ms)
        return Reached(fired, eras[-1].process, step, told)
