"""A step of a deadline that was reached, and a survey to send, reach who subscribed and who watches."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fairlead.v1 import routing_pb2 as routing
from store.embedded.server import EmbeddedServer
from tests.integration.notifications.by_hand import by_hand
from tests.receivers import Receiver

PROCESS: dict[str, Any] = {
    "process": "sales",
    "kinds": ["LEAD"],
    "stages": [
        {
            "id": "new",
            "deadlines": [
                {
                    "id": "first-response",
                    "within": "1h",
                    "clock": "wall",
                    "from": "assigned",
                    "until": "attempt",
                    "steps": [{"at": "50%", "do": "remind"}],
                }
            ],
        },
        {"id": "won", "closes": "CONVERTED"},
    ],
}


@pytest.mark.long
async def test_a_step_that_was_reached_is_told_with_whom_it_told(
    clock: None, own_store: EmbeddedServer, tenant: str
) -> None:
    async with Receiver() as receiver, by_hand(own_store.url, tenant, receiver.url) as hand:
        await hand.api.publish_process(PROCESS)
        decision = await hand.api.route("L-1")
        await hand.move_to(await hand.now_ms() + 3_600_000)
        while len(receiver.received) < 2:
            await hand.turn()
            await asyncio.sleep(0.05)
        watching = hand.api.routing.WatchWorkItems(
            routing.WatchWorkItemsRequest(parent=hand.api.parent, resume_token="start")
        )
        watched = [(await watching.read()).change for _ in range(3)][1:]
        watching.cancel()

    step = receiver.received[1].json
    assert step["workItem"] == decision.work_item
    assert step["reachedStep"]["told"] == [f"tenants/{tenant}/reps/ann"]
    assert (step["reachedStep"]["stage"], step["reachedStep"]["deadline"]) == ("new", "first-response")
    assert [change.WhichOneof("event") for change in watched] == ["decision", "reached_step"]
    assert watched[1].epoch == 0
