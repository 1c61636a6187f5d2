"""Whose work items there are, by customer, as it follows from the log. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from router.assignment.customers import CustomerMove

_ELSEWHERE = 0
"""Stands for the first event of what is not theirs any more, and of what never was where something sealed in it is."""


class CustomerIndex:
    """The work items of each customer, by the number of their first event."""

    def __init__(self) -> None:
        self._first: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self.last_nps: dict[str, int] = {}
        """By customer: the event by which they said last how likely they would recommend us."""
        self.nps_of_unknown = set[int]()
        """Events by which somebody said so of whom nobody knows any more who they were."""
        self.erased = set[str]()
        """Work items of which something was erased: whose they were is not known any more."""

    def enter(self, move: CustomerMove | None, item_id: str, first: int) -> None:
        """Enter how a work item moves; ``first`` is the number of its first event."""
        if move and move.leaves and item_id in self._first[move.leaves]:
            self._first[move.leaves][item_id] = _ELSEWHERE
        if move and move.joins:
            self._first[move.joins][item_id] = first

    def keep_sealed(self, customer: str, item_id: str) -> None:
        """Enter that something of a customer is sealed in a work item's events."""
        self._first[customer].setdefault(item_id, _ELSEWHERE)

    def forget(self, customer: str, item_id: str, *, was_sealed: bool) -> None:
        """Enter that a work item was erased with all that there is of a customer."""
        items = self._first[customer]
        if was_sealed or items.get(item_id) == _ELSEWHERE:
            items.pop(item_id, None)

    def forget_customer(self, customer: str) -> None:
        """Enter that all that there is of a customer was erased."""
        self.last_nps.pop(customer, None)

    def of(self, customer: str) -> list[tuple[int, str]]:
        """Return the work items of a customer, oldest first: number of the first event and id."""
        return sorted((first, item_id) for item_id, first in self._first[customer].items() if first)

    def all_of(self, customer: str) -> list[str]:
        """Return them, and those in which something of the customer is sealed, in the order of their ids."""
        return sorted(self._first[customer])

    def is_elsewhere(self, customer: str, item_id: str) -> bool:
        """Say whether a work item of which something is kept as a customer's is not theirs any more, or never was."""
        return self._first[customer].get(item_id) == _ELSEWHERE

    def customers(self) -> list[str]:
        """Return who has any."""
        return sorted(customer for customer, items in self._first.items() if items)

    def difference(self, customer: str, stored: Iterable[tuple[int, str]], last_nps: int) -> Iterator[str]:
        """Yield in words where the store has other work items of a customer, as far as nothing of them was erased, or
        another last answer: none is what erasing them leaves, of which the log need not say anything.
        """
        said = self.last_nps.get(customer, 0)
        is_known = last_nps in (0, said) or last_nps in self.nps_of_unknown
        if not is_known and self.erased.isdisjoint(self._first[customer]):
            yield f"last NPS of a customer: log says event {said}, store event {last_nps}"
        logged, kept = (
            [place for place in places if place[1] not in self.erased] for places in (self.of(customer), stored)
        )
        if logged != kept:
            yield f"work items of a customer: log says {logged[:5]} …, store {kept[:5]} …"
