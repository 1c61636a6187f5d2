"""Changes reach subscriptions: over real sockets, to receivers that do all that a receiver can do wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from standardwebhooks.webhooks import Webhook

from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import deliveries_pb2 as deliveries
from fairlead.v1 import routing_pb2 as routing
from tests.api import EVERYONE, Api, connected, last
from tests.conftest import ON_EVERY_STORE, serving
from tests.integration.notifications.arranging import chosen, delivering, subscribe
from tests.receivers import Received, Receiver, answers, response, sends, takes

Delivery = deliveries.Delivery


@pytest.fixture
async def told(store: Any, tenant: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with delivering(store, tenant, tmp_path) as api:
        await api.hire("ann")
        await api.pool("everyone", ["ann"])
        await api.adopt(EVERYONE)
        yield api


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; the test's own time limit ends what never does."""
    while not holds():  # noqa: ASYNC110 (it is others that make it hold)
        await asyncio.sleep(0.01)


async def listed(api: Api, **fields: Any) -> list[deliveries.Delivery]:
    request = deliveries.ListDeliveriesRequest(parent=api.parent, **fields)
    return list((await api.deliveries.ListDeliveries(request)).deliveries)


async def listed_at_least(api: Api, count: int, **fields: Any) -> list[deliveries.Delivery]:
    """Wait until so many are listed, and return them."""
    while len(found := await listed(api, **fields)) < count:  # noqa: ASYNC110 (it is the server that writes them)
        await asyncio.sleep(0.01)
    return found


async def got(api: Api, subscription_id: str = "crm") -> deliveries.Subscription:
    name = f"{api.parent}/subscriptions/{subscription_id}"
    found: deliveries.Subscription = await api.deliveries.GetSubscription(deliveries.GetSubscriptionRequest(name=name))
    return found


def orders(received: Sequence[Received]) -> dict[str, list[int]]:
    """Return by work item the events that came, in the order in which each came first."""
    came: dict[str, list[int]] = {}
    for each in received:
        seen = came.setdefault(last(each.json["workItem"]), [])
        event = int(each.json["id"])
        if event not in seen:
            seen.append(event)
    return came


@ON_EVERY_STORE
async def test_what_happens_arrives_in_order_signed_and_as_the_contract_says(told: Api) -> None:
    async with Receiver() as receiver:
        secret = (await subscribe(told, url=receiver.url)).secret
        decision = await told.route("L-1")
        await told.routing.RecordActivity(
            activities.RecordActivityRequest(
                name=decision.work_item,
                activity=activities.Activity(
                    kind=activities.Activity.KIND_CALL,
                    direction=activities.Activity.DIRECTION_OUTBOUND,
                    rep=told.rep_name("ann"),
                ),
            )
        )
        await told.complete(decision.work_item)
        await until(lambda: len(receiver.received) == 3)

    changes = [ParseDict(Webhook(secret).verify(each.body, each.headers), routing.WorkItemChange())
               for each in receiver.received]  # fmt: skip
    assert [change.WhichOneof("event") for change in changes] == ["decision", "activity", "closed"]
    assert {change.work_item for change in changes} == {decision.work_item}
    assert [each.id for each in receiver.received] == [f"{told.tenant}-{change.id}-crm" for change in changes]
    assert changes[0].decision.rep == told.rep_name("ann")
    assert not any(change.gap for change in changes)


async def test_what_is_delivered_is_listed_newest_first(told: Api) -> None:
    async with Receiver() as receiver:
        await subscribe(told, url=receiver.url)
        decision = await told.route("L-1")
        await told.complete(decision.work_item)
        await until(lambda: len(receiver.received) == 2)
        found = await listed_at_least(told, 2)

    assert [(each.type, each.state, each.outcome, each.attempt_count) for each in found] == [
        ("closed", Delivery.STATE_DELIVERED, "HTTP_200", 1),
        ("decision", Delivery.STATE_DELIVERED, "HTTP_200", 1),
    ]
    assert [each.id for each in found] == [each.id for each in reversed(receiver.received)]
    assert {each.work_item for each in found} == {decision.work_item}


