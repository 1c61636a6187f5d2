"""Bad reps, pools and territories: refused by name, nothing changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from fairlead.v1 import workforce_pb2
from fairlead.v1.workforce_pb2 import Pool, Rep, Territory
from fairlead.v1.workforce_pb2 import PoolMember as Member
from tests.api import Api, dump, struct
from tests.integration.hostile.harm import INF, MEGABYTE, NAN, Code, assert_unharmed, outcome_of


def members(**weights: float) -> Pool:
    """Return a pool of members with weights."""
    return Pool(members=[Member(rep=rep, weight=weight) for rep, weight in weights.items()])


HOSTILE_REPS: dict[str, tuple[str, Rep, str]] = {
    "no id": ("", Rep(), "rep_id"),
    "an id with a slash": ("a/b", Rep(), "rep_id"),
    "an id with a bar": ("a|LEAD", Rep(), "rep_id"),
    "an id with a space": ("a b", Rep(), "rep_id"),
    "an id of a combining mark": ("\u0301", Rep(), "rep_id"),
    "a long id": ("x" * 65, Rep(), "rep_id"),
    "an id of 1 MB": (MEGABYTE, Rep(), "rep_id"),
    "a long display name": ("r", Rep(display_name="x" * 257), "rep.display_name"),
    "a negative capacity": ("r", Rep(capacity={"LEAD": -1}), "rep.capacity.LEAD"),
    "a huge capacity": ("r", Rep(capacity={"LEAD": 2**62}), "rep.capacity.LEAD"),
    "a capacity of no kind": ("r", Rep(capacity={"COFFEE": 1}), "rep.capacity"),
    "an attribute that is no number": ("r", Rep(attributes=struct({"n": NAN})), "rep.attributes.n"),
    "a mapping": ("r", Rep(attributes=struct({"n": {"a": 1}})), "rep.attributes.n"),
    "a null": ("r", Rep(attributes=struct({"n": None})), "rep.attributes.n"),
    "a long text": ("r", Rep(attributes=struct({"n": MEGABYTE})), "rep.attributes.n"),
    "a list of 201": ("r", Rep(attributes=struct({"n": ["x"] * 201})), "rep.attributes.n"),
    "101 attributes": ("r", Rep(attributes=struct({f"a{n}": 1 for n in range(101)})), "rep.attributes"),
}


@pytest.mark.parametrize(("rep_id", "rep", "field"), HOSTILE_REPS.values(), ids=HOSTILE_REPS)
async def test_a_bad_rep_is_refused_by_name(tenant_of_two: Api, rep_id: str, rep: Rep, field: str) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    request = workforce_pb2.CreateRepRequest(parent=api.parent, rep_id=rep_id, rep=rep)
    code, fields, message = await outcome_of(api.workforce.CreateRep(request))

    assert (code, fields) == (Code.INVALID_ARGUMENT, [field])
    assert len(message) < 3_000
    await assert_unharmed(api, before)


HOSTILE_POOLS: dict[str, tuple[str, Pool, str]] = {
    "no id": ("", Pool(), "pool_id"),
    "a weight of 0": ("p", members(ann=0), "pool.members[0].weight"),
    "a negative weight": ("p", members(ann=1, bob=-1), "pool.members[1].weight"),
    "a weight that is no number": ("p", members(ann=NAN), "pool.members[0].weight"),
    "an infinite weight": ("p", members(ann=INF), "pool.members[0].weight"),
    "a huge weight": ("p", members(ann=1001), "pool.members[0].weight"),
    "a weight that rounds to 0": ("p", members(ann=0.0001), "pool.members[0].weight"),
    "a negative band": ("p", Pool(band=-1), "pool.band"),
    "a band that is no number": ("p", Pool(band=NAN), "pool.band"),
    "an infinite band": ("p", Pool(band=INF), "pool.band"),
    "a member twice": ("p", Pool(members=[Member(rep="ann"), Member(rep="ann")]), "pool.members[1].rep"),
    "an unknown member": ("p", members(nobody=1), "pool.members[0].rep"),
    "a member of another tenant": ("p", Pool(members=[Member(rep="tenants/x/reps/ann")]), "pool.members[0].rep"),
    "a member without a name": ("p", Pool(members=[Member()]), "pool.members[0].rep"),
}


@pytest.mark.parametrize(("pool_id", "pool", "field"), HOSTILE_POOLS.values(), ids=HOSTILE_POOLS)
async def test_a_bad_pool_is_refused_by_name(tenant_of_two: Api, pool_id: str, pool: Pool, field: str) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    request = workforce_pb2.CreatePoolRequest(parent=api.parent, pool_id=pool_id, pool=pool)
    code, fields, _ = await outcome_of(api.workforce.CreatePool(request))

    assert (code, fields) == (Code.INVALID_ARGUMENT, [field])
    await assert_unharmed(api, before)


async def test_too_many_members_are_refused(tenant_of_two: Api) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)
    pool = Pool(members=[Member(rep=f"r{n}") for n in range(10_001)])

    request = workforce_pb2.CreatePoolRequest(parent=api.parent, pool_id="p", pool=pool)
    code, fields, _ = await outcome_of(api.workforce.CreatePool(request))

    assert (code, fields[0]) == (Code.INVALID_ARGUMENT, "pool.members")
    await assert_unharmed(api, before)


@pytest.mark.parametrize(
    ("territory", "parent"),
    [("中国", "华东"), ("中国", "中国"), ("中国", "nowhere")],
    ids=["a cycle of two", "its own parent", "an unknown parent"],
)
async def test_territories_stay_a_tree(tenant_of_two: Api, territory: str, parent: str) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    moved = Territory(name=f"{api.parent}/territories/{territory}", parent=parent)
    request = workforce_pb2.UpdateTerritoryRequest(territory=moved)
    code, fields, _ = await outcome_of(api.workforce.UpdateTerritory(request))

    assert (code, fields) == (Code.INVALID_ARGUMENT, ["territory.parent"])
    await assert_unharmed(api, before)


async def test_territories_are_at_most_32_deep(tenant_of_two: Api) -> None:
    api = tenant_of_two
    for n in range(1, 33):
        await api.territory(f"t{n}", f"t{n - 1}" if n > 1 else "")
    before = await dump(api.redis_url)

    code, fields, _ = await outcome_of(api.territory("t33", "t32"))

    assert (code, fields) == (Code.INVALID_ARGUMENT, ["territory.parent"])
    await assert_unharmed(api, before)


async def test_moving_a_tall_tree_keeps_to_the_depth(tenant_of_two: Api) -> None:
    api = tenant_of_two
    for letter in "ab":
        for n in range(1, 21):
            await api.territory(f"{letter}{n}", f"{letter}{n - 1}" if n > 1 else "")
    before = await dump(api.redis_url)

    moved = Territory(name=f"{api.parent}/territories/a1", parent="b20")
    code, fields, _ = await outcome_of(
        api.workforce.UpdateTerritory(workforce_pb2.UpdateTerritoryRequest(territory=moved))
    )

    assert (code, fields) == (Code.INVALID_ARGUMENT, ["territory.parent"])
    await assert_unharmed(api, before)


def upsert(api: Api, *reps: Rep) -> Awaitable[Any]:
    call: Awaitable[Any] = api.workforce.BatchUpsertReps(
        workforce_pb2.BatchUpsertRepsRequest(parent=api.parent, reps=reps)
    )
    return call


async def test_10_001_reps_at_once_are_too_many(tenant_of_two: Api) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    code, fields, _ = await outcome_of(upsert(api, *(Rep(name=api.rep_name(f"r{n}")) for n in range(10_001))))

    assert (code, fields) == (Code.INVALID_ARGUMENT, ["reps"])
    await assert_unharmed(api, before)


@pytest.mark.parametrize(
    ("second", "field"),
    [
        (lambda api: Rep(name=api.rep_name("new")), "reps[1].name"),
        (lambda _: Rep(name="tenants/other/reps/x"), "reps[1].name"),
        (lambda api: Rep(name=api.rep_name("a b")), "reps[1].name"),
        (lambda _: Rep(), "reps[1].name"),
        (lambda api: Rep(name=api.rep_name("x"), capacity={"LEAD": -1}), "reps[1].capacity.LEAD"),
        (lambda api: Rep(name=api.rep_name("x"), attributes=struct({"n": INF})), "reps[1].attributes.n"),
    ],
    ids=["twice", "of another tenant", "a bad id", "no name", "a negative capacity", "an infinite attribute"],
)
async def test_of_many_reps_none_is_written_if_one_is_bad(
    tenant_of_two: Api, second: Callable[[Api], Rep], field: str
) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    code, fields, _ = await outcome_of(upsert(api, Rep(name=api.rep_name("new")), second(api)))

    assert (code, fields) == (Code.INVALID_ARGUMENT, [field])
    await assert_unharmed(api, before)


async def test_an_unknown_field_of_a_mask_is_refused(tenant_of_two: Api) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)
    request = workforce_pb2.UpdateRepRequest(rep=Rep(name=api.rep_name("ann")))
    request.update_mask.paths.append("salary")

    code, fields, _ = await outcome_of(api.workforce.UpdateRep(request))

    assert (code, fields) == (Code.INVALID_ARGUMENT, ["update_mask"])
    await assert_unharmed(api, before)
