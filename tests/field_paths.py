"""Paths of fields in violations, held against the contract: a client looks the named field up in what it sent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor, FieldDescriptor

_STEP = re.compile(r"([a-z][a-z0-9_]*)(\[\d+\])?")
_DEEPEST = 6


def names_a_field(message: Descriptor, path: str) -> bool:
    """Tell whether a path, e.g. ``reps[3].attributes.region``, leads to a field of the message."""
    step, _, rest = path.partition(".")
    match = _STEP.fullmatch(step)
    field = message.fields_by_name.get(match[1]) if match else None
    if match is None or field is None or (match[2] and not field.is_repeated):
        return False
    return not rest or (field.message_type is not None and (_is_open(field) or names_a_field(field.message_type, rest)))


def paths_of(message: Descriptor, depth: int = 0) -> Iterator[str]:
    """Yield the path of every field, ``[0]`` for an element and ``key`` for what a map or Struct may hold."""
    for field in message.fields if depth < _DEEPEST else ():
        yield field.name
        if _is_open(field):
            yield f"{field.name}.key"
            continue
        name = f"{field.name}[0]" if field.is_repeated else field.name
        yield name
        if field.message_type is not None:
            yield from (f"{name}.{rest}" for rest in paths_of(field.message_type, depth + 1))


def _is_open(field: FieldDescriptor) -> bool:
    """Tell whether a client chooses the names within: a map, or a Struct."""
    kind = field.message_type
    return kind is not None and (kind.GetOptions().map_entry or kind.full_name == "google.protobuf.Struct")
