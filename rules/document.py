"""YAML or JSON text → a plain tree that remembers where each value stood.

The text may come from anybody, so nothing of it is trusted. The tree is built in a loop from the parser's events:
no recursion, no construction of objects, no anchors that multiply, and reading stops at the first value that goes
too deep or is one too many (the parser itself needs half a minute for 100,000 open brackets; it is never let that
far). Whatever cannot be read comes back as a ``Problem`` with its place; nothing the parser raises gets out.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import yaml

from rules import limits
from rules.problems import Problem, Severity, shown
from rules.scalars import FORBIDDEN, Refused, place, plain, quoted
from rules.spelling import hint_for_line

if TYPE_CHECKING:
    Tree = dict[str, "Tree"] | list["Tree"] | str | int | float | bool | None
    Path = Sequence[str | int]
    _Places = dict[str | int, tuple[int, int]]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PARSER_ERRORS = (yaml.YAMLError, ValueError, RecursionError, OverflowError)

# JSON writes what lies beyond the 16-bit plane as two escapes; YAML only knows the long one.
_ESCAPED_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


class Document:
    """A tree of plain values and the place of each.

    Attributes
    ----------
    tree
        The value of the whole document.
    problem
        Why there is none; then ``tree`` is None.
    """

    def __init__(self) -> None:
        self.tree: Tree = None
        self.problem: Problem | None = None
        # per container (they all live as long as the tree does) the places of its items and of its keys
        self._items: dict[int, _Places] = {}
        self._keys: dict[int, _Places] = {}
        self.start = (1, 1)

    def remember(self, container: object, items: _Places, keys: _Places) -> None:
        """Keep the places of what a list or mapping holds."""
        self._items[id(container)] = items
        self._keys[id(container)] = keys

    def place(self, path: Path, *, of_key: bool = False) -> tuple[int, int]:
        """Return line and column, from 1, of the value at a path, or of its key; of the innermost one around it if
        it is missing.
        """
        node, found_at = self.tree, self.start
        for depth, step in enumerate(path):
            places = self._keys if of_key and depth == len(path) - 1 else self._items
            place = places.get(id(node), {}).get(step)
            if place is None:
                break
            found_at = place
            node = node[step]  # type: ignore[index]  # the step was found in it
        return found_at

    def problem_at(
        self, path: Path, message: str, *, of_key: bool = False, severity: Severity = Severity.ERROR
    ) -> Problem:
        """Make the problem of a path. An index into what is written as a single value is left out."""
        path = self._as_written(path)
        return Problem(*self.place(path, of_key=of_key), path_text(path), message, severity)

    def _as_written(self, path: Path) -> Path:
        node: object = self.tree
        written = []
        for step in path:
            if isinstance(step, int) and not isinstance(node, list):
                continue
            written.append(step)
            places = self._items.get(id(node), {})
            node = node[step] if step in places else None  # type: ignore[index]  # the step is in it
        return written


def path_text(path: Path) -> str:
    """Write a path as people do.

    Examples
    --------
    >>> path_text(["rules", 0, "when", "all", 1, "op"])
    'rules[0].when.all[1].op'
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step:.64}" for step in path).removeprefix(".")


def read(source: str | bytes) -> Document:
    """Read a document; look at its ``problem`` before its ``tree``."""
    document = Document()
    builder, text = _Builder(document), ""
    try:
        text = _checked_text(source)
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except Refused as refused:
        document.problem = Problem(refused.line, refused.column, builder.path(), refused.message)
    except _PARSER_ERRORS as error:
        document.problem = _syntax_problem(error, builder.path(), text)
    if document.problem:
        document.tree = None
    return document


def _checked_text(source: str | bytes) -> str:
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(raw) > limits.MAX_SOURCE_BYTES:
        most = limits.MAX_SOURCE_BYTES  # who reads a file reads no more than one byte beyond
        raise Refused((0, 0), f"it is too long; allowed are {most:,} bytes ({most >> 20} MiB)")
    text = source if isinstance(source, str) else _decoded(source)
    if wrong := FORBIDDEN.search(text):
        raise Refused(_end_of(text[: wrong.start()]), f"character U+{ord(wrong[0]):04X} is not allowed")
    return _ESCAPED_PAIR.sub(_joined_pair, text) if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") else text


def _decoded(source: bytes) -> str:
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = source[: error.start].decode("utf-8", "replace")
        fault = f"byte 0x{source[error.start]:02x} is not UTF-8{_encoding_hint(source)}"
        raise Refused(_end_of(before), fault) from None


