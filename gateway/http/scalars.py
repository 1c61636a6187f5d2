"""Single values as protobuf's JSON writes them in a text: numbers, truths, enums, bytes, instants, durations, masks.

A query has them bare, a body between quotes. The library takes more than JSON has (``1_0``, digits of any script,
bytes with holes), and so would take what somebody mistyped.

References
----------
https://protobuf.dev/programming-guides/json/.
"""

from __future__ import annotations

import math
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, NamedTuple

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from gateway.filters.fields import nearest_of

LONGEST_NAME = 80
"""Characters of a name that is compared with those that there are, and told in an answer."""
_SIGNED = (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_SINT32, FieldDescriptor.TYPE_SFIXED32)
_SIGNED_LONG = (FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_SINT64, FieldDescriptor.TYPE_SFIXED64)
_UNSIGNED = (FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_FIXED32)
_UNSIGNED_LONG = (FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_FIXED64)
RANGES: Mapping[int, tuple[int, int]] = {
    **dict.fromkeys(_SIGNED, (-(2**31), 2**31 - 1)),
    **dict.fromkeys(_SIGNED_LONG, (-(2**63), 2**63 - 1)),
    **dict.fromkeys(_UNSIGNED, (0, 2**32 - 1)),
    **dict.fromkeys(_UNSIGNED_LONG, (0, 2**64 - 1)),
}
"""The least and the most of each type of whole numbers."""
LARGEST: Mapping[int, float] = {
    FieldDescriptor.TYPE_FLOAT: 3.4028234663852886e38,
    FieldDescriptor.TYPE_DOUBLE: math.inf,
}
"""The largest number of each type of fractions."""
_WHOLE = re.compile(r"-?\d{1,20}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,4})?", re.ASCII)
_NOT_FINITE = ("NaN", "Infinity", "-Infinity")
_BOOLEANS = {"true": True, "false": False}
A_FRACTION = f"a number, or one of {', '.join(_NOT_FINITE)}"


def read_scalar(field: FieldDescriptor, value: str) -> Any:
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
            return _decimal(value, LARGEST[field.type])
        case FieldDescriptor.TYPE_BYTES:
            return _bytes(value)
        case _:
            return _whole(value, *RANGES[field.type])


def whole_of(least: int, most: int) -> str:
    """Say what a whole number must be.

    Examples
    --------
    >>> whole_of(0, 9)
    'a whole number of 0 to 9'
    """
    return f"a whole number of {least} to {most}"


def values_of(kind: EnumDescriptor, value: str) -> str:
    """Say what a value of an enum must be, and which is the nearest."""
    names = kind.values_by_name
    return f"one of {', '.join(names)}{nearest_of(value[:LONGEST_NAME].upper(), names)}"


def _whole(value: str, least: int, most: int) -> int:
    if not _WHOLE.fullmatch(value) or not least <= int(value) <= most:
        raise ValueError(whole_of(least, most))
    return int(value)


def _decimal(value: str, most: float) -> float:
    if value in _NOT_FINITE:
        return float(value)
    if not _DECIMAL.fullmatch(value) or math.isinf(number := float(value)) or abs(number) > most:
        raise ValueError(A_FRACTION)
    return number


def _enum(kind: EnumDescriptor, value: str) -> int:
    if (known := kind.values_by_name.get(value)) is not None:
        return int(known.number)
    if not _WHOLE.fullmatch(value) or not -(2**31) <= int(value) < 2**31:
        raise ValueError(values_of(kind, value))
    return int(value)


def _bytes(value: str) -> bytes:
    try:
        return b64decode(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4), validate=True)
    except ValueError:  # of binascii too
        raise ValueError("Base64") from None


class WrittenForm(NamedTuple):
    """A message that JSON writes as a text.

    Parameters
    ----------
    pattern
        What such a text is.
    meaning
        What it must be, in words.
    """

    pattern: re.Pattern[str]
    meaning: str

    def put(self, message: Any, value: str) -> None:
        """Read a text into a message.

        Raises
        ------
        ValueError
            If it is none; with what is allowed.
        """
        try:
            if not self.pattern.fullmatch(value):
                raise ValueError
            message.FromJsonString(value)
        except ValueError:
            raise ValueError(self.meaning) from None
        message.SetInParent()


_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
FORMS: Mapping[str, WrittenForm] = {
    f"google.protobuf.{kind}": WrittenForm(re.compile(pattern, re.ASCII), meaning)
    for kind, pattern, meaning in (
        ("Timestamp", _INSTANT, "an instant, e.g. 2026-11-28T09:00:00Z"),
        ("Duration", r"-?\d{1,12}(\.\d{1,9})?s", "seconds with an s behind them, e.g. 1.5s"),
        ("FieldMask", r"[^_]*", "fields as JSON names them, with commas, e.g. displayName,active"),
    )
}
"""By the name of the message."""
_WRAPPERS = frozenset(
    f"google.protobuf.{kind}Value"
    for kind in ("Bool", "Bytes", "Double", "Float", "Int32", "Int64", "String", "UInt32", "UInt64")
)
"""Messages that JSON writes as the one value in them."""


def is_one_value(kind: Descriptor) -> bool:
    """Say whether JSON writes a message as one value, which a text may be."""
    return kind.full_name in FORMS or kind.full_name in _WRAPPERS


def put_written(message: Message, value: str) -> None:
    """Read a text into a message that JSON writes as one value.

    Raises
    ------
    ValueError
        If it is none; with what is allowed.
    """
    kind: Any = message.DESCRIPTOR
    if (form := FORMS.get(kind.full_name)) is not None:
        form.put(message, value)
        return
    wrapped: Any = message
    wrapped.value = read_scalar(kind.fields_by_name["value"], value)
    wrapped.SetInParent()
