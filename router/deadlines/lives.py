"""How the deadlines of a work item stand: its process, and its life as the log tells it, read and put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.stored_items import events_of
from router.model.errors import CorruptHistory, InvalidInput
from router.model.events import Content, Event
from router.model.records import ItemRecord
from router.model.workitem import Kind
from router.process.cache import PublishedProcesses
from router.process.clocks import DeadlineClocks, Hours
from router.process.deadlines import DeadlineStanding, standings
from router.process.definition import Process
from router.process.life import Life, lives_of
from router.process.stages import place_of
from rules.fields import Fact


class ItemDeadlines(NamedTuple):
    """How the deadlines of a work item stand in one of its lives: by its process, in the order of ``standings``.

    ``events`` is all that happened to it, in whichever life.
    """

    process: Process
    life: Life
    stands: list[DeadlineStanding]
    events: Sequence[Event] = ()


class ItemLives:
    """Reads the lives of one tenant's work items.

    Parameters
    ----------
    tenant
        Whose.
    store
        Where they are.
    planners
        By whose hours clocks run.
    """

    def __init__(self, tenant: str, store: Assignments, planners: PlannerCache) -> None:
        self._tenant = tenant
        self._store = store
        self._planners = planners

    async def last(self, planner: Planner, published: PublishedProcesses, record: ItemRecord) -> ItemDeadlines | None:
        """Return how deadlines stand in the life that a work item has now, or had last; None: it is in no process.

        Parameters
        ----------
        planner
            By whose hours clocks run.
        published
            All processes there are, read after the record.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        place = place_of(published, record)
        if place is None or not has_deadlines(place.process):
            return None
        events = await self.events(record.item_id, record.event)
        return await self._standing(planner, place.process, lives_of(events)[-1], events, record)

    async def all(self, planner: Planner, published: PublishedProcesses, record: ItemRecord) -> list[ItemDeadlines]:
        """Return the same of all lives, the earliest first, but of those in no process.

        Raises
        ------
        CorruptHistory
            As ``last``.
        """
        events = await self.events(record.item_id, record.event)
        lives = lives_of(events)
        processes = [process_of(published, record.kind, record.first, lives, place) for place in range(len(lives))]
        return [
            await self._standing(planner, process, life, events, record)
            for process, life in zip(processes, lives, strict=True)
            if process
        ]

    async def events(self, item_id: str, last: int) -> list[Event]:
        """Return all that happened to a work item until an event of it, the oldest first.

        Raises
        ------
        CorruptHistory
            If the log has not got one of its events.
        """
        return await events_of(self._store, self._tenant, item_id, last)

    async def _standing(
        self, planner: Planner, process: Process, life: Life, events: Sequence[Event], record: ItemRecord
    ) -> ItemDeadlines:
        fact = fact_of(planner, events, record) if depends_on_fields(process) else {}
        clocks = clocks_of(planner, await self._past(planner, life))
        return ItemDeadlines(process, life, standings(process, life, fact, clocks), events)

    async def _past(self, planner: Planner, life: Life) -> Mapping[int, Hours]:
        """Return by whose hours clocks ran when spells ended, where that was before the workforce became as it is."""
        revisions = {spell.workforce for spell in life.spells} - {0, planner.roster.revision}
        rules = planner.rule_set_revision
        return {
            revision: (await self._planners.at(self._tenant, rules, revision)).roster.hours for revision in revisions
        }


def clocks_of(planner: Planner, past: Mapping[int, Hours] | None = None) -> DeadlineClocks:
    """Return by whose hours deadlines run, as the workforce of a planner is."""
    return DeadlineClocks(planner.roster.hours, planner.roster.records.settings.time_zone, past or {})


def fact_of(planner: Planner, events: Sequence[Event], record: ItemRecord) -> Fact:
    """Return what a work item is by now; nothing where the rules cannot read it: then no table of durations says how
    long.

    Raises
    ------
    CorruptHistory
        If no event holds that.
    """
    for event in reversed(events):
        if event.number == record.content and isinstance(event, Content):
            try:
                return planner.fact_of(event.head.item)
            except InvalidInput:
                return {}
    raise CorruptHistory(f"work item {record.item_id}", f"the log has not got event {record.content}")


def process_of(
    published: PublishedProcesses, kind: Kind, first: int, lives: Sequence[Life], place: int
) -> Process | None:
    """Return the process that a work item was in, in one of its lives; None: in none.

    Parameters
    ----------
    kind, first
        The work item's, and its first event.
    """
    revision = lives[place].revision
    if revision is None and place == 0:
        return published.of(kind, before=first)
    return published.at(revision) if revision else None


def has_deadlines(process: Process) -> bool:
    """Say whether anything falls due in a process, be it that children are opened."""
    return bool(process.deadlines) or any(stage.deadlines or stage.open for stage in process.stages)


def depends_on_fields(process: Process) -> bool:
    """Say whether how long anything takes depends on what the work item is."""
    stages = [deadline for stage in process.stages for deadline in stage.deadlines]
    return any(deadline.within.by for deadline in (*process.deadlines, *stages))
