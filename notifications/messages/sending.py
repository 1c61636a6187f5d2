"""One try to send a digest, through whatever a channel is."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.channels import Channel, ChannelKind
from notifications.errors import NoSecretsKey, SecretUnreadable
from notifications.messages.mail import LIMIT, Mailer
from notifications.messages.texts import Digest
from notifications.messages.vendors.all import VENDORS
from notifications.outbound.client import NotAnswered, Outbound
from notifications.ports import Counted, uncounted
from notifications.secrets import SecretBox


class Sender:
    """``notifications.messages.ports.Sending``: opens what is sealed, for as long as a try takes.

    Parameters
    ----------
    outbound
        The one way out.
    box
        Opens addresses and secrets.
    mailer
        Hands mails in; None: the operator named no server.
    counted
        Told of every try.
    """

    def __init__(
        self, outbound: Outbound, box: SecretBox, mailer: Mailer | None = None, counted: Counted = uncounted
    ) -> None:
        self._counted = counted
        self._outbound = outbound
        self._box = box
        self._mailer = mailer

    async def send(self, tenant: str, channel: Channel, digest: Digest, at_ms: int) -> DeliveryAttempt:
        """Try once to send a digest through a channel."""
        attempt = await self._attempt(tenant, channel, digest, at_ms)
        self._counted(tenant, attempt)
        return attempt

    async def _attempt(self, tenant: str, channel: Channel, digest: Digest, at_ms: int) -> DeliveryAttempt:
        owner = f"tenants/{tenant}/channels/{channel.id}"
        try:
            address = self._box.open(owner, channel.address)
            secret = self._box.open(owner, channel.secret) if channel.secret else ""
        except (NoSecretsKey, SecretUnreadable) as error:
            return DeliveryAttempt(AttemptStatus.RETRY, error.reason)  # whoever mends the key file has it sent
        if channel.kind is not ChannelKind.SMTP:
            return await self._post(channel.kind, address, secret, digest, at_ms)
        if self._mailer is None:
            return DeliveryAttempt(AttemptStatus.RETRY, "NO_MAIL_SERVER")
        attempt = await self._mailer.send(address, digest, at_ms)
        return replace(attempt, shown=min(LIMIT, len(digest.messages)))

    async def _post(self, kind: ChannelKind, address: str, secret: str, digest: Digest, at_ms: int) -> DeliveryAttempt:
        vendor = VENDORS[kind]
        request = vendor.request(address, secret, digest, at_ms)
        try:
            attempt = vendor.read(await self._outbound.post(request.url, request.body, request.headers))
        except NotAnswered as error:
            attempt = DeliveryAttempt(AttemptStatus.RETRY, error.why)
        return replace(attempt, shown=request.shown)


def digest_id(*parts: str) -> str:
    """Return what identifies a digest, and says nothing of it.

    Examples
    --------
    >>> digest_id("acme", "east-bot", "7:li-na") == digest_id("acme", "east-bot", "7:li-na")
    True
    """
    return sha256("\n".join(parts).encode()).hexdigest()[:32]
