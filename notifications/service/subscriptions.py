"""Subscriptions, as managers and operators see and change them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from failures import InvalidInput
from notifications.attempts import DeliveryAttempt
from notifications.deliveries import ReceiverStatus
from notifications.errors import RoleSeesMore
from notifications.ports import DeliveryBook, KeptRecord, RecordStore, Tester
from notifications.secrets import new_signing_secret, signing_key
from notifications.service.addresses import Sealed, shown_address
from notifications.service.register import Register
from notifications.service.requests import NOT_REPEATED, REQUEST_TTL_S, IdempotentRequest, Requests
from notifications.subscriptions import Subscription

MAX_SUBSCRIPTIONS = 100
"""Of a tenant: each is a cursor of its own over the log."""
MAX_SECRETS = 2
"""That sign at a time: the newest, and the one before it until that is retired."""


_RETIRED_TOO_SOON = (
    "stands beside a new secret, which the receiver does not know yet: change the secret first, and retire the one "
    "before it once the receiver has the new one"
)


class SubscriptionState(StrEnum):
    """How a subscription is; the words are those of the contract."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    STALLED = "STALLED"


@dataclass(frozen=True, slots=True)
class SubscriptionChange:
    """What somebody wants of a subscription; None: as it is, or as it is by default.

    Parameters
    ----------
    secret
        What is to sign; empty: one is made.
    retires_secrets
        Whether only the newest is to sign.
    sees_all
        Whether nothing is hidden from who wants it.
    """

    url: str | None = None
    event_types: frozenset[str] | None = None
    role: str | None = None
    secret: str | None = None
    retires_secrets: bool = False
    sees_all: bool = True


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """A subscription as it is shown.

    Parameters
    ----------
    address
        Where changes are sent, without what may be secret; empty: nothing can be sent, for no key of the server
        decrypts it, or what signs.
    secret
        What signs, where it was made by this call, or by this one as it was sent before; else empty.
    is_new
        Whether it was made just now.
    """

    subscription: Subscription
    etag: str
    address: str
    state: SubscriptionState
    standing: ReceiverStatus
    secret: str = ""
    is_new: bool = False


