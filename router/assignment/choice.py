"""The choice of an owner: what the store's script computes, in Python, for the memory store, replays and explanations.

Pure. Kubernetes names the stages of such a decision filter, score, reserve and bind; here the roster filters, the
planner scores, and ``choose`` reserves by the ledger; binding is the store's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from zlib import crc32

from packing import pack
from router.assignment.ledger import Pick, claims_of, pick
from router.assignment.roster import UNLIMITED, Candidates
from router.model.decision import ChosenDeficit, ObservedState, Outcome, Way
from router.model.dispatch import DispatchMode


@dataclass(frozen=True, slots=True)
class Choice:
    """The outcome of trying a plan's attempts: what the store's script computes, in Python.

    ``offers`` says whether it is to be accepted; ``audience`` are the positions of those whom it is offered to where
    that are many: then there is no rep, and nothing is charged.
    """

    step: int
    rep: str
    pool: str
    charge: int
    picked: Pick | None
    eligible: tuple[int, ...]
    stand: ChosenDeficit | None
    audience: tuple[int, ...] = ()
    offers: bool = False

    @property
    def found(self) -> bool:
        """Whether there is anybody who gets it, or is offered it."""
        return bool(self.rep or self.audience)

    def outcome(self, otherwise: str) -> Outcome:
        """Return what comes of it; ``otherwise`` where there is nobody."""
        if not self.found:
            return Outcome(otherwise)
        return Outcome.OFFERED if self.offers else Outcome.ASSIGNED


NOBODY = Choice(0, "", "", 0, None, (), None)


def choose(
    attempts: Sequence[tuple[Candidates, int]],
    seen: Sequence[ObservedState],
    rotation: int,
    named: str = "",
    way: Way = Way.GREEDY,
) -> Choice:
    """Take the first attempt in which somebody has room, and pick there by the ledger.

    The store's script does the same; it is kept here for the memory store, for replays and for explanations.

    Parameters
    ----------
    attempts
        Candidates of each attempt, with the charge in micro-units.
    seen
        What ledger, loads and presence said, attempt by attempt; may end with the first that has somebody with room.
    rotation
        See ``router.assignment.ledger.pick``.
    named
        The rep a person named; the pick is then theirs.
    way
        In which way the choice enters the ledger.
    """
    for step, ((candidates, charge), facts) in enumerate(zip(attempts, seen, strict=False), start=1):
        without = {position for position, *_ in (*facts.full, *facts.blocked)}
        eligible = tuple(k for k in range(len(candidates.reps)) if k not in without)
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
            is_apart=way is Way.APART,
        )
        place = picked.chosen
        k = eligible[place]
        offers = is_offered(candidates, way, named)
        if offers and candidates.dispatch.mode is DispatchMode.BROADCAST:
            audience = _audience(candidates, facts.deficits, eligible, charge)
            return Choice(step, "", "", charge, None, eligible, None, audience, True)
        stand = ChosenDeficit(
            picked.entitlements[place], facts.deficits[place], picked.after[place], candidates.scores[k]
        )
        return Choice(step, candidates.reps[k], candidates.pool, charge, picked, eligible, stand, offers=offers)
    return NOBODY


def is_offered(candidates: Candidates, way: Way, named: str) -> bool:
    """Say whether whom the ledger chooses of some candidates has to accept it: whom a person named need not."""
    return candidates.dispatch.offers and way is Way.GREEDY and not named


def _audience(candidates: Candidates, deficits: Sequence[int], eligible: Sequence[int], charge: int) -> tuple[int, ...]:
    """Return the positions of those whom a work item is offered to that many are."""
    band = candidates.dispatch.broadcast_band
    if band is None:
        return tuple(eligible)
    claims = claims_of(deficits, [candidates.weights[k] for k in eligible], charge)
    least = max(claims) - band
    return tuple(k for k, claim in zip(eligible, claims, strict=True) if claim >= least)


def trace_hash(
    attempts: Sequence[Candidates], seen: Sequence[ObservedState], outcome: Outcome, choice: Choice, epoch: int
) -> str:
    """Hash all that decided.

    The candidates of every attempt tried, what was seen of them, and the ledger after the pick.
    """
    parts: list[bytes] = []
    for candidates, facts in zip(attempts, seen, strict=False):
        parts += [candidates.digest.encode(), facts.packed()]
    after = choice.picked.after if choice.picked else ()
    parts.append(pack([outcome, choice.rep, choice.pool, epoch, choice.charge, after]))
    return sha1(b"".join(parts), usedforsecurity=False).hexdigest()


def has_room(candidates: Candidates, position: int, open_units: int) -> bool:
    """Say whether a candidate may take one more unit."""
    limit = candidates.limits[position]
    return limit == UNLIMITED or open_units < limit


def rotation_of(item_id: str) -> int:
    """Return where the pick begins among equals: any number will do that is spread evenly over work items."""
    return crc32(item_id.encode())
