"""Whoever stamps a work item insists on what stands there: nobody, or what its stamp was read from; on both stores."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from router.assignment.commands import ANY, NEW, Refusal
from store.clients import close
from tests.contract.nothing.routing import Routing
from tests.drivers import DRIVERS, driven


@pytest.fixture(params=["memory", *DRIVERS])
async def world(request: pytest.FixtureRequest, tenant: str) -> AsyncIterator[Routing]:
    """Yield a tenant with bo, who owns crm~L-1, and with crm~L-0, which waits since event 3; on each store in turn."""
    if request.param == "memory":
        yield await Routing.open(None, tenant)
        return
    redis = driven(Redis.from_url(request.getfixturevalue("store").url), request.param)
    yield await Routing.open(redis, tenant)
    await close(redis)


@pytest.mark.parametrize(
    ("external_id", "expected", "answer"),
    [
        ("L-9", NEW, ("ASSIGNED", "bo")),
        ("L-9", 3, Refusal.CONFLICT),
        ("L-0", NEW, Refusal.CONFLICT),
        ("L-0", 2, Refusal.CONFLICT),
        ("L-0", 3, ("ASSIGNED", "bo")),
        ("L-0", ANY, ("ASSIGNED", "bo")),
        ("L-1", NEW, ("EXISTING_OWNER", "bo")),
        ("L-1", 3, ("EXISTING_OWNER", "bo")),
    ],
)
async def test_what_is_routed_is_as_it_was_expected_or_has_an_owner(
    world: Routing, external_id: str, expected: int, answer: object
) -> None:
    before = await world.store.events(world.tenant)

    assert await world.bind(external_id, expected=expected) == answer

    grown = isinstance(answer, tuple) and answer[0] == "ASSIGNED"
    assert len(await world.store.events(world.tenant)) == len(before) + grown
