"""The plain evaluator: what a condition means, one comparison after the other.

It is the oracle that the fast engines are compared with, and the source of explanations. A comparison with a field
that the fact lacks does not hold, whatever the operator, except ``missing``; ``not`` turns the result around,
so ``not: {field: x, op: eq, value: 1}`` holds where x is missing and ``{field: x, op: ne, value: 1}`` does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.conditions import TWINNED, All, AnyOf, Condition, Not, Predicate
from rules.fields import Fact, FactValue, Scalar, as_written, twin_of
from rules.ruleset import Rule, RuleSet


@dataclass(frozen=True, slots=True)
class PredicateTrace:
    """One comparison of a rule, as it went for one fact.

    ``path`` leads to it in the rule, e.g. ``when.all[1]``; ``actual`` is the field as it came in, of a share the bucket
    that it is in, None where it is missing. ``holds`` is the comparison's own result: a ``not`` further out is part of
    the path, not of the result.
    """

    path: str
    field: str
    op: str
    expected: FactValue | tuple[Scalar, ...] | None
    actual: FactValue | None
    holds: bool


class ReferenceEngine:
    """Tries every rule on every fact."""

    name = "reference"

    def __init__(self, rule_set: RuleSet[object]) -> None:
        self._rules = rule_set.rules

    def match(self, fact: Fact) -> tuple[str, ...]:
        """Return the ids of all matching rules in order of precedence."""
        return tuple(rule.id for rule in self._rules if holds(rule.when, fact))

    def close(self) -> None:
        """Let go of nothing: it holds nothing."""


def holds(condition: Condition, fact: Fact) -> bool:
    """Say whether a condition holds for a fact."""
    match condition:
        case All(conditions):
            return all(holds(inner, fact) for inner in conditions)
        case AnyOf(conditions):
            return any(holds(inner, fact) for inner in conditions)
        case Not(inner):
            return not holds(inner, fact)
        case Predicate():
            return _compare(condition, fact)


def trace(rule: Rule[object], fact: Fact) -> list[PredicateTrace]:
    """List a rule's comparisons in the order in which they are written, each with what was found."""
    return [
        PredicateTrace(
            *(path, predicate.field, predicate.op, predicate.value),
            _met(predicate, fact),
            _compare(predicate, fact),
        )
        for path, predicate in _predicates(rule.when, "when")
    ]


def _met(predicate: Predicate, fact: Fact) -> FactValue | None:
    if predicate.op == "percent":
        return fact.get(twin_of(predicate.field, str(predicate.value)))
    return as_written(fact, predicate.field)


def _predicates(condition: Condition, path: str) -> Iterator[tuple[str, Predicate]]:
    match condition:
        case All(conditions) | AnyOf(conditions):
            step = "all" if isinstance(condition, All) else "any"
            for index, inner in enumerate(conditions):
                yield from _predicates(inner, f"{path}.{step}[{index}]")
        case Not(inner):
            yield from _predicates(inner, f"{path}.not")
        case Predicate():
            yield path, condition


def _compare(predicate: Predicate, fact: Fact) -> bool:
    if predicate.op in TWINNED:
        holding = fact.get(twin_of(predicate.field, predicate.op), ())
        return isinstance(holding, tuple) and predicate.value in holding
    actual = fact.get(predicate.field)
    if predicate.op == "missing" or actual is None:
        return predicate.op == "missing" and actual is None
    expected = predicate.value
    if isinstance(expected, tuple):
        return _compare_with_many(predicate.op, actual, expected)
    return _compare_with_one(predicate.op, actual, expected)


def _compare_with_many(op: str, actual: FactValue, expected: tuple[Scalar, ...]) -> bool:
    entries = actual if isinstance(actual, tuple) else (actual,)
    match op:
        case "in":
            return actual in expected
        case "not_in":
            return actual not in expected
        case "between":
            low, high = expected
            return low <= actual <= high  # type: ignore[operator]  # numbers, by the field's type
        case "has_any":
            return any(wanted in entries for wanted in expected)
        case "has_all":
            return all(wanted in entries for wanted in expected)
    raise AssertionError(op)


def _compare_with_one(op: str, actual: FactValue, expected: Scalar | None) -> bool:
    match op:
        case "exists":
            return True
        case "eq":
            return actual == expected
        case "ne":
            return actual != expected
        case "gt":
            return actual > expected  # type: ignore[operator]  # numbers, by the field's type, here and below
        case "gte":
            return actual >= expected  # type: ignore[operator]
        case "lt":
            return actual < expected  # type: ignore[operator]
        case "lte":
            return actual <= expected  # type: ignore[operator]
    raise AssertionError(op)
