"""Stages that name a pool: entering one routes the work item there in the same step, and keeps it; on both stores."""

from __future__ import annotations

from typing import Any

import pytest

from router.assignment.bulk import BulkReassignment
from router.assignment.commands import ImportedItem, ReassignRequest
from router.backlog.requeuer import Requeuer
from router.history.replay import Replay
from router.model.calendars import Absence
from router.model.decision import Cause, Decision, Outcome, Way
from router.model.dispatch import Dispatch, DispatchMode
from router.model.events import Event, Updated
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, OpenedBy, State, WorkItem
from router.rules.check import check
from router.rules.codec import dumps
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from rules.revisions import Publication
from tests.contract.staging import process_publication
from tests.contract.test_caps import HOUR_MS, START_MS, World, world
from tests.contract.test_deadlines import DEADLINE, Timed
from tests.contract.test_stages import Edited, advance, imported, newest, record_of, reopened, routed

__all__ = ["world"]  # a fixture

RULES = """
fields: {region: {type: string}, about: {type: string}}
rules:
  - {id: moon, when: {field: region, op: eq, value: moon}, route: {pool: nobody, priority: 7, fallback: wait}}
default: {route: {pool: east, priority: 3, on_change: region, exclude: about, fallback: wait}}
"""
SALES = f"""
process: sales
kinds: [LEAD]
stages:
  - id: new
    deadlines: {DEADLINE}
  - id: review
    pool: legal
    next: [review, talk, vacant, won]
    deadlines: {DEADLINE}
  - {{id: talk, next: [new, review, vacant, won]}}
  - {{id: vacant, pool: nobody, next: [talk, won]}}
  - {{id: won, closes: CONVERTED}}
"""


@pytest.fixture
async def firm(world: World) -> Timed:
    await world.save(Rep("ann"), Rep("bo"), pool=Pool("east", (Member("ann"), Member("bo"))))
    await world.save(Rep("li"), Rep("wu"), pool=Pool("legal", (Member("li", 2), Member("wu", 1))))
    await world.save(pool=Pool("nobody", ()))
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    await world.rule_sets.publish(world.tenant, None, Publication(0, RULES, dumps(rule_set), "", 0, 0, 0))
    await world.processes.publish_process(world.tenant, None, process_publication(SALES, rule_set))
    return Timed(world)


async def reassign(firm: Timed, decision: Decision, rep: str = "") -> Decision:
    return await firm.world.router.reassign(firm.world.tenant, ReassignRequest(decision.item_id, rep))


async def last(firm: Timed) -> Decision:
    (event,) = await newest(firm.world, 1)
    assert isinstance(event, Decision)
    return event


async def test_entering_routes_it_to_the_pool_in_the_same_step_and_by_its_ledger(firm: Timed) -> None:
    leads = [await routed(firm.world) for _ in range(3)]

    previewed = await advance(firm.world, leads[0], "review", preview=True)
    stored = [await advance(firm.world, lead, "review", note="new terms") for lead in leads]

    update, decision = await newest(firm.world, 2)
    assert isinstance(update, Updated)
    assert isinstance(decision, Decision)
    assert (update.entered and update.entered.stage, update.is_decided) == ("review", True)
    assert update.head.note == decision.head.note == "new terms"
    assert (decision.head.cause, decision.way, decision.head.pool) == (Cause.UPDATED, Way.GREEDY, "legal")
    assert (decision.head.steps, decision.head.priority, decision.freed) == (("pool legal",), 3, leads[2].rep)
    assert [each.record.owner for each in stored] == ["li", "wu", "li"]
    assert (previewed.record.owner, previewed.record.pool) == ("li", "legal")
    ledger = await firm.world.store.ledger(firm.world.tenant, "legal")
    assert (ledger.decisions, dict(ledger.received_by_override)) == (3, {})
    candidates = (await firm.world.queries.explanation(firm.world.tenant, decision)).candidates
    assert {each.rep for each in candidates if each.verdict != "INELIGIBLE"} == {"li", "wu"}
    assert await firm.differences() == []


async def test_what_a_stage_opens_and_what_stands_in_a_stage_of_the_same_pool_go_by_routes_of_their_own(
    firm: Timed,
) -> None:
    planner = await firm.world.planners.newest(firm.world.tenant)
    child = WorkItem(Kind.TASK, opened_by=OpenedBy("crm~L-1", 3, "review", 1, "legal"))

    opened = planner.plan(child, START_MS)
    routed = planner.plan(WorkItem(Kind.LEAD), START_MS, pool="legal")

    assert (opened.route.exclude, opened.route.priority) == ((), 0)
    assert (routed.route.exclude, routed.route.priority) == (("about",), 3)
    assert planner.plan(child, START_MS).route == opened.route


