"""Recusal on both stores: what is routed, moved, woken, previewed and replayed leaves out who it is about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from router.assignment.commands import ImportedItem, ReassignRequest, ReopenRequest, RouteRequest
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.reopening import Reopening
from router.backlog.requeuer import Requeuer
from router.history.replay import Replay
from router.imports.service import Imports
from router.model.decision import Decision, Outcome
from router.model.errors import NotPossible
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from tests.contract.nothing.routing import Routing

RULES = """
fields: {about: {type: list}}
rules: []
default: {route: {pool: east, exclude: [about, handlers], fallback: [{rep: cy}, wait]}}
"""


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest, tenant: str) -> AsyncIterator[Routing]:
    """Yield a tenant whose rules exclude, with ann and bo in its pool, and cy in none; on each store in turn."""
    redis: Any = Redis.from_url(request.getfixturevalue("store").url) if request.param == "redis" else None
    world = await Routing.open(redis, tenant)
    people = {("rep", "ann"): Rep("ann", "Ann Lee"), ("rep", "cy"): Rep("cy")}
    await world.write({**people, ("pool", "east"): Pool("east", (Member("ann"), Member("bo")))})
    await world.publish(source=RULES)
    yield world
    if redis is not None:
        await redis.aclose()


async def route(world: Routing, external_id: str, *about: str, preview: bool = False) -> Decision:
    item = WorkItem(Kind.TICKET, "crm", external_id, {"about": list(about)})
    return await world.router.route(world.tenant, RouteRequest(item), preview=preview)


async def reassign(world: Routing, external_id: str, rep: str = "") -> Decision:
    return await world.router.reassign(world.tenant, ReassignRequest(f"crm~{external_id}", rep))


async def differences(world: Routing) -> list[str]:
    planners = PlannerCache(world.workforce, world.rule_sets, world.rule_sets)
    return [each async for each in Replay(world.store, world.presences, planners).differences(world.tenant)]


@pytest.mark.parametrize("preview", [True, False])
async def test_what_is_about_somebody_is_routed_to_others_first_by_pool_and_then_by_name(
    world: Routing, preview: bool
) -> None:
    assert (await route(world, "T-1", "Ann Lee", preview=preview)).rep == "bo"
    assert (await route(world, "T-2", "ANN", "bo", preview=preview)).rep == "cy"
    assert (await route(world, "T-3", "ann", "bo", "cy", preview=preview)).outcome is Outcome.WAITING
    assert await differences(world) == []


async def test_it_is_moved_to_nobody_who_had_it_or_whom_it_is_about_until_nobody_is_left(world: Routing) -> None:
    await route(world, "T-1", "ann")

    with pytest.raises(NotPossible, match=r"reps/ann: CONFLICT: recused by about$"):
        await reassign(world, "T-1", "ann")
    assert (await reassign(world, "T-1", "cy")).rep == "cy"
    with pytest.raises(NotPossible, match=r"reps/bo: CONFLICT: recused by handlers$"):
        await reassign(world, "T-1", "bo")
    last = await reassign(world, "T-1")

    assert (last.outcome, last.rep, last.head.tried) == (Outcome.WAITING, "", ("bo", "cy"))
    assert await differences(world) == []


async def test_the_owner_who_is_a_handler_has_no_part_in_the_ledger_when_somebody_is_named(world: Routing) -> None:
    await route(world, "T-1", "ann")

    moved = await reassign(world, "T-1", "cy")

    assert moved.head.tried == ("bo",)
    assert (moved.rep, moved.pool, moved.head.named) == ("cy", "", "cy")


async def test_what_waits_is_not_woken_for_who_comes_back_if_it_is_about_them(world: Routing) -> None:
    await route(world, "T-3", "ann", "bo", "cy")
    planners = world.planners
    requeuer = Requeuer(world.tenant, world.store, planners)
    await requeuer.begin()
    assert await requeuer.wake() == 1  # L-0, which waits for anybody

    await world.write({("rep", "di"): Rep("di"), ("pool", "east"): Pool("east", (Member("ann"), Member("di")))})
    await requeuer.catch_up()
    await requeuer.wake()

    record = await world.store.item(world.tenant, "crm~T-3")
    assert record.owner == "di"
    assert await differences(world) == []


async def test_what_waits_since_it_was_reopened_is_not_routed_to_who_had_it(world: Routing) -> None:
    first = await route(world, "T-1")
    await world.router.complete(world.tenant, "crm~T-1", State.CLOSED)
    planners = PlannerCache(world.workforce, world.rule_sets, world.rule_sets)
    queries = WorkItemQueries(world.store, planners)
    for rep in ("ann", "bo", "cy"):
        await world.presences.set_presence(world.tenant, rep, 0)
    reopening = Reopening(world.store, planners, queries, world.presences)
    reopened = await reopening.reopen(world.tenant, ReopenRequest("crm~T-1"))
    for rep in ("ann", "bo", "cy"):
        await world.presences.set_presence(world.tenant, rep, None)

    again = await route(world, "T-1")

    assert reopened.outcome is Outcome.WAITING
    assert again.rep not in ("", first.rep)
    assert again.head.tried == (first.rep,)
    assert await differences(world) == []


async def test_what_is_reopened_goes_by_rules_where_whoever_had_it_is_recused_by_now(world: Routing) -> None:
    await world.publish(source=RULES.replace(", handlers", ""))
    await reassign_about_ann(world)
    planners = world.planners
    reopening = Reopening(world.store, planners, WorkItemQueries(world.store, planners), world.presences)

    reopened = await reopening.reopen(world.tenant, ReopenRequest("crm~T-1"))

    assert (reopened.rep, reopened.head.named) == ("bo", "")
    assert await differences(world) == []


async def reassign_about_ann(world: Routing) -> None:
    """Have Ann close a ticket that is about her: it was hers before the rules excluded anybody."""
    await world.publish(source=RULES.replace("about, handlers", "handlers"))
    await route(world, "T-1", "ann lee")
    if (await world.store.item(world.tenant, "crm~T-1")).owner != "ann":
        await reassign(world, "T-1", "ann")
    await world.router.complete(world.tenant, "crm~T-1", State.CLOSED)
    await world.publish(source=RULES.replace(", handlers", ""))


async def test_what_is_imported_for_who_is_recused_is_refused_and_the_rest_is_not(world: Routing) -> None:
    planners = world.planners
    imports = Imports(world.store, planners, WorkItemQueries(world.store, planners), world.customer_scores)
    items = [WorkItem(Kind.TICKET, "crm", name, {"about": ["Ann Lee"]}) for name in ("T-1", "T-2")]

    refused, fine = await imports.enter(
        world.tenant, [ImportedItem(items[0], "ann", 0), ImportedItem(items[1], "bo", 0)]
    )

    assert isinstance(refused, NotPossible)
    assert str(refused).endswith("reps/ann: CONFLICT: recused by about")
    assert isinstance(fine, Decision)
    assert await differences(world) == []
