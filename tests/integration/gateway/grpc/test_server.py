"""The gRPC server on a real socket: whatever shape a method has, it is wrapped once; observers hear how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from grpc_status import rpc_status

from gateway.auth.principals import Principal
from gateway.calls.call import Call
from gateway.calls.pipeline import Pipeline
from gateway.errors import UnreadableRequest
from gateway.grpc.server import GrpcServer
from gateway.grpc.standard_services import HEALTH, REFLECTION, HealthServicer, serve_standard

CHECK, WATCH = "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"
ASK = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"


class Notes:
    """Writes down what an observer is told."""

    def __init__(self) -> None:
        self.began_: list[str] = []
        self.ended_: list[tuple[str, grpc.StatusCode]] = []
        self.told = asyncio.Event()

    def began(self, call: Call) -> None:
        self.began_.append(call.method)

    def ended(self, call: Call) -> None:
        self.ended_.append((call.method.partition("/")[2], call.code))
        self.told.set()


class Moody:
    """Answers health: fails in the way that it is asked for."""

    def __init__(self) -> None:
        self.waits = asyncio.Event()

    async def Check(self, request: Any, _: Call) -> health_pb2.HealthCheckResponse:
        match request.service:
            case "refused":
                raise UnreadableRequest("made.up")
            case "broken":
                raise ZeroDivisionError("the secret divisor")
            case "slow":
                self.waits.set()
                await asyncio.Event().wait()
        return health_pb2.HealthCheckResponse(status=1)

    async def Watch(self, request: Any, _: Call) -> AsyncIterator[health_pb2.HealthCheckResponse]:
        yield health_pb2.HealthCheckResponse(status=1)
        raise UnreadableRequest(request.service)


class Believing:
    """Lets everybody in, until some time."""

    def __init__(self, until: float) -> None:
        self._until = until

    async def admit(self, call: Call) -> None:
        call.principal = Principal("somebody", frozenset(), frozenset(), until=self._until)

    def enter(self, call: Call) -> None:
        """Whatever they touch."""


@asynccontextmanager
async def opened(
    *observers: Notes, servicer: object | None = None, admission: Believing | None = None
) -> AsyncIterator[Any]:
    server = grpc.aio.server()
    grpc_server = GrpcServer(server, Pipeline(admission, observers))
    if servicer is None:
        await serve_standard(grpc_server, HealthServicer(), ["made.Up"])
    else:
        grpc_server.serve(servicer, HEALTH)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    await server.stop(None)


async def code_of(call: Any) -> grpc.StatusCode:
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


async def test_observers_hear_how_every_call_ended() -> None:
    notes = Notes()
    async with opened(notes, servicer=Moody()) as channel:
        check = channel.unary_unary(CHECK, request_serializer=health_pb2.HealthCheckRequest.SerializeToString)

        codes = [await code_of(check(health_pb2.HealthCheckRequest(service=s))) for s in ("", "refused", "broken")]
        codes.append(await code_of(channel.unary_unary(CHECK)(b"\xff")))

    unreadable = grpc.StatusCode.INVALID_ARGUMENT
    assert codes == [grpc.StatusCode.OK, unreadable, grpc.StatusCode.INTERNAL, unreadable]
    assert notes.began_ == ["grpc.health.v1.Health/Check"] * 4
    assert notes.ended_ == [("Check", code) for code in codes]


async def test_a_call_that_its_client_gives_up_ends_as_cancelled() -> None:
    notes, moody = Notes(), Moody()
    async with opened(notes, servicer=moody) as channel:
        slow = channel.unary_unary(CHECK)(health_pb2.HealthCheckRequest(service="slow").SerializeToString())
        await moody.waits.wait()
        slow.cancel()
        await notes.told.wait()

    assert notes.ended_ == [("Check", grpc.StatusCode.CANCELLED)]


async def test_a_stream_that_fails_ends_with_a_status_that_a_program_can_read() -> None:
    notes, info = Notes(), ErrorInfo()
    async with opened(notes, servicer=Moody()) as channel:
        stream = channel.unary_stream(WATCH)(health_pb2.HealthCheckRequest(service="x").SerializeToString())
        answer = health_pb2.HealthCheckResponse.FromString(await stream.read())
        with pytest.raises(grpc.aio.AioRpcError) as failure:
            await stream.read()
        await notes.told.wait()

    failed: Any = failure.value  # a grpc.Call as well
    rpc_status.from_call(failed).details[0].Unpack(info)
    assert answer.status == 1
    assert (info.reason, info.domain) == ("INVALID_INPUT", "fairlead")
    assert notes.ended_ == [("Watch", grpc.StatusCode.INVALID_ARGUMENT)]


async def test_a_stream_says_nothing_more_once_its_token_has_expired() -> None:
    notes = Notes()
    async with opened(notes, servicer=Moody(), admission=Believing(until=1.0)) as channel:
        stream = channel.unary_stream(WATCH)(health_pb2.HealthCheckRequest(service="x").SerializeToString())
        with pytest.raises(grpc.aio.AioRpcError, match="expired while the stream was open"):
            await stream.read()

    assert notes.ended_ == [("Watch", grpc.StatusCode.UNAUTHENTICATED)]


async def test_health_and_reflection_stand_behind_the_door() -> None:
    notes = Notes()
    question = reflection_pb2.ServerReflectionRequest(list_services="")
    async with opened(notes) as channel:
        code = await code_of(
            channel.unary_unary(CHECK)(health_pb2.HealthCheckRequest(service="made.Up").SerializeToString())
        )
        unknown = await code_of(
            channel.unary_unary(CHECK)(health_pb2.HealthCheckRequest(service="?").SerializeToString())
        )
        watched = channel.unary_stream(WATCH)(health_pb2.HealthCheckRequest(service="made.Up").SerializeToString())
        status = health_pb2.HealthCheckResponse.FromString(await watched.read()).status
        watched.cancel()
        answers = channel.stream_stream(ASK)(iter([question.SerializeToString()]))
        answer = reflection_pb2.ServerReflectionResponse.FromString(await answers.read())

    assert (code, unknown, status) == (grpc.StatusCode.OK, grpc.StatusCode.NOT_FOUND, 1)
    names = {service.name for service in answer.list_services_response.service}
    assert names == {"made.Up", HEALTH.full_name, REFLECTION.full_name}
    assert ("Check", grpc.StatusCode.NOT_FOUND) in notes.ended_
