"""Projecting work items: what becomes of good attributes, and a violation for every bad one."""

from __future__ import annotations

from typing import Any

import pytest

from rules.conditions import Predicate
from rules.fields import FieldType, as_written
from rules.normal_form import Ignorable, Ignored
from rules.projection import InvalidAttributes, project
from rules.ruleset import Rule, RuleSet
from tests.rule_sets import TERRITORIES

FIELDS = {
    "地区": FieldType.STRING,
    "n": FieldType.NUMBER,
    "b": FieldType.BOOL,
    "l": FieldType.LIST,
    "d": FieldType.DATE,
}
RULES = RuleSet(FIELDS, (), "all")


def alone(region: str, ignored: Ignored) -> tuple[str, ...]:
    return (region,)


def violations(attributes: dict[str, Any], rule_set: RuleSet[str] = RULES) -> list[tuple[str | None, str]]:
    with pytest.raises(InvalidAttributes) as caught:
        project(rule_set, attributes, alone)
    return [(violation.name, violation.description) for violation in caught.value.violations]


def test_good_attributes_become_typed_values() -> None:
    attributes = {"地区": "上海", "n": 60.0, "b": False, "l": ["a", "b"], "d": "1970-01-02T00:00:00Z"}

    assert project(RULES, attributes, alone) == {
        "地区": "上海",
        "n": 60,
        "b": False,
        "l": ("a", "b"),
        "d": 86_400,
    }


def test_numbers_are_rounded_to_four_decimals() -> None:
    facts = [project(RULES, {"n": n}, alone)["n"] for n in (1.00004, 1.00006, -0.00001, 1e-300, 7)]

    assert facts == [1, 1.0001, 0, 0, 7]
    assert [type(n) for n in facts] == [int, float, int, int, int]


def test_null_and_an_empty_list_are_missing() -> None:
    assert project(RULES, {"地区": None, "l": [], "n": None}, alone) == {}


def test_an_empty_text_is_a_value() -> None:
    assert project(RULES, {"地区": ""}, alone) == {"地区": ""}


def test_a_field_that_is_looked_within_gets_its_twin() -> None:
    rule = Rule("r", Predicate("地区", "within", "华东"), "p")
    rule_set = RuleSet(FIELDS, (rule,), "all")

    assert project(rule_set, {"地区": "上海"}, TERRITORIES.around) == {
        "地区": "上海",
        "地区^within": ("上海", "华东", "中国"),
    }
    assert project(rule_set, {"地区": "火星"}, TERRITORIES.around) == {"地区": "火星", "地区^within": ("火星",)}
    assert project(rule_set, {}, TERRITORIES.around) == {}


BAD: dict[str, tuple[str, Any, str]] = {
    "number as text": ("n", "60", "found '60'; a number between -10^15 and 10^15 is expected"),
    "bool as number": ("n", True, "found true; a number"),
    "nan": ("n", float("nan"), "found nan; a number"),
    "inf": ("n", float("inf"), "found inf; a number"),
    "-inf": ("n", float("-inf"), "found -inf; a number"),
    "10^15": ("n", 1e15, "found 1000000000000000.0; a number"),
    "10^400": ("n", 10**400, "found a number of about"),
    "number for text": ("地区", 5, "found 5; text of up to 512"),
    "list for text": ("地区", ["x"], "found ['x']; text"),
    "mapping": ("地区", {"a": 1}, "found {a: …}; text"),
    "long text": ("地区", "x" * 513, "text of up to 512 valid characters"),
    "1 MB text": ("地区", "x" * 1_000_000, "text of up to 512 valid characters"),
    "lone surrogate": ("地区", "a\ud800", "found 'a\\ud800'; text of up to 512 valid characters"),
    "number for bool": ("b", 1, "found 1; true or false"),
    "text for list": ("l", "a", "found 'a'; a list of up to 200 texts"),
    "numbers in list": ("l", ["a", 1], "found ['a', 1]; a list of up to 200 texts"),
    "null in list": ("l", [None], "found [null]; a list"),
    "long list": ("l", ["a"] * 201, "a list of up to 200 texts"),
    "surrogate in list": ("l", ["\udfff"], "a list of up to 200 texts"),
    "long entry": ("l", ["x" * 513], "a list of up to 200 texts"),
    "no date": ("d", "tomorrow", "found 'tomorrow'; a date such as 2024-05-01"),
    "number for date": ("d", 86_400, "found 86400; a date"),
    "date in full-width digits": ("d", "２０２４-０５-０１", "a date such as"),
    "undeclared": ("x", 1, "found 1 in an undeclared field; declared are 地区, n, b, l, d"),
}


@pytest.mark.parametrize(("name", "value", "message"), BAD.values(), ids=BAD)
def test_a_bad_attribute_is_a_violation_with_the_value_and_what_is_allowed(name: str, value: Any, message: str) -> None:
    ((field, description),) = violations({name: value})

    assert field == name
    assert message in description
    assert len(description) < 250
    description.encode()


def test_every_bad_attribute_has_its_own_violation() -> None:
    assert [field for field, _ in violations({"n": "x", "地区": "ok", "b": 0, "z": 1})] == [
        "n",
        "b",
        "z",
    ]


