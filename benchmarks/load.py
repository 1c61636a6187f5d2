"""Load on one method of a running server: calls a second and latencies, from outside the server's process.

h2load (Debian's nghttp2-client) where it is on the PATH: it costs the server's core nothing and little else.
Otherwise an asyncio client, which on two cores is itself the limit; the table then says so.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc

SECONDS = 4.0
WARM_UP_S = 1


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it; latencies in milliseconds."""

    calls_per_s: float
    p50_ms: float
    p99_ms: float
    failed: int


def generator() -> str:
    """Name what makes the load here."""
    return "h2load" if shutil.which("h2load") else "asyncio client"


def put(
    address: str,
    method: str,
    request: bytes,
    in_flight: int,
    seconds: float = SECONDS,
    shown: Sequence[tuple[str, str]] = (),
) -> Load:
    """Send one request again and again, so many at once; ``shown`` metadata goes with each."""
    make = _h2load if shutil.which("h2load") else _asyncio_client
    return make(address, method, request, in_flight, seconds, shown)


def _asyncio_client(
    address: str, method: str, request: bytes, in_flight: int, seconds: float, shown: Sequence[tuple[str, str]]
) -> Load:
    return asyncio.run(_client(address, method, request, in_flight, seconds, shown))


def _h2load(
    address: str, method: str, request: bytes, in_flight: int, seconds: float, shown: Sequence[tuple[str, str]]
) -> Load:
    connections = min(in_flight, 8)
    with tempfile.TemporaryDirectory() as folder:
        body, log = Path(folder, "body"), Path(folder, "log")
        body.write_bytes(b"\0" + struct.pack(">I", len(request)) + request)
        command = [
            "h2load",
            *("-c", str(connections), "-m", str(in_flight // connections)),
            *("-D", f"{seconds * 1000:.0f}ms", f"--warm-up-time={WARM_UP_S}"),
            *("-H", "content-type: application/grpc", "-H", "te: trailers"),
            *(part for name, value in shown for part in ("-H", f"{name}: {value}")),
            *("-d", str(body), f"--log-file={log}", f"http://{address}{method}"),
        ]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        times_us = sorted(int(line.split("\t")[2]) for line in log.read_text().splitlines())
    rate = re.search(r"([\d.]+) req/s", printed)
    failed = re.search(r"(\d+) failed, (\d+) errored", printed)
    assert rate, printed
    assert failed, printed
    return Load(float(rate[1]), *_quantiles(times_us, 1e3), int(failed[1]) + int(failed[2]))


async def _client(
    address: str, method: str, request: bytes, in_flight: int, seconds: float, shown: Sequence[tuple[str, str]]
) -> Load:
    times_s: list[float] = []
    async with grpc.aio.insecure_channel(address) as channel:
        call = channel.unary_unary(method, bytes, bytes)
        begin = time.perf_counter() + WARM_UP_S
        end = begin + seconds

        async def again() -> None:
            while (start := time.perf_counter()) < end:
                await call(request, metadata=shown)
                if start >= begin:
                    times_s.append(time.perf_counter() - start)

        await asyncio.gather(*[again() for _ in range(in_flight)])
    assert times_s, f"no call was answered within {seconds:g} s"
    return Load(len(times_s) / seconds, *_quantiles(sorted(times_s), 1e-3), 0)


def _quantiles(ordered: list[float] | list[int], unit: float) -> tuple[float, float]:
    return ordered[len(ordered) // 2] / unit, ordered[len(ordered) * 99 // 100] / unit
