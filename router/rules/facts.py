"""A work item's attributes as rules see them, or the violations that the caller is told of."""

from __future__ import annotations

from collections.abc import Mapping

from router.model.errors import InvalidInput, Violation
from router.model.identity import normal_id
from router.model.workforce import Territories
from router.model.workitem import WorkItem
from rules.fields import EXTERNAL_ID, Fact
from rules.projection import InvalidAttributes, project
from rules.ruleset import RuleSet


def fact_of_item(rule_set: RuleSet[object], item: WorkItem, territories: Territories, time_zone: str = "UTC") -> Fact:
    """Bring a work item into the form that engines match; ``time_zone`` as in ``project``.

    Raises
    ------
    InvalidInput
        With one violation per bad attribute.
    """
    identity = normal_id(item) if (EXTERNAL_ID, "percent") in rule_set.twins else ""
    return fact_of(rule_set, item.attributes, territories, identity, time_zone)


def fact_of(
    rule_set: RuleSet[object],
    attributes: Mapping[str, object],
    territories: Territories,
    identity: str = "",
    time_zone: str = "UTC",
) -> Fact:
    """Bring a work item's attributes into the form that engines match; ``identity``, ``time_zone`` as in ``project``.

    Raises
    ------
    InvalidInput
        With one violation per bad attribute.
    """
    try:
        return project(rule_set, attributes, territories.around, identity, time_zone)
    except InvalidAttributes as error:
        raise InvalidInput([Violation(_path(v.name), v.description) for v in error.violations]) from None


def _path(name: str | None) -> str:
    return "work_item.attributes" if name is None else f"work_item.attributes.{name}"
