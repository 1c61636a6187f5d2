"""Puts servicers on gRPC's server: reads requests, sends them the way of all calls, and says why one failed.

The generated ``add_…_to_server`` would do, but for three things: bytes that are no message would be answered with
INTERNAL rather than with INVALID_ARGUMENT, interceptors would cost every call some ten microseconds each, and a method
could be added that no check knows of.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any, NoReturn

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from grpc_status import rpc_status

from failures import Failure
from gateway.calls.call import Call, Method, Unreadable
from gateway.calls.pipeline import Pipeline
from gateway.calls.shared_answers import CarriedAnswer, as_protobuf
from gateway.grpc.handlers import Handler, MethodHandler, MethodHandlers

Context = grpc.aio.ServicerContext[Any, Any]


class GrpcServer:
    """Serves methods, each wrapped alike.

    Parameters
    ----------
    server
        gRPC's own, where methods are put.
    pipeline
        The way of their calls.
    """

    def __init__(self, server: grpc.aio.Server, pipeline: Pipeline) -> None:
        self._server = server
        self._pipeline = pipeline

    def serve(self, servicer: object, service: ServiceDescriptor) -> None:
        """Put all methods of a service, which the servicer names as the contract does, on the server."""
        handlers = {method.name: self.handler(getattr(servicer, method.name), method) for method in service.methods}
        if self._pipeline.call_counter is None:
            entered = grpc.method_handlers_generic_handler(service.full_name, handlers)
        else:
            entered = MethodHandlers(self._method_handlers(service, handlers), self._pipeline.call_counter)
        self._server.add_generic_rpc_handlers((entered,))

    def _method_handlers(self, service: ServiceDescriptor, handlers: Mapping[str, Handler]) -> dict[str, MethodHandler]:
        methods = [(method.name, Method.of(method)) for method in service.methods]
        return {
            f"/{described.name}": MethodHandler(described.name, handlers[name], self._rejecting(described))
            for name, described in methods
        }

    def _rejecting(self, described: Method) -> Callable[[Failure, Context], Awaitable[None]]:
        """Return what tells why a call of a method is not answered, to its caller and to observers."""
        pipeline = self._pipeline

        async def reject(refusal: Failure, context: Context) -> None:
            call = pipeline.begin(described, None, context)
            try:
                await self._end(call, refusal, context)
            finally:
                pipeline.end(call)

        return reject

    def handler(self, method: Callable[..., Any], descriptor: MethodDescriptor) -> Handler:
        """Return what gRPC calls for one method."""
        handler: Handler = _KINDS[descriptor.client_streaming, descriptor.server_streaming](
            self._answering(method, descriptor),
            request_deserializer=_reader(GetMessageClass(descriptor.input_type)),
            response_serializer=_written if descriptor.server_streaming else as_protobuf,
        )
        return handler

    def _answering(self, method: Callable[..., Any], descriptor: MethodDescriptor) -> Callable[[Any, Context], Any]:
        wrap = self._stream if inspect.isasyncgenfunction(method) else self._single
        return wrap(method, Method.of(descriptor), descriptor.client_streaming)

    def _single(self, method: Callable[..., Any], described: Method, many: bool) -> Callable[[Any, Context], Any]:
        """Wrap a coroutine."""
        pipeline = self._pipeline

        async def answer(request: Any, context: Context) -> Message:
            call = pipeline.begin(described, None if many else request, context)
            try:
                await pipeline.admit(call)
                return await pipeline.answer(method, call, request, many)
            except BaseException as error:  # the one place where everything becomes a status
                return await self._end(call, error, context)
            finally:
                pipeline.end(call)

        return answer

    def _stream(
        self, method: Callable[..., AsyncIterator[Any]], described: Method, many: bool
    ) -> Callable[[Any, Context], Any]:
        """Wrap an async generator."""
        pipeline = self._pipeline

        async def answer(request: Any, context: Context) -> AsyncIterator[CarriedAnswer]:
            call = pipeline.begin(described, None if many else request, context)
            try:
                await pipeline.admit(call)
                async with aclosing(pipeline.answers(method, call, request, many)) as answers:
                    async for some in answers:
                        for each in some:
                            yield each
            except BaseException as error:  # as above
                await self._end(call, error, context)
            finally:
                pipeline.end(call)

        return answer

    async def _end(self, call: Call, error: BaseException, context: Context) -> NoReturn:
        """Tell why a call failed, to the caller and in the call."""
        status = rpc_status.to_status(self._pipeline.failed(call, error))
        await context.abort(status.code, status.details, status.trailing_metadata)
        raise AssertionError("abort raises")


def _written(answer: CarriedAnswer | Message) -> bytes:
    """Write an answer of a stream; what writes for itself, as health does, has plain messages."""
    return as_protobuf(answer) if isinstance(answer, Message) else answer.written(as_protobuf)


def _reader(kind: type[Message]) -> Callable[[bytes], Message | Unreadable]:
    """Return a deserializer that never raises."""

    def read(data: bytes) -> Message | Unreadable:
        try:
            return kind.FromString(data)
        except DecodeError:
            return Unreadable(kind)

    return read


_KINDS: dict[tuple[bool, bool], Callable[..., Any]] = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}
"""What gRPC wants, by whether requests and answers are streams."""
