"""Approvals: who has a work item enter a stage asks, and who is asked decides; on both stores."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from failures import Failure, PermissionDenied
from router.adapters.redis.erasure import RedisPersonalValues
from router.assignment.commands import ReassignRequest, UpdateRequest
from router.assignment.queries import StoredItem
from router.assignment.updating import Updating
from router.deadlines.approval_queries import ApprovalQueries
from router.deadlines.approving import Approving, AskedApproval, AskedItem, DecideRequest
from router.deadlines.noting import Noting
from router.deadlines.queries import DeadlineQueries
from router.deadlines.reached import ReachedSteps
from router.erasure.service import Eraser, Subject
from router.history.replay import Replay
from router.model.decision import Decision
from router.model.errors import InvalidInput, NotPossible, RequestIdReused
from router.model.events import Fired, Note, Noted, Updated
from router.model.workforce import Member, Pool, Rep
from router.process.definition.deadlines import Person, RecipientRole
from router.process.definition.tasks import Approval
from router.process.due.standings import DeadlineState
from router.process.life.asks import AskState
from router.rules.check import check
from router.rules.codec import dumps
from rules.conditions import Predicate
from rules.durations import Duration
from rules.revisions import Publication
from tests.contract.staging import process_publication
from tests.contract.test_caps import HOUR_MS, World, world
from tests.contract.test_deadlines import Timed, steps
from tests.contract.test_listed_deadlines import timeline_entries
from tests.contract.test_sealing import EmptyQueue
from tests.contract.test_stages import Edited, newest, reopened, routed
from tests.twins.store import MemoryStore

__all__ = ["world"]  # a fixture

SALES = """
process: sales
kinds: [LEAD]
stages:
  - id: new
  - {id: quote, require: [amount], next: [contract, talk]}
  - {id: talk, next: [quote]}
  - id: contract
  - {id: won, closes: CONVERTED}
"""
RULES = "undeclared: ignore\nfields: {}\nrules: []\ndefault: {route: {pool: east}}"
LARGE = Predicate("discount", "gt", 0.1)
GIVEN = {"amount": 300_000, "discount": 0.15}


class Killed(BaseException):
    """The process is no more."""


class DyingUpdating(Updating):
    """Has work items enter nothing: the process is killed as it should."""

    async def update(self, tenant: str, request: UpdateRequest, *, preview: bool = False) -> StoredItem:
        if preview:
            return await super().update(tenant, request, preview=True)
        raise Killed


class Selling(Timed):
    """A firm in which some stages are to be approved; ann has leads, mo is above her, and eve above mo."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        noting = Noting(world.store, world.queries, world.notes, world.planners)
        updating = Updating(world.store, world.planners, world.queries, world.scores)
        self.approving = Approving(world.store, world.planners, updating, noting)
        dying = DyingUpdating(world.store, world.planners, world.queries, world.scores)
        self.dying = Approving(world.store, world.planners, dying, noting)
        self.approvals = ApprovalQueries(world.store, world.planners, self.approving)

    async def publish(self, by: Person = RecipientRole.MANAGER, on_reject: str = "", **stages: Approval) -> None:
        """Publish a process whose quotes are to be approved, and other stages as given."""
        approvals = {"quote": Approval(by, LARGE, Duration(4, "h"), on_reject), **stages}
        publication = process_publication(SALES, approvals=approvals)
        await self.world.processes.publish_process(self.world.tenant, None, publication)

    async def advance(self, lead: Decision, stage: str, *, preview: bool = False, **fields: Any) -> AskedItem:
        given = fields.pop("given", {})
        paths = frozenset(f"attributes.{name}" for name in given)
        wish = replace(UpdateRequest(lead.item_id, given, 0, 0, paths, stage=stage), **fields)
        return await self.approving.advance(self.world.tenant, wish, preview=preview)

    async def quote(self, lead: Decision, **fields: Any) -> AskedItem:
        """Ask whether a lead may be quoted with a large discount."""
        return await self.advance(lead, "quote", given=GIVEN, **fields)

    async def decide(self, lead: Decision, rep: str, *, preview: bool = False, **fields: Any) -> AskedItem:
        request = replace(DecideRequest(lead.item_id, True, rep), **fields)
        return await self.approving.decide(self.world.tenant, request, preview=preview)

    async def refusal(self, lead: Decision, rep: str, **fields: Any) -> tuple[type[Failure], str]:
        with pytest.raises(Failure) as raised:
            await self.decide(lead, rep, **fields)
        return type(raised.value), str(raised.value)

    async def pending(self, rep: str = "") -> list[str]:
        page = await self.approvals.pending(self.world.tenant, rep=rep, count=10)
        return [each.item.stored.record.item_id for each in page.pending]


