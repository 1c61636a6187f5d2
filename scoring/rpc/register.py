"""Puts a servicer on a server: reads requests, answers errors, the same way for every method.

The twin of the router's: packages do not import each other, so each has its own table of errors and its own few lines
that apply it. This one also serves streams.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, NoReturn

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from grpc_status import rpc_status

from scoring.errors import InvalidInput
from scoring.rpc.status import status_of

Context = grpc.aio.ServicerContext[Any, Any]


class Unreadable:
    """Stands for a request whose bytes are no message."""

    def __init__(self, message_name: str) -> None:
        self.message_name = message_name


def register(server: grpc.aio.Server, servicer: object, service: ServiceDescriptor) -> None:
    """Serve every method of a service: unary, or streams both ways.

    The servicer has an async method, or async generator, of each name, which raises the errors of its package.
    """
    handlers = {method.name: _handler(getattr(servicer, method.name), method) for method in service.methods}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.full_name, handlers),))


def _handler(method: Callable[..., Any], descriptor: MethodDescriptor) -> grpc.RpcMethodHandler[Any, Any]:
    streams = descriptor.client_streaming and descriptor.server_streaming
    make, wrap = (
        (grpc.stream_stream_rpc_method_handler, answering_stream)
        if streams
        else (grpc.unary_unary_rpc_method_handler, answering)
    )
    handler: grpc.RpcMethodHandler[Any, Any] = make(
        wrap(method),
        request_deserializer=reader(GetMessageClass(descriptor.input_type)),
        response_serializer=GetMessageClass(descriptor.output_type).SerializeToString,
    )
    return handler


def reader(message_class: type[Message]) -> Callable[[bytes], Message | Unreadable]:
    """Return a deserializer that never raises."""

    def read(data: bytes) -> Message | Unreadable:
        try:
            return message_class.FromString(data)
        except DecodeError:
            return Unreadable(message_class.DESCRIPTOR.full_name)

    return read


def answering(method: Callable[..., Any]) -> Callable[[Any, Context], Any]:
    """Wrap a unary method so that its errors become statuses."""

    async def answer(request: Any, context: Context) -> Message:
        try:
            if type(request) is Unreadable:
                raise unreadable(request)
            message: Message = await method(request, context)
            return message
        except grpc.aio.AbortError:
            raise
        except Exception as error:  # the one place where everything becomes a status
            return await _abort(context, error)

    return answer


def answering_stream(method: Callable[..., AsyncIterator[Message]]) -> Callable[[Any, Context], Any]:
    """Wrap a method of streams so that what ends it becomes a status."""

    async def answer(requests: AsyncIterator[Any], context: Context) -> AsyncIterator[Message]:
        try:
            async for message in method(requests, context):
                yield message
        except grpc.aio.AbortError:
            raise
        except Exception as error:  # as above
            await _abort(context, error)

    return answer


async def _abort(context: Context, error: Exception) -> NoReturn:
    status = rpc_status.to_status(status_of(error))
    await context.abort(status.code, status.details, status.trailing_metadata)
    raise AssertionError("abort raises")


def unreadable(request: Unreadable) -> InvalidInput:
    """Say that bytes are no message."""
    return InvalidInput.of(
        "request", f"the bytes are no {request.message_name}: malformed, nested over 100 deep, or text not in UTF-8"
    )
