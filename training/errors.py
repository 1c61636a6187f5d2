"""Everything that can go wrong in training, as a tree.

::

    TrainingError
    ├── InvalidInput            the file, schema or definition cannot be read    one violation per place
    │   ├── UnreadableTable     the table of customers or events
    │   └── InvalidDefinition   the definition of a data set of snapshots
    ├── NotEnoughData           too few rows, or churned or stayed customers, for what was asked
    └── ExportRefused           the tables do not answer as the estimator they were exported from

Each class has a constant ``reason`` for machines and keeps its facts as attributes. Data that is merely poor is not
among them: columns are dropped, leaks suspected and gates failed in the report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self


class TrainingError(Exception):
    """Root of the tree; never raised itself."""

    reason: ClassVar[str]


@dataclass(frozen=True)
class Violation:
    """What is wrong in one place.

    Parameters
    ----------
    place
        Column, option or path in the document, e.g. ``features[3].aggregation``.
    description
        The value found and what is allowed.
    """

    place: str
    description: str


class InvalidInput(TrainingError):
    """The file, schema or definition cannot be read."""

    reason = "INVALID_INPUT"

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__(
            "; ".join(f"{v.place}: {v.description}" if v.place else v.description for v in self.violations)
        )

    @classmethod
    def of(cls, place: str, description: str) -> Self:
        """Make the error of a single place."""
        return cls([Violation(place, description)])


class UnreadableTable(InvalidInput):
    """The table of customers or events cannot be read."""

    reason = "UNREADABLE_TABLE"


class InvalidDefinition(InvalidInput):
    """The definition of a data set of snapshots cannot be read."""

    reason = "INVALID_DEFINITION"


class NotEnoughData(TrainingError):
    """Too few rows for what was asked."""

    reason = "NOT_ENOUGH_DATA"

    def __init__(self, what: str, found: int, needed: int) -> None:
        self.what = what
        self.found = found
        self.needed = needed
        super().__init__(f"{what}: {found}, at least {needed} are needed")


class ExportRefused(TrainingError):
    """The tables do not answer as the estimator they were exported from."""

    reason = "EXPORT_REFUSED"

    def __init__(self, difference: float, limit: float, n_rows: int) -> None:
        self.difference = difference
        self.limit = limit
        self.n_rows = n_rows
        super().__init__(f"log-odds differ by up to {difference:.3g} on {n_rows:,} rows, allowed is {limit:g}")
