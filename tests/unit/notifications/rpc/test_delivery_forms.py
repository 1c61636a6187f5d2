"""The forms of DeliveryService that clients rely on are as they were fixed."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.descriptor import EnumDescriptor

from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.channels import ChannelKind
from notifications.deliveries import DeliveryState

SERVICE = deliveries.DESCRIPTOR.services_by_name["DeliveryService"]
PAGE = "page_size page_token"


def fields(message: Any) -> list[str]:
    return [field.name for field in message.fields]


def numbered(enum: EnumDescriptor) -> list[str]:
    """Return the values of an enum by number, from 0 without a gap."""
    return [enum.values_by_number[number].name for number in range(len(enum.values))]


@pytest.mark.parametrize(
    ("method", "asked", "answer"),
    [
        ("CreateSubscription", "parent subscription_id subscription validate_only request_id", "Subscription"),
        ("GetSubscription", "name", "Subscription"),
        ("ListSubscriptions", f"parent {PAGE}", "ListSubscriptionsResponse"),
        ("UpdateSubscription", "subscription update_mask retire_secrets validate_only", "Subscription"),
        ("DeleteSubscription", "name etag validate_only", "Empty"),
        ("TestSubscription", "name", "TestDeliveryResponse"),
        ("PauseSubscription", "name", "Subscription"),
        ("ResumeSubscription", "name", "Subscription"),
        ("CreateChannel", "parent channel_id channel validate_only request_id", "Channel"),
        ("GetChannel", "name", "Channel"),
        ("ListChannels", f"parent {PAGE}", "ListChannelsResponse"),
        ("UpdateChannel", "channel update_mask validate_only", "Channel"),
        ("DeleteChannel", "name etag validate_only", "Empty"),
        ("TestChannel", "name", "TestDeliveryResponse"),
        ("GetTemplates", "name", "Templates"),
        ("UpdateTemplates", "templates validate_only", "Templates"),
        ("ListDeliveries", f"parent subscription channel state work_item {PAGE}", "ListDeliveriesResponse"),
        ("RedriveDeliveries", "parent subscription channel work_item", "RedriveDeliveriesResponse"),
    ],
)
def test_a_method_is_asked_in_its_fixed_form(method: str, asked: str, answer: str) -> None:
    form = SERVICE.methods_by_name[method]

    assert deliveries.DESCRIPTOR.name == "fairlead/v1/deliveries.proto"
    assert (form.input_type.name, fields(form.input_type)) == (f"{method}Request", asked.split())
    assert form.output_type.name == answer


def test_there_is_no_method_beside_them() -> None:
    assert len(SERVICE.methods) == 18


def test_a_subscription_has_its_fixed_form() -> None:
    assert fields(deliveries.Subscription.DESCRIPTOR) == [
        *("name", "url", "event_types", "role", "secret", "etag", "state"),
        *("parked_count", "dead_count", "oldest_undelivered_time", "secret_count"),
    ]
    assert numbered(deliveries.Subscription.State.DESCRIPTOR) == [
        f"STATE_{state}" for state in ("UNSPECIFIED", "ACTIVE", "PAUSED", "STALLED")
    ]


def test_a_channel_has_its_fixed_form() -> None:
    assert fields(deliveries.Channel.DESCRIPTOR) == [
        *("name", "kind", "address", "secret", "language_code", "calendar", "etag", "has_secret", "waiting_count"),
        *("last_outcome", "last_attempt_time", "failure_count"),
    ]
    assert numbered(deliveries.Channel.Kind.DESCRIPTOR) == [f"KIND_{kind}" for kind in ("UNSPECIFIED", *ChannelKind)]


def test_templates_have_their_fixed_form() -> None:
    assert fields(deliveries.Templates.DESCRIPTOR) == ["name", "texts", "etag", "default_texts"]


def test_a_delivery_has_its_fixed_form() -> None:
    assert fields(deliveries.Delivery.DESCRIPTOR) == [
        *("id", "receiver", "work_item", "rep", "type", "state", "attempt_count", "outcome"),
        *("event_time", "attempt_time", "next_attempt_time", "attempt_receiver"),
    ]
    assert numbered(deliveries.Delivery.State.DESCRIPTOR) == [
        f"STATE_{state}" for state in ("UNSPECIFIED", *DeliveryState)
    ]
