"""The cells of one field: which of its values no rule can tell from each other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from typing import Any, Protocol

from missing_words import folded
from rules.fields import FieldType, Scalar
from rules.limits import DECIMALS

MISSING = 1
"""The cell of a field that is missing."""
OTHER = "\0"
"""Stands for a text that no rule mentions."""


class FieldScale(Protocol):
    """Divides the values of a field into cells; ``full`` is all of them that a value can lie in."""

    full: int

    def cells(self, op: str, value: Any) -> int:
        """Return the cells in which a comparison holds."""

    def sample(self, cell: int) -> Any:
        """Return a value that lies in a cell."""


def scale_of(
    kind: FieldType, values: Sequence[Any], missing: Collection[str], only: Sequence[Scalar] | None = None
) -> FieldScale:
    """Return the scale of a field by the values that rules mention.

    Parameters
    ----------
    missing
        Words that none of its texts is.
    only
        All that it can hold, where that is few; None: whatever its type allows.
    """
    if kind in (FieldType.NUMBER, FieldType.DATE):
        return Ordered(values, only)
    if kind is FieldType.BOOL or only is not None:
        return Mentioned(only or [True, False], others=False)
    return Mentioned([value for value in values if folded(value) not in missing])


class Mentioned:
    """Values that are mentioned, each in a cell of its own, and all others in one."""

    def __init__(self, values: Sequence[Scalar], *, others: bool = True) -> None:
        self.values = {value: 4 << place for place, value in enumerate(values)}
        self.full = MISSING | 2 * others | sum(self.values.values())
        self._by_cell = {cell: value for value, cell in self.values.items()}

    def cells(self, op: str, value: Any) -> int:
        """Return the cells in which a comparison holds."""
        if op in ("exists", "missing"):
            return MISSING if op == "missing" else self.full & ~MISSING
        wanted = value if isinstance(value, tuple) else (value,)
        cells = sum(self.values.get(each, 0) for each in dict.fromkeys(wanted))
        return cells if op in ("eq", "in") else self.full & ~MISSING & ~cells

    def sample(self, cell: int) -> Any:
        """Return a value that lies in a cell."""
        return self._by_cell.get(cell, OTHER)


class Ordered:
    """Numbers: a cell for each that is mentioned, and one between any two and at both ends; or ``only`` some."""

    def __init__(self, values: Sequence[Any], only: Sequence[Any] | None = None) -> None:
        self._marks = sorted({*values, *(only or ())})
        if only is not None:
            self.full = MISSING | sum(map(self._cell, only))
            return
        self.full = (1 << 2 * len(values) + 2) - 1
        for place, (low, high) in enumerate(zip(self._marks, self._marks[1:], strict=False)):
            if round(low + 10**-DECIMALS, DECIMALS) >= high:  # no number of so many decimals lies between
                self.full &= ~(8 << 2 * place)

    def cells(self, op: str, value: Any) -> int:
        """Return the cells in which a comparison holds."""
        match op:
            case "missing":
                return MISSING
            case "exists":
                return self.full & ~MISSING
            case "eq" | "in" | "ne" | "not_in":
                wanted = value if isinstance(value, tuple) else (value,)
                cells = sum(self._cell(each) for each in dict.fromkeys(wanted))
                return cells if op in ("eq", "in") else self.full & ~MISSING & ~cells
            case "between":
                return self._below(value[1], inclusive=True) & ~self._below(value[0], inclusive=False)
            case "lt" | "lte":
                return self._below(value, inclusive=op == "lte")
        return self.full & ~MISSING & ~self._below(value, inclusive=op == "gt")

    def sample(self, cell: int) -> Any:
        """Return a value that lies in a cell."""
        place = cell.bit_length() - 2  # odd: on a mark; even: before it
        if place % 2:
            return self._marks[place // 2]
        if not self._marks:
            return 0
        if place == 0:
            return self._marks[0] - 1
        low = self._marks[place // 2 - 1]
        return (low + self._marks[place // 2]) / 2 if place // 2 < len(self._marks) else low + 1

    def _cell(self, value: Any) -> int:
        return 4 << 2 * bisect_left(self._marks, value)

    def _below(self, value: Any, *, inclusive: bool) -> int:
        return ((self._cell(value) << inclusive) - 1) & ~MISSING
