"""Many work items are moved at once: each once, by the ledger or to who is named, rehearsed before; on both stores."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from failures import Failure
from packing import pack
from router.adapters.redis.reassign_pages import _packed as reassign_pages_packed
from router.adapters.redis.reassign_pages import _unpacked as reassign_pages_unpacked
from router.adapters.redis.reassign_pages import reassign_pages
from router.assignment.bulk import MAX_ITEMS, BulkReassignment, BulkRequest
from router.assignment.commands import ReassignRequest
from router.assignment.queries import Wanted
from router.history.rehearsal import Rehearsal
from router.imports.ports import ItemResult, Pages
from router.model.calendars import Absence
from router.model.caps import Cap, CapMeasure, CapWindow
from router.model.decision import Cause, Decision, Way
from router.model.errors import Conflict, InvalidInput, NotFound, NotPossible
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import State
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from serving.reassigning import ReassignWork
from tests.contract.test_caps import DAY_MS, World, world
from tests.twins.import_pages import MemoryPages
from tests.twins.store import MemoryStore

__all__ = ["world"]  # a fixture

EAST = Pool("east", (Member("ann"), Member("bo", 2000), Member("cy")))


async def firm(world: World, *reps: Rep, pool: Pool = EAST) -> None:
    given = {rep.id: rep for rep in reps}
    await world.save(*[given.get(member.rep, Rep(member.rep)) for member in pool.members], pool=pool)


def bulk(world: World) -> BulkReassignment:
    return BulkReassignment(world.store, world.planners, world.queries)


async def found(world: World, **given: Any) -> list[ReassignRequest]:
    wish = BulkRequest(**{"note": "left", "actor": "mo", **given})
    meant = await bulk(world).find(world.tenant, wish)
    return [ReassignRequest(each, wish.rep, wish.note, at, f"op:{each}", "mo") for each, at in meant]


async def moved(world: World, requests: list[ReassignRequest]) -> list[Decision]:
    answers = await bulk(world).reassign(world.tenant, requests)
    assert [answer for answer in answers if isinstance(answer, Failure)] == []
    return [answer for answer in answers if isinstance(answer, Decision)]


async def test_to_a_named_rep_each_is_an_override_and_what_they_have_or_is_closed_is_left(world: World) -> None:
    await firm(world)
    routed = [await world.route() for _ in range(12)]
    await world.close(routed[0])
    others = [each for each in routed[1:] if each.rep != "cy"]

    decisions = await moved(world, await found(world, rep="cy"))

    assert [each.item_id for each in decisions] == [each.item_id for each in others]
    assert {(each.rep, each.way, each.head.cause, each.head.note, each.head.actor) for each in decisions} == {
        ("cy", Way.OVERRIDE, Cause.OVERRIDE, "left", "mo")
    }
    assert [each.freed for each in decisions] == [each.rep for each in others]
    assert await world.differences() == []


async def test_by_the_rules_each_goes_to_whom_the_ledger_chooses_as_it_was_rehearsed(world: World) -> None:
    daily = Cap("daily", CapMeasure.COUNT, 9, window=CapWindow.DAY)
    await firm(world, Rep("cy", caps=(daily,)))
    for _ in range(24):
        await world.route()
    newest = await world.store.events(world.tenant, count=1, newest_first=True)
    requests = await found(world, owner="ann")
    rehearsal = Rehearsal(world.store, world.presences, world.planners, bulk(world))

    rehearsed = await rehearsal.reassign(world.tenant, requests)

    assert await world.store.events(world.tenant, count=1, newest_first=True) == newest
    decisions = await moved(world, requests)
    assert len(decisions) == 6
    assert [(each.rep, each.pool, each.charge) for each in decisions] == [
        (each.rep, each.pool, each.charge) for each in rehearsed if isinstance(each, Decision)
    ]
    assert {each.rep for each in decisions} == {"bo", "cy"}
    assert {each.way for each in decisions} == {Way.GREEDY}
    assert await world.differences() == []


async def test_they_are_moved_in_order_though_time_has_passed_since_anybody_asked_for_it(world: World) -> None:
    """What is planned for another time is left out, and would go behind the others."""
    await firm(world)
    await world.save(Rep("li"), Rep("wu"), pool=Pool("west", (Member("li"), Member("wu"))))
    begins_ms = world.clock.at_ms + DAY_MS
    leave = Absence("li/1", begins_ms, begins_ms + 9 * DAY_MS)
    edit = Edit("absence", leave.id, lambda _: leave, create=True)
    await WorkforceService(world.workforce, world.rule_sets).save(world.tenant, [edit])
    for number in range(6):
        await world.publish("west" if number % 2 else "east")
        await world.route()
    await world.clock.set(begins_ms + DAY_MS)

    await bulk(world).reassign(world.tenant, requests := await found(world))

    newest = await world.store.events(world.tenant, count=50, newest_first=True)
    moves = [each.item_id for each in newest if isinstance(each, Decision) and each.head.cause is Cause.REASSIGNED]
    assert moves[::-1] == [each.item_id for each in requests if each.item_id in moves]
    assert len(moves) > 3


async def test_a_page_that_is_done_again_is_answered_as_it_was(world: World) -> None:
    await firm(world)
    for _ in range(6):
        await world.route()
    by_rules, named = await found(world, owner="ann"), await found(world, rep="cy", owner="bo")

    first = [await moved(world, requests) for requests in (by_rules, named)]
    newest = await world.store.events(world.tenant, count=1, newest_first=True)

    assert [await moved(world, requests) for requests in (by_rules, named)] == first
    assert await world.store.events(world.tenant, count=1, newest_first=True) == newest


async def test_what_cannot_be_moved_is_refused_by_name_and_the_rest_is_moved(world: World) -> None:
    await firm(world, Rep("cy", capacity={"LEAD": 2}), pool=EAST)
    first, second, third, fourth = [await world.route() for _ in range(4)]
    owners = [first.rep, second.rep, third.rep, fourth.rep]
    requests = await found(world, rep="cy")
    await world.close(first)

    answers = await bulk(world).reassign(world.tenant, [*requests, ReassignRequest("crm~none", "cy")])

    reasons = [str(each) for each in answers if isinstance(each, Failure)]
    assert any("is CLOSED" in reason for reason in reasons) is (owners[0] != "cy")
    assert any("is at capacity" in reason for reason in reasons)
    assert isinstance(answers[-1], NotFound)
    assert (await world.store.loads(world.tenant))["cy", first.kind] == 2
    assert await world.differences() == []


async def test_what_somebody_gave_away_since_it_was_found_stays_where_it_is_and_is_told(world: World) -> None:
    await firm(world)
    for _ in range(12):
        await world.route()
    requests = await found(world, owner="ann", rep="cy")
    given, done = requests[0].item_id, requests[1].item_id
    await world.router.reassign(world.tenant, ReassignRequest(given, "bo", "asked for"))
    await world.router.complete(world.tenant, done, State.CLOSED)

    refused, closed, *moved = await bulk(world).reassign(world.tenant, requests)

    assert isinstance(refused, Conflict)
    assert str(refused).endswith(f"{given}: changed since it was found, and is left as it is: it is bo's now")
    assert "is CLOSED" in str(closed)
    assert [each.rep for each in moved if isinstance(each, Decision)] == ["cy"] * len(moved)
    assert moved
    assert (await world.queries.item(world.tenant, given)).record.owner == "bo"
    again = await bulk(world).reassign(world.tenant, requests)
    assert again[2:] == moved  # though they changed since: they are answered as they were
    assert await world.differences() == []


class Raced:
    """A store in which something else happens before what is decided first is entered."""

    def __init__(self, store: Any, other: Callable[[], Awaitable[object]]) -> None:
        self._store = store
        self._others = [other]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def bind(self, *given: Any) -> Any:
        if self._others:
            await self._others.pop()()
        return await self._store.bind(*given)


@pytest.mark.parametrize("is_found_as", [False, True])
async def test_what_changes_while_it_is_decided_is_decided_again(world: World, is_found_as: bool) -> None:
    await firm(world)
    for _ in range(12):
        await world.route()
    first, *others = await found(world, owner="ann")
    wish = first if is_found_as else replace(first, expected=None)  # as in a page of before
    meanwhile = ReassignRequest(first.item_id, "bo", "asked for")
    raced: Any = Raced(world.store, partial(world.router.reassign, world.tenant, meanwhile))

    answer, *moved = await BulkReassignment(raced, world.planners, world.queries).reassign(
        world.tenant, [wish, *others]
    )

    if is_found_as:
        assert isinstance(answer, Conflict)
        assert answer.description.endswith("it is bo's now")
    else:
        assert isinstance(answer, Decision)
        assert (answer.rep, answer.freed) == ("cy", "bo")
    assert [each for each in moved if not isinstance(each, Decision)] == []
    assert await world.differences() == []


def test_a_page_keeps_what_it_was_found_as_and_one_that_did_not_is_read_still() -> None:
    request = ReassignRequest("crm~L-1", "cy", "left", 7, "op:crm~L-1", "mo")

    old = pack(["cy", "left", "mo", [(3, "crm~L-1", "op:crm~L-1")]])

    assert reassign_pages_unpacked(reassign_pages_packed({3: request})) == {3: request}
    assert reassign_pages_unpacked(old) == {3: replace(request, expected=None)}


async def test_who_cannot_be_named_and_too_many_are_refused_before_anything_is_moved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await firm(world, Rep("cy", active=False))
    for _ in range(4):
        await world.route()

    with pytest.raises(NotFound):
        await found(world, rep="nobody")
    with pytest.raises(NotPossible, match="is inactive"):
        await found(world, rep="cy")
    with pytest.raises(InvalidInput, match="owner = nobody: there is no such rep"):
        await found(world, owner="nobody")
    with pytest.raises(InvalidInput, match="pool = west: there is no such pool"):
        await found(world, pool="west", wanted=Wanted(lambda stored: stored.record.pool == "west"))
    assert await found(world, owner="cy") == []
    assert MAX_ITEMS == 10_000
    monkeypatch.setattr("router.assignment.bulk.MAX_ITEMS", 3)
    with pytest.raises(InvalidInput, match="more than 3 open work items"):
        await found(world)
    assert len(await found(world, wanted=Wanted(lambda stored: stored.item.external_id != "L-1"))) == 3


async def test_an_operation_goes_on_where_it_was_and_tells_each_once(world: World) -> None:
    await firm(world)
    for _ in range(6):
        await world.route()
    requests = await found(world, rep="cy")
    pages: Pages[ReassignRequest, ItemResult]
    pages = MemoryPages() if isinstance(world.store, MemoryStore) else reassign_pages(world.store._redis)
    work, page = ReassignWork(pages, bulk(world)), dict(enumerate(requests[:2]))
    await pages.put(world.tenant, "op", [page, dict(enumerate(requests[2:], 2))])

    await work.do(
        world.tenant, await pages.begin(world.tenant, "op", 0, "lost", 60_000), "mo"
    )  # and dies before it is noted
    for number in await pages.left(world.tenant, "op"):
        results = await work.do(world.tenant, await pages.begin(world.tenant, "op", number, "w", 60_000), "mo")
        await pages.finish(world.tenant, "op", number, "w", results)
    told = await pages.results(world.tenant, "op")

    assert told is not None
    assert [(each.item_id, each.rep, bool(each.decision)) for each in told] == [
        (request.item_id, "cy", True) for request in requests
    ]
    assert len({each.decision for each in told}) == len(requests)
    assert await world.differences() == []
