"""What caps count, from the list of all that was given, looked through anew each time: slow, and hard to get wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from router.model.caps import Cap, CapMeasure, CapScope, CapWindow
from router.model.decision import Decision
from router.model.workforce import MICROS


class Given(NamedTuple):
    """A work item that somebody was given, when, and what it is worth in micro-units."""

    item_id: str
    at_ms: int
    rep: str
    value: int


class Usage:
    """All that was given of each pool, and who has what open."""

    def __init__(self) -> None:
        self._given: defaultdict[str, list[Given]] = defaultdict(list)
        self._open: dict[str, tuple[str, str]] = {}

    def give(self, decision: Decision) -> None:
        """Enter an assignment."""
        value = round(decision.head.item.value * MICROS)
        self._given[decision.pool].append(Given(decision.item_id, decision.at_ms, decision.rep, value))
        self._open[decision.item_id] = decision.pool, decision.rep

    def close(self, item_id: str) -> None:
        """Enter that nobody has it open any more."""
        self._open.pop(item_id, None)

    def reached(self, cap: Cap, given: Given, pool: str, zone: str) -> bool:
        """Say whether giving somebody a work item would be above a cap of a pool."""
        rep, at_ms, value = given.rep, given.at_ms, given.value
        of, owner = self._open.get(given.item_id, ("", ""))
        if cap.window is CapWindow.NONE and of == pool and cap_is_of(cap, rep, owner):
            return False  # it is among what is open already
        used = self._used(cap, pool, rep, zone, at_ms)
        return used + (value if cap.measure is CapMeasure.VALUE else 1) > cap.limit

    def _used(self, cap: Cap, pool: str, rep: str, zone: str, at_ms: int) -> int:
        if cap.window is CapWindow.NONE:
            return sum(of == pool and cap_is_of(cap, rep, owner) for of, owner in self._open.values())
        since_ms = begins_ms(cap, zone, at_ms)
        counted = [one for one in self._since(pool, since_ms) if cap_is_of(cap, rep, one.rep)]
        return sum(one.value for one in counted) if cap.measure is CapMeasure.VALUE else len(counted)

    def _since(self, pool: str, since_ms: int) -> Iterable[Given]:
        for one in reversed(self._given[pool]):
            if one.at_ms < since_ms:
                return
            yield one


def cap_is_of(cap: Cap, rep: str, owner: str) -> bool:
    """Say whether what an owner has counts for a rep."""
    return cap.scope is CapScope.POOL or rep == owner


def begins_ms(cap: Cap, zone: str, at_ms: int) -> int:
    """Return when a window began that an instant lies in; of a rolling one, the instant that has just left it."""
    if cap.window is CapWindow.ROLLING:
        return at_ms - cap.rolling_ms + 1
    there = datetime.fromtimestamp(at_ms // 1000, ZoneInfo(zone))
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    days = {CapWindow.DAY: 0, CapWindow.WEEK: there.weekday(), CapWindow.MONTH: there.day - 1}[cap.window]
    return round((midnight - timedelta(days=days)).timestamp() * 1000)
