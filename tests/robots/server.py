"""A server on this machine that judges each request as a vendor would."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import h11


class Verdict(NamedTuple):
    """What a vendor answers."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    target: str
    headers: Mapping[str, str]
    body: bytes
    at_s: float

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def parameter(self, name: str) -> str:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True).get(name, [""])[0]

    @property
    def content(self) -> dict[str, Any]:
        """The JSON object of the body; empty: it is none."""
        try:
            content = json.loads(self.body)
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}


def at(content: object, *way: str | int) -> str:
    """Return the text that lies somewhere within JSON; empty: there is none."""
    for step in way:
        try:
            content = content[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return ""
    return content if isinstance(content, str) else ""


@dataclass
class Pace:
    """Counts what was taken within some seconds."""

    most: int
    within_s: float
    taken: deque[float] = field(default_factory=deque)

    def allows(self, at_s: float) -> bool:
        while self.taken and self.taken[0] <= at_s - self.within_s:
            self.taken.popleft()
        return len(self.taken) < self.most

    def count(self, at_s: float) -> None:
        self.taken.append(at_s)


class Robot:
    """One robot: judges, keeps what it took, and counts what it refused.

    Parameters
    ----------
    judge
        Returns what the vendor says against a request, None: nothing.
    taken
        What it answers when it takes one.
    now_s
        Its clock, in seconds since 1970.
    """

    def __init__(
        self, judge: Callable[[Asked], Verdict | None], taken: Verdict, path: str, now_s: Callable[[], float]
    ) -> None:
        self._judge = judge
        self._taken = taken
        self._path = path
        self._now_s = now_s
        self.messages: list[Asked] = []
        self.refused: list[Asked] = []
        self.broken: Verdict | None = None
        """What it answers whatever comes, where it is set."""
        self.forbidden: tuple[str, Verdict] | None = None
        """A word, and what it answers where that comes."""

    async def __aenter__(self) -> Robot:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}{self._path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        http, request, body = h11.Connection(h11.SERVER), None, bytearray()
        try:
            while not isinstance(event := http.next_event(), h11.EndOfMessage):
                if event is h11.NEED_DATA:
                    http.receive_data(await reader.read(65536))
                elif isinstance(event, h11.Request):
                    request = event
                elif isinstance(event, h11.Data):
                    body += event.data
                else:
                    return
            assert request is not None
            headers = {name.decode(): value.decode() for name, value in request.headers}
            verdict = self.answer(Asked(request.target.decode(), headers, bytes(body), self._now_s()))
            sent = [("content-length", str(len(verdict.body.encode()))), ("connection", "close"), *verdict.headers]
            for part in (h11.Response(status_code=verdict.status, headers=sent), h11.Data(data=verdict.body.encode())):
                writer.write(http.send(part) or b"")
            await writer.drain()
        finally:
            writer.close()

    def answer(self, asked: Asked) -> Verdict:
        """Judge a request, and keep it."""
        verdict = self.broken or self._forbidding(asked) or self._judge(asked)
        (self.refused if verdict else self.messages).append(asked)
        return verdict or self._taken

    def _forbidding(self, asked: Asked) -> Verdict | None:
        return self.forbidden[1] if self.forbidden and self.forbidden[0] in asked.body.decode() else None