def _encoding_hint(source: bytes) -> str:
    r"""Say as what a source may have been saved that is not UTF-8, and what to do.

    Examples
    --------
    >>> _encoding_hint("process: sales".encode("utf-16"))
    ': it is UTF-16; save it as UTF-8'
    >>> _encoding_hint("title: 销售".encode("gbk")), _encoding_hint(b"title: caf\xe9")
    (': it may be GB18030 (GBK); save it as UTF-8', ': save it as UTF-8')
    """
    if source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ": it is UTF-16; save it as UTF-8"
    try:
        source.decode("gb18030")
    except UnicodeDecodeError:
        return ": save it as UTF-8"
    return ": it may be GB18030 (GBK); save it as UTF-8"


def _end_of(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def _joined_pair(pair: re.Match[str]) -> str:
    code = 0x10000 + ((int(pair[2], 16) - 0xD800) << 10) + int(pair[3], 16) - 0xDC00
    return f"{pair[1]}\\U{code:08x}"


def _syntax_problem(error: Exception, path: str, source: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    text = getattr(error, "problem", None) or "the text cannot be read"
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    around = source.split("\n")[max(line - 2, 0) : line][::-1] if line else []  # often the line before is the culprit
    likely = next(filter(None, map(hint_for_line, around)), "")
    return Problem(line, column, path, f"neither YAML nor JSON: {text}{likely}")


class _Level:
    """One open list or mapping; ``step`` is the index or key of the value in hand, ``awaits_value`` that a key has
    been read.
    """

    __slots__ = ("awaits_value", "container", "items", "keys", "step")

    def __init__(self, container: dict[str, Tree] | list[Tree]) -> None:
        self.container = container
        self.step: str | int = ""
        self.awaits_value = isinstance(container, list)
        self.items: dict[str | int, tuple[int, int]] = {}
        self.keys: dict[str | int, tuple[int, int]] = {}


class _Builder:
    """Hangs each event's value into the tree; an explicit stack stands for the nesting."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._stack: list[_Level] = []
        self._nodes = 0
        self._documents = 0

    def path(self) -> str:
        """Say where in the document the reading is."""
        return path_text([level.step for level in self._stack if level.step != ""])

    def take(self, event: yaml.Event) -> None:
        """Take the parser's next event."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event, [] if isinstance(event, yaml.SequenceStartEvent) else {})
        elif isinstance(event, yaml.CollectionEndEvent):
            self._stack.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise Refused(place(event), "a second document begins; allowed is one")
        elif isinstance(event, yaml.AliasEvent):
            raise Refused(place(event), f"alias *{event.anchor:.64} found; write the value out")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._admit(event)
        if self._stack and not self._stack[-1].awaits_value:
            self._key(event, self._stack[-1])
        else:
            self._hang(event, plain(event) if event.implicit[0] else quoted(event))

    def _open(self, event: yaml.CollectionStartEvent, container: dict[str, Tree] | list[Tree]) -> None:
        self._admit(event)
        if len(self._stack) == limits.MAX_DEPTH:
            raise Refused(place(event), f"nested deeper than the {limits.MAX_DEPTH} levels allowed")
        if self._stack and not self._stack[-1].awaits_value:
            raise Refused(place(event), "a key is a list or a mapping; keys are text")
        self._hang(event, container)
        level = _Level(container)
        self._stack.append(level)
        self._document.remember(container, level.items, level.keys)

    def _admit(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        self._nodes += 1
        if self._nodes > limits.MAX_NODES:
            raise Refused(place(event), f"more than the {limits.MAX_NODES:,} values allowed")
        if event.anchor is not None:
            raise Refused(place(event), f"anchor &{event.anchor:.64} found; anchors and aliases are not allowed")
        if event.tag is not None:
            raise Refused(place(event), f"tag {shown(event.tag)} found; tags are not allowed")

    def _key(self, event: yaml.ScalarEvent, level: _Level) -> None:
        key = quoted(event)
        if key == "<<" and event.implicit[0]:
            raise Refused(place(event), "merge key << found; write the keys out")
        if key in level.keys:
            raise Refused(place(event), f"key {shown(key)} stands here twice, first in line {level.keys[key][0]}")
        level.step, level.awaits_value = key, True
        level.keys[key] = place(event)

    def _hang(self, event: yaml.NodeEvent, value: Tree) -> None:
        if not self._stack:
            self._document.tree, self._document.start = value, place(event)
            return
        level = self._stack[-1]
        if isinstance(level.container, list):
            level.step = len(level.container)
            if level.step == limits.MAX_RULES:  # the longest list there is
                raise Refused(place(event), f"more than the {limits.MAX_RULES:,} entries allowed in a list")
            level.container.append(value)
        else:
            level.container[str(level.step)] = value
            level.awaits_value = False
        level.items[level.step] = place(event)
