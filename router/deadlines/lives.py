"""How the deadlines of a work item stand: its process, and its life as the log tells it, read and put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.roster import Roster
from router.model.errors import CorruptHistory, InvalidInput
from router.model.events import Content, Event, previous_of
from router.model.records import ItemRecord
from router.model.workitem import Kind
from router.process.cache import PublishedProcesses
from router.process.clocks import DeadlineClocks, Hours
from router.process.deadlines import DeadlineStanding, standings
from router.process.definition import Process
from router.process.life import Life, Migration, as_migrated, lives_of
from router.process.stages import place_of
from router.process.time_parts import Leaves
from rules.fields import Fact

_PAGE = 100


class ItemDeadlines(NamedTuple):
    """How the deadlines of a work item stand in one of its lives: by its process, in the order of ``standings``.

    ``clocks`` and ``leaves`` are those by which they are reckoned.
    """

    process: Process
    life: Life
    stands: list[DeadlineStanding]
    clocks: DeadlineClocks
    leaves: Leaves


class Era(NamedTuple):
    """How long a work item went by one revision of its process: from an event until before another; None: for good.

    What was over before it was migrated stays as it was; all else is as if it had gone by the later one before.
    """

    process: Process
    life: Life
    since: int
    until: int | None

    def has(self, standing: DeadlineStanding) -> bool:
        """Say whether a deadline is judged by it."""
        ended = standing.end.event if standing.end else None
        if ended is None:
            return self.until is None
        return self.since <= ended and (self.until is None or ended < self.until)


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

    async def last(
        self,
        planner: Planner,
        published: PublishedProcesses,
        record: ItemRecord,
        migration: Migration | None = None,
    ) -> ItemDeadlines | None:
        """Return how deadlines stand in the life that a work item has now, or had last; None: it is in no process.

        Parameters
        ----------
        planner
            By whose hours clocks run.
        published
            All processes there are, read after the record.
        migration
            As if it had been migrated so; None: as it is.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        place = place_of(published, record)
        process = published.at(migration.revision) if migration else place and place.process
        if place is None or process is None or not has_deadlines(process):
            return None
        events = await self.events(record.item_id, record.event)
        lives = lives_of(events)
        if migration:
            lives[-1] = lives[-1]._replace(migrations=(*lives[-1].migrations, migration))
        eras = eras_of(published, record.kind, record.first, lives, len(lives) - 1)
        return await self._standing(planner, eras[-1], events, record) if eras else None

    async def all(self, planner: Planner, published: PublishedProcesses, record: ItemRecord) -> list[ItemDeadlines]:
        """Return the same of all lives, the earliest first, but of those in no process.

        Raises
        ------
        CorruptHistory
            As ``last``.
        """
        events = await self.events(record.item_id, record.event)
        lives = lives_of(events)
        eras = [
            era for place in range(len(lives)) for era in eras_of(published, record.kind, record.first, lives, place)
        ]
        return [await self._standing(planner, era, events, record) for era in eras]

    async def events(self, item_id: str, last: int) -> list[Event]:
        """Return all that happened to a work item until an event of it, the oldest first.

        Raises
        ------
        CorruptHistory
            If the log has not got one of its events.
        """
        events = list[Event]()
        while last:
            page = await self._store.history(self._tenant, item_id, last, _PAGE)
            events += page
            last = previous_of(page[-1], item_id) if page else 0
        return events[::-1]

    async def _standing(self, planner: Planner, era: Era, events: Sequence[Event], record: ItemRecord) -> ItemDeadlines:
        fact = fact_of(planner, events, record) if depends_on_fields(era.process) else {}
        past = await self._past(planner, era.life)
        clocks = clocks_of(planner, {revision: roster.hours for revision, roster in past.items()})
        stands = list(filter(era.has, standings(era.process, era.life, fact, clocks)))
        return ItemDeadlines(era.process, era.life, stands, clocks, leaves_of(planner, past))

    async def _past(self, planner: Planner, life: Life) -> Mapping[int, Roster]:
        """Return the workforce as it was when spells ended, where that was before it became as it is."""
        revisions = {spell.workforce for spell in life.spells} - {0, planner.roster.revision}
        rules = planner.rule_set_revision
        return {revision: (await self._planners.at(self._tenant, rules, revision)).roster for revision in revisions}


def clocks_of(planner: Planner, past: Mapping[int, Hours] | None = None) -> DeadlineClocks:
    """Return by whose hours deadlines run, as the workforce of a planner is."""
    return DeadlineClocks(planner.roster.hours, planner.roster.records.settings.time_zone, past or {})


def leaves_of(planner: Planner, past: Mapping[int, Roster]) -> Leaves:
    """Return when who was on leave: by the workforce of a planner, and by those of before that are given."""
    return lambda revision, rep: past.get(revision, planner.roster).availability.leaves(rep)


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


def eras_of(published: PublishedProcesses, kind: Kind, first: int, lives: Sequence[Life], place: int) -> list[Era]:
    """Return by which revisions of a process one of a work item's lives went, in the order of time; none: in none.

    Parameters
    ----------
    kind, first
        The work item's, and its first event.
    """
    life = lives[place]
    began = published.of(kind, before=first) if life.revision is None and place == 0 else None
    process = published.at(life.revision) if life.revision else began
    if process is None:
        return []
    eras, since = list[Era](), 0
    for migration in life.migrations:
        eras.append(Era(process, life, since, migration.event))
        process, life, since = published.at(migration.revision), as_migrated(life, migration), migration.event
    return [*eras, Era(process, life, since, None)]


def has_deadlines(process: Process) -> bool:
    """Say whether anything falls due in a process."""
    return bool(process.deadlines) or any(stage.deadlines for stage in process.stages)


def depends_on_fields(process: Process) -> bool:
    """Say whether how long anything takes, or by which date it is due, depends on what the work item is."""
    stages = [deadline for stage in process.stages for deadline in stage.deadlines]
    return any(deadline.within.by or deadline.dated for deadline in (*process.deadlines, *stages))
