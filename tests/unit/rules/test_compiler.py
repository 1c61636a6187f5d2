"""Compiling rules for whoever uses the language: what becomes of them, and every refusal with its place."""

from __future__ import annotations

import json
from typing import Annotated, Any, NamedTuple

import pytest
from pydantic import Field

from rules.compiler import compile_fields, compile_ignored, compile_rules
from rules.conditions import ALWAYS, All, AnyOf, Not, Predicate
from rules.forms import BareRuleForm, FieldForm, Form
from rules.problems import MAX_PROBLEMS, Problem, Severity, in_order
from rules.report import Path, Report
from rules.ruleset import Rule
from rules.shape import fit

FIELDS = {
    "地区": {"type": "string"},
    "n": {"type": "number"},
    "b": {"type": "bool"},
    "l": {"type": "list"},
    "d": {"type": "date"},
}


class AlarmRuleForm(BareRuleForm):
    """A rule that rings a bell."""

    bell: str = "small"


class AlarmsForm(Form):
    """A document of a user who knows neither pools nor reps."""

    fields: dict[str, FieldForm]
    rules: Annotated[list[AlarmRuleForm], Field(default=[])]


class Compiled(NamedTuple):
    """Rules that lead to the name of a bell, and what is wrong with them."""

    rules: tuple[Rule[str], ...]
    problems: tuple[Problem, ...]


def compiled(*rules: dict[str, Any], fields: Any = FIELDS) -> Compiled:
    source = json.dumps({"fields": fields, "rules": rules}, ensure_ascii=False)
    document, form, problems = fit(source, AlarmsForm, {"fields": FieldForm, "rules": AlarmRuleForm})
    if form is None:
        return Compiled((), in_order(problems))
    report = Report(document)
    declared, ignored = compile_fields(form.fields, report), compile_ignored(form.fields, report)
    compiled_rules = compile_rules(form.rules, declared, report, _bell, ignoring=ignored)
    return Compiled(compiled_rules, in_order(report.problems))


def _bell(form: AlarmRuleForm, path: Path) -> str:
    return f"{form.bell} of rule {path[1]}"


def rule(when: Any = None, **parts: Any) -> dict[str, Any]:
    return {"id": "r", **({} if when is None else {"when": when}), **parts}


def good(*rules: dict[str, Any]) -> tuple[Rule[str], ...]:
    compilation = compiled(*rules)
    assert compilation.problems == ()
    return compilation.rules


def errors(compilation: Compiled) -> list[tuple[str, str]]:
    return [(problem.path, problem.message) for problem in compilation.problems if problem.is_error]


def test_what_a_rule_leads_to_is_its_users_business() -> None:
    (only,) = good(rule(bell="big"))

    assert only == Rule("r", ALWAYS, "big of rule 0")


def test_groups_nest_as_written() -> None:
    when = {"any": [{"not": {"all": [{"field": "b", "op": "eq", "value": True}]}}, {"field": "l", "op": "missing"}]}

    (only,) = good(rule(when))

    assert only.when == AnyOf((Not(All((Predicate("b", "eq", True),))), Predicate("l", "missing")))


def test_numbers_are_rounded_and_dates_become_epoch_seconds() -> None:
    when = {
        "all": [
            {"field": "n", "op": "between", "value": [0.00004, 1.23456]},
            {"field": "d", "op": "lt", "value": "1970-01-02"},
            {"field": "d", "op": "gte", "value": "1970-01-01T08:00:00.25+08:00"},
        ]
    }

    (only,) = good(rule(when))

    assert only.when == All(
        (Predicate("n", "between", (0, 1.2346)), Predicate("d", "lt", 86_400), Predicate("d", "gte", 0.25))
    )


def test_precedence_is_priority_then_the_order_of_the_list() -> None:
    numbers = [("a", 0), ("b", 5), ("c", 0), ("d", -1), ("e", 5)]
    rules = [
        rule({"field": "n", "op": "eq", "value": i}, id=id_, priority=priority)
        for i, (id_, priority) in enumerate(numbers)
    ]

    compilation = good(*rules)

    assert [each.id for each in compilation] == ["b", "e", "a", "c", "d"]


