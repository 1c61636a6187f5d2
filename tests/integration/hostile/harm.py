"""What a hostile request must not do, and what hostile values are made of."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

import grpc
from google.protobuf.struct_pb2 import ListValue, Value

from tests.api import ASSIGNED, Api, dump, violated_fields

Code = grpc.StatusCode
NAN, INF = float("nan"), float("inf")
UNKNOWN: Any = 99
"""A number that no enum has."""
MEGABYTE = "x" * (1 << 20)
FIELDS = {
    "region": {"type": "string"},
    "potential": {"type": "number"},
    "vip": {"type": "bool"},
    "skills": {"type": "list"},
    "since": {"type": "date"},
}
RULES = {"fields": FIELDS, "default": {"route": {"pool": "everyone"}}}


async def outcome_of(call: Awaitable[Any]) -> tuple[Code, list[str], str]:
    """Return code, violated fields and message of a call."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code(), violated_fields(error), error.details() or ""
    return Code.OK, [], ""


async def assert_unharmed(api: Api, before: Mapping[bytes, bytes]) -> None:
    """Hold the store to what it was, and the server to its service."""
    assert await dump(api.redis_url) == before
    assert (await api.route("after")).outcome == ASSIGNED


def deep(levels: int) -> Value:
    """Return a list of lists."""
    value = Value(string_value="core")
    for _ in range(levels):
        value = Value(list_value=ListValue(values=[value]))
    return value
