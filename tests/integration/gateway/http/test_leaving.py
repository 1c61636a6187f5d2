"""A service that is told to stop while calls come over HTTP: what was begun is answered, who watches is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served import Served, refusal
from tests.web import REPS, ask, connection, watching

JSON = ("content-type", "application/json")


def http_of(served: Served) -> str:
    """Return the address that it serves HTTP at, off its log."""
    served.ready()
    (line,) = (line for line in served.log if "ready: listening on" in line)
    return line.partition("HTTP on ")[2].partition(";")[0]


@pytest.fixture
def webbed(data_folder: Path) -> Iterator[Served]:
    """Yield a ``fairlead serve`` with a door for HTTP."""
    process = Served(data_folder, {"FAIRLEAD_HTTP": "127.0.0.1:0"})
    yield process
    process.close()


async def test_what_was_begun_is_answered_who_watches_is_told_and_nothing_is_left(webbed: Served) -> None:
    address = http_of(webbed)
    body, stopped, codes = b'{"parent": "tenants/default"}', asyncio.Event(), list[int]()

    async def call_until_refused() -> None:
        while True:
            try:
                reply = await ask(address, "POST", REPS, [JSON], body)
            except OSError:
                assert stopped.is_set()
                return
            codes.append(reply.status)
            if reply.status != 200:
                assert (stopped.is_set(), json.loads(reply.body)["code"]) == (True, "unavailable")
                return

    async with connection(address) as (reader, writer), connection(address) as (slow, late):
        writer.write(watching("default"))
        await reader.readuntil(b"resumeToken")
        head = f"POST {REPS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        late.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        calling = [asyncio.create_task(call_until_refused()) for _ in range(4)]
        while len(codes) < 20:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        children = webbed.children()
        stopped.set()
        ending = asyncio.create_task(asyncio.to_thread(webbed.terminate))
        await asyncio.sleep(0.05)
        late.write(body)
        answer, told = await slow.readuntil(b"}"), await reader.read()
        await asyncio.gather(*calling)
        code = await ending

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"code":"unavailable"' in told.replace(b" ", b"")
    assert code == 0
    assert children
    left = [child for child in children if await asyncio.to_thread(Path(f"/proc/{child}").exists)]
    assert left == [], "its store ended with it"


def test_several_processes_take_a_port_that_they_can_share(data_folder: Path) -> None:
    fault = refusal(data_folder, {"FAIRLEAD_HTTP": "127.0.0.1:0"}, "--processes", "2")

    assert "FAIRLEAD_HTTP is '127.0.0.1:0'; allowed with --processes is a port that they can share, not 0" in fault
