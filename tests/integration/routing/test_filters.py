"""Lists of decisions and work items keep what a filter of AIP-160 says, page by page, from every store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from fairlead.v1 import decisions_pb2, routing_pb2
from tests.api import Api, last, violated_fields
from tests.conftest import ON_EVERY_STORE
from tests.integration.routing.arranging import refused

pytestmark = ON_EVERY_STORE

RULES: dict[str, Any] = {
    "fields": {"region": {"type": "string"}},
    "rules": [
        {
            "id": "east",
            "priority": 2,
            "when": {"field": "region", "op": "eq", "value": "east"},
            "route": {"pool": "east"},
        },
        {"id": "all", "when": {"field": "region", "op": "exists"}, "route": {"pool": "west"}},
    ],
    "default": {"route": {"pool": "nobody", "fallback": "wait"}},
}


@pytest.fixture
async def team(api: Api) -> Api:
    """Decisions about L-0 to L-4, and of L-0 a second one that moves it."""
    for rep in ("ann", "bob"):
        await api.hire(rep)
    await api.pool("east", ["ann", "bob"])
    await api.pool("west", ["bob"])
    await api.adopt(RULES)
    await api.route("L-0", region="east")
    await api.route("L-1", region="north", source="CRM")
    await api.route("L-2")
    await api.route("L-3", region="east", source="web", kind=routing_pb2.WorkItem.KIND_TICKET)
    await api.route("L-4", region="east")
    await api.reassign(f"{api.parent}/workItems/crm~L-0")
    return api


async def decided(api: Api, filter_text: str, page_size: int = 50, **fields: Any) -> list[decisions_pb2.Decision]:
    """List decisions to the end."""
    listed, token = list[decisions_pb2.Decision](), ""
    while True:
        request = decisions_pb2.ListDecisionsRequest(
            parent=api.parent, filter=filter_text, page_size=page_size, page_token=token, **fields
        )
        page = await api.decisions.ListDecisions(request)
        listed += page.decisions
        token = page.next_page_token
        if not token:
            return listed


async def items(api: Api, filter_text: str, page_size: int = 50, **fields: Any) -> list[str]:
    """List work items to the end, by the last part of their ids."""
    listed, token = list[str](), ""
    while True:
        request = routing_pb2.ListWorkItemsRequest(
            parent=api.parent, filter=filter_text, page_size=page_size, page_token=token, **fields
        )
        page = await api.routing.ListWorkItems(request)
        listed += [item.name.rpartition("~")[2] for item in page.work_items]
        token = page.next_page_token
        if not token:
            return listed


DECISION_FILTERS: dict[str, Callable[[decisions_pb2.Decision], bool]] = {
    "": lambda _: True,
    "rule = east": lambda d: list(d.matched_rules[:1]) == ["east"],
    "rule = default": lambda d: not d.matched_rules,
    "matched_rules:all": lambda d: "all" in d.matched_rules,
    "rep = ann": lambda d: last(d.rep) == "ann",
    "rep = tenants/{tenant}/reps/bob AND pool = east": lambda d: (last(d.rep), last(d.pool)) == ("bob", "east"),
    "NOT rep:*": lambda d: not d.rep,
    "outcome = WAITING OR outcome = OUTCOME_UNROUTED": lambda d: not d.rep,
    "cause = REASSIGNED": lambda d: d.cause == decisions_pb2.Decision.CAUSE_REASSIGNED,
    "kind = TICKET": lambda d: d.work_item.endswith("L-3"),
    "source = web": lambda d: d.work_item.endswith("L-3"),
    "source = crm": lambda d: not d.work_item.endswith("L-3"),
    "work_item = CRM~l-0": lambda d: d.work_item.endswith("L-0"),
    "work_item = tenants/{tenant}/workItems/crm~L-0 AND cause = ROUTED": lambda d: d.work_item.endswith("L-0")
    and d.cause == decisions_pb2.Decision.CAUSE_ROUTED,
    'actor = ""': lambda _: True,
    "actor:*": lambda _: False,
}  # fmt: skip


@pytest.mark.parametrize("filter_text", DECISION_FILTERS)
@pytest.mark.parametrize("page_size", [1, pytest.param(50, marks=pytest.mark.long)])
async def test_decisions_are_kept_by_what_they_are_whatever_the_page(
    team: Api, filter_text: str, page_size: int
) -> None:
    everything = await decided(team, "")

    kept = await decided(team, filter_text.replace("{tenant}", team.tenant), page_size)

    assert len(everything) == 6
    assert [d.name for d in kept] == [d.name for d in everything if DECISION_FILTERS[filter_text](d)]


async def test_decisions_are_kept_by_when_they_were_made(team: Api) -> None:
    everything = await decided(team, "")
    times = sorted({d.decide_time.ToNanoseconds(): d.decide_time.ToJsonString() for d in everything}.items())
    start_ns, start = times[len(times) // 3]
    end_ns, end = times[-1]

    kept = await decided(team, f'decide_time >= "{start}" AND decide_time < {end}', 2)

    assert [d.name for d in kept] == [d.name for d in everything if start_ns <= d.decide_time.ToNanoseconds() < end_ns]
    assert await decided(team, f"decide_time > {end}") == await decided(team, f"decide_time < {times[0][1]}") == []


ITEM_FILTERS = {
    "": ["L-0", "L-1", "L-2", "L-3", "L-4"],
    "owner = ann OR owner = bob": ["L-0", "L-1", "L-3", "L-4"],
    "NOT owner:*": ["L-2"],
    "pool = west": ["L-1"],
    "state = STATE_QUEUED": ["L-2"],
    "state != QUEUED AND kind = LEAD": ["L-0", "L-1", "L-4"],
    "source = web": ["L-3"],
    "source = crm AND external_id = l-1": ["L-1"],
    "create_time > 2020-01-01T00:00:00Z": ["L-0", "L-1", "L-2", "L-3", "L-4"],
    "create_time < 2020-01-01T00:00:00Z": [],
}


@pytest.mark.parametrize("filter_text", ITEM_FILTERS)
@pytest.mark.parametrize("page_size", [1, pytest.param(50, marks=pytest.mark.long)])
async def test_work_items_are_kept_by_what_they_are_now(team: Api, filter_text: str, page_size: int) -> None:
    assert await items(team, filter_text, page_size) == ITEM_FILTERS[filter_text]


async def test_an_owner_in_a_filter_is_one_beside_it(team: Api) -> None:
    of_bob = await items(team, "", owner=team.rep_name("bob"))

    assert await items(team, f"owner = {team.rep_name('bob')}") == await items(team, "owner = bob") == of_bob
    assert await items(team, "owner = ann", owner=team.rep_name("bob")) == []
    assert await items(team, "kind = TICKET OR pool = west", owner=team.rep_name("bob")) == [
        name for name in of_bob if name in ("L-1", "L-3")
    ]


async def test_a_page_token_is_refused_with_another_filter(team: Api) -> None:
    first = await team.decisions.ListDecisions(
        decisions_pb2.ListDecisionsRequest(parent=team.parent, filter="rep:*", page_size=1)
    )
    came = await team.routing.ListWorkItems(
        routing_pb2.ListWorkItemsRequest(parent=team.parent, filter="owner:*", page_size=1)
    )

    for filter_text in ("", "rep = ann"):
        token = first.next_page_token
        request = decisions_pb2.ListDecisionsRequest(parent=team.parent, filter=filter_text, page_token=token)
        error = await refused(team.decisions.ListDecisions(request))
        assert (error.code(), violated_fields(error)) == (grpc.StatusCode.INVALID_ARGUMENT, ["page_token"])
        assert "another filter" in (error.details() or "")
    listed = routing_pb2.ListWorkItemsRequest(parent=team.parent, page_token=came.next_page_token)
    assert violated_fields(await refused(team.routing.ListWorkItems(listed))) == ["page_token"]


@pytest.mark.parametrize("filter_text", ["repp = ann", "rep", "rep = ann AND", "state = OPEN", "(" * 99])
async def test_a_filter_that_cannot_be_read_is_refused_by_its_name(team: Api, filter_text: str) -> None:
    of_decisions = decisions_pb2.ListDecisionsRequest(parent=team.parent, filter=filter_text)
    of_items = routing_pb2.ListWorkItemsRequest(parent=team.parent, filter=filter_text)

    for error in (
        await refused(team.decisions.ListDecisions(of_decisions)),
        await refused(team.routing.ListWorkItems(of_items)),
    ):
        assert (error.code(), violated_fields(error)) == (grpc.StatusCode.INVALID_ARGUMENT, ["filter"])
