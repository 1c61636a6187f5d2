"""Migrating: open work items go on by the active revision of their process. The use case.

What was over by then stays as it was. All else is as if the work item had gone by that revision before: deadlines that
run are due as it says, from when they were started. What would change is shown first, by the same code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from failures import shown
from router.assignment.commands import Refusal
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import WorkItemQueries
from router.deadlines.lives import ItemLives
from router.deadlines.moved import MovedDeadline, moved
from router.deadlines.ports import NoteCommand, Notes
from router.model.errors import Conflict, InvalidInput, NotPossible
from router.model.events import Note
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES
from router.process.definition.processes import Process
from router.process.life.lives import Migration
from router.process.revisions.cache import PublishedProcesses
from router.process.stages.places import StagePlace, place_of

_TRIES = 8


class MigratedItem(NamedTuple):
    """What becomes of a work item.

    Parameters
    ----------
    stage
        The one that it is in from then on; empty: it stays as it is, for ``fault``.
    """

    item_id: str
    first: int
    before: StagePlace
    process: Process
    stage: str
    deadlines: Sequence[MovedDeadline] = ()
    fault: str = ""


class MigrationPage(NamedTuple):
    """What becomes of some work items; ``after`` is the event to go on after, None: there are no more."""

    items: list[MigratedItem]
    after: int | None


class Migrating:
    """The use case.

    Parameters
    ----------
    store, queries
        Work items and the log.
    notes
        Where it is written.
    planners
        Processes, and by whose hours clocks run.
    """

    def __init__(self, store: Assignments, queries: WorkItemQueries, notes: Notes, planners: PlannerCache) -> None:
        self._store = store
        self._queries = queries
        self._notes = notes
        self._planners = planners

    async def page(
        self,
        tenant: str,
        process_id: str,
        stages: Mapping[str, str],
        *,
        after: int = 0,
        count: int,
        actor: str = "",
        preview: bool = False,
    ) -> MigrationPage:
        """Migrate those of up to ``count`` work items that go by an earlier revision of a process, the oldest first.

        Parameters
        ----------
        stages
            In which stage what stands in another goes on; those that are left out keep their ids.
        preview
            Whether nothing is to be written.

        Raises
        ------
        NotFound
            If there is no such process.
        NotPossible
            If it is out of use.
        InvalidInput
            If it has no such stage, or never had one that is said to go on in another.
        """
        planner, published = await self._planners.newest(tenant), await self._planners.processes(tenant)
        process, name = published.active.get(process_id), f"tenants/{tenant}/processes/{process_id}"
        if process is None:
            raise published.missing(tenant, process_id)
        if not process.kinds:
            out_of_use = (
                f"is out of use, by revision {process.revision}: what is open goes on by the revision that it has"
            )
            raise NotPossible(name, out_of_use)
        _check_stages(published, process, stages)
        found, place = await self._queries.items(tenant, after=after, count=count)
        items = list[MigratedItem]()
        for stored in found:
            item = await self._migrated(tenant, planner, published, process, stored.record, stages)
            if item and item.stage and not preview:
                item = await self._written(tenant, planner, published, process, item, stages, actor)
            items += [item] if item else []
        return MigrationPage(items, place)

    async def _written(
        self,
        tenant: str,
        planner: Planner,
        published: PublishedProcesses,
        process: Process,
        item: MigratedItem,
        stages: Mapping[str, str],
        actor: str,
    ) -> MigratedItem | None:
        """Migrate a work item as it stands by now; None: it need not be any more."""
        for _ in range(_TRIES):
            (record,) = await self._store.items(tenant, [item.item_id])
            now = await self._migrated(tenant, planner, published, process, record, stages) if record else None
            if record is None or now is None or not now.stage:
                return now
            command = NoteCommand(record.item_id, record.event, Note.MIGRATED, now.stage, process.revision, actor=actor)
            answer = await self._notes.note(tenant, command)
            if answer is not Refusal.CONFLICT:
                return None if isinstance(answer, Refusal) else now
        raise Conflict(f"tenants/{tenant}/workItems/{item.item_id}", "changes faster than one can write: try again")

    async def _migrated(
        self,
        tenant: str,
        planner: Planner,
        published: PublishedProcesses,
        process: Process,
        record: ItemRecord,
        stages: Mapping[str, str],
    ) -> MigratedItem | None:
        """Return what becomes of a work item; None: it is closed, or goes by no earlier revision."""
        place = place_of(published, record)
        if record.state in CLOSED_STATES or place is None or place.process.id != process.id:
            return None
        if place.process.revision >= process.revision or place.stage.id not in place.process.by_id:
            return None  # a child stays as it was opened
        stage = stages.get(place.stage.id, place.stage.id)
        made = MigratedItem(record.item_id, record.first, place, process, stage)
        if record.kind not in process.kinds:
            return made._replace(stage="", fault=f"{process.id}@{process.revision} is not for {record.kind} any more")
        if stage not in process.by_id or process.by_id[stage].closes:
            fault = f"{process.id}@{process.revision} has no open stage {stage}: say in stages where it goes on"
            return made._replace(stage="", fault=fault)
        lives = ItemLives(tenant, self._store, self._planners)
        before = await lives.last(planner, published, record)
        migration = Migration(record.event + 1, process.revision, stage)
        after = await lives.last(planner, published, record, migration)
        return made._replace(deadlines=moved(before.stands if before else [], after.stands if after else []))


def _check_stages(published: PublishedProcesses, process: Process, stages: Mapping[str, str]) -> None:
    """Refuse what says of no stage where it goes on, or that it does in none that is open."""
    open_stages = [stage.id for stage in process.stages if not stage.closes]
    revisions = (each for each in published.revisions if each.id == process.id)
    ever = dict.fromkeys(stage.id for each in revisions for stage in each.stages if not stage.closes)
    for stage, onward in stages.items():
        if stage not in ever:
            allowed = f"must be an open stage of any revision of {process.id}: {', '.join(ever)}"
            raise InvalidInput.of("stages", f"{shown(stage)}: {allowed}")
        if onward not in open_stages:
            allowed = f"must be an open stage of {process.id}@{process.revision}: {', '.join(open_stages)}"
            raise InvalidInput.of("stages", f"{shown(onward)}: {allowed}")
