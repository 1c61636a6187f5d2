"""A work item's attributes as rules see them, or the violations that the caller is told of."""

from __future__ import annotations

from collections.abc import Mapping

from router.model.errors import InvalidInput, Violation
from router.model.workforce import Territories
from rules.fields import Fact
from rules.projection import InvalidAttributes, project
from rules.ruleset import RuleSet


def fact_of(rule_set: RuleSet[object], attributes: Mapping[str, object], territories: Territories) -> Fact:
    """Bring a work item's attributes into the form that engines match.

    Raises
    ------
    InvalidInput
        With one violation per bad attribute.
    """
    try:
        return project(rule_set, attributes, territories.around)
    except InvalidAttributes as error:
        raise InvalidInput([Violation(_path(v.name), v.description) for v in error.violations]) from None


def _path(name: str | None) -> str:
    return "work_item.attributes" if name is None else f"work_item.attributes.{name}"