def test_more_than_a_hundred_attributes_are_refused() -> None:
    assert violations({f"a{i}": 1 for i in range(101)}) == [(None, "101 attributes; at most 100 are allowed")]


def test_undeclared_attributes_can_be_ignored() -> None:
    rule_set = RuleSet(FIELDS, (), "all", ignore_undeclared=True)

    assert project(rule_set, {"x": float("nan"), "n": 1.0}, alone) == {"n": 1}


def test_a_name_that_is_no_valid_text_is_reported_as_valid_text() -> None:
    ((field, _),) = violations({"\ud800" * 1_000: 1})

    assert field == "?" * 80


KNOWS_MISSING = RuleSet(FIELDS, (), "all", missing=frozenset(["", "n/a", "无", "-1"]))


@pytest.mark.parametrize("word", ["", "  ", "N/A", " n/a\u3000", "\ufeffN/a", "无"])
@pytest.mark.parametrize("name", ["地区", "n", "b", "d", "l"])
def test_a_word_for_missing_is_missing_in_a_field_of_any_type(name: str, word: str) -> None:
    assert project(KNOWS_MISSING, {name: word}, alone) == {}


def test_words_for_missing_are_left_out_of_lists() -> None:
    assert project(KNOWS_MISSING, {"l": ["a", "N/A", "", "b"]}, alone) == {"l": ("a", "b")}
    assert project(KNOWS_MISSING, {"l": ["N/A", ""]}, alone) == {}


def test_what_is_no_word_for_missing_is_kept_as_it_was_written() -> None:
    assert project(KNOWS_MISSING, {"地区": " East ", "n": -1}, alone) == {"地区": " East ", "n": -1}


def test_a_word_for_missing_is_no_violation_beside_one() -> None:
    with pytest.raises(InvalidAttributes) as caught:
        project(KNOWS_MISSING, {"n": "N/A", "b": "maybe"}, alone)

    assert [fault.name for fault in caught.value.violations] == ["b"]


@pytest.mark.parametrize("word", ["", "N/A", "NULL", "-"])
def test_rules_without_words_for_missing_take_every_text_as_a_value(word: str) -> None:
    assert project(RULES, {"地区": word, "l": [word]}, alone) == {"地区": word, "l": (word,)}


def test_texts_that_are_contained_or_begun_with_are_facts_beside_the_field() -> None:
    looks = [("contains", "海"), ("contains", "京"), ("starts_with", "上"), ("starts_with", "海")]
    rules = tuple(Rule(f"r{number}", Predicate("地区", *look), "p") for number, look in enumerate(looks))
    rule_set = RuleSet(FIELDS, rules, "all")

    assert project(rule_set, {"地区": "上海"}, alone) == {
        "地区": "上海",
        "地区^contains": ("海",),
        "地区^starts_with": ("上",),
    }
    assert project(rule_set, {}, alone) == {}


EVERY_SPELLING = RuleSet(
    FIELDS, (), "all", missing=frozenset(["", "n/a"]), ignoring=dict.fromkeys(["地区", "l"], frozenset(Ignorable))
)


@pytest.mark.parametrize("written", ["Ｅａｓｔ", "east ", "ea\u200bst", "EAST", "\ufeffEast\u3000"])
def test_what_a_field_ignores_is_taken_off_and_what_was_written_stays_beside_it(written: str) -> None:
    fact = project(EVERY_SPELLING, {"地区": written, "l": ["West", written, "EAST"]}, alone)

    assert (fact["地区"], fact["l"]) == ("east", ("west", "east"))
    assert as_written(fact, "地区") == written
    assert as_written(fact, "l") == ("West", written, "EAST")


def test_what_is_in_normal_form_already_is_kept_once() -> None:
    assert project(EVERY_SPELLING, {"地区": "east", "n": 1}, alone) == {"地区": "east", "n": 1}


@pytest.mark.parametrize("word", ["Ｎ／Ａ", "n/\u200ba", "\u200b"])
def test_a_word_for_missing_is_one_in_every_spelling_that_the_field_takes_as_one(word: str) -> None:
    assert project(EVERY_SPELLING, {"地区": word, "l": [word]}, alone) == {}


def test_each_part_of_what_is_ignored_is_ignored_alone() -> None:
    spellings = {Ignorable.CASE: "EAST", Ignorable.WIDTH: "ｅａｓｔ", Ignorable.BLANKS: " ea\u200bst"}

    for part, spelling in spellings.items():
        rule_set = RuleSet(FIELDS, (), "all", ignoring={"地区": frozenset([part])})
        alike = [project(rule_set, {"地区": text}, alone)["地区"] == "east" for text in spellings.values()]
        assert alike == [text == spelling for text in spellings.values()]


def test_a_share_ends_before_the_bucket_of_its_percentage() -> None:
    shares = ("52 % a", "52.01 % a")
    rules = tuple(Rule(share, Predicate("external_id", "percent", share), "p") for share in shares)

    fact = project(RuleSet(FIELDS, rules, "all"), {}, alone, "crm~l-1")

    assert fact == {"external_id^percent": ("52.01 % a",), "external_id^52 % a": 52.0, "external_id^52.01 % a": 52.0}
    assert project(RuleSet(FIELDS, rules, "all"), {"地区": "x"}, alone) == {"地区": "x"}
