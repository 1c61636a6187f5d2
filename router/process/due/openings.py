"""When what is opened on a date is opened. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.process.definition.deadlines import ClockOwner
from router.process.definition.tasks import ChildTask
from router.process.due.clocks import DeadlineClocks
from router.process.due.due_dates import dated_ms, first_moment
from router.process.life.lives import Spell
from router.process.life.occurrences import Occurrence
from rules.fields import Fact


def opening_ms(
    task: ChildTask, attributes: Mapping[str, Any], entered: Occurrence, fact: Fact, clocks: DeadlineClocks
) -> int | None:
    """Return when something is opened, in milliseconds since 1970; None: never, as things are.

    That is on its date by the hours of its pool, or, where nobody works within a year of it, as the day begins; what
    has passed as its stage is entered is opened at once.

    Parameters
    ----------
    attributes
        What the work item that opens it has, its date among them.
    entered
        By which event that entered the stage, and when.
    fact
        What it is, for a table of how long before the date.
    """
    dated = task.dated
    if dated is None:
        return entered.at_ms
    moment, before = first_moment(dated, attributes), dated.before.of(fact) if dated.before else None
    if moment is None or (before is None and dated.before):
        return None
    spells = [Spell(entered.event, "", task.pool, entered.at_ms)]
    for clock in (ClockOwner.POOL, ClockOwner.WALL):
        at_ms = dated_ms(dated, moment, before, clock, spells, clocks)
        if at_ms is not None:
            return max(at_ms, entered.at_ms)
    return None
