"""A rule set as compact JSON and back: what is stored at publication and loaded by every server.

Conditions and routes repeat from rule to rule, so each different one is written once and rules refer to it by
number; that also keeps them shared in memory. A route and its parts are written as their fields in order, fallback
steps after their names: a field that is added to those dataclasses is written and read without a word here. Reading
trusts its input: only what ``dumps`` has written is stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from router.rules.route import (
    Drop,
    Fallback,
    FallbackRep,
    IgnoreHours,
    KnownCustomer,
    OtherPool,
    Route,
    RoutingRules,
    Wait,
    Widen,
)
from rules.arrival import ArrivalField
from rules.codec import read_condition, write_condition
from rules.conditions import Condition
from rules.fields import FieldType
from rules.normal_form import Ignorable
from rules.ruleset import Rule

FORMAT = 7
"""Raised when the layout or its meaning changes; an unknown one is refused rather than misread.

1 had no words for "missing": an attribute "N/A" or "" is a value there, and stays one, so that what was decided by it
is replayed as it was. 2 knew neither ``contains``, ``starts_with`` nor shares, nor fields of which not all counts; 3 no
``arrival``; 4 nothing of hours and deadlines, nor an ``arrival`` in the tenant's zone: where none was named, UTC was
written; 5 knew nobody to ``exclude``, 6 nothing to be routed anew ``on_change``. Each rule set is written in the first
format that has all of it, for servers of a former version to read it while they can.
"""
_SINCE_3 = frozenset({"contains", "starts_with", "percent"})
_SINCE_5, _SINCE_6, _SINCE_7 = ("hours", "contact_within"), ("exclude",), ("on_change",)
"""Fields of a route, its last ones: where they are empty they are left out, so that an older rule set is written as it
was."""


def dumps(rule_set: RoutingRules) -> str:
    """Write a rule set as JSON."""
    conditions: dict[Condition, int] = {}
    routes: dict[str, tuple[int, Route]] = {}  # by their text, because True == 1
    rules = [
        [rule.id, conditions.setdefault(rule.when, len(conditions)), _number_of(rule.target, routes), rule.priority]
        for rule in rule_set.rules
    ]
    default = _number_of(rule_set.default, routes)
    document = {
        "format": _format_of(rule_set),
        "fields": dict(rule_set.fields),
        "ignore_undeclared": rule_set.ignore_undeclared,
        "conditions": [write_condition(condition) for condition in conditions],
        "routes": [route for _, route in routes.values()],
        "rules": rules,
        "default": default,
        "personal": sorted(rule_set.personal),
        "known_customer": asdict(rule_set.known_customer) if rule_set.known_customer else None,
    }
    if rule_set.missing:
        document["missing"] = sorted(rule_set.missing)
    if rule_set.ignoring:
        document["ignoring"] = {name: sorted(ignored) for name, ignored in rule_set.ignoring.items()}
    if rule_set.arrival:
        document["arrival"] = asdict(rule_set.arrival)
    return json.dumps(document, default=_write, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _number_of(route: Route, routes: dict[str, tuple[int, Route]]) -> int:
    return routes.setdefault(repr(route), (len(routes), route))[0]


def loads(text: str | bytes) -> RoutingRules:
    """Read what ``dumps`` wrote.

    Raises
    ------
    ValueError
        If it is of another format.

    """
    document = json.loads(text)
    if document.get("format") not in range(1, FORMAT + 1):
        raise ValueError(f"stored rule set has format {document.get('format')!r}; this version reads 1 to {FORMAT}")
    conditions = [read_condition(raw) for raw in document["conditions"]]
    routes = [_read_route(raw) for raw in document["routes"]]
    rules = tuple(
        Rule(id_, conditions[when], routes[route], priority) for id_, when, route, priority in document["rules"]
    )
    known_customer = document.get("known_customer")  # what was stored before there was such a thing has none
    arrival = document.get("arrival")
    return RoutingRules(
        {name: FieldType(kind) for name, kind in document["fields"].items()},
        rules,
        routes[document["default"]],
        document["ignore_undeclared"],
        frozenset(document.get("personal", ())),  # likewise
        KnownCustomer(**known_customer) if known_customer else None,
        missing=frozenset(document.get("missing", ())),
        ignoring={name: frozenset(map(Ignorable, ignored)) for name, ignored in document.get("ignoring", {}).items()},
        arrival=ArrivalField(**arrival) if arrival else None,
    )


def _format_of(rule_set: RoutingRules) -> int:
    newest = max(map(_format_of_route, (rule_set.default, *(rule.target for rule in rule_set.rules))))
    if newest:
        return newest
    if rule_set.arrival and not rule_set.arrival.timezone:
        return 5
    if rule_set.arrival:
        return 4
    if rule_set.ignoring or any(op in _SINCE_3 for _, op in rule_set.twins):
        return 3
    return 2 if rule_set.missing else 1


def _format_of_route(route: Route) -> int:
    """Return the first format that has all of a route; 0 for one that every format has."""
    if any(getattr(route, name) for name in _SINCE_7):
        return 7
    if any(getattr(route, name) for name in _SINCE_6):
        return 6
    return 5 if any(getattr(route, name) for name in _SINCE_5) or IgnoreHours() in route.fallback else 0


_STEPS: dict[str, type[Fallback]] = {
    "drop": Drop,
    "widen": Widen,
    "hours": IgnoreHours,
    "pool": OtherPool,
    "rep": FallbackRep,
    "wait": Wait,
}
_STEP_NAMES = {kind: name for name, kind in _STEPS.items()}
_FIELDS_OF_4 = len(fields(Route)) - len(_SINCE_5 + _SINCE_6 + _SINCE_7)


def _write(value: Any) -> list[Any]:
    name = _STEP_NAMES.get(type(value))
    written = [getattr(value, field.name) for field in fields(value)]
    while isinstance(value, Route) and len(written) > _FIELDS_OF_4 and not written[-1]:
        del written[-1]
    return [*([name] if name else []), *written]


def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return what reads a value of a type: fields in order, those that were not there yet by their default."""
    if kind == Fallback:
        steps = {name: _reader(step) for name, step in _STEPS.items()}
        return lambda raw: steps[raw[0]](raw[1:])
    if is_dataclass(kind):
        readers = [_reader(hint) for hint in get_type_hints(kind).values()]
        return lambda raw: kind(*[read(part) for read, part in zip(readers, raw, strict=False)])  # type: ignore[operator]
    if get_origin(kind) is tuple:
        read = _reader(get_args(kind)[0])
        return lambda raw: tuple([read(part) for part in raw])
    if written := [arg for arg in get_args(kind) if is_dataclass(arg)]:  # or None
        optional = _reader(written[0])
        return lambda raw: None if raw is None else optional(raw)
    return lambda raw: tuple(raw) if type(raw) is list else raw


_read_route = _reader(Route)
