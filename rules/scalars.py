"""Plain scalars, as YAML 1.2's core schema reads them, and what is refused of them.

``yes``, ``no`` and ``2024-05-01`` are text; numbers are finite and bounded; characters are such as people write.

References
----------
.. [1] YAML 1.2.2, chapter 10.3, "Core Schema", https://yaml.org/spec/1.2.2/#103-core-schema

"""

from __future__ import annotations

import re

import yaml

from rules import limits
from rules.problems import shown

# Characters that no editor shows and no CRM means; tab, line feed, carriage return and NEL are text.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    text: word == "true" for word in ("true", "false") for text in (word, word.title(), word.upper())
}


class Refused(Exception):
    """What was read is not allowed; caught where documents are read."""

    def __init__(self, place: tuple[int, int], message: str) -> None:
        self.line, self.column = place
        self.message = message


def place(event: yaml.Event) -> tuple[int, int]:
    """Return line and column of an event, from 1."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


def quoted(event: yaml.ScalarEvent) -> str:
    """Return the text of a scalar."""
    text: str = event.value
    if wrong := FORBIDDEN.search(text):
        raise Refused(place(event), f"character U+{ord(wrong[0]):04X} is not allowed")
    return text


def plain(event: yaml.ScalarEvent) -> str | int | float | bool | None:
    """Return what a scalar without quotes means."""
    try:
        return meaning(event.value)
    except ValueError as error:
        raise Refused(place(event), str(error)) from None


def meaning(text: str) -> str | int | float | bool | None:
    """Return what a text without quotes means.

    Raises
    ------
    ValueError
        If it is a number that is not allowed.

    Examples
    --------
    >>> meaning("true"), meaning("0x10"), meaning("1.50"), meaning("yes")
    (True, 16, 1.5, 'yes')
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return _within_bounds(text, int(text[2:], 8 if text[1] == "o" else 16) if text[1:2] in ("o", "x") else text)
    if _FLOAT.fullmatch(text):
        return _within_bounds(text, float(text))
    if _NOT_A_NUMBER.fullmatch(text):
        raise ValueError(f"{text} found; numbers are finite")
    return text


def _within_bounds(text: str, number: float | int | str) -> float | int:
    # digits are counted before they are converted: the conversion of a million digits takes minutes
    too_long = isinstance(number, str) and len(number.lstrip("+-0")) > 16
    if too_long or abs(value := int(number) if isinstance(number, str) else number) >= limits.MAX_NUMBER:
        raise ValueError(f"number {shown(text, 40)} found; allowed is what lies between -10^15 and 10^15")
    return value
