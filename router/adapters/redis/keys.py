"""Every key Fairlead writes.

All of one tenant share the hash tag ``{tenant}``, so that one script can touch them all and a cluster spreads
tenants.
"""

from __future__ import annotations

from dataclasses import dataclass

TENANTS = "fairlead:tenants"
"""Set: every tenant that ever published rules."""
FORMAT_OF_ALL = "fairlead:format"
"""String: the format that every tenant's store has; ``{format} begun`` while some are being brought to it."""
EVERYBODY = "*"
"""Stands for every tenant where a key belongs to all, or is looked for of each; none can be called that."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one tenant; types stand beside each."""

    tenant: str

    def _key(self, *parts: str) -> str:
        return ":".join((f"fairlead:{{{self.tenant}}}", *parts))

    @property
    def revisions(self) -> str:
        """Hash: ``rules``, ``workforce``: the revisions that decisions must be made by; ``format``."""
        return self._key("revisions")

    @property
    def loads(self) -> str:
        """Hash: ``{rep}|{kind}`` → open units."""
        return self._key("loads")

    @property
    def events(self) -> str:
        """Stream: the log of every change of owners and ledgers."""
        return self._key("events")

    @property
    def waiting(self) -> str:
        """Sorted set: the work items that wait, by the number of their first event."""
        return self._key("waiting")

    @property
    def owned(self) -> str:
        """Sorted set, by name: the work items that have or had an owner, ``{owner} {o or c} {first event} {id}``.

        Open ones before closed ones, then the oldest first; the parts are separated by zero bytes. One for all
        owners, for a script has to declare its keys, and who will be the owner is what it decides.
        """
        return self._key("owned")

    @property
    def records(self) -> str:
        """Hash: ``{kind}/{id}`` → a rep, pool or territory as JSON."""
        return self._key("workforce")

    @property
    def changes(self) -> str:
        """Stream: every change of a record; ids ``{revision}-{place}``."""
        return self._key("workforce", "changes")

    @property
    def rule_sets(self) -> str:
        """Hash: revision → a published rule set as JSON."""
        return self._key("rulesets")

    def role(self, role: str) -> str:
        """String that expires: who has a role that one process has at a time."""
        return self._key("role", role)

    def ledger(self, pool: str) -> str:
        """Hash: a pool's ledger."""
        return self._key("ledger", pool)

    def item(self, item_id: str) -> str:
        """String: where a work item stands."""
        return self._key("item", item_id)

    def customer(self, customer_id: str) -> str:
        """String that expires: what was scored last of a customer."""
        return self._key("customer", customer_id)

    def request(self, request_id: str) -> str:
        """String that expires: what a request id was answered."""
        return self._key("request", request_id)
