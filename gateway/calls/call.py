"""A call on its way: which method, for which tenant, by whom, since when, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import grpc
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message

from failures import InvalidInput, PermissionDenied, Unauthenticated
from gateway.auth.principals import Principal

Path = Sequence[str]


@dataclass(frozen=True, slots=True)
class Method:
    """What is known of a method before it is called.

    Parameters
    ----------
    name
        Service and method, e.g. ``fairlead.v1.RoutingService/RouteWorkItem``.
    resource
        Where its request names what it is about.
    batch
        Field of the request that lists single ones; empty: there is none.
    otherwise
        Where the request may name it instead; empty: nowhere.
    """

    name: str
    resource: Path
    batch: str
    otherwise: Path = ()

    @classmethod
    @cache
    def of(cls, descriptor: MethodDescriptor) -> Method:
        """Read it off the contract."""
        request = descriptor.input_type
        listed = (field.name for field in request.fields if field.is_repeated and field.message_type)
        name = f"{descriptor.containing_service.full_name}/{descriptor.name}"
        resource = resource_path(request)
        otherwise = _text_field(request, ("parent",)) if resource == ("name",) else ()
        return cls(name, resource, next(listed, ""), otherwise)


class Carrier(Protocol):
    """What a call came by: gRPC's own context, or as much of one as HTTP has."""

    def invocation_metadata(self) -> Any:
        """Return pairs of a name in lower case and its text or bytes; None: there are none."""

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        """Return what the caller's certificate says, in gRPC's words; empty where none was shown."""


class Call:
    """A call on its way; servicers get it in place of gRPC's context, observers when it begins and ends.

    Attributes
    ----------
    method
        Service and method, e.g. ``fairlead.v1.RoutingService/RouteWorkItem``.
    request
        The message; in a stream the latest one, None before the first.
    context
        What it came by: gRPC's own context, or that of HTTP.
    started
        When it began, in seconds of ``time.perf_counter``.
    principal
        Who makes it; None where nobody is asked, or as long as it is not known.
    only_rep
        The id of the rep whose own things it may be about alone; empty: anybody's.
    only_pools
        The pools whose things it may be about alone; None: any.
    own_rep
        The id of the rep whose own things it may be about beside those; empty: nobody's.
    code
        How it ended; OK while it is under way.
    error
        What a call that failed ended with.
    """

    __slots__ = (
        "_described", "_hidden", "_resource", "code", "context", "error", "method", "only_pools", "only_rep",
        "own_rep", "principal", "request", "started",
    )  # fmt: skip

    def __init__(self, method: Method, request: Any, context: Carrier, hidden: Hidden | None = None) -> None:
        self.method = method.name
        self._described = method
        self._hidden = hidden
        self._resource: str | None = None
        self.request = request
        self.context = context
        self.started = time.perf_counter()
        self.principal: Principal | None = None
        self.only_rep = ""
        self.only_pools: AbstractSet[str] | None = None
        self.own_rep = ""
        self.code = grpc.StatusCode.OK
        self.error: Exception | None = None

    @property
    def actor(self) -> str:
        """By whom, as events name them; empty where nobody is asked who they are."""
        return "" if self.principal is None else self.principal.name

    @property
    def resource(self) -> str:
        """The name that the request is about, e.g. ``tenants/default/reps/li-na``; empty where it has none."""
        if self._resource is None:
            described = self._described
            self._resource = _text(self.request, described.resource) or _text(self.request, described.otherwise)
        return self._resource

    @property
    def resource_field(self) -> str:
        """Where the request says so, e.g. ``rep.name``."""
        described = self._described
        says_otherwise = _text(self.request, described.otherwise) and not _text(self.request, described.resource)
        return ".".join(described.otherwise if says_otherwise else described.resource)

    @property
    def tenant(self) -> str:
        """Whose resources the request is about; empty where it names no tenant."""
        parts = self.resource.split("/", 2)
        return parts[1] if len(parts) > 1 and parts[0] == "tenants" else ""

    @property
    def request_id(self) -> str:
        """What makes the request repeatable; empty where it carries none."""
        return _text(self.request, ("request_id",))

    @property
    def size(self) -> int:
        """How many single requests it stands for: 1, or as many as its batch holds."""
        return len(getattr(self.request, self._described.batch)) or 1 if self._described.batch else 1

    def follow(self, request: Any) -> None:
        """Go on to a stream's next request; one that names nothing is about what the one before was."""
        before = self._resource
        self.request, self._resource = request, None
        if before and not self.resource:
            self._resource = before

    def check_own(self, rep: str) -> None:
        """Check that what belongs to a rep may be seen and changed; anybody's, unless the call is a rep's.

        Raises
        ------
        PermissionDenied
            If it is another's, or nobody's.
        """
        if self.only_rep and rep != self.only_rep:
            raise PermissionDenied(f"{self.actor} may only touch what is {self.only_rep}'s own")

    def check_pools(self, pools: AbstractSet[str], owner: str = "") -> None:
        """Check that what is of some pools, or of an owner, may be seen and changed; all may, unless the caller is a
        manager of some pools alone.

        Raises
        ------
        PermissionDenied
            If it is of none of those.
        """
        if not self.sees(pools, owner):
            theirs = ", ".join(sorted(self.only_pools or ())) or "no pool"
            raise PermissionDenied(f"{self.actor} may only touch what is of {theirs}")

    def sees(self, pools: AbstractSet[str], owner: str = "") -> bool:
        """Say whether what is of some pools, or of an owner, may be seen."""
        return self.only_pools is None or bool(self.only_pools & pools) or bool(owner and owner == self.own_rep)

    async def check_seen(self, fields: AbstractSet[str]) -> None:
        """Check that whoever makes the call sees these fields: what answers hide, no question may find out.

        Raises
        ------
        PermissionDenied
            If one is hidden from them.
        """
        hidden = fields & await self._hidden(self) if self._hidden and fields else frozenset[str]()
        if hidden:
            raise PermissionDenied(f"{', '.join(sorted(hidden))}: personal, and hidden from your roles; leave it out")

    def check_time(self) -> None:
        """Check that who makes the call is still believed; streams last longer than tokens.

        Raises
        ------
        Unauthenticated
            If the token has expired meanwhile.
        """
        if self.principal is not None and time.time() > self.principal.until:
            raise Unauthenticated("the token has expired while the stream was open: open it again with a new one")

    def header(self, name: str) -> str:
        """Return the metadata of a name in lower case, e.g. ``traceparent``; empty where there is none."""
        for key, value in self.context.invocation_metadata() or ():
            if key == name:
                return value if isinstance(value, str) else value.decode("utf-8", "replace")
        return ""


