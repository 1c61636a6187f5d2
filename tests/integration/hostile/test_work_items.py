"""Work items that no honest client would send: refused by name, the server alive, nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from google.protobuf.message import Message

from fairlead.v1 import decisions_pb2, routing_pb2
from tests.api import ASSIGNED, Api, dump
from tests.integration.hostile.harm import INF, MEGABYTE, NAN, RULES, Code, assert_unharmed, deep, outcome_of

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
