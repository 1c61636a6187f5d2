"""One call as gRPC would carry it out, without gRPC: bytes in, a status out, and whatever must never be is raised."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, NoReturn
from urllib.parse import quote

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from gateway.grpc.server import GrpcServer
from tests.fuzzing.callers import Caller, Metadata

FORBIDDEN = {"INTERNAL", "UNKNOWN", "UNAVAILABLE", "DATA_LOSS"}
"""No request, whatever is in it, may end so: the store is well, and the server is not leaving."""
MOST_HEADER_BYTES = 8192
"""What gRPC's clients take for all headers of an answer; a longer status would reach nobody."""
MOST_ANSWERS = 20
"""Of a stream; then the caller goes away."""


class Violation(Exception):
    """What must never be, was."""


class _Aborted(Exception):
    def __init__(self, code: grpc.StatusCode) -> None:
        self.code = code


class Context:
    """What gRPC hands to a handler beside the request."""

    def __init__(self, metadata: Metadata) -> None:
        self._metadata = metadata

    def invocation_metadata(self) -> Metadata:
        return self._metadata

    def auth_context(self) -> dict[str, list[bytes]]:
        return {}

    async def write(self, message: Any) -> None:
        """Take one answer of a stream, and go away."""
        message.SerializeToString()
        raise asyncio.CancelledError

    def add_done_callback(self, _: Any) -> None:
        """Nobody is told: the call ends where it was made."""

    async def abort(self, code: grpc.StatusCode, details: str = "", trailing: Iterable[Any] = ()) -> NoReturn:
        size = 3 * len(details.encode()) + sum(len(key) + len(value) * 4 // 3 for key, value in trailing)  # at most
        if size > MOST_HEADER_BYTES < size - 3 * len(details.encode()) + len(quote(details)):
            raise Violation(f"a status of {size} bytes, more than a client takes: {details[:100]}")
        raise _Aborted(code)


class InnerServer(GrpcServer):
    """The server without gRPC before it: keeps what gRPC would call, by service and method."""

    methods: dict[str, tuple[MethodDescriptor, Any]]

    def serve(self, servicer: object, service: ServiceDescriptor) -> None:
        self.__dict__.setdefault("methods", {})
        for method in service.methods:
            handler = self.handler(getattr(servicer, method.name), method)
            self.methods[f"{service.full_name}/{method.name}"] = method, handler

    async def ask(self, name: str, caller: Caller, parts: list[bytes]) -> str:
        """Carry out a call and return the name of its status.

        Parameters
        ----------
        parts
            The requests of a stream; only the first counts elsewhere.

        Raises
        ------
        Violation
            If nobody could read its status.
        Exception
            Whatever escaped the server.
        """
        method, handler = self.methods[name]
        context = Context(caller.metadata)
        requests: Any = [handler.request_deserializer(part) for part in parts]
        request = _stream(requests) if method.client_streaming else requests[0]
        try:
            if method.server_streaming:
                await _answers(handler, method, request, context)
            else:
                handler.response_serializer(await handler.unary_unary(request, context))
        except _Aborted as ended:
            return str(ended.code.name)
        except asyncio.CancelledError:
            return "CANCELLED"
        return "OK"


async def _stream(requests: list[Any]) -> AsyncIterator[Any]:
    for request in requests:
        yield request


async def _answers(handler: Any, method: MethodDescriptor, request: Any, context: Context) -> None:
    answer = handler.stream_stream if method.client_streaming else handler.unary_stream
    answers = answer(request, context)
    if not hasattr(answers, "__aiter__"):
        await answers
        return
    seen = 0
    async for message in answers:
        handler.response_serializer(message)
        seen += 1
        if seen == MOST_ANSWERS:
            await answers.aclose()
            return
