"""Receivers of webhooks, over real sockets: good ones, and ones that do all that a receiver can do wrong."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

Answer = Callable[["Received"], Awaitable[bytes | None]]
"""Returns what is sent back, as it stands; None: the connection is closed without an answer."""


@dataclass(frozen=True)
class Received:
    """A request that came; ``json`` reads its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Cut(bytes):
    """An answer behind which the connection is closed, wherever it ends."""


def response(status: int, headers: str = "", body: bytes = b"") -> bytes:
    """Return an answer, with its length."""
    head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


async def takes(_: Received) -> bytes | None:
    """Take it."""
    return response(200)


def answers(status: int, headers: str = "") -> Answer:
    """Answer everything alike."""

    async def answer(_: Received) -> bytes | None:
        return response(status, headers)

    return answer


def sends(raw: bytes) -> Answer:
    """Send these bytes and close."""

    async def answer(_: Received) -> bytes | None:
        return raw

    return answer


@dataclass
class Receiver:
    """A server on a port of this machine.

    Parameters
    ----------
    answer
        What it does with each request; may be replaced while it runs.
    tls
        What it shows; None: it speaks plainly.
    closes
        Whether it closes behind each answer.
    speaks
        What it does with each connection instead, reading nothing.
    """

    answer: Answer = takes
    tls: ssl.SSLContext | None = None
    closes: bool = False
    speaks: Callable[[asyncio.StreamWriter], Awaitable[None]] | None = None
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _open: dict[asyncio.StreamWriter, asyncio.Task[Any]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/hook"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Listen, on the port that it had where it had one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def kill(self) -> None:
        """Be gone, in the middle of whatever is under way."""
        if self._server is None:
            return
        self._server.close()
        tasks = list(self._open.values())
        for writer in list(self._open):
            writer.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self.connections += 1
        self._open[writer] = task
        try:
            if self.speaks:
                await self.speaks(writer)
            while not self.speaks and await self._exchange(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            self._open.pop(writer)
            with contextlib.suppress(OSError):
                writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        received = Received(first.split(" ")[1], headers, body)
        self.received.append(received)
        said = await self.answer(received)
        if said is None:
            return False
        writer.write(said)
        await writer.drain()
        return not (self.closes or isinstance(said, Cut) or headers.get("connection") == "close")
