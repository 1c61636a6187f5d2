"""A server that leaves takes no new calls, answers those under way, and is bounded by how many these are until then."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.calls.load_shedding import LoadShedder
from gateway.errors import Leaving, Overloaded


def call(method: str) -> Any:
    return SimpleNamespace(method=method)


async def test_calls_beyond_the_most_are_refused_until_one_ends_and_standing_ones_never() -> None:
    shedder, answered = LoadShedder(1, standing=["/health"]), asyncio.Event()

    async def one() -> Overloaded | None:
        refused = shedder.arrive("/route")
        await answered.wait()
        return refused

    first = asyncio.create_task(one())
    await asyncio.sleep(0)
    second, standing = shedder.arrive("/route"), shedder.arrive("/health")
    answered.set()
    await first

    assert (first.result(), standing) == (None, None)
    assert isinstance(second, Overloaded)
    assert shedder.under_way == 0


async def test_who_leaves_lets_nobody_in_but_who_asks_for_its_health_and_waits_for_who_is_in() -> None:
    shedder, answered = LoadShedder(1, standing=["/health"]), asyncio.Event()

    async def one() -> None:
        shedder.arrive("/route")
        await answered.wait()

    under_way = asyncio.create_task(one())
    await asyncio.sleep(0)
    await shedder.admit(call("/route"))
    leaving = asyncio.create_task(shedder.leave(longest_s=60))
    await asyncio.sleep(0)

    with pytest.raises(Leaving):
        await shedder.admit(call("/route"))
    await shedder.admit(call("/health"))
    assert shedder.arrive("/health") is None
    assert not leaving.done()
    answered.set()
    await under_way
    await leaving
