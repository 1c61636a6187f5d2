"""A next date falls due: the owner is reminded then, and a working day of theirs later their manager. Pure."""

from __future__ import annotations

from router.assignment.roster import Roster
from router.model.decision import Decision
from router.model.events import NEXT
from router.model.records import ItemRecord
from router.model.workitem import State
from router.timers.ports import Present
from router.timers.timer import STATES, Timer
from router.workforce.due import due_ms
from rules.durations import Duration

REMIND, ESCALATE = 1, 2
"""The steps: whoever owns it is reminded, then the manager is."""
LATER = Duration(1, "d")
"""How long after the date the manager is: a working day of the owner's."""


class NextDates:
    """``router.timers.ports.Schedule`` of next dates."""

    @property
    def state(self) -> State:
        """What somebody owns: of what nobody does nobody is reminded."""
        return STATES[NEXT]

    def concerns(self, record: ItemRecord, _: Present) -> bool:
        """Say whether it has a next date."""
        return record.next_date is not None

    def may_fall_due(self, _: Present) -> bool:
        """Nothing does without a next date, whatever rules and workforce are."""
        return False

    def due(self, present: Present, record: ItemRecord, _: Decision) -> Timer | None:
        """Return the next step; None: all have fired, or no working day follows within the horizon."""
        date = record.next_date
        assert date is not None
        fired = record.fired_step(NEXT, date.event)
        step = fired.step + 1 if fired else REMIND
        if step > ESCALATE:
            return None
        at_ms = date.at_ms if step == REMIND else escalation_ms(present, record)
        return None if at_ms is None else Timer(record.item_id, NEXT, date.event, step, at_ms)


def escalation_ms(present: Present, record: ItemRecord) -> int | None:
    """Return when the manager is reminded, by the hours of whoever owns it now; None: within no horizon."""
    assert record.next_date is not None
    roster = present.planner.roster
    settings = roster.records.settings
    hours = (
        roster.availability.hours_of(record.owner, roster.pools.get(record.pool))
        if record.owner in roster.reps
        else None
    )
    return due_ms(LATER, record.next_date.at_ms, hours, settings.time_zone)


def has_manager(roster: Roster, record: ItemRecord) -> bool:
    """Say whether whoever owns a work item has a manager to remind: their own, or one of the pool's."""
    rep, pool = roster.reps.get(record.owner), roster.pools.get(record.pool)
    return bool((rep and rep.manager) or (pool and pool.managers))
