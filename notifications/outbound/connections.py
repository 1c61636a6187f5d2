"""One connection to a receiver, and how far HTTP is on it.

An answer is read as far as it is needed and never trusted: what comes too late, too long, or broken off is told apart
by who reads it, and the connection is used again only where the answer ended as it said it would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import h11

from notifications.outbound.addresses import Target

MAX_ANSWER_BYTES = 64 * 1024
"""What is read of an answer; the rest is left unread."""
_READ_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back: ``body`` up to 64 KiB of it, ``retry_after`` as the header says."""

    status: int
    body: bytes
    retry_after: str = ""


class ReceiverConnection:
    """A connection.

    Attributes
    ----------
    idle_since_s
        Since when nobody uses it, as ``time.monotonic`` counts, in seconds.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT)
        self.idle_since_s = 0.0

    @property
    def is_closed(self) -> bool:
        """Whether its peer has closed it, as far as is known."""
        return self._reader.at_eof() or self._writer.is_closing()

    @property
    def can_be_used_again(self) -> bool:
        """Whether the answer was read to its end, nothing came behind it, and the peer goes on."""
        is_done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        return is_done and self._http.trailing_data == (b"", False)

    def close(self) -> None:
        """Close it at once: whoever does not read what is left, or goes on sending, holds nothing of ours."""
        self._writer.transport.abort()

    async def exchange(
        self, target: Target, body: bytes, headers: Mapping[str, str], *, keep_alive: bool
    ) -> HttpResponse:
        """Send a request and return its answer.

        Raises
        ------
        OSError
            If the connection ends before the answer does.
        h11.RemoteProtocolError
            If what comes is not HTTP.
        """
        if self._http.our_state is h11.DONE:
            self._http.start_next_cycle()
        sent = {"Host": target.authority, "Content-Length": str(len(body)), **headers}
        if not keep_alive:
            sent["Connection"] = "close"
        request = h11.Request(method="POST", target=target.path, headers=list(sent.items()))
        pieces = [self._http.send(each) for each in (request, h11.Data(data=body), h11.EndOfMessage())]
        self._writer.write(b"".join(piece for piece in pieces if piece))
        await self._writer.drain()
        return await self._answer()

    async def _answer(self) -> HttpResponse:
        answer: h11.Response | None = None
        content = bytearray()
        while len(content) < MAX_ANSWER_BYTES:
            match await self._next_event():
                case h11.Response() as response:
                    answer = response
                case h11.Data(data=data):
                    content += data
                case h11.EndOfMessage() | h11.PAUSED:
                    break
                case h11.ConnectionClosed():
                    raise ConnectionResetError
        assert answer is not None  # nothing of a body comes before it
        retry_after = next((value for name, value in answer.headers if name == b"retry-after"), b"")
        return HttpResponse(answer.status_code, bytes(content[:MAX_ANSWER_BYTES]), retry_after.decode("latin-1"))

    async def _next_event(self) -> object:
        has_ended = False
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError:
                if has_ended:
                    raise ConnectionResetError from None  # it broke off: what came until then was HTTP
                raise
            if event is not h11.NEED_DATA:
                return event
            received = await self._reader.read(_READ_BYTES)
            has_ended = not received
            self._http.receive_data(received)
