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
from typing import Any, NoReturn

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from failures import Violation, shown
from gateway.errors import UnreadableJson
from gateway.filters.fields import nearest_of

_MOST_FAULTS = 20
_DEEPEST = 32
"""As deep as a message may be that comes as protobuf: each object of attributes is three messages there."""
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
        Naming each field that is not known, or the first that cannot be read, by its path.
    """
    value = _loaded(data)
    _check_depth(value)
    if not isinstance(value, dict):
        raise UnreadableJson.of("", f"found {shown(value)}: must be a JSON object, as of {kind.DESCRIPTOR.full_name}")
    faults: list[Violation] = []
    for fault in _faults(value, kind.DESCRIPTOR, "", ignore_unknown=ignore_unknown):
        faults.append(fault)
        if len(faults) == _MOST_FAULTS:
            break
    if faults:
        raise UnreadableJson(faults)
    message = kind()
    try:
        json_format.ParseDict(value, message, ignore_unknown_fields=ignore_unknown, max_recursion_depth=_DEEPEST + 1)
    except (json_format.ParseError, ValueError, TypeError, OverflowError) as error:
        raise _told(error, kind.DESCRIPTOR) from None
    return message


def write_json(message: Message) -> bytes:
    """Return a message as JSON in UTF-8, on one line; what has no presence is written even where it is empty."""
    value = json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _loaded(data: bytes) -> Any:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise UnreadableJson.of("", f"byte {error.start} is not UTF-8: a body is JSON in UTF-8") from None
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        what = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise UnreadableJson.of("", f"the body is no JSON: {what}") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:  # of a number with thousands of digits
        raise UnreadableJson.of("", f"the body cannot be read: {str(error)[:200]}") from None


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST + 1):
        level = [inner for each in level for inner in _within_value(each)]
    if level:
        raise _too_deep()


def _within_value(value: Any) -> Iterable[Any]:
    """Return what an object or a list holds; of anything else nothing is within."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _too_deep() -> UnreadableJson:
    return UnreadableJson.of("", f"the body is nested over {_DEEPEST} deep")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; one key must not say two things."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen = set[str]()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise UnreadableJson.of("", f"the body has {shown(twice)} twice in one object")
    return found


def _no_number(text: str) -> NoReturn:
    raise UnreadableJson.of(
        "", f'the body is no JSON: {text} is no number of JSON; where it is one of protobuf: "{text}"'
    )


@cache
def _known(kind: Descriptor) -> Mapping[str, FieldDescriptor]:
    """Return the fields of a message by both their names."""
    return {name: field for field in kind.fields for name in (field.name, field.camelcase_name)}


@cache
def _names(kind: EnumDescriptor) -> frozenset[str]:
    return frozenset(kind.values_by_name)


def _faults(value: Any, kind: Any, path: str, *, ignore_unknown: bool) -> Iterator[Violation]:
    """Yield what an object of JSON names that a message has not, or has under two names at once."""
    if not isinstance(value, dict) or kind.full_name.startswith(_OWN_FORM):
        return
    known, said = _known(kind), dict[str, str]()
    for name, inner in value.items():
        field = known.get(name)
        where = f"{path}{field.name if field else name}"
        if field is None:
            if not ignore_unknown:
                yield _unknown(where, name, kind)
        elif field.name in said:
            yield Violation(where, f"found under two names, {said[field.name]} and {name}: say it once")
        else:
            said[field.name] = name
            yield from _faults_of(inner, field, where, ignore_unknown=ignore_unknown)


def _faults_of(value: Any, field: FieldDescriptor, where: str, *, ignore_unknown: bool) -> Iterator[Violation]:
    """Yield what is wrong within the value of a field."""
    kind, enum = field.message_type, field.enum_type
    if kind is not None and kind.GetOptions().map_entry:
        entry = kind.fields_by_name["value"]
        inner = value.items() if isinstance(value, dict) else ()
        values = [(f"{where}[{json.dumps(key, ensure_ascii=False)}]", each) for key, each in inner]
        field, kind, enum = entry, entry.message_type, entry.enum_type
    elif field.is_repeated and value is not None and not isinstance(value, list):
        yield Violation(where, f"found {shown(value)}: must be a list")
        return
    elif field.is_repeated:
        values = [(f"{where}[{n}]", each) for n, each in enumerate(value)] if isinstance(value, list) else []
    else:
        values = [(where, value)]
    for place, each in values:
        if wanted := _other_type(each, kind, field):
            yield Violation(place, f"found {shown(each)}: must be {wanted}")
        elif kind is not None:
            yield from _faults(each, kind, f"{place}.", ignore_unknown=ignore_unknown)
        elif enum is not None and isinstance(each, str) and each not in _names(enum) and not ignore_unknown:
            allowed = ", ".join(value.name for value in enum.values)
            yield Violation(place, f"found {shown(each)}: must be one of {allowed}{nearest_of(each, _names(enum))}")


def _other_type(value: Any, kind: Descriptor | None, field: FieldDescriptor) -> str:
    """Say what a value must be that is of another type; empty: it may be right. Null stands for what is absent."""
    if value is None:
        return ""
    if kind is not None:
        is_object = isinstance(value, dict) or kind.full_name.startswith(_OWN_FORM)
        return "" if is_object else f"an object, as of {kind.full_name}"
    if field.type == FieldDescriptor.TYPE_STRING and not isinstance(value, str):
        return "a text"
    if field.type == FieldDescriptor.TYPE_BOOL and not isinstance(value, bool):
        return "true or false"
    if field.type == FieldDescriptor.TYPE_ENUM and (isinstance(value, bool) or not isinstance(value, str | int)):
        return "the name of one of its values"
    return ""


def _unknown(where: str, name: str, kind: Descriptor) -> Violation:
    hint = nearest_of(name, [field.camelcase_name for field in kind.fields])
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
