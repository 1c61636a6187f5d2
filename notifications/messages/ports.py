"""What messages need of others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from notifications.attempts import DeliveryAttempt
from notifications.channels import Channel
from notifications.messages.outbox import ChannelState, OutboxEntry, WaitingMessages
from notifications.messages.texts import Digest, Text


class Outbox(Protocol):
    """Keeps what people are to be told, until it is known what became of it."""

    async def add(self, tenant: str, event: int, entries: Sequence[OutboxEntry]) -> bool:
        """Have an event told: once, although it is added again. Events come in order: False for an older one."""

    async def due(self, tenant: str) -> tuple[int, list[str]]:
        """Return the time of the store, in milliseconds since 1970, and the channels to look at by now."""

    async def waiting(self, tenant: str, channel: str) -> WaitingMessages:
        """Return how a channel stands, and what waits for it."""

    async def write(
        self,
        tenant: str,
        channel: str,
        state: ChannelState,
        changed: Sequence[OutboxEntry],
        left: int,
        look_ms: int | None,
    ) -> bool:
        """Write what became of what waited for a channel: True. False, and nothing, if somebody wrote since.

        Parameters
        ----------
        state
            How the channel stands now, with the turn that was read.
        changed
            What is otherwise than it was; what has another channel now waits there.
        left
            How many of what was read wait on: if there are more by now, they are looked at soon.
        look_ms
            When to look at the channel again; None: there is nothing more.
        """

    async def forget(self, tenant: str, receiver: str) -> None:
        """End a channel that is not there: what became of its messages is kept, and what waits for it."""


class MessageWords(Protocol):
    """Knows what messages say."""

    async def text(self, tenant: str, event: int, rep: str, language: str, own: Mapping[str, str]) -> Text | None:
        """Return what an event tells a rep, or everybody, in ``en`` or ``zh``; None: nothing any more.

        Parameters
        ----------
        own
            The tenant's own templates in that language.
        """


class Directory(Protocol):
    """Knows people, and when they work."""

    async def channels(self, tenant: str, rep: str) -> Sequence[str]:
        """Return the ids of a rep's channels, in order, whether or not they are there."""

    async def called(self, tenant: str, rep: str) -> str:
        """Return the name that a rep is shown by."""

    async def opens_ms(self, tenant: str, calendar: str, at_ms: int) -> int | None:
        """Return when a calendar opens next behind an instant, in milliseconds since 1970; None: it is open then.

        A calendar that is not there is open, and so is one that never opens: nothing is kept for ever.
        """


class Channels(Protocol):
    """Knows the channels of a tenant."""

    async def get(self, tenant: str, channel: str) -> Channel | None:
        """Return one; None: there is none."""

    async def known(self, tenant: str, wanted: Collection[str]) -> frozenset[str]:
        """Return which of some ids are those of channels."""

    async def templates(self, tenant: str, language: str) -> Mapping[str, str]:
        """Return a tenant's own templates in a language: those alone that can be filled in."""


class Sending(Protocol):
    """Sends."""

    async def send(self, tenant: str, channel: Channel, digest: Digest, at_ms: int) -> DeliveryAttempt:
        """Try once to send a digest through a channel."""
