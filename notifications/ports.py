"""What use cases need: where records are kept, what became of deliveries, a way to try a subscription or channel."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Generic, NamedTuple, Protocol, TypeVar

from notifications.attempts import DeliveryAttempt
from notifications.channels import Channel
from notifications.deliveries import Delivery, DeliveryState, ReceiverStatus, Redriven
from notifications.subscriptions import Subscription
from notifications.templates import Templates

Record = TypeVar("Record", Subscription, Channel, Templates)
Tried = TypeVar("Tried", Subscription, Channel, contravariant=True)


class KeptRecord(NamedTuple, Generic[Record]):
    """A subscription, a channel or the templates of a language, what identifies its content, and whether it was made
    just now.
    """

    record: Record
    etag: str
    is_new: bool = False


class RecordStore(Protocol[Record]):
    """Keeps the subscriptions, the channels or the templates of tenants."""

    async def all(self, tenant: str) -> dict[str, KeptRecord[Record]]:
        """Return all of a tenant, by id, in the order of their ids."""

    async def get(self, tenant: str, record_id: str) -> KeptRecord[Record] | None:
        """Return one; None: there is none."""

    async def put(self, tenant: str, record_id: str, record: Record | None, before: str) -> str | None:
        """Write a record, or delete it, where its etag is ``before``, empty where there was none; return its etag.

        None, and nothing is written, where it is another by now.
        """


Counted = Callable[[str, DeliveryAttempt], None]
"""Is told of each try to tell somebody: of which tenant, and how it ended."""


def uncounted(_tenant: str, _attempt: DeliveryAttempt) -> None:
    """Count nothing."""


class Tester(Protocol[Tried]):
    """Tries a subscription or channel."""

    async def send_test(self, tenant: str, record: Tried) -> DeliveryAttempt:
        """Send something that says that it is a test, once.

        Raises
        ------
        NoSecretsKey, SecretUnreadable
            If its address or secret cannot be decrypted.
        """


class Calendars(Protocol):
    """Knows the calendars of tenants."""

    async def calendar_ids(self, tenant: str) -> Collection[str]:
        """Return the ids of a tenant's calendars, in order."""


class DeliveryFilter(NamedTuple):
    """Which deliveries are meant; empty and None: all."""

    receiver: str = ""
    state: DeliveryState | None = None
    item_id: str = ""


class DeliveryBook(Protocol):
    """Knows what became of what was to be told."""

    async def deliveries(
        self, tenant: str, wanted: DeliveryFilter, before: tuple[int, str] | None, count: int
    ) -> list[Delivery]:
        """Return deliveries, the newest event first, equals by id; ``before``: behind the event and id of one."""

    async def standing(self, tenant: str, receiver: str) -> ReceiverStatus:
        """Return how a receiver stands."""

    async def redrive(self, tenant: str, receiver: str, item_id: str, through: str = "") -> Redriven:
        """Have what is parked or dead be tried at once; an empty id: of all work items.

        Without a receiver: what had none, or one that was deleted; ``through``: of that one alone.
        """

    async def begin(self, tenant: str, receiver: str) -> None:
        """Begin with a receiver that was just made: it is told what happens from now on."""

    async def forget(self, tenant: str, receiver: str) -> None:
        """End a receiver that is deleted: nothing is sent to it any more."""


class ChannelBook(DeliveryBook, Protocol):
    """Knows what became of messages."""

    async def changed(self, tenant: str, channel: str) -> None:
        """Look at once at what waits for a channel that was changed: it may go by now, quiet hours or not."""
