"""What caps count, from the list of all that was given, looked through anew each time: slow, and hard to get wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from router.assignment.caps import span
from router.model.caps import CALENDAR_WINDOWS, Cap, CapMeasure, CapScope, CapWindow
from router.model.records import Counted, load_places
from router.model.workforce import Pool
from router.model.workitem import Kind


class Given(NamedTuple):
    """A work item that somebody was given, when, and what it is worth in micro-units."""

    item_id: str
    at_ms: int
    rep: str
    value: int
    kind: Kind


class Usage:
    """All that was given of each pool, and who has what open."""

    def __init__(self) -> None:
        self._given: defaultdict[str, list[Given]] = defaultdict(list)
        self._open: dict[str, tuple[str, str]] = {}
        self._kinds: dict[str, Kind] = {}
        self._worked: set[str] = set()

    def give(self, pool: str, given: Given, *, is_new: bool = True) -> None:
        """Enter what somebody gets; what they had before, and have again, counts as open alone."""
        if is_new:
            self._given[pool].append(given)
        self._open[given.item_id] = pool, given.rep
        self._kinds[given.item_id] = given.kind
        self._worked.discard(given.item_id)

    def work(self, item_id: str) -> None:
        """Enter that somebody tried to reach the customer of what is open."""
        self._worked.add(item_id)

    def take_back(self, item_id: str, pool: str) -> bool:
        """Enter that what was given was not accepted: as if it had never been; say whether it was given."""
        given = self._given[pool]
        place = next((place for place in reversed(range(len(given))) if given[place].item_id == item_id), None)
        if place is not None:
            del given[place]
        self.close(item_id)
        return place is not None

    def close(self, item_id: str) -> None:
        """Enter that nobody has it open any more."""
        self._open.pop(item_id, None)

    def reached(self, cap: Cap, given: Given, pool: str, zone: str) -> bool:
        """Say whether giving somebody a work item would be above a cap of a pool."""
        rep, at_ms, value = given.rep, given.at_ms, given.value
        of, owner = self._open.get(given.item_id, ("", ""))
        if (
            cap.window is CapWindow.NONE
            and of == pool
            and cap_is_of(cap, rep, owner)
            and self._counts(cap, given.item_id)
        ):
            return False  # it is among what is open already
        used = self.used(cap, pool, rep, zone, at_ms)
        return used + (value if cap.measure is CapMeasure.VALUE else 1) > cap.limit

    def _counts(self, cap: Cap, item_id: str) -> bool:
        return cap.measure is not CapMeasure.UNWORKED or item_id not in self._worked

    def same_open(self, loads: Mapping[tuple[str, Kind], int]) -> tuple[bool, str]:
        """Say whether what reps and pools have open, offers with it, is what a store has, and what is not."""
        places = Counter[tuple[str, Kind]]()
        for item_id, (pool, rep) in self._open.items():
            places.update((place, self._kinds[item_id]) for place in load_places(rep, pool))
        stored = {place: units for place, units in loads.items() if units}
        others = {place for place in places.keys() | stored if places[place] != stored.get(place, 0)}
        told = [f"{place}: {stored.get(place, 0)} open and not {places[place]}" for place in sorted(others)]
        return not others, "; ".join(told[:3])

    def differences(self, pool: Pool, zone: str, counts: Mapping[str, Counted], at_ms: int) -> Iterator[str]:
        """Yield where a store has counted otherwise under a pool's caps of the present windows."""
        for cap in pool.caps:
            if cap.window not in CALENDAR_WINDOWS:
                continue
            window, used = span(cap.window, zone, at_ms).name, Counter[str]()
            for one in self._since(pool.id, begins_ms(cap, zone, at_ms)):  # once for all reps
                rep = "" if cap.scope is CapScope.POOL else one.rep
                used[rep] += one.value if cap.measure is CapMeasure.VALUE else 1
            for rep in [""] if cap.scope is CapScope.POOL else [member.rep for member in pool.members]:
                counted = counts.get(f"{pool.id}/{cap.id}:{cap.measure}|{rep}", ("", 0))
                there = int(counted[1]) if counted[0] == window else 0
                if there != used[rep]:
                    yield f"{pool.id} {cap.id} {rep}: {there} counted and not {used[rep]}"

    def used(self, cap: Cap, pool: str, rep: str, zone: str, at_ms: int) -> int:
        """Return how much of a cap is used up; of one of a whole pool whoever the rep is."""
        if cap.window is CapWindow.NONE:
            return sum(
                of == pool and cap_is_of(cap, rep, owner) and self._counts(cap, item_id)
                for item_id, (of, owner) in self._open.items()
            )
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
