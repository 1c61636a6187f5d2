"""How calls fail, as an OpenAPI document says it: a response for each status of HTTP, in the form of either protocol.

References
----------
``google/rpc/code.proto``; https://connectrpc.com/docs/protocol#error-codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.rpc.error_details_pb2 import (
    BadRequest,
    ErrorInfo,
    PreconditionFailure,
    QuotaFailure,
    ResourceInfo,
    RetryInfo,
)
from google.rpc.status_pb2 import Status

from gateway.http.answers import STATUSES
from gateway.http.openapi.schemas import Json, Schemas

_DETAILS = (BadRequest, ErrorInfo, PreconditionFailure, QuotaFailure, ResourceInfo, RetryInfo)
_TYPE_URL = "type.googleapis.com/"
_ANY_CALL = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
    }
)
"""How any call may fail."""
_ANSWERED: Mapping[grpc.StatusCode, HTTPStatus] = {
    code: HTTPStatus(STATUSES.get(code, HTTPStatus.INTERNAL_SERVER_ERROR))
    for code in grpc.StatusCode
    if code not in (grpc.StatusCode.OK, grpc.StatusCode.CANCELLED)  # of the latter nobody reads the answer
}
_RETRIED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_NAMES = {code.name: code for code in grpc.StatusCode if code is not grpc.StatusCode.OK}
_CODE = re.compile(rf"\b({'|'.join(_NAMES)})\b")
_FAILS_AS = re.compile(r"\bfails as (\w+)", re.IGNORECASE)
_CONNECT_ERROR: Json = {
    "type": "object",
    "description": "How a call over Connect failed.",
    "required": ["code"],
    "properties": {
        "code": {"type": "string", "enum": ["canceled" if name == "CANCELLED" else name.lower() for name in _NAMES]},
        "message": {"type": "string", "description": "Says what was found and what is allowed, in English."},
        "details": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "value"],
                "properties": {
                    "type": {"type": "string", "description": "A message's full name, e.g. `google.rpc.BadRequest`."},
                    "value": {"type": "string", "contentEncoding": "base64", "description": "It, in protobuf."},
                },
            },
        },
    },
}


def statuses_of(method: MethodDescriptor, comments: Mapping[str, str]) -> list[HTTPStatus]:
    """Return the statuses by which a method may fail: those of any call, and of the codes that its comment names."""
    service: Any = method.containing_service
    codes, asked, more = set(_ANY_CALL), {""}, [method.name]
    said = comments.get(service.full_name, "")
    while more:
        if (name := more.pop()) not in asked:
            asked.add(name)
            said += comments.get(f"{service.full_name}.{name}", "")
            more += _FAILS_AS.findall(said)
    codes |= {_NAMES[name] for name in _CODE.findall(said)}
    return sorted({_ANSWERED[code] for code in codes if code in _ANSWERED})


def responses(schemas: Schemas) -> Json:
    """Return all responses of errors, by name; their schemas come into being by it."""
    status = schemas.of(Status.DESCRIPTOR)
    schemas.components["google.rpc.Status"]["properties"]["details"] = {
        "type": "array",
        "description": "What a program can read beside the code.",
        "items": {"anyOf": [_detail(kind, schemas) for kind in _DETAILS]},
    }
    schemas.components["connect.Error"] = _CONNECT_ERROR
    connect = {"$ref": "#/components/schemas/connect.Error"}
    made = {}
    for prefix, schema in (("", status), ("Connect", connect)):
        for answered in sorted(set(_ANSWERED.values())):
            codes = [code.name for code, each in _ANSWERED.items() if each == answered]
            made[f"{prefix}{answered.value}"] = _response(f"{answered.phrase}: {', '.join(codes)}.", schema, answered)
        made[f"{prefix}Error"] = _response("Anything else that may go wrong.", schema, None)
    return made


def named(statuses: Iterable[HTTPStatus], *, connect: bool) -> Json:
    """Return the responses of a method that fails by some statuses."""
    prefix = "Connect" if connect else ""
    found = {str(each.value): {"$ref": f"#/components/responses/{prefix}{each.value}"} for each in statuses}
    return {**found, "default": {"$ref": f"#/components/responses/{prefix}Error"}}


def _response(description: str, schema: Json, status: HTTPStatus | None) -> Json:
    made: Json = {"description": description, "content": {"application/json": {"schema": schema}}}
    if status in _RETRIED:
        made["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return made


def _detail(kind: Any, schemas: Schemas) -> Json:
    """Return the schema of a detail, as it stands in a status."""
    name = kind.DESCRIPTOR.full_name
    fields = {field.json_name: schemas.of_field(field) for field in kind.DESCRIPTOR.fields}
    return {
        "type": "object",
        "title": kind.DESCRIPTOR.name,
        "required": ["@type"],
        "properties": {"@type": {"const": f"{_TYPE_URL}{name}"}, **fields},
    }
