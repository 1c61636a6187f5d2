"""Puts servicers on gRPC's server: reads requests, authorizes callers, turns failures into statuses, tells observers.

The generated ``add_…_to_server`` would do, but for three things: bytes that are no message would be answered with
INTERNAL rather than with INVALID_ARGUMENT, interceptors would cost every call some ten microseconds each, and a method
could be added that no check knows of.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, NoReturn, Protocol

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from grpc_status import rpc_status

from failures import Failure
from gateway.errors import UnreadableRequest
from gateway.grpc.call import Call, Method, Observer, Unreadable
from gateway.grpc.handlers import CallCounter, Handler, MethodHandler, MethodHandlers
from gateway.grpc.masking import Masking
from gateway.grpc.status import status_of

Context = grpc.aio.ServicerContext[Any, Any]


class Admission(Protocol):
    """Decides who comes in."""

    async def admit(self, call: Call) -> None:
        """Find out who calls, and whether they may; raises a ``Failure`` if not."""

    def enter(self, call: Call) -> None:
        """Check whether they may touch what the request is about; raises a ``Failure`` if not."""


class Scoping(Protocol):
    """Holds a call to what its caller may touch, where that has to be read first."""

    async def check(self, call: Call) -> None:
        """Check what the request names; raises a ``Failure`` if it may not be touched."""


class GrpcServer:
    """Serves methods, each wrapped alike.

    Parameters
    ----------
    server
        gRPC's own, where methods are put.
    admission
        Decides who may call what; None: everybody may.
    observers
        Who is told of each call, in this order.
    masking
        Hides in answers what callers have no need of; None: nothing is hidden.
    call_counter
        Counts calls as they arrive, and rejects those that are too many; None: they are not counted.
    scoping
        Holds callers to the pools that they see alone; None: nobody has any.
    """

    def __init__(
        self,
        server: grpc.aio.Server,
        admission: Admission | None = None,
        observers: Sequence[Observer] = (),
        masking: Masking | None = None,
        call_counter: CallCounter | None = None,
        scoping: Scoping | None = None,
    ) -> None:
        self._server = server
        self._admission = admission
        self._observers = tuple(observers)
        self._masking = masking
        self._call_counter = call_counter
        self._scoping = scoping

    def serve(self, servicer: object, service: ServiceDescriptor) -> None:
        """Serve every method of a service.

        The servicer has a method of each name, taking the request (or the stream of them) and the `Call`: a coroutine,
        or an async generator where answers are a stream. The failures it raises become statuses.
        """
        handlers = {method.name: self.handler(getattr(servicer, method.name), method) for method in service.methods}
        if self._call_counter is None:
            entered = grpc.method_handlers_generic_handler(service.full_name, handlers)
        else:
            entered = MethodHandlers(self._method_handlers(service, handlers), self._call_counter)
        self._server.add_generic_rpc_handlers((entered,))

    def _method_handlers(self, service: ServiceDescriptor, handlers: Mapping[str, Handler]) -> dict[str, MethodHandler]:
        methods = [(method.name, Method.of(method)) for method in service.methods]
        return {
            f"/{described.name}": MethodHandler(described.name, handlers[name], self._rejecting(described))
            for name, described in methods
        }

    def _rejecting(self, described: Method) -> Callable[[Failure, Context], Awaitable[None]]:
        """Return what tells why a call of a method is not answered, to its caller and to observers."""
        observers = self._observers

        async def reject(refusal: Failure, context: Context) -> None:
            call = Call(described, None, context)
            for observer in observers:
                observer.began(call)
            try:
                await _end(call, refusal)
            finally:
                for observer in observers:
                    observer.ended(call)

        return reject

    def handler(self, method: Callable[..., Any], descriptor: MethodDescriptor) -> Handler:
        """Return what gRPC calls for one method."""
        handler: Handler = _KINDS[descriptor.client_streaming, descriptor.server_streaming](
            self._answering(method, descriptor),
            request_deserializer=_reader(GetMessageClass(descriptor.input_type)),
            response_serializer=GetMessageClass(descriptor.output_type).SerializeToString,
        )
        return handler

    def _answering(self, method: Callable[..., Any], descriptor: MethodDescriptor) -> Callable[[Any, Context], Any]:
        wrap = self._stream if inspect.isasyncgenfunction(method) else self._single
        return wrap(method, Method.of(descriptor), descriptor.client_streaming)

    def _single(self, method: Callable[..., Any], described: Method, many: bool) -> Callable[[Any, Context], Any]:
        """Wrap a coroutine."""
        observers, masking = self._observers, self._masking

        async def answer(request: Any, context: Context) -> Message:
            call = Call(described, None if many else request, context, masking.hidden if masking else None)
            for observer in observers:
                observer.began(call)
            try:
                message: Message = await method(await self._authorize(call, request, many), call)
                if masking is not None and message is not None:
                    await masking.apply(call, message)
                return message
            except BaseException as error:  # the one place where everything becomes a status
                return await _end(call, error)
            finally:
                for observer in observers:
                    observer.ended(call)

        return answer

    def _stream(
        self, method: Callable[..., AsyncIterator[Message]], described: Method, many: bool
    ) -> Callable[[Any, Context], Any]:
        """Wrap an async generator."""
        observers, masking = self._observers, self._masking

        async def answer(request: Any, context: Context) -> AsyncIterator[Message]:
            call = Call(described, None if many else request, context, masking.hidden if masking else None)
            for observer in observers:
                observer.began(call)
            try:
                async for message in method(await self._authorize(call, request, many), call):
                    call.check_time()
                    if masking is not None:
                        await masking.apply(call, message)
                    yield message
            except BaseException as error:  # as above
                await _end(call, error)
            finally:
                for observer in observers:
                    observer.ended(call)

        return answer

    async def _authorize(self, call: Call, request: Any, many: bool) -> Any:
        """Authorize a call, and return the request: checked, or a stream of which each is checked as it comes."""
        if self._admission is not None:
            await self._admission.admit(call)
        if type(request) is Unreadable:
            raise UnreadableRequest(request.message_name)
        if self._admission is None:
            return request
        if many:
            return _authorizing(self._admission, call, request)
        self._admission.enter(call)
        if self._scoping is not None and call.only_pools is not None:
            await self._scoping.check(call)
        return request


async def _authorizing(admission: Admission, call: Call, requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for request in requests:
        if type(request) is not Unreadable:
            call.follow(request)
            admission.enter(call)
        yield request


async def _end(call: Call, error: BaseException) -> NoReturn:
    """Tell why a call failed, to the caller and in the call."""
    if not isinstance(error, Exception):
        call.code = grpc.StatusCode.CANCELLED
        raise error
    status = rpc_status.to_status(status_of(error))
    call.code, call.error = status.code, error
    await call.context.abort(status.code, status.details, status.trailing_metadata)
    raise AssertionError("abort raises")


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
