"""Opening the children of work items, as these enter stages, or on a date; and withdrawing those that the end of one
opened, as it is reopened.

What is to be opened follows from the log, and a child has one id for good: so nothing is noted of what is done. A timer
of the parent is there while one of its children is not; whoever is killed between two of them leaves it, and the others
are opened by the next. That a child was opened touches its parent, whose timer goes once all are there. What is opened
on a date has a timer of its own, be its parent closed by then. Withdrawing is the same: a timer of the parent is there
while one of those children is open, and that one was closed touches it. What somebody reopened by hand stays.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress

from failures import Failure
from router.assignment.children import Openings, PlannedChildren, openings_by
from router.assignment.commands import BindCommand, Completion, in_calls
from router.assignment.jobs import open_command
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import MAX_JOBS, Assignments
from router.assignment.stored_items import StoredItems
from router.deadlines.lives import ItemLives
from router.model.decision import Cause, Decision, DecisionEffect
from router.model.errors import CorruptHistory, StaleRevision
from router.model.events import Completed, Event, Withdrawal
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, State, WorkItem
from router.process.definition.tasks import child_stage_id
from router.process.revisions.cache import PublishedProcesses
from router.process.stages.children import PlannedChild
from router.timers.due import Due
from router.timers.ports import Timers
from router.timers.timer import OPEN, WITHDRAW, Timer, opens_children

_log = logging.getLogger(__name__)
_STEP = 1


async def unopened(items: StoredItems, record: ItemRecord, children: PlannedChildren) -> list[PlannedChild]:
    """Return the children that a work item is to open, as it stands, and that are not there yet."""
    planned = children.to_open(record)
    missing = await items.missing([child.item_id for child in planned]) if planned else set()
    return [child for child in planned if child.item_id in missing]


async def unwithdrawn(items: StoredItems, children: PlannedChildren) -> list[ItemRecord]:
    """Return where those stand that a work item is to withdraw, and that are open yet."""
    left = [child.item_id for child in children.left]
    return [
        each
        for each in (await items.records(left) if left else ())
        if each.state not in CLOSED_STATES and not (each.stage and each.stage.begun)
    ]


async def timers_of(
    items: StoredItems, record: ItemRecord, children: PlannedChildren, opens_ms: Openings
) -> list[Timer]:
    """Return the timers of a work item's children: of what is to be opened, and of what is to be withdrawn."""
    opening = opening_timers(record.item_id, await unopened(items, record, children), opens_ms)
    if record.stage is None or not await unwithdrawn(items, children):
        return opening
    return [*opening, Timer(record.item_id, WITHDRAW, record.stage.begun, _STEP, children.begun_ms)]


def opening_timers(item_id: str, children: Sequence[PlannedChild], opens_ms: Openings) -> list[Timer]:
    """Return the timers of what is to be opened: one for each stage that was entered, due at once, and one for each
    child that is opened on a date.
    """
    at_once = {(child.opened_by.event, child.opener, child.at_ms) for child in children if not child.parent}
    dated = {
        (child.opened_by.event, child_stage_id(child.opener, child.task.id), at_ms)
        for child in children
        if child.parent and (at_ms := opens_ms(child)) is not None
    }
    return [Timer(item_id, f"{OPEN}/{name}", event, _STEP, at_ms) for event, name, at_ms in sorted(at_once | dated)]


def parent_of(event: Event | DecisionEffect) -> str:
    """Return the parent of the child that an event says was opened, or withdrawn; empty: it says no such thing."""
    opened_by = None
    if isinstance(event, Completed):
        return event.withdrawn.parent if event.withdrawn else ""
    if isinstance(event, DecisionEffect) and event.cause is Cause.OPENED:
        opened_by = WorkItem.unpack(event.content).opened_by
    elif isinstance(event, Decision) and event.head.cause is Cause.OPENED:
        opened_by = event.head.item.opened_by
    return opened_by.parent if opened_by else ""


class ChildKeeper:
    """Opens and withdraws the children of one tenant's work items; parameters as for ``TimerFollower``."""

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
        """Open, and withdraw, children of up to ``MAX_JOBS`` work items each that are to by now; return how many were.

        A child that is there already, or closed, and of which the follower did not read yet, stays as it is.
        """
        return await self._open(due) + await self._withdraw(due)

    async def _withdraw(self, due: Due) -> int:
        withdrawing = due.of(lambda timer: timer.name == WITHDRAW)[:MAX_JOBS]
        if not withdrawing:
            return 0
        published, withdrawn, void = await self._planners.processes(self._tenant), 0, list[Timer]()
        timers = {timer.item_id: timer for timer in withdrawing}
        for record in await self._items.records(list(timers)):
            begun = record.stage.begun if record.stage else 0
            children = await unwithdrawn(self._items, await self._planned(published, record)) if begun else []
            if not children:  # somebody closed them before, of which nobody asks the parent anew
                void.append(timers[record.item_id])
            for child in children:
                why = Withdrawal(record.item_id, begun)
                completion = Completion(child.item_id, State.CLOSED, child.version, withdrawn=why)
                withdrawn += isinstance(await self._store.complete(self._tenant, completion), ItemRecord)
        await self._timers.leave(self._tenant, void)
        return withdrawn

    async def _open(self, due: Due) -> int:
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
        """Return what opens the children of a work item that are to be there by now and are not."""
        commands, opens_ms = list[BindCommand](), openings_by(planner)
        for child in await unopened(self._items, record, await self._planned(published, record)):
            due_ms = opens_ms(child)
            if due_ms is None or due_ms > now_ms:  # on another date
                continue
            command = open_command(planner, child, now_ms, published)
            if isinstance(command, Failure):
                _log.error("tenants/%s: %s is not opened: %r", self._tenant, child.item_id, command)
            else:
                commands.append(command)
        return commands

    async def _planned(self, published: PublishedProcesses, record: ItemRecord) -> PlannedChildren:
        """Return what a work item opens; nothing where that cannot be said."""
        try:
            return await self._lives.children(published, record)
        except (CorruptHistory, ValueError) as error:
            _log.error("tenants/%s: %s opens no children: %r", self._tenant, record.item_id, error)
            return PlannedChildren()
