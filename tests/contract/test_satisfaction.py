"""What customers answer: asked as often as they may be, kept, told, and acted upon where it is bad; on both stores."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from unittest.mock import AsyncMock

import pytest

from router.deadlines.noting import NotedItem, Noting
from router.deadlines.reached import BadAnswer
from router.deadlines.satisfaction import SatisfactionRequest, Satisfied
from router.model.decision import Decision, Outcome
from router.model.errors import NotPossible, RequestIdReused
from router.model.events import Note, Noted
from router.model.records import UNASKED, Satisfaction
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind
from router.process.definition.tasks import CHILD_DEADLINE
from router.rules.check import check
from router.rules.codec import dumps
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from rules.revisions import Publication
from tests.contract.staging import process_publication
from tests.contract.test_caps import DAY_MS, HOUR_MS, START_MS, World, world
from tests.contract.test_deadlines import Timed, steps
from tests.contract.test_listed_deadlines import timeline_entries
from tests.contract.test_stages import advance, newest, record_of, reopened, routed

__all__ = ["world"]  # a fixture

RULES = """
fields: {customer: {type: string}}
known_customer: {id: customer}
rules: []
default: {route: {pool: east, fallback: [wait]}}
"""
CARE = """
process: care
kinds: [TICKET]
complaints: true
stages:
  - id: new
  - {id: solved, closes: CLOSED}
satisfaction:
  csat: {at_most: 2, open: {id: call, pool: calls, within: 24h, clock: wall, exclude: handlers}}
  nps: {at_most: 6, notify: [mo, owner], open: {id: ask, pool: calls, within: 24h, clock: wall, exclude: handlers}}
"""


class Firm(Timed):
    """A firm of which customers complain, and which asks how that went."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.noting = Noting(world.store, world.queries, world.notes, world.planners)
        self.satisfied = Satisfied(world.store, world.queries, world.planners, self.noting)

    async def answer(self, decision: Decision, **said: Any) -> Satisfaction:
        """Have the customer of a work item answer ``csat`` or ``nps``, and maybe more; return what it has then."""
        name = "csat" if "csat" in said else "nps"
        request = SatisfactionRequest(decision.item_id, Note(name.upper()), said.pop(name))
        preview = said.pop("preview", False)
        stored = await self.satisfied.record(self.world.tenant, replace(request, **said), preview=preview)
        satisfaction: Satisfaction = stored.record.satisfaction
        return satisfaction

    async def publish(self, rules: str) -> None:
        rule_set = check(rules).rule_set
        assert rule_set is not None
        publication = Publication(0, rules, dumps(rule_set), "", 0, 0, 0)
        await self.world.rule_sets.publish(self.world.tenant, None, publication)

    async def solved(self, **attributes: Any) -> Decision:
        ticket = await routed(self.world, Kind.TICKET, **attributes)
        await advance(self.world, ticket, "solved")
        return ticket


@pytest.fixture
async def firm(world: World) -> Firm:
    reps = (Rep("ann", manager="mo"), Rep("bo"), Rep("mo"))
    await world.save(*reps, pool=Pool("east", (Member("ann"),), managers=("mo",)))
    await world.save(pool=Pool("calls", (Member("ann", 3), Member("bo"))))
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    firm = Firm(world)
    await firm.publish(RULES)
    await world.processes.publish_process(world.tenant, None, process_publication(CARE, rule_set))
    return firm


@pytest.mark.parametrize("world", ["memory"], indirect=True)
async def test_the_timeline_says_what_those_are_called_who_were_told_of_a_bad_answer(firm: Firm) -> None:
    chen = Rep("mo", display_name="陈洁")
    await WorkforceService(firm.world.workforce, firm.world.rule_sets).save(
        firm.world.tenant, [Edit("rep", "mo", lambda _: chen)]
    )
    ticket = await firm.solved()
    await firm.answer(ticket, csat=1)

    said = [entry.words for entry in await timeline_entries(firm.world, ticket, "zh")]

    assert "客户满意度评分：1 分（满分5分）。应通知陈洁。" in said


async def test_csat_is_of_a_ticket_that_ended_once_also_if_it_is_reopened(firm: Firm) -> None:
    lead = await routed(firm.world)
    ticket = await routed(firm.world, Kind.TICKET)
    with pytest.raises(NotPossible, match="is a LEAD: csat is asked of a TICKET"):
        await firm.answer(lead, csat=5)
    with pytest.raises(NotPossible, match="is ASSIGNED: csat is asked once it is closed"):
        await firm.answer(ticket, csat=5)
    await advance(firm.world, ticket, "solved")

    said = await firm.answer(ticket, csat=4, comment="thanks")

    assert said == Satisfaction(4, -1, said.at_ms)
    await reopened(firm.world, ticket)
    with pytest.raises(NotPossible, match="has a csat of 4: it is asked once of a ticket, also if that is reopened"):
        await firm.answer(ticket, csat=1)
    other = await firm.solved()
    await reopened(firm.world, other)
    assert (await firm.answer(other, csat=1)).csat == 1  # who was asked before it was reopened
    assert (await record_of(firm.world, ticket)).satisfaction == said
    assert await firm.differences() == []


