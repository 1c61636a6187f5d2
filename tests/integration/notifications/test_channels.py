"""Channels over a real server: made, shown without what is secret, changed and deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest

from fairlead.v1 import deliveries_pb2 as deliveries
from tests.api import Api, violated_fields
from tests.integration.notifications.arranging import HOOK, delivering, open_channel

Channel = deliveries.Channel


@pytest.fixture
async def told(store: Any, tenant: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with delivering(store, tenant, tmp_path) as api:
        yield api


async def got(api: Api, channel_id: str = "east-bot") -> Channel:
    found: Channel = await api.deliveries.GetChannel(
        deliveries.GetChannelRequest(name=f"{api.parent}/channels/{channel_id}")
    )
    return found


async def updated(api: Api, *paths: str, **fields: Any) -> Channel:
    channel = Channel(name=f"{api.parent}/channels/east-bot", **fields)
    request = deliveries.UpdateChannelRequest(channel=channel, update_mask={"paths": paths})
    changed: Channel = await api.deliveries.UpdateChannel(request)
    return changed


async def test_a_channel_is_shown_without_its_secrets(told: Api) -> None:
    made = await open_channel(told, secret="s3cr3t", language_code="zh-CN", calendar="shanghai")

    assert (made.address, made.secret, made.has_secret) == ("http://127.0.0.1:9/…", "", True)
    assert (made.language_code, made.calendar) == ("zh", f"{told.parent}/calendars/shanghai")
    assert await got(told) == made


async def test_of_a_mail_address_its_domain_is_shown(told: Api) -> None:
    made = await open_channel(told, kind=Channel.KIND_SMTP, address="li.na@example.com")

    assert (made.address, made.language_code, made.has_secret) == ("…@example.com", "en", False)


async def test_a_mask_names_what_changes_and_the_rest_stays(told: Api) -> None:
    before = await open_channel(told, secret="s3cr3t", calendar="shanghai")

    after = await updated(told, "secret", "language_code", language_code="zh", calendar="berlin")

    assert (after.has_secret, after.language_code, after.calendar) == (False, "zh", before.calendar)


async def test_an_asterisk_leaves_the_secret_that_nobody_could_send_back(told: Api) -> None:
    await open_channel(told, secret="s3cr3t", calendar="shanghai")

    after = await updated(told, "*", address=HOOK)

    assert (after.has_secret, after.calendar) == (True, "")


async def test_a_stale_etag_changes_nothing(told: Api) -> None:
    before = await open_channel(told)
    await updated(told, language_code="zh")

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await updated(told, language_code="en", etag=before.etag)

    assert refusal.value.code() is grpc.StatusCode.ABORTED
    assert (await got(told)).language_code == "zh"


async def test_what_is_deleted_is_gone(told: Api) -> None:
    made = await open_channel(told)

    await told.deliveries.DeleteChannel(deliveries.DeleteChannelRequest(name=made.name))

    listed = await told.deliveries.ListChannels(deliveries.ListChannelsRequest(parent=told.parent))
    assert listed.channels == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": Channel.KIND_UNSPECIFIED}, "channel.kind"),
        ({"kind": 99}, "channel.kind"),
        ({"address": ""}, "channel.address"),
        ({"address": "https://192.168.0.1/hook"}, "channel.address"),
        ({"address": "https://example.com/" + "x" * 10_001}, "channel.address"),
        ({"kind": Channel.KIND_SMTP, "address": HOOK}, "channel.address"),
        ({"kind": Channel.KIND_SMTP, "address": "a@example.com\r\nBcc: b@example.com"}, "channel.address"),
        ({"kind": Channel.KIND_SMTP, "address": "a@example.com,b@example.com"}, "channel.address"),
        ({"kind": Channel.KIND_SMTP, "address": "a@" + "x" * 260 + ".com"}, "channel.address"),
        ({"kind": Channel.KIND_SLACK, "secret": "s3cr3t"}, "channel.secret"),
        ({"secret": "s3cr3t" * 100}, "channel.secret"),
        ({"secret": "s3cr3t\x00"}, "channel.secret"),
        ({"language_code": "de"}, "channel.language_code"),
        ({"calendar": "tenants/another/calendars/x"}, "channel.calendar"),
        ({"channel_id": "a/b"}, "channel_id"),
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_by_its_field_and_no_secret_is_repeated(
    told: Api, fields: Mapping[str, Any], field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await open_channel(told, **fields)

    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violated_fields(refusal.value) == [field]
    assert "s3cr3t" not in (refusal.value.details() or "")
