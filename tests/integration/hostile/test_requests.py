"""Bad names, pages, tokens and numbers in every other request: refused by name, nothing changed."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest
from google.protobuf.message import Message

from fairlead.v1 import decisions_pb2, fairness_pb2, routing_pb2, rules_pb2, workforce_pb2
from tests.api import Api, dump
from tests.integration.hostile.harm import MEGABYTE, UNKNOWN, Code, assert_unharmed, outcome_of

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
