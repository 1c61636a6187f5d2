"""Subscriptions, channels and templates, what was told through them, and another try of what was not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from fairlead.client.calls import PAGE, Calls, new_id, number
from fairlead.connection import Answer
from fairlead.v1 import deliveries_pb2 as deliveries


class DeliveryCalls(Calls):
    """DeliveryService."""

    # ---------------------------------------------------------------------------------------------------- subscriptions

    def create_subscription(
        self,
        subscription: str,
        url: str,
        *,
        event_types: Sequence[str] = (),
        role: str = "",
        secret: str = "",
        preview: bool = False,
        request_id: str = "",
    ) -> deliveries.Subscription:
        """Subscribe an address to what happens from now on; without a secret one is made, and in the answer this once.

        Where the answer is lost, the same call with the same ``request_id`` is answered alike, for a day and until the
        subscription is changed; after that ask for another secret with ``update_subscription(…, secret="")``.
        """
        request = deliveries.CreateSubscriptionRequest(
            parent=self.parent,
            subscription_id=subscription,
            subscription=deliveries.Subscription(url=url, event_types=event_types, role=role, secret=secret),
            validate_only=preview,
            request_id=request_id or new_id(),
        )
        return self._deliver("CreateSubscription", request, deliveries.Subscription)

    def get_subscription(self, subscription: str) -> deliveries.Subscription:
        """Get a subscription, without its secrets."""
        request = deliveries.GetSubscriptionRequest(name=self._name("subscriptions", subscription))
        return self._deliver("GetSubscription", request, deliveries.Subscription)

    def list_subscriptions(self) -> Iterator[deliveries.Subscription]:
        """List subscriptions by id."""
        request = deliveries.ListSubscriptionsRequest(parent=self.parent, page_size=PAGE)
        method, answer = "DeliveryService/ListSubscriptions", deliveries.ListSubscriptionsResponse
        for page in self._connection.pages(method, request, answer):
            yield from page.subscriptions

    def update_subscription(
        self,
        subscription: str,
        *,
        url: str | None = None,
        event_types: Sequence[str] | None = None,
        role: str | None = None,
        secret: str | None = None,
        retire_secrets: bool = False,
        etag: str = "",
        preview: bool = False,
    ) -> deliveries.Subscription:
        """Change what is given; an empty secret has one made, in the answer this once. An etag must be current."""
        given: dict[str, Any] = {"url": url, "event_types": event_types, "role": role, "secret": secret}
        given = {field: value for field, value in given.items() if value is not None}
        name = self._name("subscriptions", subscription)
        request = deliveries.UpdateSubscriptionRequest(
            subscription=deliveries.Subscription(name=name, etag=etag, **given),
            update_mask={"paths": list(given)},
            retire_secrets=retire_secrets,
            validate_only=preview,
        )
        return self._deliver("UpdateSubscription", request, deliveries.Subscription)

    def delete_subscription(self, subscription: str, *, etag: str = "", preview: bool = False) -> None:
        """Delete a subscription with all that it has not delivered."""
        name = self._name("subscriptions", subscription)
        request = deliveries.DeleteSubscriptionRequest(name=name, etag=etag, validate_only=preview)
        self._deliver("DeleteSubscription", request, Empty)

    def test_subscription(self, subscription: str) -> deliveries.TestDeliveryResponse:
        """Send a change that never was, once, and say what the receiver answered."""
        request = deliveries.TestSubscriptionRequest(name=self._name("subscriptions", subscription))
        return self._deliver("TestSubscription", request, deliveries.TestDeliveryResponse)

    def pause_subscription(self, subscription: str) -> deliveries.Subscription:
        """Have nothing delivered until it is resumed."""
        request = deliveries.PauseSubscriptionRequest(name=self._name("subscriptions", subscription))
        return self._deliver("PauseSubscription", request, deliveries.Subscription)

    def resume_subscription(self, subscription: str) -> deliveries.Subscription:
        """Go on where a subscription was paused."""
        request = deliveries.ResumeSubscriptionRequest(name=self._name("subscriptions", subscription))
        return self._deliver("ResumeSubscription", request, deliveries.Subscription)

    # --------------------------------------------------------------------------------------------------------- channels

    def create_channel(
        self,
        channel: str,
        kind: str,
        address: str,
        *,
        secret: str = "",
        language: str = "",
        calendar: str = "",
        preview: bool = False,
        request_id: str = "",
    ) -> deliveries.Channel:
        """Make a way to tell people something; kinds are WECOM, DINGTALK, FEISHU, SLACK, TEAMS and SMTP."""
        made = deliveries.Channel(
            kind=number(deliveries.Channel.Kind, "KIND", kind),
            address=address,
            secret=secret,
            language_code=language,
            calendar=calendar,
        )
        request = deliveries.CreateChannelRequest(
            parent=self.parent,
            channel_id=channel,
            channel=made,
            validate_only=preview,
            request_id=request_id or new_id(),
        )
        return self._deliver("CreateChannel", request, deliveries.Channel)

    def get_channel(self, channel: str) -> deliveries.Channel:
        """Get a channel, without its secrets."""
        request = deliveries.GetChannelRequest(name=self._name("channels", channel))
        return self._deliver("GetChannel", request, deliveries.Channel)

    def list_channels(self) -> Iterator[deliveries.Channel]:
        """List channels by id."""
        request = deliveries.ListChannelsRequest(parent=self.parent, page_size=PAGE)
        method, answer = "DeliveryService/ListChannels", deliveries.ListChannelsResponse
        for page in self._connection.pages(method, request, answer):
            yield from page.channels

    def update_channel(
        self,
        channel: str,
        *,
        address: str | None = None,
        secret: str | None = None,
        language: str | None = None,
        calendar: str | None = None,
        etag: str = "",
        preview: bool = False,
    ) -> deliveries.Channel:
        """Change what is given; an empty secret takes it away. An etag must be current."""
        given: dict[str, Any] = {"address": address, "secret": secret, "language_code": language, "calendar": calendar}
        set_ones = {field: value for field, value in given.items() if value is not None}
        request = deliveries.UpdateChannelRequest(
            channel=deliveries.Channel(name=self._name("channels", channel), etag=etag, **set_ones),
            update_mask={"paths": list(set_ones)},
            validate_only=preview,
        )
        return self._deliver("UpdateChannel", request, deliveries.Channel)

    def delete_channel(self, channel: str, *, etag: str = "", preview: bool = False) -> None:
        """Delete a channel; what waits for it goes to the next channel of its rep."""
        name = self._name("channels", channel)
        request = deliveries.DeleteChannelRequest(name=name, etag=etag, validate_only=preview)
        self._deliver("DeleteChannel", request, Empty)

    def test_channel(self, channel: str) -> deliveries.TestDeliveryResponse:
        """Send a message that says that it is a test, at once, and say what became of it."""
        request = deliveries.TestChannelRequest(name=self._name("channels", channel))
        return self._deliver("TestChannel", request, deliveries.TestDeliveryResponse)

    # -------------------------------------------------------------------------------------------------------- templates

    def get_templates(self, language: str) -> deliveries.Templates:
        """Get the own templates of messages in a language, en or zh, and the repository's."""
        request = deliveries.GetTemplatesRequest(name=self._name("templates", language))
        return self._deliver("GetTemplates", request, deliveries.Templates)

    def update_templates(
        self, language: str, texts: Mapping[str, str], *, etag: str = "", preview: bool = False
    ) -> deliveries.Templates:
        """Have these be the own templates in a language; those that are not named are the repository's.

        An etag must be current.
        """
        kept = deliveries.Templates(name=self._name("templates", language), texts=texts, etag=etag)
        request = deliveries.UpdateTemplatesRequest(templates=kept, validate_only=preview)
        return self._deliver("UpdateTemplates", request, deliveries.Templates)

    # ------------------------------------------------------------------------------------------------------- deliveries

    def list_deliveries(
        self, *, subscription: str = "", channel: str = "", state: str = "", work_item: str = ""
    ) -> Iterator[deliveries.Delivery]:
        """List what was told, the newest first: all, or that of a receiver, in a state, about a work item."""
        request = deliveries.ListDeliveriesRequest(
            parent=self.parent,
            subscription=subscription and self._name("subscriptions", subscription),
            channel=channel and self._name("channels", channel),
            state=number(deliveries.Delivery.State, "STATE", state) if state else None,
            work_item=work_item and self._name("workItems", work_item),
            page_size=PAGE,
        )
        method, answer = "DeliveryService/ListDeliveries", deliveries.ListDeliveriesResponse
        for page in self._connection.pages(method, request, answer):
            yield from page.deliveries

    def redrive_deliveries(
        self, *, subscription: str = "", channel: str = "", work_item: str = ""
    ) -> deliveries.RedriveDeliveriesResponse:
        """Have what is parked, dead or unreachable be tried at once, and say how much that is."""
        request = deliveries.RedriveDeliveriesRequest(
            parent=self.parent,
            subscription=subscription and self._name("subscriptions", subscription),
            channel=channel and self._name("channels", channel),
            work_item=work_item and self._name("workItems", work_item),
        )
        return self._deliver("RedriveDeliveries", request, deliveries.RedriveDeliveriesResponse)

    def _deliver(self, method: str, request: Message, answer: type[Answer]) -> Answer:
        return self._connection.call(f"DeliveryService/{method}", request, answer)