def stage_of(item: AskedItem) -> str:
    assert item.stored.place
    return item.stored.place.stage.id


def asked_of(item: AskedItem) -> AskedApproval:
    assert item.approval
    return item.approval


@pytest.fixture
async def firm(world: World) -> Selling:
    reps = (Rep("ann", manager="mo"), Rep("mo", manager="eve"), Rep("eve"), Rep("zoe"))
    await world.save(
        *reps, pool=Pool("east", (Member("ann", 999), Member("mo", 1), Member("eve", 1)), managers=("mo",))
    )
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    await world.rule_sets.publish(world.tenant, None, Publication(0, RULES, dumps(rule_set), "", 0, 0, 0))
    selling = Selling(world)
    await selling.publish()
    return selling


async def test_a_stage_is_entered_at_once_unless_what_it_becomes_is_to_be_approved(firm: Selling) -> None:
    small, large = [await routed(firm.world) for _ in range(2)]

    entered = await firm.advance(small, "quote", given={"amount": 1, "discount": 0.1})
    asked = await firm.quote(large, actor="ann@x")

    assert (stage_of(entered), entered.approval) == ("quote", None)
    approval = asked_of(asked)
    assert (stage_of(asked), asked.stored.item.attributes["discount"]) == ("new", 0.15)
    assert (approval.state, approval.ask.stage, approval.ask.actor) == (AskState.PENDING, "quote", "ann@x")
    assert (approval.who.asked, approval.due_ms) == (("mo",), approval.ask.at_ms + 4 * HOUR_MS)
    update, note = await newest(firm.world, 2)
    assert isinstance(update, Updated)
    assert (update.entered, update.changed) == (None, ("attributes.amount", "attributes.discount"))
    assert isinstance(note, Noted)
    assert (note.note, note.subject) == (Note.ASKED, "quote")
    assert await firm.pending() == [large.item_id]
    assert await firm.differences() == []


async def test_asked_again_it_is_asked_as_before_unless_what_it_is_about_has_changed(firm: Selling) -> None:
    lead = await routed(firm.world)
    first = asked_of(await firm.quote(lead)).ask

    assert asked_of(await firm.quote(lead)).ask == first
    assert asked_of(await firm.advance(lead, "quote")).ask == first
    assert asked_of(await firm.advance(lead, "quote", given={"amount": 5})).ask.event == first.event
    again = asked_of(await firm.advance(lead, "quote", given={"discount": 0.2})).ask
    assert again.event > first.event
    assert stage_of(await firm.advance(lead, "quote", given={"discount": 0.05})) == "quote"
    assert await firm.pending() == []
    assert await firm.differences() == []


