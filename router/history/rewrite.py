"""Sealing a log that was written in plain: the same events, with other heads where something personal stands. Pure.

Numbers, types and facts stay, so every decision is explained and replayed as before; only the links are new.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from router.assignment.customers import customer_of
from router.assignment.explanation import outcomes_again
from router.assignment.planner import Planner
from router.history.codec import pack_head, pack_update, read_head, read_update_head
from router.history.hash_chain import StoredEvent
from router.model.decision import Decision
from router.model.events import Updated
from router.model.sealing import NO_OPENINGS, Openings, Personal, seal, sealed_fields


class SealedEntry(NamedTuple):
    """An event as it is stored anew, with what lies beside it; no openings: it stays as it is.

    ``customer`` is whose work item it is about, empty if that is not known.
    """

    entry: StoredEvent
    openings: Openings = NO_OPENINGS
    item_id: str = ""
    customer: str = ""


def sealed_entry(entry: StoredEvent, decision: Decision, planner: Planner, personal: Personal) -> SealedEntry:
    """Seal what is personal in a decision.

    Parameters
    ----------
    entry, decision
        As it is stored, and as it reads.
    planner
        At the revisions that the decision names.
    personal
        What is personal now; what the rules of then compare reps with stays, for they could not be replayed.
    """
    wanted = personal.with_fields(planner.rule_set.personal).without(planner.rule_set.compared_fields)
    plain = read_head(entry.head)
    head, openings = seal(plain, wanted)
    if head is plain:
        return SealedEntry(entry)
    head = head._replace(outcomes=outcomes_again(decision, planner, sealed_fields(head.item)))
    stored = StoredEvent(entry.number, entry.type, entry.facts, pack_head(head, head.item.pack()), entry.link)
    customer = customer_of(planner.rule_set.known_customer, decision.head.item)
    return SealedEntry(stored, openings, decision.item_id, customer)


def sealed_update(entry: StoredEvent, updated: Updated, planner: Planner, personal: Personal) -> SealedEntry:
    """Seal what is personal in an update; parameters as for ``sealed_entry``."""
    wanted = personal.with_fields(planner.rule_set.personal).without(planner.rule_set.compared_fields)
    stored, stored_before = read_update_head(entry.head)
    head, openings = seal(stored, wanted)
    before, more = seal(stored._replace(item=stored_before, note=""), wanted)
    if head is stored and before.item is stored_before:
        return SealedEntry(entry)
    anew = StoredEvent(entry.number, entry.type, entry.facts, pack_update(head, before.item), entry.link)
    customer = customer_of(planner.rule_set.known_customer, updated.head.item)
    return SealedEntry(anew, {**openings, **more}, updated.item_id, customer)


def fields_of(entry: StoredEvent, link: str) -> Mapping[str, bytes | str]:
    """Return an event's fields in the log's stream, in the order that the scripts rely on."""
    return {"type": entry.type, "facts": entry.facts, "head": entry.head, "link": link}
