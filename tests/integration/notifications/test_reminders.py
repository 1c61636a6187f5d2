"""What a service tells people: the reminders of a complaint arrive, once, in words, at doubles of vendors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from redis import Redis

from fairlead.access import Access
from fairlead.commands import connected as client_of
from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.adapters.redis.outbox import RedisOutbox
from router.adapters.redis.repositories import Stores
from router.assignment.planner_cache import PlannerCache
from router.cli.walk_clock import WalkClock
from router.cli.walk_contents import load_walk
from router.cli.walk_runner import go
from router.deadlines.notices import Notices
from router.process.revisions.cache import ProcessCache
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
LOOK_S = 0.1
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
    """A clock that stands before each of its first instants until the service has taken in all that happened by then,
    and has sent what is due, as it would have where time is real.

    Parameters
    ----------
    tenant
        Whose walk it is.
    """

    def __init__(self, runner: asyncio.Runner, stores: Stores, tenant: str) -> None:
        super().__init__(runner, stores)
        self._tenant = tenant
        self._outbox = RedisOutbox(stores.redis)
        self._planners = PlannerCache(
            stores.workforce, stores.rule_sets, stores.rule_sets, processes=ProcessCache(stores.processes)
        )
        self._notices = Notices(tenant, stores.assignments, self._planners)
        self._read = self._last_told = 0
        self._patient = PATIENT_MOVES

    def move(self, at_ms: int) -> None:
        if self._patient and at_ms - 4000 > self.now_ms():
            self._patient -= 1
            self._wait_while(self._is_anything_unread)
            super().move(at_ms - 4000)
            self._wait_while(self._is_anything_unread)
            super().move(at_ms - 1000)
            self._wait_while(self._is_anything_due)
        super().move(at_ms)

    def close(self) -> None:
        self._planners.close()
        super().close()

    def _wait_while(self, is_so: Callable[[], Awaitable[bool]]) -> None:
        while self._run(is_so):
            time.sleep(LOOK_S)

    async def _is_anything_unread(self) -> bool:
        """Return whether the service has not yet taken in an event that concerns somebody."""
        for event in await self._stores.assignments.events(self._tenant, after=self._read, count=1000):
            if await self._notices.of(event) is not None:
                self._last_told = event.number
            self._read = event.number
        return await self._outbox.last_told(self._tenant) < self._last_told

    async def _is_anything_due(self) -> bool:
        """Return whether the service has not yet sent what it could."""
        _, due = await self._outbox.due(self._tenant)
        return bool(due)


def walked(address: str, url: str, tenant: str, text: str, rows: int) -> list[str]:
    """Go the first rows of a walk, and return what was otherwise than expected."""
    loaded = load_walk(WALK, text.encode())
    assert loaded.walk is not None, loaded.problems
    with client_of(address, tenant, Access()) as client, simulated(), asyncio.Runner() as runner:
        clock = PatientClock(runner, Stores.connect(url), tenant)
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