def comparison(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return rule({"field": field, "op": op} | ({} if value is None else {"value": value}))


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown field": (comparison("x", "eq", 1), "when.field", "unknown field 'x'; declared are 地区, n, b, l, d"),
    "op for type": (
        comparison("地区", "gte", "x"),
        "when.op",
        "gte does not fit the string field 地区; allowed are eq, ne",
    ),
    "eq on a list": (comparison("l", "eq", "x"), "when.op", "allowed are has_any, has_all, exists, missing"),
    "in on a bool": (comparison("b", "in", [True]), "when.op", "allowed are eq, ne, exists, missing"),
    "text for number": (comparison("n", "eq", "60"), "when.value", "found '60'; a number between"),
    "bool for number": (comparison("n", "eq", True), "when.value", "found true; a number between"),
    "number for text": (comparison("地区", "eq", 5), "when.value", "found 5; text of up to 512"),
    "number for bool": (comparison("b", "eq", 1), "when.value", "found 1; true or false"),
    "no date": (comparison("d", "eq", "2024-02-30"), "when.value", "found '2024-02-30'; a date such as 2024-05-01"),
    "date without zone": (comparison("d", "eq", "2024-02-01T00:00:00"), "when.value", "a date such as"),
    "zip": (
        comparison("地区", "eq", 1234),
        "when.value",
        "is expected; write it in quotes, with all its zeros",
    ),
    "long text": (comparison("地区", "eq", "x" * 513), "when.value", "text of up to 512 characters is expected"),
    "1 MB text": (comparison("地区", "eq", "x" * 1_000_000), "when.value", "text of up to 512 characters is expected"),
    "empty list": (comparison("地区", "in", []), "when.value", "the list is empty"),
    "no list": (comparison("地区", "in", "x"), "when.value", "found 'x'; a list is expected"),
    "long list": (comparison("l", "has_any", ["x"] * 201), "when.value", "201 values in the list; at most 200"),
    "wrong entry": (comparison("n", "in", [1, "x"]), "when.value[1]", "found 'x'; a number"),
    "one end": (comparison("n", "between", [1]), "when.value", "a list [low, high] is expected"),
    "ends swapped": (comparison("n", "between", [2, 1]), "when.value", "the low end lies above the high end"),
    "no value": (comparison("n", "gte"), "when", "value is missing; gte compares with one"),
    "value for exists": (comparison("n", "exists", 1), "when.value", "exists takes no value, found 1"),
    "pattern on a number": (comparison("n", "contains", "1"), "when.op", "contains does not fit the number field n"),
    "pattern on a list": (comparison("l", "contains", "x"), "when.op", "allowed are has_any, has_all, exists, missing"),
    "empty pattern": (comparison("地区", "contains", ""), "when.value", "found ''; text of 1 to 512 characters"),
    "no pattern": (comparison("地区", "starts_with", 5), "when.value", "found 5; text of 1 to 512 characters"),
    "long pattern": (comparison("地区", "contains", "x" * 513), "when.value", "text of 1 to 512 characters"),
    "patterns": (comparison("地区", "starts_with", ["x"]), "when.value", "found ['x']; text of 1 to 512"),
    "unknown op": (comparison("n", "=", 1), "when.op", "found '='; allowed are 'eq', 'ne'"),
    "empty group": (rule({"all": []}), "when.all", "it is empty"),
    "two groups": (
        rule({"all": [{"field": "n", "op": "exists"}], "any": []}),
        "when.any",
        "unknown key 'any'; allowed are all",
    ),
    "no condition": (rule({}), "when.field", "field is missing"),
    "text condition": (rule("n > 1"), "when", "found 'n > 1'; a mapping is expected"),
    "too deep": (
        rule(
            {
                "not": {
                    "not": {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"field": "n", "op": "exists"}}}}}}}}
                }
            }
        ),
        "when" + ".not" * 8,
        "nested deeper than the 8 levels allowed",
    ),
    "101 comparisons": (
        rule({"all": [{"field": "n", "op": "exists"}] * 101}),
        "when",
        "101 comparisons in one rule; at most 100",
    ),
    "id default": (rule(id="default"), "id", "default is what tests call the default"),
    "priority as text": (rule(priority="high"), "priority", "found 'high'; a whole number is expected"),
    "priority too high": (rule(priority=10**7), "priority", "found 10000000; at most 1000000"),
}


@pytest.mark.parametrize(("wrong", "path", "fault"), WRONG.values(), ids=WRONG)
def test_a_wrong_rule_is_refused_at_its_path(wrong: dict[str, Any], path: str, fault: str) -> None:
    problems = errors(compiled(wrong))

    assert any(at.removeprefix("rules[0].") == path and fault in message for at, message in problems), problems


@pytest.mark.parametrize("name", ["$m", "_any", "id", "sid", "a^"])
def test_a_field_with_a_reserved_name_is_refused(name: str) -> None:
    ((path, message),) = errors(compiled(fields={name: {"type": "string"}}))

    assert path == f"fields.{name}"
    assert "begins with neither $ nor _" in message


SPELLINGS = {"s": {"type": "string", "ignore": ["case", "width", "blanks"]}, "l": {"type": "list", "ignore": ["case"]}}


