"""Approvals: a work item enters some stages only once somebody has approved that. The use cases.

Whoever has it enter one asks, which is noted; who is asked decides, which is noted, too, and what follows from that,
entering the stage or another, is done by the same call. Where that was killed between the two the next one does it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from failures import Failure, PermissionDenied
from router.assignment.commands import UpdateRequest
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import StoredItem
from router.assignment.updating import Updating, update_fingerprint
from router.deadlines.approvers import Approvers, approvers
from router.deadlines.lives import clocks_of
from router.deadlines.noting import NotedItem, Noting
from router.deadlines.ports import NoteCommand
from router.model.errors import Conflict, InvalidInput, NotPossible, RequestIdReused, StaleEtag
from router.model.events import Note
from router.model.workitem import fingerprint_of, keyed
from router.process.definition.processes import Stage
from router.process.definition.tasks import Approval
from router.process.life.asks import Ask, AskState
from router.process.revisions.cache import PublishedProcesses
from router.process.stages.approvals import (
    approval_standing,
    is_approved,
    looked_at,
    rejected_stage,
    standing_ask,
    wants_approval,
)

_TRIES = 8
"""Rounds before a request gives up because the work item changes faster than one can write."""
_NOBODY = "nobody is there who may: set a manager of its owner or pool"


class AskedApproval(NamedTuple):
    """What is asked of a work item, or was and stands, and what became of it.

    Parameters
    ----------
    due_ms
        When it is due, in milliseconds since 1970, by the calendars as they are; None: beyond what they know.
    asked
        Who approves, by id.
    """

    ask: Ask
    approval: Approval
    state: AskState
    due_ms: int | None
    who: Approvers


class AskedItem(NamedTuple):
    """A work item as it stands, and what is asked of it; None: nothing is."""

    stored: StoredItem
    approval: AskedApproval | None = None


@dataclass(frozen=True, slots=True)
class DecideRequest:
    """A wish to approve or reject what is asked of a work item.

    Parameters
    ----------
    rep
        Who decides.
    reason
        Why; it may hold anything.
    by_person
        Whether the actor is a person, and no program that speaks for others.
    """

    item_id: str
    is_approved: bool
    rep: str
    reason: str = ""
    request_id: str = ""
    actor: str = ""
    by_person: bool = False


class Approving:
    """The use cases.

    Parameters
    ----------
    store, planners
        Work items, the log, processes and workforce.
    updating
        Has work items enter stages.
    noting
        Writes what is asked and answered.
    """

    def __init__(self, store: Assignments, planners: PlannerCache, updating: Updating, noting: Noting) -> None:
        self._store = store
        self._planners = planners
        self._updating = updating
        self._noting = noting

    async def item(self, tenant: str, item_id: str) -> AskedItem:
        """Return a work item as it stands.

        Raises
        ------
        NotFound
            If there is none.
        """
        item, asked = await self.read(tenant, item_id)
        return AskedItem(item.stored, asked)

    async def read(self, tenant: str, item_id: str) -> tuple[NotedItem, AskedApproval | None]:
        """Return a work item with all that happened to it, and what is asked of it.

        Raises
        ------
        NotFound
            If there is none.
        """
        item = await self._noting.read(tenant, item_id)
        return item, await self._asked(tenant, item)

    async def with_asked(self, tenant: str, stored: StoredItem) -> AskedItem:
        """Return a work item with what is asked of it, which is looked for only where its process wants approvals."""
        if stored.place and any(stage.approve for stage in stored.place.process.stages):
            return AskedItem(stored, (await self.item(tenant, stored.record.item_id)).approval)
        return AskedItem(stored)

    async def _asked(self, tenant: str, item: NotedItem) -> AskedApproval | None:
        """Return what is asked of a work item that was read; None: nothing is."""
        place = item.stored.place
        standing = standing_ask(place.process, item.life.asks) if place else None
        return await self._told(tenant, item, *standing) if standing else None

    async def _told(self, tenant: str, item: NotedItem, ask: Ask, approval: Approval, state: AskState) -> AskedApproval:
        planner, spell = await self._planners.newest(tenant), item.life.spells[-1]
        due_ms = approval_standing(ask, approval, item.life, clocks_of(planner)).due_ms
        who = approvers(approval, ask, spell.rep, spell.pool, planner.roster, item.now_ms)
        return AskedApproval(ask, approval, state, due_ms, who)

    async def advance(self, tenant: str, request: UpdateRequest, *, preview: bool = False) -> AskedItem:
        """Have a work item enter a stage, or ask whether it may where that is to be approved and is not.

        What it becomes with that is written in any case. Asked again it is asked as before, unless what the stage's
        condition looks at has changed.

        Raises
        ------
        NotPossible
            If nobody is there to approve it, too.
        NotFound, StaleEtag, Conflict, NotPossible, InvalidInput, RequestIdReused
            As ``Updating.update``.
        """
        if not _wants_any(await self._planners.processes(tenant), request.stage):
            return AskedItem(await self._updating.update(tenant, request, preview=preview))
        fingerprint = update_fingerprint(request)
        while not await self._is_done(tenant, request.request_id, fingerprint):
            left = await self._left(tenant, request)
            try:
                return await self._advance(tenant, request, left, fingerprint, preview=preview)
            except Failure:  # for what this very request did meanwhile, where it was sent twice at once
                has_begun = left != await self._left(tenant, request)
                if not has_begun and not await self._is_done(tenant, request.request_id, fingerprint):
                    raise
        return await self.item(tenant, request.item_id)

    async def _left(self, tenant: str, request: UpdateRequest) -> UpdateRequest:
        """Return what is left to be done of a request: where it wrote before what the work item becomes, its etag is
        that of before.
        """
        if not request.request_id or not (request.attributes or request.paths):
            return request
        first = _attributes_alone(request)
        try:
            has_begun = await self._store.has_done(tenant, first.request_id, update_fingerprint(first))
        except RequestIdReused:
            raise RequestIdReused(request.request_id) from None
        return _stage_alone(request) if has_begun else request

    async def _is_done(self, tenant: str, request_id: str, fingerprint: str) -> bool:
        return bool(request_id) and await self._store.has_done(tenant, request_id, fingerprint)

    async def _advance(
        self, tenant: str, request: UpdateRequest, left: UpdateRequest, fingerprint: str, *, preview: bool
    ) -> AskedItem:
        """Go round until a work item has entered the stage, or it is asked whether it may; do what is left."""
        wish, updated_by = left, 0
        for _ in range(_TRIES):
            would = await self._updating.update(tenant, replace(wish, request_id=""), preview=True)
            item = await self._noting.read(tenant, request.item_id)
            if would.record.version != item.stored.record.version:
                continue
            stage = _stage_of(item, request)
            if not self._is_to_be_asked(item, stage, would):
                expected = item.stored.record.version if wish.expected is None else wish.expected
                entered = await self._entered(tenant, replace(request, expected=expected), preview=preview)
            elif preview:
                return await self._previewed(tenant, item, stage, would)
            elif wish.attributes or wish.paths:
                updated_by = (await self._updating.update(tenant, _attributes_alone(request))).updated_by
                wish = _stage_alone(request)
                continue
            else:
                entered = await self._ask(tenant, item, stage, request, fingerprint)
            if entered:
                updated_by = entered.stored.updated_by or updated_by
                return entered._replace(stored=replace(entered.stored, updated_by=updated_by))
        raise Conflict(f"tenants/{tenant}/workItems/{request.item_id}", "changes faster than one can write: try again")

    def _is_to_be_asked(self, item: NotedItem, stage: Stage, would: StoredItem) -> bool:
        """Say whether the entry is to be approved, as a work item would be, and is not."""
        if stage.approve is None or not wants_approval(stage, would.item.attributes):
            return False
        before, after = (looked_at(stage.approve, each.item.attributes) for each in (item.stored, would))
        place = item.stored.place
        return before != after or place is None or not is_approved(place.process, item.life.asks, stage.id)

    async def _entered(self, tenant: str, request: UpdateRequest, *, preview: bool) -> AskedItem | None:
        """Have a work item enter a stage; None: it has changed since it was read, and the next round says whether that
        was after its etag.
        """
        try:
            return AskedItem(await self._updating.update(tenant, request, preview=preview))
        except StaleEtag:
            return None

    async def _ask(
        self, tenant: str, item: NotedItem, stage: Stage, request: UpdateRequest, fingerprint: str
    ) -> AskedItem | None:
        """Ask whether a work item may enter a stage; None: something has happened to it since it was read."""
        standing = await self._asked(tenant, item)
        if standing and standing.ask.stage == stage.id and standing.state is AskState.PENDING:
            return AskedItem(item.stored, standing)
        await self._check_approvers(tenant, item, stage, request.actor)
        record = item.stored.record
        command = NoteCommand(
            record.item_id, record.event, Note.ASKED, stage.id, text=request.note, actor=request.actor,
            request_id=request.request_id, fingerprint=fingerprint,
        )  # fmt: skip
        noted = await self._noting.write(tenant, item, command)
        return await self.item(tenant, request.item_id) if noted else None

    async def _check_approvers(self, tenant: str, item: NotedItem, stage: Stage, actor: str) -> AskedApproval:
        """Return what would be asked; refuse it where nobody is there to approve it."""
        assert stage.approve
        spell = item.life.spells[-1]
        ask = Ask(0, item.now_ms, stage.id, spell.rep, spell.pool, actor)
        asked = await self._told(tenant, item, ask, stage.approve, AskState.PENDING)
        if not asked.who.may:
            raise NotPossible(item.name, f"{stage.id} is to be approved by {stage.approve.by}, and {_NOBODY}")
        return asked

    async def _previewed(self, tenant: str, item: NotedItem, stage: Stage, would: StoredItem) -> AskedItem:
        """Return how a work item would stand once it is asked."""
        stands = replace(would, record=item.stored.record, place=item.stored.place)
        return AskedItem(stands, await self._check_approvers(tenant, item, stage, ""))

    async def decide(self, tenant: str, request: DecideRequest, *, preview: bool = False) -> AskedItem:
        """Approve or reject what is asked of a work item, and have it enter what stage follows from that.

        Raises
        ------
        NotFound
            If there is no such work item.
        NotPossible
            If nothing is asked, it was decided otherwise, or it could not enter the stage.
        PermissionDenied
            If it is not theirs to approve.
        RequestIdReused
            If the request id was used for other content.
        Conflict
            If it changes faster than one can write.
        """
        asked_for = (request.is_approved, request.rep, request.reason)
        fingerprint = fingerprint_of(request.request_id, "decide", request.item_id, *asked_for)
        try:
            return await self._decide(tenant, request, fingerprint, preview=preview)
        except Failure:  # for what this very request did meanwhile, where it was sent twice at once
            if not await self._is_done(tenant, request.request_id, fingerprint):
                raise
        return await self._decide(tenant, request, fingerprint, preview=preview)

    async def _decide(self, tenant: str, request: DecideRequest, fingerprint: str, *, preview: bool) -> AskedItem:
        """Go round until it is decided, and what follows is done."""
        is_done = await self._is_done(tenant, request.request_id, fingerprint)
        wanted = AskState.APPROVED if request.is_approved else AskState.REJECTED
        for _ in range(_TRIES):
            item = await self._noting.read(tenant, request.item_id)
            asked = await self._asked(tenant, item)
            if is_done and (asked is None or asked.state is not wanted):
                return AskedItem(item.stored, asked)  # and went on since
            if asked is None:
                raise NotPossible(item.name, "nothing is asked of it that is to be approved")
            self._check(asked, request)
            if asked.state not in (AskState.PENDING, wanted):
                raise NotPossible(item.name, f"entering {asked.ask.stage} was {asked.state.lower()} by then")
            follows = self._following(item, asked, request)
            if preview or request.is_approved:  # before it is written: what is approved is to be entered
                would = await self._follow(tenant, follows, request, preview=True) if follows else None
                if preview:
                    return would or AskedItem(item.stored, asked)
            if asked.state is AskState.PENDING and not await self._answer(tenant, item, asked, request, fingerprint):
                continue
            return await self._go_on(tenant, follows, request)
        raise Conflict(f"tenants/{tenant}/workItems/{request.item_id}", "changes faster than one can write: try again")

    def _check(self, asked: AskedApproval, request: DecideRequest) -> None:
        """Refuse who may not decide."""
        ask, who = asked.ask, asked.who
        if request.rep not in who.may:
            whose = f"that is for {', '.join(who.asked)}, and who is above them" if who.may else _NOBODY
            raise PermissionDenied(f"{request.rep} may not decide whether it enters {ask.stage}: {whose}")
        if request.is_approved and request.by_person and request.actor and request.actor == ask.actor:
            raise PermissionDenied(f"{request.actor} asked whether it may enter {ask.stage}: nobody approves their own")

    def _following(self, item: NotedItem, asked: AskedApproval, request: DecideRequest) -> str:
        """Return the stage that a work item enters by an answer; empty: it stays in its own."""
        if request.is_approved:
            return asked.ask.stage
        place = item.stored.place
        other = rejected_stage(asked.approval, place.process, place.stage.id) if place else None
        return other.id if other else ""

    async def _answer(
        self, tenant: str, item: NotedItem, asked: AskedApproval, request: DecideRequest, fingerprint: str
    ) -> bool:
        """Note an answer; say whether that was done: else something has happened since the work item was read."""
        record, note = item.stored.record, Note.APPROVED if request.is_approved else Note.REJECTED
        command = NoteCommand(
            record.item_id, record.event, note, request.rep, asked.ask.event, request.reason, request.actor,
            request.request_id, fingerprint,
        )  # fmt: skip
        return await self._noting.write(tenant, item, command) is not None

    async def _go_on(self, tenant: str, stage: str, request: DecideRequest) -> AskedItem:
        """Have a work item enter the stage that follows from an answer; who is rejected may lack what it requires."""
        if not stage:
            return await self.item(tenant, request.item_id)
        try:
            return await self._follow(tenant, stage, request)
        except (NotPossible, InvalidInput):
            stands = await self.item(tenant, request.item_id)
            is_there = stands.stored.place is not None and stands.stored.place.stage.id == stage
            if request.is_approved and not is_there:  # nobody else had it enter the stage meanwhile
                raise
            return stands

    async def _follow(self, tenant: str, stage: str, request: DecideRequest, *, preview: bool = False) -> AskedItem:
        wish = UpdateRequest(request.item_id, {}, 0, 0, frozenset(), actor=request.actor, stage=stage)
        if preview and request.is_approved:
            return AskedItem(await self._updating.update(tenant, wish, preview=True))
        return await self.advance(tenant, wish, preview=preview)


def _wants_any(published: PublishedProcesses, stage: str) -> bool:
    """Say whether any process wants an approval of a stage that is called so."""
    stages = (process.by_id.get(stage) for process in published.revisions)
    return any(each is not None and each.approve is not None for each in stages)


def _attributes_alone(request: UpdateRequest) -> UpdateRequest:
    """Return the part of a request that writes what a work item becomes, before that is to enter a stage; a request of
    its own.
    """
    request_id = keyed(request.request_id, "attributes") if request.request_id else ""
    return replace(request, stage="", note="", request_id=request_id, by_owner=False)


def _stage_alone(request: UpdateRequest) -> UpdateRequest:
    """Return the part that is left then."""
    return replace(request, attributes={}, paths=frozenset(), expected=None)


def _stage_of(item: NotedItem, request: UpdateRequest) -> Stage:
    """Return the stage that a work item is to enter, which was looked for before."""
    assert item.stored.place
    return item.stored.place.process.by_id[request.stage]
