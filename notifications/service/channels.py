"""Channels, as managers and operators see and change them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urlsplit

from failures import InvalidInput, shown
from notifications.attempts import DeliveryAttempt
from notifications.channels import HOSTS, Channel, ChannelKind
from notifications.deliveries import ReceiverStatus
from notifications.ports import Calendars, ChannelBook, KeptRecord, RecordStore, Tester
from notifications.service.addresses import Sealed, is_same_place, shown_address
from notifications.service.register import Register
from notifications.service.requests import NOT_REPEATED, REQUEST_TTL_S, IdempotentRequest, Requests

MAX_CHANNELS = 1_000
"""Of a tenant."""
_CALENDARS_SHOWN = 20
_SENT_ALREADY = (
    "channel {other} sends there already, and a robot takes a few messages a minute of all: name that channel instead, "
    "or the address of another robot"
)


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """What somebody wants of a channel; None: as it is, or as it is by default; an empty secret: there is none."""

    address: str | None = None
    secret: str | None = None
    language: str | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel as it is shown.

    Parameters
    ----------
    address
        Where messages are sent, without what may be secret; empty: nothing can be sent, for no key of the server
        decrypts it, or what signs.
    is_new
        Whether it was made just now.
    """

    channel: Channel
    etag: str
    address: str
    standing: ReceiverStatus
    is_new: bool = False


