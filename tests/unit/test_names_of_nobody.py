"""Tenants that do not exist: whoever asks for a thousand of them leaves nothing behind in the server."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter

import pytest

from router.adapters.memory import MemoryStore
from router.assignment.planner_cache import Books
from router.model.errors import NotFound, NotPossible
from router.model.workforce import Rep, WorkforceRecords
from router.workforce.edits import Change
from router.workforce.service import Administration


def alive() -> Counter[type]:
    """Count what is kept by tenant."""
    gc.collect()
    return Counter(type(thing) for thing in gc.get_objects() if isinstance(thing, asyncio.Lock | WorkforceRecords))


async def test_asking_for_tenants_of_nobody_leaves_nothing_behind() -> None:
    store = MemoryStore(lambda: 0)
    books, administration = Books(store, store, store), Administration(store, store)
    before = alive()

    for number in range(1_000):
        tenant = f"nobody-{number}"
        with pytest.raises(NotPossible):
            await books.current(tenant)
        with pytest.raises(NotFound):
            await administration.get(tenant, "rep", "ann")
        with pytest.raises(NotFound):
            await administration.delete(tenant, "rep", "ann")

    assert alive() == before


async def test_what_a_tenant_has_is_kept_at_hand() -> None:
    store = MemoryStore(lambda: 0)
    administration = Administration(store, store)
    await administration.save("acme", [Change("rep", "ann", lambda _: Rep("ann"), create=True)])

    assert await administration.records("acme") is await administration.records("acme")