async def test_whoever_is_asked_approves_and_it_enters_the_stage(firm: Selling) -> None:
    lead = await routed(firm.world)
    asked = await firm.quote(lead)

    assert stage_of(await firm.decide(lead, "mo", preview=True)) == "quote"
    approved = await firm.decide(lead, "mo", reason="a good one", actor="mo@x", request_id="r-1")

    assert (stage_of(approved), approved.approval) == ("quote", None)
    note, update = await newest(firm.world, 2)
    assert isinstance(note, Noted)
    assert (note.note, note.subject, note.value) == (Note.APPROVED, "mo", asked_of(asked).ask.event)
    assert note.text == "a good one"
    assert isinstance(update, Updated)
    assert update.changed == ("stage",)
    assert stage_of(await firm.decide(lead, "mo", reason="a good one", request_id="r-1")) == "quote"
    with pytest.raises(RequestIdReused):
        await firm.decide(lead, "eve", request_id="r-1")
    assert await firm.refusal(lead, "mo") == (
        NotPossible,
        f"tenants/{firm.world.tenant}/workItems/{lead.item_id}: nothing is asked of it that is to be approved",
    )
    assert await firm.pending() == []
    assert await firm.differences() == []


async def test_nobody_approves_their_own_and_nobody_below_who_is_asked(firm: Selling) -> None:
    lead = await routed(firm.world)
    await firm.quote(lead, actor="mo@x")

    assert await firm.refusal(lead, "ann") == (
        PermissionDenied, "ann may not decide whether it enters quote: that is for mo, and who is above them",
    )  # fmt: skip
    assert (await firm.refusal(lead, "zoe"))[0] is PermissionDenied
    assert await firm.refusal(lead, "mo", actor="mo@x", by_person=True) == (
        PermissionDenied, "mo@x asked whether it may enter quote: nobody approves their own",
    )  # fmt: skip
    assert stage_of(await firm.decide(lead, "eve", actor="eve@x", by_person=True)) == "quote"
    assert await firm.differences() == []


async def test_what_a_manager_owns_is_for_who_is_above_them_and_of_nobody_at_all_it_is_refused(firm: Selling) -> None:
    own, lonely = [await routed(firm.world) for _ in range(2)]
    for lead, rep in ((own, "mo"), (lonely, "eve")):
        await firm.world.router.reassign(firm.world.tenant, ReassignRequest(lead.item_id, rep))

    assert asked_of(await firm.quote(own)).who.asked == ("eve",)
    assert asked_of(await firm.quote(lonely)).who.asked == ("mo",)  # of the pool
    await firm.publish(by="eve")
    lead = await routed(firm.world)
    await firm.world.router.reassign(firm.world.tenant, ReassignRequest(lead.item_id, "eve"))
    assert asked_of(await firm.quote(lead)).who.asked == ("mo",)
    await firm.publish(by="nobody-yet")
    left = await routed(firm.world)
    await firm.world.router.reassign(firm.world.tenant, ReassignRequest(left.item_id, "zoe"))  # of no pool
    with pytest.raises(NotPossible, match="quote is to be approved by nobody-yet, and nobody is"):
        await firm.quote(left)


async def test_where_nobody_is_left_who_may_approve_that_is_said(firm: Selling) -> None:
    lead = await routed(firm.world)
    await firm.quote(lead)
    await firm.world.save(Rep("ann"), Rep("mo", active=False), pool=Pool("east", (Member("ann", 1),)))

    assert asked_of(await firm.quote(lead)).who.asked == ()
    assert (await firm.refusal(lead, "mo"))[1].endswith("nobody is there who may: set a manager of its owner or pool")


async def test_what_is_rejected_stays_or_enters_the_stage_for_that_and_may_be_asked_again(firm: Selling) -> None:
    lead = await routed(firm.world)
    await firm.quote(lead)

    rejected = await firm.decide(lead, "mo", is_approved=False, reason="too much")

    assert (stage_of(rejected), asked_of(rejected).state) == ("new", AskState.REJECTED)
    assert (await firm.refusal(lead, "mo"))[0] is NotPossible
    assert asked_of(await firm.quote(lead)).state is AskState.PENDING
    await firm.publish(on_reject="talk")
    other = await routed(firm.world)
    await firm.quote(other)
    moved = await firm.decide(other, "eve", is_approved=False)
    assert (stage_of(moved), moved.approval) == ("talk", None)
    assert await firm.pending() == [lead.item_id]
    assert await firm.differences() == []


