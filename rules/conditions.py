"""Conditions as values: comparisons of a field with a value, and groups of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.fields import FactValue, Scalar

TWINNED = frozenset({"within", "contains", "starts_with", "percent"})
"""Operators that are looked up in a twin of the field, which projection makes: no engine looks at the text.

``percent`` takes a share, see ``shares``, and the field may be ``EXTERNAL_ID``.
"""


@dataclass(frozen=True, slots=True)
class Predicate:
    """One comparison, ``field op value``; ``value`` is absent for ``exists`` and ``missing``, a tuple for the list
    operators and ``(low, high)``, both ends included, for ``between``.
    """

    field: str
    op: str
    value: FactValue | tuple[Scalar, ...] | None = None


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
