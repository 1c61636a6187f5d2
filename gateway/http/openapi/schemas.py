"""Messages and enums of the contract as JSON Schema, each made when it is first referred to.

A message that a request may hold takes no field that the contract does not have: the server refuses one. An answer may
have more by the next version, and its reader should not mind.

References
----------
https://spec.openapis.org/oas/v3.1.1.html#schema-object and https://protobuf.dev/programming-guides/json/.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from gateway.http.scalars import RANGES

Json = dict[str, Any]

REQUIRED = "Required."
"""With this the comment of a field begins that a request must have."""
_OUTPUT_ONLY = "Output only."
_LONG_DIGITS = 64
_FRACTION = {"type": "number", "format": "double"}
_LONG = {"type": "string", "format": "int64", "pattern": "^-?[0-9]+$"}
_SCALARS: Mapping[int, Json] = {
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
    FieldDescriptor.TYPE_DOUBLE: _FRACTION,
    FieldDescriptor.TYPE_FLOAT: {"type": "number", "format": "float"},
    **{
        kind: _LONG
        if most >= 2**_LONG_DIGITS // 2 - 1
        else {"type": "integer", "format": "int32", "minimum": least, "maximum": most}
        for kind, (least, most) in RANGES.items()
    },
}
_WRAPPED = {
    "Bool": 8,
    "Bytes": 12,
    "Double": 1,
    "Float": 2,
    "Int32": 5,
    "Int64": 3,
    "String": 9,
    "UInt32": 13,
    "UInt64": 4,
}
_OWN_FORMS: Mapping[str, Json] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$", "examples": ["1.5s"]},
    "google.protobuf.FieldMask": {"type": "string", "examples": ["displayName,active"]},
    "google.protobuf.Struct": {"type": "object", "additionalProperties": True},
    "google.protobuf.Value": {},
    "google.protobuf.ListValue": {"type": "array", "items": {}},
    "google.protobuf.Empty": {"type": "object"},
    "google.protobuf.Any": {
        "type": "object", "properties": {"@type": {"type": "string"}}, "required": ["@type"],
        "additionalProperties": True,
    },
    **{
        f"google.protobuf.{name}Value": {**_SCALARS[kind], "type": [_SCALARS[kind]["type"], "null"]}
        for name, kind in _WRAPPED.items()
    },
}  # fmt: skip


class Schemas:
    """Schemas, and what they refer to.

    Parameters
    ----------
    comments
        By the full name of what they are about.
    requests
        Messages that methods take.
    implied
        By the full name of a request: its fields that a path may say instead.

    Attributes
    ----------
    components
        Those made so far, by name.
    """

    def __init__(
        self, comments: Mapping[str, str], requests: Iterable[Descriptor], implied: Mapping[str, Collection[str]]
    ) -> None:
        self._comments = comments
        requests = list(requests)
        self._requests = {kind.full_name for kind in requests}
        self._taken = _within(requests)
        self._implied = implied
        self.components: dict[str, Json] = {}

    def comment(self, name: str, *fields: Iterable[Any]) -> str:
        """Return what is said of something, with the fields that it mentions named as in JSON."""
        named = {field.name: field.json_name for some in fields for field in some}
        return re.sub(
            r"`([a-z0-9_]+)`", lambda found: f"`{named.get(found[1], found[1])}`", self._comments.get(name, "")
        )

    def of(self, kind: Any) -> Json:
        """Return what refers to the schema of a message, or is it."""
        if kind.full_name in _OWN_FORMS:
            return dict(_OWN_FORMS[kind.full_name])
        if kind.full_name not in self.components:
            self.components[kind.full_name] = {}  # a message may hold others of its kind
            self.components[kind.full_name] = self._message(kind)
        return {"$ref": f"#/components/schemas/{kind.full_name}"}

    def of_field(self, field: Any) -> Json:
        """Return the schema of a field, with what is said of it."""
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            value = field.message_type.fields_by_name["value"]
            schema: Json = {"type": "object", "additionalProperties": self._value(value)}
        elif field.is_repeated:
            schema = {"type": "array", "items": self._value(field)}
        else:
            schema = self._value(field)
        said = self.comment(field.full_name, field.containing_type.fields)
        if said.startswith(_OUTPUT_ONLY):
            schema["readOnly"] = True
        return {**schema, "description": said} if said else schema

    def must_have(self, kind: Any) -> list[str]:
        """Return the fields that a request must have, one way or the other, as JSON names them."""
        return [field.json_name for field in kind.fields if self.is_required(field)]

    def is_required(self, field: Any) -> bool:
        """Say whether a request must have a field."""
        return self._comments.get(field.full_name, "").startswith(REQUIRED)

    def _message(self, kind: Any) -> Json:
        schema: Json = {"type": "object"}
        said = [self.comment(kind.full_name, kind.fields)]
        for choice in kind.oneofs:
            if len(choice.fields) > 1:
                names = ", ".join(f"`{field.json_name}`" for field in choice.fields)
                said.append(f"At most one of {names}. {self.comment(choice.full_name, kind.fields)}".strip())
        schema["description"] = "\n\n".join(filter(None, said))
        schema["properties"] = {field.json_name: self.of_field(field) for field in kind.fields}
        implied = self._implied.get(kind.full_name, ())
        if kind.full_name in self._requests:
            required = [field.json_name for field in kind.fields if self.is_required(field)]
            required = [name for name in required if name not in implied]
            schema |= {"required": required} if required else {}
        if kind.full_name in self._taken:
            schema["additionalProperties"] = False
        return schema

    def _value(self, field: Any) -> Json:
        if field.message_type is not None:
            return self.of(field.message_type)
        if field.enum_type is not None:
            return self._enum(field.enum_type)
        return dict(_SCALARS[field.type])

    def _enum(self, kind: EnumDescriptor) -> Json:
        if kind.full_name not in self.components:
            values = [value.name for value in kind.values]
            said = [self.comment(kind.full_name)]
            said += [f"- `{name}`: {self.comment(f'{kind.full_name}.{name}')}" for name in values]
            self.components[kind.full_name] = {"type": "string", "enum": values, "description": "\n".join(said)}
        return {"$ref": f"#/components/schemas/{kind.full_name}"}


def _within(kinds: Iterable[Any]) -> set[str]:
    """Return the names of messages and of all that are in them."""
    found, more = set[str](), list(kinds)
    while more:
        kind = more.pop()
        if kind.full_name not in found:
            found.add(kind.full_name)
            more += [field.message_type for field in kind.fields if field.message_type is not None]
    return found