async def test_who_is_of_the_pool_already_keeps_it_and_stages_without_a_pool_move_nothing(firm: Timed) -> None:
    lead = await routed(firm.world)
    await advance(firm.world, lead, "review")
    given = await last(firm)

    for stage in ("talk", "review", "review"):
        stored = await advance(firm.world, lead, stage)
        (event,) = await newest(firm.world, 1)
        assert isinstance(event, Updated)
        assert (event.is_decided, stored.record.owner) == (False, given.rep)

    moved = await reassign(firm, lead)  # it is of the pool, though nobody was chosen in this stage
    assert (moved.head.pool, moved.rep) == ("legal", "wu")
    await advance(firm.world, lead, "talk")
    assert (await reassign(firm, lead)).head.pool == ""
    assert await firm.differences() == []


async def test_while_nobody_of_the_pool_can_take_it_it_stays_with_its_owner(firm: Timed) -> None:
    lead = await routed(firm.world)

    stored = await advance(firm.world, lead, "vacant")

    decision = await last(firm)
    assert (decision.outcome, decision.head.pool) == (Outcome.WAITING, "nobody")
    assert (stored.record.owner, stored.record.state, stored.record.decision) == (
        lead.rep, State.ASSIGNED, lead.number,
    )  # fmt: skip
    assert (await reassign(firm, lead)).head.pool == "nobody"
    assert (await record_of(firm.world, lead)).owner == lead.rep
    assert await firm.differences() == []


async def test_what_waits_goes_to_the_pool_and_else_waits_for_it_alone(firm: Timed) -> None:
    taken, waits = await routed(firm.world, region="moon"), await routed(firm.world, region="moon")
    assert (await advance(firm.world, taken, "review")).record.owner == "li"
    await advance(firm.world, waits, "vacant")
    assert (await last(firm)).head.priority == 7
    requeuer = Requeuer(firm.world.tenant, firm.world.store, firm.world.planners)
    await requeuer.begin()
    assert await requeuer.wake() == 0

    await WorkforceService(firm.world.workforce, firm.world.rule_sets).save(
        firm.world.tenant, [Edit("pool", "nobody", lambda _: Pool("nobody", (Member("wu"),)))]
    )
    await requeuer.catch_up()
    assert await requeuer.wake() == 1

    woken = await last(firm)
    assert (woken.head.cause, woken.head.pool, woken.rep) == (Cause.WOKEN, "nobody", "wu")
    assert await firm.differences() == []


async def test_what_waits_and_is_routed_once_more_goes_where_the_rules_say(firm: Timed) -> None:
    lead = await routed(firm.world, region="moon")
    await advance(firm.world, lead, "vacant")
    firm.world.items -= 1

    again = await routed(firm.world)

    assert (again.item_id, again.head.cause, again.head.pool, again.pool) == (lead.item_id, Cause.ROUTED, "", "east")
    assert (await reassign(firm, lead)).head.pool == "nobody"  # its stage is as it was
    assert await firm.differences() == []


async def test_later_decisions_are_of_the_pool_as_long_as_it_stands_in_the_stage(firm: Timed) -> None:
    lead = await routed(firm.world)
    await advance(firm.world, lead, "review")
    named = await reassign(firm, lead, "bo")
    assert (named.head.cause, named.head.pool, named.pool) == (Cause.OVERRIDE, "legal", "")
    assert not any(isinstance(event, Decision) for event in await firm.at(HOUR_MS))

    (escalated,) = await firm.at(2 * HOUR_MS)
    assert isinstance(escalated, Decision)
    assert (escalated.head.cause, escalated.head.pool, escalated.rep) == (Cause.ESCALATED, "legal", "wu")

    leave = Absence("wu/1", START_MS + 3 * HOUR_MS, START_MS + 9 * HOUR_MS, substitute="ann")
    await WorkforceService(firm.world.workforce, firm.world.rule_sets).save(
        firm.world.tenant, [Edit("absence", leave.id, lambda _: leave, create=True)]
    )
    covered = [event for event in await firm.at(3 * HOUR_MS) if isinstance(event, Decision)]
    assert [(each.head.cause, each.head.pool, each.rep) for each in covered] == [(Cause.COVERED, "legal", "ann")]
    assert await firm.differences() == []
    await firm.world.close(lead)
    assert (await reopened(firm.world, lead)).head.pool == ""  # it is in the first stage again
    assert await firm.differences() == []


