"""Who of the candidates has room, and what stands in the way of the others: as the store would see it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from router.assignment.caps import Amounts
from router.assignment.choice import has_room, is_offered
from router.assignment.roster import UNLIMITED, Candidates
from router.history.cap_counts import CapCounts
from router.history.pool_ledger import Ledger
from router.model.decision import Block, Blocked, ObservedState, Way
from router.model.dispatch import DispatchMode
from router.model.records import ItemRecord
from router.model.workitem import Kind
from router.offers.rounds import refusing


class RoomView(NamedTuple):
    """All that room follows from, as it stands.

    Parameters
    ----------
    ledgers
        By pool.
    loads
        Open units by place and kind.
    counts
        What was counted under caps.
    presences
        Until when who said so is away, see ``router.history.projection.StateProjection``.
    held
        How many offers a rep has open.
    """

    ledgers: Mapping[str, Ledger]
    loads: Mapping[tuple[str, Kind], int]
    counts: CapCounts
    presences: Mapping[str, int]
    held: Mapping[str, int]

    def seen(
        self,
        attempts: Sequence[tuple[Candidates, int]],
        kind: Kind,
        at_ms: int,
        named: str,
        amounts: Amounts,
        record: ItemRecord | None,
        way: Way,
    ) -> tuple[ObservedState, ...]:
        """Return what is seen attempt by attempt, see ``router.history.projection.StateProjection.see``."""
        seen: list[ObservedState] = []
        for candidates, _ in attempts:
            full = self._full(candidates, kind)
            offering = self._not_offered(candidates, at_ms, record) if is_offered(candidates, way, named) else {}
            blocked = self._blocked(candidates, full, amounts, at_ms, named, record, offering)
            without = {*full, *(k for k, *_ in blocked)}
            deficits = self.ledgers[candidates.pool].deficits if candidates.pool else {}
            free = tuple(deficits.get(rep, 0) for k, rep in enumerate(candidates.reps) if k not in without)
            seen.append(ObservedState(free, tuple(full.items()), blocked))
            if free:
                break
        return tuple(seen)

    def _blocked(
        self, candidates: Candidates, full: Collection[int], amounts: Amounts, at_ms: int, named: str,
        record: ItemRecord | None, offering: Mapping[str, Blocked],
    ) -> tuple[Blocked, ...]:  # fmt: skip
        """Return who has no room for another reason than capacity; of credits only where somebody else has."""
        asked = [k for k, rep in enumerate(candidates.reps) if k not in full and rep != named]
        blocks = {k: block for k in asked if (block := self._block(candidates, k, amounts, at_ms, record))}
        blocks |= {
            k: (k, *offering[candidates.reps[k]]) for k in asked if k not in blocks and candidates.reps[k] in offering
        }
        served = self._served(candidates, [k for k in asked if k not in blocks]) if candidates.share else {}
        if len(full) + len(blocks) + len(served) < len(candidates.reps):  # else rather they than nobody
            blocks |= {k: (k, Block.CREDIT_SHARE, candidates.share, received) for k, received in served.items()}
        return tuple(block for _, block in sorted(blocks.items()))

    def _not_offered(self, candidates: Candidates, at_ms: int, record: ItemRecord | None) -> dict[str, Blocked]:
        """Return why some are not offered it, whatever room they have: they refused it, or have others to answer."""
        reps, most = candidates.reps, candidates.dispatch.offers_open
        blocks: dict[str, Blocked] = {}
        if candidates.dispatch.mode is DispatchMode.OFFER:
            held = {rep: self.held[rep] for rep in reps}
            blocks = {rep: (Block.OFFERS_OPEN, most, units) for rep, units in held.items() if units >= most}
        if record is not None and record.refused:
            present = [rep for rep in reps if not self.is_away(rep, at_ms)]
            refused = refusing(reps, present, record.refused)
            blocks |= {rep: (Block.OFFER_REFUSED, may, times) for rep, (times, may) in refused.items()}
        return blocks

    def _served(self, candidates: Candidates, asked: Iterable[int]) -> dict[int, int]:
        """Return, of those with a credit, how many of the last decisions whoever may have no more of them got."""
        ledger = self.ledgers[candidates.pool]
        return {
            k: ledger.recent.count(candidates.reps[k])
            for k in asked
            if ledger.has_its_share(candidates.reps[k], candidates.share)
        }

    def _full(self, candidates: Candidates, kind: Kind) -> dict[int, int]:
        """Return the open units of those at capacity, by position."""
        units = [
            self.loads[rep, kind] if limit != UNLIMITED else 0
            for rep, limit in zip(candidates.reps, candidates.limits, strict=True)
        ]
        return {k: open_units for k, open_units in enumerate(units) if not has_room(candidates, k, open_units)}

    def is_left(self, candidates: Candidates, kind: Kind, amounts: Amounts, at_ms: int) -> bool:
        """Say whether the only candidate, away or not, is below capacity and at no cap; False: there is none."""
        if not candidates.reps or self._full(candidates, kind):
            return False
        return self._reached(candidates, 0, amounts, at_ms, None) is None

    def _block(
        self, candidates: Candidates, k: int, amounts: Amounts, at_ms: int, record: ItemRecord | None
    ) -> Blocked | None:
        """Return why a candidate who is not at capacity has no room, if so."""
        rep = candidates.reps[k]
        if self.is_away(rep, at_ms):
            return k, Block.AWAY, self.presences[rep], 0
        return self._reached(candidates, k, amounts, at_ms, record)

    def _reached(
        self, candidates: Candidates, k: int, amounts: Amounts, at_ms: int, record: ItemRecord | None
    ) -> Blocked | None:
        """Return the first cap that a candidate has reached, if any."""
        rep = candidates.reps[k]
        for index, cap in enumerate(candidates.caps):
            if not cap.is_of(k) or (record and cap.counts_already(record.pool, worked=record.worked)):
                continue
            use = self.counts.use(cap, rep, amounts, at_ms)
            if cap.reached(use.counted, amounts.of(cap.cap.measure)):
                lifts = (use.lifts_ms,) if cap.slot_ms else ()
                return (k, Block.REACHED_CAP, index, use.counted, *lifts)
        return None

    def is_away(self, rep: str, at_ms: int) -> bool:
        """Say whether a rep is away at an instant."""
        until_ms = self.presences.get(rep)
        return until_ms is not None and (not until_ms or until_ms > at_ms)