class SubscriptionService:
    """Makes, shows, changes, pauses, tries and deletes subscriptions.

    Parameters
    ----------
    records
        Where they are kept.
    book
        What became of what they were to be told.
    sealed
        What encrypts addresses and secrets.
    tester
        What tries one.
    seeing_roles
        The roles from which nothing is hidden.
    request_ttl_s
        How long a call that made one may be sent again, in seconds.
    """

    def __init__(
        self,
        records: RecordStore[Subscription],
        book: DeliveryBook,
        sealed: Sealed,
        tester: Tester[Subscription],
        seeing_roles: Collection[str],
        request_ttl_s: int = REQUEST_TTL_S,
    ) -> None:
        requests = Requests(sealed.box, request_ttl_s)
        self._register = Register("subscriptions", "subscription", records, book, requests, MAX_SUBSCRIPTIONS)
        self._book = book
        self._sealed = sealed
        self._tester = tester
        self._seeing_roles = seeing_roles

    async def create(
        self,
        tenant: str,
        subscription_id: str,
        change: SubscriptionChange,
        request: IdempotentRequest = NOT_REPEATED,
        *,
        preview: bool = False,
    ) -> SubscriptionView:
        """Subscribe an address to what happens from now on; a secret that was made is in the answer this once.

        And in that of the same call, sent again before anything of it was changed.

        Raises
        ------
        AlreadyExists, RequestIdReused
            If there is one of that id that another call made; if that call had the same id.
        InvalidInput
            If a field is not as it must be.
        NoSecretsKey
            If the server has no key to keep secrets with.
        RoleSeesMore
            If it would be sent what is hidden from who wants it.
        """
        made = replace(change, url=change.url or "", secret=change.secret or new_signing_secret())
        record = await self._changed(tenant, Subscription(subscription_id, url=""), made)
        kept = await self._register.create(tenant, record, request, preview=preview)
        is_shown = not preview and not change.secret
        name, (secret,) = self._register.name(tenant, subscription_id), kept.record.secrets
        return await self._view(tenant, kept, self._sealed.opened(name, secret) if is_shown else "")

    async def get(self, tenant: str, subscription_id: str) -> SubscriptionView:
        """Return one.

        Raises
        ------
        NotFound
            If there is none.
        """
        return await self._view(tenant, await self._register.get(tenant, subscription_id))

    async def page(self, tenant: str, after: str, count: int) -> tuple[list[SubscriptionView], str]:
        """Return those behind an id, and the id behind which the next page begins; empty: there is none."""
        kept, position = await self._register.page(tenant, after, count)
        return [await self._view(tenant, each) for each in kept], position

    async def update(
        self, tenant: str, subscription_id: str, change: SubscriptionChange, etag: str = "", *, preview: bool = False
    ) -> SubscriptionView:
        """Change one; a secret that was made for it is in the answer this once.

        Raises
        ------
        NotFound, StaleEtag
            If there is none; if it is another than was meant.
        InvalidInput, NoSecretsKey, RoleSeesMore
            As ``create``.
        """
        secret = new_signing_secret() if change.secret == "" else ""
        made = replace(change, secret=change.secret or secret or None)
        kept = await self._register.change(
            tenant, subscription_id, lambda present: self._changed(tenant, present, made), etag, preview=preview
        )
        return await self._view(tenant, kept, "" if preview else secret)

    async def pause(self, tenant: str, subscription_id: str, *, paused: bool) -> SubscriptionView:
        """Have nothing delivered for now, or go on; that is done which was done before."""

        async def changed(present: Subscription) -> Subscription:
            return replace(present, paused=paused)

        return await self._view(tenant, await self._register.change(tenant, subscription_id, changed))

    async def delete(self, tenant: str, subscription_id: str, etag: str = "", *, preview: bool = False) -> None:
        """Delete one, with all that it has not delivered.

        Raises
        ------
        NotFound, StaleEtag
            If there is none; if it is another than was meant.
        """
        await self._register.delete(tenant, subscription_id, etag, preview=preview)

    async def test(self, tenant: str, subscription_id: str) -> DeliveryAttempt:
        """Send a change that never was, once.

        Raises
        ------
        NotFound
            If there is none.
        NoSecretsKey, SecretUnreadable
            If it cannot be signed.
        """
        kept = await self._register.get(tenant, subscription_id)
        return await self._tester.send_test(tenant, kept.record)

    async def _changed(self, tenant: str, present: Subscription, change: SubscriptionChange) -> Subscription:
        name = self._register.name(tenant, present.id)
        role = present.role if change.role is None else change.role
        url = present.url
        if change.url is not None:
            url = await self._sealed.address(name, change.url, "subscription.url", present.url)
        sends_anew = url != present.url or role != present.role
        if sends_anew and role in self._seeing_roles and not change.sees_all:
            raise RoleSeesMore(name, role)
        return replace(
            present,
            url=url,
            event_types=present.event_types if change.event_types is None else change.event_types,
            role=role,
            secrets=self._secrets(name, present.secrets, change),
        )

    def _secrets(self, name: str, before: tuple[str, ...], change: SubscriptionChange) -> tuple[str, ...]:
        """Return what signs from now on, encrypted, the newest first."""
        if change.secret is not None:
            if change.retires_secrets:
                raise InvalidInput.of("retire_secrets", _RETIRED_TOO_SOON)
            try:
                signing_key(change.secret)
            except ValueError as error:
                raise InvalidInput.of("subscription.secret", str(error)) from None
            opened = {each: self._sealed.opened(name, each) for each in before}
            same = next((each for each, secret in opened.items() if secret == change.secret), "")
            newest = same or self._sealed.secret(name, change.secret)
            before = (newest, *(each for each in before if each != same))  # who puts an old key back has them all
        return before[: 1 if change.retires_secrets else MAX_SECRETS]

    async def _view(self, tenant: str, kept: KeptRecord[Subscription], secret: str = "") -> SubscriptionView:
        record, etag, is_new = kept
        standing = await self._book.standing(tenant, record.id)
        state = SubscriptionState.STALLED if standing.is_stalled else SubscriptionState.ACTIVE
        name = self._register.name(tenant, record.id)
        address = self._sealed.opened(name, record.url) if self._sealed.opens(name, record.secrets[:1]) else ""
        shown_state = SubscriptionState.PAUSED if record.paused else state
        return SubscriptionView(record, etag, shown_address(address), shown_state, standing, secret, is_new)
