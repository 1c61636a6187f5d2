"""Completing a work item does not go round its process; on both stores."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from router.assignment.queries import StoredItem
from router.deadlines.closing import Closing
from router.model.decision import Decision
from router.model.errors import InvalidInput, NotPossible, StaleEtag
from router.model.workitem import State
from router.process.definition.deadlines import RecipientRole
from router.process.definition.tasks import Approval
from rules.conditions import Predicate
from rules.durations import Duration
from tests.contract.staging import process_publication
from tests.contract.test_approvals import Selling, firm, world
from tests.contract.test_stages import advance, record_of, reopened, routed

__all__ = ["firm", "world"]  # fixtures

CARE = """
process: sales
kinds: [LEAD]
stages:
  - {id: received}
  - {id: handling, open: [{id: check, pool: east, blocks: true}], next: [received, solved, done, refunded]}
  - {id: solved, require: [cause, remedy], closes: CLOSED}
  - {id: done, require: [waived], closes: CLOSED}
  - {id: refunded, closes: CONVERTED}
"""
APPROVED = Approval(RecipientRole.MANAGER, Predicate("amount", "gt", 10), Duration(4, "h"))


async def publish(firm: Selling, source: str = CARE) -> None:
    publication = process_publication(source, approvals={"refunded": APPROVED} if source == CARE else {})
    await firm.world.processes.publish_process(firm.world.tenant, None, publication)


async def complete(firm: Selling, lead: Decision, state: State, **fields: Any) -> StoredItem:
    world = firm.world
    closing = Closing(world.store, world.queries, world.planners, firm.approving)
    check = partial(closing.check, world.tenant, lead.item_id, state, fields.get("request_id", ""))
    return await world.router.complete(world.tenant, lead.item_id, state, check=check, **fields)


async def refusal(firm: Selling, lead: Decision, state: State, **fields: Any) -> str:
    before = await record_of(firm.world, lead)
    with pytest.raises((NotPossible, InvalidInput)) as raised:
        await complete(firm, lead, state, **fields)
    assert await record_of(firm.world, lead) == before
    return str(raised.value)


async def test_what_is_completed_has_what_a_stage_requires_that_closes_it_so(firm: Selling) -> None:
    await publish(firm)
    nothing, waived = await routed(firm.world), await routed(firm.world, waived="z")
    cause, solved = await routed(firm.world, cause="x"), await routed(firm.world, cause="x", remedy="y")

    said = [await refusal(firm, lead, State.CLOSED) for lead in (nothing, cause)]
    assert "solved requires cause, remedy, which it has not; done requires waived, which it has not" in said[0]
    assert "solved requires remedy, which it has not" in said[1]
    previewed = await complete(firm, solved, State.CLOSED, preview=True)
    for lead in (solved, waived):
        assert (await complete(firm, lead, State.CLOSED)).record.state == State.CLOSED

    assert previewed.record.state == State.CLOSED
    assert await firm.differences() == []


async def test_what_is_not_approved_or_blocked_is_not_completed_either(firm: Selling) -> None:
    await publish(firm)
    small, large = await routed(firm.world, amount=10), await routed(firm.world, amount=11)

    assert "refunded is to be approved by manager, which it is not" in await refusal(firm, large, State.CONVERTED)
    await advance(firm.world, small, "handling")
    assert "may not go on to refunded before its children are closed" in await refusal(firm, small, State.CONVERTED)
    (check,) = await firm.at(0)
    assert isinstance(check, Decision)
    await complete(firm, check, State.CLOSED)  # a child: no stage of its process closes it
    assert (await complete(firm, small, State.CONVERTED)).record.state == State.CONVERTED

    await firm.advance(large, "refunded")
    asked = await firm.approving.item(firm.world.tenant, large.item_id)
    assert asked.approval
    assert "is to be approved" in await refusal(firm, large, State.CONVERTED)
    assert await firm.differences() == []


@pytest.mark.parametrize("world", ["memory"], indirect=True)
async def test_what_no_stage_closes_so_is_refused_but_for_what_was_never_one(firm: Selling) -> None:
    await publish(firm, CARE.replace("  - {id: refunded, closes: CONVERTED}", "").replace(", refunded", ""))
    lead, spam = await routed(firm.world), await routed(firm.world)

    said = await refusal(firm, lead, State.CONVERTED)

    assert "is not closed as CONVERTED by process sales; what closes it is solved (CLOSED), done (CLOSED)" in said
    assert (await complete(firm, spam, State.DISQUALIFIED)).record.state == State.DISQUALIFIED


@pytest.mark.parametrize("world", ["memory"], indirect=True)
async def test_what_may_not_follow_or_opens_others_is_to_be_entered(firm: Selling) -> None:
    stages = "{id: new, next: [talks]}, {id: talks}, {id: won, closes: CONVERTED, open: [{id: care, pool: east}]}"
    await publish(firm, f"process: sales\nkinds: [LEAD]\nstages: [{stages}]")
    lead = await routed(firm.world)

    assert "won may not follow new, which may be followed by talks" in await refusal(firm, lead, State.CONVERTED)
    await advance(firm.world, lead, "talks")
    assert "won opens care as it is entered: have it enter won" in await refusal(firm, lead, State.CONVERTED)


async def test_a_repeated_request_is_answered_as_before_and_a_stale_one_refused(firm: Selling) -> None:
    await publish(firm)
    lead = await routed(firm.world, waived="z")
    closed = await complete(firm, lead, State.CLOSED, request_id="r-1")
    assert await complete(firm, lead, State.CLOSED, request_id="r-1") == closed
    with pytest.raises(NotPossible, match="is CLOSED already"):
        await complete(firm, lead, State.CLOSED)
    await reopened(firm.world, lead)
    await firm.advance(lead, "handling")  # which would be in the way
    await firm.at(0)

    assert (await complete(firm, lead, State.CLOSED, request_id="r-1")).record.state == State.ASSIGNED
    with pytest.raises(StaleEtag):
        await complete(firm, lead, State.CLOSED, expected=1)


async def test_in_no_process_and_where_no_stage_closes_it_is_closed_as_somebody_says(firm: Selling) -> None:
    await publish(firm, "process: sales\nkinds: []\nstages: [{id: new}, {id: talks}]")
    none = await routed(firm.world)
    await publish(firm, "process: sales\nkinds: [LEAD]\nstages: [{id: new}, {id: talks}]")
    endless = await routed(firm.world)

    for lead in (none, endless):
        assert (await complete(firm, lead, State.CLOSED)).record.state == State.CLOSED


async def test_what_changes_while_it_is_looked_at_is_looked_at_anew(
    firm: Selling, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(firm)
    lead = await routed(firm.world, waived="z")
    complete_in_store = firm.world.store.complete

    async def complete_later(*args: Any, **fields: Any) -> Any:
        monkeypatch.setattr(firm.world.store, "complete", complete_in_store)
        await firm.advance(lead, "handling")  # and its child is in the way
        await firm.at(0)
        return await complete_in_store(*args, **fields)

    monkeypatch.setattr(firm.world.store, "complete", complete_later)

    with pytest.raises(NotPossible, match="before its children are closed"):
        await complete(firm, lead, State.CLOSED)
    assert (await record_of(firm.world, lead)).state == State.ASSIGNED
