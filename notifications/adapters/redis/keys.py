"""Every key of deliveries. Those of one tenant share the hash tag ``{tenant}``, as everything of theirs does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one tenant; types stand beside each."""

    tenant: str

    def _key(self, *parts: str) -> str:
        return ":".join((f"fairlead:{{{self.tenant}}}", *parts))

    @property
    def records(self) -> str:
        """Hash: ``subscription/{id}`` and ``channel/{id}`` → JSON, secrets encrypted."""
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
