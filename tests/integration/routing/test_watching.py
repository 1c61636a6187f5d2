"""Many who watch a tenant: its log is read once for all, each is told every change once, and who is too slow is cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from router.erasure.ports import Erasure
from router.history.watch import Change, WatchService
from router.model.errors import FellBehind, Stopping, StoreUnavailable
from store.clients import client_for, close
from tests.contract.nothing.routing import Routing


class Watched:
    """A tenant, and who watches it; ``written`` is what was written for all."""

    def __init__(self, world: Routing, kept: int) -> None:
        self.world = world
        self.written = list[int]()
        self.service: WatchService[int] = WatchService(world.store, world.log_follower, self._write, kept)

    async def _write(self, _: str, change: Change) -> int:
        self.written.append(change.number)
        return change.number

    @asynccontextmanager
    async def watching(self, after: int | None = None) -> AsyncIterator[AsyncIterator[Sequence[int]]]:
        """Yield who watches, behind an event or from now on."""
        begun = await self.service.begin(self.world.tenant, after)
        async with aclosing(self.service.changes(self.world.tenant, begun)) as changes:
            yield changes

    async def joined(self, count: int) -> None:
        """Wait until so many watch."""
        while sum(feed.watchers for feed in self.service._feeds.values()) < count:  # noqa: ASYNC110 (it tells nobody)
            await asyncio.sleep(0.01)

    async def happen(self, *external_ids: str) -> list[int]:
        """Have leads come; return the numbers of what happened."""
        numbers = []
        for external_id in external_ids:
            await self.world.bind(external_id)
            numbers.append((await self.world.event()).number)
        return numbers


@pytest.fixture
async def watched(store: Any, tenant: str) -> AsyncIterator[Watched]:
    redis: Any = client_for(store.url)
    made = Watched(await Routing.open(redis, tenant), kept=4)
    yield made
    await made.service.stop()
    await close(redis)


async def told(changes: AsyncIterator[Sequence[int]], count: int) -> list[int]:
    """Return the next changes."""
    found = list[int]()
    while len(found) < count:
        found += await anext(changes)
    return found


async def test_what_happens_is_written_once_for_all_who_watch(watched: Watched) -> None:
    async def watch() -> list[int]:
        async with watched.watching() as changes:
            return await told(changes, 3)

    watchers = [asyncio.create_task(watch()) for _ in range(40)]
    await watched.joined(40)
    numbers = await watched.happen("N-1", "N-2", "N-3")

    assert await asyncio.gather(*watchers) == [numbers] * 40
    assert watched.written == numbers


async def test_who_begins_further_back_reads_the_log_until_what_is_kept(watched: Watched) -> None:
    before = [event.number for event in await watched.world.store.events(watched.world.tenant)]
    async with watched.watching() as first:
        numbers = await watched.happen(*(f"N-{n}" for n in range(12)))
        assert (await anext(first))[0] == numbers[0]
        async with watched.watching(before[-1]) as second:
            found = await told(second, 12)
            later = await watched.happen("L-9")
            assert await told(second, 1) == later

    assert found == numbers


async def test_who_is_too_slow_is_cut_goes_on_where_they_were_and_holds_up_nobody(watched: Watched) -> None:
    async with watched.watching() as slow, watched.watching() as quick:
        for external_id in ("N-1", "N-2"):  # the first may still come from the log
            one = await watched.happen(external_id)
            assert await told(slow, 1) == await told(quick, 1) == one
        numbers = [number for n in range(12) for number in await watched.happen(f"M-{n}") + await told(quick, 1)]
        assert numbers[::2] == numbers[1::2]
        with pytest.raises(FellBehind, match="with the last token"):
            await told(slow, 1)
    async with watched.watching(one[0]) as again:
        assert await told(again, 12) == numbers[::2]


async def test_what_was_erased_is_told_nobody_as_it_was(watched: Watched) -> None:
    world, tenant = watched.world, watched.world.tenant
    async with watched.watching() as first:
        numbers = await watched.happen("N-1", "N-2")
        assert await told(first, 2) == numbers
        await world.values.erase(tenant, Erasure(("crm~N-1",)))
        last = await watched.happen("N-3")
        assert await told(first, 1) == last
        async with watched.watching(numbers[0] - 1) as second:
            assert await told(second, 3) == [*numbers, *last]

    assert watched.written.count(numbers[0]) == 2  # read anew from the log


async def test_when_the_store_fails_all_are_told_and_who_comes_next_watches(watched: Watched) -> None:
    grown, is_failing = watched.world.log_follower.grown, True

    async def failing(*args: Any) -> bool:
        if is_failing:
            raise StoreUnavailable("Redis does not answer")
        return bool(await grown(*args))

    watched.service._follower = SimpleNamespace(grown=failing)
    async with watched.watching() as one, watched.watching() as two:
        ended = await asyncio.gather(told(one, 1), told(two, 1), return_exceptions=True)
    assert [type(each) for each in ended] == [StoreUnavailable] * 2
    is_failing = False
    async with watched.watching() as three:
        later = asyncio.create_task(told(three, 1))
        assert await watched.happen("N-1") == await later


async def test_as_the_service_stops_all_are_told_and_nobody_begins_any_more(watched: Watched) -> None:
    async with watched.watching() as one:
        waiting = asyncio.create_task(told(one, 1))
        await watched.joined(1)
        await watched.service.stop()
        with pytest.raises(Stopping):
            await waiting
    with pytest.raises(Stopping):
        async with watched.watching() as two:
            await told(two, 1)
    assert [task for task in asyncio.all_tasks() if "_read" in repr(task)] == []
