"""Random bytes and spoilt requests for every method: whatever comes, the server answers in kind and stays alive.

``FAIRLEAD_FUZZ_SECONDS`` says for how long, in all.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fairlead.v1 import decisions_pb2, fairness_pb2, routing_pb2, rules_pb2, workforce_pb2
from tests.api import EVERYONE, Api, connected, differences
from tests.conftest import serving

SECONDS = float(os.environ.get("FAIRLEAD_FUZZ_SECONDS", "5"))
SERVICES = [
    next(iter(module.DESCRIPTOR.services_by_name.values()))
    for module in (routing_pb2, workforce_pb2, rules_pb2, decisions_pb2, fairness_pb2)
]
METHODS = {f"{service.full_name}/{method.name}": method for service in SERVICES for method in service.methods}
SPAWNING = ("PublishRuleSet", "ValidateRuleSet", "TestRuleSet")
"""Methods that start a process for each readable call; they get noise only, and have fuzz tests of their own."""
FORBIDDEN = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DATA_LOSS}

NAMES = [
    *("tenants/fuzz", "tenants/fuzz/reps/ann", "tenants/fuzz/pools/everyone", "tenants/fuzz/territories/华东"),
    *(
        "tenants/fuzz/workItems/crm~L-1",
        "tenants/fuzz/decisions/1",
        "tenants/fuzz/ruleSets/1",
        "tenants/fuzz/ruleSets/active",
    ),
]
TEXTS = st.one_of(
    st.sampled_from([*NAMES, "", "ann", "everyone", "crm", "L-1", "1", "0", "-1", "*", "YQ==", "\0", "華" * 300]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
NUMBERS = st.one_of(
    st.sampled_from([0, 1, -1, 2, 1000, 1001, 2**31 - 1, -(2**31), 2**53, 2**63 - 1, -(2**63)]),
    st.integers(-(2**63), 2**63 - 1),
)
FLOATS = st.one_of(st.sampled_from([0.0, -0.0, 1.0, 1e300, 5e-324]), st.floats())


def scalar(draw: st.DrawFn, field: FieldDescriptor) -> Any:
    """Draw a value of a field's type, likely or not."""
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return draw(TEXTS)
        case FieldDescriptor.CPPTYPE_BOOL:
            return draw(st.booleans())
        case FieldDescriptor.CPPTYPE_DOUBLE:
            return draw(FLOATS)
        case FieldDescriptor.CPPTYPE_INT64:
            return draw(NUMBERS)
        case _:
            return max(-(2**31), min(draw(NUMBERS), 2**31 - 1))


@st.composite
def messages(draw: st.DrawFn, kind: type[Message], depth: int = 0) -> Message:
    """Draw a message with some of its fields set."""
    message: Any = kind()
    for field in kind.DESCRIPTOR.fields:
        if draw(st.integers(0, 3)) == 0 or depth > 5:
            continue
        if field.message_type and field.message_type.GetOptions().map_entry:
            fill_map(draw, getattr(message, field.name), field, depth)
        elif field.message_type and field.is_repeated:
            parts = st.lists(messages(GetMessageClass(field.message_type), depth + 2), max_size=3)
            getattr(message, field.name).extend(draw(parts))
        elif field.message_type:
            getattr(message, field.name).CopyFrom(draw(messages(GetMessageClass(field.message_type), depth + 1)))
        elif field.is_repeated:
            getattr(message, field.name).extend(scalar(draw, field) for _ in range(draw(st.integers(0, 3))))
        else:
            setattr(message, field.name, scalar(draw, field))
    made: Message = message
    return made


def fill_map(draw: st.DrawFn, target: Any, field: FieldDescriptor, depth: int) -> None:
    value = field.message_type.fields_by_name["value"]
    for _ in range(draw(st.integers(0, 3))):
        key = draw(st.sampled_from(["LEAD", "region", "", "n"]))
        if value.message_type:
            target[key].CopyFrom(draw(messages(GetMessageClass(value.message_type), depth + 2)))
        else:
            target[key] = scalar(draw, value)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, bytes]:
    """Draw a method and the bytes to send it: noise, a message, or a message with some bytes spoilt."""
    path = draw(st.sampled_from(sorted(METHODS)))
    if path.endswith(SPAWNING) or draw(st.integers(0, 4)) == 0:
        return path, draw(st.binary(max_size=200)) + b"\xff"
    data = draw(messages(GetMessageClass(METHODS[path].input_type))).SerializeToString()
    if data and draw(st.integers(0, 3)) == 0:
        place = draw(st.integers(0, len(data) - 1))
        data = data[:place] + draw(st.binary(max_size=4)) + data[place + draw(st.integers(0, 4)) :]
        path = path if not path.endswith(SPAWNING) else next(iter(METHODS))
    return path, data


async def code_of(api: Api, path: str, data: bytes) -> grpc.StatusCode:
    channel: Any = api.channel
    try:
        await channel.unary_unary(f"/{path}")(data, timeout=30)
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


@pytest.mark.timeout(SECONDS + 120)
def test_whatever_comes_the_server_answers_in_kind(store: Any) -> None:
    seen: Counter[grpc.StatusCode] = Counter()
    deadline = time.monotonic() + SECONDS

    with asyncio.Runner() as runner:
        running = serving(store.url)
        address = runner.run(running.__aenter__())
        dialled = connected(address, "fuzz", store.url)
        api = runner.run(dialled.__aenter__())
        runner.run(_arrange(api))

        @settings(
            max_examples=50,
            deadline=None,
            database=None,
            derandomize=False,  # Hypothesis would draw the same fifty calls in every round under CI
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(calls())
        def attack(call: tuple[str, bytes]) -> None:
            code = runner.run(code_of(api, *call))
            seen[code] += 1
            assert code not in FORBIDDEN, call

        try:
            while time.monotonic() < deadline:
                attack()
        finally:
            alive = runner.run(code_of(api, "fairlead.v1.RoutingService/GetWorkItem", b""))
            wrong = runner.run(differences(store.url, "fuzz"))
            runner.run(dialled.__aexit__(None, None, None))
            runner.run(running.__aexit__(None, None, None))

    assert alive == grpc.StatusCode.INVALID_ARGUMENT
    assert wrong == []
    assert seen[grpc.StatusCode.OK] > 0
    assert seen[grpc.StatusCode.INVALID_ARGUMENT] > 0


async def _arrange(api: Api) -> None:
    await api.hire("ann")
    await api.pool("everyone", ["ann"])
    await api.territory("华东")
    await api.adopt({**EVERYONE, "undeclared": "ignore"})
    await api.route("L-1")
