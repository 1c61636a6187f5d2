"""Noise below the calls: connections that speak no HTTP/2, or break its rules. Others are served meanwhile.

It takes a sixth of ``FAIRLEAD_FUZZ_SECONDS``, or as long as every kind of noise takes once.

References
----------
RFC 9113, "HTTP/2", sections 3.4, 4.1 and 6.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from random import Random, SystemRandom

import pytest

from fairlead.v1 import workforce_pb2
from tests.api import Api
from tests.patience import until

SECONDS = float(os.environ.get("FAIRLEAD_FUZZ_SECONDS", "5"))
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4
AT_ONCE = 8
HEARD_S = 0.1


def frame(kind: int, flags: int, stream: int, payload: bytes = b"", length: int | None = None) -> bytes:
    """Write a frame; a ``length`` may lie about the payload."""
    declared = len(payload) if length is None else length
    return declared.to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def field(name: str, value: str) -> bytes:
    """Write a header field literally; see RFC 7541, 6.2.2."""
    return b"\0" + b"".join(_string(text.encode("latin-1")) for text in (name, value))


def _string(text: bytes) -> bytes:
    if len(text) < 127:
        return bytes([len(text)]) + text
    rest, more = len(text) - 127, b""
    while rest > 127:
        more, rest = more + bytes([rest % 128 + 128]), rest // 128
    return b"\x7f" + more + bytes([rest]) + text


CALL = b"".join(
    field(name, value)
    for name, value in {
        ":method": "POST",
        ":scheme": "http",
        ":path": "/fairlead.v1.RoutingService/GetWorkItem",
        ":authority": "localhost",
        "content-type": "application/grpc",
        "te": "trailers",
    }.items()
)
BEGIN = PREFACE + frame(SETTINGS, 0, 0)


def _noise(random: Random) -> bytes:
    return random.randbytes(random.randrange(1, 2_000))


def _bad_preface(random: Random) -> bytes:
    place = random.randrange(len(PREFACE))
    return PREFACE[:place] + random.randbytes(3) + PREFACE[place:] + frame(SETTINGS, 0, 0)


def _any_frames(random: Random) -> bytes:
    frames = (
        frame(
            random.randrange(256),
            random.randrange(256),
            random.randrange(2**32),
            random.randbytes(random.randrange(64)),
        )
        for _ in range(random.randrange(1, 20))
    )
    return BEGIN + b"".join(frames)


def _lying_lengths(random: Random) -> bytes:
    return BEGIN + frame(random.randrange(10), random.randrange(8), 1, _noise(random), random.randrange(2**24))


def _bad_settings(random: Random) -> bytes:
    settings = (random.randrange(10).to_bytes(2) + random.randrange(2**32).to_bytes(4) for _ in range(30))
    return PREFACE + frame(SETTINGS, 0, 0, b"".join(settings)) + frame(SETTINGS, 0, 0, b"odd")


def _large_headers(random: Random) -> bytes:
    block = CALL + field("authorization", "x" * random.choice((9_000, 20_000, 300_000)))
    pieces = [block[start : start + 16_000] for start in range(0, len(block), 16_000)]
    rest = (frame(CONTINUATION, END_HEADERS * (piece is pieces[-1]), 1, piece) for piece in pieces[1:])
    return BEGIN + frame(HEADERS, END_STREAM, 1, pieces[0]) + b"".join(rest)


def _endless_headers(_: Random) -> bytes:
    return BEGIN + frame(HEADERS, 0, 1, CALL) + frame(CONTINUATION, 0, 1, field("x", "y" * 100)) * 500


def _half_closed(random: Random) -> bytes:
    streams = (frame(HEADERS, END_HEADERS, stream, CALL) for stream in range(1, random.randrange(3, 200), 2))
    return BEGIN + b"".join(streams)


def _reset_at_once(_: Random) -> bytes:
    pairs = (frame(HEADERS, END_HEADERS, s, CALL) + frame(RESET, 0, s, (8).to_bytes(4)) for s in range(1, 400, 2))
    return BEGIN + b"".join(pairs)


def _messages_that_lie(random: Random) -> bytes:
    body = bytes([random.randrange(3)]) + random.randrange(2**32).to_bytes(4) + random.randbytes(random.randrange(50))
    return BEGIN + frame(HEADERS, END_HEADERS, 1, CALL) + frame(DATA, END_STREAM * (random.random() < 0.5), 1, body)


def _windows(random: Random) -> bytes:
    updates = (frame(WINDOW, 0, random.choice((0, 1)), random.choice((0, 2**31 - 1)).to_bytes(4)) for _ in range(50))
    return BEGIN + frame(HEADERS, END_HEADERS, 1, CALL) + b"".join(updates) + frame(PING, 0, 0, b"12345678") * 200


ATTACKS: list[Callable[[Random], bytes]] = [
    _noise, _bad_preface, _any_frames, _lying_lengths, _bad_settings, _large_headers, _endless_headers, _half_closed,
    _reset_at_once, _messages_that_lie, _windows,
]  # fmt: skip


async def send(address: str, data: bytes) -> None:
    """Send it on a connection of its own, close one half, hear what comes, and leave."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    with suppress(ConnectionError):
        writer.write(data)
        await writer.drain()
        writer.write_eof()
        with suppress(TimeoutError):
            await asyncio.wait_for(reader.read(1_000_000), HEARD_S)
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@asynccontextmanager
async def somebody_calling(api: Api) -> AsyncIterator[asyncio.Event]:
    """Let somebody list reps all the while; yields what is set at each answer."""
    answered, over = asyncio.Event(), asyncio.Event()

    async def call() -> None:
        while not over.is_set():
            listed = await api.workforce.ListReps(workforce_pb2.ListRepsRequest(parent=api.parent))
            assert len(listed.reps) == 1
            answered.set()

    calling = asyncio.create_task(call())
    try:
        yield answered
    finally:
        over.set()
        await calling


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.timeout(SECONDS + 900)
async def test_whatever_a_connection_says_others_are_served(address: str, api: Api) -> None:
    seed = SystemRandom().randrange(2**31)
    print(f"seed {seed}")
    random, over = Random(seed), time.monotonic() + SECONDS / 6
    await api.hire("ann")
    await send(address, _half_closed(random))
    before = open_files()

    async with somebody_calling(api) as answered:
        while time.monotonic() < over:
            for attack in ATTACKS:
                answered.clear()
                await asyncio.gather(*(send(address, attack(random)) for _ in range(AT_ONCE)))
                await answered.wait()

    # gRPC's own threads let go of what was closed, at last
    await asyncio.to_thread(until, lambda: open_files() <= before + AT_ONCE)
