"""Sources of leads are kept alike in memory and on Redis: written only over what was read, gone with what is theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from router.adapters.redis.sources import RedisSources
from router.intake.ports import FailedLead, IntakeCounts, KeptSource, Sources
from router.intake.source import JunkRule, LeadSource, MappedAttribute, ValueType
from router.model.workitem import Kind
from store.clients import client_for, close
from tests.twins.sources import MemorySources

WEBSITE = LeadSource(
    "website",
    "官网",
    Kind.TICKET,
    (MappedAttribute("phone", "tel", required=True), MappedAttribute("budget", "预算", ValueType.NUMBER, default="1")),
    "form_id",
    (JunkRule("trap"), JunkRule("name", ("test", "测试"))),
    "token",
    "ab" * 32,
)
FIRST = FailedLead("b" * 32, 1, ("phone: missing",), {"name": "x", "tags": ["a", 1.5, True], "id": 2**60})
SECOND = FailedLead("a" * 32, 2, ("no JSON",), {}, "{")
TWIN = FailedLead("c" * 32, 2, ("no JSON",), {}, "[")


@pytest.fixture(params=["memory", "redis"])
async def sources(request: pytest.FixtureRequest, store: Any) -> AsyncIterator[Sources]:
    if request.param == "memory":
        yield MemorySources()
        return
    redis = client_for(store.url)
    yield RedisSources(redis)
    await close(redis)


async def test_what_is_written_is_read(sources: Sources, tenant: str) -> None:
    etag = await sources.put(tenant, "website", WEBSITE, "")

    assert etag
    assert await sources.get(tenant, "website") == KeptSource(WEBSITE, etag)
    assert await sources.all(tenant) == {"website": KeptSource(WEBSITE, etag)}
    assert (await sources.get(tenant, "x"), await sources.all(f"{tenant}-2")) == (None, {})


async def test_all_come_by_id(sources: Sources, tenant: str) -> None:
    for each in ("b", "ä", "a", "B"):
        await sources.put(tenant, each, replace(WEBSITE, id=each), "")

    assert list(await sources.all(tenant)) == ["B", "a", "b", "ä"]


async def test_nothing_is_written_over_what_is_another_by_now(sources: Sources, tenant: str) -> None:
    first = await sources.put(tenant, "website", WEBSITE, "")
    assert first
    second = await sources.put(tenant, "website", replace(WEBSITE, kind=Kind.LEAD), first)
    assert second

    assert await sources.put(tenant, "website", WEBSITE, "") is None
    assert await sources.put(tenant, "website", WEBSITE, first) is None
    assert await sources.put(tenant, "website", None, first) is None
    assert await sources.get(tenant, "website") == KeptSource(replace(WEBSITE, kind=Kind.LEAD), second)


async def test_what_failed_is_kept_once_in_the_order_in_which_it_came(sources: Sources, tenant: str) -> None:
    await sources.put(tenant, "website", WEBSITE, "")
    await sources.keep(tenant, "website", [TWIN, SECOND, FIRST])
    await sources.keep(tenant, "website", [replace(FIRST, received_us=9, faults=("later",))])

    assert await sources.failed(tenant, "website", None, 9) == [FIRST, SECOND, TWIN]
    assert await sources.failed(tenant, "website", None, 2) == [FIRST, SECOND]
    assert await sources.failed(tenant, "website", (1, FIRST.id), 9) == [SECOND, TWIN]
    assert await sources.failed(tenant, "website", (2, SECOND.id), 9) == [TWIN]
    assert await sources.failed_of(tenant, "website", [SECOND.id, "x", SECOND.id]) == [SECOND]
    assert await sources.counts(tenant, "website") == IntakeCounts(failed=3, waiting=3)


async def test_what_is_removed_was_counted_and_waits_no_more(sources: Sources, tenant: str) -> None:
    await sources.put(tenant, "website", WEBSITE, "")
    await sources.keep(tenant, "website", [FIRST, SECOND])
    await sources.count(tenant, "website", taken=3, junk=1)
    await sources.count(tenant, "website", taken=1)

    removed = [await sources.remove(tenant, "website", ids) for ids in ([FIRST.id, "x"], [FIRST.id], [])]

    assert removed == [1, 0, 0]
    assert await sources.failed(tenant, "website", None, 9) == [SECOND]
    assert await sources.counts(tenant, "website") == IntakeCounts(4, 1, 2, 1)


async def test_nothing_is_nothing(sources: Sources, tenant: str) -> None:
    await sources.put(tenant, "website", WEBSITE, "")
    await sources.keep(tenant, "website", [FIRST])

    await sources.keep(tenant, "website", [])
    await sources.count(tenant, "website", taken=0, junk=0)
    await sources.count(tenant, "website")

    assert await sources.failed_of(tenant, "website", []) == []
    assert await sources.remove(tenant, "website", []) == 0
    assert await sources.failed(tenant, "website", None, 0) == []
    assert await sources.failed(tenant, "website", None, 1) == [FIRST]
    assert await sources.failed(tenant, "website", (0, ""), 1) == [FIRST]
    assert await sources.counts(tenant, "website") == IntakeCounts(failed=1, waiting=1)


async def test_nothing_of_a_source_is_left_to_another_of_its_id(sources: Sources, tenant: str) -> None:
    etag = await sources.put(tenant, "website", WEBSITE, "")
    await sources.keep(tenant, "website", [FIRST])
    await sources.count(tenant, "website", taken=3)

    assert await sources.put(tenant, "website", None, etag or "") == ""
    await sources.put(tenant, "website", WEBSITE, "")

    assert await sources.counts(tenant, "website") == IntakeCounts()
    assert await sources.failed(tenant, "website", None, 9) == []
