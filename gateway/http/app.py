"""What answers requests of HTTP: those whose host and origin are right, by whichever protocol their path says.

A page that somebody's browser opened may send requests here too. So a request that names an origin is answered only if
that is this address or one that the operator allows; and where nobody is asked who they are, only if it names a host of
this machine: a stranger's name may lead here as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from http import HTTPStatus
from typing import Any

import grpc

from gateway.auth.exposure import is_loopback
from gateway.http.answers import JSON, Receive, Scope, Send, send_bytes, send_status, status_with
from gateway.http.carrier import UNKNOWN_FIELDS, Headers
from gateway.http.connect import ConnectHost
from gateway.http.openapi.host import PAGE
from gateway.http.resources import ALLOW, READ_ONLY, PublicResource
from gateway.http.rest import RestHost

MAX_HEAD_BYTES = 64 * 1024
REST = "/v1/"
"""What paths of methods begin with."""
_SENT = (
    "authorization", "content-type", "connect-protocol-version", "connect-timeout-ms", "grpc-timeout", "x-grpc-web",
    "x-user-agent", "traceparent", "idempotency-key", "if-match", "if-none-match", "last-event-id", UNKNOWN_FIELDS,
)  # fmt: skip
"""Headers that pages may send."""
_SHOWN = ("etag", "retry-after", "grpc-status", "grpc-message", "grpc-status-details-bin")
"""Headers of answers that pages may read."""
_REMEMBERED_S = 7200


class HttpApp:
    """Answers requests; an ASGI application.

    Parameters
    ----------
    connect, rest
        Answer those of methods, by their names or by the paths that the contract gives them.
    resources
        By their paths, what anybody may read.
    origins
        Whose pages may call beside this address's own, e.g. ``https://crm.acme.example``.
    is_open
        Whether callers of this machine, and no others, may come in without being asked who they are.

    Attributes
    ----------
    is_ready
        Whether new calls are taken.
    """

    def __init__(
        self,
        connect: ConnectHost,
        rest: RestHost,
        resources: Mapping[str, PublicResource],
        origins: AbstractSet[str],
        *,
        is_open: bool,
    ) -> None:
        self._connect = connect
        self._rest = rest
        self._resources = resources
        self._origins = origins
        self._is_open = is_open
        self.is_ready = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        headers = dict[bytes, bytes](reversed(scope["headers"]))
        host, origin = headers.get(b"host", b"").decode("latin-1"), headers.get(b"origin", b"").decode("latin-1")
        refuse = _refuse_rest if scope["path"].startswith(REST) else _refuse
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEAD_BYTES:
            status, reason = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"at most {MAX_HEAD_BYTES:,} bytes of headers"
            return await refuse(send, status, grpc.StatusCode.RESOURCE_EXHAUSTED, reason, _CLOSE)
        if b"content-length" in headers and b"transfer-encoding" in headers:  # a proxy may have believed the other
            reason = "Content-Length and Transfer-Encoding say twice how long the body is: send one of them"
            return await refuse(send, HTTPStatus.BAD_REQUEST, grpc.StatusCode.INVALID_ARGUMENT, reason, _CLOSE)
        if not _is_text(scope["headers"]):
            reason = "a header is neither ASCII nor UTF-8"
            return await refuse(send, HTTPStatus.BAD_REQUEST, grpc.StatusCode.INVALID_ARGUMENT, reason, _CLOSE)
        if self._is_open and not is_loopback(host if ":" in host.rpartition("]")[2] else f"{host}:80"):
            reason = "the Host is no name of this machine, and callers are not asked who they are"
            return await refuse(send, HTTPStatus.MISDIRECTED_REQUEST, grpc.StatusCode.PERMISSION_DENIED, reason)
        if origin and origin != f"{scope['scheme']}://{host}":
            if origin not in self._origins:
                reason = f"pages of {origin[:200]} may not call this: FAIRLEAD_HTTP_ORIGINS does not name it"
                return await refuse(send, HTTPStatus.FORBIDDEN, grpc.StatusCode.PERMISSION_DENIED, reason)
            send = _allowing(send, origin)
            if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
                return await send_bytes(send, HTTPStatus.NO_CONTENT, headers=_PREFLIGHT)
        return await self._route(scope, receive, send)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, verb = scope["path"], scope["method"]
        if self._connect.knows(path):
            return await self._connect(scope, receive, send)
        if path.startswith(REST):
            return await self._rest(scope, receive, send)
        if resource := self._resources.get(path):
            return await resource(scope, receive, send)
        if self._connect.is_grpc_only(path):
            reason = f"{path[1:]} takes a stream of requests, which HTTP/1.1 does not carry: call it over gRPC"
            return await _refuse(send, HTTPStatus.NOT_IMPLEMENTED, grpc.StatusCode.UNIMPLEMENTED, reason)
        if path not in ("/healthz", "/readyz"):
            reason = f"nothing is served at {path[:200]}: call POST /package.Service/Method, or as {PAGE} shows"
            return await _refuse(send, HTTPStatus.NOT_FOUND, grpc.StatusCode.UNIMPLEMENTED, reason)
        if verb not in READ_ONLY:
            return await send_bytes(send, HTTPStatus.METHOD_NOT_ALLOWED, headers=[ALLOW])
        if path == "/readyz" and not self.is_ready:
            return await send_bytes(send, HTTPStatus.SERVICE_UNAVAILABLE, b"leaving\n", _TEXT)
        return await send_bytes(send, HTTPStatus.OK, b"ok\n", _TEXT)


def _is_text(headers: Headers) -> bool:
    """Say whether headers can be read by whoever reads them as UTF-8."""
    written = b"\n".join([value for _, value in headers])
    if written.isascii():
        return True
    try:
        written.decode()
    except UnicodeDecodeError:
        return False
    return True


_CLOSE = ((b"connection", b"close"),)
_TEXT = ((b"content-type", b"text/plain; charset=utf-8"),)
_PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
    (b"access-control-allow-headers", ", ".join(_SENT).encode()),
    (b"access-control-max-age", str(_REMEMBERED_S).encode()),
)


def _allowing(send: Send, origin: str) -> Send:
    """Return what sends answers that a page of an origin may read."""
    theirs = (
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", ", ".join(_SHOWN).encode()),
        (b"vary", b"Origin"),
    )

    async def send_allowing(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *theirs]}
        await send(message)

    return send_allowing


async def _refuse(send: Send, status: HTTPStatus, code: grpc.StatusCode, message: str, headers: Headers = ()) -> None:
    """Answer that something is not served, in the form of Connect's errors."""
    body = json.dumps({"code": code.name.lower(), "message": message}, ensure_ascii=False).encode()
    await send_bytes(send, status, body, [JSON, *headers])


async def _refuse_rest(
    send: Send, status: HTTPStatus, code: grpc.StatusCode, message: str, headers: Headers = ()
) -> None:
    """Do so in the form of those of REST."""
    await send_status(send, status_with(code, message), status, headers)
