"""The instant at which a work item came, in its attributes: the server's to write, and nobody else's."""

from __future__ import annotations

from router.model.errors import InvalidInput, Violation
from router.model.workitem import WorkItem
from router.rules.route import RoutingRules
from rules.problems import shown
from rules.projection import says_nothing


def check_unstamped(rule_set: RoutingRules, sent: WorkItem) -> None:
    """Refuse a work item that says itself when it came.

    Raises
    ------
    InvalidInput
        If it does.
    """
    value = sent.attributes.get(rule_set.arrival.name) if rule_set.arrival else None
    if rule_set.arrival and not says_nothing(rule_set, value):
        fault = f"found {shown(value)}; the server says when a work item came, and nobody else: leave it out"
        raise InvalidInput([Violation(f"work_item.attributes.{rule_set.arrival.name}", fault)])


def stamped(item: WorkItem, field: str, instant: str) -> WorkItem:
    """Return a work item that says when it came."""
    return item._replace(attributes={**item.attributes, field: instant})
