"""What a field can be declared as, and what stands in it when rules look at it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

Scalar = str | float | int | bool
FactValue = Scalar | tuple[str, ...]
Fact = Mapping[str, FactValue]
"""Attributes as the engines see them: declared, typed, bounded; what is missing is left out. Dates are epoch
seconds. A region field ``f`` that some rule looks ``within`` has a twin ``f^``: the tuple of itself and all regions
around it."""


class FieldType(StrEnum):
    """Type of a declared field."""

    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"
    LIST = "list"
    DATE = "date"


def twin_of(field: str) -> str:
    """Name the twin of a region field; no declared field can have this name."""
    return field + "^"
