"""One call as gRPC would carry it out, without gRPC: bytes in, a status out, and whatever must never be is raised."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, NoReturn
from urllib.parse import quote

import grpc
from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest
from google.rpc.status_pb2 import Status

from gateway.grpc.server import GrpcServer
from tests.field_paths import names_a_field
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
    """What gRPC hands to a handler beside the request; looks at the status that it ends with.

    Parameters
    ----------
    request
        What a violation's field must be a field of; None: no call is made.
    """

    def __init__(self, metadata: Metadata, request: Descriptor | None = None) -> None:
        self._metadata = metadata
        self._request = request
        self.violated: list[str] = []

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
        for key, value in trailing:
            if key == "grpc-status-details-bin":
                self._look_at(Status.FromString(value))
        raise _Aborted(code)

    def look_into(self, answer: Any) -> None:
        """Look at the statuses that the answer to many requests holds."""
        for field, value in answer.ListFields():
            for each in value if field.is_repeated else [value]:
                if isinstance(each, Status):
                    self._look_at(each)
                elif isinstance(each, Message) and any(f.message_type for f in each.DESCRIPTOR.fields):
                    self.look_into(each)

    def _look_at(self, status: Status) -> None:
        """Hold the fields that a status names against the request, or those in it."""
        assert self._request is not None
        bad = BadRequest()
        within = [field.message_type for field in self._request.fields if field.message_type]
        for detail in status.details:
            self.violated += [each.field for each in bad.field_violations] if detail.Unpack(bad) else []
        for path in self.violated:
            if path and not any(names_a_field(kind, path) for kind in (self._request, *within)):
                raise Violation(f"{self._request.name} has no field {path!r}: {status.message[:100]}")


class InnerServer(GrpcServer):
    """The server without gRPC before it: keeps what gRPC would call, by service and method."""

    methods: dict[str, tuple[MethodDescriptor, Any]]
    violated: list[str]
    """Fields that the last status named; empty: the request as a whole."""

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
        context = Context(caller.metadata, method.input_type)
        self.violated = context.violated
        requests: Any = [handler.request_deserializer(part) for part in parts]
        request = _stream(requests) if method.client_streaming else requests[0]
        try:
            if method.server_streaming:
                await _answers(handler, method, request, context)
            else:
                answer = await handler.unary_unary(request, context)
                if method.name.startswith("Batch"):
                    context.look_into(answer)
                handler.response_serializer(answer)
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
    async for each in answers:
        if method.name.startswith("Batch"):
            context.look_into(each.message)
        handler.response_serializer(each)
        seen += 1
        if seen == MOST_ANSWERS:
            await answers.aclose()
            return
