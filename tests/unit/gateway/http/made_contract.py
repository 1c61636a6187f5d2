"""Services that are made for a test: methods with the annotation that it wants."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from google.api import annotations_pb2
from google.api.http_pb2 import HttpRule
from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    empty_pb2,
    field_mask_pb2,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)
from google.protobuf.descriptor import ServiceDescriptor

_NEEDED = (duration_pb2, empty_pb2, field_mask_pb2, struct_pb2, timestamp_pb2, wrappers_pb2)
_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = (
    "double", "float", "int64", "uint64", "int32", "fixed64", "fixed32", "bool", "string", "bytes", "uint32",
    "sfixed32", "sfixed64", "sint32", "sint64",
)  # fmt: skip
_WRITTEN_AS_ONE = (
    "Timestamp", "Duration", "FieldMask", "BoolValue", "BytesValue", "DoubleValue", "FloatValue", "Int32Value",
    "Int64Value", "StringValue", "UInt32Value", "UInt64Value",
)  # fmt: skip


def made(rule: Mapping[str, object] | None, kind: str = "Everything", *, streams: str = "") -> ServiceDescriptor:
    """Make a service with one method, ``Ask``."""
    method = descriptor_pb2.MethodDescriptorProto(name="Ask", input_type=f".made.{kind}", output_type=".made.Inner")
    method.client_streaming, method.server_streaming = "client" in streams, "server" in streams
    if rule is not None:
        method.options.Extensions[annotations_pb2.http].CopyFrom(HttpRule(**rule))
    return _service([method])


def two_methods(first: Mapping[str, object], second: Mapping[str, object]) -> ServiceDescriptor:
    """Make a service with two methods, ``Ask`` and ``Beg``."""
    methods = []
    for name, rule in (("Ask", first), ("Beg", second)):
        method = descriptor_pb2.MethodDescriptorProto(
            name=name, input_type=".made.Everything", output_type=".made.Inner"
        )
        method.options.Extensions[annotations_pb2.http].CopyFrom(HttpRule(**rule))
        methods.append(method)
    return _service(methods)


def _service(methods: list[descriptor_pb2.MethodDescriptorProto]) -> ServiceDescriptor:
    file = descriptor_pb2.FileDescriptorProto(name="made.proto", package="made", syntax="proto3")
    file.dependency.extend(each.DESCRIPTOR.name for each in _NEEDED)
    file.message_type.extend(_messages())
    file.service.add(name="Made").method.extend(methods)
    pool: Any = descriptor_pool.DescriptorPool()
    for needed in _NEEDED:
        pool.AddSerializedFile(needed.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    service: ServiceDescriptor = pool.FindServiceByName("made.Made")
    return service


@cache
def _messages() -> list[descriptor_pb2.DescriptorProto]:
    """Make a request of every kind of field that a query has words for, and one for each kind that it has none for."""
    everything = descriptor_pb2.DescriptorProto(name="Everything")
    colour = everything.enum_type.add(name="Colour")
    colour.value.add(name="COLOUR_UNSPECIFIED", number=0)
    colour.value.add(name="COLOUR_RED", number=1)
    _add(everything, "name", "string")
    for scalar in _SCALARS:
        _add(everything, f"a_{scalar}", scalar)
        _add(everything, f"many_{scalar}", scalar, many=True)
    _add(everything, "a_colour", ".made.Everything.Colour")
    _add(everything, "many_colour", ".made.Everything.Colour", many=True)
    for written in _WRITTEN_AS_ONE:
        _add(everything, f"a_{written.lower()}", f".google.protobuf.{written}")
    _add(everything, "inner_part", ".made.Inner")
    everything.oneof_decl.add(name="choice")
    for name in ("this_one", "that_one"):
        _add(everything, name, "string").oneof_index = 0

    inner = descriptor_pb2.DescriptorProto(name="Inner")
    _add(inner, "a_word", "string")
    _add(inner, "last_part", ".made.Innermost")
    innermost = descriptor_pb2.DescriptorProto(name="Innermost")
    _add(innermost, "a_number", "int64")
    _add(innermost, "an_instant", ".google.protobuf.Timestamp")

    unsayable = {
        "Many": ("inner", ".made.Inner", True),
        "ManyInstants": ("instants", ".google.protobuf.Timestamp", True),
        "Free": ("free", ".google.protobuf.Struct", False),
        "Nothing": ("nothing", ".google.protobuf.Empty", False),
        "Endless": ("endless", ".made.Endless", False),
    }
    kinds = []
    for name, (field, of, many) in unsayable.items():
        kinds.append(descriptor_pb2.DescriptorProto(name=name))
        _add(kinds[-1], "name", "string")
        _add(kinds[-1], field, of, many=many)
    return [everything, inner, innermost, *kinds]


def _add(message: descriptor_pb2.DescriptorProto, name: str, of: str, *, many: bool = False) -> _FIELD:
    field = message.field.add(name=name, number=len(message.field) + 1)
    field.label = _FIELD.LABEL_REPEATED if many else _FIELD.LABEL_OPTIONAL
    if of.startswith("."):
        field.type_name = of
        field.type = _FIELD.TYPE_ENUM if of.endswith("Colour") else _FIELD.TYPE_MESSAGE
    else:
        field.type = _FIELD.Type.Value(f"TYPE_{of.upper()}")
    return field
