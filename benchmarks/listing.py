"""What does it cost to list the work items of one owner? ``python -m benchmarks.listing [ITEMS]``.

So many leads are routed, in batches, to a hundred reps; then the first page of one owner's open work items is asked for
with logs of three sizes, and the pages of all of them. The index of owners makes a page cost what it returns, however
long the log is; the listing by state alone, which walks the log, stands beside it.
"""

from __future__ import annotations

import random
from statistics import median
from time import perf_counter

import click

import serving as _serving  # noqa: F401 (before all that imports gRPC: it settles what gRPC reads from the environment)

import grpc  # isort: skip
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks import world
from benchmarks.compare import ROOT, MeasuredServer
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import routing_pb2_grpc

BATCH = 1000
PAGE = 100
OWNER = f"{world.PARENT}/reps/rep-7"
ASKED = 20
"""How often each question is asked; the median counts."""


def fill(stub: routing_pb2_grpc.RoutingServiceStub, items: int, regions: int, progress: Progress) -> None:
    """Route so many new leads."""
    draw, task = random.Random(1), progress.add_task(f"{items:,} leads", total=items)
    for done in range(0, items, BATCH):
        number = min(BATCH, items - done)
        wishes = [routing.RouteWorkItemRequest(work_item=world.lead(draw, regions)) for _ in range(number)]
        stub.BatchRouteWorkItems(routing.BatchRouteWorkItemsRequest(parent=world.PARENT, requests=wishes))
        progress.advance(task, number)


def ms(stub: routing_pb2_grpc.RoutingServiceStub, request: routing.ListWorkItemsRequest) -> float:
    """Return how long an answer takes, in milliseconds."""
    taken = []
    for _ in range(ASKED):
        began = perf_counter()
        stub.ListWorkItems(request)
        taken.append((perf_counter() - began) * 1e3)
    return median(taken)


def pages(stub: routing_pb2_grpc.RoutingServiceStub) -> tuple[int, float]:
    """Read all of one owner's work items; return how many, and milliseconds a page."""
    n_items, n_pages, token, began = 0, 0, "", perf_counter()
    while True:
        request = routing.ListWorkItemsRequest(parent=world.PARENT, owner=OWNER, page_size=PAGE, page_token=token)
        answer = stub.ListWorkItems(request)
        n_items, n_pages, token = n_items + len(answer.work_items), n_pages + 1, answer.next_page_token
        if not token:
            return n_items, (perf_counter() - began) * 1e3 / n_pages


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("items", type=click.IntRange(3), default=100_000)
def main(items: int) -> None:
    """Measure with logs of ITEMS / 100, ITEMS / 10 and ITEMS work items."""
    console, table = Console(), Table("work items in the log", f"first {PAGE} of an owner, ms", "their pages, ms each")
    table.add_column(f"first {PAGE} of all, ms")
    server = MeasuredServer(ROOT)
    try:
        with grpc.insecure_channel(server.address) as channel, Progress(console=console, transient=True) as progress:
            stub, there = routing_pb2_grpc.RoutingServiceStub(channel), 0
            for wanted in (items // 100, items // 10, items):
                fill(stub, wanted - there, server.n_regions, progress)
                there = wanted
                n_items, each = pages(stub)
                times_ms = [ms(stub, routing.ListWorkItemsRequest(parent=world.PARENT, owner=owner, page_size=PAGE))
                         for owner in (OWNER, "")]  # fmt: skip
                table.add_row(
                    f"{there:,}", f"{times_ms[0]:.2f}", f"{each:.2f} ({n_items:,} items)", f"{times_ms[1]:.2f}"
                )
    finally:
        server.stop()
    console.print(table)


if __name__ == "__main__":
    main()
