"""Answers as ASGI sends them: bytes, messages as JSON, and statuses in the form of ``google.rpc.Status``.

References
----------
AIP-193, https://google.aip.dev/193; codes of HTTP as ``google/rpc/code.proto`` has them.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import grpc
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from gateway.calls.status import code_of
from gateway.http.carrier import Headers
from gateway.http.json_messages import write_json

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

JSON = (b"content-type", b"application/json")
_GONE = 499
"""Of a call that its client gave up; nobody reads it."""
STATUSES: Mapping[grpc.StatusCode, int] = {
    grpc.StatusCode.OK: HTTPStatus.OK,
    grpc.StatusCode.CANCELLED: _GONE,
    grpc.StatusCode.INVALID_ARGUMENT: HTTPStatus.BAD_REQUEST,
    grpc.StatusCode.FAILED_PRECONDITION: HTTPStatus.BAD_REQUEST,
    grpc.StatusCode.OUT_OF_RANGE: HTTPStatus.BAD_REQUEST,
    grpc.StatusCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    grpc.StatusCode.PERMISSION_DENIED: HTTPStatus.FORBIDDEN,
    grpc.StatusCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    grpc.StatusCode.ABORTED: HTTPStatus.CONFLICT,
    grpc.StatusCode.ALREADY_EXISTS: HTTPStatus.CONFLICT,
    grpc.StatusCode.RESOURCE_EXHAUSTED: HTTPStatus.TOO_MANY_REQUESTS,
    grpc.StatusCode.UNIMPLEMENTED: HTTPStatus.NOT_IMPLEMENTED,
    grpc.StatusCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED: HTTPStatus.GATEWAY_TIMEOUT,
}
"""What HTTP says of each code; of the others it is a server's fault."""


async def send_bytes(send: Send, status: int, body: bytes = b"", headers: Headers = ()) -> None:
    """Send an answer."""
    length = [] if status == HTTPStatus.NOT_MODIFIED else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": int(status), "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": body})


async def send_status(send: Send, status: Status, http_status: int | None = None, headers: Headers = ()) -> None:
    """Send why something failed; ``http_status`` None: as its code says."""
    code = code_of(status)
    more = [(b"www-authenticate", b"Bearer")] if code is grpc.StatusCode.UNAUTHENTICATED else []
    retry = RetryInfo()
    if any(each.Unpack(retry) for each in status.details):
        more.append((b"retry-after", str(math.ceil(retry.retry_delay.ToTimedelta().total_seconds())).encode()))
    answered = http_status or STATUSES.get(code, HTTPStatus.INTERNAL_SERVER_ERROR)
    await send_bytes(send, answered, write_json(status), [JSON, *more, *headers])


def status_with(code: grpc.StatusCode, message: str) -> Status:
    """Return a status that says no more than a message."""
    return Status(code=code.value[0], message=message)
