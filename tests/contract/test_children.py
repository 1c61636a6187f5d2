"""Children: what a stage opens is opened once, routed and replayed like any work item; on both stores."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from router.activities.timeline import Timelines
from router.assignment.children import ChildStanding
from router.assignment.commands import Completion, ReassignRequest
from router.backlog.requeuer import Requeuer
from router.model.decision import Cause, Decision, Outcome
from router.model.errors import InvalidInput, NotPossible
from router.model.events import Completed, Event, Fired, Withdrawal
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, State
from router.rules.check import check
from router.rules.codec import dumps
from router.rules.route import RoutingRules
from router.timers.due import due_now
from router.timers.timer import WITHDRAW
from rules.revisions import Publication
from tests.contract.staging import process_publication
from tests.contract.test_caps import HOUR_MS, MINUTE_MS, START_MS, World, world
from tests.contract.test_deadlines import Timed, steps
from tests.contract.test_stages import advance, newest, record_of, reopened, routed

__all__ = ["world"]  # a fixture

RULES = """
fields: {instalments: {type: list}, complained_of: {type: string}}
rules: []
default: {route: {pool: east}}
"""
CARE = """
process: care
kinds: [TICKET]
stages:
  - id: new
  - id: check
    open: [{id: look, pool: all, exclude: [handlers, complained_of]}, {id: second, pool: all, exclude: owner}]
"""
SALES = """
process: sales
kinds: [LEAD]
deadlines: [{id: whole, within: 90d, clock: wall, steps: [{at: 100%, do: remind}]}]
stages:
  - id: new
  - id: contract
    next: [new, payment]
    open:
      - {id: review, pool: legal, title: Review the contract, within: 4h, blocks: true}
      - {id: welcome, kind: RENEWAL, pool: nobody}
  - id: payment
    open: [{id: instalment, pool: legal, each: instalments}]
  - {id: won, closes: CONVERTED}
