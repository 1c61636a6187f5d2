"""The stages of a work item's process: in which it stands, what may follow, and what that writes; on both stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from failures import Failure
from router.adapters.redis.keys import Keys
from router.assignment.commands import ImportedItem, ReopenRequest, RouteRequest, UpdateRequest
from router.assignment.queries import StoredItem
from router.assignment.reopening import Reopening
from router.assignment.updating import Updating
from router.history.replay import Replay
from router.imports.service import Imports
from router.model.decision import Cause, Decision, EnteredStage
from router.model.errors import InvalidInput, NotPossible, RequestIdReused
from router.model.events import Completed, Event, Updated
from router.model.records import ItemStage
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from router.process.revisions.publication import ProcessPublication
from router.rpc.lists import WORK_ITEMS, wanted
from router.rules.check import check
from router.rules.codec import dumps
from rules.revisions import Publication
from tests.contract.staging import process_publication
from tests.contract.test_caps import DAY_MS, START_MS, World, world

__all__ = ["world"]  # a fixture

RULES = """
fields: {budget: {type: number}, amount: {type: number}, region: {type: string}}
rules:
  - {id: north, when: {field: region, op: eq, value: north}, route: {pool: north, on_change: region}}
  - {id: nobody, when: {field: region, op: eq, value: moon}, route: {pool: nobody, fallback: wait}}
default: {route: {pool: east}}
"""
SALES = """
process: sales
kinds: [{kinds}]
stages:
  - {{id: new}}
  - {{id: qualified, require: [budget]}}
  - {{id: quote, require: [budget, amount], next: [qualified, won, lost]}}
  - {{id: won, closes: CONVERTED}}
  - {{id: lost, closes: DISQUALIFIED}}
