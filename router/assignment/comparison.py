"""A work item that is sent again: what of it differs from what is stored, and how that stands. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from router.assignment.planner import Planner
from router.model.events import Content
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, Kind, State, WorkItem
from router.rules.on_change import is_alike
from rules.projection import says_nothing

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


def known_item(planner: Planner, sent: WorkItem, content: Content, record: ItemRecord) -> KnownItem:
    """Compare what was sent with what is stored.

    Parameters
    ----------
    planner
        Says how attributes are read now, and who is active.
    sent
        As it came, without what the service fills in.
    content
        The event that holds what is stored of the work item.
    """
    owner = planner.roster.reps.get(record.owner)
    return KnownItem(
        record.state,
        record.state not in CLOSED_STATES,
        owner is not None and owner.active,
        tuple(_differences(planner, sent, content)),
        content.erased,
    )


def _differences(planner: Planner, sent: WorkItem, content: Content) -> Iterator[Difference]:
    stored, rule_set = content.head.item, planner.rule_set
    for field in ("kind", "value", "priority"):
        if getattr(sent, field) != getattr(stored, field):
            yield Difference(field, getattr(stored, field), getattr(sent, field))
    for name in sorted({*sent.attributes, *stored.attributes}):
        before, now = stored.attributes.get(name), sent.attributes.get(name)
        if _ATTRIBUTE + name in content.erased or _was_filled_in(planner, stored.kind, name, now):
            continue
        if _was_raised(planner, stored, name, now):
            continue
        if not is_alike(rule_set, name, before, now):
            yield Difference(_ATTRIBUTE + name, before, now)


def _was_raised(planner: Planner, stored: WorkItem, name: str, sent: object) -> bool:
    """Say whether an attribute is as severe as was sent, but that it repeats another work item."""
    repeats = planner.repeats.get(stored.kind)
    raises = repeats.raises if repeats else None
    if raises is None or stored.repeats is None or name != raises.field:
        return False
    return bool(stored.repeats.after) and (sent, stored.attributes.get(name)) == stored.repeats[1:3]


def _was_filled_in(planner: Planner, kind: Kind, name: str, sent: object) -> bool:
    """Say whether an attribute that was left out is one that the service fills in itself."""
    rule_set, severity = planner.rule_set, planner.severities.get(kind)
    known, arrival = rule_set.known_customer, rule_set.arrival
    filled = [known.churn_risk, known.value_tier] if known else []
    return name in (*filled, arrival and arrival.name, severity and severity.field) and says_nothing(rule_set, sent)
