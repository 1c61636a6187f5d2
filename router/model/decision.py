"""A decision: the immutable record of one choice of an owner.

What is stored is what cannot be recomputed: the work item as it came, the revisions of rules and workforce, and the
facts the store saw at that instant (deficits of the eligible, open units of the full). Everything else follows by
pure code, see ``router.assignment.explanation``, and the stored hash proves that it follows.

What is made for every call is a named tuple: a frozen dataclass takes five times as long to fill.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

import msgpack

from router.model.workitem import Kind, WorkItem


class Outcome(StrEnum):
    """What came of it."""

    ASSIGNED = "ASSIGNED"
    EXISTING_OWNER = "EXISTING_OWNER"
    WAITING = "WAITING"
    UNROUTED = "UNROUTED"


class Cause(StrEnum):
    """Why there was a decision at all."""

    ROUTED = "ROUTED"
    REASSIGNED = "REASSIGNED"
    OVERRIDE = "OVERRIDE"
    WOKEN = "WOKEN"


_KINDS = {
    str(kind): kind for kind in Kind
}  # a look-up is ten times faster than the enum's own, and it happens per call
_OUTCOMES = {str(outcome): outcome for outcome in Outcome}


class Head(NamedTuple):
    """What is known before the store is asked; the store keeps it unread.

    ``steps`` labels the attempts; ``actor`` names who asked, empty where nobody has to say.
    """

    item: WorkItem
    cause: Cause
    rule_set_revision: int
    workforce_revision: int
    matched_rules: tuple[str, ...]
    steps: tuple[str, ...]
    tried: tuple[str, ...] = ()
    named: str = ""
    priority: int = 0
    sla: str = ""
    note: str = ""
    actor: str = ""

    def pack(self, content: bytes, pack: Callable[[Any], bytes] = msgpack.packb) -> bytes:
        """Return the stored form; ``content`` is the packed work item, ``pack`` what packs many faster than one."""
        return pack((content, *self[1:]))

    @classmethod
    def unpack(cls, packed: bytes) -> Head:
        """Read what ``pack`` wrote."""
        content, cause, rules, workforce, matched, steps, tried, *rest = msgpack.unpackb(packed)
        return cls(
            WorkItem.unpack(content), Cause(cause), rules, workforce, tuple(matched), tuple(steps), tuple(tried), *rest
        )


class Seen(NamedTuple):
    """What the store saw of one attempt's candidates.

    ``deficits`` holds micro-units of those with room, in the candidates' order; ``full`` the position and the open
    units of those without.
    """

    deficits: tuple[int, ...]
    full: tuple[tuple[int, int], ...] = ()


class Stand(NamedTuple):
    """How the chosen rep stood, in micro-units."""

    entitlement: int
    before: int
    after: int
    score: int


class Decision(NamedTuple):
    """The record.

    ``number`` counts the tenant's events (0: a preview); ``step`` counts the attempts from 1, the last being the one
    that led to the outcome; ``charge`` is in micro-units; ``previous`` is the number of the work item's event before
    this one, 0 for none; ``freed`` is the rep who owned it until now, empty for none.
    """

    number: int
    item_id: str
    kind: Kind
    outcome: Outcome
    rep: str
    pool: str
    epoch: int
    charge: int
    seen: tuple[Seen, ...]
    stand: Stand | None
    trace_hash: str
    previous: int
    decided_ms: int
    head: Head
    freed: str = ""

    @classmethod
    def read(cls, number: int, facts: bytes, head: Head) -> Decision:
        """Read what the store's script wrote, beside the head that it was given."""
        (
            at, item_id, kind, outcome, rep, pool, epoch, charge, seen, stand, trace_hash, previous, freed,
        ) = msgpack.unpackb(facts)  # fmt: skip
        return cls(
            number,
            item_id,
            _KINDS[kind],
            _OUTCOMES[outcome],
            rep,
            pool,
            epoch,
            charge,
            tuple(Seen(tuple(deficits), tuple((k, units) for k, units in full)) for deficits, full in seen),
            Stand(*stand) if stand else None,
            trace_hash,
            previous,
            at,
            head,
            freed,
        )
