"""Every key of deliveries. Those of one tenant share the hash tag ``{tenant}``, as everything of theirs does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeliveryKeys:
    """The keys of one tenant; types stand beside each."""

    tenant: str

    def _key(self, *parts: str) -> str:
        return ":".join((f"fairlead:{{{self.tenant}}}", *parts))

    @property
    def records(self) -> str:
        """Hash: ``subscription/{id}``, ``channel/{id}`` and ``templates/{language}`` → JSON, secrets encrypted."""
        return self._key("notifications")

    def cursor(self, subscription_id: str) -> str:
        """Hash: ``event``, behind which a subscription goes on; ``turn``, which changes with all that is written of it;
        ``parked``, how many changes are.
        """
        return self._key("deliveries", subscription_id)

    def parked(self, subscription_id: str) -> str:
        """Hash: id of a work item → msgpack: its changes that are not delivered, and how often the first was tried."""
        return self._key("deliveries", subscription_id, "parked")

    def retries(self, subscription_id: str) -> str:
        """Sorted set: the work items that have something parked, by when it is tried again, in milliseconds."""
        return self._key("deliveries", subscription_id, "retries")

    def oldest(self, subscription_id: str) -> str:
        """Sorted set: the same, by when the first of what is parked happened, in milliseconds."""
        return self._key("deliveries", subscription_id, "oldest")

    def dead(self, subscription_id: str) -> str:
        """Sorted set: the last 100,000 changes that were given up, in msgpack, by their events."""
        return self._key("deliveries", subscription_id, "dead")

    def gaps(self, subscription_id: str) -> str:
        """Set: the work items of which something was given up and nothing delivered since."""
        return self._key("deliveries", subscription_id, "gaps")

    def ended(self, receiver: str) -> str:
        """Stream: the last 10,000 deliveries to a receiver, ``subscription/{id}`` or ``channel/{id}``, that ended."""
        return self._key("deliveries", "ended", receiver)

    @property
    def messages(self) -> str:
        """Hash: id of a message for somebody → JSON: its channel, and what became of it; not what it says."""
        return self._key("messages")

    @property
    def told(self) -> str:
        """String: number of the last event that people are told of."""
        return self._key("messages", "told")

    @property
    def due(self) -> str:
        """Sorted set: the channels that something waits for, by when to look at them, in milliseconds."""
        return self._key("messages", "due")

    @property
    def used(self) -> str:
        """Set: the channels that anything is kept of; empty: what had none."""
        return self._key("messages", "channels")

    def of_channel(self, channel_id: str, what: str) -> str:
        """Sorted sets ``waiting``, ``ended``, ``dead``: ids of messages by event; hash ``state``: how it stands."""
        return self._key("messages", "of", channel_id, what)

    def waiting_or_ended(self, channel_id: str) -> str:
        """Sorted set in which a message for a channel is: what waits for it; what ended, where there is none."""
        return self.of_channel(channel_id, "waiting" if channel_id else "ended")


def all_of_subscription(keys: DeliveryKeys, subscription_id: str) -> list[str]:
    """Return all that is kept for a subscription, in the order in which scripts have it."""
    kept = (keys.cursor, keys.parked, keys.retries, keys.oldest, keys.dead, keys.gaps)
    return [*(key(subscription_id) for key in kept), keys.ended(f"subscription/{subscription_id}")]
