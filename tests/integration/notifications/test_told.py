"""What was told, over a real server: what is asked wrongly is refused by its field."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest

from fairlead.v1 import deliveries_pb2 as deliveries
from gateway import fields as gateway_fields
from tests.api import Api, violated_fields
from tests.integration.notifications.arranging import delivering, open_channel, subscribe


@pytest.fixture
async def told(store: Any, tenant: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with delivering(store, tenant, tmp_path) as api:
        yield api


async def listed(api: Api, **fields: Any) -> deliveries.ListDeliveriesResponse:
    request = deliveries.ListDeliveriesRequest(**{"parent": api.parent, **fields})
    found: deliveries.ListDeliveriesResponse = await api.deliveries.ListDeliveries(request)
    return found


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"parent": "tenants"}, "parent"),
        ({"subscription": "crm", "channel": "bot"}, "channel"),
        ({"subscription": "tenants/another/subscriptions/crm"}, "subscription"),
        ({"channel": "tenants/{tenant}/subscriptions/bot"}, "channel"),
        ({"work_item": "tenants/another/workItems/crm~L-1"}, "work_item"),
        ({"state": 99}, "state"),
        ({"page_size": -1}, "page_size"),
        ({"page_token": "no token"}, "page_token"),
        ({"page_token": gateway_fields.page_token("7 t-7-crm", "another filter")}, "page_token"),
        ({"page_token": gateway_fields.page_token("seven t-7-crm")}, "page_token"),
    ],
    ids=str,
)
async def test_what_cannot_be_meant_is_refused_by_its_field(told: Api, fields: Mapping[str, Any], field: str) -> None:
    meant = {
        name: value.format(tenant=told.tenant) if isinstance(value, str) else value for name, value in fields.items()
    }

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await listed(told, **meant)

    assert (refusal.value.code(), violated_fields(refusal.value)) == (grpc.StatusCode.INVALID_ARGUMENT, [field])


@pytest.mark.parametrize("fields", [{"subscription": "erp"}, {"channel": "mail"}], ids=str)
async def test_a_receiver_that_is_not_there_is_not_found(told: Api, fields: Mapping[str, Any]) -> None:
    redriving = deliveries.RedriveDeliveriesRequest(parent=told.parent, **fields)

    for call in (listed(told, **fields), told.deliveries.RedriveDeliveries(redriving)):
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await call
        assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


async def test_a_page_that_this_server_wrote_is_followed(told: Api) -> None:
    token = gateway_fields.page_token("7 t-7-crm")

    assert (await listed(told, page_token=token)).deliveries == []


async def test_a_test_that_nobody_answers_says_what_kept_it(told: Api) -> None:
    made = await subscribe(told)

    ended = await told.deliveries.TestSubscription(deliveries.TestSubscriptionRequest(name=made.name))

    assert (ended.delivered, ended.outcome) == (False, "CONNECTION_REFUSED")


@pytest.mark.parametrize("method", ["TestSubscription", "PauseSubscription", "ResumeSubscription", "TestChannel"])
async def test_what_is_not_there_is_not_tried_paused_or_resumed(told: Api, method: str) -> None:
    await subscribe(told)
    await open_channel(told)
    collection = "channels" if method == "TestChannel" else "subscriptions"
    request = getattr(deliveries, f"{method}Request")(name=f"{told.parent}/{collection}/nobody")

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await getattr(told.deliveries, method)(request)

    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND
