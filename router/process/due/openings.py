"""When what is opened on a date is opened. Pure.

Any date opens something, so that nothing stays out without a word: what lies before the years that calendars reach has
passed, and what lies behind them, such as the 9999-12-31 of what has no end, comes by the wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from router.process.definition.deadlines import ClockOwner
from router.process.definition.tasks import ChildTask
from router.process.due.clocks import DeadlineClocks
from router.process.due.due_dates import LAST_S, YEARS, Moment, dated_ms, opening_moment
from router.process.life.lives import Spell
from router.process.life.occurrences import Occurrence
from rules.fields import Fact


def opening_ms(
    task: ChildTask, attributes: Mapping[str, Any], entered: Occurrence, fact: Fact, clocks: DeadlineClocks
) -> int | None:
    """Return when something is opened, in milliseconds since 1970; None: never, as things are.

    That is on its date by the hours of its pool, or, where nobody works within a year of it, or it lies behind 9997, as
    the day begins; what has passed as its stage is entered is opened at once.

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
    moment, before = opening_moment(dated, attributes), dated.before.of(fact) if dated.before else None
    if moment is None or (before is None and dated.before):
        return None
    year = _year(moment)
    if year < YEARS.start:
        return entered.at_ms
    spells = [Spell(entered.event, "", task.pool, entered.at_ms)]
    for clock in (ClockOwner.POOL, ClockOwner.WALL) if year in YEARS else (ClockOwner.WALL,):
        at_ms = dated_ms(dated, moment, before, clock, spells, clocks)
        if at_ms is not None:
            return min(max(at_ms, entered.at_ms), LAST_S * 1000)
    return None


def _year(moment: Moment) -> int:
    return (datetime.fromtimestamp(moment / 1000, UTC) if isinstance(moment, int) else moment).year
