"""How severe a work item is, where a process says from which of its fields that follows. Values only."""

from __future__ import annotations

from dataclasses import dataclass

from rules.fields import Fact, Scalar


@dataclass(frozen=True, slots=True)
class SeverityCase:
    """How severe it is, where the fields that a table looks at have these values, as facts hold them."""

    values: tuple[Scalar, ...]
    severity: str


@dataclass(frozen=True, slots=True)
class SeverityTable:
    """Which severity follows from which values of some fields.

    Parameters
    ----------
    field
        The one that says how severe a work item is.
    by
        Those that it follows from.
    cases
        What is said of which values, one for each of ``by``, in its order.
    otherwise
        What holds of all others; empty: there is no saying.

    Examples
    --------
    >>> cases = SeverityCase(("high", "high"), "P1"), SeverityCase(("high", "low"), "P2")
    >>> table = SeverityTable("severity", ("impact", "urgency"), cases, "P3")
    >>> [table.of({"impact": "high", "urgency": urgency}) for urgency in ("high", "low", "odd")]
    ['P1', 'P2', 'P3']
    """

    field: str
    by: tuple[str, ...]
    cases: tuple[SeverityCase, ...]
    otherwise: str = ""

    def of(self, fact: Fact) -> str:
        """Return how severe a work item is, by its fact; empty: there is no saying."""
        values = tuple(map(fact.get, self.by))
        return next((case.severity for case in self.cases if case.values == values), self.otherwise)
