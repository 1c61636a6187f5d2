"""Connect and gRPC-Web, by connectrpc: the one file that knows it. What it carries goes the way of all calls.

A call is counted and admitted before the first byte of its body is awaited. Bodies are JSON or protobuf, at most as
long as gRPC's messages, and inflated no further.

References
----------
https://connectrpc.com/docs/protocol and https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any, NamedTuple, NoReturn

import grpc
from connectrpc.code import Code
from connectrpc.codec import Codec
from connectrpc.errors import ConnectError, ErrorDetail
from connectrpc.interceptor import MetadataInterceptor
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.request import RequestContext
from connectrpc.server import ConnectASGIApplication, Endpoint
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.status_pb2 import Status
from protobuf.wkt import Any as AnyDetail

from failures import InvalidInput
from gateway.calls.call import Call, Method, Unreadable
from gateway.calls.pipeline import Pipeline
from gateway.calls.shared_answers import CarriedAnswer, as_protobuf
from gateway.calls.status import code_of
from gateway.http.bodies import QUICK_BYTES, aside
from gateway.http.carrier import HttpCarrier, ignores
from gateway.http.json_messages import read_json, write_json

_carrier: ContextVar[HttpCarrier] = ContextVar("carrier")
_CONNECT_NAMES = {grpc.StatusCode.CANCELLED: Code.CANCELED}
_GRPC_NAMES = {Code.CANCELED: grpc.StatusCode.CANCELLED}


class ConnectHost(ConnectASGIApplication[None]):
    """Serves methods by ``/service/Method``; an ASGI application.

    Parameters
    ----------
    pipeline
        The way of their calls.
    most_bytes
        How long a request may be, inflated.
    """

    def __init__(self, pipeline: Pipeline, most_bytes: int) -> None:
        self._pipeline = pipeline
        self._by_path = dict[str, Any]()
        self._methods = dict[str, Method]()
        self._grpc_only = set[str]()
        super().__init__(
            service=None,
            endpoints=lambda _: self._by_path,
            interceptors=[_Admitting(pipeline, self._methods, most_bytes)],
            read_max_bytes=most_bytes,
            codecs=[_Binary(), _Json()],
        )

    @property
    def path(self) -> str:
        """Where it is mounted."""
        return ""

    def serve(self, servicer: object, service: ServiceDescriptor) -> None:
        """Serve all methods of a service but those that take a stream: browsers have none, nor has HTTP/1.1."""
        for method in service.methods:
            path = f"/{service.full_name}/{method.name}"
            if method.client_streaming:
                self._grpc_only.add(path)
            else:
                self._methods[path] = Method.of(method)
                self._by_path[path] = self._endpoint(getattr(servicer, method.name), method)

    def knows(self, path: str) -> bool:
        """Say whether it serves a path."""
        return path in self._by_path

    def is_grpc_only(self, path: str) -> bool:
        """Say whether a path is of a method that takes a stream."""
        return path in self._grpc_only

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """CarriedAnswer a request whose path is known."""
        _carrier.set(HttpCarrier(scope))
        await super().__call__(scope, receive, send)

    def _endpoint(self, method: Callable[..., Any], descriptor: MethodDescriptor) -> Any:
        info = MethodInfo(
            name=descriptor.name,
            service_name=descriptor.containing_service.full_name,
            input=GetMessageClass(descriptor.input_type),
            output=GetMessageClass(descriptor.output_type),
            idempotency_level=_idempotency(descriptor),
            stream_type=StreamType.SERVER_STREAM if descriptor.server_streaming else StreamType.UNARY,
        )
        if inspect.isasyncgenfunction(method):
            return Endpoint.server_stream(info, self._stream(method))
        return Endpoint.unary(info, self._single(method))

    def _single(self, method: Callable[..., Any]) -> Callable[[Any, Any], Awaitable[Message]]:
        pipeline = self._pipeline

        async def answer(request: Any, _: RequestContext[Any, Any]) -> Message:
            call = _began()
            call.request = request = await _read(request)
            try:
                return await pipeline.answer(method, call, request, many=False)
            except BaseException as error:
                _end(pipeline, call, error)

        return answer

    def _stream(self, method: Callable[..., Any]) -> Callable[[Any, Any], AsyncIterator[CarriedAnswer]]:
        pipeline = self._pipeline

        async def answer(request: Any, _: RequestContext[Any, Any]) -> AsyncIterator[CarriedAnswer]:
            call = _began()
            call.request = request = await _read(request)
            try:
                async with aclosing(pipeline.answers(method, call, request, many=False)) as answers:
                    async for some in answers:
                        for each in some:
                            yield each
            except GeneratorExit:
                call.code = grpc.StatusCode.CANCELLED
                raise
            except BaseException as error:
                _end(pipeline, call, error)

        return answer


class _Admitting(MetadataInterceptor[Call]):
    """Begins calls and ends them: the library asks before it reads a body, and once it knows how the call ended."""

    def __init__(self, pipeline: Pipeline, methods: Mapping[str, Method], most_bytes: int) -> None:
        self._pipeline = pipeline
        self._methods = methods
        self._most_bytes = most_bytes

    async def on_start(self, ctx: RequestContext[Any, Any]) -> Call:
        """Count and admit a call."""
        carrier, pipeline = _carrier.get(), self._pipeline
        method = self._methods[f"/{ctx.method.service_name}/{ctx.method.name}"]
        call = carrier.call = pipeline.begin(method, None, carrier)
        try:
            pipeline.arrive(call)
            await pipeline.admit(call)
            carrier.check_size(self._most_bytes)
        except BaseException as error:
            try:
                _end(pipeline, call, error)
            finally:
                pipeline.end(call)
        return call

    async def on_end(self, token: Call, ctx: RequestContext[Any, Any], error: Exception | None, /) -> None:  # noqa: ARG002
        """End a call; a request that the library could not read failed behind its beginning."""
        try:
            if isinstance(error, ConnectError):
                token.code = _GRPC_NAMES.get(error.code) or grpc.StatusCode[error.code.name]
            elif error is not None:
                _end(self._pipeline, token, error)
        finally:
            self._pipeline.end(token)


class _Binary(Codec[Any, Any]):
    """Protobuf."""

    def name(self) -> str:
        return "proto"

    def encode(self, message: Message | CarriedAnswer) -> bytes:
        return message.written(as_protobuf) if isinstance(message, CarriedAnswer) else as_protobuf(message)

    def decode(self, data: bytes | bytearray, message_class: type[Message]) -> Message | Unreadable:
        try:
            return message_class.FromString(bytes(data))
        except DecodeError:
            return Unreadable(message_class)


class _Json(Codec[Any, Any]):
    """JSON in which a field that the contract does not know is an error."""

    def name(self) -> str:
        return "json"

    def encode(self, message: Message | CarriedAnswer) -> bytes:
        return message.written(write_json) if isinstance(message, CarriedAnswer) else write_json(message)

    def decode(self, data: bytes | bytearray, message_class: type[Message]) -> Message | Unreadable | _Unread:
        unread = _Unread(bytes(data), message_class, _carrier.get().unknown_fields)
        return unread.read() if len(data) <= QUICK_BYTES else unread


class _Unread(NamedTuple):
    """A body of JSON that is so long that the library, which cannot wait, is not to read it."""

    data: bytes
    kind: type[Message]
    unknown_fields: str

    def read(self) -> Message | Unreadable:
        """Read it."""
        try:
            return read_json(self.data, self.kind, ignore_unknown=ignores(self.unknown_fields))
        except InvalidInput as error:
            return Unreadable(self.kind, error)


async def _read(request: Any) -> Any:
    """Return a request that is read."""
    return await aside(len(request.data), request.read) if isinstance(request, _Unread) else request


def connect_error(status: Status) -> ConnectError:
    """Write a status as Connect has it, details and all."""
    code = code_of(status)
    details = [ErrorDetail(AnyDetail(type_url=each.type_url, value=each.value)) for each in status.details]
    return ConnectError(_CONNECT_NAMES.get(code) or Code[code.name], status.message, details)


def _began() -> Call:
    call = _carrier.get().call
    assert call is not None, "a call begins before its body is read"
    return call


def _end(pipeline: Pipeline, call: Call, error: BaseException) -> NoReturn:
    raise connect_error(pipeline.failed(call, error)) from None


def _idempotency(descriptor: MethodDescriptor) -> IdempotencyLevel:
    safe = descriptor.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS
    return IdempotencyLevel.NO_SIDE_EFFECTS if safe else IdempotencyLevel.UNKNOWN
