"""Hostile input: refused by name, the server alive, nothing changed.

Each test arranges a small tenant, sends something that no honest client would, and compares the whole store byte
for byte with what it was.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import grpc
import pytest
import redis
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import ListValue, Struct, Value

from fairlead.v1 import decisions_pb2, fairness_pb2, routing_pb2, rules_pb2, workforce_pb2
from fairlead.v1.workforce_pb2 import Pool, Rep, Territory
from fairlead.v1.workforce_pb2 import PoolMember as Member
from router.adapters.redis.embedded import EmbeddedServer
from tests.api import ASSIGNED, Api, dump, struct, violated_fields

Code = grpc.StatusCode
NAN, INF = float("nan"), float("inf")
UNKNOWN: Any = 99
"""A number that no enum has."""
MEGABYTE = "x" * (1 << 20)
FIELDS = {
    "region": {"type": "string"},
    "potential": {"type": "number"},
    "vip": {"type": "bool"},
    "skills": {"type": "list"},
    "since": {"type": "date"},
}
RULES = {"fields": FIELDS, "default": {"route": {"pool": "everyone"}}}


@pytest.fixture(autouse=True)
def _emptied(store: EmbeddedServer) -> None:
    """Empty the tests' own store, so that comparing all of it is quick."""
    with redis.Redis.from_url(store.url) as client:
        client.flushall()


@pytest.fixture
async def tenant_of_two(api: Api) -> Api:
    """Return a tenant with two reps, a pool, a tree of territories, rules and one work item."""
    for rep in ("ann", "bob"):
        await api.hire(rep)
    await api.pool("everyone", ["ann", "bob"])
    await api.territory("中国")
    await api.territory("华东", "中国")
    await api.adopt(RULES)
    await api.route("L-0")
    return api


