"""Conditions as Python functions: what is left to verify once the index has narrowed the rules down.

Written apart from the reference evaluator on purpose; the tests compare the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rules.conditions import TWINNED, All, AnyOf, Condition, Not, Predicate
from rules.fields import Fact

Test = Callable[[Fact], bool]


def compile_test(condition: Condition) -> Test:
    """Turn a condition into a function of the fact."""
    match condition:
        case All(conditions):
            tests = [compile_test(inner) for inner in conditions]
            return tests[0] if len(tests) == 1 else lambda fact: all(test(fact) for test in tests)
        case AnyOf(conditions):
            tests = [compile_test(inner) for inner in conditions]
            return tests[0] if len(tests) == 1 else lambda fact: any(test(fact) for test in tests)
        case Not(inner):
            negated = compile_test(inner)
            return lambda fact: not negated(fact)
        case Predicate():
            return _compile_predicate(condition)


def _compile_predicate(predicate: Predicate) -> Test:
    field, op = predicate.field, predicate.op
    if op == "exists":
        return lambda fact: field in fact
    if op == "missing":
        return lambda fact: field not in fact
    compare = COMPARISONS[op](predicate.value)
    source = predicate.source
    return lambda fact: (actual := fact.get(source)) is not None and compare(actual)


def _between(bounds: Any) -> Callable[[Any], bool]:
    low, high = bounds
    return lambda actual: low <= actual <= high


def _in(values: Any) -> Callable[[Any], bool]:
    return frozenset(values).__contains__


def _not_in(values: Any) -> Callable[[Any], bool]:
    excluded = frozenset(values)
    return lambda actual: actual not in excluded


def _has_any(values: Any) -> Callable[[Any], bool]:
    wanted = frozenset(values)
    return lambda actual: not wanted.isdisjoint(actual)


def _has_all(values: Any) -> Callable[[Any], bool]:
    return frozenset(values).issubset


COMPARISONS: dict[str, Callable[[Any], Callable[[Any], bool]]] = {
    "eq": lambda value: lambda actual: actual == value,
    "ne": lambda value: lambda actual: actual != value,
    "gt": lambda value: lambda actual: actual > value,
    "gte": lambda value: lambda actual: actual >= value,
    "lt": lambda value: lambda actual: actual < value,
    "lte": lambda value: lambda actual: actual <= value,
    "between": _between,
    "in": _in,
    "not_in": _not_in,
    "has_any": _has_any,
    "has_all": _has_all,
    **dict.fromkeys(TWINNED, lambda value: lambda holding: value in holding),
}
"""Per operator: from the value in the rule to a test of the value in the fact, which is there."""
