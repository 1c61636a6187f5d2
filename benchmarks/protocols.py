"""What does a call cost by each protocol, beside gRPC, on one server that serves them all?

``python -m benchmarks.protocols``: one ``fairlead serve`` with its HTTP port open is driven with ``RouteWorkItem`` by
gRPC, gRPC-Web, Connect in protobuf and in JSON, and REST, in turn and in an order that changes from round to round.
Printed are medians of the rounds: calls a second and the 99th percentile as the load's process sees them, which shares
the machine, and the processor time of a call, the server's alone and with its store. A ratio is that of a round to
gRPC's of the same round, with its 95 % interval.

gRPC's load is ``grpc.aio``, whose own cost is several times that of the prepared bytes which HTTP is loaded with: rates
compare what a client of each kind gets here, processor times what the server pays.
"""

from __future__ import annotations

import asyncio
import json
import random
import struct
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
import grpc
from google.protobuf.json_format import MessageToJson
from rich.console import Console
from rich.progress import track
from rich.table import Table

import serving  # noqa: F401 (before all that imports gRPC: it settles what gRPC reads from the environment)
from benchmarks import http_load, world
from benchmarks.compare import SERVICE, interval, processor_s
from benchmarks.http_load import Request, quantile
from fairlead.v1 import routing_pb2 as routing
from tests.served import Served

LEVELS = (1, 64, 256)
METHOD = f"{SERVICE}RouteWorkItem"
GRPC = "gRPC"


@dataclass(frozen=True, slots=True)
class Taken:
    """What one round gave."""

    calls_per_s: float
    p99_ms: float
    server_us: float
    processor_us: float


class Driven:
    """A server, and how it is called by each protocol."""

    def __init__(self, folder: Path) -> None:
        self.served = Served(folder / "data", {"FAIRLEAD_HTTP": "127.0.0.1:0", "FAIRLEAD_WORKERS": "0"})
        self.address = self.served.ready()
        (line,) = [line for line in self.served.log if "HTTP on " in line]
        self.http = line.partition("HTTP on ")[2].partition(";")[0]
        item = world.lead(random.Random(1), world.build(self.address))
        self.request = routing.RouteWorkItemRequest(parent=world.PARENT, work_item=item)
        packed, body = self.request.SerializeToString(), MessageToJson(self.request, indent=None).encode()
        framed = b"\0" + struct.pack(">I", len(packed)) + packed
        rest = json.dumps({"workItem": json.loads(body)["workItem"]}).encode()
        self.requests = {
            "gRPC-Web": Request(METHOD, "application/grpc-web+proto", framed),
            "Connect protobuf": Request(METHOD, "application/proto", packed),
            "Connect JSON": Request(METHOD, "application/json", body),
            "REST": Request(f"/v1/{world.PARENT}/workItems:route", "application/json", rest),
        }

    def put(self, protocol: str, in_flight: int, seconds: float) -> Taken:
        """Let it work, and see what a call takes."""
        before_s = self._processor_s()
        if protocol == GRPC:
            times_s, failed = asyncio.run(self._grpc(in_flight, seconds))
        else:
            request = self.requests[protocol]
            times_s, failed = asyncio.run(http_load.put(self.http, request, in_flight, seconds))
        assert not failed, f"{failed} calls by {protocol} failed"
        server_s, store_s = (now - then for now, then in zip(self._processor_s(), before_s, strict=True))
        calls = len(times_s)
        return Taken(
            calls / seconds, quantile(times_s, 0.99), server_s / calls * 1e6, (server_s + store_s) / calls * 1e6
        )

    async def _grpc(self, in_flight: int, seconds: float) -> tuple[list[float], int]:
        times_s, wire = list[float](), self.request.SerializeToString()
        async with grpc.aio.insecure_channel(self.address) as channel:
            call = channel.unary_unary(METHOD, bytes, bytes)
            end = time.perf_counter() + seconds

            async def again() -> None:
                while (start := time.perf_counter()) < end:
                    await call(wire)
                    times_s.append(time.perf_counter() - start)

            await asyncio.gather(*[again() for _ in range(in_flight)])
        return times_s, 0

    def _processor_s(self) -> tuple[float, float]:
        return processor_s(self.served.process.pid), sum(map(processor_s, self.served.children()))


def row_of(name: str, taken: Sequence[Taken], by_grpc: Sequence[Taken]) -> list[str]:
    """Write the row of a protocol."""
    ratios = [one.server_us / other.server_us for one, other in zip(taken, by_grpc, strict=True)]
    low, high = interval(ratios)
    return [
        name,
        *(f"{median(getattr(one, field) for one in taken):,.0f}" for field in ("calls_per_s", "server_us")),
        f"{median(one.processor_us for one in taken):,.0f}",
        f"{median(one.p99_ms for one in taken):,.1f}",
        f"{median(ratios):.2f} ({low:.2f} … {high:.2f})",
    ]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", type=click.IntRange(6), default=9, show_default=True, help="Of each protocol and level.")
@click.option("--seconds", type=click.FloatRange(0.1), default=1.5, show_default=True, help="Of each round.")
@click.option(
    "--in-flight", type=click.IntRange(1), multiple=True, default=LEVELS, show_default=True, help="Calls at once."
)
def main(rounds: int, seconds: float, in_flight: tuple[int, ...]) -> None:
    """Compare the protocols by which a server is called."""
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as folder:
        driven = Driven(Path(folder))
        try:
            protocols = (GRPC, *driven.requests)
            for level in in_flight:
                taken: dict[str, list[Taken]] = {protocol: [] for protocol in protocols}
                for protocol in protocols:
                    driven.put(protocol, level, 1.0)  # while it warms up
                for number in track(range(rounds), description=f"{level} in flight", console=console, transient=True):
                    for protocol in random.Random(number).sample(protocols, len(protocols)):
                        taken[protocol].append(driven.put(protocol, level, seconds))
                table = Table(
                    *("protocol", "calls/s", "server, µs", "server and store, µs", "p99, ms", "server beside gRPC"),
                    title=f"RouteWorkItem, {level} in flight: medians of {rounds} rounds of {seconds:g} s",
                )
                for protocol in protocols:
                    table.add_row(*row_of(protocol, taken[protocol], taken[GRPC]))
                console.print(table)
        finally:
            driven.served.close()


if __name__ == "__main__":
    main()
