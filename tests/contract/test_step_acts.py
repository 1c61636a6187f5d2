"""Steps that raise a priority, or return a work item to a pool: each is done once, in its order; on both stores."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from router.assignment.commands import ReassignRequest, RouteRequest
from router.backlog.requeuer import Requeuer
from router.history.replay import Replay
from router.model.calendars import Absence
from router.model.decision import Cause, Decision, Outcome, StepOfDeadline, Way
from router.model.dispatch import Answer, Dispatch, DispatchMode
from router.model.events import Event, Fired, OfferAnswered, Updated
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import MAX_PRIORITY, Kind, State, WorkItem
from router.process.revisions.publication import ProcessPublication
from router.rules.check import check
from router.rules.codec import dumps
from router.timers.due import due_now
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from rules.revisions import Publication
from tests.contract.staging import process_publication
from tests.contract.test_caps import HOUR_MS, MINUTE_MS, World, world
from tests.contract.test_deadlines import Timed
from tests.contract.test_deadlines_replayed import Forge, told
from tests.contract.test_stages import Edited, advance, record_of, routed

__all__ = ["world"]  # a fixture

RULES = """
fields: {region: {type: string}, about: {type: string}}
rules:
  - {id: moon, when: {field: region, op: eq, value: moon}, route: {pool: nobody, priority: 7, fallback: wait}}
default: {route: {pool: east, priority: 3, exclude: [about], fallback: wait}}
"""
SALES = """
process: sales
kinds: [LEAD]
stages:
  - id: new
    deadlines:
      - id: call
        within: 1h
        clock: wall
        from: arrival
        until: attempt
        steps: STEPS
  - {id: talk}
  - {id: won, closes: CONVERTED}
"""
STEPS = """
          - {at: 50%, do: raise_priority, by: 2}
          - {at: 100%, do: notify, to: manager}
          - {at: 150%, do: return, to: inside}
          - {at: 200%, do: raise_priority}
