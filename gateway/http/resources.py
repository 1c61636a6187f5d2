"""What is read by a path of its own, and is the same for everybody who reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus

from gateway.http.answers import Receive, Scope, Send, send_bytes
from gateway.http.carrier import Headers

READ_ONLY = ("GET", "HEAD")
ALLOW = (b"allow", b"GET, HEAD")
_ASK_AGAIN = (b"cache-control", b"no-cache")
"""Kept by browsers, but asked for each time whether it is still so: a server may be of the next version by then."""


class PublicResource:
    """Something to be read; an ASGI application.

    Parameters
    ----------
    media_type
        What it is.
    write
        Returns it; called in a thread when somebody first asks, and again once it was forgotten.
    headers
        Those of each answer beside its own.
    """

    def __init__(self, media_type: str, write: Callable[[], bytes], headers: Headers = ()) -> None:
        self._write = write
        self._headers = [(b"content-type", media_type.encode()), _ASK_AGAIN, *headers]
        self._body = b""
        self._etag = b""

    def forget(self) -> None:
        """Have it written anew."""
        self._body = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (as every application)
        """Answer a request."""
        if scope["method"] not in READ_ONLY:
            return await send_bytes(send, HTTPStatus.METHOD_NOT_ALLOWED, headers=[ALLOW])
        if not self._body:
            self._body = await asyncio.to_thread(self._write)
            self._etag = f'"{sha256(self._body).hexdigest()[:32]}"'.encode()
        etag = (b"etag", self._etag)
        held = dict(scope["headers"]).get(b"if-none-match", b"")
        if self._etag in (each.strip().removeprefix(b"W/") for each in held.split(b",")):
            return await send_bytes(send, HTTPStatus.NOT_MODIFIED, headers=[etag, *self._headers[1:]])
        return await send_bytes(send, HTTPStatus.OK, self._body, [etag, *self._headers])
