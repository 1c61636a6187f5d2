"""Planners are loaded from a store that may lose all it has between two looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from router.assignment.planner_cache import PlannerCache
from router.model.errors import NotFound, NotPossible
from tests.contract.nothing.routing import Routing


class Interrupted:
    """Rule sets of which the first is read only after something else has happened."""

    def __init__(self, world: Routing, happening: Callable[[], Awaitable[object]]) -> None:
        self._rule_sets = world.rule_sets
        self._happening = [happening]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rule_sets, name)

    async def publication(self, tenant: str, revision: int | None = None) -> Any:
        while self._happening:
            await self._happening.pop()()
        return await self._rule_sets.publication(tenant, revision)


def planners_of(world: Routing, happening: Callable[[], Awaitable[object]]) -> PlannerCache:
    return PlannerCache(world.workforce, Interrupted(world, happening), world.rule_sets)


async def test_rules_that_are_lost_while_they_are_read_are_not_asked_for_again() -> None:
    world = await Routing.open(None, "t")

    async def lost() -> None:
        world.store._tenants.pop("t")

    with pytest.raises(NotPossible, match="no rule set is published"):
        await planners_of(world, lost).current("t")


async def test_rules_that_were_published_since_others_were_lost_are_read_instead() -> None:
    world = await Routing.open(None, "t")

    async def lost_and_published() -> None:
        world.store._tenants.pop("t")
        await world.publish()

    planner = await planners_of(world, lost_and_published).current("t")

    assert planner.revisions[:2] == (1, 0)
    assert not planner.roster.reps


async def test_active_rules_that_somebody_deleted_are_named() -> None:
    world = await Routing.open(None, "t")

    async def deleted() -> None:
        world.store._tenants["t"].publications.clear()

    with pytest.raises(NotFound, match="there is no rule set 'tenants/t/ruleSets/2'"):
        await planners_of(world, deleted).current("t")
