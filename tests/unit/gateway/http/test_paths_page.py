"""docs/paths.md lists the paths of the contract."""

from __future__ import annotations

from pathlib import Path

from tests.paths_page import page

ROOT = Path(__file__).parents[4]


def test_the_page_lists_every_path() -> None:
    written = (ROOT / "docs" / "paths.md").read_text("utf-8")

    assert written == page(), "python -m tests.paths_page > docs/paths.md"
