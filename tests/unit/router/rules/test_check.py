"""Checking rule sets: what compiles to what, and every refusal with its place, the value found and what is allowed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import jsonschema
import pytest

from missing_words import MISSING_WORDS
from router.model.errors import Violation
from router.rules.check import Checked, check, check_tests
from router.rules.errors import InvalidRuleSet
from router.rules.route import (
    Drop,
    FallbackRep,
    IgnoreHours,
    KnownCustomer,
    OtherPool,
    Preference,
    Requirement,
    Route,
    RoutingRules,
    Wait,
    Widen,
)
from router.rules.schema import SCHEMA_FILE, schema_text
from rules import limits
from rules.arrival import ArrivalField
from rules.conditions import All, Not, Predicate
from rules.durations import Duration, DurationCase, DurationTable
from rules.fields import FieldType
from rules.problems import Problem

SMALLEST = """\
fields:
  region: {type: string}
  industry: {type: string}
  potential: {type: number}
rules:
  - id: east-manufacturing
    when:
      all:
        - {field: region, op: eq, value: 华东}
        - {field: industry, op: in, value: [制造业, 汽车]}
        - {field: potential, op: gte, value: 60}
    route:
      pool: east
      require:
        - {rep: regions, op: covers, item: region}
        - {rep: industries, op: has, item: industry}
default:
  route: {pool: everyone}
