"""Recusal: a work item never reaches who it is about, nor, where the route says so, who had it before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failures import Failure
from router.assignment.commands import BindCommand, ReassignRequest, RouteRequest
from router.assignment.explanation import Reason, explain
from router.assignment.jobs import reassign_command, route_command, wake_command
from router.assignment.planner import Planner
from router.assignment.service import Router
from router.backlog.requeuer import Requeuer
from router.history.replay import Replay
from router.model.decision import Decision
from router.model.errors import NotPossible
from router.model.records import ItemRecord
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from router.rules.check import check
from router.rules.route import HANDLERS, Route, RoutingRules
from rules.index import IndexEngine
from rules.normal_form import normal_form
from tests.changing_tenants import (
    TENANT,
    ChangingTenant,
    Happening,
    happenings,
    routing_rules,
    whole_workforces,
    work_items,
)
from tests.unit.router.assignment.test_explanation import decided, reasons
from tests.workforces import roster as roster_of

FIELDS = "fields: {about: {type: string}, those: {type: list}, loud: {type: string, ignore: [case]}}\nrules: []\n"
PEOPLE = {
    "anna": Rep("anna", "Anna Lee"),
    "bo": Rep("bo", "王芳"),
    "cy": Rep("cy", "王芳"),
    "di": Rep("di", active=False),
}


def planner(route: str) -> Planner:
    """Return a planner of one route; anna, bo and di are in pool p, cy is in none."""
    rule_set = check(f"{FIELDS}default: {{route: {{pool: p, {route}}}}}").rule_set
    assert rule_set is not None
    pool = Pool("p", tuple(map(Member, ("anna", "bo", "di"))))
    return Planner(1, rule_set, IndexEngine(rule_set), roster_of(1, PEOPLE, {"p": pool}, {}))


def ticket(**attributes: Any) -> WorkItem:
    return WorkItem(Kind.TICKET, "crm", "T-1", attributes)


@pytest.mark.parametrize(
    ("attributes", "left_out"),
    [
        ({}, set()),
        ({"about": "n/a"}, set()),
        ({"about": "nobody we know"}, set()),
        ({"about": "anna"}, {"anna"}),
        ({"about": "tenants/acme/reps/anna"}, {"anna"}),
        ({"about": "tenants/acme/pools/anna"}, set()),
        ({"about": " ＡＮＮＡ lee "}, {"anna"}),
        ({"about": "王芳"}, {"bo", "cy"}),
        ({"about": "Anna Lee, bo"}, set()),
        ({"those": ["anna", "Anna Lee", "di"]}, {"anna", "di"}),
        ({"loud": "ANNA"}, {"anna"}),
        ({"about": "anna", "those": ["bo"]}, {"anna", "bo"}),
    ],
)
def test_a_field_means_reps_by_id_resource_name_and_display_name_however_spelt(
    attributes: dict[str, Any], left_out: set[str]
) -> None:
    plan = planner("exclude: [about, those, loud]").plan(ticket(**attributes), 0)

    assert plan.recused.keys() == left_out
    assert plan.attempts[0].candidates.reps == tuple(rep for rep in ("anna", "bo") if rep not in left_out)


def test_a_route_that_excludes_nobody_leaves_nobody_out() -> None:
    by = planner("hours: ignore")

    assert by.plan(ticket(about="anna"), 0, handlers=["bo"]).recused == {}
    assert by.plan(ticket(about="anna"), 0, handlers=["bo"]).attempts[0].candidates.reps == ("anna", "bo")


def test_no_fallback_brings_back_who_is_left_out() -> None:
    route = "exclude: [about, handlers], fallback: [{hours: ignore}, {pool: p}, {rep: anna}, {rep: cy}, {rep: bo}]"

    plan = planner(route).plan(ticket(about="anna"), 0, handlers=["bo"])

    assert [attempt.candidates.reps for attempt in plan.attempts] == [(), (), (), (), ("cy",), ()]


def test_everybody_who_is_left_out_is_told_by_what_and_in_the_order_of_the_filter() -> None:
    by = planner("exclude: [about, those, handlers], fallback: [{rep: anna}]")
    decision = decided(by, ticket(about="Anna Lee", those=["ANNA", "di"]), tried=("bo", "cy"))

    explanation = explain(decision, by)

    assert reasons(explanation) == {
        "anna": ["CONFLICT", "CONFLICT"],
        "bo": ["NOT_A_MEMBER", "CONFLICT"],
        "cy": ["NOT_A_MEMBER", "CONFLICT"],
        "di": ["NOT_A_MEMBER", "INACTIVE", "CONFLICT"],
    }
    by_rep = {candidate.rep: candidate.reasons for candidate in explanation.candidates}
    assert by_rep["anna"] == (
        Reason("CONFLICT", "about", "anna", "Anna Lee", item_field="about"),
        Reason("CONFLICT", "those", "anna", ("ANNA", "di"), item_field="those"),
    )
    assert by_rep["bo"][-1] == Reason("CONFLICT", "handlers", "bo")
    assert [(each.code, each.field, each.reps) for each in explanation.steps[0].counts] == [
        ("CONFLICT", "about", 1), ("CONFLICT", "handlers", 1), ("INACTIVE", "active", 1)]  # fmt: skip


def record(owner: str = "", *tried: str) -> ItemRecord:
    state = State.ASSIGNED if owner else State.QUEUED
    return ItemRecord("crm~T-1", state, Kind.TICKET, owner, "p" if owner else "", 1, 1, 1, 1, 1, 1, tried)


@pytest.mark.parametrize(("rep", "fields"), [("anna", "about"), ("bo", "handlers"), ("cy", "those, handlers")])
def test_a_person_cannot_name_who_is_left_out(rep: str, fields: str) -> None:
    by, item = planner("exclude: [about, those, handlers]"), ticket(about="anna", those=["cy"])

    with pytest.raises(NotPossible, match=f"tenants/t/reps/{rep}: CONFLICT: recused by {fields}$"):
        reassign_command("t", by, ReassignRequest("crm~T-1", rep), record("di", "cy", "bo"), item, "", 0)


def test_who_is_left_out_is_a_candidate_of_no_plan_for_somebody_named() -> None:
    by, item = planner("exclude: [about, handlers]"), ticket(about="anna")

    for named, reps in (("cy", ("cy",)), ("anna", ()), ("bo", ())):
        (attempt,) = by.plan(item, 0, handlers=["bo"], named=named).attempts
        assert attempt.candidates.reps == reps


@pytest.mark.parametrize(
    ("route", "rep", "kept"),
    [
        ("exclude: handlers", "anna", ("bo", "cy", "di")),
        ("exclude: about", "anna", ()),
        ("exclude: handlers", "", ("bo", "cy", "di")),
        ("exclude: about", "", ("bo", "cy", "di")),
    ],
)
def test_a_decision_keeps_who_had_it_where_that_is_what_left_them_out(
    route: str, rep: str, kept: tuple[str, ...]
) -> None:
    job = reassign_command(
        "t", planner(route), ReassignRequest("crm~T-1", rep), record("di", "bo", "cy"), ticket(), "", 0
    )

    assert job.head.tried == kept


def test_what_waits_is_not_woken_for_who_had_it() -> None:
    jobs = [wake_command(planner(route), record("", "anna"), ticket(), 0) for route in ("exclude: handlers", "sla: x")]

    assert [isinstance(job, BindCommand) and (job.attempts[0][0].reps, job.head.tried) for job in jobs] == [
        (("bo",), ("anna",)), (("anna", "bo"), ())]  # fmt: skip


def test_what_was_reopened_and_waits_is_not_routed_to_who_had_it() -> None:
    request = RouteRequest(ticket())
    jobs = [
        route_command(planner(route), request, request.item, 0, handlers=("anna",))
        for route in ("exclude: handlers", "sla: x")
    ]

    assert [isinstance(job, BindCommand) and (job.attempts[0][0].reps, job.head.tried) for job in jobs] == [
        (("bo",), ("anna",)), (("anna", "bo"), ())]  # fmt: skip


@settings(max_examples=settings().max_examples // 4, deadline=None)
@given(whole_workforces(), routing_rules(), st.lists(st.tuples(happenings, work_items()), min_size=2, max_size=6))
def test_whatever_happens_nothing_reaches_who_it_is_about(
    people: Any, rule_set: RoutingRules, course: list[tuple[Happening, list[WorkItem]]]
) -> None:
    asyncio.run(_never(people, rule_set, course))


async def _never(people: Any, rule_set: RoutingRules, course: list[tuple[Happening, list[WorkItem]]]) -> None:
    """Route, reassign and wake; hold each decision to what its route excludes, then the whole log to a replay."""
    tenant = ChangingTenant()
    await tenant.take(Happening("edit", people))
    await tenant.take(Happening("publish", rule_set))
    router, planners = tenant.router(IndexEngine)
    for happening, items in course:
        await tenant.take(happening)
        for item in items:
            await _ask(router, item)
        requeuer = Requeuer(TENANT, tenant.store, planners)
        await requeuer.begin()
        await requeuer.wake()
    owners: dict[str, list[str]] = {}
    for event in await tenant.store.events(TENANT, count=1000):
        if isinstance(event, Decision):
            head = event.head
            by = await planners.at(TENANT, head.rule_set_revision, head.workforce_revision)
            _check(event, by.rule_set.applied(head.matched_rules), by.roster.reps, owners.setdefault(event.item_id, []))
    assert [each async for each in Replay(tenant.store, tenant.store, planners).differences(TENANT)] == []


async def _ask(router: Router, item: WorkItem) -> None:
    known = f"crm~{item.external_id}"
    requests: list[RouteRequest | ReassignRequest] = [RouteRequest(item)]
    requests += [ReassignRequest(known), *(ReassignRequest(known, rep) for rep in "abcd")]
    for request in requests:
        try:
            if isinstance(request, RouteRequest):
                await router.route(TENANT, request)
            else:
                await router.reassign(TENANT, request)
        except Failure:
            continue


def _check(decision: Decision, route: Route, reps: Mapping[str, Rep], owners: list[str]) -> None:
    """Hold an owner to what their names are compared with, read from the work item as it came."""
    if not decision.rep:
        return
    owner, attributes = reps[decision.rep], decision.head.item.attributes
    names = {normal_form(owner.id), normal_form(owner.display_name)} - {"", "-"}
    for field in route.exclude:
        value = attributes.get(field, ())
        texts = [value] if isinstance(value, str) else value
        assert field == HANDLERS or names.isdisjoint(map(normal_form, texts)), (decision, field)
    assert HANDLERS not in route.exclude or decision.rep not in owners
    owners.append(decision.rep)
