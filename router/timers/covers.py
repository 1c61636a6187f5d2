"""Substitutes during leave: what a rep has open goes to whoever stands in for them when a leave begins, and comes back
when it ends.

What falls due of a work item follows from where it stands, from the decision that gave it its owner, and from the
workforce; the change itself is an ordinary decision, apart from the ledger, after which something else falls due. So
nothing is noted of what is done: whoever is killed in the middle leaves timers of what is left, which are made again
the same, and a work item that changed meanwhile is looked at anew. An edit of the absences is followed at once: a
leave that is shortened or deleted ends now.

What somebody gets while they are known to be on leave, from a person who names them, by a reopening or an import, or
accepts then, stays with them until that leave is over, or is edited.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from router.assignment.commands import BindCommand, in_calls
from router.assignment.jobs import cover_command
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import MAX_JOBS, Assignments
from router.assignment.stored_items import StoredItems
from router.model.decision import Cause, Decision
from router.model.errors import NotPossible, StaleRevision
from router.model.records import ItemRecord
from router.model.workitem import State
from router.process.stages.places import pool_of
from router.timers.due import Due
from router.timers.ports import Present, Timers
from router.timers.timer import COVER, STATES, Timer
from router.workforce.covers import Hindrance

_GIVEN = frozenset({Cause.OVERRIDE, Cause.REOPENED, Cause.IMPORTED})
"""Why somebody on leave may have got a work item although it was known that they are."""
_STEP = 1
MOST_KEPT = 100
"""Work items of one answer that says what stays."""

_log = logging.getLogger(__name__)


class HandOver(NamedTuple):
    """A work item is to go to a rep at an instant, in milliseconds since 1970, by a command."""

    rep: str
    due_ms: int
    command: BindCommand


def next_hand_over(present: Present, record: ItemRecord, decision: Decision) -> HandOver | None:
    """Return where a work item is to go next, and when; None: it stays.

    Parameters
    ----------
    present
        A leave that was over before the workforce became so moves nothing: who enters last month's means no more.
    record
        Where it stands.
    decision
        The one that gave it its owner, with the attributes that it has by now, and when what it offered was accepted.

    Notes
    -----
    Who is recused, or on leave themselves without anybody to stand in, gets nothing: it stays where it is until
    somebody else is to have it.
    """
    planner, covers = present.planner, present.planner.roster.covers
    since_ms = max(decision.at_ms, decision.accepted_ms, present.workforce_ms)
    stays_until_ms = _stays_until_ms(planner, record, decision)
    for due_ms, rep in covers.changes(record.whose, record.owner, since_ms):
        if due_ms >= stays_until_ms:
            pool = pool_of(record, decision.head.pool)
            command = cover_command(planner, record, decision.head.item, rep, due_ms, pool)
            if isinstance(command, BindCommand):
                return HandOver(rep, due_ms, command)
    return None


def hindrance(planner: Planner, record: ItemRecord, decision: Decision, at_ms: int) -> Hindrance | None:
    """Say why a work item is, at an instant, not where it would be by the leaves; None: it is, or is on its way.

    Parameters
    ----------
    record, decision
        As for ``next_hand_over``.
    """
    covers = planner.roster.covers
    if not record.covered and not covers.named(record.owner, at_ms):
        return None
    holder = covers.holder(record.whose, at_ms)
    if holder.hindrance:
        return holder.hindrance
    if holder.rep == record.owner:
        return None
    if _stays_until_ms(planner, record, decision) > at_ms:
        return Hindrance.GIVEN
    pool = pool_of(record, decision.head.pool)
    command = cover_command(planner, record, decision.head.item, holder.rep, at_ms, pool)
    return command if isinstance(command, Hindrance) else None


def _stays_until_ms(planner: Planner, record: ItemRecord, decision: Decision) -> int:
    """Return until when whoever got a work item on leave keeps it; 0: they did not get it so."""
    if record.covered or not (decision.accepted_ms or decision.head.cause in _GIVEN):
        return 0
    revision = max(decision.head.workforce_revision, decision.accepted_workforce)
    known = planner.roster.covers.known_leave(record.owner, decision.accepted_ms or decision.since_ms, revision)
    return known[1] if known else 0


class KeptItem(NamedTuple):
    """A work item that is not with whom it would be by the leaves, and why."""

    item_id: str
    why: Hindrance


class KeptItems:
    """The use case: say what stays where it is although somebody went on leave, or is back.

    Parameters
    ----------
    store
        Work items and the clock.
    planners
        Rules and workforce.
    """

    def __init__(self, store: Assignments, planners: PlannerCache) -> None:
        self._store = store
        self._planners = planners

    async def of(self, tenant: str, rep: str, count: int = MOST_KEPT) -> list[KeptItem]:
        """Return up to ``count`` of what is a rep's and stays now, the oldest first; nothing without rules."""
        try:
            planner = await self._planners.newest(tenant)
        except NotPossible:
            return []
        at_ms, items, kept = (
            await self._store.now_us(tenant) // 1000,
            StoredItems(tenant, self._store),
            list[KeptItem](),
        )
        for index in (partial(self._store.owned, tenant, rep, is_open=True), partial(self._store.covered, tenant)):
            after = 0
            while len(kept) < count and (page := await index(after=after)):
                after = page[-1][0]
                records = await items.records([item_id for _, item_id in page])
                of_rep = [record for record in records if record.whose == rep]
                for record, decision in await items.current(await items.decisions(of_rep)) if of_rep else []:
                    if why := hindrance(planner, record, decision, at_ms):
                        kept.append(KeptItem(record.item_id, why))
        return kept[:count]


