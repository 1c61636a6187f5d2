"""Server-sent events on their way to one client; a comment where nothing has been sent for a while.

A thousand clients may be told of each change: so nothing is begun or waited for per event but the sending of it, and
whether it is time for a comment is looked at no more than once in a while.

References
----------
https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from types import TracebackType
from typing import Self

from gateway.http.answers import Send

_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep them until it has many
)
_COMMENT = b":\n\n"


class EventStream:
    """A stream of events.

    Parameters
    ----------
    send
        To whom.
    pause_s
        After so long without an event a comment is sent, in seconds.

    Attributes
    ----------
    has_begun
        Whether anything was sent.
    """

    def __init__(self, send: Send, pause_s: float) -> None:
        self.has_begun = False
        self._send = send
        self._pause_s = pause_s
        self._loop = asyncio.get_running_loop()
        self._sent_at = self._loop.time()
        self._timer = self._loop.call_later(pause_s, self._look)
        self._commenting: asyncio.Task[None] | None = None

    async def write(self, body: bytes, *, is_last: bool = False) -> None:
        """Send events, and before the first of them what they are."""
        if not self.has_begun:
            self.has_begun = True
            await self._send({"type": "http.response.start", "status": HTTPStatus.OK.value, "headers": _HEADERS})
        self._sent_at = self._loop.time()
        await self._send({"type": "http.response.body", "body": body, "more_body": not is_last})

    def _look(self) -> None:
        """Send a comment if it is time, and look again when it next may be."""
        due_at = self._sent_at + self._pause_s
        if due_at <= self._loop.time() and (self._commenting is None or self._commenting.done()):
            self._commenting = asyncio.ensure_future(self.write(_COMMENT))
            due_at = self._loop.time() + self._pause_s
        self._timer = self._loop.call_at(max(due_at, self._loop.time() + self._pause_s / 10), self._look)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._commenting is not None:
            self._commenting.cancel()
            await asyncio.gather(self._commenting, return_exceptions=True)
