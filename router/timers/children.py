"""Opening the children of work items, as these enter stages.

What is to be opened follows from the log, and a child has one id for good: so nothing is noted of what is done. A timer
of the parent is there while one of its children is not; whoever is killed between two of them leaves it, and the others
are opened by the next. That a child was opened touches its parent, whose timer goes once all are there.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress

from failures import Failure
from router.assignment.commands import BindCommand, in_calls
from router.assignment.jobs import open_command
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import MAX_JOBS, Assignments
from router.assignment.stored_items import StoredItems
from router.deadlines.lives import ItemDeadlines, ItemLives
from router.model.decision import Cause, Decision, DecisionEffect
from router.model.errors import CorruptHistory, StaleRevision
from router.model.events import Event
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, WorkItem
from router.process.cache import PublishedProcesses
from router.process.children import PlannedChild
from router.timers.due import Due
from router.timers.ports import Timers
from router.timers.timer import OPEN, Timer, opens_children

_log = logging.getLogger(__name__)
_STEP = 1


async def unopened(items: StoredItems, deadlines: ItemDeadlines) -> list[PlannedChild]:
    """Return the children that a work item is to open and that are not there yet."""
    planned = deadlines.children
    missing = await items.missing([child.item_id for child in planned]) if planned else set()
    return [child for child in planned if child.item_id in missing]


def opening_timers(item_id: str, children: Sequence[PlannedChild]) -> list[Timer]:
    """Return the timers of what is to be opened: one for each stage that was entered, due at once."""
    places = {(child.opened_by.event, child.opener, child.at_ms) for child in children}
    return [Timer(item_id, f"{OPEN}/{stage}", event, _STEP, at_ms) for event, stage, at_ms in sorted(places)]


def parent_of(event: Event | DecisionEffect) -> str:
    """Return the parent of the child that an event says was opened; empty: it says no such thing."""
    opened_by = None
    if isinstance(event, DecisionEffect) and event.cause is Cause.OPENED:
        opened_by = WorkItem.unpack(event.content).opened_by
    elif isinstance(event, Decision) and event.head.cause is Cause.OPENED:
        opened_by = event.head.item.opened_by
    return opened_by.parent if opened_by else ""


class ChildOpener:
    """Opens the children of one tenant's work items; parameters as for ``TimerFollower``."""

    def __init__(
        self, tenant: str, store: Assignments, planners: PlannerCache, timers: Timers, items: StoredItems
    ) -> None:
        self._tenant = tenant
        self._store = store
        self._planners = planners
        self._timers = timers
        self._items = items
        self._lives = ItemLives(tenant, store, planners)

    async def make_due(self, due: Due) -> int:
        """Open children of up to ``MAX_JOBS`` work items that are to by now; return how many were opened.

        A child that is there already, and of which the follower did not read yet, stays as it is.
        """
        opening = due.of(lambda timer: opens_children(timer.name))[:MAX_JOBS]
        if not opening:
            return 0
        planner, published = await self._planners.newest(self._tenant), await self._planners.processes(self._tenant)
        commands = list[BindCommand]()
        for record in await self._items.records(list(dict.fromkeys(timer.item_id for timer in opening))):
            commands += await self._commands(planner, published, record, due.now_ms)
        opened = 0
        with suppress(StaleRevision):  # then they are opened by the new revision
            for call in in_calls(commands[:MAX_JOBS]):
                answers = await self._store.bind(self._tenant, planner.revisions, call)
                opened += sum(isinstance(answer, Decision) and answer.number > 0 for answer in answers)
        return opened

    async def _commands(
        self, planner: Planner, published: PublishedProcesses, record: ItemRecord, now_ms: int
    ) -> list[BindCommand]:
        """Return what opens the children of a work item that are not there; nothing where that cannot be said."""
        if record.state in CLOSED_STATES:
            return []
        try:
            deadlines = await self._lives.last(planner, published, record)
            children = await unopened(self._items, deadlines) if deadlines else []
        except (CorruptHistory, ValueError) as error:
            _log.error("tenants/%s: %s opens no children: %r", self._tenant, record.item_id, error)
            return []
        commands = list[BindCommand]()
        for child in children:
            command = open_command(planner, child, now_ms, published)
            if isinstance(command, Failure):
                _log.error("tenants/%s: %s is not opened: %r", self._tenant, child.item_id, command)
            else:
                commands.append(command)
        return commands
