"""Between messages and values: subscriptions, channels, templates, deliveries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from failures import InvalidInput, shown
from fairlead.v1 import deliveries_pb2 as deliveries
from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from gateway.auth.principals import Role
from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.channels import LANGUAGES, ChannelKind
from notifications.deliveries import DeliveryState
from notifications.service.channels import ChannelChange, ChannelView
from notifications.service.deliveries import ReceiverDelivery, ReceiverKind, ToldFilter
from notifications.service.requests import IdempotentRequest
from notifications.service.subscriptions import SubscriptionChange, SubscriptionView
from notifications.service.templates import TemplatesView

SUBSCRIPTION_FIELDS = ("url", "event_types", "role", "secret")
CHANNEL_FIELDS = ("address", "secret", "language_code", "calendar")
EVENT_TYPES = tuple(field.name for field in routing.WorkItemChange.DESCRIPTOR.oneofs_by_name["event"].fields)
MAX_SECRET = 512
_MAX_TAG = 35
"""Characters that the tag of a language may need, by RFC 5646, 4.4.1."""


def masked(paths: Sequence[str], allowed: Collection[str], message: Any) -> frozenset[str]:
    """Return which fields a request means to change: the masked ones; without a mask, those that are set.

    Raises
    ------
    InvalidInput
        If the mask names a field that there is not.
    """
    is_set = frozenset(descriptor.name for descriptor, _ in message.ListFields())
    if not paths:
        return is_set & frozenset(allowed)
    if list(paths) == ["*"]:  # what is never shown cannot be sent back: it stays where it is not set
        return frozenset(allowed) - ({"secret"} - is_set)
    if unknown := [path for path in paths if path not in allowed]:
        raise InvalidInput.of("update_mask", f"{shown(unknown[0])}: must be of {', '.join(allowed)}, or *")
    return frozenset(paths)


def repeated(request: Any, actor: str) -> IdempotentRequest:
    """Read what tells a call that makes something, and is sent again, from others.

    Raises
    ------
    InvalidInput
        If its id is too long or holds control characters.
    """
    request_id = fields.request_id(request)
    return IdempotentRequest(request_id, request.SerializeToString(deterministic=True) if request_id else b"", actor)


def subscription_change(
    message: deliveries.Subscription, paths: Collection[str], *, retires_secrets: bool, sees_all: bool
) -> SubscriptionChange:
    """Read what somebody wants of a subscription: the fields in ``paths``.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    return SubscriptionChange(
        url=_printable(message.url, "subscription.url") if "url" in paths else None,
        event_types=_event_types(message.event_types) if "event_types" in paths else None,
        role=_role(message.role) if "role" in paths else None,
        secret=_text(message.secret, MAX_SECRET, "subscription.secret") if "secret" in paths else None,
        retires_secrets=retires_secrets,
        sees_all=sees_all,
    )