async def test_what_was_killed_between_an_answer_and_its_stage_is_done_by_the_next_call(firm: Selling) -> None:
    by_repeating, by_advancing, lost = [await routed(firm.world) for _ in range(3)]
    for lead in (by_repeating, by_advancing, lost):
        await firm.quote(lead)
        request = DecideRequest(lead.item_id, True, "mo", request_id=f"r-{lead.number}")
        with pytest.raises(Killed):
            await firm.dying.decide(firm.world.tenant, request)

    approved = await firm.approving.item(firm.world.tenant, by_repeating.item_id)
    assert (stage_of(approved), asked_of(approved).state) == ("new", AskState.APPROVED)
    assert stage_of(await firm.decide(by_repeating, "mo", request_id=f"r-{by_repeating.number}")) == "quote"
    assert stage_of(await firm.advance(by_advancing, "quote")) == "quote"
    changed = await firm.advance(lost, "quote", given={"discount": 0.5})  # which nobody approved
    assert (stage_of(changed), asked_of(changed).state) == ("new", AskState.PENDING)
    assert await firm.differences() == []


async def test_of_two_who_approve_at_once_one_does_and_it_enters_the_stage_once(firm: Selling) -> None:
    lead = await routed(firm.world)
    asked = asked_of(await firm.quote(lead)).ask

    answers = await asyncio.gather(firm.decide(lead, "mo"), firm.decide(lead, "eve"), return_exceptions=True)

    assert {type(each) for each in answers} <= {AskedItem, NotPossible}
    assert any(isinstance(each, AskedItem) and stage_of(each) == "quote" for each in answers)
    events = await firm.world.store.events(firm.world.tenant, after=asked.event)
    assert [(type(event), getattr(event, "note", None)) for event in events] == [
        (Noted, Note.APPROVED), (Updated, None),
    ]  # fmt: skip
    assert await firm.differences() == []


async def test_who_is_asked_is_told_at_once_and_whoever_is_above_them_as_it_is_due(firm: Selling) -> None:
    lead, other = [await routed(firm.world) for _ in range(2)]
    await firm.at(0)
    asked = asked_of(await firm.quote(lead)).ask
    await firm.quote(other)
    name = f"due/{asked.event}/quote/approval"

    at_once = await firm.at(0)
    await firm.at(HOUR_MS)
    await firm.decide(other, "mo")
    late = await firm.at(4 * HOUR_MS)

    assert steps(at_once)[0] == (name, 1)
    assert steps(late) == [(name, 2)]
    reached = ReachedSteps(firm.world.store, firm.world.planners)
    told = [
        (await reached.of(firm.world.tenant, event)).recipients.told
        for event in (*at_once, *late)
        if isinstance(event, Fired)
    ]
    assert told == [("mo",), ("mo",), ("eve",)]
    await firm.at(5 * HOUR_MS)
    await firm.decide(lead, "eve")
    listed = DeadlineQueries(firm.world.store, firm.world.queries, firm.world.planners)
    states = [await listed.of_item(firm.world.tenant, each.item_id, count=9) for each in (lead, other)]
    assert [deadline.state for found, _ in states for deadline in found] == [DeadlineState.MISSED, DeadlineState.MET]
    assert await firm.differences() == []


async def test_another_stage_the_end_and_coming_back_take_away_what_was_asked(firm: Selling) -> None:
    elsewhere, closed, back = [await routed(firm.world) for _ in range(3)]
    for lead in (elsewhere, closed, back):
        await firm.quote(lead)
    await firm.advance(elsewhere, "talk")
    for lead in (closed, back):
        await firm.world.close(lead)
    await reopened(firm.world, back)

    for lead in (elsewhere, closed, back):
        assert (await firm.refusal(lead, "mo"))[0] is NotPossible
    assert await firm.pending() == []
    asked = await firm.quote(back)
    assert await firm.pending("mo") == [back.item_id]
    assert await firm.pending("eve") == []
    assert asked_of(asked).state is AskState.PENDING
    assert await firm.differences() == []


