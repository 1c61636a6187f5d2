"""What a work item becomes by an update, and what of it changed. Pure.

A client may change attributes, value and priority. What the service filled in itself stays, unless it is of another
customer by then; when a work item came stays for good.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from router.assignment.commands import Change, UpdateRequest
from router.assignment.planner import Planner
from router.model.decision import EnteredStage
from router.model.errors import InvalidInput
from router.model.records import ItemRecord
from router.model.workitem import State, WorkItem, canonical
from router.process.stages.places import StagePlace
from router.rules.on_change import moves
from router.rules.route import RoutingRules
from router.rules.stamps import check_unstamped
from rules.problems import known_names, shown
from rules.spelling import hint

ATTRIBUTES, VALUE, PRIORITY, STAGE = "attributes", "value", "priority", "stage"
_PREFIX = f"{ATTRIBUTES}."


def updated_item(rule_set: RoutingRules, stored: WorkItem, request: UpdateRequest) -> WorkItem:
    """Return what a work item becomes.

    Raises
    ------
    InvalidInput
        If a path names an attribute that there is not, or it says itself when it came.

    Examples
    --------
    >>> from router.model.workitem import Kind
    >>> from router.rules.route import Route
    >>> rule_set = RoutingRules({}, (), Route("p"), ignore_undeclared=True)
    >>> item = WorkItem(Kind.LEAD, attributes={"region": "north", "city": "x"}, value=2.0)
    >>> paths = frozenset({"attributes.region", "attributes.city", "priority"})
    >>> changed = updated_item(rule_set, item, UpdateRequest("crm~1", {"region": "east"}, 0, 7, paths))
    >>> dict(changed.attributes), changed.value, changed.priority
    ({'region': 'east'}, 2.0, 7)
    """
    given = {name: value for name, value in request.attributes.items() if value is not None}
    named = {path.removeprefix(_PREFIX) for path in request.paths if path.startswith(_PREFIX)}
    if ATTRIBUTES in request.paths:
        named |= {*stored.attributes, *given} - _filled_in(rule_set, given)
    _check_names(rule_set, stored, named)
    meant = {name: value for name, value in given.items() if name in named}
    check_unstamped(rule_set, stored._replace(attributes=meant))
    arrival = rule_set.arrival.name if rule_set.arrival else ""
    kept = {name: value for name, value in stored.attributes.items() if name not in named or name == arrival}
    attributes = _without_former_customer(rule_set, stored.attributes, {**kept, **meant}, named)
    return stored._replace(
        attributes=attributes,
        value=request.value if VALUE in request.paths else stored.value,
        priority=request.priority if PRIORITY in request.paths else stored.priority,
    )


def names(request: UpdateRequest, name: str) -> bool:
    """Say whether whoever wants an update says what an attribute is to be."""
    return request.attributes.get(name) is not None and not request.paths.isdisjoint({ATTRIBUTES, _PREFIX + name})


def _filled_in(rule_set: RoutingRules, given: Collection[str]) -> set[str]:
    """Return the attributes that the service fills in and that were not sent."""
    known = rule_set.known_customer
    return {known.churn_risk, known.value_tier}.difference(given, {""}) if known else set()


def _check_names(rule_set: RoutingRules, stored: WorkItem, named: Collection[str]) -> None:
    if rule_set.ignore_undeclared:
        return
    for name in sorted(set(named) - rule_set.fields.keys() - stored.attributes.keys()):
        fault = f"{shown(_PREFIX + name)}: unknown field; declared are {known_names(rule_set.sent_fields)}{hint(name)}"
        raise InvalidInput.of("update_mask", fault)


def _without_former_customer(
    rule_set: RoutingRules, before: Mapping[str, Any], after: Mapping[str, Any], named: Collection[str]
) -> Mapping[str, Any]:
    """Leave out what was filled in of a customer whose work item it is no more."""
    known = rule_set.known_customer
    if known is None or before.get(known.id) == after.get(known.id):
        return after
    of_them = {known.churn_risk, known.value_tier}.difference(named)
    return {name: value for name, value in after.items() if name not in of_them}


def is_of_other_customer(rule_set: RoutingRules, before: WorkItem, after: WorkItem) -> bool:
    """Say whether it is another customer's by an update: then what is known of them is to be filled in."""
    known = rule_set.known_customer
    return known is not None and before.attributes.get(known.id) != after.attributes.get(known.id)


def changed_fields(before: WorkItem, after: WorkItem) -> tuple[str, ...]:
    """Return what an update changes, in order.

    Examples
    --------
    >>> from router.model.workitem import Kind
    >>> before = WorkItem(Kind.LEAD, attributes={"a": 1, "b": [2]})
    >>> changed_fields(before, WorkItem(Kind.LEAD, attributes={"b": [2]}, value=3))
    ('attributes.a', 'value')
    """
    names = sorted({*before.attributes, *after.attributes})
    changed = [_PREFIX + name for name in names if _differs(before.attributes, after.attributes, name)]
    return (*changed, *(name for name in (VALUE, PRIORITY) if getattr(before, name) != getattr(after, name)))


def _differs(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> bool:
    if (name in before) is not (name in after):
        return True
    return bool(canonical(before[name]) != canonical(after[name])) or type(before[name]) is not type(after[name])


def change_of(
    planner: Planner,
    record: ItemRecord,
    before: WorkItem,
    after: WorkItem,
    place: StagePlace | None = None,
    pool: str = "",
) -> Change | None:
    """Return what an update changes, and whether it is decided anew; None: it changes nothing.

    What nobody owns always is, unless it is closed; what somebody does where it enters a stage of a pool that they are
    no member of, or, where its process routes it to none, where a route that it had, or has by now, says so of what
    changed.

    Parameters
    ----------
    place
        Where it stands then in its process; None: where it did.
    pool
        That which its process routes it to by then; empty: none.

    Raises
    ------
    InvalidInput
        If the planner's rules cannot read what it becomes.
    """
    changed = changed_fields(before, after)
    if not changed and place is None:
        return None
    was = WorkItem(
        before.kind,
        attributes={name: value for name, value in before.attributes.items() if _PREFIX + name in changed},
        value=before.value,
        priority=before.priority,
    )
    is_decided = record.state is not State.ASSIGNED
    if pool:
        is_decided |= place is not None and not planner.roster.is_member(record.whose, pool)
    else:
        is_decided |= bool(changed) and _moves(planner, before, after)
    if place is None:
        return Change(was, changed, is_decided)
    closes = place.stage.closes or ""
    entered = EnteredStage(place.process.revision, place.stage.id)
    return Change(was, (*changed, STAGE), is_decided and not closes, entered, closes)


def _moves(planner: Planner, before: WorkItem, after: WorkItem) -> bool:
    if after.opened_by is not None:  # whatever it is, it is its pool's
        return False
    routes = [planner.route_of(planner.memo.matching(planner.fact_of(after)))]
    with suppress(InvalidInput):  # today's rules may not read what it was
        routes.append(planner.route_of(planner.memo.matching(planner.fact_of(before))))
    return moves(planner.rule_set, routes, before.attributes, after.attributes)
