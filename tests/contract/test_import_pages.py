"""What waits to be imported: kept until it is entered, gone on with after a loss, and out of it whoever is erased."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from redis.asyncio import Redis

from failures import Conflict
from router.adapters.persons_on_their_way import PersonsOnTheirWay
from router.adapters.redis.import_pages import KEPT_S, RedisImportPages
from router.adapters.redis.keys import Keys
from router.assignment.commands import ImportedItem
from router.erasure.ports import Pending
from router.imports.ports import ImportPages, NotImported, Page
from router.model.workitem import Kind, WorkItem
from store.clients import close
from store.embedded.server import EmbeddedServer
from tests.twins.import_pages import MemoryImportPages
from tests.twins.sources import MemorySources

BOOK = "book"
LONG_MS = 60_000


@pytest.fixture(params=["memory", "redis"])
async def pages(request: pytest.FixtureRequest, store: EmbeddedServer) -> AsyncIterator[ImportPages]:
    if request.param == "memory":
        yield MemoryImportPages()
        return
    client: Any = Redis.from_url(store.url)
    yield RedisImportPages(client)
    await close(client)


def page(*places: int) -> Page:
    return {
        place: ImportedItem(
            WorkItem(Kind.LEAD, "crm", f"L-{place}", {"customer": f"C-{place % 2}"}),
            "ann",
            place,
            "talks" * (place % 2),
        )
        for place in places
    }


async def test_pages_are_entered_in_order_and_each_is_forgotten_but_for_what_was_refused(
    pages: ImportPages, tenant: str
) -> None:
    await pages.put(tenant, BOOK, [page(0, 1), page(2, 3), page(4)])
    refused = NotImported(3, "crm~L-3", "NOT_FOUND", "there is no rep 'eve'")

    assert await pages.begin(tenant, BOOK, 1, "w", LONG_MS) == page(2, 3)
    await pages.finish(tenant, BOOK, 1, "w", [refused])
    await pages.begin(tenant, BOOK, 0, "w", LONG_MS)
    await pages.finish(tenant, BOOK, 0, "w", [])

    assert await pages.left(tenant, BOOK) == [2]
    assert await pages.page(tenant, BOOK, 1) == {}
    assert await pages.results(tenant, BOOK) == [refused]


async def test_of_what_was_never_put_nothing_is_known(pages: ImportPages, tenant: str) -> None:
    assert await pages.left(tenant, BOOK) == []
    assert await pages.begin(tenant, BOOK, 0, "w", LONG_MS) == {}
    assert await pages.results(tenant, BOOK) is None
    await pages.put(tenant, BOOK, [page(0)])
    assert await pages.results(tenant, BOOK) == []
    await pages.forget(tenant, BOOK)
    assert await pages.results(tenant, BOOK) is None


async def test_it_waits_for_a_week(pages: ImportPages, tenant: str) -> None:
    await pages.put(tenant, BOOK, [page(0)])

    if isinstance(pages, RedisImportPages):
        with pytest.raises(AttributeError):  # whoever writes them dies behind the first that are written at once
            await pages.put(tenant, "half", [page(0)] * 100 + [{0: None}])  # type: ignore[dict-item]
        assert KEPT_S - 60 < await pages._redis.ttl(Keys(tenant).import_pages("half")) <= KEPT_S
        assert KEPT_S - 60 < await pages._redis.ttl(Keys(tenant).import_pages(BOOK)) <= KEPT_S


async def test_page_0_is_one_like_any_other_and_nothing_is_nothing(pages: ImportPages, tenant: str) -> None:
    await pages.put(tenant, "empty", [])
    await pages.put(tenant, BOOK, [page(0), page(1)])

    assert (await pages.left(tenant, "empty"), await pages.results(tenant, "empty")) == ([], [])
    assert await pages.page(tenant, BOOK, 0) == await pages.begin(tenant, BOOK, 0, "w", LONG_MS) == page(0)
    await pages.finish(tenant, BOOK, 0, "w", [])
    assert (await pages.left(tenant, BOOK), await pages.results(tenant, BOOK)) == ([1], [])
    assert await pages.take_out(tenant, BOOK, []) == 0


class Nothing:
    """Nothing is submitted."""

    async def of_customer(self, *_: object) -> Pending:
        return Pending(["crm~submitted"], ["unreadable"])

    async def waiting(self, *_: object) -> int:
        return 0

    async def remove(self, *_: object) -> int:
        return 0


async def test_who_is_erased_is_taken_out_of_what_is_not_entered_yet(pages: ImportPages, tenant: str) -> None:
    await pages.put(tenant, BOOK, [page(0, 1), page(2, 3)])
    persons = PersonsOnTheirWay(Nothing(), pages, MemorySources())

    pending = await persons.of_customer(tenant, ["customer"], "C-1")
    removed = await persons.remove(tenant, pending.item_ids)

    assert pending == Pending(["crm~submitted", "crm~L-1", "crm~L-3"], ["unreadable"])
    assert removed == 2
    assert await persons.waiting(tenant, ["crm~L-0", "crm~L-1"]) == 1
    assert await pages.page(tenant, BOOK, 0) == page(0)
    assert await pages.taken(tenant, BOOK) == 2


async def test_of_a_page_that_is_being_entered_nobody_says_that_it_is_taken_out(
    pages: ImportPages, tenant: str
) -> None:
    await pages.put(tenant, BOOK, [page(0, 1), page(2)])
    await pages.begin(tenant, BOOK, 0, "w", LONG_MS)

    with pytest.raises(Conflict):
        await pages.take_out(tenant, BOOK, [1])
    assert await pages.page(tenant, BOOK, 0) == page(0, 1)
    assert await pages.take_out(tenant, BOOK, [2]) == 1
    await pages.rest(tenant, BOOK, 0, "w")
    assert await pages.take_out(tenant, BOOK, [1]) == 1


async def test_of_some_pages_all_is_taken_out_or_nothing_and_each_worker_says_what_they_are_at(
    pages: ImportPages, tenant: str
) -> None:
    await pages.put(tenant, BOOK, [page(0), page(1), page(2)])
    await pages.begin(tenant, BOOK, 1, "w", LONG_MS)
    await pages.begin(tenant, BOOK, 2, "w", LONG_MS)  # another worker, for the first one's lease is over
    await pages.rest(tenant, BOOK, 2, "w")

    with pytest.raises(Conflict):
        await pages.take_out(tenant, BOOK, [0, 1])
    assert (await pages.page(tenant, BOOK, 0), await pages.taken(tenant, BOOK)) == (page(0), 0)
    assert await pages.take_out(tenant, BOOK, [0, 2]) == 2
    await pages.finish(tenant, BOOK, 1, "w", [])
    assert await pages.take_out(tenant, BOOK, [0, 1, 2]) == 0
    assert (await pages.left(tenant, BOOK), await pages.taken(tenant, BOOK)) == ([0, 2], 2)
    assert await pages.take_out(tenant, "unknown", [0]) == 0


async def test_who_took_a_page_over_is_at_it_whatever_the_one_before_them_says(pages: ImportPages, tenant: str) -> None:
    await pages.put(tenant, BOOK, [page(0, 1)])
    await pages.begin(tenant, BOOK, 0, "slow", LONG_MS)
    await pages.begin(tenant, BOOK, 0, "quick", LONG_MS)
    await pages.rest(tenant, BOOK, 0, "slow")

    assert not await pages.finish(tenant, BOOK, 0, "slow", [NotImported(1, "crm~L-1", "NOT_FOUND", "no rep")])
    with pytest.raises(Conflict):
        await pages.take_out(tenant, BOOK, [1])
    assert await pages.finish(tenant, BOOK, 0, "quick", [])
    assert not await pages.finish(tenant, BOOK, 0, "quick", [])
    assert (await pages.left(tenant, BOOK), await pages.results(tenant, BOOK)) == ([], [])
    await pages.rest(tenant, "unknown", 0, "quick")
    assert await pages.results(tenant, "unknown") is None


async def test_who_was_lost_at_a_page_keeps_nobody_from_being_erased_for_longer_than_a_page_takes(
    pages: ImportPages, tenant: str
) -> None:
    await pages.put(tenant, BOOK, [page(0, 1)])
    await pages.begin(tenant, BOOK, 0, "lost", 0)

    assert await pages.take_out(tenant, BOOK, [1]) == 1
    assert await pages.begin(tenant, BOOK, 0, "w", LONG_MS) == page(0)
    with pytest.raises(Conflict):
        await pages.take_out(tenant, BOOK, [0])


class Overtaken(RedisImportPages):
    """Pages that a worker does while somebody is about to take something out of them."""

    steps: int = 1

    async def _waiting(self, key: str) -> Mapping[int, bytes]:
        waiting = await super()._waiting(key)
        if self.steps and (numbers := sorted(waiting)):
            self.steps -= 1
            tenant = key.split("{")[1].split("}")[0]
            await self.begin(tenant, BOOK, numbers[0], "w", LONG_MS)
            await self.finish(tenant, BOOK, numbers[0], "w", [])
        return waiting


async def test_a_page_that_is_entered_meanwhile_is_not_brought_back_nor_told_as_taken_out(
    store: EmbeddedServer, tenant: str
) -> None:
    client: Any = Redis.from_url(store.url)
    pages = Overtaken(client)
    await pages.put(tenant, BOOK, [page(0, 1), page(2, 3)])

    assert await pages.take_out(tenant, BOOK, [1, 3]) == 1

    assert (await pages.left(tenant, BOOK), await pages.taken(tenant, BOOK)) == ([1], 1)
    assert await pages.page(tenant, BOOK, 1) == page(2)
    await pages.put(tenant, BOOK, [page(*range(place, place + 1)) for place in range(20)])
    pages.steps = 20
    with pytest.raises(Conflict):
        await pages.take_out(tenant, BOOK, range(20))
    assert (len(await pages.left(tenant, BOOK)), await pages.taken(tenant, BOOK)) == (12, 1)
    await close(client)
