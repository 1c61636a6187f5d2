"""Rule tests as data: how they are written, and what they say when they fail."""

from __future__ import annotations

import json
from typing import Any

import pytest

from router.assignment.rule_tests import run_tests
from router.model.workforce import Rep, WorkforceRecords
from router.rules import scenarios
from router.rules.check import check, check_tests
from router.rules.scenarios import RuleTest
from tests.conftest import ROOT

RULES: dict[str, Any] = {
    "fields": {"region": {"type": "string"}, "n": {"type": "number"}},
    "rules": [
        {
            "id": "east",
            "when": {"field": "region", "op": "within", "value": "华东"},
            "route": {"pool": "east", "require": [{"rep": "regions", "op": "covers", "item": "region"}]},
        }
    ],
    "default": {"route": {"pool": "all"}},
}
WORKFORCE = {
    "territories": {"上海": "华东", "华东": None},
    "reps": {
        "a": {"regions": ["华东"], "level": 3},
        "b": {"regions": ["浙江"]},
        "c": {"regions": ["上海"], "active": False},
    },
    "pools": {"east": ["a", "b", "c"], "all": {"a": 2.5, "b": 1}},
}


def results(*tests: dict[str, Any], workforce: Any = WORKFORCE) -> list[scenarios.TestResult]:
    checked = check(json.dumps({**RULES, "tests": tests, "workforce": workforce}, ensure_ascii=False))
    assert checked.problems == ()
    assert checked.rule_set is not None
    return run_tests(checked.rule_set, checked.tests, checked.workforce or WorkforceRecords())


def case(item: dict[str, Any], **expect: Any) -> dict[str, Any]:
    return {"name": "t", "item": item, "expect": expect}


def test_a_test_passes_when_all_that_it_expects_comes() -> None:
    item = {"kind": "LEAD", "attributes": {"region": "上海"}}

    (result,) = results(case(item, rule="east", pool="east", eligible=["a"]))

    assert result == scenarios.TestResult("t", True, "", 1)


def test_a_failed_test_says_what_came_instead() -> None:
    (result,) = results(case({"region": "上海"}, rule="default", pool="all", eligible=["b"]))

    assert not result.passed
    assert result.message == (
        "expected rule default, came east; expected pool all, came east; "
        "expected eligible ['b'], came ['a'] (not eligible: ['b'], eligible too: ['a'])"
    )


def recused(*tests: dict[str, Any]) -> list[scenarios.TestResult]:
    """Run tests of a route that excludes."""
    fields = {
        "fields": {"about": {"type": "list"}},
        "default": {"route": {"pool": "all", "exclude": ["about", "handlers"]}},
    }
    checked = check(json.dumps({**fields, "tests": tests, "workforce": WORKFORCE}))
    assert checked.problems == ()
    assert checked.rule_set is not None
    return run_tests(checked.rule_set, checked.tests, checked.workforce or WorkforceRecords())


def test_a_test_says_who_had_it_before_and_expects_who_is_recused() -> None:
    about = {**case({"about": ["a", "c", "gone"]}, conflict=["a", "b", "c"], eligible=[]), "handlers": ["b"]}

    assert recused(about, case({}, conflict=[], eligible=["a", "b"])) == [
        scenarios.TestResult("t", True, "", 1),
        scenarios.TestResult("t", True, "", 1),
    ]


def test_a_test_that_expects_others_to_be_recused_says_who_is() -> None:
    (result,) = recused(case({"about": ["a"]}, conflict=["b"]))

    assert result.message == ("expected in conflict ['b'], came ['a'] (not in conflict: ['b'], in conflict too: ['a'])")


def test_the_examples_of_complaints_pass() -> None:
    checked = check((ROOT / "examples" / "complaints.yaml").read_text("utf-8"))
    assert checked.rule_set is not None
    assert checked.workforce is not None

    passed = [result.passed for result in run_tests(checked.rule_set, checked.tests, checked.workforce)]

    assert (checked.problems, passed) == ((), [True] * 3)


def test_the_default_is_expected_by_its_name() -> None:
    assert [result.passed for result in results(case({"n": 1}, rule="default", pool="all", eligible=["a", "b"]))] == [
        True
    ]


def test_an_item_that_cannot_be_routed_fails_its_test() -> None:
    (result,) = results(case({"n": "many"}, rule="east"))

    assert "the item cannot be routed: work_item.attributes.n: found 'many'" in result.message


def test_tests_can_stand_in_a_document_of_their_own() -> None:
    checked = check_tests(json.dumps({"tests": [case({"n": 1}, rule="default")]}))

    assert checked.problems == ()
    assert [(test.name, test.item.attributes) for test in checked.tests] == [("t", {"n": 1})]
    assert isinstance(checked.tests[0], RuleTest)


