"""What a route means: a pool, what its reps must and should have, and what if nobody is left. Values only.

Made from YAML by ``router.rules.compiler``, stored and read back by ``router.rules.codec``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rules.durations import DurationTable
from rules.fields import FactValue
from rules.ruleset import RuleSet


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
class IgnoreHours:
    """Fallback: admit who is not on duty, too; whoever is on leave stays out."""


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


HANDLERS = "handlers"
"""What a route's ``exclude`` calls all who owned the work item before."""
Fallback = Drop | Widen | IgnoreHours | OtherPool | FallbackRep | Wait


@dataclass(frozen=True, slots=True)
class Route:
    """What a match asks for.

    ``value`` charges the ledger of a ``value_weighted`` pool: a number, or the name of a number field; absent: the
    work item's own. ``priority`` orders what waits, 0 to 1,000, high first. ``sla`` names a policy. ``hours`` says what
    those of the pool who are not on duty mean: nothing is said, and the next step is tried; ``ignore``: they count as
    if they were; ``wait``: for one of them who fits the work item waits, rather than going on to the next step.
    ``contact_within`` is how long the owner may take, in their own hours, until they make contact; None: as they like.
    ``exclude`` names fields whose texts name reps, or ``HANDLERS``: whoever is meant is no candidate of any step.
    ``on_change`` names fields: where one of them is updated, the work item is routed anew.
    """

    pool: str
    require: tuple[Requirement, ...] = ()
    prefer: tuple[Preference, ...] = ()
    value: float | str | None = None
    priority: int = 0
    sla: str = ""
    fallback: tuple[Fallback, ...] = ()
    hours: Literal["", "ignore", "wait"] = ""
    contact_within: DurationTable | None = None
    exclude: tuple[str, ...] = ()
    on_change: tuple[str, ...] = ()

    @property
    def excluding_fields(self) -> tuple[str, ...]:
        """The fields of the work item that name who is left out."""
        return tuple(name for name in self.exclude if name != HANDLERS)


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """Where a customer is named, and which fields are filled with what is known, if the work item leaves them out.

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


@dataclass(frozen=True, slots=True)
class RoutingRules(RuleSet[Route]):
    """A rule set whose rules lead to routes.

    What follows from them: ``compared_fields``, those that some requirement, preference or exclusion compares reps
    with, and that therefore stand in reasons; ``limits_contact``, whether some route says by when to make contact;
    ``excludes_handlers``, whether some route excludes whoever had the work item before.
    """

    known_customer: KnownCustomer | None = None
    compared_fields: frozenset[str] = field(init=False, compare=False, repr=False)
    limits_contact: bool = field(init=False, compare=False, repr=False)
    excludes_handlers: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        RuleSet.__post_init__(self)
        routes = [self.default, *(rule.target for rule in self.rules)]
        compared = {requirement.item for route in routes for requirement in requirements(route) if requirement.item}
        compared.update(name for route in routes for name in route.excluding_fields)
        object.__setattr__(self, "compared_fields", frozenset(compared))
        object.__setattr__(self, "limits_contact", any(route.contact_within for route in routes))
        object.__setattr__(self, "excludes_handlers", any(HANDLERS in route.exclude for route in routes))

    def applied(self, matched: Sequence[str]) -> Route:
        """Return the route of the first of the matching rules, the default where none matched."""
        return next((rule.target for rule in self.rules if rule.id in matched[:1]), self.default)


def requirements(route: Route) -> Iterator[Requirement]:
    """Yield all that a route and its fallbacks require or prefer."""
    yield from route.require
    for preference in route.prefer:
        yield preference.requirement
    for fallback in route.fallback:
        if isinstance(fallback, OtherPool):
            yield from fallback.require
