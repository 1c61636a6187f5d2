"""A work item that is sent again: what of it differs from what is stored, and how that stands. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from router.assignment.planner import Planner
from router.model.decision import Decision
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, State, WorkItem
from router.rules.route import RoutingRules
from rules.projection import InvalidAttributes, project, says_nothing

_ATTRIBUTE = "attributes."


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that was sent otherwise than it is stored; None is none."""

    field: str
    stored: Any
    sent: Any


@dataclass(frozen=True, slots=True)
class KnownItem:
    """How a work item stands that is sent again; ``erased`` names what of it nobody can compare any more."""

    state: State
    is_open: bool
    is_owner_active: bool
    differences: tuple[Difference, ...]
    erased: tuple[str, ...]


def known_item(planner: Planner, sent: WorkItem, decision: Decision, record: ItemRecord) -> KnownItem:
    """Compare what was sent with what is stored.

    Parameters
    ----------
    planner
        Says how attributes are read now, and who is active.
    sent
        As it came, without what the service fills in.
    decision
        The one that made its owner; it holds what is stored of the work item.
    """
    owner = planner.roster.reps.get(record.owner)
    return KnownItem(
        record.state,
        record.state not in CLOSED_STATES,
        owner is not None and owner.active,
        tuple(_differences(planner.rule_set, sent, decision)),
        decision.erased,
    )


def _differences(rule_set: RoutingRules, sent: WorkItem, decision: Decision) -> Iterator[Difference]:
    stored = decision.head.item
    for field in ("kind", "value", "priority"):
        if getattr(sent, field) != getattr(stored, field):
            yield Difference(field, getattr(stored, field), getattr(sent, field))
    for name in sorted({*sent.attributes, *stored.attributes}):
        before, now = stored.attributes.get(name), sent.attributes.get(name)
        if _ATTRIBUTE + name in decision.erased or _was_filled_in(rule_set, name, now):
            continue
        if not _is_alike(rule_set, name, before, now):
            yield Difference(_ATTRIBUTE + name, before, now)


def _was_filled_in(rule_set: RoutingRules, name: str, sent: object) -> bool:
    """Say whether an attribute that was left out is one that the service fills in itself."""
    known, arrival = rule_set.known_customer, rule_set.arrival
    filled = [known.churn_risk, known.value_tier] if known else []
    return name in (*filled, arrival and arrival.name) and says_nothing(rule_set, sent)


def _is_alike(rule_set: RoutingRules, name: str, one: object, other: object) -> bool:
    """Compare two values as the rules read them; as they are where they do not know the field, or cannot read it."""
    if one == other or name not in rule_set.fields:
        return one == other
    try:
        first, second = (project(rule_set, {name: value}, lambda region, _: (region,)) for value in (one, other))
    except InvalidAttributes:
        return False
    return first.get(name) == second.get(name)
