"""What a service tells people: the reminders of a complaint arrive, once, in words, at doubles of vendors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from redis import Redis

from fairlead.access import Access
from fairlead.client import FairleadClient
from fairlead.commands import connected as client_of
from fairlead.v1 import deliveries_pb2 as deliveries
from router.adapters.redis.repositories import Stores
from router.cli.walk_clock import WalkClock
from router.cli.walk_contents import load_walk
from router.cli.walk_runner import go
from store.clock import KEY, SimulatedClock, simulated
from store.embedded.server import EmbeddedServer
from tests.api import Api, connected
from tests.conftest import ROOT, serving
from tests.integration.notifications.arranging import chosen
from tests.robots import vendors
from tests.robots.server import Robot
from tests.simulated_redis import SimulatedRedis

Channel = deliveries.Channel
Delivery = deliveries.Delivery
LOOKS_S = 1.5
"""What a service takes to see that its simulated time has moved, in seconds."""
TRIES = 20
PATIENT_MOVES = 8
"""Up to the row behind the reminder of the first response."""
WALK = ROOT / "examples" / "processes" / "complaints-walk.yaml"


async def has_channel(api: Api, channel_id: str, **fields: Any) -> None:
    await api.deliveries.CreateChannel(
        deliveries.CreateChannelRequest(parent=api.parent, channel_id=channel_id, channel=Channel(**fields))
    )


async def all_told(api: Api) -> list[Delivery]:
    answer = await api.deliveries.ListDeliveries(deliveries.ListDeliveriesRequest(parent=api.parent, page_size=1000))
    return list(answer.deliveries)


class PatientClock(WalkClock):
    """A clock that is a second before each of its first instants until what was told by then has been sent, as it is
    where time is real, but for what waits for the digest of the next minute.

    Parameters
    ----------
    client
        Says what waits.
    """

    def __init__(self, runner: asyncio.Runner, stores: Stores, client: FairleadClient) -> None:
        super().__init__(runner, stores)
        self._client = client
        self._patient = PATIENT_MOVES

    def move(self, at_ms: int) -> None:
        if self._patient and at_ms - 1000 > self.now_ms():
            self._patient -= 1
            super().move(at_ms - 1000)
            time.sleep(LOOKS_S)  # the service has read what fell due
            for _ in range(TRIES):
                if not any(each.state == Delivery.STATE_WAITING for each in self._client.list_deliveries()):
                    break
                time.sleep(0.1)
        super().move(at_ms)


def walked(address: str, url: str, tenant: str, text: str, rows: int) -> list[str]:
    """Go the first rows of a walk, and return what was otherwise than expected."""
    loaded = load_walk(WALK, text.encode())
    assert loaded.walk is not None, loaded.problems
    with client_of(address, tenant, Access()) as client, simulated(), asyncio.Runner() as runner:
        clock = PatientClock(runner, Stores.connect(url), client)
        clock.stop()
        gone = go(client, clock, loaded, loaded.walk)
        try:
            return [str(row.faults) for _, row in zip(range(rows), gone, strict=False) if row.faults]
        finally:
            clock.close()


def with_channels(text: str) -> str:
    """Give each rep of the walk the channels that this test has."""
    for rep, channels in (("zhou-min", "zh-bot"), ("wu-qiang", "en-bot"), ("chen-jie", "en-bot")):
        text = text.replace(f"    {rep}: {{name:", f"    {rep}: {{channels: {channels}, name:")
    return text


class Walked(NamedTuple):
    """What came of a walk: what the robots were sent, and what was told to whom."""

    zh_bot: Robot
    en_bot: Robot
    told: list[Delivery]


async def let_all_go(api: Api, url: str) -> list[Delivery]:
    """Let time pass until nothing waits any more, and return all that was told."""
    redis = SimulatedRedis.from_url(url)
    clock, told = SimulatedClock(redis), list[Delivery]()
    while not told or any(each.state == Delivery.STATE_WAITING for each in told):
        await clock.set((await clock.read())[0] + 61_000_000, 0)
        await asyncio.sleep(0.6)
        told = await all_told(api)
    await redis.aclose()
    return told


@asynccontextmanager
async def complaint_walked(url: str, folder: Path) -> AsyncIterator[Walked]:
    """Yield what came of the shipped walk of a complaint, whose reps have channels."""
    redis = Redis.from_url(url)

    def now_s() -> float:
        return int(redis.hget(KEY, "at_us") or 0) / 1_000_000

    with simulated():
        async with (
            vendors.wecom("zh", now_s) as zh_bot,
            vendors.wecom("en", now_s) as en_bot,
            serving(url, simulated_clock=True, deliveries=chosen(folder)) as address,
            connected(address, "complaints", url) as api,
        ):
            await has_channel(api, "zh-bot", kind=Channel.KIND_WECOM, address=zh_bot.url, language_code="zh")
            await has_channel(api, "en-bot", kind=Channel.KIND_WECOM, address=en_bot.url)
            text = with_channels(WALK.read_text("utf-8"))
            assert await asyncio.to_thread(walked, address, url, "complaints", text, 99) == []
            yield Walked(zh_bot, en_bot, await let_all_go(api, url))
    redis.close()


@pytest.mark.long
async def test_the_reminders_of_a_complaint_arrive_once_in_words(own_store: EmbeddedServer, tmp_path: Path) -> None:
    async with complaint_walked(own_store.url, tmp_path) as (zh_bot, en_bot, told):
        zh = [each.content["markdown"]["content"] for each in zh_bot.messages]
        en = [each.content["markdown"]["content"] for each in en_bot.messages]

    reminder, first = "**周敏：crm~T-1：“首次响应”", "**陈洁: A customer is not satisfied: 2 of 5, crm~T-1**"
    assert ["\n".join(zh).count(reminder), "\n".join(en).count(first)] == [1, 1]
    assert "> 请主动联系客户。" in "\n".join(zh)
    assert [*zh_bot.refused, *en_bot.refused] == []
    assert {each.state for each in told if each.rep.endswith("/wang-fang")} == {Delivery.STATE_UNREACHABLE}
    reached = [each for each in told if not each.rep.endswith("/wang-fang")]
    sent = [each for each in reached if each.state != Delivery.STATE_OBSOLETE]
    assert {(each.state, each.attempt_count) for each in sent} == {(Delivery.STATE_DELIVERED, 1)}
    assert len({each.id for each in told}) == len(told)
    assert sum(text.count("**周敏：") for text in zh) == sum(each.receiver.endswith("zh-bot") for each in sent)
