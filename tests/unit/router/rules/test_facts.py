"""What a caller is told of a work item's attributes: one violation per bad one, with its path in the request."""

from __future__ import annotations

import pytest

from router.model.errors import InvalidInput, Violation
from router.model.workforce import Territories, Territory
from router.rules.facts import fact_of
from rules.conditions import Predicate
from rules.fields import FieldType
from rules.ruleset import Rule, RuleSet

RULES = RuleSet({"region": FieldType.STRING}, (Rule("r", Predicate("region", "within", "华东"), "p"),), "p")
TREE = Territories({"上海": Territory("上海", "华东")})


def test_the_twin_of_a_field_is_made_of_the_territories_around() -> None:
    assert fact_of(RULES, {"region": "上海"}, TREE) == {"region": "上海", "region^within": ("上海", "华东")}


def test_a_bad_attribute_is_told_by_its_path_in_the_request() -> None:
    with pytest.raises(InvalidInput) as caught:
        fact_of(RULES, {"region": 5, "colour": "red"}, TREE)

    assert caught.value.violations == (
        Violation("work_item.attributes.region", "found 5; text of up to 512 valid characters is expected"),
        Violation("work_item.attributes.colour", "found 'red' in an undeclared field; declared are region"),
    )


def test_too_many_attributes_are_one_violation_of_them_all() -> None:
    with pytest.raises(InvalidInput) as caught:
        fact_of(RULES, {f"a{number}": 1 for number in range(101)}, TREE)

    assert caught.value.violations == (Violation("work_item.attributes", "101 attributes; at most 100 are allowed"),)