"""
FIELDS = {
    "地区": {"type": "string"},
    "n": {"type": "number"},
    "b": {"type": "bool"},
    "l": {"type": "list"},
    "d": {"type": "date"},
}


def source_of(*rules: dict[str, Any], **parts: Any) -> str:
    document = {"fields": FIELDS, "rules": list(rules), "default": {"route": {"pool": "all"}}, **parts}
    return json.dumps(document, ensure_ascii=False)


def rule(when: Any = None, route: Any = None, **parts: Any) -> dict[str, Any]:
    return {"id": "r", "route": route or {"pool": "p"}, **({} if when is None else {"when": when}), **parts}


def good(checked: Checked) -> RoutingRules:
    assert checked.problems == ()
    assert checked.rule_set is not None
    return checked.rule_set


def errors(checked: Checked) -> list[tuple[str, str]]:
    assert checked.rule_set is None
    return [(problem.path, problem.message) for problem in checked.problems if problem.is_error]


def test_the_smallest_form_compiles() -> None:
    rule_set = good(check(SMALLEST, pools=["east", "everyone"]))

    (only,) = rule_set.rules
    assert only.when == All(
        (
            Predicate("region", "eq", "华东"),
            Predicate("industry", "in", ("制造业", "汽车")),
            Predicate("potential", "gte", 60),
        )
    )
    assert only.target.require == (
        Requirement("regions", "covers", "region"),
        Requirement("industries", "has", "industry"),
    )
    assert rule_set.default == Route("everyone")


def test_a_known_customer_names_the_fields_it_is_about() -> None:
    rule_set = good(check(source_of(known_customer={"id": "地区", "churn_risk": "n"})))

    assert rule_set.known_customer == KnownCustomer("地区", churn_risk="n")


def test_a_customer_may_be_named_so_that_they_can_be_erased_and_nothing_asked_of_them() -> None:
    rule_set = good(check(source_of(known_customer={"id": "地区"})))

    assert rule_set.known_customer == KnownCustomer("地区")


@pytest.mark.parametrize(
    ("form", "path", "message"),
    [
        ({"id": "who", "churn_risk": "n"}, "known_customer.id", "found the undeclared field 'who'"),
        ({"id": "n", "churn_risk": "n"}, "known_customer.id", "found the number field 'n'; allowed is a string field"),
        ({"id": "地区", "churn_risk": "d"}, "known_customer.churn_risk", "allowed is a number field: n"),
        ({"id": "地区", "value_tier": "地区"}, "known_customer.value_tier", "fill another field"),
        ({"churn_risk": "n"}, "known_customer.id", "id is missing"),
        ({"id": "地区", "churn_risk": "n", "age": "n"}, "known_customer.age", "allowed are id, churn_risk, value_tier"),
    ],
)
def test_a_known_customer_that_cannot_be_looked_up_is_refused(form: dict[str, str], path: str, message: str) -> None:
    (problem,) = errors(check(source_of(known_customer=form)))

    assert problem[0] == path
    assert message in problem[1]


def test_arrival_makes_its_fields_in_its_zone() -> None:
    weekend = rule({"field": "arrived.weekday", "op": "in", "value": ["sat", "sun"]})

    rule_set = good(check(source_of(weekend, arrival={"field": "arrived", "timezone": "Asia/Shanghai"})))

    assert rule_set.arrival == ArrivalField("arrived", "Asia/Shanghai")
    made = {"arrived": FieldType.DATE, "arrived.weekday": FieldType.STRING, "arrived.hour": FieldType.NUMBER}
    assert rule_set.fields.items() >= made.items()
    assert rule_set.sent_fields == {name: kind for name, kind in rule_set.fields.items() if name not in made}
    assert good(check(source_of(arrival={"field": "came"}))).arrival == ArrivalField("came", "")


@pytest.mark.parametrize(
    ("parts", "path", "message"),
    [
        ({"arrival": {"field": "n"}}, "fields.n", "'n' is what arrival makes: it is not declared here"),
        ({"arrival": {"field": "_at"}}, "arrival.field", "found '_at'; a field begins with neither $ nor _"),
        ({"arrival": {"timezone": "UTC"}}, "arrival.field", "field is missing"),
        (
            {"arrival": {"field": "a", "timezone": "Asia/Shangai"}},
            "arrival.timezone",
            "found 'Asia/Shangai'; allowed is a zone such as UTC, Asia/Shanghai or Europe/Berlin",
        ),
        ({"arrival": {"field": "a", "timezone": "../../etc/passwd"}}, "arrival.timezone", "allowed is a zone such as"),
        ({"arrival": {"field": "a", "timezone": "Asia"}}, "arrival.timezone", "found 'Asia'; allowed is a zone"),
        ({"arrival": {"field": "a", "zone": "UTC"}}, "arrival.zone", "allowed are field, timezone"),
    ],
)
def test_an_arrival_that_cannot_be_stamped_is_refused(parts: dict[str, Any], path: str, message: str) -> None:
    (problem,) = errors(check(source_of(**parts)))

    assert problem[0] == path
    assert message in problem[1]


def test_when_something_came_is_not_personal() -> None:
    (problem,) = errors(check(source_of(arrival={"field": "came"}), personal=["phone", "came"]))

    assert problem == ("arrival.field", "came is declared personal; an instant of the server's is not")


@pytest.mark.parametrize(
    ("field", "op", "value", "message"),
    [
        ("weekday", "eq", "Monday", "found 'Monday'; allowed in came.weekday are mon, tue, wed, thu, fri, sat, sun"),
        ("weekday", "in", ["sat", "Sun"], "found 'Sun'; allowed in came.weekday are mon,"),
        ("weekday", "gte", "mon", "gte does not fit the string field came.weekday"),
        ("weekday", "eq", 1, "found 1; text of up to 512 characters is expected"),
        ("hour", "lt", 24, "found 24; allowed in came.hour are the hours 0 to 23"),
        ("hour", "between", [9, 17.5], "found 17.5; allowed in came.hour are the hours 0 to 23"),
        ("hour", "gte", "9", "found '9'; a number"),
    ],
)
def test_what_is_no_weekday_and_no_hour_is_refused(field: str, op: str, value: Any, message: str) -> None:
    compared = rule({"field": f"came.{field}", "op": op, "value": value})

    (problem,) = errors(check(source_of(compared, arrival={"field": "came"})))

    assert message in problem[1]


def test_rules_by_hours_that_can_never_decide_are_warned_of() -> None:
    hours = [("gte", 18, "late"), ("gt", 20, "later"), ("gt", 23, "never")]
    rules_ = [{**rule({"field": "came.hour", "op": op, "value": hour}), "id": rule_id} for op, hour, rule_id in hours]

    checked = check(source_of(*rules_, arrival={"field": "came"}))

    assert [problem.message for problem in checked.problems] == [
        "rule later can never be first: late precedes it and always matches too",
        "rule never can never match: came.hour gt 23 never holds",
    ]


def test_a_route_compiles_with_everything_it_can_have() -> None:
    route = {
        "pool": "东区",
        "require": [{"rep": "level", "op": "gte", "value": 3.00001}, {"rep": "skills", "op": "has_all", "item": "l"}],
        "prefer": [
            {"rep": "languages", "op": "has", "value": "日语", "score": 5},
            {"rep": "x", "op": "eq", "item": "b"},
        ],
        "value": "n",
        "priority": 7,
        "sla": "fast",
        "fallback": [
            *(
                {"drop": ["skills"]},
                {"widen": "地区"},
                {"pool": "all", "require": [{"rep": "x", "op": "has", "item": "地区"}]},
            ),
            *({"rep": "boss"}, "everyone", "wait"),
        ],
    }

    (only,) = good(check(source_of(rule(route=route)))).rules

    assert only.when == All(())
    assert only.target == Route(
        "东区",
        (Requirement("level", "gte", value=3), Requirement("skills", "has_all", "l")),
        (
            Preference(Requirement("languages", "has", value="日语"), 5),
            Preference(Requirement("x", "eq", "b"), 1),
        ),
        *("n", 7, "fast"),
        (
            *(Drop(("skills",)), Widen("地区"), OtherPool("all", (Requirement("x", "has", "地区"),))),
            *(FallbackRep("boss"), OtherPool("everyone"), Wait()),
        ),
    )


def test_a_route_says_by_when_contact_is_to_be_made() -> None:
    table = {"by": "地区", "上海": "30m", "else": "2d"}

    rule_set = good(check(source_of(rule(route={"pool": "p", "contact_within": table}))))

    cases = (DurationCase("上海", Duration(30, "m")),)
    assert rule_set.rules[0].target.contact_within == DurationTable(Duration(2, "d"), "地区", cases)
    assert rule_set.limits_contact
    assert not good(check(source_of())).limits_contact


def test_no_deadline_looks_at_what_is_personal_whoever_says_that_it_is() -> None:
    source = source_of(rule(route={"pool": "p", "contact_within": {"by": "地区", "else": "2d"}}))

    (problem,) = errors(check(source, personal=["地区"]))

    assert problem[0] == "rules[0].route.contact_within.by"


@pytest.mark.parametrize("hours", ["ignore", "wait"])
def test_a_route_says_what_those_mean_who_are_not_on_duty(hours: str) -> None:
    (only,) = good(check(source_of(rule(route={"pool": "p", "hours": hours})))).rules

    assert only.target == Route("p", hours=hours)  # type: ignore[arg-type]


def test_a_step_that_ignores_hours_where_the_route_does_is_warned_of() -> None:
    fallback = [{"drop": ["x"]}, {"hours": "ignore"}]

    (problem,) = check(source_of(rule(route={"pool": "p", "hours": "ignore", "fallback": fallback}))).problems

    assert (problem.path, problem.is_error) == ("rules[0].route.fallback[1]", False)
    assert problem.message == "hours do not count in this route already: the step changes nothing"


@pytest.mark.parametrize(
    ("step", "compiled"),
    [
        ({"hours": "ignore"}, IgnoreHours()),
        ("wait", Wait()),
        ("all", OtherPool("all")),
        ({"rep": "a"}, FallbackRep("a")),
    ],
)
def test_a_single_fallback_step_needs_no_list(step: Any, compiled: object) -> None:
    (only,) = good(check(source_of(rule(route={"pool": "p", "fallback": step})))).rules

    assert only.target.fallback == (compiled,)


def test_a_rule_set_knows_what_its_rules_look_up_in_twins() -> None:
    looks = [("within", "华东"), ("contains", "海"), ("contains", "上"), ("contains", "海"), ("starts_with", "上")]
    comparisons = [{"field": "地区", "op": op, "value": value} for op, value in looks]

    assert good(check(source_of(rule({"not": {"any": comparisons}})))).twins == {
        ("地区", "within"): ("华东",),
        ("地区", "contains"): ("海", "上"),
        ("地区", "starts_with"): ("上",),
    }
    assert good(check(source_of(rule()))).twins == {}


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "bad id": (rule(id="a b"), "id", "'a b' holds ' '; allowed are 1 to 64 letters of any script"),
    "long id": (rule(id="x" * 65), "id", "has 65 characters; allowed are 1 to 64"),
    "unknown key": (rule(wen=1), "wen", "unknown key 'wen'; allowed are id, when, priority, route"),
    "no pool": (rule(route={"sla": "x"}), "route.pool", "pool is missing"),
    "bad pool": (rule(route={"pool": "../x"}), "route.pool", "'../x' holds '/'"),
    "item and value": (
        rule(route={"pool": "p", "require": [{"rep": "a", "op": "has", "item": "地区", "value": "x"}]}),
        "route.require[0]",
        "found both item and value",
    ),
    "neither": (
        rule(route={"pool": "p", "require": [{"rep": "a", "op": "has"}]}),
        "route.require[0]",
        "found neither item nor value",
    ),
    "unknown item": (
        rule(route={"pool": "p", "require": [{"rep": "a", "op": "has", "item": "x"}]}),
        "route.require[0].item",
        "unknown field 'x'; declared are",
    ),
    "unfit item": (
        rule(route={"pool": "p", "prefer": [{"rep": "a", "op": "covers", "item": "n"}]}),
        "route.prefer[0].item",
        "n is a number field; covers compares with a string field",
    ),
    "unfit value": (
        rule(route={"pool": "p", "require": [{"rep": "a", "op": "gt", "value": "x"}]}),
        "route.require[0].value",
        "found 'x'; gt compares with a number",
    ),
    "empty value": (
        rule(route={"pool": "p", "require": [{"rep": "a", "op": "has_any", "value": []}]}),
        "route.require[0].value",
        "lists of 1 to 200",
    ),
    "score": (
        rule(route={"pool": "p", "prefer": [{"rep": "a", "op": "has", "value": "x", "score": 1001}]}),
        "route.prefer[0].score",
        "found 1001; at most 1000",
    ),
    "value field": (rule(route={"pool": "p", "value": "地区"}), "route.value", "the name of a number field"),
    "negative value": (rule(route={"pool": "p", "value": -1}), "route.value", "a number from 0 to 10,000,000"),
    "early wait": (rule(route={"pool": "p", "fallback": ["wait", "x"]}), "route.fallback[0]", "it has to be the last"),
    "widen": (
        rule(route={"pool": "p", "fallback": {"widen": "n"}}),
        "route.fallback.widen",
        "the name of a string field",
    ),
    "contact_within": (
        rule(route={"pool": "p", "contact_within": "soon"}),
        "route.contact_within",
        "found 'soon'; a dura",
    ),
    "contact_within by": (
        rule(route={"pool": "p", "contact_within": {"by": "l", "else": "2d"}}),
        "route.contact_within.by",
        "found 'l'; allowed are string, number and bool fields: 地区, n, b",
    ),
    "hours": (rule(route={"pool": "p", "hours": "off"}), "route.hours", "found 'off'; allowed are 'ignore' or 'wait'"),
    "hours of a step": (
        rule(route={"pool": "p", "fallback": [{"hours": "wait"}]}),
        "route.fallback[0].hours",
        "found 'wait'; allowed are 'ignore'",
    ),
    "hours of another pool": (
        rule(route={"pool": "p", "fallback": [{"pool": "q", "hours": "ignore"}]}),
        "route.fallback[0].hours",
        "unknown key 'hours'; allowed are pool, require",
    ),
    "step": (rule(route={"pool": "p", "fallback": [{"jump": 1}]}), "route.fallback[0].jump", "unknown key 'jump'"),
}


@pytest.mark.parametrize(("wrong", "path", "fault"), WRONG.values(), ids=WRONG)
def test_a_wrong_rule_is_refused_at_its_path(wrong: dict[str, Any], path: str, fault: str) -> None:
    problems = errors(check(source_of(wrong)))

    assert any(at.removeprefix("rules[0].") == path and fault in message for at, message in problems), problems


def test_a_duplicate_id_names_the_line_of_the_first() -> None:
    source = SMALLEST.replace("default:", "  - id: east-manufacturing\n    route: {pool: east}\ndefault:")

    (problem,) = check(source).problems

    assert (problem.line, problem.column) == (17, 9)
    assert problem.message == "rule east-manufacturing stands here twice, first in line 6"


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("", "it is empty; a mapping is expected"),
        ("[]", "found []; a mapping is expected"),
        ("just text", "found 'just text'; a mapping is expected"),
        ("fields: {}", "default is missing"),
        ("fields: []\ndefault: {route: {pool: a}}", "found []; a mapping is expected"),
        (
            "fields: {a: {type: text}}\ndefault: {route: {pool: a}}",
            "allowed are 'string', 'number', 'bool', 'list' or 'date'",
        ),
        (
            "fields: {}\nundeclared: maybe\ndefault: {route: {pool: a}}",
            "found 'maybe'; allowed are 'reject' or 'ignore'",
        ),
        ("fields: {}\ndefault: {route: {pool: a}, when: 1}", "unknown key 'when'; allowed are route"),
        ("a: &x 1", "anchors and aliases are not allowed"),
    ],
)
def test_a_document_of_another_shape_is_refused(source: str, fault: str) -> None:
    assert any(fault in message for _, message in errors(check(source)))


def test_an_unknown_key_is_told_the_keys_of_its_own_place() -> None:
    field, tests = source_of(fields={"n": {"typ": "number"}}), '{"tests": [], "fields": {}}'

    fault = "unknown key 'typ'; allowed are type, personal, ignore; 'type' was probably meant"
    assert fault in [message for _, message in errors(check(field))]
    assert errors(check_tests(tests)) == [("fields", "unknown key 'fields'; allowed are tests, workforce")]


def test_more_rules_than_allowed_are_refused_quickly() -> None:
    rules = "\n".join(f"- {{id: r{i}, route: {{pool: p}}}}" for i in range(limits.MAX_RULES + 1))

    problems = errors(check(f"fields: {{}}\nrules:\n{rules}\ndefault: {{route: {{pool: a}}}}"))

    assert problems == [("rules[20000]", "more than the 20,000 entries allowed in a list")]


@pytest.mark.long
def test_a_hundred_thousand_rules_are_refused_with_a_stated_limit() -> None:
    rules = ",".join(f'{{"id":"r{i}","route":{{"pool":"p"}}}}' for i in range(100_000))

    problems = errors(check(f'{{"fields":{{}},"rules":[{rules}],"default":{{"route":{{"pool":"a"}}}}}}'))

    assert problems == [("rules[20000]", "more than the 20,000 entries allowed in a list")]


def test_an_unknown_pool_is_a_warning_where_pools_are_known() -> None:
    source = source_of(rule(route={"pool": "p", "fallback": "q"}))

    assert check(source).problems == ()
    assert [p.path for p in check(source, pools=["all", "p"]).problems] == ["rules[0].route.fallback"]
    assert "there is no pool 'q' yet; there are all, p" in check(source, pools=["all", "p"]).problems[0].message


def test_the_published_schema_is_the_one_of_the_models() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


def test_the_published_schema_accepts_what_the_checker_accepts() -> None:
    import yaml

    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))

    assert list(validator.iter_errors(yaml.safe_load(SMALLEST))) == []
    assert _paths(validator.iter_errors({"fields": {"a": {"type": "text"}}, "default": {"route": {}}})) == [
        ["default", "route"],
        ["fields", "a", "type"],
    ]


def _paths(value: Any) -> list[list[Any]]:
    return sorted(list(error.absolute_path) for error in value)


def test_an_invalid_rule_set_has_a_violation_per_problem() -> None:
    problems: Sequence[Problem] = [Problem(3, 5, "rules[0].id", "it is empty")]

    error = InvalidRuleSet(problems)

    assert error.problems == tuple(problems)
    assert error.violations == (Violation("source", "line 3, column 5: it is empty (rules[0].id)"),)
    assert error.reason == "INVALID_RULE_SET"


def test_a_personal_field_may_decide_but_neither_charge_nor_be_compared_with_reps() -> None:
    source = """\
