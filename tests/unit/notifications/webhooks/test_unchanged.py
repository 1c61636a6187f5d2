"""Whether a subscription is as it was read is known as of when it was asked, in as few questions as may be."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace

import pytest

from notifications.ports import KeptRecord
from notifications.subscriptions import Subscription
from notifications.webhooks.unchanged import Unchanged
from tests.twins.deliveries import MemoryRecords

CRM = Subscription("crm", "sealed")


class Slow(MemoryRecords[Subscription]):
    """Answers as of when it was asked, a while later; counts the questions."""

    questions = 0

    async def get(self, tenant: str, record_id: str) -> KeptRecord[Subscription] | None:
        self.questions += 1
        found = await super().get(tenant, record_id)
        await asyncio.sleep(0.001)
        return found


async def read() -> tuple[Slow, KeptRecord[Subscription], Unchanged]:
    records = Slow()
    await records.put("t", "crm", CRM, "")
    kept = await records.get("t", "crm")
    assert kept
    return records, kept, Unchanged(records, "t", kept)


async def test_whoever_asks_once_it_was_changed_hears_of_it_though_a_question_is_under_way() -> None:
    records, kept, unchanged = await read()
    first = asyncio.create_task(unchanged.holds())
    while records.questions < 2:  # noqa: ASYNC110 (until it is under way)
        await asyncio.sleep(0)

    await records.put("t", "crm", replace(CRM, paused=True), kept.etag)

    assert not await unchanged.holds()
    assert await first
    assert not await unchanged.holds()


async def test_many_who_ask_together_share_a_question() -> None:
    records, _, unchanged = await read()

    assert all(await asyncio.gather(*(unchanged.holds() for _ in range(64))))

    assert records.questions == 2


async def test_what_was_deleted_is_not_as_it_was() -> None:
    records, kept, unchanged = await read()
    await records.put("t", "crm", None, kept.etag)

    assert not await unchanged.holds()


async def test_where_those_who_asked_went_away_the_log_does_not_tell_that_the_store_failed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    goes_on = asyncio.Event()

    class Failing(MemoryRecords[Subscription]):
        async def get(self, tenant: str, record_id: str) -> KeptRecord[Subscription] | None:
            await goes_on.wait()
            raise ConnectionError(f"{tenant}/{record_id}")

    unchanged = Unchanged(Failing(), "t", KeptRecord(CRM, "1"))
    asking = asyncio.create_task(unchanged.holds())
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    goes_on.set()
    await asyncio.sleep(0.001)

    gc.collect()
    assert caplog.records == []
