"""Random bytes and spoilt requests for every method: whatever comes, the server answers in kind and stays alive.

Once with an open door, and once with one that asks who calls: then nothing of another tenant may come to be either.
``FAIRLEAD_FUZZ_SECONDS`` says for how long, in all.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from fairlead.v1 import decisions_pb2, fairness_pb2, queue_pb2, routing_pb2, rules_pb2, workforce_pb2
from gate.principals import Role
from gate.settings import OPEN
from tests.api import EVERYONE, Api, connected, differences
from tests.conftest import serving
from tests.identities import bearer, security
from tests.integration.gate.test_who_may import showing

SECONDS = float(os.environ.get("FAIRLEAD_FUZZ_SECONDS", "5"))
SERVICES = [
    next(iter(module.DESCRIPTOR.services_by_name.values()))
    for module in (routing_pb2, queue_pb2, workforce_pb2, rules_pb2, decisions_pb2, fairness_pb2)
]
METHODS = {
    f"{service.full_name}/{method.name}": method
    for service in SERVICES
    for method in service.methods
    if not method.server_streaming
}
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
    *("tenants/others", "tenants/others/reps/ann", "tenants/others/workItems/crm~L-1", "tenants/others/queue"),
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


@st.composite
def headers(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Draw what shows who calls: a token of every role and one tenant, or a spoilt one."""
    shown = bearer("fuzzer", list(Role), ["fuzz"])
    if draw(st.integers(0, 3)):
        return shown
    ascii_texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
    return [("authorization", draw(st.sampled_from(["", "Bearer ", "bearer  ", shown[0][1]])) + draw(ascii_texts))]


async def code_of(api: Api, path: str, data: bytes, metadata: list[tuple[str, str]]) -> grpc.StatusCode:
    channel: Any = api.channel
    try:
        await channel.unary_unary(f"/{path}")(data, timeout=30, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


@pytest.mark.timeout(SECONDS + 120)
@pytest.mark.parametrize("guarded", [False, True], ids=["open", "guarded"])
def test_whatever_comes_the_server_answers_in_kind(own_store: Any, tmp_path: Path, guarded: bool) -> None:
    store, known = own_store, bearer("fuzzer", list(Role), ["fuzz"])
    seen: Counter[grpc.StatusCode] = Counter()
    deadline = time.monotonic() + SECONDS / 2

    with asyncio.Runner() as runner:
        running = serving(store.url, security=security(tmp_path) if guarded else OPEN)
        address = runner.run(running.__aenter__())
        dialled = connected(address, "fuzz", store.url)
        api = runner.run(dialled.__aenter__())
        runner.run(_arrange(showing(api, "fuzz", known)))

        @settings(
            max_examples=50,
            deadline=None,
            database=None,
            derandomize=False,  # Hypothesis would draw the same fifty calls in every round under CI
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(calls(), headers())
        @example(_listing("fuzz"), known)
        @example(_listing("others"), known)
        @example(_listing("fuzz"), [])
        def attack(call: tuple[str, bytes], metadata: list[tuple[str, str]]) -> None:
            code = runner.run(code_of(api, *call, metadata))
            seen[code] += 1
            assert code not in FORBIDDEN, call

        try:
            while time.monotonic() < deadline:
                attack()
        finally:
            alive = runner.run(code_of(api, "fairlead.v1.RoutingService/GetWorkItem", b"", known))
            foreign = runner.run(_keys_of(store.url, "others"))
            wrong = runner.run(differences(store.url, "fuzz"))
            runner.run(dialled.__aexit__(None, None, None))
            runner.run(running.__aexit__(None, None, None))

    assert alive == grpc.StatusCode.INVALID_ARGUMENT
    assert wrong == []
    assert seen[grpc.StatusCode.OK] > 0
    assert seen[grpc.StatusCode.INVALID_ARGUMENT] > 0
    if guarded:
        assert seen[grpc.StatusCode.UNAUTHENTICATED] > 0
        assert seen[grpc.StatusCode.PERMISSION_DENIED] > 0
        assert foreign == []


def _listing(tenant: str) -> tuple[str, bytes]:
    """Return a call that is understood, whoever may make it."""
    request = workforce_pb2.ListRepsRequest(parent=f"tenants/{tenant}")
    return "fairlead.v1.WorkforceService/ListReps", request.SerializeToString()


async def _keys_of(url: str, tenant: str) -> list[bytes]:
    redis: Any = Redis.from_url(url)
    async with redis:
        return [key async for key in redis.scan_iter(f"*{tenant}*")]


async def _arrange(api: Api) -> None:
    await api.hire("ann")
    await api.pool("everyone", ["ann"])
    await api.territory("华东")
    await api.adopt({**EVERYONE, "undeclared": "ignore"})
    await api.route("L-1")
