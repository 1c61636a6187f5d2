"""What a request brings behind its head: read as it comes, inflated as far as it may be, and watched for its end."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from failures import InvalidInput
from gateway.errors import RequestTooLarge
from gateway.http.answers import Receive

T = TypeVar("T")

QUICK_BYTES = 64 * 1024
"""As much JSON as is read in some milliseconds."""
_GZIP = 31
"""What zlib calls it."""


class Gone(Exception):
    """The client went away before its answer; nobody is to be told."""


async def read_body(receive: Receive, encoding: str, most_bytes: int) -> bytes:
    """Read a body whole.

    Parameters
    ----------
    encoding
        Its ``Content-Encoding``; empty: none.
    most_bytes
        How long it may be, inflated.

    Raises
    ------
    InvalidInput
        If it is encoded in another way than gzip, or is not what it says.
    RequestTooLarge
        If it is longer; nothing more of it is read then.
    Gone
        If the client leaves in the middle.
    """
    if encoding not in ("", "identity", "gzip"):
        raise InvalidInput.of("Content-Encoding", f"found {encoding[:40]}: allowed are gzip and identity")
    inflating = zlib.decompressobj(_GZIP) if encoding == "gzip" else None
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Gone
        part = event.get("body", b"")
        try:
            body += inflating.decompress(part, most_bytes + 1 - len(body)) if inflating and part else part
        except zlib.error:
            raise InvalidInput.of("", "the body is not in gzip, as its Content-Encoding says") from None
        if len(body) > most_bytes:
            raise RequestTooLarge(len(body), most_bytes)
        if not event.get("more_body"):
            break
    if inflating and body and not inflating.eof:
        raise InvalidInput.of("", "the body ends before its gzip does")
    return bytes(body)


async def aside(n_bytes: int, read: Callable[[], T]) -> T:
    """Do what reads so many bytes of JSON, in a thread if they are many: other calls would wait for seconds."""
    return read() if n_bytes <= QUICK_BYTES else await asyncio.to_thread(read)


@asynccontextmanager
async def watched(receive: Receive) -> AsyncIterator[None]:
    """Have what is done within be cancelled once the client is gone; its body must have been read.

    Raises
    ------
    Gone
        In place of the cancellation.
    """
    working, is_gone = asyncio.current_task(), False

    async def watch() -> None:
        nonlocal is_gone
        while (await receive())["type"] != "http.disconnect":
            """Whatever comes behind the body is no part of it."""
        is_gone = True
        if working is not None:
            working.cancel()

    watching = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if is_gone and working is not None and working.uncancel() == 0:
            raise Gone from None
        raise
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
