"""``explain`` tells everything in the language asked for, of whatever work item; ``route`` says what it noticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.integration.clients.arranging import Restartable, fairlead, tried

IDS_AND_VALUES = re.compile(r"\b(crm|east|west|team|region|regions|Anna|Bo|Cy|ZH-1|NOT_A_MEMBER|TERRITORY)\b|~")


@pytest.fixture
def refused_nobody(shared: Restartable) -> str:
    """Return the number of a decision with somebody chosen, somebody eligible and somebody refused."""
    with shared.client() as client:
        return client.route({"region": "east"}, source="crm", external_id="ZH-1").name.rpartition("/")[2]


@pytest.mark.parametrize("rep", ["Anna", "bo", "Cy"])
def test_explain_tells_everything_in_chinese(shared: Restartable, refused_nobody: str, rep: str) -> None:
    printed = fairlead("explain", refused_nobody, "--rep", rep, "--language", "zh", "--server", shared.address)

    assert f"决策 {refused_nobody}：crm~ZH-1 → " in printed
    assert "规则 east，分配池 team：" in printed
    assert '✓ region 等于 "east"；实际为 "east"' in printed
    assert "路由步骤\n  1. 分配池 team：2/3 人合格：1 人不负责该区域" in printed
    assert "累计应得" in printed
    assert "选中" in printed
    assert "regions 为无，须覆盖 east" in printed
    assert re.findall(r"[A-Za-z]+", IDS_AND_VALUES.sub("", printed)) == []


def test_explain_is_the_same_in_english(shared: Restartable, refused_nobody: str) -> None:
    printed = fairlead("explain", refused_nobody, "--server", shared.address)

    assert '✓ region is "east": it is "east"' in printed
    assert "1. pool team: 2/3 reps: 1 outside the territory" in printed
    assert re.search(r"[\u4e00-\u9fff]", printed) is None


@pytest.mark.parametrize(
    "asked",
    [["my crm~L 17/b"], ["--source", "my crm", "--external-id", "L 17/b"], ["MY  CRM~l 17/b"]],
    ids=["one text", "two options", "another spelling"],
)
def test_a_lead_whose_name_is_a_hash_is_explained_by_its_own(shared: Restartable, asked: list[str]) -> None:
    with shared.client() as client:
        decision = client.route({"region": "east"}, source="my crm", external_id="L 17/b")

    printed = fairlead("explain", *asked, "--server", shared.address)

    number, name = (full.rpartition("/")[2] for full in (decision.name, decision.work_item))
    assert name.startswith("~")
    assert printed.startswith(f"Decision {number}: {name} (my crm~L 17/b) → ")


def test_a_lead_is_explained_by_its_name_too(shared: Restartable) -> None:
    with shared.client() as client:
        decision = client.route({"region": "east"}, source="a~b", external_id="1")

    for asked in (
        [decision.work_item],
        [decision.work_item.rpartition("/")[2]],
        ["--source", "a~b", "--external-id", "1"],
    ):
        assert fairlead("explain", *asked, "--server", shared.address).startswith("Decision ")


@pytest.mark.parametrize("asked", [[], ["17", "--source", "crm", "--external-id", "L-1"]], ids=["nothing", "two"])
def test_asking_for_nothing_or_for_two_is_refused(asked: list[str]) -> None:
    status, printed = tried("explain", *asked)

    assert status == 2
    assert "give DECISION, or --source and --external-id" in printed


def test_a_lead_that_is_not_there_is_named(shared: Restartable) -> None:
    status, printed = tried("explain", "my crm~nobody", "--server", shared.address)

    assert status == 1
    assert "there is no work item" in printed


def test_route_says_what_was_sent_otherwise_and_which_names_are_hashes(shared: Restartable, tmp_path: Path) -> None:
    reps, rules, leads = tmp_path / "reps.csv", tmp_path / "rules.yaml", tmp_path / "leads.csv"
    reps.write_text("id,regions\nann,east\n")
    rules.write_text("fields: {region: {type: string}, phone: {type: string}}\ndefault: {route: {pool: team}}\n")
    where = ("--reps", str(reps), "--rules", str(rules), "--server", shared.address, "--tenant", "remarks")
    leads.write_text("id,source,region,phone\nL-1,my crm,east,139\nL-2,crm,east,110\n")
    out = ("--out", str(tmp_path / "decisions.csv"))
    first = fairlead("route", "--leads", str(leads), *where, *out)
    leads.write_text("id,source,region,phone\nL-1,my crm,west,138\nL-2,crm,east,110\n")

    again = fairlead("route", "--leads", str(leads), *where, *out)

    assert "sent with other data" not in first
    assert "1 known leads were sent with other data, which was not taken:\n  L-1: phone, region\n" in again
    assert "1 lead has a hash for a name, because 'my crm' holds ' '" in first
    assert 'fairlead explain --source "my crm" --external-id "L-1"' in first
