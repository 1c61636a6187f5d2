"""A line to a store whose replies can be lost, and one that is encrypted."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from store.embedded.server import EmbeddedServer
from tests.chaos.line import Line


def socket_of(store: EmbeddedServer) -> Path:
    """Return where a private store listens."""
    return Path(store.url.removeprefix("unix://"))


class LosingLine(Line):
    """A line that brings everything to the store and, while it is mute, nothing back."""

    is_mute = False

    def cut(self) -> None:
        """End every connection, and let new ones through."""
        self.is_mute = False
        self.close()
        self.open()

    async def _copy_replies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(64 * 1024):
                if not self.is_mute:
                    writer.write(data)
                    await writer.drain()


@asynccontextmanager
async def losing_line(store: EmbeddedServer, folder: Path) -> AsyncIterator[LosingLine]:
    """Yield a line to a store."""
    line = LosingLine(folder / "line.sock", socket_of(store))
    await line.start()
    yield line
    await line.stop()


class TlsLine(Line):
    """A line that asks callers for encryption, and for a certificate."""

    def __init__(self, target: Path, context: ssl.SSLContext) -> None:
        super().__init__(target, target)
        self._context = context
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "localhost", ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
