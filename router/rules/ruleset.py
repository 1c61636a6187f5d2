"""A published rule set as values: what the engines match and what a match asks for.

Made from YAML by ``router.rules.source``, stored and read back as JSON. Immutable; no I/O.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from router.model.values import FactValue, Scalar


def twin_of(field: str) -> str:
    """Name the twin of a territory field; no declared field can have this name."""
    return field + "^"


class FieldType(StrEnum):
    """Type of a declared field."""

    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"
    LIST = "list"
    DATE = "date"


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


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a rep must have: their attribute compared with a field of the work item, or with a fixed value.

    A requirement on a field that the work item lacks asks nothing.
    """

    rep: str
    op: Literal["covers", "has", "has_all", "has_any", "eq", "ne", "gt", "gte", "lt", "lte"]
    item: str | None = None
    value: FactValue | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """A requirement that need not be met, but scores points; they count only within the pool's band."""

    requirement: Requirement
    score: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Fallback: forget the requirements on these attributes of the rep."""

    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Widen:
    """Fallback: admit whoever serves any part of the territory around the one in this field of the work item."""

    item: str


@dataclass(frozen=True, slots=True)
class OtherPool:
    """Fallback: try this pool, with requirements of its own."""

    pool: str
    require: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class FallbackRep:
    """Fallback: this rep, whatever the pool, if active and below their cap."""

    rep: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Fallback, always the last: keep it waiting rather than unrouted."""


Fallback = Drop | Widen | OtherPool | FallbackRep | Wait


@dataclass(frozen=True, slots=True)
class Route:
    """What a match asks for.

    ``value`` charges the ledger of a ``value_weighted`` pool: a number, or the name of a number field; absent: the
    work item's own. ``priority`` orders what waits, 0 to 1,000, high first. ``sla`` names a policy.
    """

    pool: str
    require: tuple[Requirement, ...] = ()
    prefer: tuple[Preference, ...] = ()
    value: float | str | None = None
    priority: int = 0
    sla: str = ""
    fallback: tuple[Fallback, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition and where it leads."""

    id: str
    when: Condition
    route: Route
    priority: int = 0


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """Which fields are filled with what is known of a customer, if the work item leaves them out.

    Parameters
    ----------
    id
        The field that carries the customer's id.
    churn_risk, value_tier
        The fields to fill; empty: not asked for.
    """

    id: str
    churn_risk: str = ""
    value_tier: str = ""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class RuleSet:
    """Typed fields, rules in the order in which the first match wins, and the default.

    ``within_fields`` follows from the rules: the territory fields that some rule looks ``within``, which get a twin.
    ``personal`` fields say something about a person. ``compared_fields`` follow too: those that some requirement or
    preference compares reps with, and that therefore stand in reasons.
    """

    fields: Mapping[str, FieldType]
    rules: tuple[Rule, ...]
    default: Route
    ignore_undeclared: bool = False
    known_customer: KnownCustomer | None = None
    personal: frozenset[str] = frozenset()
    within_fields: frozenset[str] = field(init=False, compare=False, repr=False)
    compared_fields: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        looked = {p.field for rule in self.rules for p in predicates(rule.when) if p.op == "within"}
        object.__setattr__(self, "within_fields", frozenset(looked))
        routes = [self.default, *(rule.route for rule in self.rules)]
        compared = {requirement.item for route in routes for requirement in requirements(route) if requirement.item}
        object.__setattr__(self, "compared_fields", frozenset(compared))


def requirements(route: Route) -> Iterator[Requirement]:
    """Yield all that a route and its fallbacks require or prefer."""
    yield from route.require
    for preference in route.prefer:
        yield preference.requirement
    for fallback in route.fallback:
        if isinstance(fallback, OtherPool):
            yield from fallback.require


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
