"""A condition has a safe form for durable-rules up to the limits behind which its tables in C overrun, none beyond."""

from __future__ import annotations

import pytest

from router.adapters.durable_rules.encoding import MAX_GROUPS, Inexpressible, Vocabulary
from rules.conditions import All, AnyOf, Condition, Predicate
from rules.fields import FieldType
from rules.ruleset import RuleSet

RULE_SET: RuleSet[object] = RuleSet(fields={"n": FieldType.NUMBER}, rules=(), default=None)


def nested(groups: int) -> Condition:
    """Return groups within each other, every second one an alternative."""
    condition: Condition = Predicate("n", "gt", 0)
    for depth in range(groups):
        other = Predicate("n", "lt", -depth - 1)
        condition = (All if depth % 2 else AnyOf)((condition, other))
    return condition


def test_the_deepest_condition_within_the_limit_is_written_with_what_it_takes() -> None:
    form = Vocabulary(RULE_SET).form(3, nested(MAX_GROUPS))

    assert (form.position, form.ors) == (3, MAX_GROUPS // 2)
    assert form.tests == MAX_GROUPS + 1


def test_one_group_more_has_no_safe_form() -> None:
    with pytest.raises(Inexpressible):
        Vocabulary(RULE_SET).form(0, nested(MAX_GROUPS + 1))
