"""Conditions as values: comparisons of a field with a value, and groups of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.fields import FactValue, Scalar, twin_of

TWINNED = frozenset({"within", "contains", "starts_with", "percent"})
"""Operators that are looked up in a twin of the field, which projection makes: no engine looks at the text.

``percent`` takes a share, see ``shares``, and the field may be ``EXTERNAL_ID``.
"""
PRESENCE = frozenset({"exists", "missing"})
MEMBERSHIP = PRESENCE | {"has_any", "has_all"}
"""Operators that see of a list no more than which entries it has."""
SCALAR = PRESENCE | {"eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "between"}
"""Operators that see of a single value no more than how it stands to those that it is compared with."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """One comparison, ``field op value``; ``value`` is absent for ``exists`` and ``missing``, a tuple for the list
    operators and ``(low, high)``, both ends included, for ``between``.
    """

    field: str
    op: str
    value: FactValue | tuple[Scalar, ...] | None = None

    @property
    def source(self) -> str:
        """What of a fact is looked at: the field, or a twin of it."""
        return twin_of(self.field, self.op) if self.op in TWINNED else self.field

    @property
    def values(self) -> tuple[Scalar, ...]:
        """What is compared with: none, one or several values."""
        value = self.value
        return () if value is None else value if isinstance(value, tuple) else (value,)


@dataclass(frozen=True, slots=True)
class All:
    """Holds if every condition holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds if some condition holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Holds if the condition does not."""

    condition: Condition


Condition = Predicate | All | AnyOf | Not

ALWAYS = All(())
"""The condition of a rule without one."""


def predicates(condition: Condition) -> Iterator[Predicate]:
    """Yield the comparisons of a condition in the order in which they are written."""
    stack = [condition]
    while stack:
        match stack.pop():
            case Predicate() as predicate:
                yield predicate
            case All(conditions) | AnyOf(conditions):
                stack.extend(reversed(conditions))
            case Not(inner):
                stack.append(inner)
