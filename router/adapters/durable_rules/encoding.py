"""What durable-rules is given: conditions in the safe part of its language, and the words they are written in. Pure.

durable-rules 2.0.28 is fast, but outside a narrow part of its language ordinary input crashes it, hangs it or is
answered wrong. So nothing that people write reaches it. Fields become ``f0``, ``f1`` … and texts ``t0``, ``t1`` …
(a text that no rule mentions is ``-``), which rules out its troubles with long strings, escapes, colliding names
and reserved words. What remains is:

* ``$and``, ``$or`` and plain comparisons; never empty, nor an ``$or`` inside an ``$iany``;
* for lists, and for twins (the regions around one, the texts that are contained), ``$iany`` of one equality each;
* for a missing field a marker ``m0``, ``m1`` … in the fact, instead of ``$nex``, which loops endlessly on its own;
* ``not`` pushed down to the comparisons, where it becomes "missing, or the opposite".

A rule that has no such form, or too large a one, is ``Inexpressible`` and left to another engine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rules.conditions import TWINNED, All, AnyOf, Condition, Not, Predicate
from rules.fields import Fact, twin_of
from rules.ruleset import RuleSet

Ast = dict[str, Any]

# The engine's own limits (its tables in C, where overrunning them crashes, hangs or loses matches), with a margin.
MAX_PATHS = 56
"""Ways to match that can be pending at once, per chunk; at 64 asserting a fact fails."""
MAX_TESTS = 480
"""Comparisons per chunk; 512 on one level hang it."""
MAX_ORS = 96
"""``$or`` groups per chunk; 129 on one branch fail."""
MAX_GROUPS = 12
"""``$and`` and ``$or`` groups per rule; each takes 2 of 32 slots."""
MAX_PROPERTIES = 240
"""Fields of a fact; 254 fail."""

ANY = {"$ex": {"_any": 1}}
"""Holds for every fact; used where a rule asks nothing."""

_OPPOSITE = {"eq": "ne", "ne": "eq", "in": "not_in", "not_in": "in", "gt": "lte", "lte": "gt", "gte": "lt", "lt": "gte"}
_ORDER = {"gt": "$gt", "gte": "$gte", "lt": "$lt", "lte": "$lte"}


class Inexpressible(Exception):  # an answer, not a fault
    """The condition has no safe form."""


@dataclass(frozen=True, slots=True)
class EncodedRule:
    """A rule as durable-rules gets it, and what it takes of each limit."""

    position: int
    ast: Ast
    paths: int
    tests: int
    ors: int


Chunk = tuple[EncodedRule, ...]
"""As many rules as durable-rules bears at once, which is 56 at best."""


def chunks(forms: Iterable[EncodedRule]) -> Iterator[Chunk]:
    """Pack rules into chunks, in order."""
    chunk: list[EncodedRule] = []
    paths = tests = ors = 0
    for form in forms:
        if paths + form.paths > MAX_PATHS or tests + form.tests > MAX_TESTS or ors + form.ors > MAX_ORS:
            yield tuple(chunk)
            chunk, paths, tests, ors = [], 0, 0, 0
        chunk.append(form)
        paths, tests, ors = paths + form.paths, tests + form.tests, ors + form.ors
    if chunk:
        yield tuple(chunk)


class Vocabulary:
    """The words for one rule set's fields and texts, and facts written in them."""

    def __init__(self, rule_set: RuleSet[object]) -> None:
        self._kinds = rule_set.fields
        self._properties: dict[str, str] = {}
        self._markers: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self._pieces: dict[str, dict[Any, str]] = {}

    def form(self, position: int, condition: Condition) -> EncodedRule:
        """Write a condition.

        Raises
        ------
        Inexpressible
            If it has no safe form within the limits.
        """
        ast = self._write(condition, negated=False)
        groups, ors, tests = _count(ast)
        paths = _paths(ast)
        if groups > MAX_GROUPS or paths > MAX_PATHS or tests > MAX_TESTS or ors > MAX_ORS:
            raise Inexpressible
        return EncodedRule(position, ast, paths, tests, ors)

    def fact(self, fact: Fact) -> str:
        """Write a fact as JSON, with only what the rules speak of."""
        parts = ['{"id":"f","sid":"0","_any":1']
        for field, name in self._properties.items():
            value = fact.get(field)
            if value is None:
                if field in self._markers:
                    parts.append(f'"{self._markers[field]}":1')
            elif isinstance(value, str):
                parts.append(f'"{name}":"{self._tokens.get(value, "-")}"')
            elif isinstance(value, tuple):
                parts.append(f'"{name}":[{self._entries(value)}]')
            else:
                parts.append(f'"{name}":{_literal(value)}')
        return ",".join(parts) + "}"

    def _entries(self, values: Iterable[str]) -> str:
        tokens = dict.fromkeys(self._tokens[value] for value in values if value in self._tokens)
        return ",".join(f'"{token}"' for token in tokens) or '"-"'

    def _write(self, condition: Condition, *, negated: bool) -> Ast:
        match condition:
            case All(conditions):
                return _group("$or" if negated else "$and", [self._write(c, negated=negated) for c in conditions])
            case AnyOf(conditions):
                return _group("$and" if negated else "$or", [self._write(c, negated=negated) for c in conditions])
            case Not(inner):
                return self._write(inner, negated=not negated)
            case Predicate(field, op, value):
                return self._negated(field, op, value) if negated else self._comparison(field, op, value)

    def _negated(self, field: str, op: str, value: Any) -> Ast:
        if op in ("exists", "missing"):
            return self._comparison(field, "missing" if op == "exists" else "exists", None)
        missing = self._comparison(field, "missing", None)
        if op == "between":
            low, high = value
            return _group("$or", [missing, self._comparison(field, "lt", low), self._comparison(field, "gt", high)])
        if op not in _OPPOSITE:
            raise Inexpressible
        return _group("$or", [missing, self._comparison(field, _OPPOSITE[op], value)])

    def _comparison(self, field: str, op: str, value: Any) -> Ast:
        if op in TWINNED:
            return self._has(twin_of(field, op), value)
        name = self._property(field)
        match op:
            case "exists":
                return {"$ex": {name: 1}}
            case "missing":
                return {self._markers.setdefault(field, "m" + name[1:]): 1}
            case "eq":
                return {name: self._literal(value)}
            case "ne":
                return {"$neq": {name: self._literal(value)}}
            case "in":
                return _group("$or", [{name: self._literal(item)} for item in value])
            case "not_in":
                return _group("$and", [{"$neq": {name: self._literal(item)}} for item in value])
            case "between":
                return _group("$and", [{"$gte": {name: value[0]}}, {"$lte": {name: value[1]}}])
            case "has_any" | "has_all":
                return _group("$or" if op == "has_any" else "$and", [self._has(field, item) for item in value])
        return {_ORDER[op]: {name: value}}

    def _has(self, field: str, value: str) -> Ast:
        return {"$iany": {self._property(field): {"$i": self._literal(value)}}}

    def _property(self, field: str) -> str:
        if field not in self._properties and len(self._properties) >= MAX_PROPERTIES:
            raise Inexpressible
        return self._properties.setdefault(field, f"f{len(self._properties)}")

    def _literal(self, value: Any) -> Any:
        return self._tokens.setdefault(value, f"t{len(self._tokens)}") if isinstance(value, str) else value


