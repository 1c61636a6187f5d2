"""``fairlead rules check`` and ``test``: what they print and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.cli.rules import rules

GOOD = """\
fields: {n: {type: number}}
rules:
  - id: a
    when: {field: n, op: gte, value: 1}
    route: {pool: p}
default: {route: {pool: p}}
tests:
  - {name: passes, item: {n: 1}, expect: {rule: a}}
"""
FAILING = "tests:\n  - {name: fails, item: {n: 0}, expect: {rule: a}}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "规则.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(rules, [str(argument) for argument in arguments])


def test_a_good_file_is_checked_with_exit_code_0(file: Path) -> None:
    result = invoke("check", file)

    assert result.exit_code == 0
    assert result.output.startswith(f"{file}: 1 rule, no errors\nthe names of pools, territories, reps and attributes")


def test_an_error_is_a_line_with_file_line_and_column_and_exit_code_1(file: Path) -> None:
    file.write_text(GOOD.replace("gte", "has_any"), encoding="utf-8")

    result = invoke("check", file)

    assert result.exit_code == 1
    assert result.output.startswith(f"{file}:4:26 error: has_any does not fit the number field n; allowed are eq,")
    assert result.output.endswith("(rules[0].when.op)\n")


def test_a_file_that_is_not_there_is_exit_code_2(tmp_path: Path) -> None:
    assert invoke("check", tmp_path / "none.yaml").exit_code == 2
    assert invoke("test", tmp_path).exit_code == 2


def test_a_file_that_is_not_text_is_an_error_with_its_place(file: Path) -> None:
    file.write_bytes(b"a: \xff")

    result = invoke("check", file)

    assert (result.exit_code, result.output) == (1, f"{file}:1:4 error: byte 0xff is not UTF-8: save it as UTF-8\n")


def test_a_rule_set_can_come_from_standard_input() -> None:
    assert CliRunner().invoke(rules, ["check", "-"], input=GOOD).exit_code == 0


def test_passing_tests_are_exit_code_0_and_failing_ones_1(file: Path, tmp_path: Path) -> None:
    failing = tmp_path / "more.yaml"
    failing.write_text(FAILING, encoding="utf-8")

    passed, failed = invoke("test", file), invoke("test", file, "--tests", failing)

    assert (passed.exit_code, passed.output) == (0, "ok     passes\n1 passed, 0 failed\n")
    assert failed.exit_code == 1
    assert failed.output == f"FAILED fails\n       {failing}:2 expected rule a, came default\n0 passed, 1 failed\n"


def test_json_holds_problems_and_results(file: Path) -> None:
    checked, tested = invoke("check", file, "--json"), invoke("test", file, "--json")

    assert json.loads(checked.output) == {"problems": [], "rule_count": 1, "looked_up": []}
    assert json.loads(tested.output)["results"] == [{"name": "passes", "passed": True, "message": "", "line": 8}]


def test_the_help_shows_a_rule_set() -> None:
    result = invoke("--help")

    assert "      potential: {type: number}\n" in result.output
    assert "\b" not in result.output
