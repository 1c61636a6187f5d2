"""A manager whose token names pools: what is of those they see and change, and nothing else, on a real server."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
import yaml
from google.protobuf.message_factory import GetMessageClass

from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from gateway.auth.permissions import GRANTS
from gateway.calls.call import Method
from tests.api import Api, last
from tests.identities import bearer
from tests.integration.gateway.auth.test_who_may import Metadata, _code, code_of, guarded, showing
from tests.methods import METHODS

__all__ = ["guarded"]  # a fixture

PARENT = "tenants/mine"
OK, DENIED = grpc.StatusCode.OK, grpc.StatusCode.PERMISSION_DENIED
OF_ALL = bearer("mo", ["manager"], ["mine"])
BY_REGION = """
fields: {region: {type: string}}
rules:
  - {id: west, when: {field: region, op: eq, value: west}, route: {pool: west, fallback: wait}}
  - id: far
    when: {field: region, op: eq, value: far}
    route: {pool: east, require: [{rep: skill, op: eq, value: far}], fallback: wait}
  - id: named
    when: {field: region, op: eq, value: named}
    route: {pool: east, require: [{rep: skill, op: eq, value: far}], fallback: [{rep: bo}]}
default: {route: {pool: east, fallback: wait}}
"""
"""What is far nobody can take."""
CALLED = """
process: sales
kinds: [LEAD]
stages: [{id: new, deadlines: [{id: call, within: 1h}]}, {id: won, closes: CONVERTED}]
"""
LISTING = {
    "RoutingService/ListWorkItems", "ProcessService/ListApprovals", "ProcessService/ListSurveys",
    "DecisionService/ListDecisions", "WorkforceService/ListReps", "WorkforceService/ListPools",
}  # fmt: skip
EVERYBODYS = {
    "WorkforceService/GetCalendar", "WorkforceService/ListCalendars", "WorkforceService/GetTenant",
    "RuleService/GetRuleSet", "ProcessService/GetProcess", "ProcessService/ListProcessRevisions",
    "ServerReflection/ServerReflectionInfo",
}  # fmt: skip


def of(*pools: str, roles: tuple[str, ...] = ("manager",), **claims: Any) -> Metadata:
    """Return what such a manager shows."""
    return bearer("mo", list(roles), ["mine"], pools=list(pools), **claims)


@pytest.fixture
async def routed(guarded: Api) -> dict[str, decisions.Decision]:
    """Return by region: what two pools of a rep each got, what waits for one, what bo of west has by none."""
    api = showing(guarded, "mine", OF_ALL)
    for rep, pool in (("li", "east"), ("bo", "west")):
        await api.hire(rep, secret=f"of {rep}")
        await api.pool(pool, [rep])
    await api.adopt(yaml.safe_load(BY_REGION))
    return {region: await api.route(region, region=region) for region in ("east", "west", "far", "named")}


def items_of(routed: dict[str, decisions.Decision]) -> dict[str, str]:
    return {region: decision.work_item for region, decision in routed.items()}


@pytest.mark.long  # its sibling goes through every method
async def test_each_work_item_is_seen_and_changed_by_who_leads_its_pool_alone(
    guarded: Api, routed: dict[str, decisions.Decision]
) -> None:
    await showing(guarded, "mine", OF_ALL).publish_process(CALLED)
    calls, items, of_east = guarded.routing, items_of(routed), of("east")

    async def codes(method: Any, request: Any, field: str = "name", **other: Any) -> list[grpc.StatusCode]:
        return [await _code(method(request(**{field: item}, **other), metadata=of_east)) for item in items.values()]

    li, bo = (f"{PARENT}/reps/{rep}" for rep in ("li", "bo"))
    call = activities.Activity(kind=activities.Activity.KIND_CALL, direction="DIRECTION_OUTBOUND", rep=bo)
    seen = [
        await codes(calls.GetWorkItem, routing.GetWorkItemRequest),
        await codes(calls.GetTimeline, routing.GetTimelineRequest),
        await codes(calls.UpdateWorkItem, lambda name, **_: routing.UpdateWorkItemRequest(
            work_item=routing.WorkItem(name=name, priority=3), update_mask={"paths": ["priority"]})),
    ]  # fmt: skip
    to_others = [
        *await codes(calls.ReassignWorkItem, routing.ReassignWorkItemRequest, rep=bo),
        *await codes(calls.RecordActivity, activities.RecordActivityRequest, activity=call),
    ]
    given = await codes(calls.ReassignWorkItem, routing.ReassignWorkItemRequest, rep=li)
    again = [
        await _code(calls.GetWorkItem(routing.GetWorkItemRequest(name=item), metadata=of_east))
        for item in items.values()
    ]

    assert seen == [[OK, DENIED, OK, DENIED]] * 3
    assert set(to_others) == {DENIED}
    assert given == [grpc.StatusCode.FAILED_PRECONDITION, DENIED, OK, DENIED]  # li has what is of east
    assert again == [OK, DENIED, OK, DENIED]


@pytest.mark.long
async def test_lists_leave_out_what_is_of_others(guarded: Api, routed: dict[str, decisions.Decision]) -> None:
    await showing(guarded, "mine", OF_ALL).publish_process(CALLED)
    later = [await showing(guarded, "mine", OF_ALL).route(f"{region}-2", region=region) for region in ("east", "west")]
    items, of_items = items_of(routed), routing.ListWorkItemsRequest(parent=PARENT)
    of_decisions, running = decisions.ListDecisionsRequest(parent=PARENT), processes.ListDeadlinesRequest(parent=PARENT)

    async def listed(metadata: Metadata) -> list[set[str]]:
        found = await guarded.routing.ListWorkItems(of_items, metadata=metadata)
        made = await guarded.decisions.ListDecisions(of_decisions, metadata=metadata)
        due = await guarded.processes.ListDeadlines(running, metadata=metadata)
        reps = await guarded.workforce.ListReps(workforce.ListRepsRequest(parent=PARENT), metadata=metadata)
        pools = await guarded.workforce.ListPools(workforce.ListPoolsRequest(parent=PARENT), metadata=metadata)
        people = {last(each.name) for each in (*reps.reps, *pools.pools)}
        names = [each.name for each in found.work_items], [each.work_item for each in (*made.decisions, *due.deadlines)]
        return [*map(set, names), people]

    east = {items["east"], items["far"], later[0].work_item}
    everything = {*items.values(), *(each.work_item for each in later)}
    assert await listed(of("east")) == [east, east, {"li", "east"}]
    assert (
        await listed(of("east", "west"))
        == await listed(OF_ALL)
        == [everything, everything, {*["li", "bo", "east", "west"]}]
    )
    assert await listed(of()) == [set()] * 3


async def test_every_method_that_they_may_call_is_held_to_their_pools(
    guarded: Api, routed: dict[str, decisions.Decision]
) -> None:
    of_west = {
        "workItems": routed["west"].work_item, "pools": f"{PARENT}/pools/west", "decisions": routed["west"].name,
        "reps": f"{PARENT}/reps/bo",
    }  # fmt: skip
    held = {}

    for name in (name for name, grant in GRANTS.items() if grant.by_pool):
        request: Any = GetMessageClass(METHODS[name].input_type)()
        *way, field = Method.of(METHODS[name]).resource or ("",)
        kind = {"Pool": "pools", "FairnessReport": "pools", "Decision": "decisions", "Rep": "reps"}
        about = next((kind[each] for each in kind if name.endswith(f"/Get{each}")), "workItems")
        target = request
        for part in way:
            target = getattr(target, part)
        called = name.removeprefix("fairlead.v1.").removeprefix("grpc.reflection.v1alpha.")
        if field and not name.startswith("grpc."):
            setattr(target, field, PARENT if called in LISTING | EVERYBODYS else of_west[about])
        held[called] = await code_of(guarded.channel, name, request.SerializeToString(), of("east"))

    assert {name for name, code in held.items() if code is not DENIED} == LISTING | EVERYBODYS
    by_key = routing.GetWorkItemRequest(parent=PARENT, source="crm", external_id="west")
    assert await _code(guarded.routing.GetWorkItem(by_key, metadata=of("east"))) is DENIED
    absences = calendars.ListAbsencesRequest(parent=f"{PARENT}/reps/-")
    assert await _code(guarded.workforce.ListAbsences(absences, metadata=of("east"))) is DENIED


async def test_a_rep_who_leads_a_pool_sees_their_own_as_well(
    guarded: Api, routed: dict[str, decisions.Decision]
) -> None:
    both, items = of("east", roles=("manager", "rep"), rep="bo"), items_of(routed)

    codes = [
        await _code(guarded.routing.GetWorkItem(routing.GetWorkItemRequest(name=item), metadata=both))
        for item in items.values()
    ]
    closed = routing.CompleteWorkItemRequest(name=items["west"])
    await guarded.routing.CompleteWorkItem(closed, metadata=both)

    assert codes == [OK] * 4
    listed = await guarded.routing.ListWorkItems(routing.ListWorkItemsRequest(parent=PARENT), metadata=both)
    assert {item.name for item in listed.work_items} == set(items.values())


async def test_what_a_manager_has_themselves_is_of_the_pools_that_they_lead(
    guarded: Api, routed: dict[str, decisions.Decision]
) -> None:
    await showing(guarded, "mine", OF_ALL).hire("mo")
    led = workforce.Pool(name=f"{PARENT}/pools/east", managers=[f"{PARENT}/reps/mo"])
    edit = workforce.UpdatePoolRequest(pool=led, update_mask={"paths": ["managers"]})
    await guarded.workforce.UpdatePool(edit, metadata=OF_ALL)

    kept = routing.ReassignWorkItemRequest(name=routed["east"].work_item, rep=f"{PARENT}/reps/mo")
    decision = await guarded.routing.ReassignWorkItem(kept, metadata=of("east"))

    assert decision.pool == ""
    seen = decisions.GetDecisionRequest(name=decision.name), routing.GetWorkItemRequest(name=decision.work_item)
    for pool, code in (("east", OK), ("west", DENIED)):
        assert await _code(guarded.decisions.GetDecision(seen[0], metadata=of(pool))) is code
        assert await _code(guarded.routing.GetWorkItem(seen[1], metadata=of(pool))) is code


async def test_explanations_leave_out_reps_of_other_pools(guarded: Api, routed: dict[str, decisions.Decision]) -> None:
    asked = decisions.GetDecisionRequest(name=routed["east"].name, view=decisions.DECISION_VIEW_FULL)

    seen = [await guarded.decisions.GetDecision(asked, metadata=metadata) for metadata in (of("east"), OF_ALL)]

    assert [{last(each.rep) for each in decision.candidates} for decision in seen] == [{"li"}, {"li", "bo"}]
    assert ["of bo" in str(decision) or "reps/bo" in str(decision) for decision in seen] == [False, True]