async def test_what_is_moved_with_many_others_is_of_the_pool_too(firm: Timed) -> None:
    world = firm.world
    inside, outside = await routed(world), await routed(world)
    await advance(world, inside, "review")
    bulk = BulkReassignment(world.store, world.planners, world.queries)

    requests = [ReassignRequest(each.item_id, request_id=f"many-{each.number}") for each in (inside, outside)]
    moved = await bulk.reassign(world.tenant, requests)

    assert [(each.head.pool, each.pool, each.head.tried) for each in moved if isinstance(each, Decision)] == [
        ("legal", "legal", (inside.rep, "li")), ("", "east", (outside.rep,)),
    ]  # fmt: skip
    assert await firm.differences() == []


async def test_what_the_pool_offers_in_vain_is_offered_to_others_of_it(firm: Timed) -> None:
    world = firm.world
    offering = Pool(
        "legal", (Member("li", 2), Member("wu", 1)), dispatch=Dispatch(DispatchMode.OFFER, timeout_ms=HOUR_MS)
    )
    await WorkforceService(world.workforce, world.rule_sets).save(
        world.tenant, [Edit("pool", "legal", lambda _: offering)]
    )
    requeuer = Requeuer(world.tenant, world.store, world.planners)
    await requeuer.begin()
    lead = await routed(world)
    await advance(world, lead, "review")
    offered = await last(firm)
    assert (offered.outcome, offered.rep, offered.head.pool) == (Outcome.OFFERED, "li", "legal")

    await firm.at(HOUR_MS)
    await requeuer.catch_up()
    assert await requeuer.wake() == 1

    again = await last(firm)
    assert (again.head.cause, again.outcome, again.rep, again.head.pool) == (
        Cause.WOKEN, Outcome.OFFERED, "wu", "legal",
    )  # fmt: skip
    assert await firm.differences() == []


async def test_whom_its_route_excludes_gets_it_by_no_stage(firm: Timed) -> None:
    leads = [await routed(firm.world, about="li") for _ in range(2)]

    owners = [(await advance(firm.world, lead, "review")).record.owner for lead in leads]

    assert owners == ["wu", "wu"]
    reasons = {each.rep: each.reasons for each in (await explained(firm, await last(firm))).candidates}
    assert [reason.code for reason in reasons["li"]] == ["CONFLICT"]
    assert await firm.differences() == []


async def explained(firm: Timed, decision: Decision) -> Any:
    return await firm.world.queries.explanation(firm.world.tenant, decision)


async def test_what_is_imported_in_such_a_stage_is_its_owners_of_that_pool(firm: Timed) -> None:
    world = firm.world
    entries = [
        ImportedItem(WorkItem(Kind.LEAD, "crm", f"B-{number}"), owner, START_MS, "review")
        for number, owner in enumerate(("wu", "ann"))
    ]

    results = await imported(world, *entries)

    assert [(each.rep, each.pool, each.head.pool) for each in results if isinstance(each, Decision)] == [
        ("wu", "legal", "legal"), ("ann", "", "legal"),
    ]  # fmt: skip
    assert await firm.differences() == []


async def test_the_replay_names_a_decision_of_another_pool(firm: Timed) -> None:
    lead = await routed(firm.world)
    await advance(firm.world, lead, "review")
    decision = await last(firm)

    def edit(event: Event) -> Event:
        if event.number != decision.number:
            return event
        return event._replace(head=event.head._replace(pool=forged))  # type: ignore[union-attr]

    for forged in ("", "east"):
        world = firm.world
        replay = Replay(Edited(world.store, edit), world.presences, world.planners, processes=world.processes)
        told = [each async for each in replay.differences(world.tenant)]
        said = f"pool {forged}" if forged else "no pool"
        assert f"decision {decision.number}: its process routes {lead.item_id} to {said}, not pool legal" in told


async def test_who_had_it_in_an_earlier_stage_may_get_it_again(firm: Timed) -> None:
    lead = await routed(firm.world)
    other = await reassign(firm, lead)
    assert {lead.rep, other.rep} == {"ann", "bo"}
    assert (await reassign(firm, lead)).outcome is Outcome.WAITING  # both had it

    await advance(firm.world, lead, "talk")

    again = await reassign(firm, lead)
    assert (again.rep, again.head.tried) == (lead.rep, (other.rep,))
    assert (await reassign(firm, lead)).rep == ""
    await advance(firm.world, lead, "new")
    await firm.at(HOUR_MS)
    (escalated,) = await firm.at(2 * HOUR_MS)
    assert isinstance(escalated, Decision)
    assert (escalated.rep, escalated.head.tried) == (other.rep, (lead.rep,))
    assert await firm.differences() == []
