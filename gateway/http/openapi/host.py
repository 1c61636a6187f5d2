"""Serves the document of what is served; it is written when somebody first asks for it."""

from __future__ import annotations

import asyncio
import json
from hashlib import sha256
from http import HTTPStatus

from google.protobuf.descriptor import ServiceDescriptor

from gateway.http.answers import JSON, Receive, Scope, Send, send_bytes
from gateway.http.openapi.document import comments, document, examples

PATH = "/openapi.json"
_READ_ONLY = ("GET", "HEAD")


class OpenApiHost:
    """Describes the services that it is told of; an ASGI application."""

    def __init__(self) -> None:
        self._services = list[ServiceDescriptor]()
        self._body = b""
        self._etag = b""

    def serve(self, servicer: object, service: ServiceDescriptor) -> None:  # noqa: ARG002 (as every host)
        """Describe all methods of a service."""
        self._services.append(service)
        self._body = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (as every application)
        """Answer a request."""
        if scope["method"] not in _READ_ONLY:
            allow = (b"allow", ", ".join(_READ_ONLY).encode())
            return await send_bytes(send, HTTPStatus.METHOD_NOT_ALLOWED, headers=[allow])
        if not self._body:
            self._body = await asyncio.to_thread(self._written)
            self._etag = f'"{sha256(self._body).hexdigest()[:32]}"'.encode()
        held = dict(scope["headers"]).get(b"if-none-match", b"")
        if self._etag in (each.strip().removeprefix(b"W/") for each in held.split(b",")):
            return await send_bytes(send, HTTPStatus.NOT_MODIFIED, headers=[(b"etag", self._etag)])
        return await send_bytes(send, HTTPStatus.OK, self._body, [JSON, (b"etag", self._etag), _AGAIN])

    def _written(self) -> bytes:
        described = document(self._services, comments(), examples())
        return json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode()


_AGAIN = (b"cache-control", b"no-cache")
"""Kept by browsers, but asked for each time whether it is still so: a server may be of the next version by then."""
