"""HTTP/1.1 with bounds on how long a request may take to arrive: who sends a byte now and then holds nothing for long.

uvicorn bounds idle connections alone: a head, or a body, may take for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.http.carrier import CERTIFICATE

HEAD_S = 10.0
"""What a client gets for a request's head, in seconds, from when it connects or begins with the next one."""
BODY_S = 60.0
"""What it gets for a body."""
LINGER_S = 1.0
"""What it gets to read an answer that came before its body had: then the connection ends, whatever it still sends."""


class BoundedProtocol(H11Protocol):
    """A connection; each of its requests knows what certificate was shown as it was made."""

    def __init__(self, *arguments: Any, **chosen: Any) -> None:
        super().__init__(*arguments, **chosen)
        self._awaited: object = None
        self._until: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own does
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, CERTIFICATE: transport.get_extra_info("ssl_object")}
        self._wait_for(h11.IDLE)

    def data_received(self, data: bytes) -> None:
        """Take what came, and begin to wait for what is to come next."""
        super().data_received(data)
        self._wait_for(self.conn.their_state)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; a call whose body turns out to be none ends as if its client were gone."""
        cycle = self.cycle
        is_under_way = cycle is not None and not cycle.response_complete
        if is_under_way:
            cycle.disconnected = True
            cycle.message_event.set()
        if is_under_way and cycle.response_started:
            self.transport.close()
        else:
            super().send_400_response(msg)

    def on_response_complete(self) -> None:
        """Begin to wait for the next request: uvicorn bounds that as long as nothing of it has come."""
        is_unread = self.conn.their_state is h11.SEND_BODY  # before uvicorn begins with a request that is here already
        super().on_response_complete()
        if is_unread:
            self._close_in(LINGER_S)
        else:
            self._wait_for(self.conn.their_state if self.conn.trailing_data[0] else None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._wait_for(None)
        super().connection_lost(exc)

    def _wait_for(self, state: object) -> None:
        """Give the client its time, unless it has it already; what needs no client takes as long as it may."""
        if state is self._awaited:
            return
        self._awaited = state
        self._close_in({h11.IDLE: HEAD_S, h11.SEND_BODY: BODY_S}.get(state))  # type: ignore[call-overload]  # sentinels

    def _close_in(self, seconds: float | None) -> None:
        """End the connection then, and not as was said before; None: not at all."""
        if self._until is not None:
            self._until.cancel()
        self._until = None if seconds is None else self.loop.call_later(seconds, self.transport.close)
