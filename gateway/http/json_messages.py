"""Messages as JSON, in the form that protobuf gives them; a field that the contract does not know is named and refused.

The library ignores it or stops at the first one; here each is told with its path, so that nobody who mistypes a name
loses a value, and no one value counts twice.

References
----------
https://protobuf.dev/programming-guides/json/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from itertools import islice
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from failures import Violation, shown
from gateway.errors import UnreadableJson
from gateway.filters.fields import nearest_of
from gateway.http.scalars import A_FRACTION, FORMS, LARGEST, LONGEST_NAME, RANGES, read_scalar, values_of, whole_of
from gateway.json_values import DEEPEST, read_value

_MOST_FAULTS = 20
_OWN_FORM = "google.protobuf."
"""Messages of this package have forms of their own in JSON, with no fields of ours in them."""
_WITHIN = re.compile(r"Failed to parse (\w+) field: ")
_PLACE = re.compile(r" at [A-Z]\w*\.(\S+?)\.*$")
"""Where the library says where it is, at the end."""


def read_json(data: bytes, kind: type[Message], *, ignore_unknown: bool = False) -> Message:
    """Return the message that JSON writes.

    Parameters
    ----------
    data
        JSON in UTF-8.
    ignore_unknown
        Whether fields that the contract does not know are left out rather than refused.

    Raises
    ------
    UnreadableJson
        Naming each field that is not known or cannot be read, by its path.
    """
    value = read_value(data)
    if not isinstance(value, dict):
        raise UnreadableJson.of("", f"found {shown(value)}: must be a JSON object, as of {kind.DESCRIPTOR.full_name}")
    if faults := list(islice(_faults(value, kind.DESCRIPTOR, "", ignore_unknown=ignore_unknown), _MOST_FAULTS)):
        raise UnreadableJson(faults)
    message = kind()
    try:
        json_format.ParseDict(value, message, ignore_unknown_fields=ignore_unknown, max_recursion_depth=DEEPEST + 1)
    except (json_format.ParseError, ValueError, TypeError, OverflowError) as error:
        raise _told(error, kind.DESCRIPTOR) from None
    return message


def write_json(message: Message) -> bytes:
    """Return a message as JSON in UTF-8, on one line; what has no presence is written even where it is empty."""
    value = json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


@cache
def _known(kind: Descriptor) -> Mapping[str, Any]:
    """Return the fields of a message by both their names."""
    fields: Any = kind.fields
    return {name: field for field in fields for name in (field.name, field.json_name)}


@cache
def _map_value(kind: Any) -> FieldDescriptor | None:
    """Return the values' field of what is an entry of a map; None: it is none."""
    is_entry = kind is not None and kind.GetOptions().map_entry
    return kind.fields_by_name["value"] if is_entry else None


def _faults(value: Any, kind: Any, path: str, *, ignore_unknown: bool) -> Iterator[Violation]:
    """Yield what an object of JSON names that a message has not, has under two names at once, or has not at once."""
    if not isinstance(value, dict) or kind.full_name.startswith(_OWN_FORM):
        return
    known, said, chosen = _known(kind), dict[str, str](), dict[str, str]()
    for name, inner in value.items():
        field = known.get(name)
        if field is None:
            if not ignore_unknown:
                yield _unknown(f"{path}{_named(name)}", name, kind)
            continue
        where = f"{path}{field.name}"
        if said.setdefault(field.name, name) != name:
            yield Violation(where, f"found under two names, {said[field.name]} and {name}: say it once")
            continue
        if field.containing_oneof is not None and inner is not None:
            other = chosen.setdefault(field.containing_oneof.name, field.name)
            if other != field.name:
                yield Violation(where, f"found beside {other}, which excludes it: say one of them")
        yield from _faults_of(inner, field, where, ignore_unknown=ignore_unknown)


