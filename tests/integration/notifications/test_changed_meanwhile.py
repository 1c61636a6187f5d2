"""What somebody asks for while a turn is under way holds at once, and what the turn has finished is not done again."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace

import pytest

from failures import Unavailable
from notifications.adapters.redis.webhooks import RedisDeliveries
from notifications.deliveries import DeliveryState, Redriven
from notifications.webhooks import deliveries
from notifications.webhooks.deliveries import WebhookDeliveries
from notifications.webhooks.parking import Dead
from notifications.webhooks.ports import TracedChange
from serving.change_feed import LogChanges
from store.embedded.server import EmbeddedServer
from tests.api import EVERYONE
from tests.integration.notifications.by_hand import NAME, ByHand, by_hand
from tests.integration.notifications.test_parking import die, refuses, states
from tests.receivers import Received, Receiver, answers, response, takes

DELIVERED, PARKED = DeliveryState.DELIVERED, DeliveryState.PARKED


async def three_changes(hand: ByHand) -> None:
    """Have three things happen to one work item: they are sent one after the other."""
    first = await hand.api.route("L-1")
    await hand.api.complete(first.work_item)
    await hand.api.reopen(first.work_item, reason="they called")


async def go_on(hand: ByHand) -> None:
    """Take a turn once what is parked is due."""
    await hand.move_to(await hand.next_ms())
    await hand.turn()


async def test_behind_a_pause_nothing_is_sent_and_what_was_finished_is_not_sent_again(
    hand: ByHand, receiver: Receiver
) -> None:
    async def pauses(_: Received) -> bytes | None:
        await hand.change(paused=True)
        return response(200)

    receiver.answer = pauses
    await three_changes(hand)
    await hand.turn()
    paused = [each.id for each in receiver.received]
    assert len(paused) == 1
    assert await hand.deliverer.turn(hand.tenant, NAME) is None
    assert [state for _, state in await states(hand)] == [PARKED, PARKED, DELIVERED]

    receiver.answer = takes
    await hand.change(paused=False)
    await go_on(hand)

    ids = [each.id for each in receiver.received]
    assert len(set(ids)) == len(ids) == 3
    assert [state for _, state in await states(hand)] == [DELIVERED] * 3


async def test_behind_a_change_of_the_address_nothing_is_sent_to_the_one_before(
    hand: ByHand, receiver: Receiver
) -> None:
    async with Receiver() as other:

        async def moves(_: Received) -> bytes | None:
            await hand.change(url=hand.sealed(other.url))
            return response(200)

        receiver.answer = moves
        await three_changes(hand)
        await hand.turn()
        await go_on(hand)

    assert (len(receiver.received), len(other.received)) == (1, 2)


async def test_of_one_deleted_and_made_anew_nothing_is_sent_as_before_and_nothing_is_left(
    hand: ByHand, receiver: Receiver
) -> None:
    async with Receiver() as other:

        async def replaces(_: Received) -> bytes | None:
            kept = await hand.records.get(hand.tenant, NAME)
            assert kept
            await hand.records.put(hand.tenant, NAME, None, kept.etag)
            await hand.records.put(hand.tenant, NAME, replace(kept.record, url=hand.sealed(other.url)), "")
            await hand.book.begin(hand.tenant, NAME)
            return response(200)

        receiver.answer = replaces
        await three_changes(hand)
        await hand.turn()
        assert await states(hand) == []
        await hand.api.route("L-2")
        await hand.turn()

    assert len(receiver.received) == 1
    assert [each.json["workItem"].rpartition("~")[2] for each in other.received] == ["L-2"]


async def test_what_is_declared_personal_while_a_turn_is_under_way_is_hidden_from_then_on(
    clock: None, own_store: EmbeddedServer, tenant: str, receiver: Receiver
) -> None:
    rules = {**EVERYONE, "fields": {"phone": {"type": "string"}}}
    async with by_hand(own_store.url, tenant, receiver.url, rules) as hand:

        async def declares(_: Received) -> bytes | None:
            receiver.answer = takes
            await hand.api.adopt({**rules, "fields": {"phone": {"type": "string", "personal": True}}})
            return response(200)

        receiver.answer = declares
        first = await hand.api.route("L-1", phone="139-0000-4711")
        await hand.api.update(first.work_item, "attributes.phone", work_item={"attributes": {"phone": "139-0000-4712"}})
        await hand.turn()

    (change,) = receiver.received[1].json["update"]["fields"]
    assert (change["field"], change["before"], change["after"]) == ("attributes.phone", "***", "***")


async def test_kinds_that_are_asked_for_while_a_turn_reads_are_told_from_then_on(
    clock: None, own_store: EmbeddedServer, tenant: str, receiver: Receiver
) -> None:
    async with by_hand(own_store.url, tenant, receiver.url, event_types=frozenset({"decision"})) as hand:

        async def widens(_: Received) -> bytes | None:
            receiver.answer = takes
            await hand.change(event_types=frozenset())
            await hand.api.complete(first.work_item)
            return response(200)

        receiver.answer = widens
        first = await hand.api.route("L-1")
        await hand.turn()
        await hand.turn()

    assert [each.json.get("closed") for each in receiver.received] == [None, "STATE_CLOSED"]


async def test_a_turn_that_is_stopped_keeps_what_it_has_finished(hand: ByHand, receiver: Receiver) -> None:
    hangs, hanging = asyncio.Event(), asyncio.Event()

    async def takes_one(_: Received) -> bytes | None:
        if len(receiver.received) > 1:
            hangs.set()
            await hanging.wait()
        return response(200)

    receiver.answer = takes_one
    await three_changes(hand)
    turn = asyncio.create_task(hand.turn())
    await hangs.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert [state for _, state in await states(hand)] == [PARKED, PARKED, DELIVERED]

    hanging.set()
    receiver.answer = takes
    receiver.received.clear()
    await go_on(hand)
    assert len(receiver.received) == 2


async def test_a_redrive_while_a_turn_is_under_way_has_nothing_sent_twice(hand: ByHand, receiver: Receiver) -> None:
    receiver.answer = refuses("L-1")
    await hand.api.route("L-1")
    await hand.turn()
    await die(hand)
    receiver.received.clear()
    redriven = list[Redriven]()

    async def redrives(_: Received) -> bytes | None:
        receiver.answer = takes
        redriven.append(await hand.book.redrive(hand.tenant, NAME, ""))
        return response(200)

    receiver.answer = redrives
    for number in range(5):
        await hand.api.route(f"N-{number}")
    await hand.turn()
    await hand.turn()

    ids = [each.id for each in receiver.received]
    assert redriven == [Redriven(dead=1, parked=0)]
    assert len(ids) == len(set(ids)) == 6
    assert {state for _, state in await states(hand)} == {DELIVERED}
    standing = await hand.book.standing(hand.tenant, NAME)
    assert (standing.waiting, standing.dead) == (0, 0)


async def test_what_fails_while_somebody_has_it_tried_is_tried_at_once_again(hand: ByHand, receiver: Receiver) -> None:
    """It would wait up to a day, though its receiver was mended."""

    async def redrives(_: Received) -> bytes | None:
        receiver.answer = takes
        await hand.book.redrive(hand.tenant, NAME, "")
        return response(500)

    receiver.answer = answers(500)
    await hand.api.route("L-1")
    await hand.turn()
    receiver.answer = redrives
    await hand.move_to(await hand.next_ms() + 1_000)
    await hand.turn()
    await hand.turn()

    assert await states(hand) == [("decision", DELIVERED)]


class Overtaken(RedisDeliveries):
    """A store on which somebody else redrives right after what is dead was read."""

    book: WebhookDeliveries | None = None

    async def dead(self, tenant: str, subscription: str, count: int = 100) -> list[Dead]:
        found = await super().dead(tenant, subscription, count)
        book, self.book = self.book, None
        if book:
            await book.redrive(tenant, subscription, "")
        return found


async def test_of_two_who_redrive_at_once_one_revives_what_is_dead(hand: ByHand, receiver: Receiver) -> None:
    receiver.answer = answers(500)
    for number in range(3):
        await hand.api.route(f"L-{number}")
    await hand.turn()
    await die(hand)
    receiver.answer = takes
    receiver.received.clear()
    store = Overtaken(hand.redis)
    store.book = hand.book

    second = await WebhookDeliveries(store, hand.feed, hand.records).redrive(hand.tenant, NAME, "")
    await hand.turn()

    assert second.dead == 0
    assert len(receiver.received) == 3
    assert (await hand.book.standing(hand.tenant, NAME)).waiting == 0


class Faulty(LogChanges):
    """Cannot write down what happens to L-2."""

    async def body(self, tenant: str, traced: TracedChange, role: str, *, gap: bool) -> bytes:
        if traced.change.item_id.endswith("L-2"):
            raise KeyError("a fault of ours")
        return await super().body(tenant, traced, role, gap=gap)


async def test_one_change_that_cannot_be_written_down_is_parked_and_the_others_go_on(
    clock: None, own_store: EmbeddedServer, tenant: str, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    async with by_hand(own_store.url, tenant, receiver.url, changes=Faulty) as hand:
        for number in range(1, 4):
            await hand.api.route(f"L-{number}")
        await hand.turn()
        await hand.move_to(await hand.next_ms())
        await hand.turn()
        (parked,) = await hand.store.parked(tenant, NAME)
        found = await states(hand)

    assert (parked.tries, parked.outcome) == (2, "BODY_FAILED")
    assert [state for _, state in found] == [DELIVERED, PARKED, DELIVERED]
    assert len(receiver.received) == 2
    assert caplog.text.count("cannot be written down") == 1


class Unanswered(LogChanges):
    """Has no store behind it once it is to write down what happens."""

    async def body(self, tenant: str, traced: TracedChange, role: str, *, gap: bool) -> bytes:
        await super().body(tenant, traced, role, gap=gap)
        raise Unavailable("the store does not answer")


async def test_where_the_store_fails_under_many_at_once_the_turn_raises_it_and_the_log_tells_none_of_them(
    clock: None, own_store: EmbeddedServer, tenant: str, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    async with by_hand(own_store.url, tenant, receiver.url, changes=Unanswered) as hand:
        for number in range(1, 4):
            await hand.api.route(f"L-{number}")
        caplog.clear()
        with pytest.raises(Unavailable):
            await hand.turn()

    gc.collect()
    assert "never retrieved" not in caplog.text


@pytest.mark.parametrize("pages", [10, 1])
async def test_the_oldest_that_was_not_told_is_found_behind_others_and_whoever_is_far_behind_is_seen(
    clock: None,
    own_store: EmbeddedServer,
    tenant: str,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    pages: int,
) -> None:
    monkeypatch.setattr(deliveries, "_LOOKED_AT", 2)
    monkeypatch.setattr(deliveries, "_PAGES", pages)
    async with by_hand(own_store.url, tenant, receiver.url, event_types=frozenset({"closed"})) as hand:
        instants = []
        for each in range(3):
            await hand.move_to(await hand.now_ms() + 1000)
            instants.append(await hand.now_ms())
            routed = await hand.api.route(f"L-{each}")
        before = await hand.book.standing(hand.tenant, NAME)
        await hand.move_to(await hand.now_ms() + 1000)
        instants.append(await hand.now_ms())
        await hand.api.complete(routed.work_item)
        oldest_ms = (await hand.book.standing(hand.tenant, NAME)).oldest_ms

    assert before.oldest_ms == (None if pages > 1 else instants[1])
    assert oldest_ms == instants[3 if pages > 1 else 1]
