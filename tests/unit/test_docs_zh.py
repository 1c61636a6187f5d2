"""The Chinese pages say what the English ones say: heading for heading the same commands, fields and figures.

Each is written for its readers, not translated, so sentences are not compared, but all that must not differ is: blocks
of code without their comments, words in `` ` ``, figures, and codes in capitals. Below its title a Chinese page names
the page that it stands beside; one that gathers sections of several pages names them below each heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from router.wording.phrases import REFUSED
from tests.unit.test_docs import ZH, anchor_of, links_of, prose

_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"(?:^|\s)#\s.*$")
_CODE = re.compile(r"`([^`]+)`")
_FIGURE = re.compile(r"\d+(?:[.,:/]\d+)*")
_CAPITALS = re.compile(r"(?<![A-Za-z_])[A-Z][A-Z_]{3,}(?![A-Za-z_])")
_LINK = re.compile(r"\]\([^)]*\)")
_LINKED = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_ENGLISH = re.compile(r"^\[English\]\(\.\./([^)#]+)#?([^)]*)\)$", re.MULTILINE)
_OTHER_LANGUAGE = re.compile(r"^\[(?:中文|English)\]\(.*\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and what stands below it; ``level`` is 1 for a title."""

    level: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text says that is the same in every language."""

    blocks: list[str]
    code: set[str]
    figures: set[str]
    capitals: set[str]


def sections_of(text: str) -> list[Section]:
    """Part a page at its headings; a line of code is none."""
    sections: list[tuple[str, list[str]]] = []
    is_code = False
    for line in text.splitlines():
        is_code ^= line.lstrip().startswith("```")
        if line.startswith("#") and not is_code:
            sections.append((line, []))
        else:
            sections[-1][1].append(line)
    return [
        Section(len(heading) - len(heading.lstrip("#")), heading.lstrip("# "), "\n".join(lines))
        for heading, lines in sections
    ]


def at(page: Path, anchor: str) -> list[Section]:
    """Return a section of a page with those inside it, or all of the page."""
    sections = sections_of(page.read_text("utf-8"))
    if not anchor:
        return sections
    first = next(place for place, each in enumerate(sections) if anchor_of(each.heading) == anchor)
    behind = (place for place in range(first + 1, len(sections)) if sections[place].level <= sections[first].level)
    return sections[first : next(behind, len(sections))]


def facts_of(text: str) -> Facts:
    """Read off what must not differ."""
    sentences = _LINK.sub("]", _OTHER_LANGUAGE.sub("", _FENCE.sub("", text)))
    words = _CODE.sub(" ", sentences)
    blocks = ["\n".join([language, *_without_comments(block)]) for language, block in _FENCE.findall(text)]
    figures, capitals = (set(pattern.findall(words)) for pattern in (_FIGURE, _CAPITALS))
    return Facts(blocks, set(_CODE.findall(sentences)), figures, capitals)


def _without_comments(block: str) -> Iterator[str]:
    return (line for line in (_COMMENT.sub("", line).rstrip() for line in block.splitlines()) if line)


def pairs() -> Iterator[tuple[str, list[Section], list[Section]]]:
    """Yield what stands beside each other: where, in English, in Chinese."""
    for page in ZH:
        for section in sections_of(page.read_text("utf-8")):
            for file, anchor in _ENGLISH.findall(section.text):
                own = "" if section.level == 1 else anchor_of(section.heading)
                yield f"{page.name} {own}".strip(), at(page.parent.parent / file, anchor), at(page, own)


PAIRS = list(pairs())
LINED_UP = [
    (f"{where}: {beside.heading}", section.text, beside.text)
    for where, english, chinese in PAIRS
    for section, beside in zip(english, chinese, strict=False)
]


def test_there_are_pages_in_chinese() -> None:
    assert {page.name for page in ZH} == {where.partition(" ")[0] for where, *_ in PAIRS}


@pytest.mark.parametrize(("where", "english", "chinese"), PAIRS, ids=[where for where, *_ in PAIRS])
def test_headings_stand_one_to_one(where: str, english: list[Section], chinese: list[Section]) -> None:
    below = [[section.level - sections[0].level for section in sections] for sections in (english, chinese)]

    assert below[0] == below[1], where


@pytest.mark.parametrize(("where", "english", "chinese"), LINED_UP, ids=[where for where, *_ in LINED_UP])
def test_what_a_section_says_is_the_same(where: str, english: str, chinese: str) -> None:
    assert facts_of(english) == facts_of(chinese), where


@pytest.mark.parametrize("page", ZH, ids=lambda page: page.name)
def test_every_section_of_a_gathered_page_names_its_english_one(page: Path) -> None:
    title, *others = sections_of(page.read_text("utf-8"))
    named = [bool(_ENGLISH.search(section.text)) for section in others if section.level == 2]

    assert _ENGLISH.search(title.text) or all(named)


@pytest.mark.parametrize("page", ZH, ids=lambda page: page.name)
def test_the_english_page_leads_to_the_chinese_one(page: Path) -> None:
    for section in sections_of(page.read_text("utf-8")):
        for file, anchor in _ENGLISH.findall(section.text):
            own = "" if section.level == 1 else anchor_of(section.heading)
            assert (f"zh/{page.name}", own) in links_of(page.parent.parent / file), (file, anchor)


@pytest.mark.parametrize(
    "gained",
    [
        "\n```\n$ fairlead presence list\n```\n",
        "\n`fairlead presence list`",
        " `--dry-run`",
        " 48",
        " ON_LEAVE",
    ],
)
def test_what_one_page_gains_is_missed_in_the_other(gained: str) -> None:
    page = "```\n$ fairlead calendars list  # all of them\n```\n"

    assert facts_of(page) == facts_of(page.replace("all of them", "全部"))
    assert facts_of(page) != facts_of(page + gained)


@pytest.mark.parametrize(("code", "words"), [(code, each.zh) for code, each in REFUSED.items() if "{" not in each.zh])
def test_a_reason_is_called_as_the_service_calls_it(code: str, words: str) -> None:
    page = next(page for page in ZH if page.name == "hours.md")

    assert f"{code}（{words}）" in _LINKED.sub(r"\1", prose(page))


def test_pages_in_chinese_are_in_chinese() -> None:
    for page in ZH:
        paragraphs = [text for text in prose(page).split("\n\n") if len(text) > 80]
        assert all(re.search(r"[\u4e00-\u9fff]", text) for text in paragraphs), page.name
