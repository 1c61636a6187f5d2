"""Fields of a request as a query names them: ``pageSize=50&view=DECISION_VIEW_FULL&startTime=2026-11-01T00:00:00Z``.

Names are those of JSON or of the contract, with dots where a field is inside another. Values are what JSON has between
its quotes: numbers, ``true`` and ``false``, an enum's name or number, instants, durations, masks. A repeated field is
named once for each value. What a query cannot say is found when routes are made, and not when a client tries.

References
----------
https://protobuf.dev/programming-guides/json/.
"""

from __future__ import annotations

import math
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any
from urllib.parse import unquote_to_bytes

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from failures import InvalidInput, Violation, shown
from gateway.filters.fields import nearest_of

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
        if inside is None or (inside.full_name in _FORMS and not field.is_repeated):
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
            fault: str | None = f"{message.DESCRIPTOR.name} has no such field{nearest_of(name[:80], known)}"
        elif path in given and not path[-1].is_repeated:
            fault = f"{shown(value)}: it was given before, and takes one value"
        else:
            given.add(path)
            fault = _put(message, path, value)
        if fault is not None:
            violations.append(Violation(name[:80], fault))
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
            _FORMS[last.message_type.full_name](getattr(message, last.name), value)
        elif last.is_repeated:
            getattr(message, last.name).append(_scalar(last, value))
        else:
            setattr(message, last.name, _scalar(last, value))
    except ValueError as error:
        return f"{shown(value)}: must be {error}"
    return None


_SIGNED = (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_SINT32, FieldDescriptor.TYPE_SFIXED32)
_SIGNED_LONG = (FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_SINT64, FieldDescriptor.TYPE_SFIXED64)
_UNSIGNED = (FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_FIXED32)
_UNSIGNED_LONG = (FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_FIXED64)
_RANGES = {
    **dict.fromkeys(_SIGNED, (-(2**31), 2**31 - 1)),
    **dict.fromkeys(_SIGNED_LONG, (-(2**63), 2**63 - 1)),
    **dict.fromkeys(_UNSIGNED, (0, 2**32 - 1)),
    **dict.fromkeys(_UNSIGNED_LONG, (0, 2**64 - 1)),
}
_MOST = {FieldDescriptor.TYPE_FLOAT: 3.4028234663852886e38, FieldDescriptor.TYPE_DOUBLE: math.inf}
_WHOLE = re.compile(r"-?\d{1,20}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,4})?", re.ASCII)
_NOT_FINITE = ("NaN", "Infinity", "-Infinity")
_BOOLEANS = {"true": True, "false": False}


def _scalar(field: FieldDescriptor, value: str) -> Any:
    """Read a value.

    Raises
    ------
    ValueError
        If it is none of the field; with what is allowed.
    """
    match field.type:
        case FieldDescriptor.TYPE_STRING:
            return value
        case FieldDescriptor.TYPE_BOOL:
            if value not in _BOOLEANS:
                raise ValueError("true or false")
            return _BOOLEANS[value]
        case FieldDescriptor.TYPE_ENUM:
            return _enum(field.enum_type, value)
        case FieldDescriptor.TYPE_FLOAT | FieldDescriptor.TYPE_DOUBLE:
            return _decimal(value, _MOST[field.type])
        case FieldDescriptor.TYPE_BYTES:
            return _bytes(value)
        case _:
            return _whole(value, *_RANGES[field.type])


def _whole(value: str, least: int, most: int) -> int:
    if not _WHOLE.fullmatch(value) or not least <= int(value) <= most:
        raise ValueError(f"a whole number of {least} to {most}")
    return int(value)


def _decimal(value: str, most: float) -> float:
    if value in _NOT_FINITE:
        return float(value)
    if not _DECIMAL.fullmatch(value) or math.isinf(number := float(value)) or abs(number) > most:
        raise ValueError(f"a number, or one of {', '.join(_NOT_FINITE)}")
    return number


def _enum(kind: EnumDescriptor, value: str) -> int:
    if (known := kind.values_by_name.get(value)) is not None:
        return int(known.number)
    if not _WHOLE.fullmatch(value) or not -(2**31) <= int(value) < 2**31:
        raise ValueError(f"one of {', '.join(kind.values_by_name)}{nearest_of(value[:80], kind.values_by_name)}")
    return int(value)


def _bytes(value: str) -> bytes:
    try:
        return b64decode(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4), validate=True)
    except ValueError:  # of binascii too
        raise ValueError("Base64") from None


def _written(form: str, meaning: str) -> Callable[[Any, str], None]:
    """Return what reads a message that JSON writes as a text; the library takes more than JSON has."""
    pattern = re.compile(form, re.ASCII)

    def put(message: Any, value: str) -> None:
        try:
            if not pattern.fullmatch(value):
                raise ValueError
            message.FromJsonString(value)
        except ValueError:
            raise ValueError(meaning) from None
        message.SetInParent()

    return put


def _wrapped(message: Any, value: str) -> None:
    message.value = _scalar(message.DESCRIPTOR.fields_by_name["value"], value)
    message.SetInParent()


_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
_FORMS: Mapping[str, Callable[[Any, str], None]] = {
    "google.protobuf.Timestamp": _written(_INSTANT, "an instant, e.g. 2026-11-28T09:00:00Z"),
    "google.protobuf.Duration": _written(r"-?\d{1,12}(\.\d{1,9})?s", "seconds with an s behind them, e.g. 1.5s"),
    "google.protobuf.FieldMask": _written(r"[^_]*", "fields as JSON names them, with commas, e.g. displayName,active"),
    **{
        f"google.protobuf.{kind}Value": _wrapped
        for kind in ("Bool", "Bytes", "Double", "Float", "Int32", "Int64", "String", "UInt32", "UInt64")
    },
}
"""How to put a text in a message that JSON writes as one value, by its name."""
