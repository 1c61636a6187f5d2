"""A body of JSON as Python has it; refused is what is no JSON, or means two things, or none that a message can hold.

The library reads whatever Python's reader takes: the last of two equal keys, numbers that no double holds, ``NaN``. And
it reads in Python, a few microseconds for each value; so there is a bound of how many one body may hold.

References
----------
RFC 8259, https://www.rfc-editor.org/rfc/rfc8259.
"""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

from failures import shown
from gateway.errors import UnreadableJson

DEEPEST = 32
"""As deep as a message may be that comes as protobuf: each object of attributes is three messages there."""
MOST_VALUES = 500_000
"""In all lists and objects together: more than 10,000 reps have, or 1,000 work items with 400 attributes each."""
_LONGEST_WHOLE = 310
"""Digits and sign; none that is longer is a double, and reading it would take the square of its length."""
_MOST_WHOLE = int(sys.float_info.max)


def read_value(data: bytes) -> Any:
    """Read a body of JSON in UTF-8.

    Raises
    ------
    UnreadableJson
        If it is none; saying where.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise UnreadableJson.of("", f"byte {error.start} is not UTF-8: a body is JSON in UTF-8") from None
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_constant=_constant, parse_int=_whole, parse_float=_fraction
        )
    except json.JSONDecodeError as error:
        what = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise UnreadableJson.of("", f"the body is no JSON: {what}") from None
    except RecursionError:
        raise _too_deep() from None
    _check_size(value)
    return value


def _check_size(value: Any) -> None:
    """Count what is in it, and how deep."""
    level, n_values = [value] if isinstance(value, dict | list) else [], 1
    for _ in range(DEEPEST):
        if not level:
            return
        n_values += sum(map(len, level))
        if n_values > MOST_VALUES:
            raise UnreadableJson.of("", f"the body holds over {MOST_VALUES:,} values: send it in parts")
        inside = (each.values() if isinstance(each, dict) else each for each in level)
        level = [value for values in inside for value in values if isinstance(value, dict | list)]
    if any(level):
        raise _too_deep()


def _too_deep() -> UnreadableJson:
    return UnreadableJson.of("", f"the body is nested over {DEEPEST} deep")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; one key must not say two things."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen = set[str]()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise UnreadableJson.of("", f"the body has {shown(twice)} twice in one object")
    return found


def _constant(text: str) -> NoReturn:
    fault = f'the body is no JSON: {text} is no number of JSON; where it is one of protobuf: "{text}"'
    raise UnreadableJson.of("", fault)


def _whole(text: str) -> int:
    if len(text) > _LONGEST_WHOLE or abs(number := int(text)) > _MOST_WHOLE:
        raise _too_large(text)
    return number


def _fraction(text: str) -> float:
    number = float(text)
    if abs(number) > sys.float_info.max:
        raise _too_large(text)
    return number


def _too_large(text: str) -> UnreadableJson:
    return UnreadableJson.of("", f"the body holds the number {text[:40]}, which is larger than any double")
