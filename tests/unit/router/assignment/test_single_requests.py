"""A single request takes one call of the store; what that call does not decide is decided as one of many would be."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest

from router.assignment.commands import BindCommand, KnownAs, Moved, Refusal, RouteRequest
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.model.decision import Decision
from router.model.errors import RequestIdReused, StaleRevision
from router.model.revisions import RevisionPair
from router.model.workitem import Kind, WorkItem
from tests.contract.nothing.routing import RULES, Routing

LEAD = RouteRequest(WorkItem(Kind.LEAD, "crm", "S-1"), "r-1")


class FirstCall:
    """The twin, of which the first call is answered otherwise; counts the calls."""

    def __init__(self, world: Routing, otherwise: Any) -> None:
        self._store = world.store
        self._otherwise = otherwise
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def bind(self, tenant: str, revisions: RevisionPair, jobs: Sequence[BindCommand], **given: Any) -> Any:
        self.calls += 1
        if self.calls > 1 or self._otherwise is None:
            return await self._store.bind(tenant, revisions, jobs, **given)
        if isinstance(self._otherwise, Exception):
            raise self._otherwise
        return [self._otherwise]


async def routed(otherwise: Any) -> tuple[Decision, int, int]:
    """Route a lead; return its decision, the calls of the store and the events that came of it."""
    world = await Routing.open(None, "t")
    before = (await world.event()).number
    store = FirstCall(world, otherwise)
    planners: Any = world.planners
    router = Router(store, planners, WorkItemQueries(store, planners), world.customer_scores)
    decision = await router.route("t", LEAD)
    return decision, store.calls, (await world.event()).number - before


async def test_one_call_of_the_store_is_all_that_it_takes() -> None:
    decision, calls, events = await routed(None)

    assert (decision.rep, calls, events) == ("bo", 1, 1)


@pytest.mark.parametrize(
    "otherwise", [StaleRevision("tenants/t", "rules changed"), Moved(0), KnownAs("crm~S-1"), Refusal.CONFLICT]
)
async def test_what_the_first_call_does_not_decide_is_decided_once(otherwise: Any) -> None:
    straight, _, _ = await routed(None)

    decision, calls, events = await routed(otherwise)

    assert decision == straight
    assert (calls, events) == (2, 1)


async def calls_behind(first: RouteRequest, second: RouteRequest) -> int:
    """Return how many calls of the store a request takes behind another one."""
    world = await Routing.open(None, "t")
    await world.router.route("t", first)
    store, planners = FirstCall(world, None), world.planners
    router: Any = Router(store, planners, WorkItemQueries(store, planners), world.customer_scores)
    with suppress(RequestIdReused):
        await router.route("t", second)
    return store.calls


async def test_a_lead_that_is_known_by_another_spelling_takes_one_call_to_find_and_one_to_answer() -> None:
    assert await calls_behind(LEAD, RouteRequest(WorkItem(Kind.LEAD, "CRM", " s-1 "))) == 2


async def test_rules_that_another_server_published_cost_one_call_more() -> None:
    world = await Routing.open(None, "t")
    store, planners = FirstCall(world, None), PlannerCache(world.workforce, world.rule_sets, world.rule_sets)
    router: Any = Router(store, planners, WorkItemQueries(store, planners), world.customer_scores)
    await router.route("t", LEAD)
    await world.publish(source=RULES)

    await router.route("t", RouteRequest(WorkItem(Kind.LEAD, "crm", "S-2")))

    assert store.calls == 1 + 2


async def test_a_reused_request_id_is_refused_at_once_as_among_many() -> None:
    world, other = await Routing.open(None, "t"), LEAD._replace(item=WorkItem(Kind.LEAD, "crm", "S-2"))
    await world.router.route("t", LEAD)

    with pytest.raises(RequestIdReused):
        await world.router.route("t", other)
    assert await calls_behind(LEAD, other) == 1


@pytest.mark.parametrize(("source", "external_id"), [("crm", "L-7"), ("CRM", " l-7 "), ("crm", ""), ("crm", "l-7")])
async def test_a_single_request_and_one_of_many_are_answered_alike(source: str, external_id: str) -> None:
    request = RouteRequest(WorkItem(Kind.LEAD, source, external_id, value=3.0), "r-7")
    worlds = [await Routing.open(None, "t") for _ in range(2)]
    for world in worlds:
        await world.route("l-7")

    alone = await worlds[0].router.route("t", request)

    assert [alone] == await worlds[1].router.route_many("t", [request])