async def outcome_of(call: Awaitable[Any]) -> tuple[Code, list[str], str]:
    """Return code, violated fields and message of a call."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code(), violated_fields(error), error.details() or ""
    return Code.OK, [], ""


async def assert_unharmed(api: Api, before: Mapping[bytes, bytes]) -> None:
    """Hold the store to what it was, and the server to its service."""
    assert await dump(api.redis_url) == before
    assert (await api.route("after")).outcome == ASSIGNED


# ----------------------------------------------------------------------------------------------------------- work items


def deep(levels: int) -> Value:
    """Return a list of lists."""
    value = Value(string_value="core")
    for _ in range(levels):
        value = Value(list_value=ListValue(values=[value]))
    return value


HOSTILE_ATTRIBUTES: dict[str, tuple[Any, str]] = {
    "undeclared": ({"colour": "red"}, "colour"),
    "undeclared with an empty name": ({"": "red"}, ""),
    "number for text": ({"region": 7}, "region"),
    "text for a number": ({"potential": "60"}, "potential"),
    "bool for a number": ({"potential": True}, "potential"),
    "number for a bool": ({"vip": 1}, "vip"),
    "text for a list": ({"skills": "crm"}, "skills"),
    "numbers in a list": ({"skills": [1, 2]}, "skills"),
    "lists in a list": ({"skills": [["crm"]]}, "skills"),
    "a mapping": ({"region": {"name": "east"}}, "region"),
    "no date": ({"since": "yesterday"}, "since"),
    "30 February": ({"since": "2024-02-30"}, "since"),
    "NaN": ({"potential": NAN}, "potential"),
    "infinity": ({"potential": INF}, "potential"),
    "minus infinity": ({"potential": -INF}, "potential"),
    "10^400, which is infinity as a double": ({"potential": float("1e400")}, "potential"),
    "10^300": ({"potential": 1e300}, "potential"),
    "a text of 513 characters": ({"region": "x" * 513}, "region"),
    "a list of 201": ({"skills": ["x"] * 201}, "skills"),
    "a long text in a list": ({"skills": ["x" * 513]}, "skills"),
}


@pytest.mark.parametrize(("attributes", "field"), HOSTILE_ATTRIBUTES.values(), ids=HOSTILE_ATTRIBUTES)
async def test_a_bad_attribute_is_refused_by_name(
    tenant_of_two: Api, attributes: Mapping[str, Any], field: str
) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    code, fields, _ = await outcome_of(api.route("L-1", **attributes))

    assert (code, fields) == (Code.INVALID_ARGUMENT, [f"work_item.attributes.{field}"])
    await assert_unharmed(api, before)


async def test_every_bad_attribute_is_named_at_once(tenant_of_two: Api) -> None:
    api = tenant_of_two

    code, fields, _ = await outcome_of(api.route("L-1", potential=NAN, vip="yes", colour="red"))

    assert code == Code.INVALID_ARGUMENT
    assert sorted(fields) == [f"work_item.attributes.{name}" for name in ("colour", "potential", "vip")]


async def test_an_empty_list_says_nothing(tenant_of_two: Api) -> None:
    decision = await tenant_of_two.route("L-1", skills=[])

    assert decision.outcome == ASSIGNED


@pytest.mark.parametrize(
    "attributes",
    [{"region": MEGABYTE}, {f"a{n}": "x" for n in range(10_000)}, {MEGABYTE: "x"}],
    ids=["a text of 1 MB", "10,000 attributes", "a name of 1 MB"],
)
async def test_too_much_content_is_refused(tenant_of_two: Api, attributes: Mapping[str, Any]) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    code, fields, message = await outcome_of(api.route("L-1", **attributes))

    assert (code, fields) == (Code.INVALID_ARGUMENT, ["work_item.attributes"])
    assert len(message) < 3_000
    await assert_unharmed(api, before)


async def test_a_hundred_and_one_attributes_are_too_many(tenant_of_two: Api) -> None:
    code, fields, _ = await outcome_of(tenant_of_two.route("L-1", **{f"a{n}": 1 for n in range(101)}))

    assert (code, fields) == (Code.INVALID_ARGUMENT, ["work_item.attributes"])


@pytest.mark.parametrize("levels", [20, 30, 40])
async def test_nesting_that_protobuf_still_reads_is_refused_by_name(tenant_of_two: Api, levels: int) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)
    wish = api.wish("L-1")
    wish.work_item.attributes.fields["region"].CopyFrom(deep(levels))

    code, fields, _ = await outcome_of(api.routing.RouteWorkItem(wish))

    assert (code, fields) == (Code.INVALID_ARGUMENT, ["work_item.attributes.region"])
    await assert_unharmed(api, before)


async def test_attributes_that_are_ignored_may_hold_anything_and_are_kept(api: Api) -> None:
    await api.hire("ann")
    await api.pool("everyone", ["ann"])
    await api.adopt({**RULES, "undeclared": "ignore"})
    wish = api.wish("L-1", view=decisions_pb2.DECISION_VIEW_FULL, request_id="r-1", odd=[NAN, INF, {"a": [None, {}]}])
    wish.work_item.attributes.fields["deep"].CopyFrom(deep(30))

    decision = await api.routing.RouteWorkItem(wish)

    assert decision.outcome == ASSIGNED
    assert (await api.routing.RouteWorkItem(wish)) == decision
    item = await api.item(decision.work_item)
    assert item.attributes.fields["deep"] == deep(30)
    assert str(item.attributes["odd"]) == str(wish.work_item.attributes["odd"])


Spoil = Callable[[routing_pb2.RouteWorkItemRequest], object]


def _set(path: str, value: Any) -> Spoil:
    """Return what sets one field of a request."""
    *inner, name = path.split(".")

    def spoil(request: Message) -> None:
        target = request
        for step in inner:
            target = getattr(target, step)
        setattr(target, name, value)

    return spoil


HOSTILE_WISHES: dict[str, tuple[Spoil, str]] = {
    "no tenant": (_set("parent", ""), "parent"),
    "another collection": (_set("parent", "users/default"), "parent"),
    "a tenant with a brace": (_set("parent", "tenants/a}b"), "parent"),
    "a tenant with a colon": (_set("parent", "tenants/a:b"), "parent"),
    "a tenant with a zero byte": (_set("parent", "tenants/a\0b"), "parent"),
    "a long tenant": (_set("parent", "tenants/" + "x" * 65), "parent"),
    "too many parts": (_set("parent", "tenants/a/b"), "parent"),
    "no kind": (_set("work_item.kind", 0), "work_item.kind"),
    "an unknown kind": (_set("work_item.kind", 99), "work_item.kind"),
    "a negative kind": (_set("work_item.kind", -1), "work_item.kind"),
    "a long source": (_set("work_item.source", "x" * 129), "work_item.source"),
    "a long external id": (_set("work_item.external_id", "x" * 257), "work_item.external_id"),
    "an external id of 1 MB": (_set("work_item.external_id", MEGABYTE), "work_item.external_id"),
    "a zero byte in an external id": (_set("work_item.external_id", "a\0b"), "work_item.external_id"),
    "no source": (_set("work_item.source", ""), "work_item.source"),
    "a negative value": (_set("work_item.value", -1.0), "work_item.value"),
    "a value that is no number": (_set("work_item.value", NAN), "work_item.value"),
    "an infinite value": (_set("work_item.value", INF), "work_item.value"),
    "too much value": (_set("work_item.value", 1e7 + 1), "work_item.value"),
    "a negative priority": (_set("work_item.priority", -1), "work_item.priority"),
    "too much priority": (_set("work_item.priority", 1001), "work_item.priority"),
    "a long request id": (_set("request_id", "x" * 129), "request_id"),
    "a line break in a request id": (_set("request_id", "a\nb"), "request_id"),
    "an unknown view": (_set("view", 99), "view"),
}


@pytest.mark.parametrize(("spoil", "field"), HOSTILE_WISHES.values(), ids=HOSTILE_WISHES)
async def test_a_bad_wish_is_refused_by_name(tenant_of_two: Api, spoil: Spoil, field: str) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)
    wish = api.wish("L-1")
    spoil(wish)

    code, fields, _ = await outcome_of(api.routing.RouteWorkItem(wish))

    assert (code, fields) == (Code.INVALID_ARGUMENT, [field])
    await assert_unharmed(api, before)


# ------------------------------------------------------------------------------------------------------- other requests

T = "tenants/none"
Case = tuple[str, Message, str]

HOSTILE_REQUESTS: dict[str, Case] = {
    "an empty batch": (
        "Routing.BatchRouteWorkItems",
        routing_pb2.BatchRouteWorkItemsRequest(parent=T),
        "requests",
    ),
    "a batch of 1,001": (
        "Routing.BatchRouteWorkItems",
        routing_pb2.BatchRouteWorkItemsRequest(parent=T, requests=[routing_pb2.RouteWorkItemRequest()] * 1001),
        "requests",
    ),
    "a negative page": ("Routing.ListWorkItems", routing_pb2.ListWorkItemsRequest(parent=T, page_size=-1), "page_size"),
    "a page token of nobody": (
        "Routing.ListWorkItems",
        routing_pb2.ListWorkItemsRequest(parent=T, page_token="!!!"),
        "page_token",
    ),
    "a page token that is no number": (
        "Routing.ListWorkItems",
        routing_pb2.ListWorkItemsRequest(parent=T, page_token="YWJj"),
        "page_token",
    ),
    "a huge page token": (
        "Decisions.ListDecisions",
        decisions_pb2.ListDecisionsRequest(parent=T, page_token="OTk5" * 20),
        "page_token",
    ),
    "a page token that is no text": (
        "Workforce.ListReps",
        workforce_pb2.ListRepsRequest(parent=T, page_token="_w=="),
        "page_token",
    ),
    "a page token that is no id": (
        "Workforce.ListPools",
        workforce_pb2.ListPoolsRequest(parent=T, page_token="YSBi"),
        "page_token",
    ),
    "an unknown state": ("Routing.ListWorkItems", routing_pb2.ListWorkItemsRequest(parent=T, state=UNKNOWN), "state"),
    "an unknown view": (
        "Decisions.ListDecisions",
        decisions_pb2.ListDecisionsRequest(parent=T, view=UNKNOWN),
        "view",
    ),
    "a rep of 1 MB": (
        "Routing.ReassignWorkItem",
        routing_pb2.ReassignWorkItemRequest(name=f"{T}/workItems/a", rep=MEGABYTE),
        "rep",
    ),
    "an owner of another tenant": (
        "Routing.ListWorkItems",
        routing_pb2.ListWorkItemsRequest(parent=T, owner="tenants/other/reps/ann"),
        "owner",
    ),
    "an unknown resolution": (
        "Routing.CompleteWorkItem",
        routing_pb2.CompleteWorkItemRequest(name=f"{T}/workItems/a", resolution=UNKNOWN),
        "resolution",
    ),
    "a long note": (
        "Routing.ReassignWorkItem",
        routing_pb2.ReassignWorkItemRequest(name=f"{T}/workItems/a", note="x" * 513),
        "note",
    ),
    "no name": ("Routing.GetWorkItem", routing_pb2.GetWorkItemRequest(), "name"),
    "an item name of 1 MB": (
        "Routing.GetWorkItem",
        routing_pb2.GetWorkItemRequest(name=f"{T}/workItems/{MEGABYTE}"),
        "name",
    ),
    "a decision without a number": (
        "Decisions.GetDecision",
        decisions_pb2.GetDecisionRequest(name=f"{T}/decisions/x"),
        "name",
    ),
    "a decision with a huge number": (
        "Decisions.GetDecision",
        decisions_pb2.GetDecisionRequest(name=f"{T}/decisions/{'9' * 400}"),
        "name",
    ),
    "a decision with digits of another script": (
        "Decisions.GetDecision",
        decisions_pb2.GetDecisionRequest(name=f"{T}/decisions/٣"),
        "name",
    ),
    "a report on no pool": (
        "Fairness.GetFairnessReport",
        fairness_pb2.GetFairnessReportRequest(pool="everyone"),
        "pool",
    ),
    "a negative revision": (
        "Rules.RollbackRuleSet",
        rules_pb2.RollbackRuleSetRequest(parent=T, revision=-1),
        "revision",
    ),
}


def called(api: Api, method: str, request: Message) -> Awaitable[Any]:
    """Call a method by its name, e.g. ``Routing.GetWorkItem``."""
    service, name = method.split(".")
    call: Awaitable[Any] = getattr(getattr(api, service.lower()), name)(request)
    return call


@pytest.mark.parametrize(("method", "request_", "field"), HOSTILE_REQUESTS.values(), ids=HOSTILE_REQUESTS)
async def test_a_bad_request_is_refused_by_name(tenant_of_two: Api, method: str, request_: Message, field: str) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    code, fields, _ = await outcome_of(called(api, method, request_))

    assert (code, fields) == (Code.INVALID_ARGUMENT, [field])
    await assert_unharmed(api, before)


async def test_a_huge_page_is_cut(tenant_of_two: Api) -> None:
    api = tenant_of_two

    request = routing_pb2.ListWorkItemsRequest(parent=api.parent, page_size=2**31 - 1)
    page = await api.routing.ListWorkItems(request)

    assert len(page.work_items) == 1


# ------------------------------------------------------------------------------------------------------------ workforce


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


# ------------------------------------------------------------------------------------------------------------ rule sets

DEFAULT = "default: {route: {pool: everyone}}\n"


def laughs() -> str:
    """Return nine aliases of nine aliases of nine …: a gigabyte once unfolded."""
    lines = ['l0: &l0 ["lol"]'] + [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "\n".join(lines) + "\nfields: {}\n" + DEFAULT


def one_rule(value: str, *, op: str = "eq", field: str = "n", kind: str = "number") -> str:
    """Return a rule set whose only rule compares with a value, as YAML."""
    when = f"{{field: {field}, op: {op}, value: {value}}}"
    return f"fields: {{n: {{type: {kind}}}}}\nrules:\n  - {{id: r, when: {when}, route: {{pool: everyone}}}}\n{DEFAULT}"


def nested_not(levels: int) -> Any:
    """Return a condition inside so many negations."""
    return {"not": nested_not(levels - 1)} if levels else {"field": "n", "op": "exists"}


def many_rules(count: int) -> str:
    """Return a rule set of many small rules."""
    rules = [{"id": f"r{n}", "route": {"pool": "everyone"}} for n in range(count)]
    return json.dumps({"fields": {}, "rules": rules, "default": {"route": {"pool": "everyone"}}})


HOSTILE_RULES: dict[str, str] = {
    "empty": "",
    "no mapping": "- a\n- b\n",
    "no YAML": "{a: [",
    "an unknown key": "fields: {}\nsurprise: 1\n" + DEFAULT,
    "no default": "fields: {}\n",
    "a key twice": "fields: {}\nfields: {}\n" + DEFAULT,
    "a rule twice": "fields: {}\nrules:\n- {id: a, route: {pool: e}}\n- {id: a, route: {pool: e}}\n" + DEFAULT,
    "two documents": "fields: {}\n" + DEFAULT + "---\nfields: {}\n" + DEFAULT,
    "a tag": "fields: {}\ndefault: !!python/object/apply:os.system ['true']\n",
    "aliases of aliases": laughs(),
    "an alias of itself": "fields: &f {n: *f}\n" + DEFAULT,
    "a merge key": "a: &a {x: 1}\nfields: {<<: *a}\n" + DEFAULT,
    "brackets 1,000 deep": "fields: " + "[" * 1000 + "]" * 1000 + "\n" + DEFAULT,
    "braces 100,000 deep": "{a: " * 100_000,
    "conditions 9 deep": json.dumps(
        {
            "fields": {"n": {"type": "number"}},
            "rules": [
                {
                    "id": "r",
                    "when": nested_not(9),
                    "route": {"pool": "everyone"},
                }
            ],
            "default": {"route": {"pool": "everyone"}},
        }
    ),
    "NaN": one_rule(".nan"),
    "infinity": one_rule(".inf"),
    "minus infinity": one_rule("-.inf"),
    "10^400 as YAML": one_rule("1e+400"),
    "10^400 as JSON": '{"fields": {"n": {"type": "number"}}, "rules": [{"id": "r", "when": '
    '{"field": "n", "op": "eq", "value": 1e400}, "route": {"pool": "e"}}], "default": {"route": {"pool": "e"}}}',
    "a whole number of 10,000 digits": one_rule("9" * 10_000),
    "a sexagesimal bomb": one_rule("1" + ":59" * 5_000),
    "text for a number": one_rule('"7"'),
    "an empty list": one_rule("[]", op="in"),
    "an undeclared field": one_rule("7", field="m"),
    "an unknown operator": one_rule("7", op="matches"),
    "a lone surrogate as YAML": one_rule('"\\ud800"', kind="string"),
    "a lone surrogate as JSON": '{"fields": {"\\ud800": {"type": "string"}}, "default": {"route": {"pool": "e"}}}',
    "a zero byte": "fields: {}\0\n" + DEFAULT,
    "a bad pool": "fields: {}\ndefault: {route: {pool: a b}}\n",
    "a text of 1 MB": one_rule(f'"{MEGABYTE}"', kind="string"),
    "a field named as the engine names its own": "fields: {$s: {type: string}}\n" + DEFAULT,
    "100,000 rules": many_rules(100_000),
    "9 MB": "#" * (9 << 20) + "\nfields: {}\n" + DEFAULT,
}


@pytest.mark.parametrize("source", HOSTILE_RULES.values(), ids=HOSTILE_RULES)
async def test_a_bad_rule_set_is_refused_with_its_place(tenant_of_two: Api, source: str) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    code, fields, message = await outcome_of(api.publish(source))

    assert code == Code.INVALID_ARGUMENT
    assert set(fields) == {"source"}
    assert 0 < len(message) < 3_000
    await assert_unharmed(api, before)


@pytest.mark.parametrize("name", ["aliases of aliases", "a tag"])
async def test_validating_a_bad_rule_set_answers_with_its_problems(tenant_of_two: Api, name: str) -> None:
    api = tenant_of_two

    answer = await api.rules.ValidateRuleSet(rules_pb2.ValidateRuleSetRequest(source=HOSTILE_RULES[name]))

    assert answer.problems[0].severity == rules_pb2.RuleSetProblem.SEVERITY_ERROR
    assert answer.problems[0].message


@pytest.mark.parametrize("tests", ["{", "tests: 7", laughs(), "tests: [{name: a, item: {}, expect: {rule: 7}}]"])
async def test_bad_tests_are_answered_with_their_problems(tenant_of_two: Api, tests: str) -> None:
    api = tenant_of_two

    request = rules_pb2.TestRuleSetRequest(source="fields: {}\n" + DEFAULT, tests=tests)
    answer = await api.rules.TestRuleSet(request)

    assert answer.problems


# ------------------------------------------------------------------------------------------------------------ raw bytes


def raw(api: Api, method: str, data: bytes) -> Awaitable[Any]:
    """Send bytes in the place of a message."""
    channel: Any = api.channel
    call = channel.unary_unary(f"/fairlead.v1.{method}")
    answer: Awaitable[Any] = call(data)
    return answer


def nested(field: int, core: bytes, levels: int) -> bytes:
    """Wrap bytes in messages, each the same field of the next."""
    for _ in range(levels):
        core = bytes([field << 3 | 2]) + varint(len(core)) + core
    return core


def varint(number: int) -> bytes:
    written = b""
    while number > 127:
        written, number = written + bytes([number & 127 | 128]), number >> 7
    return written + bytes([number])


RAW: dict[str, bytes] = {
    "invalid UTF-8": b"\x0a\x04\xff\xfe\xfd\xfc",
    "an overlong encoding": b"\x0a\x02\xc0\x80",
    "a surrogate in UTF-8": b"\x0a\x03\xed\xa0\x80",
    "a length that promises more": b"\x0a\xff\xff\xff\xff\x07abc",
    "a number without an end": b"\xff" * 20,
    "a group without an end": b"\x0b" * 50,
    "field number 0": b"\x02\x01a",
    "noise": bytes(range(256)) * 4,
    "nesting 1,000 deep": nested(2, b"", 1) + b"\x12" + varint(1) + nested(5, nested(1, b"", 1), 1000),
    "a Struct 1,000 deep": b"\x12"
    + (lambda inner: varint(len(inner)) + inner)(
        b"\x2a"
        + (lambda inner: varint(len(inner)) + inner)(
            nested(1, b"\x0a\x06region\x12" + (lambda v: varint(len(v)) + v)(nested(6, nested(1, b"", 1), 500)), 1)
        )
    ),
}


@pytest.mark.parametrize("data", RAW.values(), ids=RAW)
async def test_bytes_that_are_no_message_are_refused(tenant_of_two: Api, data: bytes) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    code, fields, _ = await outcome_of(raw(api, "RoutingService/RouteWorkItem", data))

    assert code == Code.INVALID_ARGUMENT
    assert fields
    await assert_unharmed(api, before)


async def test_a_struct_a_thousand_deep_is_refused(tenant_of_two: Api) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)
    core = Struct(fields={"region": Value(string_value="east")}).SerializeToString()
    for _ in range(1000):  # Value.struct_value of Struct.fields["region"]
        value = b"\x2a" + varint(len(core)) + core
        entry = b"\x0a\x06region\x12" + varint(len(value)) + value
        core = b"\x0a" + varint(len(entry)) + entry
    item = b"\x08\x01\x2a" + varint(len(core)) + core
    parent = api.parent.encode()

    data = b"\x0a" + varint(len(parent)) + parent + b"\x12" + varint(len(item)) + item
    code, fields, message = await outcome_of(raw(api, "RoutingService/RouteWorkItem", data))

    assert (code, fields) == (Code.INVALID_ARGUMENT, ["request"])
    assert "nested" in message
    await assert_unharmed(api, before)


async def test_a_message_over_the_limit_is_refused_by_the_transport(tenant_of_two: Api) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    code, _, message = await outcome_of(api.publish("#" * (17 << 20)))

    assert code == Code.RESOURCE_EXHAUSTED
    assert "16777216" in message
    await assert_unharmed(api, before)


async def test_a_method_that_there_is_not_is_unimplemented(tenant_of_two: Api) -> None:
    code, _, _ = await outcome_of(raw(tenant_of_two, "RoutingService/StealWorkItem", b""))

    assert code == Code.UNIMPLEMENTED


async def test_a_bad_request_of_a_batch_harms_none_beside_it(tenant_of_two: Api) -> None:
    api = tenant_of_two
    bad = api.wish("L-2")
    bad.work_item.value = NAN

    results = await api.route_batch([api.wish("L-1"), bad, api.wish("L-3", potential=INF), api.wish("L-4")])

    assert [result.WhichOneof("result") for result in results] == ["decision", "error", "error", "decision"]