fields: {phone: {type: string, personal: true}, income: {type: number, personal: true}}
rules:
  - id: one
    when: {field: phone, op: exists}
    route:
      pool: east
      value: income
      prefer: [{rep: skills, op: has, item: phone, score: 3}]
default: {route: {pool: east}}
"""

    problems = [(p.line, p.path, p.message) for p in check(source).problems]

    assert problems == [
        (7, "rules[0].route.value", "income is personal: as the charge it would stand in the ledger for good"),
        (
            8,
            "rules[0].route.prefer[0].item",
            "phone is personal: it would show in the reasons of every rep who lacks it",
        ),
    ]


def test_who_is_excluded_is_named_by_fields_or_as_handlers_each_once() -> None:
    route = {"pool": "p", "exclude": ["地区", "handlers", "l", "地区"]}

    rule_set = good(check(source_of(rule(route=route))))

    assert rule_set.rules[0].target.exclude == ("地区", "handlers", "l")
    assert rule_set.compared_fields == {"地区", "l"}


def test_a_single_field_that_names_who_is_excluded_needs_no_list() -> None:
    assert good(check(source_of(rule(route={"pool": "p", "exclude": "handlers"})))).rules[0].target.exclude == (
        "handlers",
    )


def test_a_field_that_cannot_name_who_is_excluded_is_refused_where_it_stands() -> None:
    source = """\
