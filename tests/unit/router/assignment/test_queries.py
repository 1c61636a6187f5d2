"""Looking up work items and decisions, page by page, in a store in memory."""

from __future__ import annotations

from typing import Any

import pytest

from router.assignment.commands import ReassignRequest, RouteRequest
from router.assignment.explanation import Refusals
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import StoredItem, Wanted, WorkItemQueries
from router.assignment.service import Router
from router.model.decision import Decision
from router.model.errors import NotFound
from router.model.events import Event
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from router.rules.check import check
from router.rules.codec import dumps
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from rules.revisions import Publication
from tests.twins.store import MemoryStore

TENANT = "t"
RULES = "fields: {}\nrules: []\ndefault: {route: {pool: east}}"


class World:
    """Events 1 to 8: rules, L-0 is unrouted, rep ann, rep bob, pool, L-1 and L-2 have owners, L-1 is moved."""

    def __init__(self, store: type[MemoryStore] = MemoryStore) -> None:
        clock = iter(range(1_000, 10_000))
        self.store = store(lambda: next(clock))
        planners = PlannerCache(self.store, self.store, self.store)
        self.queries = WorkItemQueries(self.store, planners)
        self.router = Router(self.store, planners, self.queries, self.store)

    async def arrange(self) -> World:
        rule_set = check(RULES).rule_set
        assert rule_set is not None
        await self.store.publish(TENANT, None, Publication(0, RULES, dumps(rule_set), "", 0, 0, 0))
        await self.route("L-0")
        workforce_service = WorkforceService(self.store, self.store)
        for rep in ("ann", "bob"):
            await workforce_service.save(TENANT, [Edit("rep", rep, lambda _, rep=rep: Rep(rep), create=True)])  # type: ignore[misc]
        pool = Pool("east", (Member("ann"), Member("bob")))
        await workforce_service.save(TENANT, [Edit("pool", "east", lambda _: pool, create=True)])
        for name in ("L-1", "L-2"):
            await self.route(name)
        await self.router.reassign(TENANT, ReassignRequest("crm~L-1"))
        return self

    async def route(self, external_id: str) -> Decision:
        return await self.router.route(TENANT, RouteRequest(WorkItem(Kind.LEAD, "crm", external_id)))


@pytest.fixture
async def world() -> World:
    return await World().arrange()


def ids(decisions: list[Decision]) -> list[int]:
    return [decision.number for decision in decisions]


async def items(world: World, **wanted: object) -> tuple[list[str], int | None]:
    arguments = {"after": 0, "count": 10, **wanted}
    page, following = await world.queries.items(TENANT, **arguments)  # type: ignore[arg-type]
    return [stored.record.item_id for stored in page], following


async def test_a_work_item_has_its_latest_content_and_the_time_it_first_came(world: World) -> None:
    moved, first = await world.queries.item(TENANT, "crm~L-1"), await world.queries.decision(TENANT, 6)

    assert (moved.record.event, moved.decision.number, moved.record.first) == (8, 8, 6)
    assert moved.created_ms == first.at_ms < moved.decision.at_ms


async def test_a_work_item_that_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(NotFound, match="crm~L-9"):
        await world.queries.item(TENANT, "crm~L-9")


async def test_work_items_come_once_each_and_oldest_first(world: World) -> None:
    assert await items(world) == (["crm~L-0", "crm~L-1", "crm~L-2"], None)


async def test_a_page_of_work_items_goes_on_behind_the_one_before(world: World) -> None:
    first, after = await items(world, count=2)
    second, end = await items(world, after=after, count=2)

    assert (first, after) == (["crm~L-0", "crm~L-1"], 6)
    assert (second, end) == (["crm~L-2"], None)


async def test_work_items_of_an_owner_or_of_nobody_are_told_apart_from_all(world: World) -> None:
    owners = {(await world.queries.item(TENANT, f"crm~L-{n}")).record.owner for n in (1, 2)}

    assert [await items(world, owner=owner) for owner in sorted(owners)] in (
        [([f"crm~L-{n}"], None) for n in (1, 2)],
        [([f"crm~L-{n}"], None) for n in (2, 1)],
        [(["crm~L-1", "crm~L-2"], None)],
    )
    assert await items(world, owner="") == (["crm~L-0"], None)
    assert await items(world, owner=None) == await items(world)


async def test_work_items_of_a_state_are_listed_alone(world: World) -> None:
    assert await items(world, state=State.UNROUTED) == (["crm~L-0"], None)
    assert await items(world, state=State.CLOSED) == ([], None)