async def test_what_is_required_and_of_which_type_is_looked_at_before_anybody_is_asked(firm: Selling) -> None:
    lead = await routed(firm.world)
    before = await newest(firm.world, 1)

    with pytest.raises(NotPossible, match="quote requires amount"):
        await firm.advance(lead, "quote", given={"discount": 0.15})
    with pytest.raises(InvalidInput, match=r"attributes.discount: 'much': must be a number, for the approval of stage"):
        await firm.advance(lead, "quote", given={"amount": 1, "discount": "much"})
    with pytest.raises(NotPossible, match="new may not follow new"):
        await firm.advance(lead, "new")
    with pytest.raises(
        InvalidInput, match="a rep may give only what it requires or its approval looks at: amount, disc"
    ):
        await firm.advance(lead, "quote", given={**GIVEN, "region": "east"}, by_owner=True)
    asked = await firm.advance(await routed(firm.world), "quote", given=GIVEN, by_owner=True)
    preview = await firm.quote(await routed(firm.world), preview=True)

    assert before
    assert asked_of(asked).state is asked_of(preview).state is AskState.PENDING


async def test_a_repeated_request_is_answered_as_it_stands(firm: Selling) -> None:
    lead = await routed(firm.world)
    asked = await firm.quote(lead, request_id="q-1")
    last = await newest(firm.world, 1)

    assert asked_of(await firm.quote(lead, request_id="q-1")).ask == asked_of(asked).ask
    with pytest.raises(RequestIdReused):
        await firm.advance(lead, "talk", request_id="q-1")
    assert await newest(firm.world, 1) == last


async def test_a_note_is_kept_with_the_entry_or_with_what_is_asked_and_is_personal(firm: Selling) -> None:
    entered, asked = [await routed(firm.world) for _ in range(2)]

    await firm.advance(entered, "quote", given={"amount": 1, "discount": 0.1}, note="Mrs Wu signed")
    await firm.quote(asked, note="Mrs Wu wants more", request_id="q-1")

    assert await notes(firm) == [("Mrs Wu signed", ()), ("", ()), ("Mrs Wu wants more", ())]
    assert asked_of(await firm.quote(asked, note="Mrs Wu wants more", request_id="q-1")).state is AskState.PENDING
    with pytest.raises(RequestIdReused):
        await firm.quote(asked, note="Mrs Li wants more", request_id="q-1")
    assert await notes(firm) == [("Mrs Wu signed", ()), ("", ()), ("Mrs Wu wants more", ())]
    assert await firm.differences() == []
    values = (
        firm.world.store if isinstance(firm.world.store, MemoryStore) else RedisPersonalValues(firm.world.store._redis)
    )
    eraser = Eraser(firm.world.store, values, EmptyQueue(), firm.world.planners)
    for lead in (entered, asked):
        counts = (await eraser.erase(firm.world.tenant, Subject(lead.item_id, ""))).counts
        assert (counts.items, counts.values) == (1, 1)
    assert await notes(firm, before=2) == [("", ("note",)), ("", ()), ("", ("text",))]
    assert await firm.differences() == []


async def notes(firm: Selling, before: int = 0) -> list[tuple[str, tuple[str, ...]]]:
    """Return what was written with the last three events but so many, and what of each is erased."""
    events: list[Any] = (await newest(firm.world, 3 + before))[:3]
    return [(each.text if isinstance(each, Noted) else each.head.note, each.erased) for each in events]