"""


def rules_of(source: str) -> RoutingRules:
    rule_set = check(source).rule_set
    assert rule_set is not None
    return rule_set


@pytest.fixture
async def firm(world: World) -> Timed:
    await world.save(Rep("ann", manager="mo"), Rep("mo"), pool=Pool("east", (Member("ann"),)))
    await world.save(Rep("li", manager="mo"), Rep("bo"), pool=Pool("legal", (Member("li", 2), Member("bo", 1))))
    rule_set = rules_of(RULES)
    await world.rule_sets.publish(world.tenant, None, Publication(0, RULES, dumps(rule_set), "", 0, 0, 0))
    await world.processes.publish_process(world.tenant, None, process_publication(SALES, rule_set))
    return Timed(world)


async def children(firm: Timed, decision: Decision) -> list[ChildStanding]:
    found: list[ChildStanding] = await firm.world.queries.children(firm.world.tenant, decision.item_id)
    return found


def decisions(events: list[Event]) -> list[Decision]:
    return [event for event in events if isinstance(event, Decision)]


async def test_a_stage_opens_its_children_once_and_each_is_its_pools_whatever_the_rules_say(firm: Timed) -> None:
    lead = await routed(firm.world)
    await advance(firm.world, lead, "contract")
    assert {child.record for child in await children(firm, lead)} == {None}

    review, welcome = decisions(await firm.at(0))

    assert (review.rep, review.pool, review.head.cause, review.kind) == ("li", "legal", Cause.OPENED, Kind.TASK)
    assert (welcome.outcome, welcome.kind) == (Outcome.WAITING, Kind.RENEWAL)
    assert [child.record.item_id for child in await children(firm, lead) if child.record] == [
        review.item_id, welcome.item_id,
    ]  # fmt: skip
    await advance(firm.world, lead, "new")
    assert await firm.at(MINUTE_MS) == []
    assert await firm.differences() == []
    await advance(firm.world, lead, "contract")
    assert len(decisions(await firm.at(2 * MINUTE_MS))) == 2  # it entered once more
    assert await firm.differences() == []


async def test_its_owner_is_reminded_at_half_the_time_and_their_manager_told_at_the_end(firm: Timed) -> None:
    lead = await routed(firm.world)
    await advance(firm.world, lead, "contract")
    review, _ = decisions(await firm.at(0))

    fired: list[Any] = [*await firm.at(2 * HOUR_MS), *await firm.at(4 * HOUR_MS)]

    name = f"due/{review.number}/contract~review/done"
    assert (steps(fired), {event.item_id for event in fired}) == ([(name, 1), (name, 2)], {review.item_id})
    await firm.world.close(review)
    assert await firm.at(9 * HOUR_MS) == []
    again = await reopened(firm.world, review)
    assert again.pool == "legal"
    assert again.head.entered == review.head.entered
    assert await firm.differences() == []


async def test_what_blocks_keeps_its_parent_from_later_stages_and_from_no_other(firm: Timed) -> None:
    lead = await routed(firm.world)
    await advance(firm.world, lead, "contract")
    with pytest.raises(NotPossible, match="contract~review"):
        await advance(firm.world, lead, "payment")
    review, _ = decisions(await firm.at(0))
    with pytest.raises(NotPossible, match=review.item_id):
        await advance(firm.world, lead, "payment")
    await advance(firm.world, lead, "new", preview=True)

    await firm.world.close(review)

    await advance(firm.world, lead, "payment")
    with pytest.raises(NotPossible, match="last"):
        await advance(firm.world, review._replace(item_id=(await children(firm, lead))[1].planned.item_id), "payment")


async def test_each_date_of_a_list_makes_a_child_with_its_value(firm: Timed) -> None:
    lead = await routed(firm.world)
    dates = ["2030-01-10 100000", "2030-02-10 200000"]
    with pytest.raises(InvalidInput, match=r"attributes\.instalments.*'soon'"):
        await advance(firm.world, lead, "payment", given={"instalments": ["2030-01-10", "soon"]})

    await advance(firm.world, lead, "payment", given={"instalments": dates})

    items = [decision.head.item for decision in decisions(await firm.at(0))]
    assert [(item.value, item.opened_by.due) for item in items if item.opened_by] == [
        (100_000, "2030-01-10"), (200_000, "2030-02-10"),
    ]  # fmt: skip
    assert await firm.differences() == []


async def test_recusal_the_call_back_is_never_made_by_the_handler(firm: Timed) -> None:
    world = firm.world
    await world.save(Rep("cy", "Cy Moe"), Rep("di"), pool=Pool("all", tuple(map(Member, ("ann", "cy", "di")))))
    await world.processes.publish_process(world.tenant, None, process_publication(CARE, rules_of(RULES)))
    ticket = await routed(world, Kind.TICKET, complained_of="CY MOE")
    await world.router.reassign(world.tenant, ReassignRequest(ticket.item_id, "di"))
    await world.router.reassign(world.tenant, ReassignRequest(ticket.item_id, "mo"))

    await advance(world, ticket, "check")
    look, second = decisions(await firm.at(0))

    assert look.outcome is Outcome.WAITING  # ann and di had it, and it is about cy
    assert look.head.item.opened_by is not None
    assert look.head.item.opened_by.excluded == (("handlers", ("ann", "di", "mo")), ("complained_of", ("cy",)))
    assert second.rep == "ann"
    explained = await world.queries.explanation(world.tenant, look)
    reasons = {each.rep: [(reason.code, reason.field) for reason in each.reasons] for each in explained.candidates}
    assert [reasons[rep] for rep in ("ann", "cy", "di")] == [
        [("CONFLICT", "parent.handlers")], [("CONFLICT", "parent.complained_of")], [("CONFLICT", "parent.handlers")],
    ]  # fmt: skip
    with pytest.raises(NotPossible, match=r"reps/di: CONFLICT: recused by parent\.handlers$"):
        await world.router.reassign(world.tenant, ReassignRequest(look.item_id, "di"))
    await world.save(pool=Pool("all", tuple(map(Member, ("ann", "cy", "di", "bo")))))
    requeuer = Requeuer(world.tenant, world.store, world.planners)
    await requeuer.begin()
    await requeuer.wake()
    assert (await record_of(world, look)).owner == "bo"
    assert await firm.differences() == []


async def test_who_was_killed_between_two_children_opens_the_others_alone(firm: Timed) -> None:
    lead = await routed(firm.world)
    await advance(firm.world, lead, "payment", given={"instalments": ["2030-01-10", "2030-02-10"]})
    whole, half = firm.follower(), firm.follower()
    await whole.catch_up()
    bind = firm.world.store.bind

    class Dying:
        def __getattr__(self, name: str) -> Any:
            return getattr(firm.world.store, name)

        async def bind(self, tenant: str, revisions: Any, jobs: Any) -> Any:
            return await bind(tenant, revisions, jobs[:1])

    half.children._store = Dying()  # type: ignore[assignment]
    assert await half.children.make_due(await due_now(firm.world.timers, firm.world.tenant)) == 1
    assert await whole.children.make_due(await due_now(firm.world.timers, firm.world.tenant)) == 1

    assert await firm.at(0) == []
    assert await firm.world.timers.timers(firm.world.tenant) != []
    assert len([child for child in await children(firm, lead) if child.record]) == 2
    assert await firm.differences() == []


async def test_a_closed_parent_leaves_its_children_open_and_opens_none(firm: Timed) -> None:
    one, other = await routed(firm.world), await routed(firm.world)
    await advance(firm.world, one, "contract")
    opened = decisions(await firm.at(0))
    await advance(firm.world, other, "contract")
    for lead in (one, other):
        await firm.world.close(await record_of(firm.world, lead))

    assert decisions(await firm.at(MINUTE_MS)) == []
    assert [(await record_of(firm.world, each)).state for each in opened] == [State.ASSIGNED, State.QUEUED]
    assert not any(isinstance(event, Fired) and event.item_id == one.item_id for event in await firm.at(5 * HOUR_MS))
    assert await firm.differences() == []


async def test_children_of_a_stage_that_closes_are_opened_behind_the_end_once_whoever_is_killed(firm: Timed) -> None:
    await publish_ending(firm)
    lead = await routed(firm.world)
    done = await advance(firm.world, lead, "won")
    assert done.record.state is State.CONVERTED
    assert [child.record for child in await children(firm, lead)] == [None, None]
    await firm.follower().catch_up()
    assert await firm.differences() == []  # it is to be opened
    await firm.world.timers.forget_timers(firm.world.tenant)  # and made again

    care, call = decisions(await firm.at(0))

    assert (care.kind, care.rep, call.rep, call.head.cause) == (Kind.CUSTOMER, "li", "bo", Cause.OPENED)
    timers = await firm.world.timers.timers(firm.world.tenant)
    assert [(each.item_id, each.step) for each in timers] == [(call.item_id, 1), (call.item_id, 2)]
    assert await firm.at(MINUTE_MS) == []
    assert {child.record.state for child in await children(firm, lead) if child.record} == {State.ASSIGNED}
    assert await firm.differences() == []


async def test_what_an_end_opened_is_withdrawn_as_it_is_reopened_and_the_next_end_opens_it_anew(firm: Timed) -> None:
    await publish_ending(firm)
    lead = await routed(firm.world)
    await advance(firm.world, lead, "won")
    care, call = decisions(await firm.at(0))
    await firm.world.close(care)
    again = await reopened(firm.world, lead)
    one, other = firm.follower(), firm.follower()
    await one.catch_up()
    due = await due_now(firm.world.timers, firm.world.tenant)

    assert await firm.differences() == []
    assert [await each.children.make_due(due) for each in (one, other)] == [1, 0]

    (withdrawn,) = await newest(firm.world, 1)
    assert await firm.at(MINUTE_MS) == []
    assert isinstance(withdrawn, Completed)
    assert (withdrawn.item_id, withdrawn.state, withdrawn.rep) == (call.item_id, State.CLOSED, "bo")
    assert (withdrawn.actor, withdrawn.withdrawn) == ("", (lead.item_id, again.number))
    assert await children(firm, lead) == []
    assert await firm.differences() == []
    await reopened(firm.world, call)  # by hand: it stays
    assert not any(isinstance(event, Completed) for event in await firm.at(2 * MINUTE_MS))
    await advance(firm.world, lead, "won")
    assert [each.item_id in (care.item_id, call.item_id) for each in decisions(await firm.at(HOUR_MS))] == 2 * [False]
    assert await firm.differences() == []


async def test_what_somebody_closed_before_it_was_withdrawn_leaves_no_timer_that_is_due_for_ever(firm: Timed) -> None:
    await publish_ending(firm)
    lead = await routed(firm.world)
    await advance(firm.world, lead, "won")
    children_of_end = decisions(await firm.at(0))
    await reopened(firm.world, lead)
    follower = firm.follower()
    await follower.catch_up()
    for child in children_of_end:
        await firm.world.close(child)
    await follower.catch_up()
    due = await due_now(firm.world.timers, firm.world.tenant)
    assert [timer.name for timer in due.timers] == [WITHDRAW]

    assert await follower.children.make_due(due) == 0

    assert (await due_now(firm.world.timers, firm.world.tenant)).timers == []
    assert await firm.differences() == []


async def test_a_timeline_tells_that_children_were_opened_and_closed_each_once_however_long_its_pages(
    firm: Timed,
) -> None:
    await publish_ending(firm)
    lead = await routed(firm.world)
    await advance(firm.world, lead, "won")
    care, call = decisions(await firm.at(0))
    await firm.world.close(care)
    again = await reopened(firm.world, lead)
    (withdrawn,) = await firm.at(MINUTE_MS)
    updated, closed = lead.number + 1, lead.number + 2
    of_children = {care.number, call.number, again.number - 1, withdrawn.number}
    numbers = sorted({lead.number, updated, closed, again.number, *of_children}, reverse=True)

    for count in (1, 2, 3, 100):
        found, pages, before = list[int](), 0, 0
        while before or not pages:
            timelines = Timelines(firm.world.store, firm.world.planners)
            page = await timelines.page(firm.world.tenant, lead.item_id, last=before, count=count)
            before, pages = page.before, pages + 1
            assert len(page.events) <= count
            found += [event.number for event in reversed(page.events)]

        assert found == numbers
        assert page.children.keys() == {care.item_id, call.item_id}


async def test_what_was_not_opened_yet_as_its_parent_was_reopened_never_is(firm: Timed) -> None:
    await publish_ending(firm)
    lead = await routed(firm.world)
    await advance(firm.world, lead, "won")
    await firm.follower().catch_up()
    await reopened(firm.world, lead)

    assert decisions(await firm.at(0)) == []
    assert await firm.world.timers.timers(firm.world.tenant) == []
    assert await firm.differences() == []


async def test_the_replay_finds_a_child_withdrawn_that_no_reopening_withdraws(firm: Timed) -> None:
    await publish_ending(firm)
    lead = await routed(firm.world)
    await advance(firm.world, lead, "won")
    care, call = decisions(await firm.at(0))
    for child, why in ((care, Withdrawal(lead.item_id, 3)), (call, Withdrawal("crm~other", 5))):
        wish = Completion(child.item_id, State.CLOSED, child.number, withdrawn=why)
        await firm.world.store.complete(firm.world.tenant, wish)

    said = [each.partition(": ")[2] for each in await firm.differences()]

    assert said == [f"{child.item_id} is withdrawn, which does not follow" for child in (care, call)]


async def publish_ending(firm: Timed) -> None:
    care = "{id: care, kind: CUSTOMER, pool: legal}, {id: call, pool: legal, within: 3h}"
    source = f"process: end\nkinds: [LEAD]\nstages: [{{id: new}}, {{id: won, closes: CONVERTED, open: [{care}]}}]"
    for each in (process_publication(SALES.replace("[LEAD]", "[]"), rules_of(RULES)), process_publication(source)):
        await firm.world.processes.publish_process(firm.world.tenant, None, each)


def ms(*local: int) -> int:
    """Return how long behind the start it is a time in Shanghai."""
    return int(datetime(*local, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp() * 1000) - START_MS  # type: ignore[arg-type,misc]


async def test_instalments_are_two_children_whose_owners_are_reminded_on_their_dates(firm: Timed) -> None:
    await firm.world.keep_hours()
    await firm.at(ms(2030, 10, 28, 10))
    lead = await routed(firm.world)
    await advance(firm.world, lead, "payment", given={"instalments": ["2030-11-10 100000", "2030-12-10 200000"]})
    first, second = decisions(await firm.at(ms(2030, 10, 28, 10)))
    names = [f"due/{each.number}/payment~instalment/done" for each in (first, second)]

    assert [each.head.item.value for each in (first, second)] == [100_000, 200_000]
    assert await firm.at(ms(2030, 11, 8, 9) - 1) == []
    assert steps(await firm.at(ms(2030, 11, 8, 9))) == [(names[0], 1)]  # the 10th is a Sunday
    assert steps(await firm.at(ms(2030, 11, 8, 17))) == [(names[0], 2)]
    await firm.world.close(first)
    assert await firm.at(ms(2030, 12, 10, 9) - 1) == []
    assert steps(await firm.at(ms(2030, 12, 10, 9))) == [(names[1], 1)]
    assert await firm.differences() == []
