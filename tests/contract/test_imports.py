"""What comes with its owner: entered once, apart from the ledger, its clocks from then; on both stores."""

from __future__ import annotations

from typing import Any

import pytest

from failures import AlreadyExists, Failure, InvalidInput, NotFound, NotPossible
from router.activities.service import ActivityService, RecordRequest
from router.adapters.redis.activities import RedisActivities
from router.assignment.commands import ImportedItem, ReassignRequest, RouteRequest, UpdateRequest
from router.assignment.updating import Updating
from router.imports.service import Imports
from router.model.activities import Activity, ActivityKind, Direction
from router.model.caps import Cap, CapMeasure, CapWindow
from router.model.decision import Cause, Decision, Outcome, Way
from router.model.records import LedgerState
from router.model.workforce import MICROS, Member, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from router.workforce.service import WorkforceService
from tests.contract.test_caps import DAY_MS, START_MS, World, world
from tests.twins.store import MemoryStore

__all__ = ["world"]  # a fixture

EAST = Pool("east", (Member("ann", 3000), Member("bo")))


def entry(number: int, owner: str = "ann", days: int = 3, **given: Any) -> ImportedItem:
    return ImportedItem(WorkItem(Kind.LEAD, "old-crm", f"L-{number}", **given), owner, START_MS - days * DAY_MS)


async def imported(world: World, *entries: ImportedItem) -> list[Decision | Failure]:
    imports = Imports(world.store, world.planners, world.queries, world.scores)
    return await imports.enter(world.tenant, entries, "mo")


async def firm(world: World, pool: Pool = EAST, **reps: Rep) -> None:
    await world.save(*[reps.get(member.rep, Rep(member.rep)) for member in pool.members], pool=pool)


async def test_each_has_its_owner_since_then_and_no_deficit_moves(world: World) -> None:
    await firm(world)
    await world.route()
    before = await world.store.ledger(world.tenant, "east")

    answers = await imported(world, entry(1), entry(2, "bo", value=7.0), entry(3))

    after: LedgerState = await world.store.ledger(world.tenant, "east")
    decisions = [answer for answer in answers if isinstance(answer, Decision)]
    assert [(each.outcome, each.rep, each.pool, each.epoch) for each in decisions] == [
        (Outcome.ASSIGNED, rep, "east", 1) for rep in ("ann", "bo", "ann")
    ]
    assert {(each.way, each.head.cause, each.head.actor, each.since_ms) for each in decisions} == {
        (Way.APART, Cause.IMPORTED, "mo", START_MS - 3 * DAY_MS)
    }
    assert (after.deficits, after.decisions, after.largest_charge) == (
        before.deficits, before.decisions, before.largest_charge,
    )  # fmt: skip
    assert after.received_apart == {"ann": 2 * MICROS, "bo": MICROS}
    assert await world.differences() == []


async def test_an_attempt_before_the_import_is_the_first_unless_it_is_from_before_its_owner(world: World) -> None:
    await firm(world)
    answers = await imported(world, *map(entry, range(3)))
    store = world.store if isinstance(world.store, MemoryStore) else RedisActivities(world.store._redis)
    service = ActivityService(store, world.queries, world.planners)
    occurred = [START_MS - days * DAY_MS for days in (4, 2, 3)]

    for answer, at_ms in zip(answers, occurred, strict=True):
        assert isinstance(answer, Decision)
        call = Activity(ActivityKind.CALL, Direction.OUTBOUND, "ann", at_ms)
        await service.record(world.tenant, RecordRequest(answer.item_id, call))

    records = await world.store.items(world.tenant, [f"old-crm~L-{number}" for number in range(3)])
    assert [record.worked for record in records if record] == [False, True, True]
    assert await world.differences() == []


async def test_neither_capacity_nor_caps_refuse_a_book_that_is_there_and_all_of_it_is_open(world: World) -> None:
    caps = (Cap("daily", CapMeasure.COUNT, 1, window=CapWindow.DAY), Cap("held", CapMeasure.OPEN, 2))
    await firm(world, Pool("east", (Member("ann"),), caps=caps), ann=Rep("ann", capacity={"LEAD": 3}))

    answers = await imported(world, *map(entry, range(4)))

    assert all(isinstance(answer, Decision) for answer in answers)
    assert await world.store.counts(world.tenant) == {}
    assert (await world.store.loads(world.tenant))["ann", Kind.LEAD] == 4
    assert (await world.route()).rep == ""
    assert await world.differences() == []


async def test_a_second_time_nothing_is_written_and_the_answers_are_the_same(world: World) -> None:
    await firm(world)
    first = await imported(world, entry(1), entry(2))
    (newest,) = await world.store.events(world.tenant, count=1, newest_first=True)

    assert await imported(world, entry(1), entry(2)) == first
    assert await world.store.events(world.tenant, count=1, newest_first=True) == [newest]


