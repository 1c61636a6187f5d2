"""What tests of deliveries arrange: a server that may send within this machine, and keeps secrets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.outbound.addresses import networks_from
from notifications.secrets import SecretBox, write_new_key
from serving.delivery_settings import DeliverySettings
from tests.api import Api, connected
from tests.conftest import serving

HOOK = "http://127.0.0.1:9/hook/of-ours?key=s3cr3t"
"""Where nobody listens; behind its host stands what nobody may see."""
SECRET = "whsec_" + "c2VjcmV0" * 4


def chosen(folder: Path, networks: str = "127.0.0.0/8", first_retry_s: float = 0.05) -> DeliverySettings:
    """Return settings with a key of their own."""
    write_new_key(folder / "secrets")
    return DeliverySettings(SecretBox.read(str(folder / "secrets")), networks_from(networks), first_retry_s)


@asynccontextmanager
async def delivering(store: Any, tenant: str, folder: Path, **others: Any) -> AsyncIterator[Api]:
    """Run a server and yield a tenant on it."""
    async with (
        serving(store.url, **{"deliveries": chosen(folder), **others}) as address,
        connected(address, tenant, store.url) as api,
    ):
        yield api


async def subscribe(api: Api, subscription_id: str = "crm", **fields: Any) -> deliveries.Subscription:
    """Subscribe an address."""
    options = {name: fields.pop(name) for name in ("validate_only", "request_id") if name in fields}
    subscription = deliveries.Subscription(**{"url": HOOK, **fields})
    made: deliveries.Subscription = await api.deliveries.CreateSubscription(
        deliveries.CreateSubscriptionRequest(
            parent=api.parent, subscription_id=subscription_id, subscription=subscription, **options
        )
    )
    return made


async def open_calendar(api: Api, calendar_id: str) -> str:
    """Make a calendar of nine to six, and return its name."""
    calendar = calendars.Calendar(
        time_zone="Asia/Shanghai", weekly=[calendars.WeeklyHours(day=1, start="09:00", end="18:00")]
    )
    request = calendars.CreateCalendarRequest(parent=api.parent, calendar_id=calendar_id, calendar=calendar)
    made: calendars.Calendar = await api.workforce.CreateCalendar(request)
    return made.name


async def open_channel(api: Api, channel_id: str = "east-bot", **fields: Any) -> deliveries.Channel:
    """Make a channel."""
    channel = deliveries.Channel(**{"kind": deliveries.Channel.KIND_FEISHU, "address": HOOK, **fields})
    made: deliveries.Channel = await api.deliveries.CreateChannel(
        deliveries.CreateChannelRequest(parent=api.parent, channel_id=channel_id, channel=channel)
    )
    return made
