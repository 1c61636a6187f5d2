"""Deadlines that run and are due at another time than they were: by another revision, or by what a work item became.

What it is by now is looked at from when a deadline was started, see ``router.deadlines.lives``: so what an update moves
follows from the log as it was before that, and with it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.deadlines.lives import ItemDeadlines, ItemLives, PastRead, depends_on_fields
from router.model.events import Event, Updated
from router.model.records import ItemRecord
from router.process.due.standings import WHOLE, DeadlineStanding
from router.process.revisions.cache import PublishedProcesses


class MovedDeadline(NamedTuple):
    """A deadline that runs and falls due at another time, in milliseconds since 1970; None: there is none, or it is due
    beyond what the calendars know.
    """

    deadline: str
    before_ms: int | None
    after_ms: int | None


def moved(before: Sequence[DeadlineStanding], after: Sequence[DeadlineStanding]) -> list[MovedDeadline]:
    """Return what runs and is due at another time than it was, or began or ceased to be."""
    was, will = ({each.deadline.id: each.due_ms for each in stands if each.end is None} for stands in (before, after))
    return [
        MovedDeadline(name, was.get(name), will.get(name))
        for name in dict.fromkeys([*was, *will])
        if name not in was or name not in will or was[name] != will[name]
    ]


class UpdatedDeadlines:
    """Says what updates of work items moved, and migrations.

    Parameters
    ----------
    store, planners
        The log, processes and whose hours clocks run by.
    """

    def __init__(self, store: Assignments, planners: PlannerCache) -> None:
        self._store = store
        self._planners = planners

    async def moved_by(
        self, tenant: str, record: ItemRecord, updates: Collection[int], migrations: Collection[int] = ()
    ) -> dict[int, list[MovedDeadline]]:
        """Return by event what updates and migrations of a work item moved, by the calendars as they are now.

        A stage that an update entered started its own deadlines and ended those before: these are left out.

        Parameters
        ----------
        updates, migrations
            Their numbers; where there are none nothing is read, nor for updates where no process looks at fields.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        if not updates and not migrations:
            return {}
        published = await self._planners.processes(tenant)
        events = {*migrations, *(updates if any(map(depends_on_fields, published.revisions)) else ())}
        if not events:
            return {}
        planner = await self._planners.newest(tenant)
        lives = ItemLives(tenant, self._store, self._planners, PastRead({}, {}))
        history = await lives.events(record.item_id, record.event)
        return {
            event.number: await _moved_by(lives, planner, published, record, history, place)
            for place, event in enumerate(history)
            if event.number in events and place
        }


async def _moved_by(
    lives: ItemLives,
    planner: Planner,
    published: PublishedProcesses,
    record: ItemRecord,
    history: Sequence[Event],
    place: int,
) -> list[MovedDeadline]:
    """Return what the event at a place of all that happened moved, an update with the decision that was made for it."""
    event = history[place]
    is_decided = isinstance(event, Updated) and event.is_decided
    before = await lives.told_by(planner, published, record.kind, history[:place])
    after = await lives.told_by(planner, published, record.kind, history[: place + 1 + is_decided])
    has_entered = isinstance(event, Updated) and event.entered is not None
    return moved(*(_lasting(each, has_entered=has_entered) for each in (before, after)))


def _lasting(deadlines: ItemDeadlines | None, *, has_entered: bool) -> list[DeadlineStanding]:
    """Return the deadlines that last through an update: where a stage is entered those of the whole process alone."""
    return [each for each in (deadlines.stands if deadlines else ()) if not has_entered or each.stage == WHOLE]
