"""What was noted of a customer before they were erased is written after it by nobody, whichever server noted it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.erasure import RedisPersonalValues
from router.adapters.redis.keys import Keys
from router.erasure.ports import Counts, Erasure
from router.model.records import CustomerScore
from store.clients import client_for, close

KNOWN = CustomerScore(0.9, "gold")


class Late(RedisCustomerScores):
    """A server's memory of scores, whose writes come as late as a test wants them."""

    def __init__(self, redis: Any) -> None:
        super().__init__(redis)
        self.may_write = asyncio.Event()

    async def _keep_noted(self, batch: Any) -> None:
        await self.may_write.wait()
        await super()._keep_noted(batch)


@pytest.fixture(params=["store", "cluster"])
async def redis(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """Yield a client of each form of store."""
    client: Any = client_for(request.getfixturevalue(request.param).url)
    yield client
    await close(client)


def noted(scores: RedisCustomerScores, tenant: str, as_of_ms: int = 1) -> None:
    scores.note(tenant, ("C-1", 0.9, "gold", as_of_ms))


async def erase(redis: Any, tenant: str, *, preview: bool = False) -> Counts:
    return await RedisPersonalValues(redis).erase(tenant, Erasure((), customer="C-1"), preview=preview)


async def known(redis: Any, tenant: str) -> dict[str, CustomerScore]:
    """Return what a server that noted nothing knows of the customer."""
    return await RedisCustomerScores(redis).last_scores(tenant, ["C-1"])


async def test_what_was_noted_before_an_erasure_is_not_written_after_it(redis: Any, tenant: str) -> None:
    late = Late(redis)
    noted(late, tenant)

    await erase(redis, tenant)
    late.may_write.set()
    await late.close()

    assert await known(redis, tenant) == {}


async def test_the_server_that_noted_it_does_not_route_by_it_either(redis: Any, tenant: str) -> None:
    late = Late(redis)
    noted(late, tenant)
    before = await late.last_scores(tenant, ["C-1"])

    await erase(redis, tenant)

    assert (before, await late.last_scores(tenant, ["C-1"])) == ({"C-1": KNOWN}, {})
    late.may_write.set()
    await late.close()


async def test_others_noted_with_it_are_written(redis: Any, tenant: str) -> None:
    late = Late(redis)
    noted(late, tenant)
    late.note(tenant, ("C-2", 0.9, "gold", 1))

    await erase(redis, tenant)
    late.may_write.set()
    await late.close()

    assert await RedisCustomerScores(redis).last_scores(tenant, ["C-1", "C-2"]) == {"C-2": KNOWN}


async def test_what_is_noted_by_a_server_that_has_heard_of_the_erasure_is_new(redis: Any, tenant: str) -> None:
    scores = RedisCustomerScores(redis)
    await erase(redis, tenant)
    noted(scores, tenant)
    await scores.close()

    noted(scores, tenant, as_of_ms=2)
    await scores.close()

    assert await known(redis, tenant) == {"C-1": KNOWN}


async def test_what_a_client_has_remembered_after_an_erasure_is_new(redis: Any, tenant: str) -> None:
    await erase(redis, tenant)

    await RedisCustomerScores(redis).keep(tenant, [("C-1", 0.9, "gold", 1)])

    assert await known(redis, tenant) == {"C-1": KNOWN}


async def test_a_preview_keeps_nobody_from_writing(redis: Any, tenant: str) -> None:
    late = Late(redis)
    noted(late, tenant)

    await erase(redis, tenant, preview=True)
    late.may_write.set()
    await late.close()

    assert await known(redis, tenant) == {"C-1": KNOWN}


async def test_that_somebody_was_erased_is_kept_for_an_hour_and_names_nobody(redis: Any, tenant: str) -> None:
    await erase(redis, tenant)

    key = Keys(tenant).erased("C-1")
    assert 3000 < await redis.ttl(key) <= 3600
    assert "C-1" not in key
    assert (await redis.get(key)).isdigit()
