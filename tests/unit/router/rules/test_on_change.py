"""``on_change`` in rule sets: what is refused where it stands, and how tests of rules try it."""

from __future__ import annotations

import json
from typing import Any

from router.assignment.rule_tests import run_tests
from router.model.workforce import WorkforceRecords
from router.rules.check import check
from router.rules.route import RoutingRules
from router.rules.scenarios import TestResult as Result

RULES = """\
fields:
  region: {type: string, ignore: [case]}
  phone: {type: string, personal: true}
rules:
  - id: north
    when: {field: region, op: eq, value: north}
    route: {pool: north, on_change: region}
default:
  route:
    pool: east
    on_change: [phone, regoin, phone]
"""
GOOD = RULES.replace("regoin, ", "")


def test_a_field_that_there_is_not_is_refused_where_it_stands() -> None:
    (problem,) = check(RULES).problems

    assert (problem.line, problem.column, problem.path) == (11, 24, "default.route.on_change[1]")
    assert problem.message == "unknown field 'regoin'; declared are region, phone"


def test_names_are_kept_each_once_and_one_needs_no_list() -> None:
    rule_set = check(GOOD).rule_set

    assert isinstance(rule_set, RoutingRules)
    assert rule_set.default.on_change == ("phone",)
    assert rule_set.rules[0].target.on_change == ("region",)


def tried(**test: Any) -> Result:
    tests = json.dumps([{"name": "t", **test}])
    checked = check(f"{GOOD}tests: {tests}\n")
    assert checked.problems == ()
    assert checked.rule_set is not None
    (result,) = run_tests(checked.rule_set, checked.tests, checked.workforce or WorkforceRecords())
    return result


def test_a_test_says_what_becomes_of_a_field_and_expects_whether_it_moves() -> None:
    north = {"region": "north"}

    moved = tried(item=north, update={"region": "east"}, expect={"moves": True, "pool": "east"})
    respelt = tried(item=north, update={"region": "North"}, expect={"moves": False, "pool": "north"})
    taken_out = tried(item=north, update={"region": None}, expect={"moves": True, "rule": "default"})
    fails = tried(item=north, update={"region": "east"}, expect={"moves": False})

    assert [result.passed for result in (moved, respelt, taken_out)] == [True] * 3
    assert fails.message == "expected moves false, came true"


def test_moves_is_expected_of_an_update_alone() -> None:
    (problem,) = check(GOOD + "tests: [{name: t, item: {}, expect: {moves: true}}]\n").problems

    assert problem.path == "tests[0].expect.moves"
    assert problem.message == "nothing is updated: say update, what becomes of its fields"
