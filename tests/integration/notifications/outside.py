"""People, words and channels that a dispatcher is tried with: real ones are connected by ``serving``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.fernet import Fernet

from notifications.channels import Channel, ChannelKind
from notifications.messages.outbox import OutboxEntry, message_id
from notifications.messages.texts import Text
from notifications.outbound.addresses import networks_from
from notifications.outbound.client import Outbound
from notifications.secrets import SecretBox

BOX = SecretBox([Fernet(Fernet.generate_key())])
HOUR_MS = 3_600_000


def outbound() -> Outbound:
    """Return the way out to this machine."""
    return Outbound(networks_from("127.0.0.0/8"))


def sealed(tenant: str, channel_id: str, kind: ChannelKind, address: str, secret: str = "", **other: str) -> Channel:
    """Return a channel as it is kept."""
    owner = f"tenants/{tenant}/channels/{channel_id}"
    kept = BOX.seal(owner, secret) if secret else ""
    return Channel(channel_id, kind, BOX.seal(owner, address), kept, **other)


def told(event: int, rep: str = "li-na", channel: str = "bot", **other: object) -> OutboxEntry:
    """Return what an event tells a rep."""
    return OutboxEntry(message_id(event, rep, channel), event, 1_000 * event, channel, "remind", rep, **other)  # type: ignore[arg-type]


class MessageWords:
    """Says of an event its number; of those in ``gone`` nothing."""

    def __init__(self) -> None:
        self.gone: set[int] = set()
        self.say = ""

    async def text(self, _: str, event: int, __: str, language: str, ___: Mapping[str, str]) -> Text | None:
        if event in self.gone:
            return None
        if self.say:
            return Text(self.say)
        return Text(f"T-{event}", ("首次响应即将到期",) if language == "zh" else ("first response is due soon",))


@dataclass
class Directory:
    """Reps' channels, and when the one calendar opens."""

    of_reps: Mapping[str, Sequence[str]] = field(default_factory=dict)
    opens: int | None = None

    async def channels(self, _: str, rep: str) -> Sequence[str]:
        return self.of_reps.get(rep, ())

    async def called(self, _: str, rep: str) -> str:
        return {"li-na": "李娜"}.get(rep, rep)

    async def opens_ms(self, _: str, __: str, at_ms: int) -> int | None:
        return self.opens if self.opens is not None and at_ms < self.opens else None


class Channels:
    """A tenant's channels, in memory."""

    def __init__(self, *channels: Channel) -> None:
        self.of_id = {each.id: each for each in channels}
        self.own: Mapping[str, str] = {}
        self.broken: dict[str, Exception] = {}

    async def get(self, _: str, channel: str) -> Channel | None:
        if channel in self.broken:
            raise self.broken[channel]
        return self.of_id.get(channel)

    async def known(self, _: str, wanted: Collection[str]) -> frozenset[str]:
        return frozenset(self.of_id.keys() & wanted)

    async def templates(self, _: str, __: str) -> Mapping[str, str]:
        return self.own
