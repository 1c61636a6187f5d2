"""A thousand pages that watch one tenant: is each told all, how late, and does one that reads slowly hold others up?

``python -m benchmarks.watchers``: so many clients watch a tenant by server-sent events, in a process of their own that
counts what comes; meanwhile leads are routed and closed, so many changes a second for so long. Some watchers read
nothing while that lasts, and the rest of it afterwards. Printed are how late changes came to those that read, what the
server takes of a processor beside the same load without watchers, and its memory. It ends with 1 where one that reads
was not told every change, or one that did not was told neither all nor that it fell behind.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import click
from rich.console import Console
from rich.table import Table

import serving  # noqa: F401 (before all that imports gRPC: it settles what gRPC reads from the environment)
from benchmarks.compare import processor_s
from tests.api import EVERYONE, connected
from tests.served import Served

TENANT = "default"
PATH = f"/v1/tenants/{TENANT}/workItems:watch?"
_EVENT = re.compile(rb"\"(?:decision|closed)\":")
_AT = re.compile(rb"~at-(\d+)-")
TICK_S = 0.1
PATIENCE_S = 60.0
REPS = ("ann", "bo", "cy")
_CONNECTED_S = 3.0
"""After so long all watchers are connected."""


async def watch(address: str, n_watchers: int, n_slow: int) -> None:
    """Watch until as many changes came as standard input says in the end, or none does; print what came, as JSON."""
    wanted = sys.maxsize
    name, _, port = address.rpartition(":")
    counts, late_s, is_over = [0] * n_watchers, list[float](), asyncio.Event()
    fell_behind = [False] * n_watchers

    async def one(number: int) -> None:
        reader, writer = await asyncio.open_connection(name, int(port), limit=1 << 22)
        writer.write(f"GET {PATH} HTTP/1.1\r\nhost: {address}\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        if number < n_slow:
            await is_over.wait()
        while counts[number] < wanted and (data := await _some(reader)):
            counts[number] += len(_EVENT.findall(data))
            fell_behind[number] = fell_behind[number] or b"FELL_BEHIND" in data
            if number % 50 == n_slow % 50 and number >= n_slow and (at := _AT.findall(data)):
                late_s.append(time.time() - int(at[-1]) / 1e6)
            if fell_behind[number]:
                break
        writer.close()

    async def end() -> None:
        """Let the slow ones read once the others have all, or no more comes."""
        nonlocal wanted
        wanted = int(await asyncio.to_thread(sys.stdin.readline))
        last, since = -1, time.monotonic()
        while min(counts[n_slow:]) < wanted and time.monotonic() - since < PATIENCE_S:
            await asyncio.sleep(0.2)
            if sum(counts) != last:
                last, since = sum(counts), time.monotonic()
        is_over.set()

    ending = asyncio.create_task(end())
    watching = [asyncio.create_task(one(number)) for number in range(n_watchers)]
    sys.stdout.write("watching\n")
    sys.stdout.flush()
    await ending
    await asyncio.wait(watching, timeout=PATIENCE_S)
    late_s.sort()
    told = {
        "complete": sum(count >= wanted for count in counts[n_slow:]),
        "slow_told": sum(
            count >= wanted or behind for count, behind in zip(counts[:n_slow], fell_behind[:n_slow], strict=True)
        ),
        "p50_s": median(late_s),
        "p99_s": late_s[int(len(late_s) * 0.99)],
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    os._exit(0)


async def _some(reader: asyncio.StreamReader) -> bytes:
    """Return what comes; empty once nothing has for a while."""
    try:
        return await asyncio.wait_for(reader.read(1 << 20), PATIENCE_S)
    except TimeoutError:
        return b""


async def load(address: str, url: str, changes_per_s: int, seconds: float) -> tuple[int, float]:
    """Route leads and close them, so many changes a second whatever becomes of those before; return how many changes
    there were, and how long that took.
    """
    per_tick, ticks = int(changes_per_s * TICK_S / 2), round(seconds / TICK_S)
    async with connected(address, TENANT, url) as api:

        async def change(name: str) -> None:
            await api.complete((await api.route(name)).work_item)

        begin, changing = time.perf_counter(), list[asyncio.Task[None]]()
        for tick in range(ticks):
            await asyncio.sleep(begin + tick * TICK_S - time.perf_counter())
            at_us = time.time_ns() // 1000
            changing += [asyncio.create_task(change(f"at-{at_us}-{number}")) for number in range(per_tick)]
        await asyncio.gather(*changing)
        return 2 * len(changing), time.perf_counter() - begin


async def prepare(address: str, url: str) -> None:
    """Have somebody for every lead."""
    async with connected(address, TENANT, url) as api:
        for rep in REPS:
            await api.hire(rep)
        await api.pool("everyone", REPS)
        await api.adopt(EVERYONE)


class Watched:
    """A server that is under load while so many watch."""

    def __init__(self, folder: Path) -> None:
        self._served = Served(folder / "data", {"FAIRLEAD_HTTP": "127.0.0.1:0"})
        self._address = self._served.ready()
        (line,) = [line for line in self._served.log if "HTTP on " in line]
        self._http = line.partition("HTTP on ")[2].partition(";")[0]
        self._url = f"unix://{folder / 'data' / 'valkey.sock'}"
        asyncio.run(prepare(self._address, self._url))

    def put(
        self, n_watchers: int, n_slow: int, changes_per_s: int, seconds: float
    ) -> tuple[float, float, dict[str, float]]:
        """Load it while some watch; return the processor time that it took of each second, how many changes there were,
        and what the watchers were told.
        """
        pid = self._served.process.pid
        watching = None
        if n_watchers:
            command = [sys.executable, "-m", "benchmarks.watchers", "--of", self._http, str(n_watchers), str(n_slow)]
            watching = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert watching.stdout is not None
            watching.stdout.readline()
            time.sleep(_CONNECTED_S)
        before_s = processor_s(pid)
        n_changes, took_s = asyncio.run(load(self._address, self._url, changes_per_s, seconds))
        share = (processor_s(pid) - before_s) / took_s
        told: dict[str, float] = {}
        if watching is not None and watching.stdout is not None and watching.stdin is not None:
            watching.stdin.write(f"{n_changes}\n")
            watching.stdin.flush()
            told = json.loads(watching.stdout.readline())
            watching.wait()
        return share, n_changes / took_s, told

    def memory_mib(self) -> float:
        """Return the most memory that the server ever took, in MiB."""
        status = Path(f"/proc/{self._served.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def close(self) -> None:
        """End it."""
        self._served.close()


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--watchers", type=click.IntRange(1), default=1_000, show_default=True, help="How many watch.")
@click.option("--slow", type=click.IntRange(0), default=100, show_default=True, help="Of whom so many read nothing.")
@click.option("--changes-per-s", type=click.IntRange(20), default=200, show_default=True, help="How many happen.")
@click.option("--seconds", type=click.FloatRange(1), default=20.0, show_default=True, help="Of load.")
def main(watchers: int, slow: int, changes_per_s: int, seconds: float) -> None:
    """Have many watch what happens, and see whether each is told."""
    with tempfile.TemporaryDirectory() as folder:
        watched = Watched(Path(folder))
        try:
            alone, _, _ = watched.put(0, 0, changes_per_s, seconds)
        finally:
            watched.close()
    with tempfile.TemporaryDirectory() as folder:
        watched = Watched(Path(folder))
        try:
            share, made_per_s, told = watched.put(watchers, slow, changes_per_s, seconds)
            memory_mib = watched.memory_mib()
        finally:
            watched.close()
    table = Table(
        "", "", title=f"{watchers:,} watchers, of whom {slow} read nothing for {seconds:g} s", show_header=False
    )
    for name, figure in (
        ("changes a second, asked for and made", f"{changes_per_s}, {made_per_s:,.0f}"),
        ("who read was told all", f"{told['complete']:,.0f} of {watchers - slow:,}"),
        ("who read later was told all, or that they fell behind", f"{told['slow_told']:,.0f} of {slow:,}"),
        ("how late, median and 99th percentile", f"{told['p50_s']:.2f} s, {told['p99_s']:.2f} s"),
        ("a processor of the server, alone and watched", f"{alone:.0%}, {share:.0%}"),
        ("most memory of the server", f"{memory_mib:,.0f} MiB"),
    ):
        table.add_row(name, figure)
    Console(width=120).print(table)
    sys.exit(0 if told["complete"] == watchers - slow and told["slow_told"] == slow else 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--of"]:
        asyncio.run(watch(sys.argv[2], *map(int, sys.argv[3:5])))
    main()