def test_what_a_rule_compares_with_is_in_the_normal_form_of_its_field() -> None:
    looks = [
        ("s", "eq", " Ｅａｓｔ"),
        ("s", "in", ["EAST", "east", "West"]),
        ("s", "contains", "Ｓt "),
        ("l", "has_any", ["ＡB"]),
    ]

    compilation = compiled(*(rule(comparison(*look)["when"], id=look[1]) for look in looks), fields=SPELLINGS)

    assert [each.when for each in compilation.rules] == [
        Predicate("s", "eq", "east"),
        Predicate("s", "in", ("east", "west")),
        Predicate("s", "contains", "st"),
        Predicate("l", "has_any", ("ａb",)),
    ]


def test_what_a_field_ignores_is_not_doubted_in_a_value() -> None:
    looks = [comparison("s", "eq", "“East”"), comparison("s", "eq", "Ｅast "), comparison("l", "has_any", ["ＡB "])]

    doubts = [compiled(look, fields=SPELLINGS).problems for look in looks]

    assert [[problem.path for problem in problems] for problems in doubts] == [
        ["rules[0].when.value"],
        [],
        ["rules[0].when.value[0]"],
    ]


def test_only_texts_have_something_to_ignore() -> None:
    fields = {"n": {"type": "number", "ignore": ["case"]}, "s": {"type": "string", "ignore": ["colour"]}}

    assert errors(compiled(fields={"n": fields["n"]})) == [
        ("fields.n.ignore", "ignore does not fit the number field n; it is for string and list fields")
    ]
    ((path, message),) = errors(compiled(fields={"s": fields["s"]}))
    assert (path, "'case', 'width' or 'blanks'" in message) == ("fields.s.ignore[0]", True)


def test_a_pattern_of_nothing_but_what_the_field_ignores_is_refused() -> None:
    ((_, message),) = errors(compiled(comparison("s", "contains", " "), fields=SPELLINGS))

    assert message == "found ' '; text of 1 to 512 characters is expected beside what the field ignores"


def test_a_rule_that_can_never_be_first_is_a_warning() -> None:
    same = {"field": "n", "op": "gte", "value": 1}
    rules = [rule(same, id="a"), rule(same, id="b"), rule(id="c"), rule({"field": "b", "op": "exists"}, id="d")]

    checked = compiled(*rules)

    assert errors(checked) == []
    assert [(p.path, p.severity) for p in checked.problems] == [
        ("rules[1]", Severity.WARNING),
        ("rules[3]", Severity.WARNING),
    ]
    assert "rule b can never be first: a precedes it" in checked.problems[0].message
    assert "rule d can never be first: c precedes it" in checked.problems[1].message


CONTRADICTING = """\
fields: {n: {type: number}, since: {type: date}, s: {type: string}}
rules:
  - id: wide
    when: {field: n, op: gte, value: 10}
  - id: narrow
    when: {field: n, op: gte, value: 50}
  - id: impossible
    when:
      all:
        - {field: since, op: gt, value: 2024-05-02}
        - {field: s, op: eq, value: x}
        - {field: since, op: lt, value: 2024-05-01}
  - id: half
    when:
      any:
        - {field: s, op: eq, value: x}
        - all: [{field: n, op: lt, value: 5}, {field: n, op: gt, value: 6}]
  - id: small
    when: {field: n, op: lt, value: 10}
  - id: known
    when: {field: n, op: exists}
  - id: narrower
    priority: 1
    when: {field: s, op: in, value: [y, x]}
"""


def test_what_can_never_decide_is_told_at_its_place_with_what_stands_before_it() -> None:
    document, form, _ = fit(CONTRADICTING, AlarmsForm, {"fields": FieldForm, "rules": AlarmRuleForm})
    assert form is not None
    report = Report(document)

    compile_rules(form.rules, compile_fields(form.fields, report), report, _bell)

    assert [(problem.line, problem.column, problem.path, problem.message) for problem in in_order(report.problems)] == [
        (5, 5, "rules[1]", "rule narrow can never be first: wide precedes it and always matches too"),
        (
            *(12, 11, "rules[2].when.all[2]"),
            "rule impossible can never match: since lt 2024-05-01 contradicts since gt 2024-05-02 in line 10",
        ),
        (13, 5, "rules[3]", "rule half can never be first: narrower precedes it and always matches too"),
        (
            *(17, 47, "rules[3].when.any[1].all[1]"),
            "this alternative of rule half can never hold: n gt 6 contradicts n lt 5 in line 17",
        ),
        (
            20,
            5,
            "rules[5]",
            "rule known can never be first: wide and small precede it, and one of them always matches too",
        ),
    ]


def test_problems_are_many_but_not_endless() -> None:
    checked = compiled(*(rule({"field": "x", "op": "exists"}, id=f"r{i}") for i in range(500)))

    assert len(checked.problems) == MAX_PROBLEMS + 1
    assert checked.problems[-1].message == "there are 400 more problems"
