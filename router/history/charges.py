"""What a pool was charged while somebody was a member of it, in the order of time. Pure."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import pairwise
from operator import itemgetter

from router.model.workforce import Member


class Charges:
    """Of one pool: two numbers a decision, and its members, as often as they changed; and what was taken off again."""

    def __init__(self) -> None:
        self._at_ms = array("q")
        self._sums = array("q", [0])
        self._begins: list[int] = []
        self._members: list[tuple[Member, ...]] = []
        self._taken_off: list[tuple[int, int, int, tuple[Member, ...]]] = []
        """When, when it had been charged, how much, and who the members were then; in the order of time."""

    def add(self, at_ms: int, charge: int, members: tuple[Member, ...]) -> None:
        """Enter a charge, and who the members were."""
        if not self._members or members is not self._members[-1]:
            self._begins.append(len(self._at_ms))
            self._members.append(members)
        self._at_ms.append(at_ms)
        self._sums.append(self._sums[-1] + charge)

    def take_off(self, at_ms: int, charged_ms: int, charge: int, members: tuple[Member, ...]) -> None:
        """Enter that a charge, which was entered for an instant, is none any more."""
        self._taken_off.append((at_ms, charged_ms, charge, members))

    def within(self, since_ms: int, until_ms: int, rep: str) -> int:
        """Sum up a time, its end not included, as far as a rep was a member; without what was taken off again in it.

        Examples
        --------
        >>> charges, ann, bob = Charges(), Member("ann", 1000), Member("bob", 1000)
        >>> charges.add(10, 7, (bob,))
        >>> charges.add(20, 5, (ann, bob))
        >>> charges.within(0, 30, "bob"), charges.within(0, 30, "ann"), charges.within(0, 20, "bob")
        (12, 5, 7)
        >>> charges.take_off(29, 20, 5, (ann, bob))
        >>> [charges.within(since_ms, 30, "bob") for since_ms in (0, 20, 21)], charges.within(0, 29, "bob")
        ([7, 0, 0], 12)
        """
        first, last = bisect_left(self._at_ms, since_ms), bisect_left(self._at_ms, until_ms)
        spans = zip(pairwise([*self._begins, len(self._at_ms)]), self._members, strict=True)
        parts = ((max(first, begin), min(last, end), members) for (begin, end), members in spans)
        charged = sum(
            self._sums[end] - self._sums[begin] for begin, end, members in parts if begin < end and _has(members, rep)
        )
        first, last = (bisect_left(self._taken_off, at_ms, key=itemgetter(0)) for at_ms in (since_ms, until_ms))
        taken_off = sum(
            charge
            for _, charged_ms, charge, members in self._taken_off[first:last]
            if charged_ms >= since_ms and _has(members, rep)
        )
        return charged - taken_off


def _has(members: tuple[Member, ...], rep: str) -> bool:
    return any(member.rep == rep for member in members)
