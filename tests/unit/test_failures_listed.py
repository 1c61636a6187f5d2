"""CONTRIBUTING's table of failures names tests that there are, each by its failure's number."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
REACHABLE = {*range(1, 19), 20, *range(22, 26), *range(27, 31)}
"""Failures that the parts there are can meet."""


def rows() -> dict[int, list[str]]:
    """Return the tests that the table names, by the number of the failure."""
    table = re.findall(r"^\| (\d+) \|(.+)$", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    return {int(number): re.findall(r"`(test_\w+)`", row) for number, row in table}


def test_every_failure_that_can_be_met_has_a_test_of_its_number() -> None:
    named = rows()

    assert set(named) == REACHABLE
    for number, tests in named.items():
        assert tests
        assert [name for name in tests if not name.startswith(f"test_{number:02}_")] == []


def test_every_test_that_the_table_of_failures_names_exists() -> None:
    named = {name for tests in rows().values() for name in tests}
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))
    }

    assert named <= written, f"not found: {sorted(named - written)}"
