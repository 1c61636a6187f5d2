"""What is kept of how much more a rep may have: never more than their caps allow, whatever happens in between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.assignment.commands import ReassignRequest, RouteRequest
from router.model.caps import Cap, CapMeasure, CapWindow
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, WorkItem
from tests.contract.test_caps import World, world

__all__ = ["world"]  # a fixture

DAILY = Cap("daily", CapMeasure.COUNT, 5, window=CapWindow.DAY)
OPEN = Cap("open", CapMeasure.OPEN, 5)
EAST = Pool("east", (Member("ann"),), caps=(DAILY,))
"""Whose caps are looked at once and then, as long as there is headroom, no more."""


async def given(world: World, times: int) -> int:
    """Route so many leads; say how many found somebody."""
    return sum([bool((await world.route()).rep) for _ in range(times)])


async def test_a_cap_that_was_taken_away_for_a_while_counts_what_was_given_since(world: World) -> None:
    open_only = replace(EAST, caps=(OPEN,))
    await world.save(Rep("ann"), pool=open_only)
    assert await given(world, 2) == 2
    await world.save(Rep("ann"), pool=replace(EAST, caps=()))
    assert await given(world, 2) == 2
    await world.save(Rep("ann"), pool=open_only)

    assert await given(world, 3) == 1
    assert await world.differences() == []


async def test_a_lower_limit_holds_at_once(world: World) -> None:
    await world.save(Rep("ann"), pool=EAST)
    assert await given(world, 2) == 2
    await world.save(Rep("ann"), pool=replace(EAST, caps=(replace(DAILY, limit=3),)))

    assert await given(world, 3) == 1
    assert await world.differences() == []


async def test_what_comes_through_another_pool_counts_under_a_rep_s_own_cap(world: World) -> None:
    ann = Rep("ann", caps=(DAILY,))
    await world.save(ann, pool=Pool("east", (Member("ann"),)))
    assert await given(world, 2) == 2
    item = WorkItem(Kind.LEAD, "crm", "named")
    waits = await world.router.route(world.tenant, RouteRequest(item))
    assert waits.rep == "ann"
    await world.save(ann, pool=Pool("west", (Member("ann"),)))

    assert await given(world, 4) == 2
    assert await world.differences() == []


async def test_who_was_given_more_than_their_cap_by_a_person_gets_nothing_by_turn(world: World) -> None:
    both = replace(EAST, members=(Member("ann"), Member("bo")))
    await world.save(Rep("ann"), Rep("bo"), pool=both)
    first = [await world.route() for _ in range(8)]
    for decision in first:
        if decision.rep == "bo":
            await world.router.reassign(world.tenant, ReassignRequest(decision.item_id, "ann"))

    later = [(await world.route()).rep for _ in range(3)]

    assert later == ["bo", "", ""]
    assert await world.differences() == []


@pytest.mark.parametrize("limit", [1, 2, 7])
async def test_headroom_ends_within_a_batch_where_the_cap_does(world: World, limit: int) -> None:
    await world.save(Rep("ann"), pool=replace(EAST, caps=(replace(DAILY, limit=limit), OPEN)))
    wishes = [RouteRequest(WorkItem(Kind.LEAD, "crm", f"B-{number}")) for number in range(12)]

    answers = await world.router.route_many(world.tenant, wishes)

    assert sum(bool(getattr(answer, "rep", "")) for answer in answers) == min(limit, 5)
    assert await world.differences() == []
