"""What is parked, on the simulated clock: waits, the limit, death after three days, gaps, another try."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from notifications.adapters.redis.records import subscriptions_on
from notifications.backoff import LONGEST_WAIT_MS
from notifications.deliveries import DeliveryState, Redriven
from notifications.ports import DeliveryFilter
from notifications.webhooks.parking import GIVEN_UP_MS, MAX_PARKED, Chain, ParkedChange
from notifications.webhooks.ports import Turned
from notifications.webhooks.turn import AT_ONCE, PAGE
from store.embedded.server import EmbeddedServer
from tests.conftest import STORES
from tests.integration.notifications.by_hand import NAME, ByHand, by_hand
from tests.receivers import Answer, Received, Receiver, answers, response, takes


def refuses(*items: str, status: int = 500, headers: str = "") -> Answer:
    """Refuse changes of some work items."""

    async def answer(received: Received) -> bytes | None:
        is_refused = any(received.json["workItem"].endswith(item) for item in items)
        return response(status, headers) if is_refused else response(200)

    return answer


async def states(hand: ByHand) -> list[tuple[str, DeliveryState]]:
    found = await hand.book.deliveries(hand.tenant, DeliveryFilter(), None, 100)
    return [(each.type, each.state) for each in found]


async def die(hand: ByHand) -> list[int]:
    """Have what is parked be tried until it is given up; return the instants of the tries."""
    tried = []
    while await hand.store.next_ms(hand.tenant, NAME) is not None:
        await hand.move_to(await hand.next_ms())
        tried.append(await hand.now_ms())
        await hand.turn()
    return tried


async def test_waits_go_from_the_first_to_a_day_and_after_three_days_a_change_is_dead(
    hand: ByHand, receiver: Receiver
) -> None:
    receiver.answer = answers(500)
    await hand.api.route("L-1")
    began = await hand.now_ms()
    await hand.turn()

    tried = await die(hand)

    waits = [later - earlier for earlier, later in pairwise([began, *tried])]
    assert all(abs(wait - 5_000 * 2**number) < 2_000 for number, wait in enumerate(waits[:14]))
    assert max(waits) <= LONGEST_WAIT_MS + 2_000
    assert 0 <= tried[-1] - began - GIVEN_UP_MS < 2_000
    assert len({each.id for each in receiver.received}) == 1
    assert len(receiver.received) == len(tried) + 1
    (dead,) = await hand.book.deliveries(hand.tenant, DeliveryFilter(state=DeliveryState.DEAD), None, 10)
    assert (dead.attempts, dead.outcome, dead.id) == (len(receiver.received), "HTTP_500", receiver.received[0].id)


async def test_nothing_is_tried_before_it_is_due_and_a_receiver_that_asks_to_wait_is_left_alone(
    hand: ByHand, receiver: Receiver
) -> None:
    receiver.answer = answers(503, "Retry-After: 600\r\n")
    await hand.api.route("L-1")
    began = await hand.now_ms()
    await hand.turn()
    await hand.move_to(began + 599_000)

    assert (await hand.turn()).is_idle
    await hand.move_to(began + 602_000)
    assert not (await hand.turn()).is_idle
    assert len(receiver.received) == 2


async def test_the_next_one_of_a_work_item_says_that_there_is_a_gap_and_the_one_behind_it_does_not(
    hand: ByHand, receiver: Receiver
) -> None:
    receiver.answer = refuses("L-1")
    first = await hand.api.route("L-1")
    await hand.api.route("L-2")
    await hand.turn()
    await die(hand)
    receiver.answer = takes
    receiver.received.clear()
    await hand.api.complete(first.work_item)
    await hand.api.reopen(first.work_item, reason="they called")
    await hand.turn()

    assert [each.json.get("gap", False) for each in receiver.received] == [True, False]


@pytest.mark.parametrize("own_store", STORES, indirect=True)
async def test_what_is_dead_is_tried_again_with_its_id_and_without_a_gap_where_nothing_came_since(
    hand: ByHand, receiver: Receiver
) -> None:
    receiver.answer = answers(500)
    first = await hand.api.route("L-1")
    await hand.api.complete(first.work_item)
    await hand.turn()
    await die(hand)
    refused = {each.id: each.json | {"gap": False} for each in receiver.received}
    receiver.answer = takes
    receiver.received.clear()

    assert await hand.book.redrive(hand.tenant, NAME, "") == Redriven(dead=2, parked=0)
    await hand.turn()
    await hand.turn()

    assert [each.json.get("gap", False) for each in receiver.received] == [False, False]
    came = [int(each.json["id"]) for each in receiver.received]
    assert came == sorted(came)
    assert all(refused[each.id] == each.json | {"gap": False} for each in receiver.received)
    assert await states(hand) == [("closed", DeliveryState.DELIVERED), ("decision", DeliveryState.DELIVERED)]
    standing = await hand.book.standing(hand.tenant, NAME)
    assert (standing.waiting, standing.dead, standing.oldest_ms) == (0, 0, None)


async def test_what_is_parked_is_tried_at_once_where_somebody_asks_and_of_others_it_is_not(
    hand: ByHand, receiver: Receiver
) -> None:
    receiver.answer = answers(500)
    first, _ = await hand.api.route("L-1"), await hand.api.route("L-2")
    await hand.turn()
    receiver.answer = takes

    assert await hand.book.redrive(hand.tenant, NAME, first.work_item.rpartition("/")[2]) == Redriven(0, 1)
    receiver.received.clear()
    await hand.turn()

    assert [each.json["workItem"] for each in receiver.received] == [first.work_item]
    assert (await hand.book.standing(hand.tenant, NAME)).waiting == 1


async def test_at_the_limit_nothing_new_is_taken_and_it_goes_on_by_itself_once_there_is_room(
    hand: ByHand, receiver: Receiver
) -> None:
    """Most of the ten thousand that are parked are there by their count alone."""
    receiver.answer = refuses("L-1", "L-2")
    await hand.api.route("L-1")
    await hand.turn()
    place = await hand.store.place(hand.tenant, NAME)
    (parked,) = await hand.store.parked(hand.tenant, NAME)
    assert place
    (change,) = parked.changes
    stuffed = Chain(parked.item_id, (change,) * 3, next_ms=change.since_ms + 60_000)
    turned = Turned(place.event, MAX_PARKED - 1, {parked.item_id: stuffed})
    assert await hand.store.write(hand.tenant, NAME, place.turn, turned)

    await hand.api.route("L-2")
    await hand.api.route("L-3")
    await hand.turn()
    standing = await hand.book.standing(hand.tenant, NAME)
    assert (standing.waiting, standing.is_stalled) == (MAX_PARKED, True)
    assert (await hand.turn()).is_idle
    assert not any("L-3" in each.json["workItem"] for each in receiver.received)

    receiver.answer = takes
    await hand.move_to(change.since_ms + 61_000)
    await hand.turn()
    await hand.turn()
    assert any("L-3" in each.json["workItem"] for each in receiver.received)
    assert not (await hand.book.standing(hand.tenant, NAME)).is_stalled


async def test_of_a_subscription_that_was_deleted_nothing_is_begun_again(hand: ByHand, receiver: Receiver) -> None:
    """Whoever delivers may hear of it a second later."""
    records = subscriptions_on(hand.redis)
    kept = await records.get(hand.tenant, NAME)
    assert kept
    await records.put(hand.tenant, NAME, None, kept.etag)
    await hand.api.route("L-1")

    assert await hand.deliverer.turn(hand.tenant, NAME) is None
    assert await hand.store.place(hand.tenant, NAME) is None
    assert receiver.received == []


async def test_who_acts_late_writes_nothing(hand: ByHand, receiver: Receiver) -> None:
    """What a deliverer that lost its role sent meanwhile is sent again by whoever has it, with the same id."""
    await hand.api.route("L-1")
    place = await hand.store.place(hand.tenant, NAME)
    assert place

    await hand.turn()
    late = Turned(place.event + 100, 1, {"crm~L-9": Chain("crm~L-9", (ParkedChange(1, "closed", 1, 1),))})

    assert not await hand.store.write(hand.tenant, NAME, place.turn, late)
    assert await states(hand) == [("decision", DeliveryState.DELIVERED)]


async def test_of_what_the_log_has_not_got_any_more_the_rest_goes_on(hand: ByHand, receiver: Receiver) -> None:
    await hand.api.route("L-1")
    await hand.turn()
    place = await hand.store.place(hand.tenant, NAME)
    assert place
    lost = Chain("crm~L-9", (ParkedChange(10**9, "closed", 1, 1),), next_ms=1)
    assert await hand.store.write(hand.tenant, NAME, place.turn, Turned(place.event, 1, {"crm~L-9": lost}))
    await hand.turn()

    (dead,) = await hand.book.deliveries(hand.tenant, DeliveryFilter(state=DeliveryState.DEAD), None, 10)
    assert (dead.item_id, dead.outcome) == ("crm~L-9", "NOT_IN_LOG")
    assert (await hand.book.standing(hand.tenant, NAME)).waiting == 0


async def test_a_page_of_what_was_told_goes_on_behind_the_one_before(hand: ByHand, receiver: Receiver) -> None:
    for number in range(5):
        await hand.api.route(f"L-{number}")
    await hand.turn()

    found = await hand.book.deliveries(hand.tenant, DeliveryFilter(), None, 3)
    rest = await hand.book.deliveries(hand.tenant, DeliveryFilter(), (found[-1].event, found[-1].id), 3)

    events = [each.event for each in (*found, *rest)]
    assert len(events) == 5
    assert events == sorted(events, reverse=True)


async def test_one_that_hangs_holds_up_its_own_work_item_alone(
    clock: None, own_store: EmbeddedServer, tenant: str, receiver: Receiver
) -> None:
    """Whoever waited for it would never get behind the page that it is in: it ends once the others are there."""
    released, others = asyncio.Event(), set[str]()

    async def hangs(received: Received) -> bytes | None:
        if received.json["workItem"].endswith("L-0"):
            await released.wait()
        else:
            others.add(received.id)
        if len(others) == 2 * PAGE:
            released.set()
        return response(200)

    receiver.answer = hangs
    async with by_hand(own_store.url, tenant, receiver.url, timeout_s=600) as hand:
        for start in range(0, 2 * PAGE, AT_ONCE):
            numbers = range(start, start + AT_ONCE)
            await hand.api.route_batch([hand.api.wish(f"L-{number}") for number in numbers])
        await hand.api.route("L-last")
        while not (await hand.turn()).is_idle:
            pass
        standing = await hand.book.standing(tenant, NAME)

    assert standing.waiting == 0
    assert len(receiver.received) == 2 * PAGE + 1


@pytest.mark.long
async def test_of_more_than_ten_thousand_failures_none_is_lost(hand: ByHand, receiver: Receiver) -> None:
    """They are parked up to the limit, and stand in the log behind it; three days later the first are dead, and the
    rest is told. What is dead comes back when somebody asks.
    """
    count = MAX_PARKED + 200
    receiver.answer = answers(500)
    for start in range(0, count, 500):
        wishes = [hand.api.wish(f"L-{number}") for number in range(start, min(start + 500, count))]
        await hand.api.route_batch(wishes)
    while not (await hand.turn()).is_idle:
        pass
    standing = await hand.book.standing(hand.tenant, NAME)
    assert (standing.waiting, standing.dead, standing.is_stalled) == (MAX_PARKED, 0, True)

    await hand.move_to(await hand.now_ms() + GIVEN_UP_MS + 600_000)
    while (await hand.book.standing(hand.tenant, NAME)).waiting > 200:
        await hand.turn()
    receiver.answer = takes
    await hand.book.redrive(hand.tenant, NAME, "")
    while not (await hand.turn()).is_idle:
        pass
    while (await hand.book.redrive(hand.tenant, NAME, "")).dead or not (await hand.turn()).is_idle:
        pass

    standing = await hand.book.standing(hand.tenant, NAME)
    assert (standing.waiting, standing.dead, standing.is_stalled) == (0, 0, False)
    assert len({each.id for each in receiver.received}) == count
