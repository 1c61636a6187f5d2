"""Calls written down: method, request and what came of it, as JSON; made on one commit and again on every later one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import grpc
from google.longrunning import operations_pb2
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.json_format import MessageToDict, ParseDict
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

import fairlead.v1

Json = dict[str, Any]

MODULES = [
    importlib.import_module(f"fairlead.v1.{module.name}")
    for module in pkgutil.iter_modules(fairlead.v1.__path__)
    if module.name.endswith("_pb2")
]
"""Importing them makes their messages known, those inside an ``Any`` too."""
_POOL = descriptor_pool.Default()  # type: ignore[no-untyped-call]
_OPERATIONS = operations_pb2.DESCRIPTOR.package + ".Operations"
_TIMEOUT_S = 60.0
VARYING = frozenset({"next_wait_duration"})
"""What tells the time."""


def ask(channel: grpc.Channel, method: str, request: Mapping[str, Any], *, token: str = "", most: int = 0) -> Json:
    """Make a call and write down how it went.

    Parameters
    ----------
    method
        E.g. ``RoutingService/GetWorkItem``; that of operations is ``Operations/…``.
    request
        The request's JSON form.
    token
        Bearer token; empty: none.
    most
        Of a stream, how many messages to wait for.

    Returns
    -------
    dict
        ``method``, ``request`` and one of ``response``, ``responses`` (a stream's) and ``error``.
    """
    made = {"method": method, "request": dict(request)}
    try:
        return made | _answer(channel, _found(method), request, token, most)
    except grpc.RpcError as error:
        return made | {"error": _error(error)}


def ask_again(channel: grpc.Channel, made: Mapping[str, Any]) -> Json:
    """Make a call again that was written down."""
    return ask(channel, made["method"], made["request"], most=len(made.get("responses", ())))


def _found(method: str) -> MethodDescriptor:
    service, _, name = method.partition("/")
    known = _POOL.FindServiceByName(_OPERATIONS if service == "Operations" else f"fairlead.v1.{service}")
    found = known.methods_by_name[name]
    assert isinstance(found, MethodDescriptor)
    return found


def _answer(channel: grpc.Channel, method: MethodDescriptor, request: Mapping[str, Any], token: str, most: int) -> Json:
    asked, answered = map(message_factory.GetMessageClass, (method.input_type, method.output_type))
    make = channel.unary_stream if method.server_streaming else channel.unary_unary
    path = f"/{method.containing_service.full_name}/{method.name}"
    call: Any = make(path, asked.SerializeToString, answered.FromString)
    metadata = [("authorization", f"Bearer {token}")] if token else []
    found = call(ParseDict(dict(request), asked()), timeout=_TIMEOUT_S, metadata=metadata)
    if not method.server_streaming:
        return {"response": written(found)}
    return {"responses": list(_first(found, most))}


def _first(stream: Any, most: int) -> Iterator[Json]:
    for _ in range(most):
        yield written(next(stream))
    stream.cancel()


def written(message: Any) -> Json:
    """Return a message's JSON form, fields named as in the contract; those at their defaults are left out."""
    found: Json = MessageToDict(message, preserving_proto_field_name=True)
    return found


def other_answers(made: Json, now: Json, new: Collection[tuple[str, str]]) -> Iterator[str]:
    """Say where a call that was made again was answered otherwise.

    Parameters
    ----------
    new
        Fields that the contract did not have, each with the full name of its message: those alone may have been added.
    """
    answer = _found(now["method"]).output_type
    for part in sorted({*made, *now}):
        kind = answer if part.startswith("response") else None
        yield from differences(made.get(part), now.get(part), new, f"{now['method']}.{part}", kind)


def differences(
    before: Any, now: Any, new: Collection[tuple[str, str]], place: str = "", kind: Descriptor | None = None
) -> Iterator[str]:
    """Say where JSON is another than before, new fields of messages of a ``kind`` aside."""
    if isinstance(before, dict) and isinstance(now, dict):
        if "@type" in now:
            kind = _POOL.FindMessageTypeByName(now["@type"].rpartition("/")[2])
        for name in sorted({*before, *now} - VARYING):
            field = kind.fields_by_name.get(name) if kind else None
            if name in before or kind is None or (kind.full_name, name) not in new:
                of_field = field.message_type if field else None
                yield from differences(before.get(name), now.get(name), new, f"{place}.{name}", of_field)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, (one, other) in enumerate(zip(before, now, strict=True)):
            yield from differences(one, other, new, f"{place}[{number}]", kind)
    elif before != now:
        yield f"{place}: {before!r} → {now!r}"


def _error(error: Any) -> Json:
    status, reason = Status(), ErrorInfo()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status.ParseFromString(value)
    any(detail.Unpack(reason) for detail in status.details)
    return {"code": error.code().name, "reason": reason.reason}
