"""Facts to try a rule set on before it is published: such as its rules ask for, and one that has nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.conditions import TWINNED, Predicate, predicates
from rules.fields import Fact, twin_of
from rules.ruleset import Rule, RuleSet


def sample_facts(rule_set: RuleSet[object], count: int = 16) -> list[Fact]:
    """Make up to ``count`` facts from rules all over the set; always the same ones for the same set.

    Each gives the fields of one rule values that its comparisons accept, as far as they accept any together.
    """
    step = max(1, len(rule_set.rules) // max(1, count - 1))
    return [{}, *(_fact(rule) for rule in rule_set.rules[::step])][:count]


def _fact(rule: Rule[object]) -> Fact:
    fact: dict[str, Any] = {}
    for predicate in predicates(rule.when):
        for name, value in _accepted(predicate):
            fact.setdefault(name, value)
    return fact


def _accepted(predicate: Predicate) -> Iterator[tuple[str, Any]]:
    value: Any = predicate.value
    match predicate.op:
        case "eq" | "gte" | "lte":
            yield predicate.field, value
        case "gt":
            yield predicate.field, value + 1
        case "lt":
            yield predicate.field, value - 1
        case "in" | "between":
            yield predicate.field, value[0]
        case "has_any" | "has_all":
            yield predicate.field, value
        case "percent":
            yield twin_of(predicate.field, "percent"), (value,)
        case op if op in TWINNED:
            yield predicate.field, value
            yield twin_of(predicate.field, op), (value,)
