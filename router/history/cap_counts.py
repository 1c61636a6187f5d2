"""What has been counted under caps, as the store counts it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from router.assignment.caps import Amounts, AppliedCap, rolled, rolling_lifts_ms
from router.assignment.roster import Candidates
from router.model.caps import HELD, CapMeasure, CapWindow
from router.model.records import Counted
from router.model.workitem import Kind

CountedUnder = tuple[str, str | int, int]
"""A field of the counts, the calendar window or the slot, and the amount."""


class Use(NamedTuple):
    """How much of a cap somebody has used; ``lifts_ms`` is when enough leaves a rolling window, 0 for any other."""

    counted: int
    lifts_ms: int = 0


class CapCounts:
    """Counts by field, see ``AppliedCap.field``. A window takes the place of the one before, so that nothing has
    to be removed.

    Parameters
    ----------
    loads
        Open units by place and kind, which caps of what is held are measured by.
    counted
        What was counted before.
    worked
        Those of the open units that were worked on.
    """

    def __init__(
        self,
        loads: Mapping[tuple[str, Kind], int],
        counted: Mapping[str, Counted] | None = None,
        worked: Mapping[tuple[str, Kind], int] | None = None,
    ) -> None:
        self._loads = loads
        self._worked = {} if worked is None else worked
        self.by_field: dict[str, Counted] = dict(counted or {})

    def use(self, cap: AppliedCap, rep: str, amounts: Amounts, at_ms: int) -> Use:
        """Return how much somebody has used at an instant."""
        if cap.cap.measure in HELD:
            place = cap.place + ("" if cap.is_whole else rep)
            worked = self._worked if cap.cap.measure is CapMeasure.UNWORKED else {}
            keys = [(place, kind) for kind in cap.kinds]
            return Use(sum(self._loads.get(key, 0) - worked.get(key, 0) for key in keys))
        counted = self.by_field.get(cap.field(rep), ())
        if cap.cap.window is CapWindow.ROLLING:
            slots = rolled(_slots(counted), cap.slot_ms, at_ms)
            lifts_ms = rolling_lifts_ms(slots, cap.slot_ms, cap.cap.limit, amounts.of(cap.cap.measure))
            return Use(sum(slots.values()), lifts_ms)
        return Use(int(counted[1]) if counted and counted[0] == cap.window else 0)

    def add(self, cap: AppliedCap, rep: str, amounts: Amounts, at_ms: int) -> None:
        """Count a work item that somebody was given."""
        if cap.cap.measure in HELD:
            return
        field, amount = cap.field(rep), amounts.of(cap.cap.measure)
        if cap.cap.window is CapWindow.ROLLING:
            slots = rolled(_slots(self.by_field.get(field, ())), cap.slot_ms, at_ms)
            slot = at_ms // cap.slot_ms
            slots[slot] = slots.get(slot, 0) + amount
            self.by_field[field] = tuple(number for pair in slots.items() for number in pair)
        else:
            self.by_field[field] = (cap.window, self.use(cap, rep, amounts, at_ms).counted + amount)

    def take_back(self, cap: AppliedCap, rep: str, amounts: Amounts, at_ms: int) -> None:
        """Have a work item not be counted that was at an instant; what its window has lost since stays as it is."""
        if cap.cap.measure not in HELD:
            self.uncount(*_counted(cap, rep, amounts, at_ms))

    def uncount(self, field: str, at: str | int, amount: int) -> None:
        """Take an amount out of a calendar window, or of a slot; what the window has lost since stays as it is."""
        counted = self.by_field.get(field, ())
        if not counted:
            return
        if isinstance(at, int):
            slots = _slots(counted)
            if at not in slots:
                return
            slots[at] -= amount
            kept = {slot: left for slot, left in slots.items() if left or slot != at}
            self.by_field[field] = tuple(number for pair in kept.items() for number in pair)
        elif counted[0] == at:
            left = int(counted[1]) - amount
            self.by_field[field] = (at, left) if left else ()
        if not self.by_field[field]:
            del self.by_field[field]


def counted_of(candidates: Candidates, rep: str, amounts: Amounts, at_ms: int) -> tuple[CountedUnder, ...]:
    """Return what a work item counts under a candidate's caps at an instant."""
    k = candidates.reps.index(rep)
    caps = (cap for cap in candidates.caps if cap.is_of(k) and cap.cap.measure not in HELD)
    return tuple(_counted(cap, rep, amounts, at_ms) for cap in caps)


def _counted(cap: AppliedCap, rep: str, amounts: Amounts, at_ms: int) -> CountedUnder:
    at = at_ms // cap.slot_ms if cap.cap.window is CapWindow.ROLLING else cap.window
    return cap.field(rep), at, amounts.of(cap.cap.measure)


def _slots(counted: Counted) -> dict[int, int]:
    numbers = iter(map(int, counted))
    return dict(zip(numbers, numbers, strict=True))
