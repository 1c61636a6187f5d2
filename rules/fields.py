"""What a field can be declared as, and what stands in it when rules look at it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

Scalar = str | float | int | bool
FactValue = Scalar | tuple[str, ...]
Fact = Mapping[str, FactValue]
"""Attributes as the engines see them: declared, typed, bounded; what is missing is left out. Dates are epoch
seconds. What comparisons ask of a field beside its own value stands in a twin, see ``twin_of``."""

EXTERNAL_ID = "external_id"
"""What conditions call the identity of a work item, which is no declared field: its source and external id."""
AS_WRITTEN = "as_written"


class FieldType(StrEnum):
    """Type of a declared field."""

    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"
    LIST = "list"
    DATE = "date"


def twin_of(field: str, what: str) -> str:
    """Name the twin of a field, which no declared field can be called.

    By an operator: the values of this operator that hold for the field, a tuple. Of ``within`` the region and all
    regions around it, of the others those of the rules' values that do. By a share, see ``shares``: the bucket. And by
    ``AS_WRITTEN``: what the field held before what it ignores was taken off, where that is something else.
    """
    return f"{field}^{what}"


def as_written(fact: Fact, field: str) -> FactValue | None:
    """Return what a field held, as it came in."""
    return fact.get(twin_of(field, AS_WRITTEN), fact.get(field))
