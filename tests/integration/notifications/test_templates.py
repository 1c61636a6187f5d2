"""A tenant's own templates over a real server, and what its people read then."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest

from fairlead.v1 import deliveries_pb2 as deliveries
from fairlead.v1 import workforce_pb2
from notifications.adapters.redis.keys import DeliveryKeys
from notifications.adapters.redis.known_channels import KnownChannels
from notifications.adapters.redis.records import templates_on
from notifications.templates import Templates
from serving.templates import TEMPLATE_NAMES
from store.clients import client_for, close
from tests.api import Api, violated_fields
from tests.integration.notifications.arranging import delivering, open_channel
from tests.integration.notifications.test_people import PROCESS
from tests.robots import vendors

OWN = {"process_new": "{0.real} 上新：$process，$$5", "to_rep": "致$rep——$title"}


@pytest.fixture
async def at(store: Any, tenant: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with delivering(store, tenant, tmp_path) as api:
        yield api


async def updated(api: Api, language: str = "zh", validate_only: bool = False, **fields: Any) -> deliveries.Templates:
    kept = deliveries.Templates(**{"name": f"{api.parent}/templates/{language}", **fields})
    request = deliveries.UpdateTemplatesRequest(templates=kept, validate_only=validate_only)
    answer: deliveries.Templates = await api.deliveries.UpdateTemplates(request)
    return answer


async def got(api: Api, name: str) -> deliveries.Templates:
    answer: deliveries.Templates = await api.deliveries.GetTemplates(deliveries.GetTemplatesRequest(name=name))
    return answer


async def test_what_is_set_is_got_until_it_is_replaced(at: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "fairlead.deliveries")
    name = f"{at.parent}/templates/zh"

    checked = await updated(at, texts=OWN, validate_only=True)
    made = await updated(at, texts=OWN)

    assert (dict(checked.texts), dict(made.texts), await got(at, name)) == (OWN, OWN, made)
    assert made.default_texts["given"] == "$item现由您负责"
    assert [each for each in caplog.messages if "templates" in each] == [f"{name}: changed"]
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await updated(at, texts={}, etag=checked.etag)
    assert refusal.value.code() is grpc.StatusCode.ABORTED
    assert not (await updated(at, etag=made.etag)).texts


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"texts": {"given": "$owner"}}, "templates.texts.given"),
        ({"texts": {"given": "${item.__class__}"}}, "templates.texts.given"),
        ({"texts": {"reminder": "x" * 501}}, "templates.texts.reminder"),
        ({"texts": {"remind": "$item"}}, "templates.texts.remind"),
        ({"texts": {"\n": "$item"}}, "templates.texts"),
        ({"name": "tenants/{tenant}/templates/fr"}, "templates.name"),
        ({"name": "tenants/{tenant}/channels/zh"}, "templates.name"),
    ],
    ids=str,
)
async def test_what_cannot_be_said_is_refused_by_its_field(at: Api, fields: Mapping[str, Any], field: str) -> None:
    meant = {**fields, **({"name": fields["name"].format(tenant=at.tenant)} if "name" in fields else {})}

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await updated(at, **meant)

    assert (refusal.value.code(), violated_fields(refusal.value)) == (grpc.StatusCode.INVALID_ARGUMENT, [field])


async def test_what_cannot_be_said_any_more_is_left_out_and_the_rest_holds(
    store: Any, tenant: str, caplog: pytest.LogCaptureFixture
) -> None:
    redis = client_for(store.url)
    await templates_on(redis).put(tenant, "zh", Templates("zh", {**OWN, "footer": "$tenant"}), "")

    assert await KnownChannels(redis, TEMPLATE_NAMES).templates(tenant, "zh") == OWN

    assert "its own template 'footer' in zh is left out: $tenant is not filled in there" in caplog.text
    await redis.hset(DeliveryKeys(tenant).records, "templates/zh", "[1]")
    assert await KnownChannels(redis, TEMPLATE_NAMES).templates(tenant, "zh") == {}
    await close(redis)


@pytest.mark.long
async def test_people_read_the_tenants_own_title(at: Api) -> None:
    await updated(at, texts=OWN)
    async with vendors.wecom() as robot:
        kind = deliveries.Channel.KIND_WECOM
        await open_channel(at, "bot", kind=kind, address=robot.url, language_code="zh")
        hired = workforce_pb2.Rep(active=True, display_name="李娜", channels=["bot"])
        await at.workforce.CreateRep(workforce_pb2.CreateRepRequest(parent=at.parent, rep_id="li-na", rep=hired))
        await at.pool("east", ["li-na"])
        await at.publish_process(PROCESS)
        while not robot.messages:  # noqa: ASYNC110 (a robot tells nobody)
            await asyncio.sleep(0.05)

    text = robot.messages[0].content["markdown"]["content"].replace("\\", "")
    assert "致李娜——{0.real} 上新：销售，$5" in text
    assert "由 Fairlead 发送到渠道 bot" in text
