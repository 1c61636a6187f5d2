"""How the deadlines of a work item stand: its process, and its life as the log tells it, read and put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from router.assignment.children import PlannedChildren, planned_by
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.roster import Roster
from router.assignment.stored_items import events_of
from router.model.decision import Decision, DecisionEffect
from router.model.errors import InvalidInput
from router.model.events import Content, Event, Fired, Updated, WorkforceChanged
from router.model.records import ItemRecord
from router.model.workitem import Kind
from router.process.definition.processes import Process
from router.process.due.clocks import DeadlineClocks, Hours, RevisionInForce
from router.process.due.standings import DeadlineStanding, standings
from router.process.due.time_parts import Leaves
from router.process.life.lives import Life, Migration, lives_of
from router.process.revisions.cache import PublishedProcesses
from router.process.stages.approvals import approval_standings
from router.process.stages.eras import Era, eras_of
from router.process.stages.places import place_of
from rules.fields import Fact

_PAGE = 100


class ItemDeadlines(NamedTuple):
    """How the deadlines of a work item stand in one of its lives: by its process, in the order of ``standings``, and
    behind them those of approvals.

    ``clocks`` and ``leaves`` are those by which they are reckoned; ``children`` what it opens, of the last life alone.
    """

    process: Process
    life: Life
    stands: list[DeadlineStanding]
    clocks: DeadlineClocks
    leaves: Leaves
    children: PlannedChildren = PlannedChildren()


class PastRead(NamedTuple):
    """What was read of the past of a work item: workforces by revision, and by event the revision in force."""

    rosters: dict[int, Roster]
    in_force: dict[int, int]


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
    read
        Keeps what is read of the past, for who looks at one work item again and again; None: nothing is kept.
    """

    def __init__(self, tenant: str, store: Assignments, planners: PlannerCache, read: PastRead | None = None) -> None:
        self._tenant = tenant
        self._store = store
        self._planners = planners
        self._read = read

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
        if not eras:
            return None
        deadlines = await self._standing(planner, eras[-1], events)
        return deadlines._replace(children=planned_by(published, record, events))

    async def told_by(
        self, planner: Planner, published: PublishedProcesses, kind: Kind, events: Sequence[Event]
    ) -> ItemDeadlines | None:
        """Return how deadlines stood in the last life that the first events of a work item tell of; None: it was in no
        process.

        Raises
        ------
        CorruptHistory
            As ``last``.
        """
        lives = lives_of(events)
        eras = eras_of(published, kind, events[0].number, lives, len(lives) - 1) if lives else []
        return await self._standing(planner, eras[-1], events) if eras else None

    async def pausable(self, kind: Kind, events: Sequence[Event], at_ms: int) -> tuple[str, ...]:
        """Return the deadlines that run at an instant and stand still while their work item is paused, by the first
        events that tell of it.

        Raises
        ------
        CorruptHistory
            As ``last``.
        """
        planner, published = await self._planners.newest(self._tenant), await self._planners.processes(self._tenant)
        told = await self.told_by(planner, published, kind, events)
        running = [each for each in (told.stands if told else ()) if each.runs_at(at_ms)]
        return tuple(dict.fromkeys(each.deadline.id for each in running if each.deadline.pausable))

    async def children(self, published: PublishedProcesses, record: ItemRecord) -> PlannedChildren:
        """Return what a work item opens.

        Raises
        ------
        CorruptHistory
            As ``last``.
        """
        return planned_by(published, record, await self.events(record.item_id, record.event))

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
        return [await self._standing(planner, era, events) for era in eras]

    async def events(self, item_id: str, last: int) -> list[Event]:
        """Return all that happened to a work item until an event of it, the oldest first.

        Raises
        ------
        CorruptHistory
            If the log has not got one of its events.
        """
        return await events_of(self._store, self._tenant, item_id, last)

    async def _standing(self, planner: Planner, era: Era, events: Sequence[Event]) -> ItemDeadlines:
        changes = await self._changes(planner, events)
        past = await self._past(planner, era.life, changes)
        clocks = clocks_of(planner, {revision: roster.hours for revision, roster in past.items()}, changes)
        stands = [
            standing
            for part, content in _contents(era, events)
            for standing in standings(era.process, era.life, fact_of(planner, content), clocks)
            if part.has(standing)
        ]
        stands += filter(era.has, approval_standings(era.process, era.life, clocks))
        return ItemDeadlines(era.process, era.life, stands, clocks, leaves_of(planner, past))

    async def _past(self, planner: Planner, life: Life, changes: Sequence[RevisionInForce]) -> Mapping[int, Roster]:
        """Return the workforce as it was when spells or deadlines ended, where that was before it became as it is."""
        revisions = {spell.workforce for spell in life.spells} | {each.revision for each in changes}
        revisions -= {0, planner.roster.revision}
        kept = self._read.rosters if self._read else {}
        for revision in sorted(revisions - kept.keys()):  # each is made from the one before
            kept[revision] = (await self._planners.at(self._tenant, planner.rule_set_revision, revision)).roster
        return {revision: kept[revision] for revision in revisions}

    async def _changes(self, planner: Planner, events: Sequence[Event]) -> list[RevisionInForce]:
        """Return which revision of the workforce was in force at each event of a work item, in the order of time.

        Most events of others beside it say so, too: what it does not say itself is read from those before it.
        """
        in_force, newest = list[RevisionInForce](), planner.roster.revision
        known = [workforce_of(event) for event in events]
        for place, event in enumerate(events):
            before = in_force[-1].revision if in_force else 0
            following = next(filter(None, known[place:]), newest)
            revision = known[place] or (before if before == following else await self.in_force(event.number))
            in_force.append(RevisionInForce(event.at_ms, revision, event.number))
        return in_force

    async def in_force(self, number: int) -> int:
        """Return the revision of the workforce that was in force at an event; 0: none was."""
        kept = self._read.in_force if self._read else {}
        if number not in kept:
            kept[number] = await self._looked_up(number)
        return kept[number]

    async def _looked_up(self, number: int) -> int:
        before = number + 1
        while before > 1:
            page = await self._store.effects(self._tenant, after=max(before - 1 - _PAGE, 0), before=before)
            found = next((revision for event in reversed(page) if (revision := workforce_of(event))), 0)
            if found or not page:
                return found
            before = page[0].number
        return 0


