"""README is short, and what the docs name exists: files, headings, commands with their options, variables."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import click
import pytest

from router.model.decision import Cause, Way, way_of
from service import main
from tests.conftest import ROOT

README = ROOT / "README.md"
GUIDES = sorted((ROOT / "docs").glob("*.md"))
ZH = sorted((ROOT / "docs" / "zh").glob("*.md"))
PAGES = [README, *GUIDES, *ZH, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", ROOT / "examples" / "README.md"]
_FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_IN_A_BLOCK = re.compile(r"(?:^|^\$ |\$\(|[A-Z]+=\S+ )fairlead ([^)#&\n]*)", re.MULTILINE)
_IN_A_SENTENCE = re.compile(r"`fairlead ([^`]+)`")
_VARIABLE = re.compile(r"FAIRLEAD_[A-Z_]*[A-Z]")


def prose(page: Path) -> str:
    """Return a page without its code blocks."""
    return _FENCED.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """Return what links may name of a page, as GitHub makes it of the headings."""
    return {anchor_of(heading) for heading in _HEADING.findall(prose(page))}


def anchor_of(heading: str) -> str:
    """Return what a link names of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links_of(page: Path) -> list[tuple[str, str]]:
    """Return the links of a page that stay in the repository: file, anchor."""
    return _LINK.findall(prose(page))


def links() -> Iterator[tuple[Path, str, str]]:
    """Yield every link that stays in the repository: page, file, anchor."""
    for page in PAGES:
        yield from ((page, file, anchor) for file, anchor in links_of(page))


def shown(page: Path) -> list[str]:
    """Return what is given to ``fairlead`` in the blocks and sentences of a page."""
    blocks = "\n".join(
        text for language, text in _FENCED.findall(page.read_text("utf-8")) if language in ("", "console")
    )
    return _IN_A_BLOCK.findall(blocks.replace("\\\n", " ")) + _IN_A_SENTENCE.findall(prose(page))


def commands() -> Iterator[tuple[str, str]]:
    """Yield every command line: page and words, ``a|b`` being two."""
    for page in PAGES:
        for line in shown(page):
            yield from ((page.name, shlex.join(words)) for words in product(*(w.split("|") for w in shlex.split(line))))


def variables(*pages: Path) -> set[str]:
    """Return every variable that pages name."""
    return {name for page in pages for name in _VARIABLE.findall(page.read_text("utf-8"))}


def variables_in_code() -> set[str]:
    """Return every variable that code or Makefile names."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "Makefile"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return variables(*(ROOT / file for file in listed.stdout.split()))


def follow(command: click.Command | None, words: list[str]) -> list[str]:
    """Read a command line as click does, and return the words that are left over."""
    assert command is not None, "no such command"
    context = click.Context(command)
    try:
        _, rest, _ = command.make_parser(context).parse_args(words)
    except click.BadOptionUsage:  # a sentence may name an option without its value
        return []
    if isinstance(command, click.Group) and rest:
        return follow(command.get_command(context, rest[0]), rest[1:])
    return rest


def test_readme_is_short() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 150


@pytest.mark.parametrize("guide", [*GUIDES, *ZH], ids=lambda guide: str(guide.relative_to(ROOT)))
def test_readme_says_where_every_page_is(guide: Path) -> None:
    assert f"]({guide.relative_to(ROOT)})" in prose(README)


def test_a_link_leads_somewhere() -> None:
    targets = {(page, file, anchor): page.parent / file if file else page for page, file, anchor in links()}

    assert len(targets) > 300
    assert [link for link, target in targets.items() if not target.exists()] == []
    assert [link for link, target in targets.items() if link[2] and link[2] not in anchors(target)] == []


def test_a_command_that_is_shown_can_be_given() -> None:
    shown = sorted(set(commands()))

    assert len(shown) > 300
    assert [(page, line, left) for page, line in shown if (left := follow(main, shlex.split(line)))] == []


def test_a_variable_that_is_named_is_known_to_the_code() -> None:
    assert variables(*PAGES) <= variables_in_code()


def test_a_variable_of_the_code_is_described() -> None:
    assert variables_in_code() <= variables(*GUIDES, ROOT / "CONTRIBUTING.md")


@pytest.mark.parametrize("page", [ROOT / "docs" / "fairness.md", ROOT / "docs" / "zh" / "fairness.md"], ids=str)
def test_every_cause_stands_in_the_row_of_its_way_into_the_ledger(page: Path) -> None:
    rows = [line.split("|") for line in page.read_text("utf-8").splitlines() if line.startswith("|")]
    causes = {row[1].strip(): set(re.findall(r"[A-Z_]{4,}", row[3])) for row in rows if row[1].strip() in {*Way}}

    ways = {(cause, way_of(cause, named)) for cause in Cause for named in ("", "a rep")}
    assert causes == {way: {cause for cause, its_way in ways if its_way is way} for way in Way}
