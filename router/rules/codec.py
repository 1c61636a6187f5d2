"""A rule set as compact JSON and back: what is stored at publication and loaded by every server.

Conditions and routes repeat from rule to rule, so each different one is written once and rules refer to it by
number; that also keeps them shared in memory. Reading trusts its input: only what ``dumps`` has written is stored.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from rules.ruleset import (
    All,
    AnyOf,
    Condition,
    Drop,
    Fallback,
    FallbackRep,
    FieldType,
    KnownCustomer,
    Not,
    OtherPool,
    Predicate,
    Preference,
    Requirement,
    Route,
    Rule,
    RuleSet,
    Wait,
    Widen,
)

FORMAT = 1
"""Raised when the layout changes; an unknown one is refused rather than misread."""


def dumps(rule_set: RuleSet) -> str:
    """Write a rule set as JSON."""
    conditions: dict[Condition, int] = {}
    routes: dict[Route, int] = {}
    rules = [
        [
            rule.id,
            conditions.setdefault(rule.when, len(conditions)),
            routes.setdefault(rule.route, len(routes)),
            rule.priority,
        ]
        for rule in rule_set.rules
    ]
    default = routes.setdefault(rule_set.default, len(routes))
    document = {
        "format": FORMAT,
        "fields": dict(rule_set.fields),
        "ignore_undeclared": rule_set.ignore_undeclared,
        "conditions": [_write_condition(condition) for condition in conditions],
        "routes": [_write_route(route) for route in routes],
        "rules": rules,
        "default": default,
        "personal": sorted(rule_set.personal),
        "known_customer": asdict(rule_set.known_customer) if rule_set.known_customer else None,
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def loads(text: str | bytes) -> RuleSet:
    """Read what ``dumps`` wrote.

    Raises
    ------
    ValueError
        If it is of another format.

    """
    document = json.loads(text)
    if document.get("format") != FORMAT:
        raise ValueError(f"stored rule set has format {document.get('format')!r}; this version reads {FORMAT}")
    conditions = [_read_condition(raw) for raw in document["conditions"]]
    routes = [_read_route(raw) for raw in document["routes"]]
    rules = tuple(
        Rule(id_, conditions[when], routes[route], priority) for id_, when, route, priority in document["rules"]
    )
    fields = {name: FieldType(kind) for name, kind in document["fields"].items()}
    known = document.get("known_customer")  # what was stored before there was such a thing has none
    return RuleSet(
        fields,
        rules,
        routes[document["default"]],
        document["ignore_undeclared"],
        KnownCustomer(**known) if known else None,
        frozenset(document.get("personal", ())),  # likewise
    )


def _write_condition(condition: Condition) -> list[Any]:
    match condition:
        case Predicate():
            return [condition.field, condition.op, condition.value]
        case All(conditions):
            return ["&", [_write_condition(inner) for inner in conditions]]
        case AnyOf(conditions):
            return ["|", [_write_condition(inner) for inner in conditions]]
        case Not(inner):
            return ["!", [_write_condition(inner)]]


def _read_condition(raw: list[Any]) -> Condition:
    if len(raw) == 3:
        value = raw[2]
        return Predicate(raw[0], raw[1], tuple(value) if type(value) is list else value)
    inner = tuple([_read_condition(member) for member in raw[1]])
    if raw[0] == "&":
        return All(inner)
    return AnyOf(inner) if raw[0] == "|" else Not(inner[0])


def _write_route(route: Route) -> list[Any]:
    return [
        route.pool,
        [_write_requirement(requirement) for requirement in route.require],
        [[_write_requirement(preference.requirement), preference.score] for preference in route.prefer],
        route.value,
        route.priority,
        route.sla,
        [_write_step(step) for step in route.fallback],
    ]


def _read_route(raw: list[Any]) -> Route:
    pool, require, prefer, value, priority, sla, fallback = raw
    return Route(
        pool,
        tuple([_read_requirement(requirement) for requirement in require]),
        tuple([Preference(_read_requirement(requirement), score) for requirement, score in prefer]),
        value,
        priority,
        sla,
        tuple([_read_step(step) for step in fallback]),
    )


def _write_requirement(requirement: Requirement) -> list[Any]:
    return [requirement.rep, requirement.op, requirement.item, requirement.value]


def _read_requirement(raw: list[Any]) -> Requirement:
    rep, op, item, value = raw
    return Requirement(rep, op, item, tuple(value) if type(value) is list else value)


def _write_step(step: Fallback) -> list[Any]:
    match step:
        case Drop(attributes):
            return ["drop", attributes]
        case Widen(item):
            return ["widen", item]
        case OtherPool(pool, require):
            return ["pool", pool, [_write_requirement(requirement) for requirement in require]]
        case FallbackRep(rep):
            return ["rep", rep]
        case Wait():
            return ["wait"]


def _read_step(raw: list[Any]) -> Fallback:
    match raw:
        case ["drop", attributes]:
            return Drop(tuple(attributes))
        case ["widen", item]:
            return Widen(item)
        case ["pool", pool, require]:
            return OtherPool(pool, tuple([_read_requirement(requirement) for requirement in require]))
        case ["rep", rep]:
            return FallbackRep(rep)
        case ["wait"]:
            return Wait()
    raise ValueError(f"unknown fallback step {raw!r}")
