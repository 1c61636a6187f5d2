"""A log is written anew again and again as more is declared personal, and every decision stays explained as it was."""

from __future__ import annotations

from typing import Any

import pytest

from router.model.events import Erased
from tests.contract.test_sealing import World, on_redis
from tests.integration.erasure.test_rewriting import _faults, _rewrite, _written_as_before, redis

__all__ = ["redis"]

RULES = """
fields:
  email: {type: string}
  phone: {type: string, personal: true}
  city: {type: string}
rules:
  - id: known
    when:
      all:
        - {field: city, op: ne, value: there}
        - {field: email, op: eq, value: a@b}
        - {not: {field: phone, op: eq, value: "110"}}
        - {any: [{field: email, op: eq, value: c@d}, {field: phone, op: exists}]}
    route: {pool: hot}
default: {route: {pool: east}}
"""
EMAIL_TOO = RULES.replace("email: {type: string", "email: {type: string, personal: true")
CITY_TOO = EMAIL_TOO.replace("city: {type: string", "city: {type: string, personal: true")
VALUES: dict[str, Any] = {"city": "here", "email": "a@b", "phone": "139"}


@pytest.mark.parametrize("form", ["format 1", "the present format"])
async def test_what_was_erased_between_two_rewrites_stays_explained_and_replayed(
    redis: Any, tenant: str, form: str
) -> None:
    world = on_redis(redis, tenant)
    await world.arrange()
    await world.publish(RULES)
    await world.route("L-1", **VALUES)
    await world.route("L-2", **VALUES)
    if form == "format 1":
        await _written_as_before(world, redis)
        await _rewrite(world, redis)
    await world.route("L-3", **VALUES)
    await world.route("L-4", **VALUES)
    as_decided = await _explained(world)
    await world.erase("crm~L-1")
    await world.erase("crm~L-3")

    for rules, values in ((EMAIL_TOO, 4), (CITY_TOO, 4)):
        await world.publish(rules)
        assert (await _rewrite(world, redis)).values == values
        assert await _explained(world) == as_decided
        assert (await world.replay(), await _faults(world)) == (([], {"crm~L-1", "crm~L-3"}), [])

    for number in range(1, 5):
        await world.erase(f"crm~L-{number}")
    assert await _explained(world) == as_decided
    assert (await world.replay(), await _faults(world)) == (([], {f"crm~L-{n}" for n in range(1, 5)}), [])
    assert sum(isinstance(event, Erased) for event in await world.store.events(tenant, count=1000)) == 6


async def _explained(world: World) -> dict[str, Any]:
    """Return how every comparison went and every rep stood, by work item."""
    items = {}
    for number in range(1, 5):
        stored = await world.queries.item(world.tenant, f"crm~L-{number}")
        explanation = await world.queries.explanation(world.tenant, stored.decision)
        outcomes = [(predicate.field, predicate.op, predicate.holds) for predicate in explanation.predicates]
        items[stored.record.item_id] = (outcomes, explanation.candidates)
    return items