def _literal(value: float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def _group(op: str, members: list[Ast]) -> Ast:
    """Join members, none twice; members that are such a group themselves are taken in."""
    flat: list[Ast] = []
    for member in members:
        for part in member.get(op, [member]):
            if part not in flat:
                flat.append(part)
    if not flat:
        if op == "$or":
            raise Inexpressible  # never holds
        return ANY
    return flat[0] if len(flat) == 1 else {op: flat}


def _count(ast: Ast) -> tuple[int, int, int]:
    """Count groups, ``$or`` groups among them, and comparisons."""
    ((key, value),) = ast.items()
    if key not in ("$and", "$or"):
        return 0, 0, 2 if key == "$iany" else 1
    groups, ors, tests = 1, int(key == "$or"), 0
    for member in value:
        inner = _count(member)
        groups, ors, tests = groups + inner[0], ors + inner[1], tests + inner[2]
    return groups, ors, tests


def _paths(ast: Ast) -> int:
    """Count in how many ways the condition can be met at once."""
    ((key, value),) = ast.items()
    if key == "$and":
        return math.prod(_paths(member) for member in value)
    if key != "$or":
        return 1
    fields = {next(iter(member)) for member in value}
    exclusive = len(fields) == 1 and not next(iter(fields)).startswith("$")
    return 1 if exclusive else sum(_paths(member) for member in value)
