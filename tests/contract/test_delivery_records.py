"""Subscriptions and channels are kept alike in memory and on Redis: written only over what was read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from notifications.adapters.redis.records import channels_on, subscriptions_on
from notifications.adapters.redis.webhooks import RedisDeliveries
from notifications.channels import Channel, ChannelKind
from notifications.ports import KeptRecord, RecordStore
from notifications.subscriptions import Subscription
from store.clients import client_for, close
from tests.twins.deliveries import MemoryRecords

CRM = Subscription("crm", "sealed", frozenset({"closed", "decision"}), "manager", ("new", "old"))
BOT = Channel("bot", ChannelKind.FEISHU, "sealed", "sealed too", "zh", "上海")


@pytest.fixture(params=["memory", "redis"])
async def records(request: pytest.FixtureRequest, store: Any) -> AsyncIterator[RecordStore[Subscription]]:
    if request.param == "memory":
        yield MemoryRecords[Subscription]()
        return
    redis = client_for(store.url)
    yield subscriptions_on(redis)
    await close(redis)


async def test_what_is_written_is_read(records: RecordStore[Subscription], tenant: str) -> None:
    etag = await records.put(tenant, "crm", CRM, "")

    assert etag
    assert await records.get(tenant, "crm") == KeptRecord(CRM, etag)
    assert await records.all(tenant) == {"crm": KeptRecord(CRM, etag)}
    assert (await records.get(tenant, "erp"), await records.all(f"{tenant}-2")) == (None, {})


async def test_all_come_by_id(records: RecordStore[Subscription], tenant: str) -> None:
    for each in ("b", "ä", "a", "B"):
        await records.put(tenant, each, replace(CRM, id=each), "")

    assert list(await records.all(tenant)) == ["B", "a", "b", "ä"]


async def test_nothing_is_written_over_what_is_another_by_now(records: RecordStore[Subscription], tenant: str) -> None:
    first = await records.put(tenant, "crm", CRM, "")
    assert first
    second = await records.put(tenant, "crm", replace(CRM, paused=True), first)
    assert second

    assert await records.put(tenant, "crm", CRM, "") is None
    assert await records.put(tenant, "crm", CRM, first) is None
    assert await records.put(tenant, "crm", None, first) is None
    assert await records.put(tenant, "erp", replace(CRM, id="erp"), first) is None
    assert await records.get(tenant, "crm") == KeptRecord(replace(CRM, paused=True), second)


async def test_what_is_deleted_is_gone_and_its_id_free(records: RecordStore[Subscription], tenant: str) -> None:
    etag = await records.put(tenant, "crm", CRM, "")
    assert etag

    assert await records.put(tenant, "crm", None, etag) == ""

    assert await records.get(tenant, "crm") is None
    assert await records.put(tenant, "crm", CRM, "")


async def test_channels_and_subscriptions_of_one_id_are_two(store: Any, tenant: str) -> None:
    redis = client_for(store.url)
    subscriptions, channels = subscriptions_on(redis), channels_on(redis)

    await subscriptions.put(tenant, "bot", replace(CRM, id="bot"), "")
    await channels.put(tenant, "bot", BOT, "")

    assert [each.record for each in (await channels.all(tenant)).values()] == [BOT]
    assert [each.record.id for each in (await subscriptions.all(tenant)).values()] == ["bot"]
    await close(redis)


async def test_what_is_kept_of_a_subscription_goes_with_it_and_whoever_is_refused_takes_nothing_away(
    store: Any, tenant: str
) -> None:
    redis = client_for(store.url)
    records, kept = subscriptions_on(redis), RedisDeliveries(redis)
    etag = await records.put(tenant, "crm", CRM, "")
    assert etag
    await kept.begin(tenant, "crm", 7)

    assert await records.put(tenant, "crm", CRM, "") is None
    changed = await records.put(tenant, "crm", replace(CRM, paused=True), etag)
    assert changed
    place = await kept.place(tenant, "crm")
    assert place
    assert place.event == 7

    await records.put(tenant, "crm", None, changed)
    assert await kept.place(tenant, "crm") is None
    await close(redis)
