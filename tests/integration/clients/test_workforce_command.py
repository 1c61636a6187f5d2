"""``fairlead workforce`` against a real service, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.clients.arranging import Restartable, fairlead, tried

EXAMPLES = Path(__file__).parents[3] / "examples"
FILES = (
    *("--reps", str(EXAMPLES / "reps.csv"), "--pools", str(EXAMPLES / "pools.csv")),
    *("--territories", str(EXAMPLES / "territories.csv")),
)


@pytest.fixture
def at(shared: Restartable, request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options that lead to a tenant of the test's own."""
    return ("--server", shared.address, "--tenant", request.node.name.partition("[")[0][-60:])


def written(folder: Path, text: str, name: str = "reps.csv") -> str:
    file = folder / name
    file.write_text(text, "utf-8")
    return str(file)


def test_the_examples_are_one_revision_and_change_nothing_again(at: tuple[str, ...]) -> None:
    first = fairlead("workforce", "load", *FILES, *at)
    again = fairlead("workforce", "load", *FILES, *at)

    assert "+ pool key-accounts: name 大客户 Key accounts; member anna 1; " in first
    assert "reps: 19 created; pools: 8 created; territories: " in first
    assert first.endswith("the workforce is at revision 1\n")
    assert again.endswith("nothing changes: the workforce stays at revision 1\n")


def test_a_dry_run_shows_what_would_change_and_writes_nothing(at: tuple[str, ...], tmp_path: Path) -> None:
    reps = written(tmp_path, "id,name\nann,Ann\n")

    printed = fairlead("workforce", "load", "--reps", reps, "--dry-run", *at)

    assert "+ rep ann: name Ann; active true\nreps: 1 created; nothing is written (etag 0)\n" in printed
    assert json.loads(fairlead("workforce", "list", "--json", *at)) == {"reps": [], "pools": [], "territories": []}


def test_an_empty_cell_clears_and_a_column_left_out_does_not(at: tuple[str, ...], tmp_path: Path) -> None:
    fairlead("workforce", "load", "--reps", written(tmp_path, "id,name,regions,level\nann,Ann,east,3\n"), *at)

    printed = fairlead("workforce", "load", "--reps", written(tmp_path, "id,regions\nann,\n"), *at)

    assert "~ rep ann: regions [east] → none\n" in printed


def test_pruning_alone_deactivates_and_names_who_is_missing(at: tuple[str, ...], tmp_path: Path) -> None:
    fairlead("workforce", "load", "--reps", written(tmp_path, "id,pools\nann,east\nbo,west\n"), *at)
    fewer = written(tmp_path, "id\nann\n")

    kept = fairlead("workforce", "load", "--reps", fewer, *at)
    pruned = fairlead("workforce", "load", "--reps", fewer, "--prune", *at)

    assert "nothing changes" in kept
    assert "~ rep bo, which no line names: active true → false\nreps: 1 deactivated; " in pruned


def test_one_fault_keeps_all_files_out_and_is_named_with_its_line(at: tuple[str, ...], tmp_path: Path) -> None:
    territories = written(tmp_path, "id,parent\n上海,华东\n", "territories.csv")

    status, printed = tried(
        "workforce", "load", "--reps", written(tmp_path, "id\nann\n"), "--territories", territories, *at
    )

    assert status == 1
    assert f"{territories}:2: parent: there is no territory '华东': create it first" in printed
    assert json.loads(fairlead("workforce", "list", "reps", "--json", *at)) == {"reps": []}


def test_what_changed_since_the_dry_run_is_not_overwritten(at: tuple[str, ...], tmp_path: Path) -> None:
    reps = written(tmp_path, "id,name\nann,Ann\n")
    fairlead("workforce", "load", "--reps", written(tmp_path, "id\nbo\n", "others.csv"), *at)

    status, printed = tried("workforce", "load", "--reps", reps, "--etag", "0", *at)

    assert (status, "changed since it was read: its etag is 1, not '0'; read it again" in printed) == (1, True), printed


def test_what_is_exported_is_taken_back(at: tuple[str, ...], tmp_path: Path) -> None:
    fairlead("workforce", "load", *FILES, *at)
    folder = tmp_path / "staff"

    printed = fairlead("workforce", "export", str(folder), *at)
    files = [part for kind in ("reps", "pools", "territories") for part in (f"--{kind}", str(folder / f"{kind}.csv"))]

    assert f"{folder / 'reps.csv'}: 19" in printed
    assert (folder / "reps.csv").read_bytes().startswith(b"\xef\xbb\xbfid,name,active,")
    assert "nothing changes" in fairlead("workforce", "load", *files, "--prune", *at)
    assert tried("workforce", "export", str(folder), *at)[0] == 2  # there already
    fairlead("workforce", "export", str(folder), "--force", *at)


def test_a_list_shows_who_is_where(at: tuple[str, ...], tmp_path: Path) -> None:
    fairlead("workforce", "load", "--reps", written(tmp_path, "id,name,pools,level\nann,安,east:2,3\n"), *at)

    printed = fairlead("workforce", "list", "reps", *at)

    assert "ann" in printed
    assert "安" in printed
    assert "east:2" in printed
    assert "level=3" in printed
    assert "pools.csv" not in fairlead("workforce", "list", "pools", *at)


def test_without_a_file_nothing_is_loaded(at: tuple[str, ...]) -> None:
    status, printed = tried("workforce", "load", *at)

    assert (status, "--reps, --pools or --territories" in printed) == (2, True)
