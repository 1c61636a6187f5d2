"""What is of one class is one to every rule; and what no class is known for stands for itself."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.classes import FactClasses
from rules.conditions import Predicate
from rules.fields import Fact, FieldType
from rules.reference import ReferenceEngine
from rules.ruleset import Rule, RuleSet
from tests.rule_sets import facts, rule_sets, with_twins

N, S, B, L = FieldType.NUMBER, FieldType.STRING, FieldType.BOOL, FieldType.LIST


@settings(deadline=None)
@given(rule_sets(max_rules=4), st.lists(facts(), min_size=2, max_size=40))
def test_facts_of_one_class_are_matched_by_the_same_rules(rule_set: RuleSet[str], drawn: list[Fact]) -> None:
    classes, engine = FactClasses(rule_set), ReferenceEngine(rule_set)
    # each field of the first in turn as in another: few differences, so that classes are shared
    near = [{**drawn[0], name: value} for other in drawn[1:] for name, value in other.items()]
    matching: dict[object, tuple[str, ...]] = {}

    for fact in (with_twins(rule_set, fact) for fact in [*drawn, *near]):
        assert matching.setdefault(classes.of(fact), engine.match(fact)) == engine.match(fact)


def classes_of(predicate: Predicate, kind: FieldType, *values: object) -> list[object]:
    """Return the classes of values of a field by one rule, as numbers in the order in which they are met."""
    classes = FactClasses(RuleSet({"f": kind}, (Rule("r", predicate, "p"),), "p"))
    made = [classes.of({"f": value} if value is not None else {}) for value in values]  # type: ignore[dict-item]
    return [made.index(each) for each in made]


def test_numbers_are_told_apart_by_the_thresholds_that_lie_between_them() -> None:
    assert classes_of(Predicate("f", "between", (10, 20)), N, 9, 1, 10, 11, 19.5, 20, 21, None) == [
        0, 0, 2, 3, 3, 5, 6, 7,
    ]  # fmt: skip


def test_texts_are_told_apart_where_a_rule_mentions_one_of_them() -> None:
    assert classes_of(Predicate("f", "in", ("a", "b")), S, "a", "b", "c", "d", "", None) == [0, 1, 2, 2, 2, 5]
    assert classes_of(Predicate("f", "ne", True), B, True, False, None) == [0, 1, 2]


def test_lists_are_told_apart_by_the_entries_that_rules_mention() -> None:
    lists = ("a", "x"), ("y", "a", "a"), ("x",), ("a", "b"), None

    assert classes_of(Predicate("f", "has_all", ("a", "b")), L, *lists) == [0, 0, 2, 3, 4]


def test_a_field_that_no_rule_looks_at_tells_nothing_apart() -> None:
    classes = FactClasses(RuleSet({"f": N, "g": S}, (Rule("r", Predicate("f", "exists"), "p"),), "p"))

    assert classes.of({"f": 1, "g": "a"}) == classes.of({"f": 2, "g": "b"})


def test_what_an_unknown_operator_looks_at_stands_for_itself() -> None:
    assert classes_of(Predicate("f", "sounds_like", "a"), S, "a", "b", "c", "b") == [0, 1, 2, 1]