@pytest.mark.parametrize("world", ["memory"], indirect=True)
async def test_the_replay_names_what_nobody_approved_and_what_answers_nothing(firm: Selling) -> None:
    lead = await routed(firm.world)
    await firm.quote(lead)
    await firm.decide(lead, "mo")
    note, update = await newest(firm.world, 2)
    waits = await routed(firm.world)
    await firm.quote(waits)

    async def told(edit: Any) -> list[str]:
        store = Edited(firm.world.store, edit)
        replay = Replay(store, firm.world.presences, firm.world.planners, processes=firm.world.processes)
        return [each async for each in replay.differences(firm.world.tenant) if "work item" not in each]

    def edited(number: int, **fields: Any) -> Any:
        def edit(event: Any) -> Any:
            return replace(event, **fields) if event.number == number else event

        return edit

    assert await told(edited(0)) == []
    assert await told(edited(note.number, note=Note.RESUMED)) == [
        f"event {update.number}: {lead.item_id} enters quote, which nobody approved"
    ]
    assert await told(edited(note.number, value=1)) != []
    assert await told(edited(update.number + 3, subject="talk")) == [
        f"event {update.number + 3}: {waits.item_id} is asked to enter talk, which nobody is to approve"
    ]
    firm.world.store._tenants[firm.world.tenant].asked.clear()
    assert await told(edited(0)) == [f"asked: log says {waits.item_id} by event {update.number + 3}, store nothing"]


@pytest.mark.parametrize("world", ["memory"], indirect=True)
async def test_the_timeline_tells_stages_by_their_titles_and_keeps_their_ids_in_fields(firm: Selling) -> None:
    titled = SALES.replace("{id: quote,", "{id: quote, title: {en: Offer price, zh: 报价},")
    publication = process_publication(titled, approvals={"quote": Approval(RecipientRole.MANAGER, LARGE)})
    await firm.world.processes.publish_process(firm.world.tenant, None, publication)
    lead = await routed(firm.world)
    await firm.quote(lead, actor="ann@x")
    await firm.decide(lead, "mo")
    await firm.advance(lead, "talk")

    zh, en = [await timeline_entries(firm.world, lead, language) for language in ("zh", "en")]

    said = "\n".join(entry.words for entry in zh), "\n".join(entry.words for entry in en)
    for each in ("ann@x 申请进入阶段报价，待审批。", "mo 批准进入阶段报价。", "\n进入阶段报价", "进入阶段 talk"):
        assert each in said[0]
    for each in ("whether it may enter stage Offer price.", "It entered stage Offer price", "It entered stage talk"):
        assert each in said[1]
    assert [entry.asked_stage for entry in zh if entry.asked_stage] == ["quote"]
    assert [entry.update.stage for entry in zh if entry.update.stage] == ["quote", "talk"]


async def test_recusal_who_decided_on_an_approval_never_gets_what_excludes_the_approver(firm: Selling) -> None:
    opening = "{id: contract, open: [{id: audit, pool: east, exclude: approver}, {id: file, pool: east}]}"
    source = SALES.replace("- id: contract\n", f"- {opening}\n")
    approvals = {"quote": Approval(RecipientRole.MANAGER, LARGE), "contract": Approval("eve")}
    publication = process_publication(source, approvals=approvals)
    await firm.world.processes.publish_process(firm.world.tenant, None, publication)
    lead = await routed(firm.world)
    await firm.quote(lead)
    await firm.decide(lead, "mo")
    await firm.advance(lead, "contract")
    await firm.decide(lead, "eve")

    audit, file = [event for event in await firm.at(0) if isinstance(event, Decision)]

    assert audit.head.item.opened_by
    assert file.head.item.opened_by
    assert audit.head.item.opened_by.excluded == (("approver", ("mo", "eve")),)
    assert (audit.rep, file.head.item.opened_by.excluded) == ("ann", ())
    explained = await firm.world.queries.explanation(firm.world.tenant, audit)
    reasons = {each.rep: [(reason.code, reason.field) for reason in each.reasons] for each in explained.candidates}
    assert reasons["mo"] == reasons["eve"] == [("CONFLICT", "parent.approver")]
    with pytest.raises(NotPossible, match=r"reps/eve: CONFLICT: recused by parent\.approver$"):
        await firm.world.router.reassign(firm.world.tenant, ReassignRequest(audit.item_id, "eve"))
    assert await firm.differences() == []