def workforce_of(event: Event | DecisionEffect) -> int:
    """Return the revision of the workforce that was in force at an event, where it says so itself; 0: it does not."""
    match event:
        case Decision() | Updated():
            return event.head.workforce_revision
        case DecisionEffect(workforce_revision=revision) | WorkforceChanged(revision=revision):
            return revision
        case Fired(workforce=revision):
            return revision
    return 0


def _contents(era: Era, events: Sequence[Event]) -> Iterator[tuple[Era, Content | None]]:
    """Yield the parts of an era in which a work item stayed what it was, with the event that says what that is.

    What was over stays as it was, all else is as if it had been what it is by now; None: nothing depends on it.
    """
    if not depends_on_fields(era.process):
        yield era, None
        return
    contents = list[Content]()
    for event in events:
        if isinstance(event, Content) and (not contents or contents[-1].head.item != event.head.item):
            contents.append(event)
    for content, following in pairwise([*contents, None]):
        assert content is not None
        since = max(era.since, content.number if content is not contents[0] else 0)
        until = min((number for number in (era.until, following and following.number) if number), default=None)
        if until is None or since < until:
            yield era._replace(since=since, until=until), content


def clocks_of(
    planner: Planner, past: Mapping[int, Hours] | None = None, changes: Sequence[RevisionInForce] = ()
) -> DeadlineClocks:
    """Return by whose hours deadlines run, as the workforce of a planner is."""
    return DeadlineClocks(planner.roster.hours, planner.roster.records.settings.time_zone, past or {}, changes)


def leaves_of(planner: Planner, past: Mapping[int, Roster]) -> Leaves:
    """Return when who was on leave: by the workforce of a planner, and by those of before that are given."""
    return lambda revision, rep: past.get(revision, planner.roster).availability.leaves(rep)


def fact_of(planner: Planner, content: Content | None) -> Fact:
    """Return what a work item is by an event; nothing where nobody asks, or the rules cannot read it: then no table of
    durations says how long.
    """
    if content is None:
        return {}
    try:
        return planner.fact_of(content.head.item)
    except InvalidInput:
        return {}


def has_deadlines(process: Process) -> bool:
    """Say whether anything falls due in a process, be it that children are opened."""
    return bool(process.deadlines or process.tasks) or any(stage.falling_due for stage in process.stages)


def depends_on_fields(process: Process) -> bool:
    """Say whether how long anything takes, or by which date it is due, depends on what the work item is."""
    stages = [deadline for stage in process.stages for deadline in stage.deadlines]
    return any(deadline.within.by or deadline.dated for deadline in (*process.deadlines, *stages))
