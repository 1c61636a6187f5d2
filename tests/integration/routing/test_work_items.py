"""Work items by name: read, listed, completed, moved."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from fairlead.v1 import decisions_pb2, routing_pb2
from store.embedded.server import EmbeddedServer
from tests.api import ASSIGNED, EVERYONE, EXISTING_OWNER, FULL, UNROUTED, Api, differences, last
from tests.conftest import ON_EVERY_STORE
from tests.integration.routing.arranging import by_region, everyone, refused

pytestmark = ON_EVERY_STORE

Code = grpc.StatusCode
State = routing_pb2.WorkItem


async def test_a_work_item_tells_where_it_stands(api: Api) -> None:
    await everyone(api, "ann")
    decision = await api.route("L-1", value=7)

    item = await api.item(decision.work_item)

    assert (item.state, last(item.owner), last(item.pool), item.epoch) == (State.STATE_ASSIGNED, "ann", "everyone", 1)
    assert (item.source, item.external_id, item.value, item.decision) == ("crm", "L-1", 7, decision.name)
    assert item.create_time == decision.decide_time


async def test_pages_list_every_work_item_once_and_oldest_first(api: Api) -> None:
    await everyone(api, "ann", "bob")
    names = [(await api.route(f"L-{n}")).work_item for n in range(7)]

    listed: list[str] = []
    token = ""
    while not listed or token:
        request = routing_pb2.ListWorkItemsRequest(parent=api.parent, page_size=3, page_token=token)
        page = await api.routing.ListWorkItems(request)
        listed += [item.name for item in page.work_items]
        token = page.next_page_token

    assert listed == names


async def test_a_list_keeps_one_owner_and_one_state(api: Api) -> None:
    await everyone(api, "ann", "bob")
    decisions = [await api.route(f"L-{n}") for n in range(4)]
    anns = [decision.work_item for decision in decisions if last(decision.rep) == "ann"]
    await api.complete(anns[0])

    request = routing_pb2.ListWorkItemsRequest(parent=api.parent, owner=api.rep_name("ann"), state=State.STATE_ASSIGNED)
    page = await api.routing.ListWorkItems(request)

    assert [item.name for item in page.work_items] == anns[1:]


async def test_completing_closes_and_frees_the_owner(api: Api) -> None:
    await everyone(api, "ann")
    decision = await api.route("L-1")

    item = await api.complete(decision.work_item, resolution=routing_pb2.CompleteWorkItemRequest.RESOLUTION_CONVERTED)

    assert (item.state, last(item.owner)) == (State.STATE_CONVERTED, "ann")
    assert (await refused(api.complete(decision.work_item))).code() == Code.FAILED_PRECONDITION


async def test_a_stale_etag_closes_nothing(api: Api) -> None:
    await everyone(api, "ann", "bob")
    decision = await api.route("L-1")
    etag = (await api.item(decision.work_item)).etag
    await api.reassign(decision.work_item)

    error = await refused(api.complete(decision.work_item, etag=etag))

    assert error.code() == Code.ABORTED
    assert (await api.item(decision.work_item)).state == State.STATE_ASSIGNED


@pytest.mark.parametrize("etag", ["0", "00", "-1", "none"])
async def test_an_etag_that_never_was_is_stale_and_not_left_out(api: Api, etag: str) -> None:
    await everyone(api, "ann", "bob")
    decision = await api.route("L-1")

    closing = await refused(api.complete(decision.work_item, etag=etag))
    moving = await refused(api.reassign(decision.work_item, etag=etag))

    assert (closing.code(), moving.code()) == (Code.ABORTED, Code.ABORTED)
    assert (await api.item(decision.work_item)).state == State.STATE_ASSIGNED


async def test_completing_may_be_repeated_by_its_request_id(api: Api) -> None:
    await everyone(api, "ann")
    decision = await api.route("L-1")
    first = await api.complete(decision.work_item, request_id="c-1")

    again = await api.complete(decision.work_item, request_id="c-1")

    assert again == first


async def test_a_closed_work_item_is_not_reassigned(api: Api) -> None:
    await everyone(api, "ann", "bob")
    decision = await api.route("L-1")
    await api.complete(decision.work_item)

    error = await refused(api.reassign(decision.work_item))

    assert error.code() == Code.FAILED_PRECONDITION


async def test_a_reassigned_lead_goes_to_those_who_have_not_had_it(api: Api) -> None:
    await everyone(api, "ann", "bob", "eve")
    decision = await api.route("L-1")

    moved = [last((await api.reassign(decision.work_item)).rep) for _ in range(2)]
    nobody = await api.reassign(decision.work_item)

    assert {last(decision.rep), *moved} == {"ann", "bob", "eve"}
    assert nobody.outcome == UNROUTED
    assert last((await api.item(decision.work_item)).owner) == moved[-1]


async def test_a_named_rep_gets_it_and_the_report_counts_the_override_apart(api: Api, store: Any) -> None:
    await api.hire("ann", regions=["east"])
    await api.hire("bob", regions=["west"])
    await api.pool("everyone", ["ann", "bob"])
    await api.adopt(by_region())
    decision = await api.route("L-1", region="east")

    moved = await api.reassign(decision.work_item, rep=api.rep_name("bob"), note="knows them", view=FULL)

    assert (last(moved.rep), moved.epoch, moved.note) == ("bob", 2, "knows them")
    assert moved.cause == decisions_pb2.Decision.CAUSE_OVERRIDE
    report = await api.report("everyone")
    assert (report.decisions, report.overrides) == (2, 1)
    assert await differences(store.url, api.tenant) == []


async def test_a_named_rep_at_capacity_is_refused(api: Api) -> None:
    await api.hire("ann")
    await api.hire("bob", capacity={"LEAD": 0})
    await api.pool("everyone", ["ann", "bob"])
    await api.adopt(EVERYONE)
    decision = await api.route("L-1")

    error = await refused(api.reassign(decision.work_item, rep=api.rep_name("bob")))

    assert error.code() == Code.FAILED_PRECONDITION


async def test_reassigning_may_be_repeated_by_its_request_id(api: Api) -> None:
    await everyone(api, "ann", "bob", "eve")
    decision = await api.route("L-1")
    first = await api.reassign(decision.work_item, request_id="m-1")

    again = await api.reassign(decision.work_item, request_id="m-1")

    assert again == first


async def test_the_decisions_about_a_work_item_are_listed_newest_first(api: Api) -> None:
    await everyone(api, "ann", "bob", "eve")
    decision = await api.route("L-1")
    await api.route("L-2")
    second = await api.reassign(decision.work_item)
    third = await api.reassign(decision.work_item)

    about_it: list[str] = []
    token = ""
    while not about_it or token:
        request = decisions_pb2.ListDecisionsRequest(
            parent=api.parent, work_item=decision.work_item, page_size=1, page_token=token
        )
        page = await api.decisions.ListDecisions(request)
        about_it += [listed.name for listed in page.decisions]
        token = page.next_page_token

    assert about_it == [third.name, second.name, decision.name]


async def test_all_decisions_are_listed_newest_first(api: Api) -> None:
    await everyone(api, "ann")
    names = [(await api.route(f"L-{n}")).name for n in range(5)]

    all_listed: list[str] = []
    token = ""
    while not all_listed or token:
        request = decisions_pb2.ListDecisionsRequest(parent=api.parent, page_size=2, page_token=token)
        page = await api.decisions.ListDecisions(request)
        all_listed += [listed.name for listed in page.decisions]
        token = page.next_page_token

    assert all_listed == names[::-1]


@pytest.mark.parametrize(
    ("source", "external_id"), [("CRM", "l-1"), (" crm\u3000", "L-1 "), ("ｃｒｍ", "Ｌ-1"), ("crm", "L-1\u200b")]
)
async def test_another_spelling_of_source_and_id_is_the_same_work_item(api: Api, source: str, external_id: str) -> None:
    await everyone(api, "ann", "bob")
    first = await api.route("L-1")

    seen = await api.route(external_id, source=source, validate_only=True)
    again = await api.route(external_id, source=source, request_id="again")
    repeated = await api.route(external_id, source=source, request_id="again")
    item = await api.item(again.work_item)

    assert [(one.work_item, one.outcome) for one in (seen, again, repeated)] == [
        (first.work_item, EXISTING_OWNER) for _ in range(3)
    ]
    assert (last(item.name), item.source, item.external_id) == ("crm~L-1", "crm", "L-1")


async def test_the_first_spelling_is_kept_whichever_comes_after_it(api: Api) -> None:
    await everyone(api, "ann")
    first = await api.route(" L 1 ", source="CRM ")

    again = await api.route("l 1", source="crm")
    item = await api.item(again.work_item)

    assert again.work_item == first.work_item
    assert (item.source, item.external_id) == ("CRM ", " L 1 ")


async def test_spellings_that_come_in_one_batch_are_one_work_item(api: Api) -> None:
    await everyone(api, "ann", "bob")
    wishes = [api.wish(external_id) for external_id in ("l-1", "L-1", "L-2", "L-1 ", "l-2", "l-1")]

    results = await api.route_batch(wishes)

    names = [last(result.decision.work_item) for result in results]
    assert names == ["crm~l-1", "crm~l-1", "crm~L-2", "crm~l-1", "crm~L-2", "crm~l-1"]
    outcomes = [result.decision.outcome for result in results]
    assert outcomes == [ASSIGNED, EXISTING_OWNER, ASSIGNED, EXISTING_OWNER, EXISTING_OWNER, EXISTING_OWNER]


async def test_a_work_item_is_completed_and_moved_by_its_name_in_any_case(api: Api, store: EmbeddedServer) -> None:
    await everyone(api, "ann", "bob")
    await api.route("L-1")

    moved = await api.reassign(f"{api.parent}/workItems/CRM~l-1")
    done = await api.complete(f"{api.parent}/workItems/crm~l-1")

    assert (last(moved.work_item), last(done.name), done.state) == ("crm~L-1", "crm~L-1", State.STATE_CLOSED)
    assert await differences(store.url, api.tenant) == []


@pytest.mark.parametrize(
    ("source", "external_id", "field"), [("\u3000", "L-1", "source"), ("crm", " \u200b", "external_id")]
)
async def test_a_source_and_an_id_are_more_than_blanks(api: Api, source: str, external_id: str, field: str) -> None:
    await everyone(api, "ann")

    error = await refused(api.route(external_id, source=source))

    assert error.code() is Code.INVALID_ARGUMENT
    assert f"work_item.{field}" in (error.details() or "")
