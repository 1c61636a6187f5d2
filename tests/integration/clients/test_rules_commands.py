"""``fairlead rules`` against a real service: names looked up, revisions listed, shown and compared."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.integration.clients.arranging import Restartable, fairlead, tried

pytestmark = pytest.mark.long
SOURCE = """fields: {region: {type: string}}
rules:
  - id: east
    when: {field: region, op: within, value: 华动}
    route: {pool: eats, require: [{rep: regoins, op: covers, item: region}]}
default: {route: {pool: east}}
"""
SOUND = SOURCE.replace("华动", "华东").replace("eats", "east").replace("regoins", "regions")
WRONG = ["rules.yaml:4:46 warning: there is no territory '华动'", "rules.yaml:5:19 warning: there is no pool 'eats'"]
WRONG += ["rules.yaml:5:41 warning: no rep has an attribute 'regoins'"]
MEANT = ["did you mean 华东?", "did you mean east?", "did you mean regions?"]


@pytest.fixture
def at(shared: Restartable, request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options that lead to a tenant of the test's own."""
    return ("--server", shared.address, "--tenant", re.sub(r"\W", "-", request.node.name)[-60:])


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    """The files of a small workforce."""
    for name, text in (("reps", "id,regions,pools\nann,华东,east\n"), ("territories", "id\n华东\n")):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return ("--reps", str(tmp_path / "reps.csv"), "--territories", str(tmp_path / "territories.csv"))


def written(folder: Path, text: str) -> str:
    file = folder / "rules.yaml"
    file.write_text(text, "utf-8")
    return str(file)


def test_names_are_looked_up_in_a_running_service(at: tuple[str, ...], files: tuple[str, ...], tmp_path: Path) -> None:
    fairlead("workforce", "load", *files, *at)

    printed = fairlead("rules", "check", written(tmp_path, SOURCE), *at)

    assert [part for part in (*WRONG, *MEANT) if part not in printed] == []
    assert "1 rule, no errors\n" in printed
    assert "not looked up" not in printed
    assert "warning" not in fairlead("rules", "check", written(tmp_path, SOUND), *at)


def test_names_are_looked_up_in_files_without_a_service(files: tuple[str, ...], tmp_path: Path) -> None:
    printed = fairlead("rules", "check", written(tmp_path, SOURCE), *files)

    assert [part for part in (*WRONG, *MEANT) if part not in printed] == []
    assert "not looked up" not in printed


@pytest.mark.parametrize(
    ("given", "missing"),
    [(0, "pools, territories, reps and attributes of reps"), (2, "territories")],
)
def test_what_was_not_looked_up_is_said(files: tuple[str, ...], tmp_path: Path, given: int, missing: str) -> None:
    printed = fairlead("rules", "check", written(tmp_path, SOUND), *files[:given])

    assert f"no errors\nthe names of {missing} were not looked up: see --server" in printed


def test_publishing_prints_what_the_service_warns_of(
    at: tuple[str, ...], files: tuple[str, ...], tmp_path: Path
) -> None:
    fairlead("workforce", "load", *files, *at)

    printed = fairlead("rules", "publish", written(tmp_path, SOURCE), *at)

    assert [part for part in WRONG if part not in printed] == []


def test_revisions_are_listed_shown_and_compared(at: tuple[str, ...], tmp_path: Path) -> None:
    fairlead("rules", "publish", written(tmp_path, SOURCE), "--note", "first", *at)
    fairlead("rules", "publish", written(tmp_path, SOUND), "--note", "mended", *at)

    listed = json.loads(fairlead("rules", "list", "--json", *at))["rule_sets"]
    table = fairlead("rules", "list", *at)

    assert [(each["note"], each.get("active", False)) for each in listed] == [("mended", True), ("first", False)]
    assert [row.split()[0] for row in table.splitlines() if "mended" in row or "first" in row] == ["2", "1"]
    assert fairlead("rules", "show", *at).endswith(SOUND)
    assert fairlead("rules", "show", "1", *at).endswith(SOURCE)
    compared = fairlead("rules", "diff", "1", *at)
    assert compared.startswith("--- revision 1\n+++ revision 2\n@@")
    assert "-    when: {field: region, op: within, value: 华动}\n" in compared
    assert fairlead("rules", "diff", "1", "2", *at) == compared
    assert "no difference" in fairlead("rules", "diff", written(tmp_path, SOUND), *at)
    assert "+++ " + written(tmp_path, SOURCE) in fairlead("rules", "diff", written(tmp_path, SOURCE), *at)


@pytest.mark.parametrize(
    ("arguments", "status", "fault"),
    [
        (("show", "9"), 1, "ruleSets/9"),
        (("show", "x"), 2, "'x': must be the number of a revision, or active"),
        (("diff", "/nowhere.yaml"), 2, "/nowhere.yaml: No such file"),
    ],
)
def test_what_is_not_there_is_named(
    at: tuple[str, ...], tmp_path: Path, arguments: tuple[str, ...], status: int, fault: str
) -> None:
    fairlead("rules", "publish", written(tmp_path, SOUND), *at)

    code, printed = tried("rules", *arguments, *at)

    assert (code, fault in printed) == (status, True), printed


def test_nobody_overwrites_what_was_published_in_between(at: tuple[str, ...], tmp_path: Path) -> None:
    fairlead("rules", "publish", written(tmp_path, SOUND), *at)
    fairlead("rules", "publish", written(tmp_path, SOUND), "--etag", "1", *at)

    code, printed = tried("rules", "publish", written(tmp_path, SOURCE), "--etag", "1", *at)

    assert code == 1
    assert "revision 2 is active, not 1: look at what it changed, and publish with its etag" in printed
    assert len(json.loads(fairlead("rules", "list", "--json", *at))["rule_sets"]) == 2
