"""What does a call cost this process, from the door to the bytes of the answer? ``python -m benchmarks.hot``.

Without gRPC: requests are read from their bytes, routed by the service as it is wired, on a private store, and answers
are written as bytes, 64 calls at a time. Told is the processor time of the one thread that does it, by call: the least
of many slices, for whatever else the machine does only adds to it; with what the profiler says where it goes.
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click
import uvloop
from rich.console import Console
from rich.progress import track

import serving as _serving  # noqa: F401 (before all that imports gRPC: it settles what gRPC reads from the environment)
from benchmarks import world
from benchmarks.hours import add_hours
from benchmarks.serving import requests
from fairlead.v1 import routing_pb2 as routing
from serving.settings import Settings
from serving.wiring import Service
from store.embedded.server import EmbeddedServer

AT_ONCE = 64
SLICE = 640
GOAL_US = 45


class Caller:
    """Stands for a call by nobody in particular."""

    actor = ""
    only_rep = ""


async def answer(servicer: Any, wire: bytes) -> bytes:
    """Answer a request from its bytes to those of the answer."""
    request = routing.RouteWorkItemRequest.FromString(wire)
    decision = await servicer.RouteWorkItem(request, Caller())
    return bytes(decision.SerializeToString())


async def slice_us(servicer: Any, leads: Iterator[bytes]) -> float:
    """Return the processor time of this thread a call, in microseconds."""
    sent = list(islice(leads, SLICE))
    start = time.thread_time()
    for first in range(0, SLICE, AT_ONCE):
        await asyncio.gather(*[answer(servicer, wire) for wire in sent[first : first + AT_ONCE]])
    return (time.thread_time() - start) / SLICE * 1e6


async def measured(console: Console, slices: int, *, has_hours: bool) -> None:
    """Print what a call costs."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.read({}, listen="127.0.0.1:0", data=Path(folder))
        embedded = EmbeddedServer(settings.data, settings.fsync)
        embedded.start()
        try:
            service = Service(settings, embedded.url)
            address = await service.start("127.0.0.1:0")
            n_regions = await asyncio.to_thread(world.build, address)
            if has_hours:
                await asyncio.to_thread(add_hours, address)
            servicer, leads = service._servicers[0][0], requests(n_regions)
            profile = cProfile.Profile()
            taken = [
                await slice_us(servicer, leads)
                for _ in track(range(slices), description="calls", console=console, transient=True)
            ]
            what = "with calendars, leave and three caps" if has_hours else "without calendars"
            console.print(
                f"{what}: {min(taken):.1f} µs a call, the least of {slices} slices of {SLICE} (goal ≤ {GOAL_US})"
            )
            profile.enable()
            await slice_us(servicer, leads)
            profile.disable()
            pstats.Stats(profile).sort_stats("tottime").print_stats(15)
            await service.drain()
        finally:
            embedded.stop()


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--slices", type=click.IntRange(2), default=150, show_default=True, help="How many.")
def main(slices: int) -> None:
    """Print what a call costs the server's thread, gRPC left out, without calendars and with them."""
    console = Console(width=140)
    for has_hours in (False, True):
        uvloop.run(measured(console, slices, has_hours=has_hours))


if __name__ == "__main__":
    main()
