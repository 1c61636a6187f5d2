"""The monitor says so where somebody outside is not told for too long, and the metrics show how that stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from notifications.adapters.redis.outbox import RedisOutbox
from notifications.channels import Channel
from notifications.deliveries import Delivery, DeliveryState
from notifications.messages.outbox import ChannelState, OutboxEntry
from notifications.service.deliveries import DeliveryQueries, ReceiverKind
from notifications.subscriptions import Subscription
from router.adapters.queue import WorkSettings, routing_queue
from router.adapters.redis.repositories import Stores
from serving.alarms import Alarms
from serving.delivery_settings import DeliverySettings
from store.durability import ANYTHING
from telemetry.metrics import Metrics
from tests.conftest import settings
from tests.twins.deliveries import MemoryBook, MemoryRecords

LATE_S = 600
CRM = Subscription("crm", "sealed")


class Arranged:
    """Alarms on a real store, beside deliveries in memory."""

    def __init__(self, stores: Stores, redis_url: str) -> None:
        self.stores, self.metrics = stores, Metrics()
        self.book, self.subscriptions = MemoryBook(), MemoryRecords[Subscription]()
        queries = DeliveryQueries(
            {ReceiverKind.SUBSCRIPTION: self.book, ReceiverKind.CHANNEL: MemoryBook()},
            {ReceiverKind.SUBSCRIPTION: self.subscriptions, ReceiverKind.CHANNEL: MemoryRecords[Channel]()},
        )
        chosen = settings(redis_url, deliveries=DeliverySettings(late_s=LATE_S))
        queue = routing_queue(stores.redis, WorkSettings(), 3600)
        self.alarms = Alarms(chosen, stores, queue, queries, self.metrics)

    async def parked_for(self, tenant: str, seconds: float) -> None:
        """Park a change that happened so long ago."""
        now_ms = await self.stores.assignments.now_us(tenant) // 1000
        told = Delivery("7", 7, "crm", DeliveryState.PARKED, "closed", event_ms=now_ms - round(seconds * 1000))
        self.book.told[tenant].append(told)

    def figure(self, name: str, tenant: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, {"tenant": tenant, "receivers": "subscriptions", **labels})


@pytest.fixture
async def at(store: Any) -> AsyncIterator[Arranged]:
    stores = Stores.connect(store.url, 3600, ANYTHING)
    yield Arranged(stores, store.url)
    await stores.close()


async def test_what_is_not_told_for_too_long_is_an_alarm(at: Arranged, tenant: str) -> None:
    await at.subscriptions.put(tenant, "crm", CRM, "")
    await at.parked_for(tenant, LATE_S - 60)
    assert await at.alarms.overdue(tenant) == []

    await at.parked_for(tenant, LATE_S + 60)
    (alarm,) = await at.alarms.overdue(tenant)

    assert alarm.startswith("subscriptions are not told what happened 66")
    assert "2 wait: see `fairlead subscriptions list`" in alarm


async def test_the_metrics_show_what_waits_and_since_when(at: Arranged, tenant: str) -> None:
    await at.subscriptions.put(tenant, "crm", CRM, "")
    await at.parked_for(tenant, 60)
    at.book.told[tenant].append(replace(at.book.told[tenant][0], id="6", state=DeliveryState.DEAD))

    await at.alarms.overdue(tenant)

    assert at.figure("fairlead_deliveries", tenant, state="waiting") == 1
    assert at.figure("fairlead_deliveries", tenant, state="dead") == 1
    assert 60 <= (at.figure("fairlead_delivery_oldest_seconds", tenant) or 0) < 90


async def test_of_what_somebody_paused_there_is_no_alarm(at: Arranged, tenant: str) -> None:
    await at.subscriptions.put(tenant, "crm", replace(CRM, paused=True), "")
    await at.parked_for(tenant, LATE_S + 60)

    assert await at.alarms.overdue(tenant) == []
    assert at.figure("fairlead_delivery_oldest_seconds", tenant) == 0


async def test_what_waits_for_a_channel_is_late_only_where_it_fails(at: Arranged, tenant: str) -> None:
    outbox = RedisOutbox(at.stores.redis)
    entry = OutboxEntry("7:ann", 7, 1_000, "bot", "remind", "ann")
    await outbox.add(tenant, 7, [entry])
    quiet = await outbox.standing(tenant, "bot")

    await outbox.write(tenant, "bot", ChannelState(failures=1, next_ms=9_000), [], 1, 9_000)
    failing = await outbox.standing(tenant, "bot")

    assert (quiet.waiting, quiet.oldest_ms) == (1, None)
    assert (failing.waiting, failing.oldest_ms) == (1, 1_000)
