"""Fields of a request as a query names them: ``pageSize=50&view=DECISION_VIEW_FULL&startTime=2026-11-01T00:00:00Z``.

Names are those of JSON or of the contract, with dots where a field is inside another. Values are what JSON has between
its quotes: numbers, ``true`` and ``false``, an enum's name or number, instants, durations, masks. A repeated field is
named once for each value. What a query cannot say is found when routes are made, and not when a client tries.

References
----------
https://protobuf.dev/programming-guides/json/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any
from urllib.parse import unquote_to_bytes

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from failures import InvalidInput, Violation, shown
from gateway.filters.fields import nearest_of
from gateway.http.scalars import LONGEST_NAME, is_one_value, put_written, read_scalar

Pairs = Sequence[tuple[str, str]]
"""Names and values of a query, in its order."""
FieldPath = tuple[FieldDescriptor, ...]
"""From a field of the request to the one inside it that holds the value."""

MOST_FAULTS = 10
"""Of a query, named in one answer; what is behind them is not looked at."""
_BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def decoded(raw: bytes) -> str:
    """Read what stands percent-encoded in a URL, once.

    Raises
    ------
    ValueError
        If a ``%`` begins no byte, or the bytes are no UTF-8: overlong forms and halves of pairs are none.

    Examples
    --------
    >>> decoded("%E6%9D%8E%2Fa+b".encode())
    '李/a+b'
    """
    if _BROKEN.search(raw):
        raise ValueError("a % has to be followed by two hexadecimal digits")
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise ValueError("its bytes are no text in UTF-8") from None


def read_query(raw: bytes) -> list[tuple[str, str]]:
    """Read a query, as it stands behind the ``?``, into names and values.

    Raises
    ------
    InvalidInput
        If it is not percent-encoded UTF-8.

    Examples
    --------
    >>> read_query(b"filter=pool+%3D+east&validateOnly")
    [('filter', 'pool = east'), ('validateOnly', '')]
    """
    pairs = []
    for part in filter(None, raw.replace(b"+", b" ").split(b"&")):
        name, _, value = part.partition(b"=")
        try:
            pairs.append((decoded(name), decoded(value)))
        except ValueError as error:
            raise InvalidInput.of("", f"the query holds {shown(part.decode('latin-1'))}: {error}") from None
    return pairs


@cache
def query_fields(kind: Descriptor) -> Mapping[str, FieldPath]:
    """Return the fields of a request by each name that a query may call them.

    Raises
    ------
    ValueError
        If it has a field for which a query has no words: a map, free JSON, or messages without end.
    """
    named = dict[str, FieldPath]()
    for path in _paths(kind, ()):
        for spelling in product(*map(_spellings, path)):
            named[".".join(spelling)] = path
    return named


def _spellings(field: Any) -> set[str]:
    return {field.name, field.json_name}  # the latter is missing in the type stubs


def _paths(kind: Descriptor, before: FieldPath) -> Iterator[FieldPath]:
    for field in kind.fields:
        path = (*before, field)
        inside = field.message_type
        if inside is None or (is_one_value(inside) and not field.is_repeated):
            yield path
            continue
        is_endless = any(inside == outer.message_type for outer in before)
        if is_endless or field.is_repeated or not inside.fields or inside.full_name.startswith("google.protobuf."):
            raise ValueError(f"a query has no words for {'.'.join(each.name for each in path)}")
        yield from _paths(inside, path)


def fill(message: Message, pairs: Pairs) -> None:
    """Fill in a request what a query says.

    Raises
    ------
    InvalidInput
        With a violation for each name that is no field, value that is none of its field, and field that is given twice
        or beside another that excludes it.
    """
    known = query_fields(message.DESCRIPTOR)
    given = set[FieldPath]()
    violations = list[Violation]()
    for name, value in pairs:
        path = known.get(name)
        if path is None:
            fault: str | None = f"{message.DESCRIPTOR.name} has no such field{nearest_of(name[:LONGEST_NAME], known)}"
        elif path in given and not path[-1].is_repeated:
            fault = f"{shown(value)}: it was given before, and takes one value"
        else:
            given.add(path)
            fault = _put(message, path, value)
        if fault is not None:
            violations.append(Violation(name[:LONGEST_NAME], fault))
        if len(violations) == MOST_FAULTS:
            break
    if violations:
        raise InvalidInput(violations)


def _put(message: Any, path: FieldPath, value: str) -> str | None:
    """Put a value in its place; say what is wrong if it is none, or the place is taken."""
    for field in path:
        choice = field.containing_oneof
        chosen = choice and message.WhichOneof(choice.name)
        if chosen not in (None, field.name):
            return f"{shown(value)}: {chosen} is given, which excludes it"
        if field is not path[-1]:
            message = getattr(message, field.name)
    last = path[-1]
    try:
        if last.message_type is not None:
            put_written(getattr(message, last.name), value)
        elif last.is_repeated:
            getattr(message, last.name).append(read_scalar(last, value))
        else:
            setattr(message, last.name, read_scalar(last, value))
    except ValueError as error:
        return f"{shown(value)}: must be {error}"
    return None