def channel_change(message: deliveries.Channel, paths: Collection[str], tenant: str) -> ChannelChange:
    """Read what somebody wants of a channel: the fields in ``paths``.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    calendar = message.calendar
    if calendar and "calendar" in paths:
        calendar = fields.reference(calendar, "calendars", tenant, "channel.calendar")
    return ChannelChange(
        address=_printable(message.address, "channel.address") if "address" in paths else None,
        secret=_text(message.secret, MAX_SECRET, "channel.secret") if "secret" in paths else None,
        language=_language(message.language_code) if "language_code" in paths else None,
        calendar=calendar if "calendar" in paths else None,
    )


def channel_kind(number: int) -> ChannelKind:
    """Read what takes messages.

    Raises
    ------
    InvalidInput
        If there is no such kind.
    """
    try:
        return ChannelKind(deliveries.Channel.Kind.Name(number).removeprefix("KIND_"))
    except ValueError:
        allowed = ", ".join(f"KIND_{kind}" for kind in ChannelKind)
        raise InvalidInput.of("channel.kind", f"{number}: must be one of {allowed}") from None


def templates_of(name: str, field: str) -> tuple[str, str]:
    """Read whose templates are meant, and in which language.

    Raises
    ------
    InvalidInput
        If it is no name of templates.
    """
    tenant, language = fields.name_of(name, "templates", field)
    if language not in LANGUAGES:
        raise InvalidInput.of(field, f"{shown(language)}: must be one of {', '.join(LANGUAGES)}")
    return tenant, language


def told_filter(request: Any, tenant: str, state: int = 0) -> ToldFilter:
    """Read which deliveries a request means.

    Raises
    ------
    InvalidInput
        If it names a subscription and a channel, or what is none.
    """
    if request.subscription and request.channel:
        raise InvalidInput.of("channel", "stands beside `subscription`: must be one of both, or none")
    kind, receiver = None, ""
    if request.subscription:
        kind = ReceiverKind.SUBSCRIPTION
        receiver = fields.reference(request.subscription, "subscriptions", tenant, "subscription")
    elif request.channel:
        kind = ReceiverKind.CHANNEL
        receiver = fields.reference(request.channel, "channels", tenant, "channel")
    item = request.work_item and fields.reference(request.work_item, "workItems", tenant, "work_item")
    return ToldFilter(kind, receiver, _state(state), item)


def subscription_message(tenant: str, view: SubscriptionView) -> deliveries.Subscription:
    """Write a subscription."""
    record, standing = view.subscription, view.standing
    message = deliveries.Subscription(
        name=f"tenants/{tenant}/subscriptions/{record.id}",
        url=view.address,
        event_types=sorted(record.event_types, key=_event_order),
        role=record.role,
        secret=view.secret,
        etag=view.etag,
        state=f"STATE_{view.state}",
        parked_count=standing.waiting,
        dead_count=standing.dead,
        secret_count=len(record.secrets),
    )
    if standing.oldest_ms is not None:
        message.oldest_undelivered_time.CopyFrom(fields.timestamp(standing.oldest_ms * 1000))
    return message


def channel_message(tenant: str, view: ChannelView) -> deliveries.Channel:
    """Write a channel."""
    record = view.channel
    message = deliveries.Channel(
        name=f"tenants/{tenant}/channels/{record.id}",
        kind=f"KIND_{record.kind}",
        address=view.address,
        language_code=record.language,
        calendar=record.calendar and f"tenants/{tenant}/calendars/{record.calendar}",
        etag=view.etag,
        has_secret=bool(record.secret),
        waiting_count=view.standing.waiting,
        last_outcome=view.standing.outcome,
        failure_count=view.standing.failures,
    )
    if view.standing.attempt_ms:
        message.last_attempt_time.CopyFrom(fields.timestamp(view.standing.attempt_ms * 1000))
    return message


def templates_message(tenant: str, view: TemplatesView) -> deliveries.Templates:
    """Write templates."""
    return deliveries.Templates(
        name=f"tenants/{tenant}/templates/{view.language}",
        texts=view.texts,
        etag=view.etag,
        default_texts=view.shipped,
    )


def delivery_message(tenant: str, told: ReceiverDelivery) -> deliveries.Delivery:
    """Write a delivery."""
    kind, delivery = told
    prefix = f"tenants/{tenant}"
    message = deliveries.Delivery(
        id=delivery.id,
        receiver=_full(prefix, kind, delivery.receiver),
        work_item=delivery.item_id and f"{prefix}/workItems/{delivery.item_id}",
        rep=delivery.rep and f"{prefix}/reps/{delivery.rep}",
        type=delivery.type,
        state=f"STATE_{delivery.state}",
        attempt_count=delivery.attempts,
        outcome=delivery.outcome,
        attempt_receiver=_full(prefix, kind, delivery.tried_through or delivery.receiver) if delivery.attempts else "",
    )
    for stamp, instant_ms in (
        (message.event_time, delivery.event_ms),
        (message.attempt_time, delivery.attempt_ms),
        (message.next_attempt_time, delivery.next_ms),
    ):
        if instant_ms:
            stamp.CopyFrom(fields.timestamp(instant_ms * 1000))
    return message


def _full(prefix: str, kind: ReceiverKind, receiver: str) -> str:
    return receiver and f"{prefix}/{kind}/{receiver}"


def test_message(attempt: DeliveryAttempt, duration_s: float) -> deliveries.TestDeliveryResponse:
    """Write how a test ended."""
    return deliveries.TestDeliveryResponse(
        delivered=attempt.status is AttemptStatus.DELIVERED,
        outcome=attempt.outcome,
        duration_ms=round(duration_s * 1000),
    )


def _event_types(names: Iterable[str]) -> frozenset[str]:
    for place, name in enumerate(names):
        if name not in EVENT_TYPES:
            allowed = ", ".join(EVENT_TYPES)
            raise InvalidInput.of(f"subscription.event_types[{place}]", f"{shown(name)}: must be one of {allowed}")
    return frozenset(names)


def _event_order(name: str) -> int:
    return EVENT_TYPES.index(name) if name in EVENT_TYPES else len(EVENT_TYPES)


def _role(role: str) -> str:
    if role and role not in [*Role]:
        raise InvalidInput.of("subscription.role", f"{shown(role)}: must be one of {', '.join(Role)}, or absent")
    return role


def _language(code: str) -> str:
    language = _text(code, _MAX_TAG, "channel.language_code").partition("-")[0].lower() or LANGUAGES[0]
    if language not in LANGUAGES:
        allowed = ", ".join(LANGUAGES)
        fault = f"{shown(code)}: must be one of {allowed}, with or without a region, e.g. zh-CN"
        raise InvalidInput.of("channel.language_code", fault)
    return language


def _state(number: int) -> DeliveryState | None:
    if not number:
        return None
    try:
        return DeliveryState(deliveries.Delivery.State.Name(number).removeprefix("STATE_"))
    except ValueError:
        allowed = ", ".join(f"STATE_{state}" for state in DeliveryState)
        raise InvalidInput.of("state", f"{number}: must be one of {allowed}, or absent") from None


def _text(value: str, longest: int, field: str) -> str:
    """Check a text that may hold a secret: nothing of it is shown."""
    if len(value) > longest:
        raise InvalidInput.of(field, f"{len(value)} characters: at most {longest}")
    return _printable(value, field)


def _printable(value: str, field: str) -> str:
    """Check an address, whose length is judged by what looks at addresses; nothing of it is shown."""
    if not value.isprintable():
        raise InvalidInput.of(field, "it holds control characters: must be printable")
    return value
