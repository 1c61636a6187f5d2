"""Small edits of a source, Python or Lua: another operator, another constant, one condition turned round.

A lexer of a dozen lines does for both languages; comments and texts stay as they are.
"""

from __future__ import annotations

import difflib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_OTHER = {
    "<": ("<=", ">"), "<=": ("<", ">"), ">": (">=", "<"), ">=": (">", "<"), "==": ("!=",), "!=": ("==",),
    "~=": ("==",), "+": ("-",), "-": ("+",), "*": ("+",), "/": ("*",), "//": ("*",), "+=": ("-=",), "-=": ("+=",),
    "and": ("or",), "or": ("and",), "not": ("",), "True": ("False",), "False": ("True",), "true": ("false",),
    "false": ("true",), "min": ("max",), "max": ("min",), "any": ("all",), "all": ("any",),
}  # fmt: skip
_BINARY = {"+", "-", "*", "/", "//", "<", ">"}
"""Have an operand before them; elsewhere they are signs, stars of arguments, or no operators at all."""
_STRINGS = r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
_OPERATORS = r"->|\*\*|\.\.|//=?|[<>=!~+*/-]=|[-+*/<>]"
_COMMENTS = {".py": r"\#[^\n]*", ".lua": r"--[^\n]*"}
_KEYWORDS = {"return", "if", "else", "elif", "while", "in", "and", "or", "not", "yield", "lambda", "then", "print"}


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit.

    Parameters
    ----------
    path
        Relative to the project.
    begin, end
        What is replaced, in characters.
    text
        What replaces it.
    """

    path: Path
    begin: int
    end: int
    text: str

    def made(self, source: str) -> str:
        """Return the source with the edit."""
        return source[: self.begin] + self.text + source[self.end :]

    def shown(self, source: str) -> str:
        """Return the edit as a diff."""
        lines, edited = source.splitlines(), self.made(source).splitlines()
        return "\n".join(difflib.unified_diff(lines, edited, f"a/{self.path}", f"b/{self.path}", n=1, lineterm=""))


def possible(path: Path, source: str) -> Iterator[Edit]:
    """List every edit of a source.

    Examples
    --------
    >>> [edit.made("x = a * -1  # a*b") for edit in possible(Path("m.py"), "x = a * -1  # a*b")]
    ['x = a + -1  # a*b', 'x = a * -2  # a*b']
    """
    lexer = re.compile(rf"{_COMMENTS[path.suffix]}|{_STRINGS}|(?P<word>\w+(?:\.\d+)?)|(?P<op>{_OPERATORS})|[^\s\w]")
    before = ""
    for token in lexer.finditer(source):
        text = token[0]
        for other in _others(text, before):
            yield Edit(path, *token.span(), other)
        before = text


def _others(text: str, before: str) -> tuple[str, ...]:
    if text in _BINARY and (before in _KEYWORDS or not (before[-1:].isalnum() or before[-1:] in ("_", ")", "]", "'"))):
        return ()
    if text.isdecimal():
        return (str(int(text) + 1),)
    return _OTHER.get(text, ())


def drawn(paths: list[Path], root: Path, number: int, seed: int) -> list[Edit]:
    """Draw edits; each module is as likely as any other, whatever its size."""
    draw = random.Random(seed)
    choices = {
        path: possible_edits
        for path in paths
        if (possible_edits := list(possible(path, (root / path).read_text("utf-8"))))
    }
    wanted = min(number, sum(map(len, choices.values())))
    edits: dict[Edit, None] = {}  # in the order in which they were drawn
    while len(edits) < wanted:
        edits[draw.choice(choices[draw.choice(sorted(choices))])] = None
    return list(edits)
