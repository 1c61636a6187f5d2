"""The service against an empty handler of the same server with the same messages, in the same run.

Run as ``python -m benchmarks.serving``; ``--help`` says what may be left out.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any, NamedTuple
from uuid import uuid4

import click
import grpc
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks import world
from benchmarks.hours import add_hours
from benchmarks.server import EMPTY, FACTS
from benchmarks.slices import Pairs, Server, in_pairs
from benchmarks.world import INDUSTRIES
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import routing_pb2_grpc

N_PAIRS = 12
N_CALLS = 1000
ROUNDS = 3
BATCH = 500
ROUTE = "/fairlead.v1.RoutingService/RouteWorkItem"


@contextmanager
def server(
    engine: str = "auto", settings: Mapping[str, str] | None = None, *, audited: bool = True
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run the measured server and yield its address and process."""
    command = [sys.executable, "-m", "benchmarks.server" if audited else "benchmarks.unaudited"]
    environment = {**os.environ, "FAIRLEAD_RULE_ENGINE": engine, **(settings or {})}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        assert process.stdin
        yield process.stdout.readline().strip(), process
        process.stdin.close()


def requests(n_regions: int) -> Iterator[bytes]:
    """Yield leads that are all new, each with source, external id and request id; every class of them comes in turn."""
    mark = uuid4().hex[:8]
    for number in count():
        region, industry, potential = number % n_regions, number // n_regions, number // n_regions // len(INDUSTRIES)
        lead = routing.WorkItem(
            kind=routing.WorkItem.KIND_LEAD,
            source="crm",
            external_id=f"{mark}-{number}",
            attributes=world.struct(
                {
                    "region": world.region(region),
                    "industry": INDUSTRIES[industry % len(INDUSTRIES)],
                    "potential": 50 + potential % 50,
                }
            ),
        )
        request = routing.RouteWorkItemRequest(parent=world.PARENT, work_item=lead, request_id=f"{mark}-{number}")
        yield request.SerializeToString()


class Contest(NamedTuple):
    """One line of the table: how it is set up, and the goals."""

    title: str
    in_flight: int
    least_ratio: float
    n_rules: int = 100
    durability: str = "always"
    has_hours: bool = False


ROWS = (
    Contest("64 in flight", 64, 0.5),
    Contest("256 in flight", 256, 0.5),
    Contest("1 in flight", 1, 0.38),
    Contest("1 in flight, everysec", 1, 0.5, durability="everysec"),
    Contest("64 in flight, 10,000 classes of leads", 64, 0.5, n_rules=200),
    Contest("64 in flight, calendars, leave and three caps", 64, 0.5, has_hours=True),
)


def unary(console: Console, engine: str) -> None:
    """Compare RouteWorkItem with the empty handler in slices, in turn."""
    table = Table("", "empty → RouteWorkItem, calls/s", "ratio", "95 %", "goal", "p99, ratio", "95 %")
    for title in ("server µs a call", "store µs a call", "plans remembered"):
        table.add_column(title)
    told: dict[str, Any] = {}
    for row in track(ROWS, description="RouteWorkItem", console=console, transient=True):
        with server(engine, {"FAIRLEAD_DURABILITY": row.durability}) as (address, process):
            n_regions = world.build(address, n_rules=row.n_rules)
            if row.has_hours:
                add_hours(address)
            pairs = asyncio.run(_compared(Server.of(address, process.pid), n_regions, row.in_flight))
            told = facts(address)
        table.add_row(row.title, *_figures(pairs, row), f"{told.pop('plans remembered'):.3f}")
        console.print(f"[dim]{row.title}: {told}[/]", highlight=False)
    table.title = f"RouteWorkItem beside an empty handler, {N_PAIRS} pairs of {N_CALLS:,} calls; p99 goal ≤ 2"
    console.print(table)


async def _compared(measured: Server, n_regions: int, in_flight: int) -> Pairs:
    methods = ROUTE, f"/{EMPTY}/RouteWorkItem"
    calls = N_CALLS if in_flight > 1 else N_CALLS // 2
    return await in_pairs(measured, methods, requests(n_regions), in_flight, N_PAIRS, calls)


def _figures(pairs: Pairs, row: Contest) -> Iterator[str]:
    ours, theirs = pairs.median_of("calls_per_s")
    yield f"{theirs:,.0f} → {ours:,.0f}"
    ratio, low, high = pairs.ratio("calls_per_s")
    yield from (f"{ratio:.2f}", f"{low:.2f} … {high:.2f}", f"≥ {row.least_ratio:g}")
    tail, low, high = pairs.ratio("p99_ms")
    yield from (f"{tail:.2f}", f"{low:.2f} … {high:.2f}")
    for figure in ("server_us", "store_us"):
        ours, theirs = pairs.median_of(figure)
        yield f"{theirs:,.0f} → {ours:,.0f}"


def facts(address: str) -> dict[str, Any]:
    """Ask a running server what is switched on."""
    with grpc.insecure_channel(address) as channel:
        told: dict[str, Any] = json.loads(channel.unary_unary(f"/{FACTS}/Tell", bytes, bytes)(b""))
    return told


def batches(console: Console, engine: str, decisions: int) -> None:
    """Route many in batches; print the pace and whether the server's memory stays flat."""
    console.print(f"BatchRouteWorkItems, {BATCH} a batch, two batches in flight, up to {decisions:,} decisions")
    with server(engine) as (address, process), grpc.insecure_channel(address) as channel:
        n_regions = world.build(address)
        stub, draw = routing_pb2_grpc.RoutingServiceStub(channel), random.Random(2)
        requests = [
            routing.BatchRouteWorkItemsRequest(
                parent=world.PARENT,
                requests=[routing.RouteWorkItemRequest(work_item=world.lead(draw, n_regions)) for _ in range(BATCH)],
            )
            for _ in range(8)
        ]
        marks: list[tuple[int, float, float]] = []
        start, waiting = time.perf_counter(), []
        n_batches = decisions // BATCH
        for number in track(range(n_batches), description="routing", console=console, transient=True):
            waiting.append(stub.BatchRouteWorkItems.future(requests[number % len(requests)]))
            if len(waiting) == 2:
                answer = waiting.pop(0).result()
                assert all(result.HasField("decision") for result in answer.results)
            if number % max(1, n_batches // 8) == 0:
                marks.append((number * BATCH, time.perf_counter() - start, _resident_mib(process.pid)))
        for one in waiting:
            one.result()
        marks.append((n_batches * BATCH, time.perf_counter() - start, _resident_mib(process.pid)))
    pace = marks[-1][0] / marks[-1][1]
    table = Table("decisions", "seconds", "server's memory MiB", title=f"{pace:,.0f} items/s (goal ≥ 10,000)")
    for done, seconds, memory in marks:
        table.add_row(f"{done:,}", f"{seconds:.0f}", f"{memory:.0f}")
    console.print(table)


def _resident_mib(pid: int) -> float:
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--index", is_flag=True, help="Match rules by the index engine instead of durable-rules.")
@click.option("--only", type=click.Choice(["calls", "batches"]), help="Measure these alone.  [default: both]")
@click.option("--decisions", default=1_000_000, show_default=True, type=click.IntRange(BATCH), help="Made in batches.")
def main(*, index: bool, only: str | None, decisions: int) -> None:
    """Compare RouteWorkItem with an empty handler, then route in batches, to see whether memory stays flat."""
    console, engine = Console(width=140), "index" if index else "durable"
    if only != "batches":
        unary(console, engine)
    if only != "calls":
        batches(console, engine, decisions)


if __name__ == "__main__":
    main()
