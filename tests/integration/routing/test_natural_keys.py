"""A work item is found by where it comes from and what it is called there, whatever its characters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from fairlead.v1 import routing_pb2 as routing
from router.adapters.queue import WorkSettings
from tests.api import EVERYONE, Api, connected, violated_fields
from tests.conftest import serving
from tests.identities import bearer, security
from tests.integration.gateway.auth.test_who_may import showing
from tests.integration.routing.arranging import everyone, refused

WAITING_ALONE = WorkSettings(workers=0)


def by_key(api: Api, source: str, external_id: str) -> routing.GetWorkItemRequest:
    return routing.GetWorkItemRequest(parent=api.parent, source=source, external_id=external_id)


@pytest.mark.parametrize(
    ("source", "external_id"),
    [("crm", "L-1"), ("my crm", "L 17"), ("crm", "a/b~c"), ("客户系统", "张 三"), ("crm", "x" * 200)],
    ids=["plain", "blanks", "marks", "Chinese", "long"],
)
async def test_it_is_found_whatever_its_characters(api: Api, source: str, external_id: str) -> None:
    await everyone(api, "ann")
    routed = await api.route(external_id, source=source)

    item = await api.routing.GetWorkItem(by_key(api, source, external_id))

    assert (item.name, item.source, item.external_id) == (routed.work_item, source, external_id)


@pytest.mark.parametrize(("source", "external_id"), [(" CRM ", "l-1"), ("ｃｒｍ", "L-1")], ids=["case", "width"])
async def test_it_is_found_in_another_spelling(api: Api, source: str, external_id: str) -> None:
    await everyone(api, "ann")
    routed = await api.route("L-1")

    assert (await api.routing.GetWorkItem(by_key(api, source, external_id))).name == routed.work_item


async def test_another_spelling_of_one_whose_name_is_a_hash_finds_it_too(api: Api) -> None:
    await everyone(api, "ann")
    routed = await api.route("L 17", source="my crm")

    assert (await api.routing.GetWorkItem(by_key(api, "My  CRM", "l 17"))).name == routed.work_item


async def test_what_is_not_there_is_not_found(api: Api) -> None:
    await everyone(api, "ann")

    refusal = await refused(api.routing.GetWorkItem(by_key(api, "crm", "L-2")))

    assert refusal.code() is grpc.StatusCode.NOT_FOUND
    assert "workItems/crm~L-2" in (refusal.details() or "")


@pytest.mark.parametrize(
    ("fields", "named", "said"),
    [
        ({"parent": "P", "source": "crm", "external_id": "L-1", "name": "N"}, "name", "by one or by the other"),
        ({"source": "crm", "external_id": "L-1"}, "parent", "must be tenants/"),
        ({"parent": "P", "source": "crm"}, "external_id", "required with source"),
        ({"parent": "P", "external_id": "L-1"}, "source", "required with external_id"),
        ({"parent": "P"}, "external_id", "required with source"),
        ({"parent": "P", "source": "crm", "external_id": " "}, "external_id", "must not be blank"),
        ({"parent": "P", "source": "s" * 129, "external_id": "1"}, "source", "at most 128"),
        ({}, "name", "must be tenants/"),
    ],
    ids=["both", "no parent", "no id", "no source", "parent alone", "blank", "long", "nothing"],
)
async def test_each_way_of_asking_wrongly_is_told_by_field(
    api: Api, fields: dict[str, str], named: str, said: str
) -> None:
    written = {"P": api.parent, "N": f"{api.parent}/workItems/crm~L-1"}
    request = routing.GetWorkItemRequest(**{field: written.get(value, value) for field, value in fields.items()})

    refusal = await refused(api.routing.GetWorkItem(request))

    assert refusal.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violated_fields(refusal) == [named]
    assert said in (refusal.details() or "")


@pytest.fixture
async def guarded(store: Any, tmp_path: Path, tenant: str) -> AsyncIterator[Api]:
    """Yield a manager's view of a server that asks who calls, hides external ids, and routes nothing by itself."""
    chosen = security(tmp_path, personal=frozenset({"external_id"}))
    async with (
        serving(store.url, security=chosen, work=WAITING_ALONE) as address,
        connected(address, tenant, store.url) as api,
    ):
        yield showing(api, tenant, bearer("mo", ["manager"], [tenant]))


async def test_where_external_ids_are_hidden_it_is_found_by_them_submitted_or_routed(guarded: Api) -> None:
    await everyone(guarded, "ann")
    await guarded.adopt(EVERYONE)
    submitted = await guarded.submit("L-1")
    routed = await guarded.route("L-2")

    found = [await guarded.routing.GetWorkItem(by_key(guarded, "crm", f"L-{number}")) for number in (1, 2)]

    assert [item.name for item in found] == [submitted.work_item, routed.work_item]
    assert found[0].state == routing.WorkItem.STATE_RECEIVED


async def test_whose_it_is_counts_in_this_way_of_asking_too(guarded: Api) -> None:
    other = routing.GetWorkItemRequest(parent="tenants/somebody-else", source="crm", external_id="L-1")
    nobody = routing.GetWorkItemRequest(source="crm", external_id="L-1")

    forbidden, unnamed = (
        await refused(guarded.routing.GetWorkItem(other)),
        await refused(guarded.routing.GetWorkItem(nobody)),
    )

    assert forbidden.code() is grpc.StatusCode.PERMISSION_DENIED
    assert unnamed.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_both_ways_at_once_reach_no_other_tenant(guarded: Api) -> None:
    mine, other = f"{guarded.parent}/workItems/crm~L-1", "tenants/somebody-else/workItems/crm~L-1"

    for name, parent in ((mine, "tenants/somebody-else"), (other, guarded.parent)):
        request = routing.GetWorkItemRequest(name=name, parent=parent, source="crm", external_id="L-1")
        refusal = await refused(guarded.routing.GetWorkItem(request))
        assert refusal.code() in (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT)