Hidden = Callable[[Call], Awaitable[AbstractSet[str]]]
"""Returns the fields that are hidden from a call's caller."""


def _text(message: Any, path: Path) -> str:
    for field in path:
        message = getattr(message, field, None)
    return message if isinstance(message, str) else ""


class Observer(Protocol):
    """Is told of every call; must be quick and must not raise."""

    def began(self, call: Call) -> None:
        """Before the caller's identity is known."""

    def ended(self, call: Call) -> None:
        """After the answer; ``code`` and ``error`` say how."""


def resource_path(request: Descriptor) -> Path:
    """Find where a request names what it is about: itself, else its parent, its rep, the first of two, or the name
    within the resource that it brings.

    Examples
    --------
    >>> from google.longrunning.operations_pb2 import GetOperationRequest
    >>> resource_path(GetOperationRequest.DESCRIPTOR)
    ('name',)
    """
    if direct := _text_field(request, ("name", "parent", "pool", "rep", "first")):
        return direct
    for field in request.fields:
        inner = _text_field(field.message_type, ("name", "parent")) if field.message_type else ()
        if inner and not field.is_repeated:
            return (field.name, *inner)
    return ()


def _text_field(message: Descriptor, names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        field = message.fields_by_name.get(name)
        if field is not None and field.type == FieldDescriptor.TYPE_STRING:
            return (name,)
    return ()


class Unreadable:
    """Stands for a request whose bytes are no message.

    Parameters
    ----------
    failure
        What is wrong with them; None: nobody knows more.
    """

    def __init__(self, kind: type[Message], failure: InvalidInput | None = None) -> None:
        self.message_name = kind.DESCRIPTOR.full_name
        self.failure = failure