class Covers:
    """``router.timers.ports.Schedule`` of hand-overs."""

    @property
    def state(self) -> State:
        """What somebody owns."""
        return STATES[COVER]

    def concerns(self, record: ItemRecord, present: Present) -> bool:
        """Say whether the owner stands in for somebody, or a leave of theirs names who stands in for them."""
        return bool(record.covered) or record.owner in present.planner.roster.covers.reps

    def may_fall_due(self, present: Present) -> bool:
        """Say whether any leave names somebody."""
        return bool(present.planner.roster.covers.reps)

    def due(self, present: Present, record: ItemRecord, decision: Decision) -> Timer | None:
        """Return the next hand-over."""
        step = next_hand_over(present, record, decision)
        return Timer(record.item_id, COVER, record.decision, _STEP, step.due_ms) if step else None


class HandOvers:
    """The hand-overs of one tenant; parameters as for ``router.timers.follower.TimerFollower``."""

    def __init__(
        self, tenant: str, store: Assignments, planners: PlannerCache, timers: Timers, items: StoredItems
    ) -> None:
        self._tenant = tenant
        self._store = store
        self._planners = planners
        self._timers = timers
        self._items = items

    async def make_due(self, due: Due) -> int:
        """Make up to ``MAX_JOBS`` hand-overs that are due by the store's clock; return how many were made.

        One whose timer does not follow from log and workforce any more waits for the follower, who removes it; one
        whose work item changes at this moment is made by the next call.
        """
        changing = due.of(lambda timer: timer.name == COVER)[:MAX_JOBS]
        if not changing:
            return 0
        position, planner = await self._timers.followed(self._tenant), await self._planners.newest(self._tenant)
        if (planner.rule_set_revision, planner.roster.revision) != position.revisions:
            return 0
        commands, void = await self._commands(Present(planner, position.workforce_ms), changing, due.now_ms)
        if void:
            await self._timers.set_timers(self._tenant, position, position, dict.fromkeys(void, ()))
        made = 0
        with suppress(StaleRevision):  # then the follower reads on, and they are made by the new revision
            for call in in_calls(commands):
                answers = await self._store.bind(self._tenant, planner.revisions, call)
                made += sum(isinstance(answer, Decision) for answer in answers)
        return made

    async def _commands(
        self, present: Present, due: Sequence[Timer], now_ms: int
    ) -> tuple[list[BindCommand], list[str]]:
        """Return what is to be done for timers that are not void, and the work items that nobody can read."""
        entries = {timer.item_id: timer.entry for timer in due}
        records = await self._items.records(list(entries))
        unread = {*entries}.difference(record.item_id for record in records)
        concerned = [
            record for record in records if record.state is STATES[COVER] and record.decision == entries[record.item_id]
        ]
        unread.update(record.item_id for record in concerned)
        commands = list[BindCommand]()
        decided = await self._items.decisions(concerned) if concerned else []
        for record, decision in await self._items.current(decided):
            try:
                step = next_hand_over(present, record, decision)
            except Exception as error:  # whatever it is: nothing else stays where it is for one work item
                _log.error("tenants/%s: %s is not handed over: %r", self._tenant, record.item_id, error)
                continue
            unread.discard(record.item_id)
            if step and step.due_ms <= now_ms:
                commands.append(step.command)
        return commands, sorted(unread)
