"""What stands above each declaration in a ``.proto`` file, which the generated code does not carry.

References
----------
https://protobuf.dev/reference/protobuf/proto3-spec/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*)|(?P<block>/\*.*?\*/)|(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|(?P<word>[\w.]+)|(?P<line>\n)|(?P<sign>\S)""",
    re.DOTALL,
)
_NAMED = ("message", "enum", "service", "oneof", "rpc")
"""What may have a block with declarations in it."""
_UNNAMED = ("syntax", "option", "package", "import", "reserved", "extensions", "")
_REFERENCE = re.compile(r"\[([^\]\[]+)\]\[[\w.]*\]")
"""How Google's comments refer to a declaration."""
_OWN_LINE = re.compile(r"\s|[-*] |\d+[.)] ")
"""What begins a line that does not continue the one above it."""


class _Block(NamedTuple):
    """What is between two braces; ``kind`` is empty where it is no declaration's."""

    kind: str
    name: str


def read_comments(texts: Iterable[str]) -> Mapping[str, str]:
    """Read the comments of declarations off files.

    Returns
    -------
    mapping
        By the full name of what is declared: of a method ``package.Service.Method``, of an enum's value
        ``package.Enum.VALUE``. Lines of a paragraph are joined.
    """
    return {name: _flowing(lines) for text in texts for name, lines in _Reader().read(text) if lines}


def _flowing(lines: Iterable[str]) -> str:
    """Join the lines of each paragraph."""
    flowing = ""
    for line in lines:
        joint = " " if flowing and line and not flowing.endswith("\n") and not _OWN_LINE.match(line) else "\n"
        flowing += f"{joint}{line}"
    return re.sub(r"\n{3,}", "\n\n", _REFERENCE.sub(r"\1", flowing)).strip()


class _Reader:
    """Reads one file, declaration by declaration."""

    def __init__(self) -> None:
        self._package = ""
        self._blocks = list[_Block]()
        self._above = list[str]()
        self._comment = list[str]()
        self._words = list[str]()

    def read(self, text: str) -> Iterator[tuple[str, list[str]]]:
        """Yield each declaration's full name and the lines above it."""
        is_begun = False  # whether something else stands before on the line
        n_ends = 0  # line ends since then
        for found in _TOKEN.finditer(text):
            kind, written = str(found.lastgroup), found[0]
            if kind == "line":
                is_begun, n_ends = False, n_ends + 1
                if n_ends > 1:
                    self._above = []
            elif kind in ("comment", "block"):
                if not is_begun:
                    self._above += _lines_of(written)
                n_ends = 0
            else:
                is_begun, n_ends = True, 0
                yield from self._take(written)

    def _take(self, sign: str) -> Iterator[tuple[str, list[str]]]:
        """Take one more token; yield the declaration that it ends or opens."""
        if not self._words:
            self._comment, self._above = self._above, []
        if sign not in ("{", "}", ";") or "[" in self._words[: None if "]" not in self._words else 0]:
            self._words.append(sign)
            return
        if declared := self._declared():
            yield declared, self._comment
        first = self._words[0] if self._words else ""
        if sign == "{":
            self._blocks.append(_Block(first, self._words[1]) if first in _NAMED else _Block("", ""))
        elif sign == "}" and self._blocks:
            self._blocks.pop()
        elif first == "package":
            self._package = self._words[1]
        self._words = []
        self._above = []

    def _declared(self) -> str:
        """Return the full name of what the words declare; empty: nothing."""
        words = self._words
        first = words[0] if words else ""
        if first in _UNNAMED or not all(block.kind for block in self._blocks):
            return ""
        name = words[1] if first in _NAMED and "=" not in words else _before_equals(words)
        inside = [block.name for block in self._blocks if block.kind != "oneof"]
        return ".".join([self._package, *inside, name]) if name else ""


def _before_equals(words: list[str]) -> str:
    """Return the name of a field, or of an enum's value."""
    return words[words.index("=") - 1] if "=" in words[1:] else ""


def _lines_of(comment: str) -> list[str]:
    if comment.startswith("//"):
        return [comment[2:].removeprefix(" ").rstrip()]
    return [line.strip().removeprefix("*").removeprefix(" ").rstrip() for line in comment[2:-2].splitlines()]
