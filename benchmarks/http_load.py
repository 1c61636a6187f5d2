"""Load over HTTP/1.1 that costs its process little: prepared bytes on kept connections, answers that are counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

_LENGTH = b"content-length: "
_CHUNKED = b"transfer-encoding: chunked"
_LAST_CHUNK = b"\r\n0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Request:
    """A request, but for its length: its path, its kind, and its body."""

    path: str
    content_type: str
    body: bytes

    def written(self, host: str) -> bytes:
        """Return its bytes."""
        head = (
            f"POST {self.path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: {self.content_type}\r\n"
            f"content-length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


async def put(host: str, request: Request, in_flight: int, seconds: float) -> tuple[list[float], int]:
    """Send a request again and again, so many at once, each on a connection of its own.

    Returns
    -------
    tuple
        What each answer took, in seconds; and how many were none of 200.
    """
    times_s, written, failed = list[float](), request.written(host), 0
    name, _, port = host.rpartition(":")
    end = time.perf_counter() + seconds

    async def again() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection(name, int(port))
        with closing(writer):
            while (start := time.perf_counter()) < end:
                writer.write(written)
                head = await reader.readuntil(b"\r\n\r\n")
                await _skip_body(head, reader)
                times_s.append(time.perf_counter() - start)
                failed += not head.startswith(b"HTTP/1.1 200")

    await asyncio.gather(*[again() for _ in range(in_flight)])
    return times_s, failed


async def _skip_body(head: bytes, reader: asyncio.StreamReader) -> None:
    lower = head.lower()
    if _CHUNKED in lower:
        await reader.readuntil(_LAST_CHUNK)
        return
    length = lower.partition(_LENGTH)[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))


def quantile(times_s: Sequence[float], share: float) -> float:
    """Return the time that so many answers took at most, in milliseconds."""
    return sorted(times_s)[min(int(len(times_s) * share), len(times_s) - 1)] * 1e3
