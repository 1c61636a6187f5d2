"""The newest changes of a tenant, kept for all who watch it: read and written once, however many are told of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Generic, TypeVar

from router.model.errors import FellBehind

Told = TypeVar("Told")
KEPT = 10_000
"""How many changes slower watchers find."""


class ChangeRing(Generic[Told]):
    """What was told of a tenant's newest changes, in order.

    Parameters
    ----------
    after
        Number of the event that it begins behind.
    most
        How many are kept.

    Attributes
    ----------
    first, last
        Every change behind event ``first``, up to event ``last``, is there.

    Examples
    --------
    >>> ring = ChangeRing[str](7, most=2)
    >>> for number in (8, 9, 12):
    ...     ring.add(number, f"change {number}")
    >>> ring.first, ring.last, ring.behind(8, 10)
    (8, 12, (['change 9', 'change 12'], 12))
    """

    def __init__(self, after: int, most: int = KEPT) -> None:
        self.first = self.last = after
        self._most = most
        self._numbers = list[int]()
        self._told = list[Told]()

    def add(self, number: int, told: Told) -> None:
        """Keep a change, by the number of its event."""
        self._numbers.append(number)
        self._told.append(told)
        self.last = number
        if len(self._numbers) >= self._most + max(1, self._most // 10):  # not one by one: each time all move up
            self._forget(len(self._numbers) - self._most)

    def pass_by(self, number: int) -> None:
        """Take note of an event that is not told."""
        self.last = number

    def clear(self, number: int) -> None:
        """Forget all of it, for an event says that the log does not tell it so any more."""
        self.first, self.last = self.last, number
        self._numbers.clear()
        self._told.clear()

    def behind(self, after: int, most: int) -> tuple[Sequence[Told], int]:
        """Return up to so many changes behind an event, and the number of the event behind which to go on.

        Raises
        ------
        FellBehind
            If they are not all kept any more.
        """
        if after < self.first:
            raise FellBehind(after)
        begins = bisect_right(self._numbers, after)
        found = self._told[begins : begins + most]
        ends_all = begins + len(found) == len(self._numbers)
        return found, max(after, self.last) if ends_all else self._numbers[begins + len(found) - 1]

    def _forget(self, count: int) -> None:
        self.first = self._numbers[count - 1]
        del self._numbers[:count], self._told[:count]
