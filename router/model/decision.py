"""A decision: the immutable record of one choice of an owner.

What is stored is what cannot be recomputed: the work item as it came, the revisions of rules and workforce, and the
facts the store saw at that instant (deficits of the eligible, open units of the full). Everything else follows by
pure code, see ``router.assignment.explanation``, and the stored hash proves that it follows.

What is made for every call is a named tuple: a frozen dataclass takes five times as long to fill.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha1
from typing import Any, NamedTuple

import msgpack

from router.assignment.ledger import Pick, pick
from router.assignment.roster import UNLIMITED, Candidates
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


@dataclass(frozen=True, slots=True)
class Choice:
    """The outcome of trying a plan's attempts: what the store's script computes, in Python."""

    step: int
    rep: str
    pool: str
    charge: int
    picked: Pick | None
    eligible: tuple[int, ...]
    stand: Stand | None


NOBODY = Choice(0, "", "", 0, None, (), None)


def choose(attempts: Sequence[tuple[Candidates, int]], seen: Sequence[Seen], rotation: int, named: str = "") -> Choice:
    """Take the first attempt in which somebody has room, and pick there by the ledger.

    The store's script does the same; it is kept here for the memory store, for replays and for explanations.

    Parameters
    ----------
    attempts
        Candidates of each attempt, with the charge in micro-units.
    seen
        What the ledger and the loads said, attempt by attempt; may end with the first that has somebody with room.
    rotation
        See ``router.assignment.ledger.pick``.
    named
        The rep a person named; the pick is then theirs.
    """
    for step, ((candidates, charge), facts) in enumerate(zip(attempts, seen, strict=False), start=1):
        full = {position for position, _ in facts.full}
        eligible = tuple(k for k in range(len(candidates.reps)) if k not in full)
        if not eligible:
            continue
        picked = pick(
            facts.deficits,
            [candidates.weights[k] for k in eligible],
            charge,
            band=candidates.band,
            scores=[candidates.scores[k] for k in eligible],
            rotation=rotation,
            named=next((place for place, k in enumerate(eligible) if candidates.reps[k] == named), None),
        )
        place = picked.chosen
        k = eligible[place]
        stand = Stand(picked.entitlements[place], facts.deficits[place], picked.after[place], candidates.scores[k])
        return Choice(step, candidates.reps[k], candidates.pool, charge, picked, eligible, stand)
    return NOBODY


def trace_hash(
    attempts: Sequence[Candidates], seen: Sequence[Seen], outcome: Outcome, choice: Choice, epoch: int
) -> str:
    """Hash all that decided.

    The candidates of every attempt tried, what was seen of them, and the ledger after the pick.
    """
    parts: list[bytes] = []
    for candidates, facts in zip(attempts, seen, strict=False):
        parts += [candidates.digest.encode(), msgpack.packb([facts.deficits, facts.full])]
    after = choice.picked.after if choice.picked else ()
    parts.append(msgpack.packb([outcome, choice.rep, choice.pool, epoch, choice.charge, after]))
    return sha1(b"".join(parts), usedforsecurity=False).hexdigest()


def has_room(candidates: Candidates, position: int, open_units: int) -> bool:
    """Say whether a candidate may take one more unit."""
    limit = candidates.limits[position]
    return limit == UNLIMITED or open_units < limit
