"""A call on its way: which method, for which tenant, by whom, since when, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Protocol

import grpc
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

Path = Sequence[str]


class Call:
    """A call on its way; servicers get it in place of gRPC's context, observers when it begins and ends.

    Attributes
    ----------
    method
        Service and method, e.g. ``fairlead.v1.RoutingService/RouteWorkItem``.
    request
        The message; in a stream the latest one, None before the first.
    context
        gRPC's own.
    started
        When it began, in seconds of ``time.perf_counter``.
    actor
        By whom, as events name them; empty where nobody is asked who they are.
    code
        How it ended; OK while it is under way.
    error
        What a call that failed ended with.
    """

    __slots__ = ("_where", "actor", "code", "context", "error", "method", "request", "started")

    def __init__(self, method: str, where: Path, request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        self.method = method
        self.request = request
        self.context = context
        self.started = time.perf_counter()
        self.actor = ""
        self.code = grpc.StatusCode.OK
        self.error: Exception | None = None
        self._where = where

    @property
    def resource(self) -> str:
        """The name that the request is about, e.g. ``tenants/default/reps/li-na``; empty where it has none."""
        found: Any = self.request
        for field in self._where:
            found = getattr(found, field, None)
        return found if isinstance(found, str) else ""

    @property
    def tenant(self) -> str:
        """Whose resources the request is about; empty where it names no tenant."""
        parts = self.resource.split("/", 2)
        return parts[1] if len(parts) > 1 and parts[0] == "tenants" else ""

    @property
    def request_id(self) -> str:
        """What makes the request repeatable; empty where it carries none."""
        found = getattr(self.request, "request_id", "")
        return found if isinstance(found, str) else ""

    def header(self, name: str) -> str:
        """Return the metadata of a name in lower case, e.g. ``traceparent``; empty where there is none."""
        for key, value in self.context.invocation_metadata() or ():
            if key == name:
                return value if isinstance(value, str) else value.decode("utf-8", "replace")
        return ""


class Observer(Protocol):
    """Is told of every call; must be quick and must not raise."""

    def began(self, call: Call) -> None:
        """Before the caller's identity is known."""

    def ended(self, call: Call) -> None:
        """After the answer; ``code`` and ``error`` say how."""


def resource_path(request: Descriptor) -> Path:
    """Find where a request names what it is about: ``parent``, ``name``, or either of these within its resource.

    Examples
    --------
    >>> from google.longrunning.operations_pb2 import GetOperationRequest
    >>> resource_path(GetOperationRequest.DESCRIPTOR)
    ('name',)
    """
    if direct := _named(request):
        return direct
    for field in request.fields:
        if field.message_type and not field.is_repeated and (inner := _named(field.message_type)):
            return (field.name, *inner)
    return ()


def _named(message: Descriptor) -> tuple[str, ...]:
    for name in ("parent", "name"):
        field = message.fields_by_name.get(name)
        if field is not None and field.type == FieldDescriptor.TYPE_STRING:
            return (name,)
    return ()


class Unreadable:
    """Stands for a request whose bytes are no message."""

    def __init__(self, kind: type[Message]) -> None:
        self.message_name = kind.DESCRIPTOR.full_name