async def test_what_was_entered_is_answered_again_whatever_has_become_of_it_meanwhile(world: World) -> None:
    await firm(world, Pool("east", (Member("ann", 3000), Member("bo"), Member("cy"))))
    book = [*map(entry, range(4)), entry(4, "cy"), entry(5, value=2.0)]
    first = await imported(world, *book)
    name, router = "old-crm~L-{}", world.router
    await router.reassign(world.tenant, ReassignRequest(name.format(1), "bo"))
    await router.complete(world.tenant, name.format(2), State.CLOSED)
    await Updating(world.store, world.planners, world.queries, world.scores).update(
        world.tenant, UpdateRequest(name.format(3), {}, 9, 0, frozenset({"value"}))
    )
    await router.reassign(world.tenant, ReassignRequest(name.format(4), "bo"))
    await WorkforceService(world.workforce, world.rule_sets).delete(world.tenant, "rep", "cy")
    (newest,) = await world.store.events(world.tenant, count=1, newest_first=True)

    *again, other = await imported(world, *book[:-1], entry(5, value=3.0))

    assert again == first[:-1]
    assert isinstance(other, AlreadyExists)
    assert await world.store.events(world.tenant, count=1, newest_first=True) == [newest]


async def test_what_went_on_since_it_was_imported_is_there_once(world: World) -> None:
    await firm(world)
    (first,) = await imported(world, entry(1, attributes={}))
    assert isinstance(first, Decision)
    for rep in ("bo", "ann", "bo"):
        await world.router.reassign(world.tenant, ReassignRequest(first.item_id, rep))
        again, other = await imported(world, entry(1), entry(1, rep))
        assert again == first
        assert isinstance(other, AlreadyExists if rep == "bo" else Decision)
    (previewed,) = await Imports(world.store, world.planners, world.queries, world.scores).preview(
        world.tenant, [entry(1)]
    )

    assert isinstance(previewed, Decision)
    assert await world.differences() == []


@pytest.mark.parametrize(
    "other", [entry(1, "bo"), entry(1, days=4), entry(1, value=2.0), entry(1, priority=3)]
)  # fmt: skip
async def test_what_was_imported_otherwise_is_known_already(world: World, other: ImportedItem) -> None:
    await firm(world)
    await imported(world, entry(1))

    (answer,) = await imported(world, other)

    assert isinstance(answer, AlreadyExists)
    assert "old-crm~L-1" in str(answer)


async def test_what_is_known_by_any_spelling_or_waits_or_is_closed_is_refused_and_the_rest_imported(
    world: World,
) -> None:
    await firm(world)
    routed = await world.router.route(world.tenant, RouteRequest(WorkItem(Kind.LEAD, "old-crm", "L-1")))
    await world.router.complete(world.tenant, routed.item_id, State.CLOSED)
    await imported(world, entry(2))
    respelt = ImportedItem(WorkItem(Kind.LEAD, "OLD-crm", " l-2"), "bo", START_MS)

    answers = await imported(world, entry(1), respelt, entry(3))

    assert [type(answer) for answer in answers] == [AlreadyExists, AlreadyExists, Decision]
    assert await world.differences() == []


async def test_who_is_unknown_or_inactive_gets_nothing_and_no_time_lies_ahead(world: World) -> None:
    await firm(world, bo=Rep("bo", active=False))

    nobody, inactive, ahead, fine = await imported(
        world, entry(1, "eve"), entry(2, "bo"), entry(3, days=-1), entry(4, days=0)
    )

    assert isinstance(nobody, NotFound)
    assert isinstance(inactive, NotPossible)
    assert isinstance(ahead, InvalidInput)
    assert str(ahead) == "assigned_time: 2030-01-02T00:00:00Z: must not be after now, 2030-01-01T00:00:00Z"
    assert isinstance(fine, Decision)


async def test_an_attribute_that_no_rule_set_declares_refuses_its_work_item_alone(world: World) -> None:
    await firm(world)

    bad, fine = await imported(world, entry(1, attributes={"colour": "red"}), entry(2))

    assert isinstance(bad, InvalidInput)
    assert "colour" in str(bad)
    assert isinstance(fine, Decision)


async def test_who_is_in_no_pool_of_the_route_has_it_beside_every_ledger(world: World) -> None:
    await firm(world)
    await world.save(Rep("guest"), pool=Pool("west", (Member("guest"),)))

    (answer,) = await imported(world, entry(1, "guest"))

    assert isinstance(answer, Decision)
    assert (answer.rep, answer.pool) == ("guest", "")
    assert await world.differences() == []


async def test_a_preview_says_what_would_be_refused_and_writes_nothing(world: World) -> None:
    await firm(world, bo=Rep("bo", active=False))
    await imported(world, entry(1))
    (newest,) = await world.store.events(world.tenant, count=1, newest_first=True)
    book = [*map(entry, range(70)), entry(2), entry(1, days=9), entry(5, days=9), entry(90, "bo")]
    imports = Imports(world.store, world.planners, world.queries, world.scores)

    told = await imports.preview(world.tenant, book)

    assert {place: type(answer) for place, answer in enumerate(told) if isinstance(answer, Failure)} == {
        71: AlreadyExists, 72: AlreadyExists, 73: NotPossible,
    }  # fmt: skip
    assert await world.store.events(world.tenant, count=1, newest_first=True) == [newest]
    made = [answer for start in (0, 37) for answer in await imported(world, *book[start : start + 37])]
    assert [type(answer) for answer in made] == [type(answer) for answer in told]
