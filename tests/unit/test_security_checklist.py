"""docs/security.md says by which tests each of OWASP's ten is held: they are there, and each of the ten has some."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text("utf-8").partition("## OWASP")[2]
ROWS = {row[1]: row[2] for row in re.finditer(r"^\| (API\d+):(.*)\|$", TEXT, re.MULTILINE)}


def test_each_of_the_ten_is_there() -> None:
    assert list(ROWS) == [f"API{number}" for number in range(1, 11)]


def test_each_is_held_by_tests_that_there_are() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    defined = set(re.findall(r"^(?:async )?def (test_\w+)", sources, re.MULTILINE))
    named = {risk: set(re.findall(r"`(test_\w+)`", row)) for risk, row in ROWS.items()}

    assert [risk for risk, tests in named.items() if not tests] == []
    assert {test for tests in named.values() for test in tests} - defined == set()
