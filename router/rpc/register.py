"""Puts a servicer on a server: reads requests, answers errors, the same way for every method.

The generated ``add_…_to_server`` would do, but for two things: bytes that are no message would be answered with
INTERNAL rather than with INVALID_ARGUMENT, and an interceptor for the errors would cost every call some ten
microseconds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from grpc_status import rpc_status

from router.errors import InvalidInput
from router.rpc.status import status_of

Method = Callable[[Any, grpc.aio.ServicerContext[Any, Any]], Awaitable[Message]]


class Unreadable:
    """Stands for a request whose bytes are no message."""

    def __init__(self, message_name: str) -> None:
        self.message_name = message_name


def register(server: grpc.aio.Server, servicer: object, service: ServiceDescriptor) -> None:
    """Serve every method of a service.

    The servicer has an async method of each name, which raises the errors of its package.
    """
    handlers = {method.name: _handler(getattr(servicer, method.name), method) for method in service.methods}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.full_name, handlers),))


def _handler(method: Method, descriptor: MethodDescriptor) -> grpc.RpcMethodHandler[Any, Any]:
    return grpc.unary_unary_rpc_method_handler(
        answering(method),
        request_deserializer=reader(GetMessageClass(descriptor.input_type)),
        response_serializer=GetMessageClass(descriptor.output_type).SerializeToString,
    )


def reader(message_class: type[Message]) -> Callable[[bytes], Message | Unreadable]:
    """Return a deserializer that never raises."""

    def read(data: bytes) -> Message | Unreadable:
        try:
            return message_class.FromString(data)
        except DecodeError:
            return Unreadable(message_class.DESCRIPTOR.full_name)

    return read


def answering(method: Method) -> Method:
    """Wrap a method so that its errors become statuses."""

    async def answer(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Message:
        try:
            if type(request) is Unreadable:
                raise InvalidInput.of(
                    "request",
                    f"the bytes are no {request.message_name}: malformed, nested over 100 deep, or text not in UTF-8",
                )
            return await method(request, context)
        except grpc.aio.AbortError:
            raise
        except Exception as error:  # the one place where everything becomes a status
            status = rpc_status.to_status(status_of(error))
            await context.abort(status.code, status.details, status.trailing_metadata)

    return answer
