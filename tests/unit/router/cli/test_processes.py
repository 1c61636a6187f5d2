"""``fairlead process check``, ``test`` and ``draw`` of a file: what they print and how they end."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

import router.process
from router.cli.process_revisions import is_file
from router.cli.processes import process
from router.process.definition.deadlines import Act
from router.process.language import forms
from router.process.language.check import check_process
from router.rules.check import check
from tests.conftest import ROOT
from tests.unit.router.process.language.test_check import SHIPPED

EXAMPLES = ROOT / "examples" / "processes"

RULES = """
fields: {asked_for: {type: string}, budget: {type: number}, discount: {type: number}, instalments: {type: list}}
default: {route: {pool: p}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "流程.yaml"
    path.write_text(SHIPPED, encoding="utf-8")
    return path


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(process, [str(argument) for argument in arguments])


def test_the_help_has_each_key_and_whoever_reads_the_code_is_sent_to_modules_that_exist() -> None:
    told = invoke("--help").output
    heads = [line.split(":")[0].strip() for line in told.splitlines() if re.match(r"  [A-Z]\w+:", line)]

    assert heads == [
        "Kinds", "Stages", "Deadlines", "Dates", "Clock", "From", "Until", "Steps", "Severity", "Repeats", "Asked",
        "Tests",
    ]  # fmt: skip
    parts = [each for each in vars(forms).values() if getattr(each, "__module__", "") == forms.__name__]
    keys = {field.alias or name for part in parts for name, field in getattr(part, "model_fields", {}).items()}
    assert {*keys, *Act} - {*re.findall(r"\w+", told.lower())} == set()
    names = re.findall(r"``(\w+)``", router.process.__doc__ or "")
    assert [name for name in names if not find_spec(f"router.process.{name}")] == []


def test_a_sound_process_is_checked_alone_or_by_the_fields_of_rules(file: Path, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")

    alone, by_rules = invoke("check", file), invoke("check", file, "--rules", tmp_path / "rules.yaml", "--json")

    counted = f"{file}: process sales, 7 stages, 2 deadlines, no errors"
    assert alone.output.splitlines()[0] == counted
    assert "not looked up" in alone.output
    assert [each["path"] for each in json.loads(by_rules.output)["problems"]] == [
        "stages[2].require[0]",
        "stages[3].require[0]",
    ]
    assert (alone.exit_code, by_rules.exit_code) == (0, 0)


def test_what_is_shipped_goes_with_the_rules_beside_it_and_without_them_says_how_to_declare_what_it_asks_for(
    tmp_path: Path,
) -> None:
    (tmp_path / "rules.yaml").write_text("fields: {}\ndefault: {route: {pool: p}}", "utf-8")
    rules = check((EXAMPLES / "rules.yaml").read_text("utf-8")).rule_set
    assert rules is not None
    declared = {"complaints": "impact: {type: string}", "renewal": "contract_end: {type: date}"}
    declared |= {"sales": "instalments: {type: list}", "win-back": "discount: {type: number}"}

    for file in EXAMPLES.glob("*.yaml"):
        if file.stem in declared:
            checked = check_process(file.read_text("utf-8"), rules=rules)
            assert (checked.process is not None, checked.problems) == (True, ())
            undeclared = invoke("check", file, "--rules", tmp_path / "rules.yaml")
            assert f"; declare it in the rules: fields: {{{declared.pop(file.stem)}}}" in undeclared.output
            assert undeclared.exit_code == 1
        elif file.name.endswith("-walk.yaml"):
            walk = yaml.safe_load(file.read_text("utf-8"))["setup"]["rules"]["fields"]
            assert {name: each["type"] for name, each in walk.items() if rules.fields.get(name) != each["type"]} == {}
    assert declared == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# later\n", ":1:1 error: it is empty; a mapping is expected\n"),
        (SHIPPED.encode("gb18030"), ":5:28 error: byte 0xcf is not UTF-8: it may be GB18030 (GBK); save it as UTF-8"),
        (SHIPPED.encode("utf-16"), ":1:1 error: byte 0xff is not UTF-8: it is UTF-16; save it as UTF-8"),
        (f"#{'x' * (8 << 20)}", "error: it is too long; allowed are 8,388,608 bytes (8 MiB)"),
        ((EXAMPLES / "sales-walk.yaml").read_text("utf-8"), ":4:1 error: this is a walk: see `fairlead process walk`"),
        ((EXAMPLES / "rules.yaml").read_text("utf-8"), "error: this is a rule set: see `fairlead rules check`"),
        (SHIPPED.replace("deadlines:", "deadlins:"), "pool; 'deadlines' was probably meant (stages[0].deadlins)"),
        (SHIPPED.replace("[LEAD]", "[LAED]"), "'RENEWAL'; 'LEAD' was probably meant (kinds[0])"),
    ],
)
def test_what_is_no_process_says_what_it_is_or_what_was_meant(tmp_path: Path, content: str | bytes, said: str) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())

    refused = [invoke(command, file) for command in ("check", "draw")]

    assert [said in each.output for each in refused] == [True, True], refused[0].output
    assert [each.exit_code for each in refused] == [1, 1]