"""
RAISED, TOLD, RETURNED, AGAIN = (number * 30 * MINUTE_MS for number in (1, 2, 3, 4))


async def arranged(world: World, steps: str = STEPS) -> Timed:
    await world.save(Rep("ann", manager="mo"), Rep("bo"), Rep("mo"), pool=Pool("east", (Member("ann"),)))
    await world.save(Rep("li"), Rep("wu"), pool=Pool("inside", (Member("li", 2), Member("wu", 1))))
    await world.save(pool=Pool("nobody", ()))
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    await world.rule_sets.publish(world.tenant, None, Publication(0, RULES, dumps(rule_set), "", 0, 0, 0))
    await publish(world, steps)
    return Timed(world)


async def publish(world: World, steps: str = STEPS) -> ProcessPublication:
    publication = process_publication(SALES.replace("STEPS", steps))
    published: ProcessPublication = await world.processes.publish_process(world.tenant, None, publication)
    return published


@pytest.fixture
async def firm(world: World) -> Timed:
    return await arranged(world)


async def priority(firm: Timed, decision: Decision) -> int:
    return (await firm.world.queries.item(firm.world.tenant, decision.item_id)).priority


async def test_each_step_is_done_once_in_its_order_and_says_which_it_is(firm: Timed) -> None:
    lead = await routed(firm.world)
    name = f"{lead.number}/new/call"
    assert await firm.at(RAISED - 1) == []

    (raised,) = await firm.at(RAISED)
    assert isinstance(raised, Updated)
    assert (raised.changed, raised.before.priority, raised.head.item.priority) == (("priority",), 0, 5)
    assert (raised.head.escalates, raised.is_decided, raised.rep) == (StepOfDeadline(f"act/{name}", 1), False, "ann")
    (told,) = await firm.at(TOLD)
    assert isinstance(told, Fired)
    (returned,) = await firm.at(RETURNED)
    assert isinstance(returned, Decision)
    assert (returned.head.cause, returned.head.pool, returned.rep, returned.freed) == (
        Cause.ESCALATED, "inside", "li", "ann",
    )  # fmt: skip
    assert (returned.head.escalates, returned.head.priority) == (StepOfDeadline(f"act/{name}", 2), 5)
    (again,) = await firm.at(AGAIN)
    assert isinstance(again, Updated)
    assert (again.head.escalates, again.head.item.priority, again.head.pool) == (
        StepOfDeadline(f"act/{name}", 3), 6, "inside",
    )  # fmt: skip
    assert await firm.at(9 * HOUR_MS) == []
    assert await priority(firm, lead) == 6
    assert await firm.differences() == []

    moved = await firm.world.router.reassign(firm.world.tenant, ReassignRequest(lead.item_id))
    assert (moved.head.pool, moved.rep) == ("inside", "wu")  # where it was returned to, as long as the stage lasts
    await advance(firm.world, lead, "talk")
    assert (await firm.world.router.reassign(firm.world.tenant, ReassignRequest(lead.item_id))).head.pool == ""
    assert await firm.differences() == []


async def test_what_waits_goes_before_others_of_lower_priority_once_it_is_raised(firm: Timed) -> None:
    world = firm.world
    before = RouteRequest(WorkItem(Kind.LEAD, "crm", "older", {"region": "moon"}, priority=8))
    older = await world.router.route(world.tenant, before)
    later = await routed(world, region="moon")
    await firm.call(older, "ann", 0)  # nothing is due of it
    requeuer = Requeuer(world.tenant, world.store, world.planners)
    await requeuer.begin()

    raised, decision = await firm.at(RAISED)
    assert isinstance(raised, Updated)
    assert isinstance(decision, Decision)
    assert (raised.is_decided, decision.outcome, decision.head.priority) == (True, Outcome.WAITING, 9)
    await WorkforceService(world.workforce, world.rule_sets).save(
        world.tenant,
        [
            Edit("rep", "bo", lambda _: Rep("bo", capacity={Kind.LEAD: 1})),
            Edit("pool", "nobody", lambda _: Pool("nobody", (Member("bo"),))),
        ],
    )
    await requeuer.catch_up()
    await requeuer.wake()

    assert [(await record_of(world, each)).owner for each in (older, later)] == ["", "bo"]
    assert await firm.differences() == []


async def test_where_it_is_the_highest_already_nothing_changes_and_nobody_is_told(firm: Timed) -> None:
    world = firm.world
    item = WorkItem(Kind.LEAD, "crm", "urgent", priority=MAX_PRIORITY - 1)
    lead = await world.router.route(world.tenant, RouteRequest(item))
    (raised,) = await firm.at(RAISED)
    assert await priority(firm, lead) == MAX_PRIORITY
    for at_ms in (TOLD, RETURNED):
        await firm.at(at_ms)
    firm.told()

    (fired,) = await firm.at(AGAIN)

    assert isinstance(fired, Fired)
    assert (isinstance(raised, Updated), fired.step, firm.told()) == (True, 3, [])
    assert await firm.at(9 * HOUR_MS) == []
    assert await firm.differences() == []


@pytest.mark.parametrize("world", ["memory"], indirect=True)
async def test_it_is_returned_to_who_has_not_had_it_and_twice_at_most(world: World) -> None:
    steps = "".join(f"\n          - {{at: {at}%, do: return, to: inside}}" for at in (100, 200, 300))
    firm = await arranged(world, steps)
    lead = await routed(world)
    for hours in (1, 2):
        (returned,) = await firm.at(hours * HOUR_MS)
        assert isinstance(returned, Decision)
    owner = (await record_of(world, lead)).owner
    firm.told()

    (fired,) = await firm.at(3 * HOUR_MS)

    assert isinstance(fired, Fired)
    assert ((await record_of(world, lead)).owner, firm.told()) == (owner, [()])  # whom nobody manages
    assert await firm.differences() == []


TO_INSIDE, TO_EAST = "do: return, to: inside", "do: reassign"


@pytest.mark.parametrize(
    ("third", "gone", "excluded", "keeper"),
    [(TO_INSIDE, "mo", "", "zo"), (TO_EAST, "", "", "mo"), (TO_INSIDE, "", "mo", "zo"), (TO_INSIDE, "mo", "zo", "top")],
)
async def test_what_was_given_away_twice_the_first_above_keeps_who_is_there_and_not_recused_apart_from_the_ledger(
    world: World, third: str, gone: str, excluded: str, keeper: str
) -> None:
    acts = (TO_INSIDE, TO_INSIDE, third, TO_INSIDE)
    firm = await arranged(world, "".join(f"\n          - {{at: {at}00%, {do}}}" for at, do in enumerate(acts, 1)))
    above = {"mo": "zo", "zo": "top", "top": "", "li": "mo", "wu": "mo"}
    reps = [Rep(rep, manager=manager, capacity={Kind.LEAD: 9 * (rep != keeper)}) for rep, manager in above.items()]
    edits = [Edit("rep", rep.id, lambda _, rep=rep: rep, create=True) for rep in reps]  # type: ignore[misc]
    leave = Absence(f"{gone}/1", world.clock.at_ms, world.clock.at_ms + 9 * HOUR_MS)
    edits += [Edit("absence", leave.id, lambda _: leave, create=True)] * bool(gone)
    await WorkforceService(world.workforce, world.rule_sets).save(world.tenant, edits)
    lead = await routed(world, about=excluded)
    for hours in (1, 2):
        await firm.at(hours * HOUR_MS)
    ledger = await world.store.ledger(world.tenant, "inside")

    (kept,) = await firm.at(3 * HOUR_MS)

    assert isinstance(kept, Decision)
    assert (kept.rep, kept.pool, kept.way, kept.head.cause) == (keeper, "", Way.APART, Cause.ESCALATED)
    assert kept.head.escalates == StepOfDeadline(f"act/{lead.number}/new/call", 3)
    assert (await world.store.ledger(world.tenant, "inside")).deficits == ledger.deficits
    (told,) = await firm.at(4 * HOUR_MS)
    assert isinstance(told, Fired)
    assert (await record_of(world, lead)).owner == keeper
    assert await firm.differences() == []


async def test_where_all_above_are_recused_or_have_had_it_it_stays_and_nobody_elses_step_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("router.timers.deadlines.MAX_JOBS", 1)
    firm = await arranged(world, "".join(f"\n          - {{at: {at}00%, do: return, to: inside}}" for at in (1, 2, 3)))
    edits = [Edit("rep", rep, lambda _, rep=rep: Rep(rep, manager="mo"), create=True) for rep in ("li", "wu")]  # type: ignore[misc]
    await WorkforceService(world.workforce, world.rule_sets).save(world.tenant, edits)
    leads = [await routed(world, about=about) for about in ("mo", "")]
    for hours in (1, 2):
        await firm.at(hours * HOUR_MS)

    events = await firm.at(3 * HOUR_MS)

    assert {(type(event), event.item_id) for event in events if isinstance(event, Fired | Decision)} == {
        (Fired, leads[0].item_id),
        (Decision, leads[1].item_id),
    }
    assert [(await record_of(world, lead)).owner == "mo" for lead in leads] == [False, True]
    assert await firm.differences() == []


async def test_a_manager_keeps_what_was_given_away_twice_not_before_and_nobody_else_does(world: World) -> None:
    firm = await arranged(world, "".join(f"\n          - {{at: {at}00%, do: return, to: inside}}" for at in (1, 2, 3)))
    edits = [Edit("rep", rep, lambda _, rep=rep: Rep(rep, manager="mo"), create=True) for rep in ("li", "wu")]  # type: ignore[misc]
    await WorkforceService(world.workforce, world.rule_sets).save(world.tenant, edits)
    await routed(world)
    (first,), _, (kept,) = [await firm.at(hours * HOUR_MS) for hours in (1, 2, 3)]
    assert isinstance(first, Decision)
    assert isinstance(kept, Decision)

    def named(rep: str) -> Forge:
        return lambda event: event._replace(rep=rep or event.rep, head=event.head._replace(named=rep))

    assert (kept.rep, await told(world, kept.number, named("mo"))) == ("mo", [])
    for event, rep in ((first, "mo"), (kept, "bo"), (kept, "")):
        faults = await told(world, event.number, named(rep))
        assert any(fault.endswith("was not due") for fault in faults), (rep, faults)


async def test_where_nobody_of_the_pool_can_have_it_it_stays_and_the_manager_is_told(world: World) -> None:
    firm = await arranged(world, "[{at: 100%, do: return, to: nobody}]")
    lead = await routed(world)
    await firm.at(0)
    firm.told()

    (fired,) = await firm.at(HOUR_MS)

    assert isinstance(fired, Fired)
    assert ((await record_of(world, lead)).owner, firm.told()) == ("ann", [("mo",)])
    assert await firm.differences() == []


async def test_what_is_offered_is_raised_once_that_is_answered(world: World) -> None:
    firm = await arranged(world)
    offering = Pool("east", (Member("ann"),), dispatch=Dispatch(DispatchMode.OFFER, timeout_ms=45 * MINUTE_MS))
    await WorkforceService(world.workforce, world.rule_sets).save(
        world.tenant, [Edit("pool", "east", lambda _: offering)]
    )
    lead = await routed(world)
    assert lead.outcome is Outcome.OFFERED
    assert await firm.at(RAISED) == []

    events = await firm.at(45 * MINUTE_MS)

    assert [type(event) for event in events] == [OfferAnswered, Updated, Decision]
    assert isinstance(events[0], OfferAnswered)
    assert events[0].answer is Answer.LAPSED
    assert await firm.differences() == []


async def test_who_did_something_at_the_same_moment_makes_it_void(firm: Timed) -> None:
    lead = await routed(firm.world)
    follower = firm.follower()
    await follower.catch_up()
    await firm.world.clock.set(firm.world.clock.at_ms + RAISED)
    update = firm.world.store.update

    class Called:
        def __getattr__(self, name: str) -> Any:
            return getattr(firm.world.store, name)

        async def update(self, *args: Any) -> Any:
            await firm.call(lead, "ann", RAISED)
            return await update(*args)

    follower.escalations._store = Called()  # type: ignore[assignment]
    assert await follower.escalations.make_due(await due_now(firm.world.timers, firm.world.tenant)) <= 1

    assert await priority(firm, lead) == 3
    assert await firm.at(9 * HOUR_MS) == []  # the call was what the deadline waited for
    assert (await record_of(firm.world, lead)).state is State.ASSIGNED
    assert await firm.differences() == []


async def test_the_replay_names_a_raise_that_was_not_due_or_was_another(firm: Timed) -> None:
    lead = await routed(firm.world)
    (raised,) = await firm.at(RAISED)
    assert isinstance(raised, Updated)

    def priority_of(number: int) -> Any:
        return raised.head._replace(item=raised.head.item._replace(priority=number))

    name = f"act/{lead.number}/new/call"
    for forged in (
        replace(raised, head=raised.head._replace(escalates=StepOfDeadline(name, 2))),
        replace(raised, at_ms=raised.at_ms - 1),
        replace(raised, head=priority_of(1)),
        replace(raised, changed=("value",)),
    ):

        def edit(event: Event, forged: Updated = forged) -> Event:
            return forged if event.number == raised.number else event

        world = firm.world
        replay = Replay(Edited(world.store, edit), world.presences, world.planners, processes=world.processes)
        told = [each async for each in replay.differences(world.tenant)]
        assert any(each.startswith(f"event {raised.number}: step {name}") for each in told), told