@pytest.mark.parametrize("number", [0, -1, 1, 9])
async def test_what_is_no_decision_is_not_found(world: World, number: int) -> None:
    with pytest.raises(NotFound):
        await world.queries.decision(TENANT, number)


async def test_decisions_come_newest_first_and_page_by_page(world: World) -> None:
    first, below = await world.queries.decisions(TENANT, before=None, count=3)
    second, end = await world.queries.decisions(TENANT, before=below, count=3)

    assert (ids(first), below) == ([8, 7, 6], 6)
    assert (ids(second), end) == ([2], None)


async def test_decisions_before_the_first_event_are_none(world: World) -> None:
    assert await world.queries.decisions(TENANT, before=0, count=3) == ([], None)
    assert await world.queries.decisions(TENANT, before=0, count=3, item_id="crm~L-1") == ([], None)


async def test_decisions_about_a_work_item_follow_its_events_back(world: World) -> None:
    await world.router.complete(TENANT, "crm~L-1", State.CONVERTED)

    first, below = await world.queries.decisions(TENANT, before=None, count=1, item_id="crm~L-1")
    second, end = await world.queries.decisions(TENANT, before=below, count=2, item_id="crm~L-1")

    assert (ids(first), below) == ([8], 8)
    assert (ids(second), end) == ([6], None)
    assert await world.queries.decisions(TENANT, before=None, count=9, item_id="crm~L-9") == ([], None)


async def test_what_was_decided_before_anybody_was_entered_is_explained_by_the_empty_workforce(world: World) -> None:
    decision = await world.queries.decision(TENANT, 2)

    explanation = await world.queries.explanation(TENANT, decision)

    assert decision.head.workforce_revision == 0
    assert (explanation.candidates, explanation.refusals) == ((), Refusals(missing_pool="east"))


class Unwalked(MemoryStore):
    """A store whose log must not be walked."""

    walked = 0

    async def events(self, *arguments: Any, **how: Any) -> list[Event]:
        """Count, and answer."""
        self.walked += 1
        return await super().events(*arguments, **how)


async def test_listing_an_owner_costs_what_it_returns_however_long_the_log() -> None:
    world = World()
    world.store = store = Unwalked(lambda: 0)
    planners = PlannerCache(store, store, store)
    world.queries = WorkItemQueries(store, planners)
    world.router = Router(store, planners, world.queries, store)
    await world.arrange()
    for number in range(3, 60):
        await world.route(f"L-{number}")
    before = store.walked

    first, after = await items(world, owner="ann", count=5)
    second, _ = await items(world, owner="ann", count=5, after=after, state=State.ASSIGNED)

    assert len({*first, *second}) == 10
    assert store.walked == before


async def of_length(length: int) -> tuple[World, Unwalked]:
    """A log of so many events at least, with a time of its own each."""
    clock = iter(range(1_000, 10_000_000))
    world = World()
    world.store = store = Unwalked(lambda: next(clock))
    planners = PlannerCache(store, store, store)
    world.queries = WorkItemQueries(store, planners)
    world.router = Router(store, planners, world.queries, store)
    await world.arrange()
    for number in range(3, length):
        await world.route(f"L-{number}")
    return world, store


async def test_bounds_of_time_are_found_without_walking_the_log() -> None:
    world, store = await of_length(1_000)
    at_ms = (await world.queries.decision(TENANT, 500)).at_ms
    before = store.walked

    made, below = await world.queries.decisions(
        TENANT, before=None, count=9, wanted=Wanted(from_ms=at_ms - 1, until_ms=at_ms + 2)
    )
    came, behind = await world.queries.items(
        TENANT, after=0, count=9, wanted=Wanted(from_ms=at_ms - 1, until_ms=at_ms + 2)
    )

    assert (ids(made), below) == ([501, 500, 499], None)
    assert ([stored.record.first for stored in came], behind) == ([499, 500, 501], None)
    assert store.walked - before <= 2 * 13  # the newest event, one for each of ten or eleven binary digits, a page


@pytest.mark.parametrize("edge", [0, 999, 10_000_000])
async def test_times_before_the_first_event_and_after_the_last_hold_nothing_or_everything(
    world: World, edge: int
) -> None:
    everything = ids((await world.queries.decisions(TENANT, before=None, count=9))[0])

    until, _ = await world.queries.decisions(TENANT, before=None, count=9, wanted=Wanted(until_ms=edge))
    since, _ = await world.queries.decisions(TENANT, before=None, count=9, wanted=Wanted(from_ms=edge))
    items_since, _ = await world.queries.items(TENANT, after=0, count=9, wanted=Wanted(from_ms=edge))

    is_late = edge > 5_000
    assert (ids(until), ids(since)) == ((everything, []) if is_late else ([], everything))
    assert len(items_since) == (0 if is_late else 3)


