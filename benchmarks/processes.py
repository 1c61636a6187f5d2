"""What does a second server process gain, and for whom? One and two processes on one store, in slices, in turn.

``python -m benchmarks.processes``: eight connections, then a single one, 64 calls in flight. The kernel gives each
connection to one process, so a single connection gains nothing. Where clients, servers and store share few cores, rates
say little: so the processor time of a call is told as well.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from itertools import cycle

import click
from rich.console import Console
from rich.table import Table

import serving as _serving  # noqa: F401 (before all that imports gRPC: it settles what gRPC reads from the environment)

import grpc  # isort: skip

from benchmarks import world
from benchmarks.compare import verdict
from benchmarks.serving import N_CALLS, ROUTE, requests
from benchmarks.slices import Pairs, Server, one_slice

IN_FLIGHT = 64
CONNECTIONS = (8, 1)
_ALONE = (("grpc.use_local_subchannel_pool", 1),)
"""Has each channel open a connection of its own."""


@contextmanager
def served(processes: int) -> Iterator[Server]:
    """Run a service of so many processes on a private store."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "service", "serve", "--listen", "127.0.0.1:0", "--data", folder]
        with subprocess.Popen([*command, "--processes", str(processes)], stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            address = next(found[1] for line in process.stderr if (found := re.search(r"listening on (\S+?);", line)))
            yield Server.of(address, process.pid)
            process.terminate()
            process.stderr.read()


@asynccontextmanager
async def calls_of(server: Server, connections: int) -> AsyncIterator[Callable[[bytes], Awaitable[bytes]]]:
    """Yield what routes a request, by one connection after the other."""
    async with AsyncExitStack() as opened:
        channels = [
            await opened.enter_async_context(grpc.aio.insecure_channel(server.address, options=_ALONE))
            for _ in range(connections)
        ]
        methods = cycle([channel.unary_unary(ROUTE, bytes, bytes) for channel in channels])

        def call(request: bytes) -> Awaitable[bytes]:
            return next(methods)(request)

        yield call


async def compared(two: Server, one: Server, n_regions: int, connections: int, n_pairs: int) -> Pairs:
    """Measure both in turn; which comes first changes from pair to pair, and the first pair warms up."""
    pairs, leads = Pairs([], []), requests(n_regions)
    async with calls_of(two, connections) as by_two, calls_of(one, connections) as by_one:
        sides = ((two, by_two), (one, by_one))
        for number in range(n_pairs + 1):
            for side in (0, 1) if number % 2 else (1, 0):
                server, call = sides[side]
                taken = await one_slice(server, call, [next(leads) for _ in range(N_CALLS)], IN_FLIGHT)
                if number:
                    pairs[side].append(taken)
    return pairs


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--pairs", type=click.IntRange(6), default=12, show_default=True, help="Of slices.")
def main(pairs: int) -> None:
    """Compare two processes with one; above 1 two are the faster."""
    table = Table("connections", "calls/s, one → two", "ratio", "95 %", "shown", "servers µs a call", "store µs a call")
    table.title = (
        f"RouteWorkItem by two processes beside one, {IN_FLIGHT} in flight, {os.cpu_count()} processors for all"
    )
    with served(2) as two, served(1) as one:
        n_regions = min(world.build(server.address) for server in (one, two))
        for connections in CONNECTIONS:
            taken = asyncio.run(compared(two, one, n_regions, connections, pairs))
            ratio, low, high = taken.ratio("calls_per_s")
            figures = (taken.median_of(figure) for figure in ("calls_per_s", "server_us", "store_us"))
            rate, server, store = (f"{theirs:,.0f} → {ours:,.0f}" for ours, theirs in figures)
            interval = f"{low:.2f} … {high:.2f}"
            table.add_row(str(connections), rate, f"{ratio:.2f}", interval, verdict(low, high), server, store)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
