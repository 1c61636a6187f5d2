"""The glossary: its terms are those of contract and code, and the words it rules out name nothing."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.conftest import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
ROW = re.compile(
    r"^\| (?P<terms>[^|]+) \| (?P<chinese>[^|]+) \| (?P<meaning>[^|]+) \|(?P<never>[^|]*)\|$", re.MULTILINE
)
_NAMES = re.compile(r"^\s*(?:message|service|enum|rpc) (\w+)", re.MULTILINE)
_TWICE = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
_CLASSES = re.compile(r"^\s*class (\w+)[(:\[]", re.MULTILINE)
_CJK = re.compile(r"[\u4e00-\u9fff]")


@cache
def rows() -> tuple[dict[str, str], ...]:
    """Return the rows of the table, without its head."""
    return tuple(row.groupdict() for row in ROW.finditer(GLOSSARY.read_text("utf-8")))[2:]


def listed(cell: str) -> list[str]:
    """Take a cell apart."""
    return [part.strip() for part in re.split(r"[,、:：]", cell) if part.strip()]


def shipped() -> Iterator[Path]:
    """Yield what is shipped of code, generated code left out."""
    tracked = subprocess.run(
        ["git", "ls-files", "*.py", "*.proto"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in tracked.stdout.split():
        if not name.startswith(("tests/", "benchmarks/", "examples/")) and "_pb2" not in name:
            yield ROOT / name


@cache
def classes() -> tuple[str, ...]:
    """Return the name of every class of the code, once for each definition."""
    sources = (path.read_text("utf-8") for path in shipped() if path.suffix == ".py")
    return tuple(name for source in sources for name in _CLASSES.findall(source))


@cache
def names() -> frozenset[str]:
    """Return every class of the code, and message, service, method and enum of the contract."""
    contract = (path.read_text("utf-8") for path in shipped() if path.suffix == ".proto")
    return frozenset(classes()).union(*map(_NAMES.findall, contract))


@cache
def spoken() -> str:
    """Return all shipped text in one, in small letters."""
    return "\n".join(path.read_text("utf-8") for path in shipped()).lower()


def test_what_we_say_is_said() -> None:
    terms = [term for row in rows() for term in listed(row["terms"])]

    assert terms
    for term in terms:
        forms = {term, term.replace(" ", "_"), term.replace(" ", "")}
        assert any(form in spoken() for form in forms), term


def test_what_we_never_say_names_nothing() -> None:
    words = [word for row in rows() for word in listed(row["never"])]

    assert words
    assert [word for word in words if word.replace(" ", "") in names()] == []


def test_every_term_has_its_chinese_and_its_meaning() -> None:
    assert rows()
    for row in rows():
        assert _CJK.search(row["chinese"]), row
        assert not re.search(r"[A-Za-z]", row["chinese"]), row
        assert row["meaning"].strip(), row


def test_a_class_name_stands_for_one_thing_unless_the_glossary_says_why_not() -> None:
    counts = Counter(name for name in classes() if not name.startswith("_"))

    assert {name for name, count in counts.items() if count > 1} == set(_TWICE.findall(GLOSSARY.read_text("utf-8")))