fields: {about: {type: string}, phone: {type: string, personal: true}, n: {type: number}, handlers: {type: string}}
rules: []
default:
  route:
    pool: east
    exclude:
      - about
      - abuot
      - n
      - phone
      - handlers
"""

    problems = [(p.line, p.column, p.path, p.message) for p in check(source).problems]

    owned = "handlers are all who owned the work item before"
    assert problems == [
        (8, 9, "default.route.exclude[1]", f"unknown field 'abuot'; declared are about, phone, n, handlers; {owned}"),
        (
            9,
            9,
            "default.route.exclude[2]",
            "n is a number field; exclude takes a string or list field, whose texts name reps",
        ),
        (
            10,
            9,
            "default.route.exclude[3]",
            "phone is personal: it would show in the reasons of every rep whom it names",
        ),
        (11, 9, "default.route.exclude[4]", f"{owned}, and a field is called so too: call the field otherwise"),
    ]
    assert [p.line for p in check(source, personal=["about"]).problems] == [7, 8, 9, 10, 11]


def test_who_approved_is_left_out_by_what_a_process_opens_and_by_no_route() -> None:
    (problem,) = check("fields: {}\nrules: []\ndefault: {route: {pool: p, exclude: [approver]}}").problems

    assert problem.message.startswith("unknown field 'approver'; ")
    assert problem.message.endswith("; approver excludes from what a process opens")


def test_what_an_operator_declares_personal_is_refused_likewise() -> None:
    source = """\
