"""Tenants that do not exist: whoever asks for a thousand of them leaves nothing behind in the server."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter

import pytest

from router.assignment.planner_cache import PlannerCache
from router.model.errors import NotFound, NotPossible
from router.model.workforce import Rep, WorkforceRecords
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from tests.twins.store import MemoryStore


def alive() -> Counter[type]:
    """Count what is kept by tenant."""
    gc.collect()
    return Counter(type(thing) for thing in gc.get_objects() if isinstance(thing, asyncio.Lock | WorkforceRecords))


async def test_asking_for_tenants_of_nobody_leaves_nothing_behind() -> None:
    store = MemoryStore(lambda: 0)
    planners, workforce_service = PlannerCache(store, store, store), WorkforceService(store, store)
    before = alive()

    for number in range(1_000):
        tenant = f"nobody-{number}"
        with pytest.raises(NotPossible):
            await planners.current(tenant)
        with pytest.raises(NotFound):
            await workforce_service.get(tenant, "rep", "ann")
        with pytest.raises(NotFound):
            await workforce_service.delete(tenant, "rep", "ann")

    assert alive() == before


async def test_what_a_tenant_has_is_kept_at_hand() -> None:
    store = MemoryStore(lambda: 0)
    workforce_service = WorkforceService(store, store)
    await workforce_service.save("acme", [Edit("rep", "ann", lambda _: Rep("ann"), create=True)])

    assert await workforce_service.records("acme") is await workforce_service.records("acme")
