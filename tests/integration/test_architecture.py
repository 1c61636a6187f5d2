"""The house as it is built: no rooms in a circle, a request that goes straight down, a check that sees every import."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.walk import walk
from tests.conftest import ROOT

CALLED_BACK = {
    ("store", "RedisAssignments._bind_together"),
    ("store", "RedisAssignments._sent.<locals>.read"),
}
"""The calls that go back up: what collects jobs calls its user with all of them, and with what was replied to them."""
COPIED = ("pyproject.toml", "failures.py", "missing_words.py", "resource_names.py", "service.py")


@pytest.mark.parametrize("inside", ["", "router"])
def test_no_rooms_form_a_circle(inside: str) -> None:
    counted = subprocess.run(
        [sys.executable, "-m", "tests.architecture.structure", "--in", inside],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert ", 0 circles" in counted.stdout.splitlines()[0]


async def test_a_request_goes_straight_down() -> None:
    steps = await walk()

    assert {(step.caller, step.function) for step in steps if step.goes_back} == CALLED_BACK
    assert [step.room for step in steps if step.function == "Pipeline.admit"] == ["gateway"]
    assert any(step.function == "RedisAssignments.bind" for step in steps)


@pytest.mark.long
@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("router/model/workitem.py", "def late() -> None:\n    from router.rpc import routing  # noqa: F401\n"),
        ("router/workforce/edits.py", "if TYPE_CHECKING:\n    from router.assignment.planner import Planner\n"),
        ("store/scripts.py", "def late() -> None:\n    from workqueue import jobs  # noqa: F401\n"),
    ],
)
def test_an_import_that_goes_up_is_found_wherever_it_stands(tmp_path: Path, where: str, what: str) -> None:
    packages = [
        path.name for path in ROOT.iterdir() if path.is_dir() and path.name.isidentifier() and path.name != "build"
    ]
    for name in [*packages, *COPIED]:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    with (tmp_path / where).open("a", encoding="utf-8") as file:
        file.write(f"\n\nfrom typing import TYPE_CHECKING\n\n{what}")
    environ = {**os.environ, "PYTHONPATH": f"{tmp_path}:{tmp_path / 'proto'}"}

    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=tmp_path, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


def test_a_circle_would_be_counted(tmp_path: Path) -> None:
    for room, other in (("a", "b"), ("b", "a"), ("c", "a")):
        (tmp_path / "fairlead" / room).mkdir(parents=True)
        (tmp_path / "fairlead" / room / "__init__.py").write_text(f"from fairlead import {other}\n")
    (tmp_path / "fairlead" / "__init__.py").write_text("")
    code = (
        "from pathlib import Path; from tests.architecture.structure import house; "
        f"print(house(Path({str(tmp_path)!r}), 'fairlead'))"
    )

    counted = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert counted.stdout == "3 rooms on 2 floors, 3 arrows, 1 circles\n"
