"""The service against an empty handler of the same server with the same messages, in the same run.

Run as ``python -m benchmarks.serving``.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median

import grpc
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks import load, world
from benchmarks.server import EMPTY
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import routing_pb2_grpc

IN_FLIGHT = (1, 64, 256)
ROUNDS = 3
BATCH = 500
DECISIONS = int(os.environ.get("FAIRLEAD_BENCH_DECISIONS", "1000000"))
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


def unary(console: Console, engine: str) -> None:
    """Compare RouteWorkItem with the empty handler, in turn, and print medians."""
    table = Table("in flight", "empty calls/s", "p50 ms", "p99 ms", "RouteWorkItem calls/s", "p50 ms", "p99 ms")
    table.add_column("ratio (goal ≥ 0.5)")
    table.add_column("p99 (goal ≤ 2×)")
    table.title = f"RouteWorkItem against an empty handler: {load.generator()}, rules by {engine}, 100 rules, 100 reps"
    with server(engine) as (address, _):
        n_regions = world.build(address)
        lead = world.lead(random.Random(1), n_regions)
        request = routing.RouteWorkItemRequest(parent=world.PARENT, work_item=lead).SerializeToString()
        for in_flight in IN_FLIGHT:
            pairs = [
                [load.put(address, method, request, in_flight) for method in (f"/{EMPTY}/RouteWorkItem", ROUTE)]
                for _ in range(ROUNDS)
            ]
            assert not any(one.failed for pair in pairs for one in pair), "calls failed"
            figures = [
                f"{median(getattr(pair[side], figure) for pair in pairs):,.{places}f}"
                for side in (0, 1)
                for figure, places in (("calls_per_s", 0), ("p50_ms", 1), ("p99_ms", 1))
            ]
            ratio = median(route.calls_per_s / empty.calls_per_s for empty, route in pairs)
            tail = median(route.p99_ms / empty.p99_ms for empty, route in pairs)
            table.add_row(str(in_flight), *figures, f"{ratio:.2f}", f"{tail:.1f}×")
    console.print(table)


def batches(console: Console) -> None:
    """Route many in batches; print the pace and whether the server's memory stays flat."""
    console.print(f"BatchRouteWorkItems, {BATCH} a batch, two batches in flight, up to {DECISIONS:,} decisions")
    with server() as (address, process), grpc.insecure_channel(address) as channel:
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
        n_batches = DECISIONS // BATCH
        for number in track(range(n_batches), description="routing", console=console, transient=True):
            waiting.append(stub.BatchRouteWorkItems.future(requests[number % len(requests)]))
            if len(waiting) == 2:
                answer = waiting.pop(0).result()
                assert all(result.HasField("decision") for result in answer.results)
            if number % max(1, n_batches // 8) == 0 or number == n_batches - 1:
                marks.append((number * BATCH, time.perf_counter() - start, _resident_mib(process.pid)))
        for one in waiting:
            one.result()
        pace = n_batches * BATCH / (time.perf_counter() - start)
    table = Table("decisions", "seconds", "server's memory MiB", title=f"{pace:,.0f} items/s (goal ≥ 10,000)")
    for decisions, seconds, memory in marks:
        table.add_row(f"{decisions:,}", f"{seconds:.0f}", f"{memory:.0f}")
    console.print(table)


def _resident_mib(pid: int) -> float:
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Print everything."""
    console = Console(width=140)
    unary(console, "durable" if "--index" not in sys.argv else "index")
    batches(console)


if __name__ == "__main__":
    main()