async def test_an_empty_log_has_no_decisions_of_any_time() -> None:
    queries = World().queries

    assert await queries.decisions(TENANT, before=None, count=9, wanted=Wanted(until_ms=5)) == ([], None)
    assert await queries.items(TENANT, after=0, count=9, wanted=Wanted(from_ms=5)) == ([], None)


async def test_a_page_of_what_is_rare_looks_at_a_bounded_number_of_events_and_has_a_successor() -> None:
    world, store = await of_length(300)
    rare: Wanted[Decision] = Wanted(lambda decision: decision.item_id == "crm~L-3")
    pages, sizes, below = list[list[str]](), list[int](), None
    while len(pages) < 2 or below is not None:
        before = store.walked
        page, below = await world.queries.decisions(TENANT, before=below, count=10, wanted=rare)
        pages.append([decision.item_id for decision in page])
        sizes.append(store.walked - before)

    assert (pages[0], pages[-1]) == ([], ["crm~L-3"])
    assert max(sizes) == 20


async def test_items_of_an_owner_and_a_time_end_with_the_time(world: World) -> None:
    at_ms = (await world.queries.decision(TENANT, 7)).at_ms
    owner = (await world.queries.item(TENANT, "crm~L-1")).record.owner
    for number in range(3, 9):
        await world.route(f"L-{number}")

    pages = list[list[int]]()
    in_time: Wanted[StoredItem] = Wanted(lambda stored: stored.created_ms <= at_ms, until_ms=at_ms + 1)
    following: int | None = 0
    while following is not None:
        page, following = await world.queries.items(TENANT, after=following, count=3, owner=owner, wanted=in_time)
        pages.append([stored.created_ms for stored in page])

    assert len(pages) == 1
    assert pages[0]
    assert max(pages[0]) <= at_ms


class ClosedMeanwhile(MemoryStore):
    """Shows what is open on both sides, as when it is closed between a look at the one and at the other."""

    async def owned(
        self, tenant: str, owner: str, *, is_open: bool, after: int = 0, count: int = 1000
    ) -> list[tuple[int, str]]:
        del is_open
        return await super().owned(tenant, owner, is_open=True, after=after, count=count)


async def test_what_is_closed_while_an_owner_is_listed_is_listed_once() -> None:
    world = World(ClosedMeanwhile)
    await world.arrange()
    owner = (await world.queries.item(TENANT, "crm~L-1")).record.owner

    names, _ = await items(world, owner=owner)

    assert names.count("crm~L-1") == 1


@pytest.mark.parametrize("state", [State.RECEIVED, State.QUEUED, State.UNROUTED])
async def test_nobody_owns_what_waits(world: World, state: State) -> None:
    assert await items(world, owner="ann", state=state) == ([], None)


async def test_what_an_owner_closed_in_a_rare_way_comes_on_pages_that_each_look_at_a_page(world: World) -> None:
    for number in range(3, 31):
        is_rare = number in (3, 30)
        await closed_by_ann(world, f"L-{number}", State.DISQUALIFIED if is_rare else State.CONVERTED)

    pages = list[list[str]]()
    after: int | None = 0
    while after is not None:
        names, after = await items(world, owner="ann", state=State.DISQUALIFIED, after=after, count=10)
        pages.append(names)

    assert pages == [["crm~L-3"], [], ["crm~L-30"]]


async def closed_by_ann(world: World, external_id: str, state: State) -> None:
    decision = await world.route(external_id)
    if decision.rep != "ann":
        await world.router.reassign(TENANT, ReassignRequest(decision.item_id, rep="ann"))
    await world.router.complete(TENANT, decision.item_id, state)


async def test_when_contact_can_be_expected_is_told_without_matching_the_rules_again(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    decision = await world.route("L-1")
    cy = Edit("rep", "cy", lambda _: Rep("cy"), create=True)
    await WorkforceService(world.store, world.store).save(TENANT, [cy])
    await world.route("L-3")  # by the new workforce
    for made in ("router.assignment.planner_cache.IndexEngine", "router.assignment.plan_memo.FactClasses"):
        monkeypatch.setattr(made, lambda _: pytest.fail("it takes long where there are many rules"))

    assert await world.queries.expected_contact(TENANT, decision) is None