@pytest.mark.parametrize(
    ("workforce", "tests", "path", "message"),
    [
        ({"territories": {"a": "b", "b": "a"}}, [], "workforce.territories.a", "a lies inside itself"),
        ({"territories": {"a": "a"}}, [], "workforce.territories.a", "a lies inside itself"),
        ({"pools": {"p": ["nobody"]}}, [], "workforce.pools.p[0]", "there is no rep 'nobody'"),
        ({"reps": {"r": {"x": {"y": 1}}}}, [], "workforce.reps.r.x", "found {y: …}; text of up to 512"),
        ({"reps": {"r": {"active": "no"}}}, [], "workforce.reps.r.active", "found 'no'; true or false"),
        ({"reps": {"r": {}}, "pools": {"p": {"r": 0}}}, [], "workforce.pools.p.r", "more than 0"),
        (None, [{"name": "t", "item": {}, "expect": {}}], "tests[0].expect", "nothing is expected"),
        (None, [case({"kind": "lead"}, rule="east")], "tests[0].item.kind", "allowed are LEAD, CUSTOMER"),
        (
            None,
            [case({}, rules="east")],
            "tests[0].expect.rules",
            "unknown key 'rules'; allowed are rule, pool, eligible, outcome, conflict, moves, contact_due",
        ),
    ],
)
def test_wrong_tests_and_workforces_are_refused(workforce: Any, tests: Any, path: str, message: str) -> None:
    problems = check_tests(json.dumps({"tests": tests, **({"workforce": workforce} if workforce else {})})).problems

    assert any(problem.path == path and message in problem.message for problem in problems), problems


def test_a_rep_of_a_test_has_what_is_given_and_no_more() -> None:
    reps = {"x": {"level": 3, "regions": None, "active": True}, "y": {"active": False}}

    checked = check(json.dumps({**RULES, "workforce": {"reps": reps, "pools": {"all": ["x", "y"]}}}))

    assert checked.workforce is not None
    assert checked.workforce.reps["x"] == Rep("x", attributes={"level": 3})
    assert checked.workforce.reps["y"] == Rep("y", active=False)


TRIAL = """
fields: {n: {type: number}}
rules: [{id: trial, when: {percent: 30, salt: trial-7}, route: {pool: p}}]
default: {route: {pool: p}}
tests:
  - {name: in, item: {source: crm, external_id: L-1, attributes: {n: 1}}, expect: {rule: trial}}
  - {name: spelt otherwise, item: {source: CRM, external_id: "ｌ-1 ", attributes: {}}, expect: {rule: trial}}
  - {name: out, item: {source: crm, external_id: L-2, attributes: {n: 1}}, expect: {rule: default}}
  - {name: nobody, item: {n: 1}, expect: {rule: default}}
"""


def test_a_test_may_name_the_item_that_it_is_about() -> None:
    checked = check(TRIAL)

    assert checked.problems == ()
    assert checked.rule_set is not None
    assert [result.message for result in run_tests(checked.rule_set, checked.tests, WorkforceRecords())] == [""] * 4


def test_a_test_that_names_its_item_wrongly_is_refused() -> None:
    checked = check_tests("tests: [{name: t, item: {external_id: 5, attributes: {}}, expect: {rule: a}}]")

    assert [(problem.path, problem.message) for problem in checked.problems] == [
        ("tests[0].item.external_id", "found 5; text is expected")
    ]


def arriving(*tests: dict[str, Any], **parts: Any) -> list[str]:
    """Run tests of rules by the hour; return what failed."""
    late = {"id": "late", "when": {"field": "came.hour", "op": "gte", "value": 18}, "route": {"pool": "all"}}
    rules = {**RULES, "arrival": {"field": "came", "timezone": "Asia/Shanghai"}, "rules": [late], **parts}
    checked = check(json.dumps({**rules, "tests": tests}))
    assert checked.rule_set is not None, checked.problems
    return [result.message for result in run_tests(checked.rule_set, checked.tests, WorkforceRecords())]


def test_a_test_says_when_its_item_comes() -> None:
    evening, morning = "2026-03-02T18:00:00+08:00", "2026-03-02T01:00:00Z"

    assert arriving(
        {**case({"n": 1}, rule="late"), "arrival": evening},
        {**case({"n": 1}, rule="default"), "arrival": morning},
        case({"n": 1}, rule="default"),
    ) == ["", "", ""]


def test_a_test_whose_item_says_itself_when_it_comes_fails_as_the_request_would() -> None:
    (message,) = arriving(case({"came": "2026-03-02"}, rule="late"))

    assert "work_item.attributes.came: found '2026-03-02'; the server says when a work item came" in message


def test_an_arrival_that_no_rule_asks_for_fails_the_test() -> None:
    (message,) = arriving({**case({"n": 1}, rule="default"), "arrival": "2026-03-02"}, arrival=None, rules=[])

    assert message == "the item cannot be routed: work_item: comes at 2026-03-02, and the rule set declares no arrival"


def test_an_arrival_that_is_no_instant_is_an_error_at_its_place() -> None:
    (problem,) = check_tests(json.dumps({"tests": [{**case({}, rule="late"), "arrival": "tomorrow"}]})).problems

    assert problem.path == "tests[0].arrival"
    assert problem.message.startswith("found 'tomorrow'; a date such as 2024-05-01")
