"""Every key Fairlead writes.

All of one tenant share the hash tag ``{tenant}``, so that one script can touch them all and a cluster spreads
tenants.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

TENANTS = "fairlead:tenants"
"""Set: every tenant that ever published rules."""
FORMAT_OF_ALL = "fairlead:format"
"""String: the format that every tenant's store has; ``{format} begun`` while some are being brought to it."""
LAST_NPS = ""
"""Member of a customer's sorted set that is no work item: its score is minus the event of their last NPS."""
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
        """Hash: ``rules``, ``workforce``: the revisions that decisions must be made by; ``processes``; ``format``."""
        return self._key("revisions")

    @property
    def loads(self) -> str:
        """Hash: ``{place}|{kind}`` → open units, see ``load_places``."""
        return self._key("loads")

    @property
    def counts(self) -> str:
        """Hash: ``{cap}|{rep}``, or ``{cap}|`` for a pool as a whole → what was counted in the cap's window."""
        return self._key("counts")

    @property
    def headroom(self) -> str:
        """Hash: rep → how many work items more they may have before a cap could be reached; may be deleted."""
        return self._key("headroom")

    @property
    def events(self) -> str:
        """Stream: the log of every change of owners and ledgers."""
        return self._key("events")

    @property
    def rewriting(self) -> str:
        """Stream: the log while it is written anew."""
        return self._key("events", "rewriting")

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
    def offers(self) -> str:
        """Hash: id of a work item → its open offer with all that undoes it, see ``scripts/offers.lua``."""
        return self._key("offers")

    @property
    def offered(self) -> str:
        """Sorted set, by name: the open offers, ``n {number} {id}``, ``p{pool} {number} {id}`` and, of each rep who
        may answer, ``r{rep} {number} {id}``; the parts are separated by zero bytes.
        """
        return self._key("offered")

    @property
    def lapses(self) -> str:
        """Hash: rep → how many offers in a row they have let lapse, or the event by which they are away for that."""
        return self._key("lapses")

    @property
    def dated(self) -> str:
        """Sorted set: the open work items with a next date, by the number of the event that set it."""
        return self._key("dated")

    @property
    def asked(self) -> str:
        """Sorted set: the work items of which something was asked that nobody answered, by the number of the event that
        asked; what came to nothing otherwise stays in it.
        """
        return self._key("asked")

    @property
    def surveyed(self) -> str:
        """Sorted set: the customers who are to be asked and did not answer, as ``csat/`` or ``nps/`` and their work
        item, by the number of the event that says so.
        """
        return self._key("surveyed")

    def activities(self, item_id: str) -> str:
        """Hash: hash of an activity's external id → number of the event that recorded it."""
        return self._key("activities", item_id)

    @property
    def timers(self) -> str:
        """Sorted set: what falls due, by when: ``{entry} {step} {name} {item}``, separated by zero bytes.

        It follows from the log, and may be deleted together with the two beside it: they are made again.
        """
        return self._key("timers")

    @property
    def timers_position(self) -> str:
        """Hash: how far the log was followed for the timers, see ``scripts/set_timers.lua``."""
        return self._key("timers", "position")

    @property
    def timers_members(self) -> str:
        """Hash: id of a work item → its members of the sorted set, so that they can be taken out."""
        return self._key("timers", "members")

    @property
    def digests(self) -> str:
        """Hash: ``{rep}|{kind}`` → when the last list of what falls due was due, in milliseconds since the epoch;
        ``{rep}`` → the event of their last one, ``*`` → that of the last of all.
        """
        return self._key("digests")

    @property
    def presence(self) -> str:
        """Hash: rep → until when they are away, in milliseconds since the epoch; 0: until told otherwise."""
        return self._key("presence")

    @property
    def records(self) -> str:
        """Hash: ``{kind}/{id}`` → a rep, pool or territory as JSON."""
        return self._key("workforce")

    @property
    def changes(self) -> str:
        """Stream: every change of a record; ids ``{revision}-{place}``."""
        return self._key("workforce", "changes")

    @property
    def kept_records(self) -> str:
        """Hash: revision of the workforce → all its records, packed; what is missing is made of the changes."""
        return self._key("workforce", "kept")

    @property
    def rule_sets(self) -> str:
        """Hash: revision → a published rule set as JSON."""
        return self._key("rulesets")

    @property
    def processes(self) -> str:
        """Hash: revision → a published process as JSON; ``active`` → msgpack, the newest revision of each process, and
        its kinds.
        """
        return self._key("processes")

    @property
    def sources(self) -> str:
        """Hash: id → a source of leads as JSON, its token hashed."""
        return self._key("sources")

    def intake_counts(self, source: str) -> str:
        """Hash: ``taken``, ``junk``, ``failed`` → how many leads of a source."""
        return self._key("sources", source, "counts")

    def failed_leads(self, source: str) -> str:
        """Hash: id → what a source could not map, as JSON."""
        return self._key("sources", source, "failed")

    def failed_order(self, source: str) -> str:
        """Sorted set: the same ids, by when they came, in microseconds since the epoch."""
        return self._key("sources", source, "failed", "order")

    def ledger(self, pool: str) -> str:
        """Hash: a pool's ledger."""
        return self._key("ledger", pool)

    def item(self, item_id: str) -> str:
        """String: where a work item stands; or the id of the one that another spelling of its natural key leads to."""
        return f"fairlead:{{{self.tenant}}}:item:{item_id}"  # as ``_key`` would, in a third of the time: it is per call

    def personal(self, item_id: str) -> str:
        """Hash: what opens the sealed values in a work item's events: commitment → msgpack ``[salt, value]``."""
        return self._key("personal", item_id)

    def subject(self, customer_id: str) -> str:
        """Sorted set: the work items of a customer, by the number of their first event; 0: it is not theirs, or not any
        more, and something sealed in its events is; and ``LAST_NPS``.
        """
        return self._key("subject", hashed(customer_id))

    def customer(self, customer_id: str) -> str:
        """String that expires: what was scored last of a customer."""
        return self._key("customer", customer_id)

    @property
    def erasures(self) -> str:
        """String: how often a customer was erased."""
        return self._key("erasures")

    def erased(self, customer_id: str) -> str:
        """String that expires: which of all erasures was a customer's last; what was noted before it is not kept."""
        return self._key("erased", hashed(customer_id))

    def request(self, request_id: str) -> str:
        """String that expires: what a request id was answered."""
        return f"fairlead:{{{self.tenant}}}:answered:{hashed(request_id)}"  # likewise

    def import_pages(self, import_id: str) -> str:
        """Hash that expires: what of an import is not entered yet, and what was refused."""
        return self._key("import", import_id)

    def reassign_pages(self, operation_id: str) -> str:
        """Hash that expires: what of a bulk reassignment is not done yet, and what came of the rest."""
        return self._key("reassign", operation_id)

    def bound(self, call: str) -> str:
        """String that expires: what a call of ``scripts/bind.lua`` was answered, by the call's number."""
        return self._key("bound", call)


@lru_cache(1024)
def shared_keys(tenant: str) -> tuple[str, ...]:
    """Return the keys that every call of the scripts ``bind`` and ``answer_offer`` has, in their order."""
    keys = Keys(tenant)
    return (
        *(keys.revisions, keys.loads, keys.events, keys.waiting, keys.owned, keys.presence),
        *(keys.counts, keys.headroom),
    )


def hashed(text: str) -> str:
    """Return what stands in a key for a text that people make up, and that may say something about a person."""
    return blake2b(text.encode(), digest_size=16).hexdigest()
