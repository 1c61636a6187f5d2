"""One signed request to a subscription's address, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple, Protocol
from urllib.parse import quote

from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.errors import SecretUnreadable
from notifications.outbound.client import AddressRefused, HttpResponse, NotAnswered
from notifications.ports import Counted, uncounted
from notifications.secrets import SecretBox, signing_key
from notifications.signing import signed_headers
from notifications.subscriptions import Subscription
from notifications.webhooks.ports import ChangeFeed

_LONGEST_RETRY_AFTER_S = 24 * 3600.0
_HEADERS = {"Content-Type": "application/json", "User-Agent": "Fairlead"}


class Poster(Protocol):
    """Sends requests."""

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, keep_alive: bool = False
    ) -> HttpResponse:
        """Send one, see ``notifications.outbound.client.Outbound.post``."""


class Receiver(NamedTuple):
    """Where changes of a tenant go, and what signs them, as they are for as long as a turn takes."""

    url: str
    keys: tuple[bytes, ...]
    tenant: str = ""


def subscription_name(tenant: str, subscription: str) -> str:
    """Return a subscription's name in full, which its secrets are bound to."""
    return f"tenants/{tenant}/subscriptions/{subscription}"


def message_id(tenant: str, event: int | str, subscription: str) -> str:
    """Return what identifies a change at its receiver, however often it is sent.

    Examples
    --------
    >>> message_id("acme", 7, "crm"), message_id("a.b", 7, "客户")
    ('acme-7-crm', 'a%2Eb-7-%E5%AE%A2%E6%88%B7')
    """
    return quote(f"{tenant}-{event}-{subscription}", safe="").replace(".", "%2E")


class WebhookSender:
    """Sends changes.

    Parameters
    ----------
    outbound
        The one way out.
    secrets
        Opens addresses and secrets.
    counted
        Is told of each try.
    """

    def __init__(self, outbound: Poster, secrets: SecretBox, counted: Counted = uncounted) -> None:
        self._outbound = outbound
        self._secrets = secrets
        self._counted = counted

    def receiver(self, tenant: str, subscription: Subscription) -> Receiver:
        """Return where a subscription's changes go.

        Raises
        ------
        NoSecretsKey, SecretUnreadable
            As ``SecretBox.open``, of the address or the newest secret.
        """
        name = subscription_name(tenant, subscription.id)
        signing: list[str] = []
        for each in subscription.secrets:
            try:
                signing.append(self._secrets.open(name, each))
            except SecretUnreadable:
                if not signing:  # else a newer one was set since: this one waits for its key, or to be retired
                    raise
        return Receiver(self._secrets.open(name, subscription.url), tuple(map(signing_key, signing)), tenant)

    async def send(self, receiver: Receiver, identifier: str, body: bytes, at_ms: int) -> DeliveryAttempt:
        """Send a body once.

        Parameters
        ----------
        identifier
            See ``message_id``.
        at_ms
            When, in milliseconds since 1970.

        Notes
        -----
        Whatever is not taken is worth another try, 410 and other codes of 400 to 499 too: whoever looks after a
        receiver may mend it within days.
        """
        attempt = await self._tried(receiver, identifier, body, at_ms)
        self._counted(receiver.tenant, attempt)
        return attempt

    async def _tried(self, receiver: Receiver, identifier: str, body: bytes, at_ms: int) -> DeliveryAttempt:
        headers = {**_HEADERS, **signed_headers(identifier, at_ms // 1000, body, receiver.keys)}
        try:
            answer = await self._outbound.post(receiver.url, body, headers, keep_alive=True)
        except AddressRefused as error:
            return DeliveryAttempt(AttemptStatus.REFUSED, error.why)
        except NotAnswered as error:
            return DeliveryAttempt(AttemptStatus.RETRY, error.why)
        if 200 <= answer.status <= 299:
            return DeliveryAttempt(AttemptStatus.DELIVERED, f"HTTP_{answer.status}")
        return DeliveryAttempt(AttemptStatus.RETRY, f"HTTP_{answer.status}", retry_after_s(answer.retry_after, at_ms))


class SubscriptionTester:
    """``notifications.ports.Tester`` of subscriptions.

    Parameters
    ----------
    sender
        Sends.
    feed
        Says what, and what time it is.
    """

    def __init__(self, sender: WebhookSender, feed: ChangeFeed) -> None:
        self._sender = sender
        self._feed = feed

    async def send_test(self, tenant: str, record: Subscription) -> DeliveryAttempt:
        """Send a change that never was, once.

        Raises
        ------
        NoSecretsKey, SecretUnreadable
            As ``WebhookSender.receiver``.
        """
        receiver = self._sender.receiver(tenant, record)
        body, now_ms = await self._feed.sample(tenant), await self._feed.now_ms(tenant)
        identifier = message_id(tenant, f"test-{now_ms}", record.id)  # of its own: receivers deal with each once
        return await self._sender.send(receiver, identifier, body, now_ms)


def retry_after_s(header: str, now_ms: int) -> float | None:
    """Read how long a receiver asks to wait, in seconds, a day at most; None: it does not say, or nothing readable.

    References
    ----------
    RFC 9110, 10.2.3: seconds, or a date.

    Examples
    --------
    >>> retry_after_s("120", 0), retry_after_s("Thu, 01 Jan 1970 00:01:00 GMT", 0), retry_after_s("soon", 0)
    (120.0, 60.0, None)
    """
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:10]), _LONGEST_RETRY_AFTER_S)
    try:
        until = parsedate_to_datetime(text)
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        wait_s = (until - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() - now_ms / 1000
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(max(wait_s, 0.0), _LONGEST_RETRY_AFTER_S)
