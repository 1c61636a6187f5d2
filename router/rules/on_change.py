"""Which updates have a work item routed anew: those of fields that a route names in ``on_change``. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from router.rules.route import Route, RoutingRules
from rules.projection import InvalidAttributes, project


def moves(
    rule_set: RoutingRules, routes: Iterable[Route], before: Mapping[str, object], after: Mapping[str, object]
) -> bool:
    """Say whether an update of attributes has a work item routed anew.

    Parameters
    ----------
    routes
        Those that it had, and has by now.

    Examples
    --------
    >>> from rules.fields import FieldType
    >>> route = Route("p", on_change=("region",))
    >>> from rules.normal_form import EVERYTHING
    >>> rule_set = RoutingRules({"region": FieldType.STRING}, (), route, ignoring={"region": EVERYTHING})
    >>> moves(rule_set, [route], {"region": "north"}, {"region": "east"})
    True
    >>> moves(rule_set, [route], {"region": "north"}, {"region": " North "})
    False
    """
    return any(
        not is_alike(rule_set, name, before.get(name), after.get(name)) for route in routes for name in route.on_change
    )


def is_alike(rule_set: RoutingRules, name: str, one: object, other: object) -> bool:
    """Compare two values as the rules read them; as they are where they do not know the field, or cannot read it."""
    if one == other or name not in rule_set.fields:
        return one == other
    try:
        first, second = (project(rule_set, {name: value}, lambda region, _: (region,)) for value in (one, other))
    except InvalidAttributes:
        return False
    return first.get(name) == second.get(name)
