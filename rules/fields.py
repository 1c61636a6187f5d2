"""What a field of a work item, and an attribute of a rep, can be. Values only."""

from __future__ import annotations

from collections.abc import Mapping

Scalar = str | float | int | bool
FactValue = Scalar | tuple[str, ...]
Fact = Mapping[str, FactValue]
"""A work item's attributes as the engines see them: declared, typed, bounded; what is missing is left out. Dates
are epoch seconds. A territory field ``f`` that some rule looks ``within`` has a twin ``f^``: the tuple of itself
and all territories around it."""
