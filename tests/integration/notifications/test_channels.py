"""What waits for people, on a real store with a simulated clock, sent to doubles of vendors over real sockets."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pytest

from background.adapters.redis import RedisLeaderLease
from notifications.adapters.redis.known_channels import KnownChannels
from notifications.adapters.redis.outbox import RedisOutbox
from notifications.adapters.redis.records import channels_on
from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.backoff import RetryWaits
from notifications.channels import Channel, ChannelKind
from notifications.deliveries import Delivery, DeliveryState
from notifications.messages.dispatcher import Dispatcher
from notifications.messages.runner import MessageRunner
from notifications.messages.sending import Sender
from notifications.messages.ways import Ways
from notifications.ports import DeliveryFilter
from store.clock import SimulatedClock
from store.embedded.server import EmbeddedServer
from tests.integration.notifications.outside import (
    BOX,
    HOUR_MS,
    Channels,
    Directory,
    MessageWords,
    outbound,
    sealed,
    told,
)
from tests.robots import vendors
from tests.robots.server import Robot, Verdict
from tests.simulated_redis import SimulatedRedis

PLAIN = RetryWaits(5, lambda: 0.0)
START_US = 1_790_000_000_000_000
DAY_S = 86_400


@dataclass
class Office:
    """All parts of a dispatcher, and its clock."""

    tenant: str
    clock: SimulatedClock
    outbox: RedisOutbox
    words: MessageWords
    directory: Directory
    channels: Channels
    dispatcher: Dispatcher
    now_s: list[float]

    async def advance(self, seconds: float) -> None:
        self.now_s[0] += seconds
        await self.clock.set(round(self.now_s[0] * 1_000_000), 0)

    async def pass_by(self, seconds: float) -> None:
        """Let time pass, and look once at its end."""
        await self.advance(seconds)
        await dispatched(self.tenant, self.outbox, self.dispatcher)

    @property
    def now_ms(self) -> int:
        return round(self.now_s[0] * 1000)

    async def listed(self, **wanted: Any) -> list[Delivery]:
        return await self.outbox.deliveries(self.tenant, DeliveryFilter(**wanted), None, 1000)

    async def states(self) -> dict[str, DeliveryState]:
        return {each.id: each.state for each in await self.listed()}


@pytest.fixture
async def office(store: EmbeddedServer, tenant: str) -> AsyncIterator[Office]:
    redis = SimulatedRedis.from_url(store.url)
    clock, words, directory, channels = SimulatedClock(redis), MessageWords(), Directory(), Channels()
    outbox = RedisOutbox(redis, Ways(directory, channels).reached)
    dispatcher = Dispatcher(outbox, words, directory, channels, Sender(outbound(), BOX), PLAIN)
    office = Office(tenant, clock, outbox, words, directory, channels, dispatcher, [START_US / 1_000_000])
    await office.advance(0)
    yield office
    await redis.aclose()


async def dispatched(tenant: str, outbox: RedisOutbox, dispatcher: Dispatcher) -> None:
    """Do what a runner does that looks once, and wait for it."""
    now_ms, due = await outbox.due(tenant)
    await asyncio.gather(*(dispatcher.dispatch(tenant, channel, now_ms) for channel in due))


def clock_of(office: Office) -> Any:
    return lambda: office.now_s[0]


def has_bot(office: Office, robot: Robot, **other: str) -> None:
    office.channels.of_id["bot"] = sealed(office.tenant, "bot", ChannelKind.WECOM, robot.url, **other)


def texts(robot: Robot) -> list[str]:
    return [each.content["markdown"]["content"] for each in robot.messages]


async def test_fifty_messages_in_a_minute_are_one_digest(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot)
        for event in range(1, 51):
            await office.outbox.add(office.tenant, event, [told(event)])
            await office.pass_by(0.02)

        await office.pass_by(2)
        await office.pass_by(60)

        (text,) = texts(robot)
        assert text.startswith("### 50 messages, first: 李娜: T-1\n\n**李娜: T-1**\n> first response is due soon")
        assert "**李娜: T-50**" in text
        assert set((await office.states()).values()) == {DeliveryState.DELIVERED}


async def test_what_comes_within_the_minute_goes_as_one_digest_when_it_is_over(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot)
        await office.outbox.add(office.tenant, 1, [told(1)])
        await office.pass_by(2)
        for event in range(2, 52):
            await office.outbox.add(office.tenant, event, [told(event)])
            await office.pass_by(1)
        assert len(robot.messages) == 1

        await office.pass_by(10)

        assert len(robot.messages) == 2
        assert not robot.refused
        assert texts(robot)[0] == "**李娜: T-1**\n> first response is due soon\n\nSent by Fairlead to channel bot"


async def test_what_is_told_twice_arrives_once(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot)
        assert await office.outbox.add(office.tenant, 1, [told(1)])
        await office.pass_by(2)

        assert not await office.outbox.add(office.tenant, 1, [told(1)])
        await office.pass_by(120)

        assert len(robot.messages) == 1


async def test_a_quiet_channel_sends_what_is_urgent_and_the_rest_as_it_opens(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot, calendar="east")
        office.directory.opens = round(office.now_s[0] * 1000) + HOUR_MS
        await office.outbox.add(office.tenant, 1, [told(1)])
        await office.outbox.add(office.tenant, 2, [told(2, is_urgent=True)])
        await office.pass_by(2)
        assert ["T-2" in text and "T-1" not in text for text in texts(robot)] == [True]

        await office.pass_by(1800)
        assert len(robot.messages) == 1

        await office.pass_by(1800)
        assert "T-1" in texts(robot)[1]


async def test_what_waits_for_quiet_hours_to_end_is_sent_once_its_channel_has_none(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot, calendar="east")
        office.directory.opens = office.now_ms + HOUR_MS
        await office.outbox.add(office.tenant, 1, [told(1)])
        await office.pass_by(2)
        await office.outbox.changed(office.tenant, "bot")
        await office.pass_by(0)
        assert robot.messages == []

        has_bot(office, robot)
        await office.outbox.changed(office.tenant, "bot")
        await office.pass_by(0)

        assert len(robot.messages) == 1


async def test_waits_grow_from_five_seconds_to_a_day_and_end_in_death_after_three(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot)
        robot.broken = Verdict(503, "")
        await office.outbox.add(office.tenant, 1, [told(1)])
        await office.advance(2)
        tried = []
        while (now := round(office.now_s[0])) < START_US // 1_000_000 + 4 * DAY_S:
            before = len(robot.refused)
            await dispatched(office.tenant, office.outbox, office.dispatcher)
            if len(robot.refused) > before:
                tried.append(now)
            (delivery,) = await office.listed()
            if delivery.state is DeliveryState.DEAD:
                break
            await office.advance(max(1, min(delivery.next_ms / 1000 - now, 3600)))

        waits = [later - earlier for earlier, later in pairwise(tried)]
        assert waits[:4] == [5, 10, 20, 40]
        assert max(waits) <= DAY_S
        assert all(later == min(DAY_S, 2 * earlier) for earlier, later in pairwise(waits))
        assert delivery.state is DeliveryState.DEAD
        assert 3 * DAY_S <= office.now_s[0] - tried[0] < 3 * DAY_S + 3600
        assert delivery.outcome == "HTTP_503"
        assert (await office.outbox.standing(office.tenant, "bot")).dead == 1


async def test_what_was_dead_is_sent_once_it_is_tried_again(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot)
        robot.broken = Verdict(200, json.dumps({"errcode": 93000}))
        await office.outbox.add(office.tenant, 1, [told(1, item_id="T-1"), told(1, "wei", item_id="T-1")])
        await office.pass_by(2)
        assert set((await office.states()).values()) == {DeliveryState.PARKED}
        await office.pass_by(3 * DAY_S)
        assert set((await office.states()).values()) == {DeliveryState.DEAD}
        robot.broken = None

        redriven = await office.outbox.redrive(office.tenant, "bot", "T-1")
        await office.pass_by(60)

        assert (redriven.dead, redriven.parked) == (2, 0)
        assert set((await office.states()).values()) == {DeliveryState.DELIVERED}
        assert (await office.outbox.redrive(office.tenant, "", "")).dead == 0


async def test_what_is_tried_again_at_once_while_it_is_being_sent_in_vain_is_tried_at_once(office: Office) -> None:
    later_ms = round(office.now_s[0] * 1000) + HOUR_MS
    parked = replace(told(1), state=DeliveryState.PARKED, failing_since_ms=1, next_ms=later_ms)
    await office.outbox.add(office.tenant, 1, [parked])
    waiting = await office.outbox.waiting(office.tenant, "bot")

    await office.outbox.redrive(office.tenant, "bot", "")
    failed = waiting.state._replace(failures=9, next_ms=later_ms, at_most=1)
    assert await office.outbox.write(office.tenant, "bot", failed, [parked], 1, later_ms)

    now = await office.outbox.waiting(office.tenant, "bot")
    assert (now.state.failures, now.state.next_ms, now.state.at_most) == (0, 0, 0)
    assert (await office.outbox.due(office.tenant))[1] == ["bot"]


async def test_the_next_channel_of_a_rep_is_used_when_one_refuses_for_good(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot, vendors.feishu(now_s=clock_of(office)) as second:
        has_bot(office, robot)
        office.channels.of_id["lark"] = sealed(
            office.tenant, "lark", ChannelKind.FEISHU, second.url, "s-1", language="zh"
        )
        office.directory.of_reps = {"li-na": ["gone", "bot", "lark"]}
        robot.broken = Verdict(200, json.dumps({"errcode": 93000}))
        await office.outbox.add(office.tenant, 1, [told(1)])

        await office.pass_by(2)
        await office.pass_by(2)

        assert [each.content["card"]["elements"][0]["text"]["content"] for each in second.messages] == [
            "李娜：T-1\n  首次响应即将到期\n\n由 Fairlead 发送到渠道 lark"
        ]
        (delivery,) = await office.listed()
        assert (delivery.receiver, delivery.state, delivery.attempts) == ("lark", DeliveryState.DELIVERED, 2)


async def test_a_channel_that_refuses_is_named_beside_its_answer_and_said_once(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot, vendors.slack(now_s=clock_of(office)) as second:
        has_bot(office, robot)
        office.channels.of_id["slack"] = sealed(office.tenant, "slack", ChannelKind.SLACK, second.url)
        office.directory.of_reps = {"li-na": ["bot", "slack"]}
        robot.broken = Verdict(200, json.dumps({"errcode": 93000}))
        await office.outbox.add(office.tenant, 1, [told(1)])

        await office.pass_by(2)
        (moved,) = await office.listed()
        await office.outbox.add(office.tenant, 2, [told(2)])
        await office.pass_by(60)
        standing = await office.outbox.standing(office.tenant, "bot")

        assert (moved.receiver, moved.tried_through, moved.outcome) == ("slack", "bot", "CODE_93000")
        assert (standing.failures, standing.outcome, standing.attempt_ms) == (2, "CODE_93000", office.now_ms)
        said = [each.message for each in caplog.records if each.levelname == "WARNING"]
        assert len(said) == 1
        assert "channels/bot: it takes nothing: CODE_93000" in said[0]


async def test_a_channel_that_was_mended_is_used_again_at_once_though_nothing_waited_for_it(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot, vendors.slack(now_s=clock_of(office)) as second:
        has_bot(office, robot)
        office.channels.of_id["slack"] = sealed(office.tenant, "slack", ChannelKind.SLACK, second.url)
        office.directory.of_reps = {"li-na": ["bot", "slack"]}
        robot.broken = Verdict(200, json.dumps({"errcode": 93000}))
        for event in range(1, 5):
            await office.outbox.add(office.tenant, event, [told(event)])
            await office.pass_by(60)
        robot.broken = None

        redriven = await office.outbox.redrive(office.tenant, "bot", "")
        await office.outbox.add(office.tenant, 5, [told(5)])
        await office.pass_by(2)

        assert redriven == (0, 0, 0)
        assert (await office.outbox.standing(office.tenant, "bot")).failures == 0
        assert [text.count("T-5") for text in texts(robot)] == [1]


async def test_the_next_channel_is_used_after_three_failures_and_later_messages_go_there_at_once(
    office: Office,
) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot, vendors.slack(now_s=clock_of(office)) as second:
        has_bot(office, robot)
        office.channels.of_id["slack"] = sealed(office.tenant, "slack", ChannelKind.SLACK, second.url)
        office.directory.of_reps = {"li-na": ["bot", "slack"]}
        robot.broken = Verdict(500, "")
        await office.outbox.add(office.tenant, 1, [told(1)])
        for wait in (2, 5, 10):
            await office.pass_by(wait)
        assert (len(robot.refused), len(second.messages)) == (3, 0)

        await office.pass_by(1)
        await office.outbox.add(office.tenant, 2, [told(2)])
        await office.pass_by(2)
        await office.pass_by(60)

        assert len(robot.refused) == 3
        assert [each.content["text"].count("T-") for each in second.messages] == [1, 1]


async def test_what_has_no_channel_is_kept_as_unreachable_and_listed(office: Office) -> None:
    await office.outbox.add(office.tenant, 3, [told(3, channel=""), told(3, "wei", channel="")])

    listed = await office.listed(state=DeliveryState.UNREACHABLE)

    assert [(each.id, each.receiver) for each in listed] == [("3:li-na", ""), ("3:wei", "")]


async def test_what_waits_for_a_channel_that_was_deleted_is_unreachable_or_goes_elsewhere(office: Office) -> None:
    async with vendors.slack(now_s=clock_of(office)) as second:
        office.channels.of_id["slack"] = sealed(office.tenant, "slack", ChannelKind.SLACK, second.url)
        office.directory.of_reps = {"li-na": ["bot", "slack"]}
        await office.outbox.add(office.tenant, 1, [told(1), told(1, "wei"), told(1, "")])

        await office.pass_by(2)
        await office.pass_by(0)

        states = await office.states()
        assert states == {
            "1:li-na": DeliveryState.DELIVERED, "1:wei": DeliveryState.UNREACHABLE, "1::bot": DeliveryState.UNREACHABLE,
        }  # fmt: skip


async def test_what_there_is_nothing_left_to_say_of_is_obsolete(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot)
        office.words.gone = {1}
        await office.outbox.add(office.tenant, 1, [told(1)])
        await office.outbox.add(office.tenant, 2, [told(2)])

        await office.pass_by(2)

        assert [("T-1" in text, "T-2" in text) for text in texts(robot)] == [(False, True)]
        assert [each.id for each in await office.listed(state=DeliveryState.OBSOLETE)] == ["1:li-na"]


async def test_what_waits_behind_a_hundred_with_nothing_left_to_say_is_sent_all_the_same(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot)
        office.words.gone = set(range(1, 101))
        for event in range(1, 121):
            await office.outbox.add(office.tenant, event, [told(event)])

        await office.pass_by(2)
        await office.pass_by(0)

        states = Counter((await office.states()).values())
        assert states == {DeliveryState.OBSOLETE: 100, DeliveryState.DELIVERED: 20}


async def test_of_a_thousand_messages_each_is_shown_once_minute_by_minute(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot)
        for event in range(1, 1001):
            await office.outbox.add(office.tenant, event, [told(event, is_urgent=event == 1000)])

        await office.pass_by(2)
        first = Counter((await office.states()).values())
        left = first[DeliveryState.WAITING]
        assert first[DeliveryState.DELIVERED] == texts(robot)[0].count("**李娜")
        assert f"… and {left} more follow" in texts(robot)[0]
        assert "first: 李娜: T-1000\n" in texts(robot)[0]
        while left and len(robot.messages) < 50:
            await office.pass_by(60)
            left = Counter((await office.states()).values())[DeliveryState.WAITING]

        shown = [name for text in texts(robot) for name in re.findall(r"\*\*李娜: (T-\d+)\*\*", text)]
        assert shown == ["T-1000", *(f"T-{event}" for event in range(1, 1000))]
        assert not robot.refused


async def test_a_message_whose_words_are_forbidden_kills_no_other_of_its_digest(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot)
        robot.forbidden = "T-3", Verdict(200, json.dumps({"errcode": 40058}))
        for event in range(1, 7):
            await office.outbox.add(office.tenant, event, [told(event)])

        await office.advance(2)
        for _ in range(40):
            await office.pass_by(60)

        states = await office.states()
        assert states.pop("3:li-na") is DeliveryState.DEAD
        assert set(states.values()) == {DeliveryState.DELIVERED}


async def test_whoever_lost_the_role_writes_nothing(office: Office) -> None:
    await office.outbox.add(office.tenant, 1, [told(1)])
    waiting = await office.outbox.waiting(office.tenant, "bot")
    ended = list(waiting.entries)

    assert await office.outbox.write(office.tenant, "bot", waiting.state, ended, 1, None)
    assert not await office.outbox.write(office.tenant, "bot", waiting.state, ended, 1, None)


async def test_what_comes_while_something_is_being_sent_is_looked_at_soon(office: Office) -> None:
    await office.outbox.add(office.tenant, 1, [told(1)])
    await office.advance(2)
    waiting = await office.outbox.waiting(office.tenant, "bot")
    await office.outbox.add(office.tenant, 2, [told(2)])

    await office.outbox.write(office.tenant, "bot", waiting.state, [], 1, None)

    assert await office.outbox.due(office.tenant) == (round(office.now_s[0] * 1000), [])
    await office.advance(2)
    assert (await office.outbox.due(office.tenant))[1] == ["bot"]


async def test_everything_is_listed_page_by_page_newest_first(office: Office) -> None:
    for event in range(1, 8):
        entries = [told(event, f"rep-{number:03}", item_id=f"T-{event % 2}") for number in range(90)]
        await office.outbox.add(office.tenant, event, entries)

    found, before = list[Delivery](), None
    while page := await office.outbox.deliveries(office.tenant, DeliveryFilter(item_id="T-1"), before, 25):
        found += page
        before = (page[-1].event, page[-1].id)

    assert [(each.event, each.rep) for each in found] == [
        (event, f"rep-{number:03}") for event in (7, 5, 3, 1) for number in range(90)
    ]


async def test_what_waits_for_a_channel_that_is_deleted_goes_elsewhere_and_what_was_told_stays_listed(
    office: Office, store: EmbeddedServer
) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot, vendors.slack(now_s=clock_of(office)) as second:
        has_bot(office, robot)
        office.channels.of_id["slack"] = sealed(office.tenant, "slack", ChannelKind.SLACK, second.url)
        office.directory.of_reps = {"li-na": ["bot", "slack"]}
        await office.outbox.add(office.tenant, 1, [told(1)])
        await office.pass_by(2)
        await office.outbox.add(office.tenant, 2, [told(2), told(2, "wei")])

        del office.channels.of_id["bot"]
        await office.outbox.forget(office.tenant, "bot")
        await office.pass_by(0)
        await office.pass_by(0)
        assert [each.id for each in await office.listed(receiver="bot")] == ["1:li-na"]

        listed = {each.id: (each.receiver, each.state) for each in await office.listed()}
        assert listed == {
            "1:li-na": ("bot", DeliveryState.DELIVERED),
            "2:li-na": ("slack", DeliveryState.DELIVERED),
            "2:wei": ("", DeliveryState.UNREACHABLE),
        }
        redis: Any = SimulatedRedis.from_url(store.url)
        assert [key async for key in redis.scan_iter(f"fairlead:{{{office.tenant}}}:messages:of:bot:*")] == []
        await redis.aclose()


async def test_what_was_unreachable_is_sent_when_it_is_tried_again_once_its_rep_has_a_channel(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        await office.outbox.add(office.tenant, 1, [told(1, channel=""), told(1, "wei", channel="")])
        has_bot(office, robot)
        office.directory.of_reps = {"li-na": ["bot"]}

        redriven = await office.outbox.redrive(office.tenant, "", "")
        await office.pass_by(0)
        await office.pass_by(0)

        assert redriven == (0, 0, 1), "what still cannot be sent is not counted"
        assert await office.states() == {
            "1:li-na": DeliveryState.DELIVERED, "1:wei": DeliveryState.UNREACHABLE,
        }  # fmt: skip
        assert len(robot.messages) == 1


async def test_a_channel_that_a_process_names_and_is_not_there_is_named_and_used_once_it_is_made(
    office: Office,
) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        missing = replace(told(1, "", "bot"), channel="")
        await office.outbox.add(office.tenant, 1, [missing, replace(told(1, "", "other"), channel="")])
        (before,) = await office.listed(receiver="bot")
        nothing = await office.outbox.redrive(office.tenant, "", "")
        has_bot(office, robot)

        redriven = await office.outbox.redrive(office.tenant, "", "", "bot")
        await office.pass_by(0)
        await office.pass_by(0)

        assert (before.receiver, before.rep, before.state) == ("bot", "", DeliveryState.UNREACHABLE)
        assert (nothing, redriven) == ((0, 0, 0), (0, 0, 1))
        assert {each.receiver: each.state for each in await office.listed()} == {
            "bot": DeliveryState.DELIVERED, "other": DeliveryState.UNREACHABLE,
        }  # fmt: skip
        assert len(robot.messages) == 1


async def test_what_died_on_a_channel_is_sent_through_the_one_that_was_made_in_its_place(office: Office) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot)
        office.directory.of_reps = {"li-na": ["bot"]}
        robot.broken = Verdict(503, "")
        await office.outbox.add(office.tenant, 1, [told(1)])
        await office.pass_by(2)
        await office.pass_by(3 * DAY_S)
        assert await office.states() == {"1:li-na": DeliveryState.DEAD}
        await office.outbox.forget(office.tenant, "bot")
        robot.broken = None

        redriven = await office.outbox.redrive(office.tenant, "", "")
        await office.pass_by(0)
        await office.pass_by(0)

        assert redriven.dead == 1
        assert await office.states() == {"1:li-na": DeliveryState.DELIVERED}
        assert len(robot.messages) == 1


SECRET, TOKEN, PHONE = "SEC-planted-secret", "planted-token", "13812345678"


async def test_no_secret_is_kept_logged_or_listed_whatever_becomes_of_what_was_sent(
    office: Office, own_store: EmbeddedServer, caplog: pytest.LogCaptureFixture, data_folder: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    redis = SimulatedRedis.from_url(own_store.url)
    outbox, clock = RedisOutbox(redis), SimulatedClock(redis)
    await clock.set(START_US, 0)
    dispatcher = Dispatcher(
        outbox, office.words, office.directory, KnownChannels(redis), Sender(outbound(), BOX), PLAIN
    )
    async with vendors.dingtalk(TOKEN, SECRET, now_s=lambda: START_US / 1e6) as robot:
        channel = sealed(office.tenant, "bot", ChannelKind.DINGTALK, robot.url, SECRET)
        await channels_on(redis).put(office.tenant, "bot", channel, "")
        office.words.say = f"{PHONE} is to be called"
        for event, answer in enumerate(
            (None, Verdict(500, f"{SECRET} {TOKEN}"), Verdict(200, '{"errcode":310000}')), 1
        ):
            robot.broken = answer
            await outbox.add(office.tenant, event, [told(event)])
            await clock.set(START_US + event * 300_000_000, 0)
            await dispatched(office.tenant, outbox, dispatcher)
        listed = await outbox.deliveries(office.tenant, DeliveryFilter(), None, 10)
        await outbox.redrive(office.tenant, "bot", "")

    assert {each.state for each in listed} == {DeliveryState.DELIVERED, DeliveryState.PARKED}
    assert PHONE in robot.messages[0].body.decode()
    stored = b"".join([await redis.dump(key) or b"" async for key in redis.scan_iter("*")])
    await redis.aclose()
    files = b"".join(path.read_bytes() for path in data_folder.rglob("*") if path.is_file())
    assert len(files) > 1000
    for planted in (SECRET, TOKEN, PHONE):
        assert planted.encode() not in stored + files
        assert planted not in caplog.text + repr(listed)


@pytest.fixture
async def running(office: Office, store: EmbeddedServer) -> AsyncIterator[Callable[[Dispatcher], MessageRunner]]:
    """Yield what starts a runner of the office, as each service on one store has one."""
    redis = SimulatedRedis.from_url(store.url)

    async def tenants() -> list[str]:
        return [office.tenant]

    def started(dispatcher: Dispatcher) -> MessageRunner:
        runner = MessageRunner(dispatcher, office.outbox, tenants, RedisLeaderLease(redis))
        runner.start()
        return runner

    yield started
    await redis.aclose()


async def test_of_two_services_one_sends(office: Office, running: Callable[[Dispatcher], MessageRunner]) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot)
        await office.outbox.add(office.tenant, 1, [told(1)])
        await office.advance(2)
        runners = [running(office.dispatcher) for _ in "12"]
        for _ in range(1000):
            if (await office.listed())[0].state is DeliveryState.DELIVERED:
                break
            await asyncio.sleep(0.01)
        await asyncio.gather(*(runner.stop() for runner in runners))

        assert len(robot.messages) == 1


class Slow:
    """Sends; through the channel ``slow`` for ever."""

    def __init__(self) -> None:
        self.through: list[str] = []

    async def send(self, _: str, channel: Channel, __: object, ___: int) -> DeliveryAttempt:
        self.through.append(channel.id)
        if channel.id == "slow":
            await asyncio.Event().wait()
        return DeliveryAttempt(AttemptStatus.DELIVERED, "200")


async def test_a_slow_channel_holds_up_no_other(office: Office, running: Callable[[Dispatcher], MessageRunner]) -> None:
    sending, waits = Slow(), RetryWaits(5, lambda: 0.0)
    for channel in ("slow", "bot"):
        office.channels.of_id[channel] = sealed(office.tenant, channel, ChannelKind.WECOM, "http://127.0.0.1:1/")
    dispatcher = Dispatcher(office.outbox, office.words, office.directory, office.channels, sending, waits)
    await office.outbox.add(office.tenant, 1, [told(1, "wei", "slow")])
    await office.advance(2)
    runner = running(dispatcher)
    for _ in range(1000):
        if sending.through:
            break
        await asyncio.sleep(0.01)

    await office.outbox.add(office.tenant, 2, [told(2)])
    await office.advance(2)
    for _ in range(1000):
        if "bot" in sending.through:
            break
        await asyncio.sleep(0.01)
    await runner.stop()

    assert sending.through == ["slow", "bot"]


class NoChannel(Exception):
    """A record that cannot be read."""


async def test_a_channel_that_cannot_be_read_holds_up_no_other(
    office: Office, running: Callable[[Dispatcher], MessageRunner], caplog: pytest.LogCaptureFixture
) -> None:
    async with vendors.wecom(now_s=clock_of(office)) as robot:
        has_bot(office, robot)
        office.channels.broken["a-bot"] = NoChannel()
        await office.outbox.add(office.tenant, 1, [told(1, "wei", "a-bot"), told(1)])
        await office.advance(2)

        runner = running(office.dispatcher)
        while (await office.states())["1:li-na"] is not DeliveryState.DELIVERED or "a-bot" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await runner.stop()

        assert len(robot.messages) == 1
        assert "channels/a-bot: sending messages failed; it begins anew" in caplog.text
        assert "NoChannel" in caplog.text
