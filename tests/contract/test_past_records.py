"""Records of past revisions are made from kept ones, and are those that all changes make; on both stores."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from router.adapters.redis.keys import Keys
from router.adapters.redis.rulesets import RedisRuleSets
from router.adapters.redis.workforce import RedisWorkforce
from router.assignment.planner_cache import PlannerCache
from router.history.tamper_check import TamperCheck
from router.model.revisions import RevisionPair
from router.model.workforce import Member, Pool, Record, Rep, WorkforceRecords
from router.workforce.edits import Edit
from router.workforce.joint_edit import JointEdit
from router.workforce.past import KEPT_EVERY, PastRecords
from router.workforce.service import WorkforceService
from store.embedded.server import EmbeddedServer
from tests.contract.nothing.routing import Routing
from tests.twins.store import MemoryStore

EVERY = 3
Change = dict[tuple[str, str], Record | None]


def changes() -> st.SearchStrategy[list[Change]]:
    """Make revisions, each of some records that are entered, changed or deleted."""
    rep = st.builds(Rep, st.just("ann"), st.sampled_from(["", "Ann", "安"]), active=st.booleans())
    member = st.builds(Member, st.just("ann"), st.integers(1, 9))
    pool = st.builds(Pool, st.just("east"), st.lists(member, max_size=1).map(tuple))
    ann, east = (
        st.tuples(st.just(("rep", "ann")), st.none() | rep),
        st.tuples(st.just(("pool", "east")), st.none() | pool),
    )
    return st.lists(st.lists(ann | east, min_size=1, max_size=2).map(dict), min_size=1, max_size=14)


class Counting:
    """Counts the changes that are read of a workforce."""

    def __init__(self, workforce: Any) -> None:
        self._workforce = workforce
        self.n_read = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._workforce, name)

    async def changes(self, tenant: str, after: int, up_to: int | None = None) -> Any:
        found = await self._workforce.changes(tenant, after, up_to)
        self.n_read += len(found)
        return found


async def folded(workforce: Any, tenant: str, revision: int) -> WorkforceRecords:
    """Make a revision from the beginning."""
    return WorkforceRecords().after(await workforce.changes(tenant, 0, revision), revision)


async def written(workforce: Any, revisions: Any, tenant: str, changes: list[Change]) -> None:
    for change in changes:
        active = await revisions.revisions(tenant)
        await workforce.write(tenant, active.workforce, change, event_hash=active.workforce_event_hash)


@pytest.fixture
async def redis(store: EmbeddedServer) -> AsyncIterator[Any]:
    client: Any = Redis.from_url(store.url)
    yield client
    await client.aclose()


@pytest.mark.parametrize("on", ["memory", "redis"])
def test_both_ways_make_the_same_records(store: EmbeddedServer, tenant: str, on: str) -> None:
    numbers = iter(range(10_000))

    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(changes(), st.data())
    def the_same(changes: list[Change], data: st.DataObject) -> None:
        asyncio.run(compared(changes, data, f"{tenant}-{next(numbers)}"))

    async def compared(changes: list[Change], data: st.DataObject, tenant: str) -> None:
        async with Redis.from_url(store.url) as redis:
            memory = MemoryStore(lambda: 0)
            workforce: Any = memory if on == "memory" else RedisWorkforce(redis)
            revisions: Any = memory if on == "memory" else RedisRuleSets(redis)
            await written(workforce, revisions, tenant, changes)
            past, known = PastRecords(workforce, revisions, EVERY), WorkforceRecords()
            for revision in data.draw(st.lists(st.integers(0, len(changes)), min_size=1, max_size=6)):
                at_hand = data.draw(st.booleans()) and known.revision <= revision
                known = await past.at(tenant, revision, known if at_hand else WorkforceRecords())
                assert known == await folded(workforce, tenant, revision)

    the_same()


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest, redis: Any, tenant: str) -> Routing:
    """Return a tenant at revision 12 of the workforce, on each store in turn."""
    made = await Routing.open(None if request.param == "memory" else redis, tenant)
    for number in range(10):
        await made.write({("rep", "cy"): Rep("cy", str(number))})
    return made


async def test_whoever_asks_first_keeps_and_whoever_comes_after_reads_what_is_behind_the_nearest(
    world: Routing,
) -> None:
    workforce = Counting(world.workforce)

    first = await PastRecords(workforce, world.rule_sets, EVERY).at(world.tenant, 11)
    read_first, workforce.n_read = workforce.n_read, 0
    second = await PastRecords(workforce, world.rule_sets, EVERY).at(world.tenant, 11)

    assert (first, read_first, workforce.n_read) == (second, 11, 2)
    assert (await world.workforce.kept_records(world.tenant, 100)).revision == 9


async def test_a_revision_that_is_to_be_kept_is_kept_when_it_is_made(world: Routing) -> None:
    past = PastRecords(world.workforce, world.rule_sets, EVERY)

    await past.keep(world.tenant, 11)
    assert (await world.workforce.kept_records(world.tenant, 100)).revision == 0
    await past.keep(world.tenant, 12)

    assert (await world.workforce.kept_records(world.tenant, 100)).revision == 12
    assert await world.workforce.kept_records(world.tenant, 12) == await folded(world.workforce, world.tenant, 12)


async def test_the_service_keeps_every_thousandth_revision_that_it_makes_and_old_decisions_are_explained_by_it() -> (
    None
):
    world = await Routing.open(None, "t")
    service = WorkforceService(world.workforce, world.rule_sets)
    for number in range(2, KEPT_EVERY + 1):
        edit = Edit("rep", "cy", lambda _, name=str(number): Rep("cy", name), create=True)  # type: ignore[misc]
        await service.save("t", [edit])
    workforce = Counting(world.workforce)

    planner = await PlannerCache(cast(Any, workforce), world.rule_sets, world.rule_sets).at("t", 2, KEPT_EVERY)

    assert planner.roster.reps["cy"].display_name == str(KEPT_EVERY - 1)
    assert workforce.n_read == 0


async def test_a_repeated_joint_edit_is_answered_by_what_is_behind_the_nearest_that_is_kept(world: Routing) -> None:
    workforce = Counting(world.workforce)
    service = WorkforceService(cast(Any, workforce), world.rule_sets)
    joint = JointEdit([Edit("rep", "cy", lambda _: Rep("cy", "new"), create=True)], {})
    first = await service.apply(world.tenant, joint, request_id="r")
    await world.write({("rep", "cy"): Rep("cy", "newer")})

    again = await service.apply(world.tenant, joint, request_id="r")

    assert again == first
    assert [(found.before, found.after) for found in again.differences] == [(Rep("cy", "9"), Rep("cy", "new"))]


async def test_nothing_is_kept_once_the_workforce_is_another_than_before_it_was_read(world: Routing) -> None:
    records = await folded(world.workforce, world.tenant, 3)

    await world.workforce.keep_records(world.tenant, records, RevisionPair(1, 11))

    assert (await world.workforce.kept_records(world.tenant, 100)).revision == 0


async def test_nothing_is_kept_that_was_read_of_a_past_that_the_store_has_lost(redis: Any, tenant: str) -> None:
    world = await Routing.open(redis, tenant)
    active = await world.rule_sets.revisions(tenant)
    records = await folded(world.workforce, tenant, 1)

    await world.workforce.keep_records(tenant, records, active._replace(workforce_event_hash="of a lost past"))
    lost = await world.workforce.kept_records(tenant, 1)
    await world.workforce.keep_records(tenant, records, active)

    assert (lost.revision, (await world.workforce.kept_records(tenant, 1)).revision) == (0, 1)


async def test_a_revision_that_there_is_not_yet_is_not_kept(world: Routing) -> None:
    await PastRecords(world.workforce, world.rule_sets, EVERY).at(world.tenant, 16)

    assert (await world.workforce.kept_records(world.tenant, 100)).revision == 12


async def test_an_older_planner_is_not_made_of_a_newer_one_and_a_newer_one_only_of_what_came_between(
    world: Routing,
) -> None:
    workforce = Counting(world.workforce)
    planners = PlannerCache(cast(Any, workforce), world.rule_sets, world.rule_sets)

    names, read = list[str](), list[int]()
    for revision in (8, 4, 11):
        workforce.n_read = 0
        planner = await planners.at(world.tenant, 1, revision)
        names.append(planner.roster.reps["cy"].display_name)
        read.append(workforce.n_read)

    assert (names, read) == (["5", "1", "8"], [8, 4, 3])


@pytest.mark.parametrize("harm", [b"", b"nonsense", None], ids=["empty", "nonsense", "altered"])
async def test_one_that_was_harmed_is_made_anew(redis: Any, tenant: str, harm: bytes | None) -> None:
    world = await Routing.open(redis, tenant)
    for number in range(10):
        await world.write({("rep", "cy"): Rep("cy", str(number))})
    past, key = PastRecords(world.workforce, world.rule_sets, EVERY), Keys(tenant).kept_records
    await past.at(tenant, 11)
    sound = await redis.hget(key, "9")
    await redis.hset(key, "9", sound[:-1] + bytes([sound[-1] ^ 1]) if harm is None else harm)

    again = await past.at(tenant, 11)

    assert again == await folded(world.workforce, tenant, 11)
    assert await redis.hget(key, "9") == sound


async def test_the_audit_names_one_that_is_not_what_the_changes_make(redis: Any, tenant: str) -> None:
    world = await Routing.open(redis, tenant)
    active = await world.rule_sets.revisions(tenant)
    await world.workforce.keep_records(tenant, (await folded(world.workforce, tenant, 2)), active)
    other = WorkforceRecords(KEPT_EVERY, {"rep": {"eve": Rep("eve")}}, {("rep", "eve"): 1})
    await world.workforce.keep_records(tenant, other, active)
    audit = TamperCheck(world.store, world.store, world.workforce, world.rule_sets, world.rule_sets)

    faults = [fault async for fault in audit.faults(tenant)]

    assert faults == [f"what is kept of revision {KEPT_EVERY} of the workforce is not what its changes make: delete it"]
