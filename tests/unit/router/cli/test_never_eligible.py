"""Reps of whom rules ask what no lead of the file has are named, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.cli.inputs import read_inputs
from router.cli.never_eligible import never_eligible

EXAMPLES = Path(__file__).parents[4] / "examples"
INDUSTRY = "{rep: industries, op: has, item: industry}"


def never(folder: Path, reps: str, require: str, *, fallback: str = "[]", ignore: str = "[]") -> list[str]:
    (folder / "rules.yaml").write_text(
        f"fields: {{industry: {{type: string, ignore: {ignore}}}, tags: {{type: list}}, phone: {{type: string}}}}\n"
        f"rules:\n  - {{id: big, when: {{field: industry, op: exists}},"
        f" route: {{pool: p, require: {require}, fallback: {fallback}}}}}\n"
        "default: {route: {pool: q}}\n"
    )
    (folder / "leads.csv").write_text("id,industry,tags\n1,汽车,a;b\n2,Software,\n3,,c\n")
    (folder / "reps.csv").write_text(reps)
    inputs = read_inputs(folder / "leads.csv", folder / "reps.csv", folder / "rules.yaml", None, "csv")
    return list(never_eligible(inputs, inputs.workforce.pools))


def test_reps_whose_lists_hold_nothing_that_a_lead_asks_for_are_named_with_the_rule(tmp_path: Path) -> None:
    reps = 'id,industries\nanna,制造业;汽车\nben,"Software, Finance"\ncid,\n'

    assert never(tmp_path, reps, f"[{INDUSTRY}]") == [
        "rep ben, industries Software, Finance: no lead has such industry, for which rule big asks",
        "rep cid, industries none: no lead has such industry, for which rule big asks",
    ]


def test_a_rep_with_one_of_the_entries_that_a_list_asks_for_can_be_given_a_lead(tmp_path: Path) -> None:
    reps = "id,skills\nanna,b\nben,d\n"

    (told,) = never(tmp_path, reps, "[{rep: skills, op: has_any, item: tags}]")

    assert told.startswith("rep ben, skills d:")


@pytest.mark.parametrize(
    "require", ["[]", "[{rep: skills, op: has, value: b}]", "[{rep: skills, op: has, item: phone}]"]
)
def test_where_no_lead_asks_for_anything_nobody_is_named(tmp_path: Path, require: str) -> None:
    assert never(tmp_path, "id,skills\nanna,b\n", require) == []


@pytest.mark.parametrize(
    ("pools", "fallback"),
    [("q", "[]"), ("p", "[{drop: [industries]}]"), ("p", "[{pool: p}]"), ("p;q", "[q]"), ("p", "[{rep: ben}]")],
)
def test_whom_a_rule_passes_over_or_gives_leads_by_a_fallback_is_not_named(
    tmp_path: Path, pools: str, fallback: str
) -> None:
    reps = f"id,industries,pools\nben,Finance,{pools}\n"

    assert never(tmp_path, reps, f"[{INDUSTRY}]", fallback=fallback) == []


def test_a_rep_of_a_fallback_pool_alone_is_named_for_what_it_requires(tmp_path: Path) -> None:
    fallback = f"[{{pool: q, require: [{INDUSTRY}]}}]"

    (told,) = never(tmp_path, "id,industries,pools\nben,Finance,q\n", "[]", fallback=fallback)

    assert told.startswith("rep ben, industries Finance:")


def test_what_the_file_has_no_column_of_the_service_may_know(tmp_path: Path) -> None:
    assert never(tmp_path, "id,skills\nben,ERP\n", f"[{INDUSTRY}]") == []


def test_what_does_not_count_in_a_field_makes_nobody_unfit(tmp_path: Path) -> None:
    assert never(tmp_path, "id,industries\nben,ＳＯＦＴＷＡＲＥ\n", f"[{INDUSTRY}]", ignore="[case, width]") == []


def test_a_rep_is_named_once_with_all_rules_that_ask(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        "fields: {industry: {type: string}}\nrules:\n  - {id: one, when: {field: industry, op: eq, value: 汽车},"
        f" route: {{pool: p, require: [{INDUSTRY}]}}}}\ndefault: {{route: {{pool: p, require: [{INDUSTRY}]}}}}\n"
    )
    (tmp_path / "leads.csv").write_text("id,industry\n1,汽车\n")
    (tmp_path / "reps.csv").write_text("id,industries\nben,Finance\n")
    leads, reps, rules = (tmp_path / name for name in ("leads.csv", "reps.csv", "rules.yaml"))
    inputs = read_inputs(leads, reps, rules, None, "csv")

    assert list(never_eligible(inputs, inputs.workforce.pools)) == [
        "rep ben, industries Finance: no lead has such industry, for which rules one, default ask"
    ]


def test_of_the_shipped_example_nobody_is_named() -> None:
    leads, reps, rules, territories = (
        EXAMPLES / name for name in ("leads.csv", "reps.csv", "rules.yaml", "territories.csv")
    )
    inputs = read_inputs(leads, reps, rules, territories, "csv")

    assert list(never_eligible(inputs, inputs.workforce.pools)) == []