def _faults_of(value: Any, field: FieldDescriptor, where: str, *, ignore_unknown: bool) -> Iterator[Violation]:
    """Yield what is wrong within the value of a field."""
    values: Iterable[tuple[str, Any]]
    if value is None:
        return
    if (entry := _map_value(field.message_type)) is not None:
        field = entry
        values = ((f"{where}[{_named(key)}]", each) for key, each in value.items()) if isinstance(value, dict) else ()
    elif not field.is_repeated:
        values = ((where, value),)
    elif isinstance(value, list):
        values = ((f"{where}[{n}]", each) for n, each in enumerate(value))
    else:
        yield Violation(where, f"found {shown(value)}: must be a list")
        return
    for place, each in values:
        if each is None:
            continue
        if wanted := _unlike(each, field, ignore_unknown=ignore_unknown):
            yield Violation(place, f"found {shown(each)}: must be {wanted}")
        elif field.message_type is not None:
            yield from _faults(each, field.message_type, f"{place}.", ignore_unknown=ignore_unknown)


def _unlike(value: Any, field: FieldDescriptor, *, ignore_unknown: bool) -> str:
    """Say what a value must be that cannot be a field's; empty: it may be."""
    if field.message_type is not None:
        return _unlike_message(value, field.message_type)
    match field.type:
        case FieldDescriptor.TYPE_STRING:
            return "" if isinstance(value, str) else "a text"
        case FieldDescriptor.TYPE_BOOL:
            return "" if isinstance(value, bool) else "true or false"
        case FieldDescriptor.TYPE_ENUM:
            return _unlike_enum(value, field, ignore_unknown=ignore_unknown)
    if isinstance(value, str):
        try:
            read_scalar(field, value)
        except ValueError as error:
            return str(error)
        return ""
    if field.type == FieldDescriptor.TYPE_BYTES:
        return "a text of Base64"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if (largest := LARGEST.get(field.type)) is not None:
        return "" if is_number and abs(value) <= largest else A_FRACTION
    least, most = RANGES[field.type]
    return "" if is_number and value == int(value) and least <= value <= most else whole_of(least, most)


def _unlike_message(value: Any, kind: Any) -> str:
    if (form := FORMS.get(kind.full_name)) is not None:
        return "" if isinstance(value, str) and form.pattern.fullmatch(value) else form.meaning
    is_object = kind.full_name == f"{_OWN_FORM}Struct" or not kind.full_name.startswith(_OWN_FORM)
    return f"an object, as of {kind.full_name}" if is_object and not isinstance(value, dict) else ""


def _unlike_enum(value: Any, field: Any, *, ignore_unknown: bool) -> str:
    """Say so of an enum, of which JSON has names, and numbers for those that are newer than who reads them."""
    if isinstance(value, str):
        is_known = ignore_unknown or value in field.enum_type.values_by_name
        return "" if is_known else values_of(field.enum_type, value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return "" if is_number and -(2**31) <= value < 2**31 else values_of(field.enum_type, "")


def _named(name: str) -> str:
    """Return a name as it can be told: halves of characters, which JSON can write, are no text."""
    return name[:LONGEST_NAME].encode("utf-8", "backslashreplace").decode()


def _unknown(where: str, name: str, kind: Any) -> Violation:
    hint = nearest_of(name[:LONGEST_NAME], [field.json_name for field in kind.fields])
    spoken = f"this server speaks {kind.file.package} as of Fairlead {version('fairlead')}"
    return Violation(where, f"{kind.name} has no such field{hint}; {spoken}")


def _told(error: Exception, kind: Any) -> UnreadableJson:
    """Say what the library found, by the path of the field in the contract's names."""
    text, path = str(error), list[str]()
    while found := _WITHIN.match(text):
        path.append(found[1])
        text = text[found.end() :]
    if place := _PLACE.search(text):  # which of a list it is, is said there alone
        path, text = place[1].split("."), text[: place.start()]
    return UnreadableJson.of(_renamed(path, kind), text.rstrip(".")[:300] or "cannot be read")


def _renamed(path: Iterable[str], kind: Any) -> str:
    """Return a path of names of JSON in the contract's names."""
    named = list[str]()
    for step in path:
        name, bracket, index = step.partition("[")
        field = _known(kind).get(name) if kind is not None else None
        named.append(f"{field.name if field else name}{bracket}{index}")
        kind = field.message_type if field else None
    return ".".join(named)
