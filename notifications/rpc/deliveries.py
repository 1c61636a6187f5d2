"""DeliveryService: subscriptions, channels and templates in, what was told out."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, TypeVar

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from failures import InvalidInput
from fairlead.v1 import deliveries_pb2 as deliveries
from gateway import fields
from gateway.calls.call import Call
from gateway.calls.masking import SEERS
from notifications.rpc import messages as read
from notifications.service.channels import ChannelService
from notifications.service.deliveries import DeliveryQueries
from notifications.service.subscriptions import SubscriptionService
from notifications.service.templates import TemplateService
from resource_names import MAX_ID_LENGTH, check_id, tenant_of

_LONGEST = 2 * 12 * MAX_ID_LENGTH + 20
"""Characters of a delivery's id: a number, and the ids of its tenant and receiver, a letter up to four ``%F0``."""
_PLACE = re.compile(rf"(\d{{1,15}}) ([^\x00-\x1f]{{1,{_LONGEST}}})")
"""Behind which event and delivery a page of deliveries begins."""

_log = logging.getLogger("fairlead.deliveries")
"""Is told who changed to whom what is told: such changes stand in no log of decisions. Who made the call is added."""

Listed = TypeVar("Listed", bound=Message)


class DeliveryServicer:
    """Answers DeliveryService; errors are raised and become statuses in ``gateway.calls.pipeline``."""

    def __init__(
        self,
        subscriptions: SubscriptionService,
        channels: ChannelService,
        templates: TemplateService,
        told: DeliveryQueries,
    ) -> None:
        self._subscriptions = subscriptions
        self._channels = channels
        self._templates = templates
        self._told = told

    # ---------------------------------------------------------------------------------------------------- subscriptions

    async def CreateSubscription(
        self, request: deliveries.CreateSubscriptionRequest, call: Call
    ) -> deliveries.Subscription:
        tenant, subscription_id = tenant_of(request.parent), _new_id(request.subscription_id, "subscription_id")
        change = read.subscription_change(
            request.subscription, read.SUBSCRIPTION_FIELDS, retires_secrets=False, sees_all=_sees_all(call)
        )
        repeated, preview = read.repeated(request, call.actor), request.validate_only
        view = await self._subscriptions.create(tenant, subscription_id, change, repeated, preview=preview)
        if view.is_new:
            _note(request, f"tenants/{tenant}/subscriptions/{subscription_id}", "created")
        return read.subscription_message(tenant, view)

    async def GetSubscription(self, request: deliveries.GetSubscriptionRequest, _: Call) -> deliveries.Subscription:
        tenant, subscription_id = fields.name_of(request.name, "subscriptions")
        return read.subscription_message(tenant, await self._subscriptions.get(tenant, subscription_id))

    async def ListSubscriptions(
        self, request: deliveries.ListSubscriptionsRequest, _: Call
    ) -> deliveries.ListSubscriptionsResponse:
        tenant, after = tenant_of(request.parent), fields.page_place(request.page_token, _is_id)
        views, position = await self._subscriptions.page(tenant, after, fields.page_size(request.page_size))
        return deliveries.ListSubscriptionsResponse(
            subscriptions=[read.subscription_message(tenant, view) for view in views],
            next_page_token=fields.page_token(position),
        )

    async def UpdateSubscription(
        self, request: deliveries.UpdateSubscriptionRequest, call: Call
    ) -> deliveries.Subscription:
        message = request.subscription
        tenant, subscription_id = fields.name_of(message.name, "subscriptions", "subscription.name")
        paths = read.masked(request.update_mask.paths, read.SUBSCRIPTION_FIELDS, message)
        change = read.subscription_change(
            message, paths, retires_secrets=request.retire_secrets, sees_all=_sees_all(call)
        )
        view = await self._subscriptions.update(
            tenant, subscription_id, change, message.etag, preview=request.validate_only
        )
        _note(request, f"tenants/{tenant}/subscriptions/{subscription_id}", "changed")
        return read.subscription_message(tenant, view)

    async def DeleteSubscription(self, request: deliveries.DeleteSubscriptionRequest, _: Call) -> Empty:
        tenant, subscription_id = fields.name_of(request.name, "subscriptions")
        await self._subscriptions.delete(tenant, subscription_id, request.etag, preview=request.validate_only)
        _note(request, f"tenants/{tenant}/subscriptions/{subscription_id}", "deleted")
        return Empty()

    async def TestSubscription(
        self, request: deliveries.TestSubscriptionRequest, _: Call
    ) -> deliveries.TestDeliveryResponse:
        tenant, subscription_id = fields.name_of(request.name, "subscriptions")
        began = time.perf_counter()
        attempt = await self._subscriptions.test(tenant, subscription_id)
        return read.test_message(attempt, time.perf_counter() - began)

    async def PauseSubscription(self, request: deliveries.PauseSubscriptionRequest, _: Call) -> deliveries.Subscription:
        tenant, subscription_id = fields.name_of(request.name, "subscriptions")
        view = await self._subscriptions.pause(tenant, subscription_id, paused=True)
        _note(request, f"tenants/{tenant}/subscriptions/{subscription_id}", "paused")
        return read.subscription_message(tenant, view)

    async def ResumeSubscription(
        self, request: deliveries.ResumeSubscriptionRequest, _: Call
    ) -> deliveries.Subscription:
        tenant, subscription_id = fields.name_of(request.name, "subscriptions")
        view = await self._subscriptions.pause(tenant, subscription_id, paused=False)
        _note(request, f"tenants/{tenant}/subscriptions/{subscription_id}", "resumed")
        return read.subscription_message(tenant, view)

    # --------------------------------------------------------------------------------------------------------- channels

    async def CreateChannel(self, request: deliveries.CreateChannelRequest, call: Call) -> deliveries.Channel:
        tenant, channel_id = tenant_of(request.parent), _new_id(request.channel_id, "channel_id")
        kind = read.channel_kind(request.channel.kind)
        change = read.channel_change(request.channel, read.CHANNEL_FIELDS, tenant)
        repeated, preview = read.repeated(request, call.actor), request.validate_only
        view = await self._channels.create(tenant, channel_id, kind, change, repeated, preview=preview)
        if view.is_new:
            _note(request, f"tenants/{tenant}/channels/{channel_id}", "created")
        return read.channel_message(tenant, view)

    async def GetChannel(self, request: deliveries.GetChannelRequest, _: Call) -> deliveries.Channel:
        tenant, channel_id = fields.name_of(request.name, "channels")
        return read.channel_message(tenant, await self._channels.get(tenant, channel_id))

    async def ListChannels(self, request: deliveries.ListChannelsRequest, _: Call) -> deliveries.ListChannelsResponse:
        tenant, after = tenant_of(request.parent), fields.page_place(request.page_token, _is_id)
        views, position = await self._channels.page(tenant, after, fields.page_size(request.page_size))
        return deliveries.ListChannelsResponse(
            channels=[read.channel_message(tenant, view) for view in views],
            next_page_token=fields.page_token(position),
        )

    async def UpdateChannel(self, request: deliveries.UpdateChannelRequest, _: Call) -> deliveries.Channel:
        message = request.channel
        tenant, channel_id = fields.name_of(message.name, "channels", "channel.name")
        paths = read.masked(request.update_mask.paths, read.CHANNEL_FIELDS, message)
        change = read.channel_change(message, paths, tenant)
        view = await self._channels.update(tenant, channel_id, change, message.etag, preview=request.validate_only)
        _note(request, f"tenants/{tenant}/channels/{channel_id}", "changed")
        return read.channel_message(tenant, view)

    async def DeleteChannel(self, request: deliveries.DeleteChannelRequest, _: Call) -> Empty:
        tenant, channel_id = fields.name_of(request.name, "channels")
        await self._channels.delete(tenant, channel_id, request.etag, preview=request.validate_only)
        _note(request, f"tenants/{tenant}/channels/{channel_id}", "deleted")
        return Empty()

    async def TestChannel(self, request: deliveries.TestChannelRequest, _: Call) -> deliveries.TestDeliveryResponse:
        tenant, channel_id = fields.name_of(request.name, "channels")
        began = time.perf_counter()
        attempt = await self._channels.test(tenant, channel_id)
        return read.test_message(attempt, time.perf_counter() - began)

    # -------------------------------------------------------------------------------------------------------- templates

    async def GetTemplates(self, request: deliveries.GetTemplatesRequest, _: Call) -> deliveries.Templates:
        tenant, language = read.templates_of(request.name, "name")
        return read.templates_message(tenant, await self._templates.get(tenant, language))

    async def UpdateTemplates(self, request: deliveries.UpdateTemplatesRequest, _: Call) -> deliveries.Templates:
        message = request.templates
        tenant, language = read.templates_of(message.name, "templates.name")
        texts = dict(message.texts)
        view = await self._templates.replace(tenant, language, texts, message.etag, preview=request.validate_only)
        _note(request, f"tenants/{tenant}/templates/{language}", "changed")
        return read.templates_message(tenant, view)

    # ------------------------------------------------------------------------------------------------------- deliveries

    async def ListDeliveries(
        self, request: deliveries.ListDeliveriesRequest, _: Call
    ) -> deliveries.ListDeliveriesResponse:
        tenant = tenant_of(request.parent)
        wanted, asked = read.told_filter(request, tenant, request.state), _asked(request)
        before = _place_of(fields.page_key(request.page_token, _PLACE.fullmatch, asked, of="filter"))
        page, place = await self._told.page(tenant, wanted, before, fields.page_size(request.page_size))
        listed = _fitting([read.delivery_message(tenant, told) for told in page])
        if len(listed) < len(page):
            last = page[len(listed) - 1].delivery
            place = last.event, last.id
        return deliveries.ListDeliveriesResponse(
            deliveries=listed, next_page_token=fields.page_token(f"{place[0]} {place[1]}" if place else "", asked)
        )

    async def RedriveDeliveries(
        self, request: deliveries.RedriveDeliveriesRequest, _: Call
    ) -> deliveries.RedriveDeliveriesResponse:
        tenant = tenant_of(request.parent)
        redriven = await self._told.redrive(tenant, read.told_filter(request, tenant))
        return deliveries.RedriveDeliveriesResponse(
            dead_count=redriven.dead, parked_count=redriven.parked, unreachable_count=redriven.unreachable
        )


def _note(request: Any, name: str, done: str) -> None:
    if not getattr(request, "validate_only", False):
        _log.info("%s: %s", name, done)


def _sees_all(call: Call) -> bool:
    return call.principal is None or bool(call.principal.roles & SEERS)


def _new_id(text: str, field: str) -> str:
    if fault := check_id(text):
        raise InvalidInput.of(field, fault)
    return text


def _is_id(text: str) -> bool:
    return check_id(text) is None


def _asked(request: deliveries.ListDeliveriesRequest) -> str:
    """Return what tells a list of deliveries from others."""
    parts = (request.subscription, request.channel, request.work_item, str(request.state))
    return " ".join(parts) if any(parts[:3]) or request.state else ""


def _place_of(key: str) -> tuple[int, str] | None:
    place = _PLACE.fullmatch(key)
    return (int(place[1]), place[2]) if place else None


def _fitting(messages: Sequence[Listed]) -> list[Listed]:
    return list(takewhile(fields.PageRoom().takes, messages))
