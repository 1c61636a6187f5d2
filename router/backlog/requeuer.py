"""Finding owners for what waits: follows a tenant's log, and tries work items again when a change could help them.

Those of higher priority come first, and of those the oldest.

What waits is written by the same atomic step that decided so, and trying ends in the same atomic step as routing: so
it may stop, start, or run twice at any moment, and nothing is lost or owned twice.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from itertools import groupby

from router.assignment.commands import BindCommand, KnownAs, Moved, Refusal, in_calls
from router.assignment.jobs import wake_command
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import MAX_JOBS, Assignments
from router.assignment.stored_items import StoredItems
from router.backlog.backlog import Backlog, Waiting, takers_of
from router.model.caps import CapMeasure
from router.model.decision import Decision, DecisionEffect, Outcome
from router.model.dispatch import Answer
from router.model.errors import NotPossible, StaleRevision
from router.model.events import (
    WAKE,
    ActivityRecorded,
    Completed,
    Erased,
    Event,
    Fired,
    OfferAnswered,
    PresenceChanged,
    RulesPublished,
    WorkforceChanged,
)
from router.model.records import ItemRecord
from router.model.workitem import State

_PAGE = 1000
_TRIES = 8
"""Rounds before work items are left for the next look because time passes faster than they can be planned."""


class Requeuer:
    """The requeuer of one tenant.

    Parameters
    ----------
    tenant
        Whose work items.
    store, planners
        As for ``router.assignment.service.Router``.
    """

    def __init__(self, tenant: str, store: Assignments, planners: PlannerCache) -> None:
        self._tenant = tenant
        self._store = store
        self._planners = planners
        self._items = StoredItems(tenant, store)
        self._room = Backlog()
        self.position = 0
        """Number of the last event that was taken in."""
        self._now_ms = 0
        """The time by the store: that of the last event that was read, if it has said no other since."""

    async def begin(self) -> None:
        """Find all that waits; since it is not known what happened before, each gets a chance."""
        newest = await self._store.events(self._tenant, count=1, newest_first=True)
        self.position = newest[0].number if newest else 0
        self._now_ms = await self._store.now_us(self._tenant) // 1000
        if planner := await self._planner():
            await self._plan_all(planner)

    async def catch_up(self) -> None:
        """Take in what happened since."""
        while events := await self._store.effects(self._tenant, after=self.position, count=_PAGE):
            for gives_chances, some in groupby(events, _gives_chances):
                run = list(some)
                self._now_ms = run[-1].at_ms
                await (self._take_in_turn(run) if gives_chances else self._take_in(run))
                self.position = run[-1].number

    async def _take_in(self, events: Sequence[Event | DecisionEffect]) -> None:
        """Take in together what gives no other work item a chance: each work item is planned once, as it stands now."""
        waiting, woken, erased = list[str](), list[str](), list[str]()
        for event in events:
            match event:
                case DecisionEffect(outcome=Outcome.WAITING, item_id=item_id):
                    waiting.append(item_id)
                case Fired(name=name, item_id=item_id) if name == WAKE:
                    woken.append(item_id)
                case Erased(item_ids=item_ids):
                    erased += item_ids
                case DecisionEffect(item_id=item_id) | Completed(item_id=item_id):
                    self._room.leave(item_id)
                case _:
                    pass
        await self._plan_current(erased, tries=math.inf)
        await self._plan_current(list(dict.fromkeys(waiting + woken)), tries=0)
        for item_id in woken:
            self._room.woken(item_id)

    async def _plan_current(self, item_ids: Sequence[str], *, tries: float) -> None:
        if item_ids:
            await self._plan(await self._planners.current(self._tenant), item_ids, tries=tries)

    async def _take_in_turn(self, events: Sequence[Event | DecisionEffect]) -> None:
        for event in events:
            match event:
                case WorkforceChanged() | RulesPublished():
                    if planner := await self._planner_with(event):
                        await self._plan_all(planner)
                case PresenceChanged(rep=rep, until_ms=None):
                    self._room.came_back(rep)
                case PresenceChanged(rep=rep):
                    self._room.gone(rep)
                case ActivityRecorded():
                    self._room.worked()
                case OfferAnswered():
                    await self._take_in_answer(event)
                case (
                    DecisionEffect(item_id=item_id, kind=kind, freed=rep)
                    | Completed(item_id=item_id, kind=kind, rep=rep)
                ):
                    self._room.leave(item_id)
                    self._room.freed(rep, kind)
                case _:
                    pass

    async def _take_in_answer(self, event: OfferAnswered) -> None:
        """Give chances to what somebody may be offered, or have, by an answer; and to what is to be offered anew."""
        if event.rep and not event.stays_open:
            self._room.answered(event.rep)
        if event.set_away:
            self._room.gone(event.rep)
        if event.charge and event.answer is not Answer.ACCEPTED:
            self._room.freed(event.rep, event.kind, uncounted=event.pool)
        if event.answer is not Answer.ACCEPTED and not event.stays_open:
            await self._plan_current([event.item_id], tries=1)

    async def _planner(self) -> Planner | None:
        """Return the planner at hand; None: there are no rules, so that nothing was routed yet."""
        try:
            return await self._planners.current(self._tenant)
        except NotPossible:
            return None

    async def _planner_with(self, event: WorkforceChanged | RulesPublished) -> Planner | None:
        """Return a planner that knows of a change; None: as ``_planner``."""
        planner = await self._planner()
        if planner is None:
            return None
        revision = planner.rule_set_revision if isinstance(event, RulesPublished) else planner.roster.revision
        return planner if revision >= event.revision else await self._planners.renewed(self._tenant, planner.revisions)

    async def _plan_all(self, planner: Planner) -> None:
        first = 0
        while page := await self._store.waiting(self._tenant, after=first, count=_PAGE):
            first = page[-1][0]
            await self._plan(planner, [item_id for _, item_id in page], tries=math.inf)

    async def _plan(self, planner: Planner, item_ids: Sequence[str], *, tries: float) -> None:
        """Enter work items under whoever could take them now; those the rules cannot read wait for other rules."""
        for start in range(0, len(item_ids), MAX_JOBS):
            await self._plan_some(planner, item_ids[start : start + MAX_JOBS], tries)

    async def _plan_some(self, planner: Planner, item_ids: Sequence[str], tries: float) -> None:
        for record, job in await self._jobs(planner, item_ids):
            those = takers_of([candidates for candidates, _ in job.attempts])
            caps = tuple([(c.pool, c.cap, c.positions) for candidates, _ in job.attempts for c in candidates.caps])
            value = job.amounts.value if any(cap.measure is CapMeasure.VALUE for _, cap, _ in caps) else 0
            dispatch = tuple([candidates.dispatch for candidates, _ in job.attempts])
            refused = tuple(sorted(record.refused)) if any(each.offers for each in dispatch) else ()
            waiting = Waiting(
                record.first, job.item_id, job.kind, those, job.head.priority, value, caps, dispatch, refused,
                is_told=record.answered < record.decision,
            )  # fmt: skip
            self._room.enter(waiting, tries=tries)

    async def _jobs(self, planner: Planner, item_ids: Sequence[str]) -> list[tuple[ItemRecord, BindCommand]]:
        """Make the jobs of waking those that still wait."""
        stored = await self._items.records(item_ids)
        contents = await self._items.contents([record for record in stored if record.state is State.QUEUED])
        jobs = [
            (record, wake_command(planner, record, content.head.item, self._now_ms, content.head.pool))
            for record, content in contents
        ]
        return [(record, job) for record, job in jobs if isinstance(job, BindCommand)]

    async def wake(self) -> int:
        """Try who has a chance, in their turn, until nobody has one; return how many found an owner."""
        woken, late = 0, 0
        while late < _TRIES and (due := self._room.due(MAX_JOBS)):
            planner = await self._planners.current(self._tenant)
            jobs, answers = [job for _, job in await self._jobs(planner, due)], []
            try:
                for call in in_calls(jobs):
                    answers += await self._store.bind(self._tenant, planner.revisions, call)
            except StaleRevision:
                self._room.again(due)  # who found an owner in an earlier call leaves when its turn comes
                await self._plan_all(await self._planners.renewed(self._tenant, planner.revisions))
                woken += sum(map(_found_somebody, answers))
                continue
            answered = {job.item_id: answer for job, answer in zip(jobs, answers, strict=True)}
            moved = {item_id: answer.now_ms for item_id, answer in answered.items() if isinstance(answer, Moved)}
            for item_id, answer in answered.items():
                if isinstance(answer, Decision) and answer.outcome is Outcome.OFFERED and not answer.rep:  # to many
                    self._room.unspent(item_id)
            self._put_back(due, [item_id for item_id in due if answered.get(item_id) is Refusal.NOBODY], moved)
            woken += sum(map(_found_somebody, answers))
            late, self._now_ms = late + 1 if moved else 0, max(moved.values(), default=self._now_ms)
        return woken

    def _put_back(self, tried: Sequence[str], refused: Sequence[str], moved: Collection[str]) -> None:
        """Let those who were tried wait on, with no chance or with the one they had; the others need not."""
        self._room.refused(refused)
        self._room.again(moved)
        for item_id in tried:
            if item_id not in refused and item_id not in moved:
                self._room.leave(item_id)


def _found_somebody(answer: Decision | Refusal | KnownAs | Moved) -> bool:
    return isinstance(answer, Decision) and answer.outcome not in (Outcome.WAITING, Outcome.UNROUTED)


def _gives_chances(event: Event | DecisionEffect) -> bool:
    """Say whether an event gives a chance to what it is not about."""
    match event:
        case DecisionEffect(outcome=outcome, freed=rep):
            return outcome is not Outcome.WAITING and bool(rep)
        case Completed(rep=rep):
            return bool(rep)
        case WorkforceChanged() | RulesPublished() | PresenceChanged():
            return True
        case ActivityRecorded(is_first_attempt=is_first):
            return is_first
        case OfferAnswered():
            return True
        case _:
            return False