fields: {phone: {type: string}}
rules: []
default: {route: {pool: east, fallback: [{pool: west, require: [{rep: skills, op: has, item: phone}]}]}}
"""

    assert check(source).rule_set is not None
    assert [p.line for p in check(source, personal=["phone"]).problems] == [3]


def with_value(value: str, *, top: str = "", kind: str = "string", op: str = "eq") -> str:
    return f"""\
fields: {{f: {{type: {kind}}}}}
{top}
rules:
  - id: r
    when: {{field: f, op: {op}, value: {value}}}
    route: {{pool: p}}
default: {{route: {{pool: p}}}}
"""


def warnings(source: str) -> list[tuple[int, int, str]]:
    checked = check(source)
    assert checked.rule_set is not None, checked.problems
    return [(problem.line, problem.column, problem.message) for problem in checked.problems]


@pytest.mark.parametrize(
    ("value", "column", "said"),
    [
        ("[制造业，汽车]", 38, "[制造业, 汽车] would be 2"),
        ("[汽车, “上海”]", 42, "'上海' was probably meant"),
        ('["上海 "]', 38, "with blanks around it; '上海' was probably meant"),
        ("[ＳＨ]", 38, "in full width; 'SH' was probably meant"),
        ("[NA]", 38, "a word for missing: no comparison with it holds"),
        ('[""]', 38, "a word for missing: no comparison with it holds"),
    ],
)
@pytest.mark.parametrize(("kind", "op"), [("string", "in"), ("list", "has_any")])
def test_a_value_that_is_probably_not_meant_is_a_warning_at_its_place(
    kind: str, op: str, value: str, column: int, said: str
) -> None:
    ((line, at, message),) = warnings(with_value(value, kind=kind, op=op))

    assert (line, at - len(op) + 2) == (5, column)
    assert said in message


def test_a_fixed_value_that_reps_are_compared_with_is_looked_at_too() -> None:
    source = with_value("x").replace("{pool: p}\nd", "{pool: p, require: [{rep: skills, op: has, value: ERP，CRM}]}\nd")

    ((line, _, message),) = warnings(source)

    assert (line, "[ERP, CRM] would be 2" in message) == (6, True)


@pytest.mark.parametrize("op", ["eq", "ne"])
def test_a_rule_set_says_itself_which_words_mean_missing(op: str) -> None:
    own = check(with_value("NA", op=op, top="missing: [keine Angabe, NULL]"))
    none = check(with_value("NA", op=op, top="missing: []"))

    assert own.rule_set is not None
    assert none.rule_set is not None
    assert own.rule_set.missing == {"", "keine angabe", "null"}
    assert none.rule_set.missing == {""}
    assert (own.problems, none.problems) == ((), ())


def test_rules_published_now_know_the_words_that_training_knows() -> None:
    rule_set = check(with_value("x")).rule_set

    assert rule_set is not None
    assert rule_set.missing == set(MISSING_WORDS)


def test_a_full_width_colon_is_named_with_what_was_meant() -> None:
    source = with_value("x").replace("field: f", "field：f")

    problems = check(source).problems

    assert [(problem.line, problem.column) for problem in problems] == [(5, 11), (5, 12)]
    assert "'field: f' was probably meant" in problems[1].message


@pytest.mark.parametrize(
    ("written", "said"),
    [("field: “f”", "'f' was probably meant"), ("op: ｅｑ", "'eq' was probably meant"), ("op: 'eq '", "'eq' was")],
)
def test_a_refusal_says_what_was_meant(written: str, said: str) -> None:
    name = written.partition(":")[0]
    source = with_value("x").replace({"field": "field: f", "op": "op: eq"}[name], written)

    assert said in check(source).problems[0].message


CITIES = {"cities": ["上海", "北京"], "levels": [1, 2.5]}
NAMES_CITIES = {"field": "地区", "op": "in", "value": {"list": "cities"}}


def test_a_named_list_stands_for_its_entries_wherever_it_is_named() -> None:
    route = {"pool": "p", "require": [{"rep": "cities", "op": "has_any", "value": {"list": "cities"}}]}
    levels = {"not": {"field": "n", "op": "not_in", "value": {"list": "levels"}}}
    rules = [rule(NAMES_CITIES, route), rule(levels, id="s"), rule({**NAMES_CITIES, "op": "not_in"}, id="t")]

    rule_set = good(check(source_of(*rules, lists=CITIES)))

    assert rule_set.rules[0].when == Predicate("地区", "in", ("上海", "北京"))
    assert rule_set.rules[0].target.require == (Requirement("cities", "has_any", value=("上海", "北京")),)
    assert rule_set.rules[1].when == Not(Predicate("n", "not_in", (1, 2.5)))
    jsonschema.validate(json.loads(source_of(*rules, lists=CITIES)), json.loads(schema_text()))


def named(name: object, **parts: Any) -> dict[str, Any]:
    return rule({**NAMES_CITIES, "value": name, **parts})


@pytest.mark.parametrize(
    ("wrong", "lists", "path", "message"),
    [
        (
            *(named({"list": "citis"}), CITIES, "rules[0].when.value.list"),
            "there is no list 'citis'; declared are cities, levels; 'cities' was probably meant",
        ),
        (named({"list": "x"}), {}, "rules[0].when.value.list", "there is no list 'x'; declared are none"),
        (named({"list": "levels"}), CITIES, "lists.levels[0]", "found 1; text of up to 512 characters is expected"),
        (named({"lists": "cities"}), CITIES, "rules[0].when.value", "a list of values or {list: NAME} is expected"),
        (named({"list": ["cities"]}), CITIES, "rules[0].when.value", "a list of values or {list: NAME} is expected"),
        (named({"list": "cities"}, op="eq"), CITIES, "rules[0].when.value", "found a list; eq compares with none"),
        (named(["x"]), {"cities": "x"}, "lists.cities", "found 'x'; a list is expected"),
        (named(["x"]), {"cities": []}, "lists.cities", "it is empty; at least one is expected"),
        (named(["x"]), {"cities": ["x"] * 201}, "lists.cities", "at most 200 are allowed"),
        (
            *(rule(None, {"pool": "p", "require": [{"rep": "r", "op": "has", "value": {"list": "cities"}}]}), CITIES),
            *("lists.cities", "has compares with a string"),
        ),
    ],
)
def test_a_named_list_that_is_wrong_is_refused_at_its_place(
    wrong: dict[str, Any], lists: dict[str, Any], path: str, message: str
) -> None:
    ((at, said),) = errors(check(source_of(wrong, lists=lists)))[:1]

    assert at == path
    assert message in said


def test_a_list_that_no_rule_names_is_a_warning_at_its_name() -> None:
    problems = check("lists:\n  cities: [x]\nfields: {}\ndefault: {route: {pool: p}}").problems

    assert [(p.line, p.column, p.path, p.message, p.is_error) for p in problems] == [
        (2, 3, "lists.cities", "no rule names the list 'cities'", False)
    ]


def test_a_share_is_of_the_items_identity_or_of_a_field() -> None:
    shares = [{"percent": 20, "salt": "t"}, {"percent": 0.25, "of": "地区", "salt": "t"}, {"percent": 100, "salt": "t"}]

    rule_set = good(check(source_of(rule(shares[0]), rule(shares[1], id="s"), rule({"not": shares[2]}, id="u"))))

    assert [each.when for each in rule_set.rules] == [
        Predicate("external_id", "percent", "20 % t"),
        Predicate("地区", "percent", "0.25 % t"),
        Not(Predicate("external_id", "percent", "100 % t")),
    ]
    jsonschema.validate(json.loads(source_of(*map(rule, shares))), json.loads(schema_text()))


@pytest.mark.parametrize(
    ("share", "path", "message"),
    [
        ({"percent": 101, "salt": "t"}, "percent", "found 101; at most 100"),
        ({"percent": -1, "salt": "t"}, "percent", "found -1; at least 0"),
        ({"percent": 12.345, "salt": "t"}, "percent", "found 12.345; a share has at most 2 decimals"),
        ({"percent": "x", "salt": "t"}, "percent", "found 'x'; a number is expected"),
        ({"percent": "20", "salt": "t"}, "percent", "found '20'; a number is expected"),
        ({"percent": True, "salt": "t"}, "percent", "found true; a number is expected"),
        ({"percent": 20}, "salt", "salt is missing"),
        ({"percent": 20, "salt": ""}, "salt", "it is empty"),
        (
            {"percent": 20, "salt": "t", "of": "l"},
            "of",
            "allowed are external_id and string and number fields: 地区, n",
        ),
        ({"percent": 20, "salt": "t", "field": "n"}, "field", "unknown key 'field'; allowed are percent, of, salt"),
    ],
)
def test_a_share_that_is_wrong_is_refused_at_its_place(share: dict[str, Any], path: str, message: str) -> None:
    ((at, said),) = errors(check(source_of(rule(share))))

    assert at == f"rules[0].when.{path}"
    assert message in said


def test_what_means_the_items_identity_cannot_be_a_field_as_well() -> None:
    source = source_of(rule({"percent": 20, "salt": "t"}), fields={"external_id": {"type": "string"}})

    ((at, said),) = errors(check(source))

    assert (at, said) == (
        "rules[0].when.of",
        "a field is called external_id; it means source and external id here",
    )
