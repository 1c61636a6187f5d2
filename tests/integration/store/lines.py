"""A line to a private store, and one that is encrypted."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from store.embedded.server import EmbeddedServer
from tests.chaos.line import Line


def socket_of(store: EmbeddedServer) -> Path:
    """Return where a private store listens."""
    return Path(store.url.removeprefix("unix://"))


@asynccontextmanager
async def line_to(store: EmbeddedServer, folder: Path) -> AsyncIterator[Line]:
    """Yield a line to a store."""
    line = Line(folder / "line.sock", socket_of(store))
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
