"""What was told is listed over subscriptions and channels alike, each once, however it is paged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failures import NotFound
from notifications.channels import Channel, ChannelKind
from notifications.deliveries import Delivery, DeliveryState, Redriven
from notifications.service.deliveries import DeliveryQueries, ReceiverDelivery, ReceiverKind, ToldFilter
from notifications.subscriptions import Subscription
from tests.twins.deliveries import MemoryBook, MemoryRecords

SUBSCRIPTION, CHANNEL = ReceiverKind


class Arranged:
    """A subscription and a channel, both called ``x``, and what they were told."""

    def __init__(self) -> None:
        self.webhooks, self.messages = MemoryBook(), MemoryBook()
        self.subscriptions, self.channels = MemoryRecords[Subscription](), MemoryRecords[Channel]()
        self.queries = DeliveryQueries(
            {SUBSCRIPTION: self.webhooks, CHANNEL: self.messages},
            {SUBSCRIPTION: self.subscriptions, CHANNEL: self.channels},
        )

    async def begin(self) -> None:
        await self.subscriptions.put("t", "x", Subscription("x", "sealed"), "")
        await self.channels.put("t", "x", Channel("x", ChannelKind.WECOM, "sealed"), "")

    async def all(self, wanted: ToldFilter, count: int) -> list[ReceiverDelivery]:
        """Follow all pages."""
        found, place = await self.queries.page("t", wanted, None, count)
        while place is not None:
            more, place = await self.queries.page("t", wanted, place, count)
            found += more
        return found


def told(event: int, state: DeliveryState = DeliveryState.DELIVERED, item: str = "i", mark: str = "w") -> Delivery:
    return Delivery(f"t-{event}-{mark}", event, "x", state, "decision", item)


EVENTS = st.sets(st.tuples(st.integers(1, 30), st.sampled_from(["w", "m"])))


@given(events=EVENTS, count=st.integers(1, 7))
async def test_pages_hold_each_delivery_once_the_newest_event_first(events: set[tuple[int, str]], count: int) -> None:
    at = Arranged()
    await at.begin()
    for event, mark in events:
        (at.webhooks if mark == "w" else at.messages).told["t"].append(told(event, mark=mark))

    found = await at.all(ToldFilter(), count)

    assert [each.delivery.event for each in found] == sorted((event for event, _ in events), reverse=True)
    assert {(each.delivery.event, each.delivery.id[-1]) for each in found} == events
    assert all((each.kind is SUBSCRIPTION) == each.delivery.id.endswith("w") for each in found)


async def test_a_filter_takes_a_receiver_a_state_a_work_item() -> None:
    at = Arranged()
    await at.begin()
    at.webhooks.told["t"] += [told(1, DeliveryState.DEAD), told(2, item="j"), told(3)]
    at.messages.told["t"] += [told(4, DeliveryState.DEAD, mark="m")]

    async def events(wanted: ToldFilter) -> list[int]:
        return [each.delivery.event for each in await at.all(wanted, 10)]

    assert await events(ToldFilter(SUBSCRIPTION, "x")) == [3, 2, 1]
    assert await events(ToldFilter(CHANNEL, "x")) == [4]
    assert await events(ToldFilter(state=DeliveryState.DEAD)) == [4, 1]
    assert await events(ToldFilter(item_id="j")) == [2]


async def test_a_receiver_that_is_not_there_is_said_so() -> None:
    at = Arranged()
    await at.begin()

    for wanted in (ToldFilter(SUBSCRIPTION, "y"), ToldFilter(CHANNEL, "y")):
        with pytest.raises(NotFound):
            await at.queries.page("t", wanted, None, 1)
        with pytest.raises(NotFound):
            await at.queries.redrive("t", wanted)


async def test_what_was_told_through_a_channel_that_was_deleted_is_listed_by_it() -> None:
    at = Arranged()
    await at.begin()
    at.messages.told["t"] += [told(4, DeliveryState.DEAD, mark="m")]
    await at.channels.put("t", "x", None, (await at.channels.all("t"))["x"].etag)

    listed = await at.all(ToldFilter(CHANNEL, "x"), 10)

    assert [each.delivery.event for each in listed] == [4]


async def test_what_is_tried_again_is_counted_over_all_that_is_meant() -> None:
    at = Arranged()
    await at.begin()
    at.webhooks.told["t"] += [told(1, DeliveryState.DEAD), told(2, DeliveryState.PARKED)]
    at.messages.told["t"] += [told(3, DeliveryState.DEAD, item="j", mark="m")]

    assert await at.queries.redrive("t", ToldFilter(SUBSCRIPTION, "x")) == Redriven(dead=1, parked=1)
    assert await at.queries.redrive("t", ToldFilter(item_id="j")) == Redriven(dead=1)
    assert await at.queries.redrive("t", ToldFilter()) == Redriven(parked=3)
