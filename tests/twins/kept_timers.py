"""The timers of a tenant, in the order in which they fall due and by work item."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable

from router.timers.timer import Timer

_Turn = tuple[int, int, str, str, str]


class KeptTimers:
    """Each timer once; what asks for the earliest, or for those of one work item, looks at no others."""

    def __init__(self) -> None:
        self._of: dict[str, frozenset[Timer]] = {}
        self._in_turn: list[tuple[_Turn, Timer]] = []

    def __len__(self) -> int:
        return len(self._in_turn)

    def __contains__(self, timer: Timer) -> bool:
        return timer in self.of(timer.item_id)

    def of(self, item_id: str) -> frozenset[Timer]:
        """Return those of a work item."""
        return self._of.get(item_id, frozenset())

    def in_order(self, start: int = 0, count: int | None = None) -> list[Timer]:
        """Return them in the order of due, from a place on."""
        return [timer for _, timer in self._in_turn[start : None if count is None else start + count]]

    def due(self, now_ms: int) -> list[Timer]:
        """Return those that are due by an instant, in order."""
        return self.in_order(count=bisect_left(self._in_turn, now_ms + 1, key=lambda pair: pair[0][0]))

    @property
    def first_ms(self) -> int | None:
        """When the earliest is due; None: there is none."""
        return self._in_turn[0][0][0] if self._in_turn else None

    def set(self, item_id: str, timers: Iterable[Timer]) -> None:
        """Have a work item have these, each of which is its own, and no others."""
        before, after = self.of(item_id), frozenset(timers)
        for timer in before - after:
            del self._in_turn[bisect_left(self._in_turn, (_turn(timer), timer))]
        for timer in after - before:
            insort(self._in_turn, (_turn(timer), timer))
        if after:
            self._of[item_id] = after
        else:
            self._of.pop(item_id, None)

    def discard(self, timers: Collection[Timer]) -> None:
        """Forget some, whether they are there or not."""
        for timer in timers:
            self.set(timer.item_id, self.of(timer.item_id) - {timer})


def _turn(timer: Timer) -> _Turn:
    return timer.due_ms, timer.entry, str(timer.step), timer.name, timer.item_id