class ChannelService:
    """Makes, shows, changes, tries and deletes channels.

    Parameters
    ----------
    records
        Where they are kept.
    book
        What became of what they were to send.
    sealed
        What encrypts addresses and secrets of those that are webhooks.
    mail
        What encrypts addresses of those that are mail.
    tester
        What tries one.
    calendars
        Which there are.
    request_ttl_s
        How long a call that made one may be sent again, in seconds.
    """

    def __init__(
        self,
        records: RecordStore[Channel],
        book: ChannelBook,
        sealed: Sealed,
        mail: Sealed,
        tester: Tester[Channel],
        calendars: Calendars,
        request_ttl_s: int = REQUEST_TTL_S,
    ) -> None:
        requests = Requests(sealed.box, request_ttl_s)
        self._register = Register("channels", "channel", records, book, requests, MAX_CHANNELS)
        self._book = book
        self._webhooks = sealed
        self._mail = mail
        self._tester = tester
        self._calendars = calendars

    async def create(
        self,
        tenant: str,
        channel_id: str,
        kind: ChannelKind,
        change: ChannelChange,
        request: IdempotentRequest = NOT_REPEATED,
        *,
        preview: bool = False,
    ) -> ChannelView:
        """Make one; the same call again is answered alike.

        Raises
        ------
        AlreadyExists, RequestIdReused
            If there is one of that id that another call made; if that call had the same id.
        InvalidInput
            If a field is not as it must be.
        NoSecretsKey
            If the server has no key to keep secrets with.
        """
        made = replace(change, address=change.address or "")
        record = await self._changed(tenant, Channel(channel_id, kind, address=""), made)
        return await self._view(tenant, await self._register.create(tenant, record, request, preview=preview))

    async def get(self, tenant: str, channel_id: str) -> ChannelView:
        """Return one.

        Raises
        ------
        NotFound
            If there is none.
        """
        return await self._view(tenant, await self._register.get(tenant, channel_id))

    async def page(self, tenant: str, after: str, count: int) -> tuple[list[ChannelView], str]:
        """Return those behind an id, and the id behind which the next page begins; empty: there is none."""
        kept, position = await self._register.page(tenant, after, count)
        return [await self._view(tenant, each) for each in kept], position

    async def update(
        self, tenant: str, channel_id: str, change: ChannelChange, etag: str = "", *, preview: bool = False
    ) -> ChannelView:
        """Change one, and look at what waits for it at once.

        Raises
        ------
        NotFound, StaleEtag
            If there is none; if it is another than was meant.
        InvalidInput, NoSecretsKey
            As ``create``.
        """
        kept = await self._register.change(
            tenant, channel_id, lambda present: self._changed(tenant, present, change), etag, preview=preview
        )
        if not preview:
            await self._book.changed(tenant, channel_id)
        return await self._view(tenant, kept)

    async def delete(self, tenant: str, channel_id: str, etag: str = "", *, preview: bool = False) -> None:
        """Delete one; what it has not sent goes to the next channel of whom it is for.

        Raises
        ------
        NotFound, StaleEtag
            If there is none; if it is another than was meant.
        """
        await self._register.delete(tenant, channel_id, etag, preview=preview)

    async def test(self, tenant: str, channel_id: str) -> DeliveryAttempt:
        """Send a message that says that it is a test, once.

        Raises
        ------
        NotFound
            If there is none.
        NoSecretsKey, SecretUnreadable
            If its address or secret cannot be decrypted.
        """
        return await self._tester.send_test(tenant, (await self._register.get(tenant, channel_id)).record)

    async def _changed(self, tenant: str, present: Channel, change: ChannelChange) -> Channel:
        if change.calendar and change.calendar != present.calendar:
            await self._check_calendar(tenant, change.calendar)
        name, sealed = self._register.name(tenant, present.id), self._sealed(present.kind)
        address, secret = present.address, present.secret
        if change.address is not None:
            address = await sealed.address(name, change.address, "channel.address", address)
            if address != present.address and present.kind is not ChannelKind.SMTP:
                _check_vendor(present.kind, change.address)
                await self._check_alone(tenant, present, change.address)
        if change.secret is not None:
            if change.secret and present.kind not in SIGNED:
                allowed = ", ".join(f"KIND_{kind}" for kind in SIGNED)
                raise InvalidInput.of(
                    "channel.secret", f"KIND_{present.kind} signs nothing: leave it out; {allowed} do"
                )
            secret = change.secret and sealed.secret(name, change.secret, secret)
        return replace(
            present,
            address=address,
            secret=secret,
            language=present.language if change.language is None else change.language,
            calendar=present.calendar if change.calendar is None else change.calendar,
        )

    async def _check_alone(self, tenant: str, channel: Channel, address: str) -> None:
        """Look whether another channel sends to the same robot: each alone keeps to the vendor's limit."""
        for kept in (await self._register.page(tenant, "", MAX_CHANNELS))[0]:
            other = kept.record
            opened = self._webhooks.opened(self._register.name(tenant, other.id), other.address)
            if other.id != channel.id and other.kind is channel.kind and is_same_place(address, opened):
                raise InvalidInput.of("channel.address", _SENT_ALREADY.format(other=other.id))

    async def _check_calendar(self, tenant: str, calendar: str) -> None:
        there = await self._calendars.calendar_ids(tenant)
        if calendar not in there:
            few = ", ".join(islice(there, _CALENDARS_SHOWN)) + (", …" if len(there) > _CALENDARS_SHOWN else "")
            known = f"allowed are {few}, or none" if there else "make it first: fairlead calendars"
            raise InvalidInput.of("channel.calendar", f"there is no calendar {shown(calendar)}; {known}")

    def _sealed(self, kind: ChannelKind) -> Sealed:
        return self._mail if kind is ChannelKind.SMTP else self._webhooks

    async def _view(self, tenant: str, kept: KeptRecord[Channel]) -> ChannelView:
        record, etag, is_new = kept
        name = self._register.name(tenant, record.id)
        can_sign = not record.secret or self._webhooks.opens(name, [record.secret])
        address = self._webhooks.opened(name, record.address) if can_sign else ""
        return ChannelView(record, etag, shown_address(address), await self._book.standing(tenant, record.id), is_new)


def _check_vendor(kind: ChannelKind, address: str) -> None:
    """Refuse an address of another vendor, which would take no message of this kind."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    if (owner := HOSTS.get(host, kind)) is not kind:
        raise InvalidInput.of("channel.address", f"{host} takes what a channel of KIND_{owner} sends, not KIND_{kind}")


SIGNED = (ChannelKind.DINGTALK, ChannelKind.FEISHU)
"""Kinds whose vendor takes a signature."""