def test_a_revision_to_go_back_to_is_an_option() -> None:
    refused = invoke("rollback", "sales@2", "--server", "127.0.0.1:9")

    assert (refused.exit_code, "say the revision to go back to as an option: sales --to 2" in refused.output) == (
        2,
        True,
    )


def test_tests_are_run_and_a_failed_one_says_what_came(file: Path) -> None:
    passed = invoke("test", file)
    file.write_text(SHIPPED.replace("20T11:20}", "20T11:21}"), "utf-8")
    failed = invoke("test", file)

    assert (passed.exit_code, passed.output.splitlines()[-1]) == (0, "5 passed, 0 failed")
    assert (failed.exit_code, failed.output.splitlines()[-1]) == (1, "4 passed, 1 failed")
    came = "expected first-response due 2026-09-20T11:21, came 2026-09-20T11:20:00+08:00"
    assert f"{file}:84 {came}" in failed.output


@pytest.mark.parametrize("name", ["complaints", "renewal", "sales", "win-back"])
def test_the_tests_inside_what_is_shipped_pass(name: str) -> None:
    written = yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text("utf-8"))["tests"]

    ran = invoke("test", EXAMPLES / f"{name}.yaml", "--rules", EXAMPLES / "rules.yaml")

    assert (ran.exit_code, ran.output.splitlines()[-1]) == (0, f"{len(written)} passed, 0 failed"), ran.output
    assert written


def test_a_file_is_drawn_to_the_terminal_or_into_another(file: Path, tmp_path: Path) -> None:
    printed = invoke("draw", file, "--mermaid", "--language", "zh")
    written = invoke("draw", file, "--out", tmp_path / "sales.svg")
    nowhere = invoke("draw", file, "--out", tmp_path / "no" / "sales.svg")

    assert printed.output.startswith('---\ntitle: "销售流程（sales）"')
    assert (written.exit_code, written.output) == (0, "")
    assert (tmp_path / "sales.svg").read_text("utf-8").startswith("<svg ")
    assert nowhere.exit_code == 2


def test_what_is_wrong_ends_each_command_with_its_place(file: Path, tmp_path: Path) -> None:
    file.write_text(SHIPPED.replace("until: attempt", "until: attemt"), "utf-8")
    (tmp_path / "wrong.yaml").write_text("fields: {}", "utf-8")

    ended = [invoke(command, file) for command in ("check", "test", "draw")]

    assert [each.exit_code for each in ended] == [1] * 3
    assert all(f"{file}:20:16 error: found 'attemt'; allowed are" in each.output for each in ended)
    assert invoke("diff", file).exit_code == 2
    assert invoke("check", tmp_path / "none.yaml").exit_code == 2
    assert "wrong.yaml has errors" in invoke("check", file, "--rules", tmp_path / "wrong.yaml").output
    assert invoke("test", file, "--rules", file, "--server", "x").exit_code == 2


def test_a_process_is_told_from_a_file(file: Path) -> None:
    assert [is_file(name) for name in (str(file), "none.yaml", "a/b", "sales", "sales@3")] == [
        True,
        True,
        True,
        False,
        False,
    ]
