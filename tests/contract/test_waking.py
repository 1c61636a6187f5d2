"""Waking: who waits gets an owner, or is left exactly as it was; on both stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from router.assignment.commands import BindCommand, Mode, Refusal
from router.assignment.jobs import wake_command
from router.model.decision import Decision, Outcome
from router.model.records import ItemRecord
from router.model.workforce import Rep
from router.model.workitem import Kind, State, WorkItem
from tests.contract.nothing.routing import Routing

ITEM = "crm~L-0"
"""It waits: nobody was there when it came."""


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest, tenant: str) -> AsyncIterator[Routing]:
    """Yield a tenant with bo, who owns crm~L-1, and with crm~L-0, which waits; on each store in turn."""
    if request.param == "memory":
        yield await Routing.open(None, tenant)
        return
    redis: Any = Redis.from_url(request.getfixturevalue("store").url)
    yield await Routing.open(redis, tenant)
    await redis.aclose()


async def bind(world: Routing, mode: Mode = Mode.WAKE, external_id: str = "L-0") -> Decision | Refusal:
    """Ask the store for an owner, in the way of a mode."""
    book = await world.planners.current(world.tenant)
    record = await world.store.item(world.tenant, f"crm~{external_id}")
    present = record or ItemRecord(f"crm~{external_id}", State.RECEIVED, Kind.LEAD, "", "", 0, 0, 0, 0, 0, 0)
    job = wake_command(book, present, WorkItem(Kind.LEAD, "crm", external_id), 0)
    assert isinstance(job, BindCommand)
    (answer,) = await world.store.bind(world.tenant, book.revisions, [job._replace(mode=mode)])
    assert isinstance(answer, Decision | Refusal)
    return answer


async def fill(world: Routing) -> None:
    """Cap bo at what bo has."""
    await world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 1})})


async def test_what_waits_gets_an_owner_when_somebody_has_room(world: Routing) -> None:
    answer = await bind(world)

    assert isinstance(answer, Decision)
    assert (answer.outcome, answer.rep, answer.previous) == (Outcome.ASSIGNED, "bo", 3)
    assert await world.store.waiting(world.tenant) == []


async def test_what_waits_is_left_as_it_was_while_nobody_has_room(world: Routing) -> None:
    await fill(world)
    before = await world.store.item(world.tenant, ITEM), await world.store.events(world.tenant)

    answer = await bind(world)

    assert answer is Refusal.NOBODY
    assert (await world.store.item(world.tenant, ITEM), await world.store.events(world.tenant)) == before
    assert await world.store.waiting(world.tenant) == [(3, ITEM)]


@pytest.mark.parametrize(("mode", "external_id"), [(Mode.ROUTE, "L-9"), (Mode.ROUTE, "L-0"), (Mode.REASSIGN, "L-0")])
async def test_whoever_is_not_being_woken_is_told_that_it_waits(world: Routing, mode: Mode, external_id: str) -> None:
    await fill(world)

    answer = await bind(world, mode, external_id)

    assert isinstance(answer, Decision)
    assert (answer.outcome, answer.rep) == (Outcome.WAITING, "")


async def test_what_changed_since_it_was_read_is_not_woken(world: Routing) -> None:
    await bind(world)
    book = await world.planners.current(world.tenant)
    stale = ItemRecord(ITEM, State.QUEUED, Kind.LEAD, "", "", 0, 3, 3, 3, 3, 3)
    job = wake_command(book, stale, WorkItem(Kind.LEAD, "crm", "L-0"), 0)
    assert isinstance(job, BindCommand)

    assert await world.store.bind(world.tenant, book.revisions, [job]) == [Refusal.CONFLICT]