async def test_nps_is_of_a_customer_once_in_90_days_of_the_wall_whatever_it_is_said_with(firm: Firm) -> None:
    lead, other = [await routed(firm.world, customer="C-1") for _ in range(2)]
    await firm.world.clock.set(START_MS)
    assert (await firm.answer(lead, nps=0)).nps == 0
    await firm.world.clock.set(START_MS + 90 * DAY_MS - 1)
    for each in (lead, other):
        with pytest.raises(NotPossible, match="they may be asked from 2030-04-01T"):
            await firm.answer(each, nps=9)
    assert (await firm.answer(await routed(firm.world, customer="C-2"), nps=9)).nps == 9
    await firm.world.clock.set(START_MS + 90 * DAY_MS)

    assert (await firm.answer(other, nps=9)).nps == 9

    with pytest.raises(NotPossible, match="they may be asked from 2030-06-30T"):
        await firm.answer(lead, nps=9)
    assert await firm.differences() == []


async def test_a_replay_names_who_was_asked_too_early(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = await routed(firm.world, customer="C-1")
    await firm.world.clock.set(START_MS)
    await firm.answer(lead, nps=0)
    monkeypatch.setattr(firm.satisfied, "_check_apart", AsyncMock())

    await firm.answer(lead, nps=9)

    (fault,) = await firm.differences()
    assert fault.endswith(f"nps of {lead.item_id}: its customer was asked within 90 days")


async def test_nobody_is_asked_for_an_nps_while_a_complaint_of_theirs_is_open(firm: Firm) -> None:
    lead, others = await routed(firm.world, customer="C-1"), await routed(firm.world, Kind.TICKET, customer="C-2")
    complaint = await routed(firm.world, Kind.TICKET, customer="C-1")
    with pytest.raises(NotPossible, match=f"has a complaint open, .*/{complaint.item_id}: no nps before"):
        await firm.answer(lead, nps=9)
    await advance(firm.world, complaint, "solved")
    assert (await firm.answer(lead, nps=9, preview=True)).nps == 9
    await reopened(firm.world, complaint)
    with pytest.raises(NotPossible, match=complaint.item_id):
        await firm.answer(lead, nps=9)
    await advance(firm.world, complaint, "solved")

    assert (await firm.answer(lead, nps=9)).nps == 9

    assert (await record_of(firm.world, others)).satisfaction == UNASKED
    assert await firm.differences() == []


async def test_where_nobody_says_who_the_customer_is_it_is_said_what_to_declare(firm: Firm) -> None:
    with pytest.raises(NotPossible, match="names no customer, whom an nps is of: it has no customer"):
        await firm.answer(await routed(firm.world), nps=9)
    await firm.publish(RULES.replace("known_customer: {id: customer}\n", ""))
    with pytest.raises(NotPossible, match="declare known_customer:"):
        await firm.answer(await routed(firm.world, customer="C-1"), nps=9)


async def test_a_bad_answer_tells_at_once_and_opens_a_call_by_somebody_else_within_a_day_of_the_wall(
    firm: Firm,
) -> None:
    ticket, fine = await firm.solved(), await firm.solved()
    await firm.at(0)
    await firm.answer(ticket, csat=2, comment="it still leaks")
    await firm.answer(fine, csat=3)
    firm.told()

    (opened,) = [event for event in await firm.at(0) if isinstance(event, Decision)]

    assert (opened.rep, opened.pool, opened.kind) == ("bo", "calls", Kind.TASK)
    assert opened.head.entered is not None
    assert opened.head.entered.stage == "~csat~call"
    (notice,) = [each for each in firm.notices if isinstance(each.about, BadAnswer)]
    assert notice.recipients.told == ("mo",)
    (child,) = await firm.world.queries.children(firm.world.tenant, ticket.item_id)
    assert (child.planned.item_id, child.planned.is_of_answer) == (opened.item_id, True)
    reminded, missed = await firm.at(12 * HOUR_MS), await firm.at(24 * HOUR_MS)
    name = f"due/{opened.number}/~csat~call/{CHILD_DEADLINE}"
    assert (steps(reminded), steps(missed)) == ([(name, 1)], [(name, 2)])
    assert await firm.differences() == []


async def test_a_bad_answer_about_what_waits_tells_the_manager_of_who_had_it_last(firm: Firm) -> None:
    ticket = await firm.solved()
    left = Rep("ann", active=False, manager="mo")
    await firm.world.save(left, pool=Pool("east", (Member("ann"),), managers=("mo",)))
    waiting = await reopened(firm.world, ticket)
    assert waiting.outcome is Outcome.WAITING

    await firm.answer(ticket, csat=1)
    await firm.at(0)

    (notice,) = [each for each in firm.notices if isinstance(each.about, BadAnswer)]
    assert notice.recipients.told == ("mo",)


async def test_the_call_stays_as_its_ticket_is_reopened_and_is_opened_if_that_came_first(firm: Firm) -> None:
    called, late = await firm.solved(), await firm.solved()
    await firm.answer(called, csat=1)
    (call,) = [event for event in await firm.at(0) if isinstance(event, Decision)]
    await firm.answer(late, csat=1)
    for ticket in (called, late):
        await reopened(firm.world, ticket)

    (other,) = [event for event in await firm.at(1) if isinstance(event, Decision)]

    assert other.head.item.opened_by is not None
    assert other.head.item.opened_by.parent == late.item_id
    assert (await record_of(firm.world, call)).owner == "bo"
    assert await firm.at(HOUR_MS) == []
    assert await firm.differences() == []


async def test_whom_an_nps_tells_the_process_says_and_where_it_says_nothing_nothing_follows(firm: Firm) -> None:
    told, untold = await firm.solved(customer="C-1"), await routed(firm.world, customer="C-2")
    await firm.at(0)
    firm.told()
    await firm.answer(told, nps=6)
    await firm.answer(untold, nps=0)

    opened = [event for event in await firm.at(0) if isinstance(event, Decision)]

    assert [each.head.item.opened_by.parent for each in opened if each.head.item.opened_by] == [told.item_id]
    assert [each.recipients.told for each in firm.notices if isinstance(each.about, BadAnswer)] == [("mo", "ann")]


async def test_it_is_repeated_by_its_request_id_and_a_preview_writes_nothing(firm: Firm) -> None:
    ticket = await firm.solved(customer="C-1")
    before = await newest(firm.world, 1)
    assert (await firm.answer(ticket, csat=2, preview=True)).csat == 2
    assert await newest(firm.world, 1) == before

    first = [await firm.answer(ticket, csat=2, request_id="r-1") for _ in range(2)]

    assert first[0] == first[1]
    with pytest.raises(RequestIdReused):
        await firm.answer(ticket, csat=3, request_id="r-1")
    assert len([event for event in await newest(firm.world, 9) if isinstance(event, Noted)]) == 1


async def test_an_answer_that_is_sent_again_before_it_is_answered_is_recorded_once(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket, other = await firm.solved(), Firm(firm.world)
    read = firm.noting.read

    async def read_late(tenant: str, item_id: str) -> NotedItem:
        await other.answer(ticket, csat=4, request_id="r-1")
        return await read(tenant, item_id)

    monkeypatch.setattr(firm.noting, "read", read_late)

    assert (await firm.answer(ticket, csat=4, request_id="r-1")).csat == 4

    assert sum(isinstance(event, Noted) for event in await firm.world.store.events(firm.world.tenant)) == 1


async def test_of_two_answers_of_one_customer_at_once_one_is_recorded(firm: Firm) -> None:
    leads = [await routed(firm.world, customer="C-1") for _ in range(4)]

    answers = await asyncio.gather(*(firm.answer(each, nps=9) for each in leads), return_exceptions=True)

    assert [isinstance(each, NotPossible) for each in answers].count(False) == 1
    assert await firm.differences() == []


async def test_an_answer_that_only_tells_somebody_opens_nothing_though_another_would(firm: Firm) -> None:
    rule_set, ask = check(RULES).rule_set, "open: {id: call, pool: calls, within: 24h, clock: wall, exclude: handlers}"
    assert rule_set is not None
    assert ask in CARE
    telling = process_publication(CARE.replace(ask, "notify: [mo]"), rule_set)
    await firm.world.processes.publish_process(firm.world.tenant, None, telling)
    ticket = await firm.solved(customer="C-1")
    await firm.answer(ticket, csat=1)

    assert [event for event in await firm.at(0) if isinstance(event, Decision)] == []

    await firm.answer(ticket, nps=0)
    (opened,) = [event for event in await firm.at(0) if isinstance(event, Decision)]
    assert opened.head.item.opened_by is not None
    assert (opened.head.item.opened_by.parent, opened.rep) == (ticket.item_id, "bo")
    assert await firm.differences() == []
