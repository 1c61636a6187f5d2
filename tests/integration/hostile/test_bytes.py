"""Bytes that are no message, or too much of one: refused, the server alive, nothing changed."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct, Value

from tests.api import Api, dump
from tests.integration.hostile.harm import INF, NAN, Code, assert_unharmed, outcome_of


def raw(api: Api, method: str, data: bytes) -> Awaitable[Any]:
    """Send bytes in the place of a message."""
    channel: Any = api.channel
    call = channel.unary_unary(f"/fairlead.v1.{method}")
    answer: Awaitable[Any] = call(data)
    return answer


def nested(field: int, core: bytes, levels: int) -> bytes:
    """Wrap bytes in messages, each the same field of the next."""
    for _ in range(levels):
        core = bytes([field << 3 | 2]) + varint(len(core)) + core
    return core


def varint(number: int) -> bytes:
    written = b""
    while number > 127:
        written, number = written + bytes([number & 127 | 128]), number >> 7
    return written + bytes([number])


RAW: dict[str, bytes] = {
    "invalid UTF-8": b"\x0a\x04\xff\xfe\xfd\xfc",
    "an overlong encoding": b"\x0a\x02\xc0\x80",
    "a surrogate in UTF-8": b"\x0a\x03\xed\xa0\x80",
    "a length that promises more": b"\x0a\xff\xff\xff\xff\x07abc",
    "a number without an end": b"\xff" * 20,
    "a group without an end": b"\x0b" * 50,
    "field number 0": b"\x02\x01a",
    "noise": bytes(range(256)) * 4,
    "nesting 1,000 deep": nested(2, b"", 1) + b"\x12" + varint(1) + nested(5, nested(1, b"", 1), 1000),
    "a Struct 1,000 deep": b"\x12"
    + (lambda inner: varint(len(inner)) + inner)(
        b"\x2a"
        + (lambda inner: varint(len(inner)) + inner)(
            nested(1, b"\x0a\x06region\x12" + (lambda v: varint(len(v)) + v)(nested(6, nested(1, b"", 1), 500)), 1)
        )
    ),
}


@pytest.mark.parametrize("data", RAW.values(), ids=RAW)
async def test_bytes_that_are_no_message_are_refused(tenant_of_two: Api, data: bytes) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    code, fields, _ = await outcome_of(raw(api, "RoutingService/RouteWorkItem", data))

    assert code == Code.INVALID_ARGUMENT
    assert fields
    await assert_unharmed(api, before)


async def test_a_struct_a_thousand_deep_is_refused(tenant_of_two: Api) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)
    core = Struct(fields={"region": Value(string_value="east")}).SerializeToString()
    for _ in range(1000):  # Value.struct_value of Struct.fields["region"]
        value = b"\x2a" + varint(len(core)) + core
        entry = b"\x0a\x06region\x12" + varint(len(value)) + value
        core = b"\x0a" + varint(len(entry)) + entry
    item = b"\x08\x01\x2a" + varint(len(core)) + core
    parent = api.parent.encode()

    data = b"\x0a" + varint(len(parent)) + parent + b"\x12" + varint(len(item)) + item
    code, fields, message = await outcome_of(raw(api, "RoutingService/RouteWorkItem", data))

    assert (code, fields) == (Code.INVALID_ARGUMENT, [""])
    assert "nested" in message
    await assert_unharmed(api, before)


async def test_a_message_over_the_limit_is_refused_by_the_transport(tenant_of_two: Api) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    code, _, message = await outcome_of(api.publish("#" * (17 << 20)))

    assert code == Code.RESOURCE_EXHAUSTED
    assert "16777216" in message
    await assert_unharmed(api, before)


async def test_a_method_that_there_is_not_is_unimplemented(tenant_of_two: Api) -> None:
    code, _, _ = await outcome_of(raw(tenant_of_two, "RoutingService/StealWorkItem", b""))

    assert code == Code.UNIMPLEMENTED


async def test_a_bad_request_of_a_batch_harms_none_beside_it(tenant_of_two: Api) -> None:
    api = tenant_of_two
    bad = api.wish("L-2")
    bad.work_item.value = NAN

    results = await api.route_batch([api.wish("L-1"), bad, api.wish("L-3", potential=INF), api.wish("L-4")])

    assert [result.WhichOneof("result") for result in results] == ["decision", "error", "error", "decision"]
