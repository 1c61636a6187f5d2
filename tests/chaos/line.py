"""The line between the service and its store: it can be cut in the middle of a reply, lose replies, or be closed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

_CHUNK = 64 * 1024


class Line:
    """A Unix socket that passes everything on to another.

    Parameters
    ----------
    path
        Where it listens.
    target
        The store's socket.

    Attributes
    ----------
    is_mute
        Whether it loses what the store replies: then it has to be cut, or replies would go to other calls.
    """

    def __init__(self, path: Path, target: Path) -> None:
        self.url = f"unix://{path}"
        self.cuts = 0
        self.is_mute = False
        self._path = path
        self._target = target
        self._bytes_left: int | None = None
        self._closed = 0
        self._open = asyncio.Event()
        self._open.set()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_unix_server(self._pass_on, str(self._path))

    async def stop(self) -> None:
        """End every connection and listen no more."""
        self.close()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def cut_after(self, count: int) -> None:
        """Cut whatever connection carries the reply in which so many bytes more have come from the store."""
        self._bytes_left = count

    def close(self) -> None:
        """End every connection; new ones wait until it is opened as often as it was closed."""
        self._closed += 1
        self._open.clear()
        for writer in list(self._writers):
            writer.transport.abort()

    def open(self) -> None:
        """Let connections through, unless somebody else closed it too."""
        self._closed -= 1
        if not self._closed:
            self._open.set()

    def cut(self) -> None:
        """End every connection, and let new ones through."""
        self.is_mute = False
        self.close()
        self.open()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._open.wait()
            from_store, to_store = await asyncio.open_unix_connection(str(self._target))
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            return
        self._writers.add(to_store)
        if self._closed:  # meanwhile
            to_store.transport.abort()
        tasks = [
            asyncio.create_task(self._copy(reader, to_store)),
            asyncio.create_task(self._copy_replies(from_store, writer)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for end in (writer, to_store):
                self._writers.discard(end)
                end.transport.abort()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                writer.write(data)
                await writer.drain()

    async def _copy_replies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                if self.is_mute:
                    continue
                if self._bytes_left is not None and len(data) > self._bytes_left:
                    writer.write(data[: self._bytes_left])
                    await writer.drain()
                    self._bytes_left = None
                    self.cuts += 1
                    writer.close()  # what was written before still arrives
                    return
                if self._bytes_left is not None:
                    self._bytes_left -= len(data)
                writer.write(data)
                await writer.drain()