@pytest.mark.parametrize(
    ("fails", "outcome"),
    [
        (answers(500), "HTTP_500"),
        (answers(410), "HTTP_410"),
        (answers(302, "Location: http://127.0.0.1:1/\r\n"), "HTTP_302"),
        (sends(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"), "CONNECTION_LOST"),
        (sends(b"\x00\x01\r\n\r\n"), "ANSWER_NOT_HTTP"),
    ],
)
async def test_one_that_fails_is_parked_with_what_comes_behind_it_and_others_go_on(
    told: Api, fails: Callable[[Received], Any], outcome: str
) -> None:
    """And once its receiver takes it, what came behind it follows, each with the id that it had before."""
    taking = asyncio.Event()

    async def picky(received: Received) -> bytes | None:
        return response(200) if taking.is_set() or "L-1" not in received.json["workItem"] else await fails(received)

    async with Receiver(picky, closes=True) as receiver:
        await subscribe(told, url=receiver.url)
        first, second = await told.route("L-1"), await told.route("L-2")
        await until(lambda: len(receiver.received) >= 3)
        await told.complete(first.work_item)
        await told.complete(second.work_item)
        parked = await listed_at_least(told, 2, state=Delivery.STATE_PARKED)
        assert [(each.type, each.outcome) for each in parked] == [("closed", ""), ("decision", outcome)]
        assert (await got(told)).parked_count == 2
        assert (await got(told)).oldest_undelivered_time == parked[1].event_time
        taking.set()
        await until(lambda: len(orders(receiver.received).get(last(first.work_item), ())) == 2)

    came = orders(receiver.received)
    assert all(events == sorted(events) and len(events) == 2 for events in came.values())
    ids = Counter(each.id for each in receiver.received)
    assert len(ids) == 4
    assert ids[f"{told.tenant}-{came[last(first.work_item)][0]}-crm"] > 1
    bodies = {each.id: each.body for each in receiver.received}
    assert all(bodies[each.id] == each.body for each in receiver.received)


async def test_a_receiver_that_was_killed_gets_all_that_happened_once_it_is_back(told: Api) -> None:
    async with Receiver() as receiver:
        await subscribe(told, url=receiver.url)
        await told.route("L-1")
        await until(lambda: len(receiver.received) == 1)
        await receiver.kill()
        items = [(await told.route(f"L-{number}")).work_item for number in range(2, 6)]
        await listed_at_least(told, 1, state=Delivery.STATE_PARKED)
        await receiver.start()
        await until(lambda: {each.json["workItem"] for each in receiver.received} >= set(items))

    assert Counter(each.id for each in receiver.received).most_common(1)[0][1] == 1


async def test_only_the_kinds_that_are_asked_for_are_sent(told: Api) -> None:
    async with Receiver() as receiver:
        await subscribe(told, url=receiver.url, event_types=["closed"])
        decision = await told.route("L-1")
        await told.complete(decision.work_item)
        await until(lambda: len(receiver.received) == 1)

        assert receiver.received[0].json["closed"] == "STATE_CLOSED"


async def test_a_subscription_that_is_paused_goes_on_where_it_was(told: Api) -> None:
    async with Receiver() as receiver:
        name = (await subscribe(told, url=receiver.url)).name
        await told.route("L-1")
        await until(lambda: len(receiver.received) == 1)
        await told.deliveries.PauseSubscription(deliveries.PauseSubscriptionRequest(name=name))
        await asyncio.sleep(1.2)
        await told.route("L-2")
        await told.deliveries.ResumeSubscription(deliveries.ResumeSubscriptionRequest(name=name))
        await until(lambda: len(receiver.received) == 2)

    assert len(orders(receiver.received)) == 2


async def test_a_receiver_that_hangs_holds_up_no_other(told: Api) -> None:
    hanging = asyncio.Event()

    async def hangs(_: Received) -> bytes | None:
        await hanging.wait()
        return None

    async with Receiver(hangs) as slow, Receiver() as quick:
        await subscribe(told, "slow", url=slow.url)
        await subscribe(told, "quick", url=quick.url)
        for number in range(5):
            await told.route(f"L-{number}")
        await until(lambda: len(quick.received) == 5 and len(slow.received) >= 1)
        hanging.set()


async def test_what_was_refused_is_tried_again_while_another_hangs(told: Api) -> None:
    refused, hanging = set[str](), asyncio.Event()

    async def answer(received: Received) -> bytes | None:
        if last(received.json["workItem"]) == "crm~hangs":
            await hanging.wait()
        elif received.id not in refused:
            refused.add(received.id)
            return response(500)
        return response(200)

    async with Receiver(answer) as receiver:
        await subscribe(told, url=receiver.url)
        await told.route("hangs")
        await until(lambda: len(receiver.received) == 1)
        await told.route("refused")
        await until(lambda: sum(each.id in refused for each in receiver.received) == 2)
        hanging.set()
        await listed_at_least(told, 2, state=Delivery.STATE_DELIVERED)

    assert len(refused) == 1


async def test_a_test_says_what_the_receiver_answered(told: Api) -> None:
    async with Receiver() as receiver:
        made = await subscribe(told, url=receiver.url)
        request = deliveries.TestSubscriptionRequest(name=made.name)
        taken = await told.deliveries.TestSubscription(request)
        receiver.answer = answers(503)
        refused = await told.deliveries.TestSubscription(request)

    assert (taken.delivered, taken.outcome, refused.delivered, refused.outcome) == (True, "HTTP_200", False, "HTTP_503")
    first, second = receiver.received
    assert first.id != second.id
    body = Webhook(made.secret).verify(first.body, first.headers)
    assert (body["id"], body["workItem"].rpartition("/")[2], body["closed"]) == ("0", "test", "STATE_CLOSED")
    assert first.id.split("-test-")[1].endswith("-crm")
    assert await listed(told) == []


async def test_a_subscription_that_is_made_anew_begins_anew(told: Api) -> None:
    async with Receiver(answers(500)) as receiver:
        made = await subscribe(told, url=receiver.url)
        await told.route("L-1")
        await until(lambda: len(receiver.received) >= 2)
        await told.deliveries.DeleteSubscription(deliveries.DeleteSubscriptionRequest(name=made.name))
        receiver.answer = takes
        await subscribe(told, url=receiver.url)
        receiver.received.clear()
        await told.route("L-2")
        await until(lambda: any("L-2" in each.json["workItem"] for each in receiver.received))

        assert (await got(told)).parked_count == 0


@pytest.mark.long
async def test_another_server_goes_on_where_the_one_that_delivered_has_left(
    store: Any, told: Api, tenant: str, tmp_path: Path
) -> None:
    async with Receiver() as receiver:
        folder = tmp_path / "other"
        folder.mkdir()
        (folder / "secrets").write_bytes((tmp_path / "secrets").read_bytes())
        await subscribe(told, url=receiver.url)
        async with (
            serving(store.url, deliveries=chosen(folder)) as address,
            connected(address, tenant, store.url) as other,
        ):
            await other.route("L-1")
            await until(lambda: len(receiver.received) >= 1)
        await told.route("L-2")
        await until(lambda: len(receiver.received) >= 2)

    assert len(orders(receiver.received)) == 2
