"""A receiver of webhooks in a process of its own, which takes most and does to the rest what a receiver can do wrong.

Each change is answered wrongly once at most, so that all must have been taken in the end. What it took, and whether the
same id ever came with another body, it says as it ends.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from multiprocessing import get_context
from multiprocessing.connection import Connection
from random import Random
from typing import Any, NamedTuple

import uvloop

from tests.chaos.crm import Taken
from tests.receivers import Cut, Received, Receiver, response

SLOW_S = 0.3
HANGS_S = 6.0
"""Longer than an answer may take."""
TAKEN = response(200)
_AT_ONCE: dict[str, Callable[[], bytes | None]] = {
    "answered 500": lambda: response(500),
    "redirected": lambda: response(302, "Location: http://127.0.0.1:1/\r\n"),
    "asked to wait a second": lambda: response(503, "Retry-After: 1\r\n"),
    "closed in mid-answer": lambda: Cut(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"),
    "closed without an answer": lambda: None,
    "spoke no HTTP": lambda: b"\x00\x01\x02\r\n\r\n",
}
LIED, SLOW, HUNG = "took it, and said 500", "took it slowly", "hung"
WEIGHTS = {**dict.fromkeys(_AT_ONCE, 4), LIED: 4, SLOW: 4, HUNG: 1}
"""How often each is done; one that hangs has a place taken for seconds."""


class Ended(NamedTuple):
    """What came of it.

    Parameters
    ----------
    taken
        Event and work item, in the order in which they were taken; again where they came again.
    lags_s
        How old each change was as it was first taken, in seconds, of those that it did nothing wrong with.
    late_s
        The same of those that it did not take at once.
    wrongs
        How often it did what.
    differing
        Ids that came with two bodies, or are not those of their change.
    """

    taken: list[tuple[int, str]]
    lags_s: list[float]
    late_s: list[float]
    wrongs: dict[str, int]
    differing: int

    def takings(self) -> list[Taken]:
        """Return what was taken in the form that it is judged in."""
        return [Taken(*each) for each in self.taken]


class Misbehaving:
    """What it does with each request.

    Parameters
    ----------
    share
        Of changes that it does something wrong with, 0 to 1.
    prefix, suffix
        Of ids, around the number of the event.
    """

    def __init__(self, share: float, prefix: str, suffix: str) -> None:
        self._share = share
        self._around = prefix, suffix
        self._draw = Random(1)
        self._bodies: dict[str, bytes] = {}
        self._differing = set[str]()
        self._wrongs = Counter[str]()
        self._taken: list[tuple[int, str]] = []
        self._lags_s: dict[int, float] = {}
        self._late = set[int]()

    @property
    def distinct(self) -> int:
        """How many changes were taken."""
        return len(self._lags_s)

    async def __call__(self, received: Received) -> bytes | None:
        """Take it, or not."""
        is_new = self._compare(received)
        if not is_new or self._draw.random() >= self._share:
            return self._take(received)
        way = self._draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        self._wrongs[way] += 1
        if way == LIED:
            self._take(received)
            return response(500)
        if way == SLOW:
            await asyncio.sleep(SLOW_S)
            return self._take(received)
        self._late.add(int(received.json["id"]))
        if way == HUNG:
            await asyncio.sleep(HANGS_S)
            return None
        return _AT_ONCE[way]()

    def _compare(self, received: Received) -> bool:
        """Say whether an id is new; note one that came with another body, or is not that of its change."""
        body, (prefix, suffix) = sha256(received.body).digest(), self._around
        before = self._bodies.setdefault(received.id, body)
        if before != body or received.id != f"{prefix}{received.json['id']}{suffix}":
            self._differing.add(received.id)
        return before is body

    def _take(self, received: Received) -> bytes:
        change = received.json
        event = int(change["id"])
        self._taken.append((event, change["workItem"].rpartition("/")[2]))
        self._lags_s.setdefault(event, time.time() - datetime.fromisoformat(change["changeTime"]).timestamp())
        return TAKEN

    def ended(self) -> Ended:
        """Return what came of it."""
        lags_s, late_s = (
            [lag_s for event, lag_s in self._lags_s.items() if (event in self._late) is is_late]
            for is_late in (False, True)
        )
        return Ended(self._taken, lags_s, late_s, dict(self._wrongs), len(self._differing))


class MisbehavingProcess:
    """The process. Its parameters are those of ``Misbehaving``."""

    def __init__(self, share: float, prefix: str, suffix: str) -> None:
        spawning = get_context("spawn")
        self._pipe, theirs = spawning.Pipe()
        self._process = spawning.Process(target=_run, args=(theirs, share, prefix, suffix), daemon=True)

    def __enter__(self) -> MisbehavingProcess:
        self._process.start()
        self.url: str = self._pipe.recv()
        self.pid = self._process.pid or 0
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    async def taken(self) -> int:
        """Return how many changes it has taken."""
        return int(await self._ask("count"))

    async def kill(self) -> None:
        """Have nobody listen any more, and what is under way be cut off."""
        await self._ask("kill")

    async def start(self) -> None:
        """Have it listen again."""
        await self._ask("start")

    async def ended(self) -> Ended:
        """End it."""
        return Ended(*await self._ask("end"))

    async def _ask(self, what: str) -> Any:
        self._pipe.send(what)
        return await asyncio.to_thread(self._pipe.recv)


def _run(pipe: Connection, share: float, prefix: str, suffix: str) -> None:
    uvloop.run(_received(pipe, Misbehaving(share, prefix, suffix)))


async def _received(pipe: Connection, misbehaving: Misbehaving) -> None:
    async with Receiver(misbehaving) as receiver:
        pipe.send(receiver.url)
        while (asked := await asyncio.to_thread(pipe.recv)) != "end":
            if asked == "kill":
                await receiver.kill()
            elif asked == "start":
                await receiver.start()
            receiver.received.clear()  # nobody looks at it
            pipe.send(misbehaving.distinct)
        pipe.send(tuple(misbehaving.ended()))
