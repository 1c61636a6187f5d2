"""No answer of DeliveryService tells what is personal, or secret: by each of its methods, to a role without sight."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message

from fairlead.v1 import deliveries_pb2 as deliveries
from fairlead.v1 import workforce_pb2 as workforce
from tests.api import Api, connected
from tests.conftest import serving
from tests.identities import bearer, security
from tests.integration.gateway.auth.test_who_may import showing
from tests.integration.notifications.arranging import HOOK, SECRET, chosen, open_channel, subscribe
from tests.methods import METHODS

PHONE, NAME, NOTE = "139-0000-4711", "Li Na", "Mrs Zhang asked for her"
PLANTED = (PHONE, NAME, NOTE, "s3cr3t", "li.na@", SECRET)
PREFIX = "fairlead.v1.DeliveryService/"
RULES: Mapping[str, Any] = {
    "fields": {"phone": {"type": "string", "personal": True}},
    "default": {"route": {"pool": "everyone"}},
}


async def arrange(manager: Api) -> str:
    """Have a lead be given from one rep to another, who is told by a channel, as a system is; return its name."""
    await subscribe(manager, secret=SECRET)
    await open_channel(manager, secret=SECRET)
    await open_channel(manager, "mail", kind=deliveries.Channel.KIND_SMTP, address="li.na@example.org")
    for rep_id in ("li", "bo"):
        rep = workforce.Rep(display_name=NAME, active=True, channels=["east-bot", "mail"])
        await manager.workforce.CreateRep(workforce.CreateRepRequest(parent=manager.parent, rep_id=rep_id, rep=rep))
    await manager.pool("everyone", ["li", "bo"])
    await manager.adopt(RULES)
    routed = await manager.route("L-1", phone=PHONE)
    other = "bo" if routed.rep == manager.rep_name("li") else "li"
    await manager.reassign(routed.work_item, rep=manager.rep_name(other), note=NOTE)
    return routed.work_item


async def answers(api: Api, item: str) -> Mapping[str, list[Message]]:
    """Return what a role is answered by each method that it may call, and what was told of a work item on all pages."""
    crm, bot = f"{api.parent}/subscriptions/crm", f"{api.parent}/channels/east-bot"
    subscription, channel = deliveries.Subscription(name=crm), deliveries.Channel(name=bot)
    templates = deliveries.Templates(name=f"{api.parent}/templates/zh", texts={"given": "$item"})
    other = deliveries.Subscription(url=HOOK, secret=SECRET)
    bot_of_ours = deliveries.Channel(kind=deliveries.Channel.KIND_SLACK, address=HOOK)
    requests: list[Message] = [
        deliveries.CreateSubscriptionRequest(parent=api.parent, subscription_id="erp", subscription=other),
        deliveries.GetSubscriptionRequest(name=crm),
        deliveries.ListSubscriptionsRequest(parent=api.parent, page_size=1),
        deliveries.UpdateSubscriptionRequest(subscription=subscription, update_mask={"paths": ["event_types"]}),
        deliveries.TestSubscriptionRequest(name=crm),
        deliveries.PauseSubscriptionRequest(name=crm),
        deliveries.ResumeSubscriptionRequest(name=crm),
        deliveries.CreateChannelRequest(parent=api.parent, channel_id="slack", channel=bot_of_ours),
        deliveries.GetChannelRequest(name=f"{api.parent}/channels/mail"),
        deliveries.ListChannelsRequest(parent=api.parent, page_size=1),
        deliveries.UpdateChannelRequest(channel=channel, update_mask={"paths": ["language_code"]}),
        deliveries.TestChannelRequest(name=bot),
        deliveries.GetTemplatesRequest(name=templates.name),
        deliveries.UpdateTemplatesRequest(templates=templates),
        deliveries.ListDeliveriesRequest(parent=api.parent, work_item=item, page_size=1),
        deliveries.ListDeliveriesRequest(parent=api.parent),
        deliveries.RedriveDeliveriesRequest(parent=api.parent),
        deliveries.DeleteChannelRequest(name=bot),
        deliveries.DeleteSubscriptionRequest(name=crm),
    ]
    found: dict[str, list[Message]] = {}
    for request in requests:
        method = request.DESCRIPTOR.name.removesuffix("Request")
        found.setdefault(method, []).append(await getattr(api.deliveries, method)(request))
    return found


@pytest.mark.long
async def test_no_answer_tells_what_is_personal_or_secret(store: Any, tenant: str, tmp_path: Path) -> None:
    guarded = security(tmp_path, personal=frozenset({"display_name"}))
    async with (
        serving(store.url, security=guarded, deliveries=chosen(tmp_path)) as address,
        connected(address, tenant, store.url) as api,
    ):
        item = await arrange(showing(api, tenant, bearer("mo", ["manager"], [tenant])))
        operator = showing(api, tenant, bearer("op", ["operator"], [tenant]))
        request = deliveries.ListDeliveriesRequest(parent=operator.parent, work_item=item)

        async def both_told() -> bool:
            told = (await operator.deliveries.ListDeliveries(request)).deliveries
            return {each.receiver.split("/")[2] for each in told} == {"subscriptions", "channels"}

        while not await both_told():  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.02)
        found = await answers(operator, item)

    assert {PREFIX + method for method in found} == {method for method in METHODS if method.startswith(PREFIX)}
    for method, messages in found.items():
        written = "".join(MessageToJson(message, ensure_ascii=False) for message in messages)
        assert [planted for planted in PLANTED if planted in written] == [], method
