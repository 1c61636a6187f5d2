"""Each page of deliveries leads to the next, whatever ids its tenant, its receivers and its reps have."""

from __future__ import annotations

from typing import Any, cast

import pytest

from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.deliveries import Delivery, DeliveryState
from notifications.messages.outbox import message_id as id_of_message
from notifications.rpc.deliveries import DeliveryServicer
from notifications.service.deliveries import DeliveryQueries, ReceiverKind
from notifications.subscriptions import Subscription
from notifications.webhooks.sender import message_id
from resource_names import MAX_ID_LENGTH, check_id
from tests.twins.deliveries import MemoryBook, MemoryRecords


@pytest.mark.parametrize("letter", ["x", ".", "é", "客", "𠮷"])
async def test_pages_of_receivers_with_the_longest_ids_follow_one_another(letter: str) -> None:
    longest = letter * MAX_ID_LENGTH
    assert check_id(longest) is None
    book, records = MemoryBook(), MemoryRecords[Subscription]()
    ids = [id_of_message(1, "", longest), id_of_message(2, longest), message_id(longest, 3, longest)]
    book.told[longest] += [
        Delivery(each, number, longest, DeliveryState.DELIVERED, "decision") for number, each in enumerate(ids, 1)
    ]
    kind = ReceiverKind.SUBSCRIPTION
    unused = cast(Any, None)
    servicer = DeliveryServicer(unused, unused, unused, DeliveryQueries({kind: book}, {kind: records}))
    listed, token = list[str](), ""

    for _ in ids:
        asked = deliveries.ListDeliveriesRequest(parent=f"tenants/{longest}", page_size=1, page_token=token)
        page = await servicer.ListDeliveries(asked, unused)
        listed += [each.id for each in page.deliveries]
        token = page.next_page_token

    assert (listed, token) == (ids[::-1], "")
