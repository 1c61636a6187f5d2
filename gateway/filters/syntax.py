"""The grammar of a filter, read from left to right.

::

    filter      [expression]
    expression  sequence {"AND" sequence}
    sequence    factor {factor}                     one behind the other: AND
    factor      term {"OR" term}                    OR binds closer than AND
    term        ["NOT" | "-"] simple
    simple      field comparator value | "(" expression ")"

Words of the language are in capitals. Values stand in quotes, double or single, with a backslash before a quote inside;
without quotes a value ends at a blank, bracket, quote or comparator, so that ids, numbers and instants need none. A
value alone, which AIP-160 looks for in every field, and functions are not taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Generic, NamedTuple

from failures import InvalidInput, shown
from gateway.filters.criteria import Conjunction, Criterion, Disjunction, Negation, Record

MAX_LENGTH = 2_000
MAX_DEPTH = 16
COMPARATORS = ("=", "!=", "<", "<=", ">", ">=", ":")
_WORDS = ("AND", "OR", "NOT")
_QUOTED = r"""(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_TOKEN = re.compile(rf"(?P<sign>[()]|-|<=|>=|!=|[<>=:])|{_QUOTED}|(?P<word>[^\s()\"'<>=!:]+)", re.DOTALL)
_VALUE = re.compile(rf"{_QUOTED}|(?P<word>[^\s()\"'<>=!]+)", re.DOTALL)
"""Behind a comparator: instants have colons, and may begin with a minus."""


class Written(NamedTuple):
    """A comparison as it is written; ``place`` is that of its field, ``value_place`` that of its value."""

    field: str
    comparator: str
    value: str
    place: int
    value_place: int


class _Token(NamedTuple):
    kind: str
    text: str
    place: int


def parse(text: str, read: Callable[[Written], Criterion[Record]]) -> Criterion[Record]:
    """Read a filter; without any text it holds always.

    Parameters
    ----------
    read
        Makes a criterion of a comparison.

    Raises
    ------
    InvalidInput
        Naming the character, counted from 1, at which it cannot be read on.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidInput.of("filter", f"{len(text)} characters: at most {MAX_LENGTH}")
    tokens = _tokens(text)
    return _Parser(tokens, read).filter() if len(tokens) > 1 else Conjunction()


def refused(place: int, description: str) -> InvalidInput:
    """Make the error of one character of a filter, counted from 1."""
    return InvalidInput.of("filter", f"character {place}: {description}")


def _tokens(text: str) -> list[_Token]:
    tokens, at = list[_Token](), 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        is_value = bool(tokens) and tokens[-1].text in COMPARATORS and tokens[-1].kind == "sign"
        match = (_VALUE if is_value else _TOKEN).match(text, at)
        if match is None or match.lastgroup is None:
            fault = "a quote that is not closed" if text[at] in "\"'" else f"found {shown(text[at])}"
            raise refused(at + 1, f"{fault}; allowed: {'a value' if is_value else 'a field, a bracket or NOT'}")
        tokens.append(_Token(match.lastgroup, match[0], at + 1))
        at = match.end()
    return [*tokens, _Token("end", "", len(text) + 1)]


class _Parser(Generic[Record]):
    """Goes along the tokens, a method for each rule of the grammar."""

    def __init__(self, tokens: list[_Token], read: Callable[[Written], Criterion[Record]]) -> None:
        self._tokens = tokens
        self._read = read
        self._at = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _took(self, *texts: str) -> bool:
        found = self._next.kind != "quoted" and self._next.text in texts
        self._at += found
        return found

    def filter(self) -> Criterion[Record]:
        criterion = self._expression(0)
        if self._next.kind != "end":
            raise refused(self._next.place, f"found {shown(self._next.text)}; allowed: AND, OR, another comparison")
        return criterion

    def _expression(self, depth: int) -> Criterion[Record]:
        parts = [self._sequence(depth)]
        while self._took("AND"):
            parts.append(self._sequence(depth))
        return parts[0] if len(parts) == 1 else Conjunction(parts)

    def _sequence(self, depth: int) -> Criterion[Record]:
        parts = [self._factor(depth)]
        while self._next.kind != "end" and self._next.text not in (")", "AND"):
            parts.append(self._factor(depth))
        return parts[0] if len(parts) == 1 else Conjunction(parts)

    def _factor(self, depth: int) -> Criterion[Record]:
        parts = [self._term(depth)]
        while self._took("OR"):
            parts.append(self._term(depth))
        return parts[0] if len(parts) == 1 else Disjunction(parts)

    def _term(self, depth: int) -> Criterion[Record]:
        return Negation(self._simple(depth)) if self._took("NOT", "-") else self._simple(depth)

    def _simple(self, depth: int) -> Criterion[Record]:
        place = self._next.place
        if not self._took("("):
            return self._read(self._comparison())
        if depth == MAX_DEPTH:
            raise refused(place, f"brackets within more than {MAX_DEPTH} others")
        criterion = self._expression(depth + 1)
        if not self._took(")"):
            raise refused(self._next.place, f"the bracket of character {place} is not closed")
        return criterion

    def _comparison(self) -> Written:
        field = self._take()
        if field.kind != "word" or field.text in _WORDS:
            raise refused(
                field.place, f"found {_shown(field)}; allowed: a comparison, such as rep = li-na, or a bracket"
            )
        comparator = self._take()
        if comparator.kind != "sign" or comparator.text not in COMPARATORS:
            raise refused(comparator.place, f"found {_shown(comparator)} behind {field.text}; {_instead(field.text)}")
        value = self._take()
        if value.kind not in ("word", "quoted") or value.text in _WORDS:
            raise refused(value.place, f"found {_shown(value)} behind {comparator.text}; allowed: a value")
        return Written(field.text, comparator.text, _unquoted(value), field.place, value.place)


def _instead(word: str) -> str:
    if word.upper() in _WORDS:
        return f"allowed: {word.upper()}, in capitals"
    return f"allowed: one of {' '.join(COMPARATORS)} and a value"


def _shown(token: _Token) -> str:
    return "the end" if token.kind == "end" else shown(token.text)


def _unquoted(token: _Token) -> str:
    return re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL) if token.kind == "quoted" else token.text