"""
OTHER = "process: care\nkinds: [TICKET]\nstages: [{id: open}, {id: done, closes: CLOSED}]"


async def publish(world: World, source: str = SALES.format(kinds="LEAD")) -> int:
    """Publish a process; return its revision."""
    publication = process_publication(source)
    published: ProcessPublication = await world.processes.publish_process(world.tenant, None, publication)
    return published.revision


@pytest.fixture
async def firm(world: World) -> World:
    """Return a firm of two pools that sells by no process yet."""
    return await arranged(world)


async def arranged(world: World) -> World:
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    publication = Publication(0, RULES, dumps(rule_set), "", 0, 0, 0)
    await world.rule_sets.publish(world.tenant, None, publication)
    for name, members in (("north", ("ann", "bo")), ("east", ("cy", "di")), ("nobody", ())):
        await world.save(*map(Rep, members), pool=Pool(name, tuple(map(Member, members))))
    return world


async def routed(world: World, kind: Kind = Kind.LEAD, **attributes: Any) -> Decision:
    world.items += 1
    item = WorkItem(kind, "crm", f"L-{world.items}", attributes)
    return await world.router.route(world.tenant, RouteRequest(item))


async def advance(world: World, decision: Decision, stage: str, *, preview: bool = False, **fields: Any) -> StoredItem:
    given: Mapping[str, Any] = fields.pop("given", {})
    paths = frozenset(f"attributes.{name}" for name in given)
    wish = replace(UpdateRequest(decision.item_id, given, 0, 0, paths, stage=stage), **fields)
    updating = Updating(world.store, world.planners, world.queries, world.scores)
    return await updating.update(world.tenant, wish, preview=preview)


async def stands(world: World, decision: Decision) -> tuple[str, int, str] | None:
    """Return the process of a work item, its revision, and the stage; None: it is in none."""
    place = (await world.queries.item(world.tenant, decision.item_id)).place
    return (place.process.id, place.process.revision, place.stage.id) if place else None


async def record_of(world: World, decision: Decision) -> Any:
    return (await world.queries.item(world.tenant, decision.item_id)).record


async def reopened(world: World, decision: Decision) -> Decision:
    reopening = Reopening(world.store, world.planners, world.queries, world.presences)
    return await reopening.reopen(world.tenant, ReopenRequest(decision.item_id))


async def newest(world: World, count: int) -> list[Event]:
    events = await world.store.events(world.tenant, count=count, newest_first=True)
    return list(reversed(events))


async def test_a_work_item_is_in_the_process_that_was_active_for_its_kind_when_it_came(firm: World) -> None:
    before = await routed(firm)
    await publish(firm, OTHER)
    first = await publish(firm)
    during = await routed(firm)
    of_other_kind = await routed(firm, Kind.TICKET)
    second = await publish(firm)
    after = await routed(firm)
    await publish(firm, SALES.format(kinds=""))
    out_of_use = await routed(firm)

    found = [await stands(firm, each) for each in (before, during, of_other_kind, after, out_of_use)]

    assert found == [None, ("sales", first, "new"), ("care", 1, "open"), ("sales", second, "new"), None]
    assert {(await record_of(firm, each)).stage for each in (during, after)} == {None}  # nothing of it was written
    assert await firm.differences() == []


async def test_entering_a_stage_is_an_update_in_one_step_with_what_the_stage_requires(firm: World) -> None:
    revision = await publish(firm)
    lead = await routed(firm)

    stored = await advance(firm, lead, "qualified", given={"budget": 300_000}, actor="mo")

    (event,) = await newest(firm, 1)
    assert isinstance(event, Updated)
    assert (event.changed, event.entered) == (("attributes.budget", "stage"), EnteredStage(revision, "qualified"))
    assert (event.actor, event.is_decided, event.rep) == ("mo", False, lead.rep)
    assert stored.record.stage == ItemStage(revision, "qualified", event.number)
    assert (stored.record.state, stored.record.version, stored.item.attributes["budget"]) == (
        State.ASSIGNED, event.number, 300_000,
    )  # fmt: skip
    assert await stands(firm, lead) == ("sales", revision, "qualified")
    assert await firm.differences() == []


async def test_nothing_but_attributes_that_are_there_need_not_be_sent(firm: World) -> None:
    await publish(firm)
    lead = await routed(firm, budget=0)

    await advance(firm, lead, "qualified")

    (event,) = await newest(firm, 1)
    assert isinstance(event, Updated)
    assert (event.changed, dict(event.before.attributes)) == (("stage",), {})
    assert await firm.differences() == []


async def test_what_may_not_be_is_refused_by_name_and_writes_nothing(firm: World) -> None:
    before = await routed(firm)
    await publish(firm)
    lead = await routed(firm)
    quoted = await routed(firm, budget=1, amount=2)
    await advance(firm, quoted, "quote")
    closed = await routed(firm)
    await firm.close(closed)
    (last,) = await newest(firm, 1)

    refusals = [
        await _refusal(firm, lead, "quote"),
        await _refusal(firm, lead, "quote", given={"budget": 5}),
        await _refusal(firm, lead, "quote", given={"budget": 5, "amount": "N/A"}),
        await _refusal(firm, lead, "new"),
        await _refusal(firm, quoted, "new"),
        await _refusal(firm, before, "qualified"),
        await _refusal(firm, closed, "lost"),
        await _refusal(firm, lead, "quoted"),
    ]

    assert refusals == [
        (NotPossible, "quote requires budget, amount, which it has not"),
        *[(NotPossible, "quote requires amount, which it has not")] * 2,
        (NotPossible, "new may not follow new, which may be followed by qualified, quote, won, lost"),
        (NotPossible, "new may not follow quote, which may be followed by qualified, won, lost"),
        (NotPossible, "is in no process: none was published for its kind when it came, or was reopened"),
        (NotPossible, "is CLOSED; reopen it before it is updated"),
        (InvalidInput, "'quoted': process sales has no such stage; its stages are new, qualified, quote, won, lost"),
    ]
    assert await newest(firm, 1) == [last]


async def _refusal(world: World, decision: Decision, stage: str, **fields: Any) -> tuple[type[Failure], str]:
    with pytest.raises(Failure) as raised:
        await advance(world, decision, stage, **fields)
    return type(raised.value), str(raised.value).partition(": ")[2]


@pytest.mark.parametrize("world", ["memory"], indirect=True)
async def test_an_owner_may_give_what_the_stage_requires_and_nothing_else(firm: World) -> None:
    await publish(firm)
    lead = await routed(firm)

    with pytest.raises(InvalidInput, match="with stage qualified a rep may give only what it requires: budget"):
        await advance(firm, lead, "qualified", given={"budget": 1, "region": "north"}, by_owner=True)
    with pytest.raises(InvalidInput, match="with stage lost a rep may give nothing"):
        await advance(firm, lead, "lost", given={"budget": 1}, by_owner=True)
    stored = await advance(firm, lead, "qualified", given={"budget": 1}, by_owner=True)

    assert stored.place
    assert stored.place.stage.id == "qualified"


@pytest.mark.parametrize("world", ["memory"], indirect=True)
async def test_work_items_are_found_by_process_and_stage(firm: World) -> None:
    before = await routed(firm)
    await publish(firm)
    leads = [await routed(firm, budget=1) for _ in range(3)]
    await advance(firm, leads[1], "qualified")

    async def found(written: str) -> list[str]:
        read = WORK_ITEMS.read(written, firm.tenant)
        page, _ = await firm.queries.items(firm.tenant, after=0, count=10, wanted=wanted(read, "create_time"))
        return [stored.record.item_id for stored in page]

    first, second, third = (lead.item_id for lead in leads)
    assert await found("stage = qualified") == [second]
    assert await found("process = sales AND stage != qualified") == [first, third]
    assert await found("NOT process:*") == [before.item_id]


async def test_a_stage_that_closes_closes_the_work_item_in_the_same_step(firm: World) -> None:
    await publish(firm)
    lead = await routed(firm)
    other = await routed(firm)
    open_units = await firm.store.loads(firm.tenant)

    stored = await advance(firm, lead, "won", actor="mo")
    await firm.close(other)

    updated, completed, by_hand = await newest(firm, 3)
    assert isinstance(updated, Updated)
    assert isinstance(completed, Completed)
    assert isinstance(by_hand, Completed)
    assert (completed.number, completed.previous) == (updated.number + 1, updated.number)
    assert (completed.state, completed.rep, completed.actor, completed.at_ms) == (
        State.CONVERTED, lead.rep, "mo", updated.at_ms,
    )  # fmt: skip
    assert (stored.record.state, stored.record.event, stored.record.version) == (
        State.CONVERTED,
        *[completed.number] * 2,
    )
    assert stored.place
    assert stored.place.stage.id == "won"
    assert await stands(firm, other) == ("sales", 1, "new")  # completing leaves the stage as it is
    left = await firm.store.loads(firm.tenant)
    assert (
        sum(open_units.values()) - sum(left.values()) == 2 * sum(1 for place, _ in open_units if place == lead.rep) * 3
    )
    assert await firm.differences() == []


async def test_it_is_decided_anew_where_its_route_says_so_of_what_changes_with_the_stage(firm: World) -> None:
    await publish(firm)
    lead, waiting = await routed(firm, region="north"), await routed(firm, region="moon")

    moved = await advance(firm, lead, "qualified", given={"budget": 1, "region": "south"})
    given = await advance(firm, waiting, "qualified", given={"budget": 1, "region": "south"})

    assert lead.rep in ("ann", "bo")
    assert {moved.record.owner, given.record.owner} == {"cy", "di"}
    assert (moved.decision.head.cause, await stands(firm, lead)) == (Cause.UPDATED, ("sales", 1, "qualified"))
    lost = await advance(firm, await routed(firm, region="moon"), "lost")
    assert (lost.record.state, lost.record.owner) == (State.DISQUALIFIED, "")  # what is closed is not decided
    assert await firm.differences() == []


async def test_a_rehearsal_says_where_it_would_stand_and_writes_nothing(firm: World) -> None:
    await publish(firm)
    lead = await routed(firm)
    (last,) = await newest(firm, 1)

    open_still = await advance(firm, lead, "qualified", given={"budget": 1}, preview=True)
    closed = await advance(firm, lead, "won", preview=True)

    said = [(each.place.stage.id, each.record.state) for each in (open_still, closed) if each.place]
    assert said == [("qualified", State.ASSIGNED), ("won", State.CONVERTED)]
    assert open_still.item.attributes == {"budget": 1}
    assert await newest(firm, 1) == [last]


async def test_a_repeated_request_is_answered_and_its_id_is_of_one_stage(firm: World) -> None:
    await publish(firm)
    lead = await routed(firm, budget=1)

    first = await advance(firm, lead, "qualified", request_id="r")
    again = await advance(firm, lead, "qualified", request_id="r")

    assert again.record == first.record
    with pytest.raises(RequestIdReused):
        await advance(firm, lead, "won", request_id="r")
    assert await firm.differences() == []


async def test_what_is_reopened_enters_the_first_stage_of_the_process_active_then(firm: World) -> None:
    before = await routed(firm)
    await firm.close(before)
    await publish(firm)
    lead = await routed(firm)
    await advance(firm, lead, "won")
    second = await publish(firm)

    again = await reopened(firm, lead)
    late = await reopened(firm, before)

    assert again.head.entered == EnteredStage(second, "new")
    assert (await record_of(firm, lead)).stage == ItemStage(second, "new", again.number, again.number)
    assert [await stands(firm, each) for each in (lead, before)] == [("sales", second, "new")] * 2
    assert late.head.entered == EnteredStage(second, "new")
    advanced = await advance(firm, lead, "qualified", given={"budget": 1})
    assert advanced.record.stage
    assert advanced.record.stage.begun == again.number
    assert await firm.differences() == []


async def test_what_is_reopened_while_no_process_has_its_kind_is_in_none(firm: World) -> None:
    await publish(firm)
    lead = await routed(firm)
    await firm.close(lead)
    await publish(firm, SALES.format(kinds=""))
    never = await routed(firm)
    await firm.close(never)

    again, still = await reopened(firm, lead), await reopened(firm, never)

    assert (await record_of(firm, lead)).stage == ItemStage(0, "", again.number, again.number)
    assert (still.head.entered, (await record_of(firm, never)).stage) == (None, None)
    assert [await stands(firm, each) for each in (lead, never)] == [None, None]
    await publish(firm)
    assert await stands(firm, lead) is None  # not by what is published later
    assert await firm.differences() == []


@pytest.mark.parametrize("world", ["redis"], indirect=True)
async def test_routing_reads_and_writes_the_same_with_a_process_as_without(firm: World) -> None:
    redis, other = firm.store._redis, replace(firm, tenant=f"{firm.tenant}-other")
    await other.publish()
    await arranged(other)
    await publish(firm)
    await publish(other, OTHER)  # so that the logs are of one length; it is not of leads
    counts, written = list[Any](), list[Any]()

    for each in (firm, other):
        await routed(each, region="north")  # loads what both keep at hand
        before = await _commands(redis)
        for region in ("north", "south", "moon"):
            await routed(each, region=region)
        after = await _commands(redis)
        counts.append({name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)})
        entries = await each.store.entries(each.tenant)
        records = [await redis.get(Keys(each.tenant).item(f"crm~L-{number}")) for number in range(1, 5)]
        written.append((records, [(entry.type, entry.facts, entry.head) for entry in entries[-4:]]))

    assert counts[0] == counts[1] != {}
    assert written[0] == written[1]
    last = await firm.queries.decision(firm.tenant, len(entries))
    assert await stands(firm, last) == ("sales", 1, "new")


async def _commands(redis: Any) -> dict[str, int]:
    """Return how often each command was called, those of scripts too."""
    return {name: stat["calls"] for name, stat in (await redis.info("commandstats")).items() if "info" not in name}


async def imported(world: World, *entries: ImportedItem) -> list[Decision | Failure]:
    imports = Imports(world.store, world.planners, world.queries, world.scores)
    return await imports.enter(world.tenant, entries, "mo")


def entry(number: int, stage: str = "", kind: Kind = Kind.LEAD, **attributes: Any) -> ImportedItem:
    item = WorkItem(kind, "old", f"L-{number}", attributes)
    return ImportedItem(item, "ann", START_MS - DAY_MS, stage)


async def test_what_is_imported_stands_in_its_stage_or_the_first_one(firm: World) -> None:
    await publish(firm)
    entries = (entry(1), entry(2, "qualified", budget=5), entry(3, "new"))

    answers = await imported(firm, *entries)
    again = await imported(firm, *entries)
    (otherwise,) = await imported(firm, entry(2, "new", budget=5))

    decisions = [each for each in answers if isinstance(each, Decision)]
    assert [await stands(firm, each) for each in decisions] == [
        ("sales", 1, "new"), ("sales", 1, "qualified"), ("sales", 1, "new"),
    ]  # fmt: skip
    first, second, _ = decisions
    assert (await record_of(firm, first)).stage is None
    assert (await record_of(firm, second)).stage == ItemStage(1, "qualified", second.number)
    assert [each.number for each in again if isinstance(each, Decision)] == [each.number for each in decisions]
    assert isinstance(otherwise, Failure)
    assert await firm.differences() == []


async def test_what_cannot_stand_in_its_stage_is_not_imported(firm: World) -> None:
    await publish(firm)

    answers = await imported(
        firm, entry(1, "won"), entry(2, "quote", budget=1), entry(3, "sold"), entry(4, "new", Kind.TICKET), entry(5)
    )

    assert [str(each).partition(": ")[2] for each in answers[:-1]] == [
        "stage won closes what enters it; only what is open is imported",
        "quote requires amount, which it has not",
        "'sold': process sales has no such stage; its stages are new, qualified, quote, won, lost",
        "no process is published for TICKET: it cannot stand in stage new",
    ]
    assert isinstance(answers[-1], Decision)
    assert await firm.differences() == []


class Edited:
    """A log in which events were edited."""

    def __init__(self, store: Any, edit: Any) -> None:
        self._store = store
        self._edit = edit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def events(self, *args: Any, **given: Any) -> list[Event]:
        return [self._edit(event) for event in await self._store.events(*args, **given)]


@pytest.mark.parametrize("world", ["memory"], indirect=True)
async def test_the_replay_names_each_entry_that_does_not_follow(firm: World) -> None:
    await publish(firm)
    lead = await routed(firm, budget=1)
    await advance(firm, lead, "qualified")
    await advance(firm, lead, "won")
    await reopened(firm, lead)
    (second,) = await imported(firm, entry(1, "qualified", budget=1))
    assert isinstance(second, Decision)

    async def told(edit: Any) -> list[str]:
        replay = Replay(Edited(firm.store, edit), firm.presences, firm.planners, processes=firm.processes)
        return [each async for each in replay.differences(firm.tenant) if "work item" not in each]

    def entered(number: int, *entered: Any) -> Any:
        def edit(event: Event) -> Event:
            if event.number != number:
                return event
            stage = EnteredStage(*entered) if entered else None
            if isinstance(event, Decision):
                return event._replace(head=event.head._replace(entered=stage))
            assert isinstance(event, Updated)
            return replace(event, entered=stage)

        return edit

    numbers = {type(event).__name__: event.number for event in reversed(await firm.store.events(firm.tenant))}
    qualified, won = numbers["Updated"], numbers["Updated"] + 1
    again = won + 2
    assert await told(lambda event: event) == []
    assert await told(entered(qualified, 1, "new")) == [f"event {qualified}: crm~L-1 enters new, which may not be"]
    assert await told(entered(qualified, 9, "qualified"))
    assert await told(entered(won, 1, "lost")) == [
        f"event {won + 1}: it follows an update by which crm~L-1 is DISQUALIFIED"
    ]
    assert await told(entered(again)) == [f"decision {again}: crm~L-1 enters no stage, which does not follow"]
    assert await told(entered(again, 1, "won")) == [f"decision {again}: crm~L-1 enters won, which does not follow"]
    assert await told(entered(second.number, 1, "won"))
    assert await told(entered(second.number, 0, ""))
