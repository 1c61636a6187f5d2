"""What does a decision cost inside the store? This tree's bind and those of older commits, in turn, by one client.

``python -m benchmarks.script REVISION [REVISION…]``. Each starts its own server, see ``benchmarks.compare``;
each in turn routes batches of leads that are all new, one call after the other, and the store itself says how long the
script took (``INFO commandstats``): microseconds an item, by the size of the batch, whatever gRPC and Python cost.
"""

from __future__ import annotations

import random
import re
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import click
import redis
from rich.console import Console
from rich.progress import track
from rich.table import Table

import serving as _serving  # noqa: F401 (before all that imports gRPC: it settles what gRPC reads from the environment)

import grpc  # isort: skip

from benchmarks import world
from benchmarks.compare import ROOT, THIS, MeasuredServer, checked_out, interval, verdict
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import routing_pb2_grpc

BATCHES = (1, 15, 64)
ITEMS = 1920
"""Of a round; a multiple of every batch."""


class Bind:
    """A revision's bind, called through its server.

    Parameters
    ----------
    server
        It runs, and ends with this.
    """

    def __init__(self, server: MeasuredServer) -> None:
        self._server = server
        (store,) = self._server.stores
        title = Path(f"/proc/{store}/cmdline").read_text()
        socket = re.search(r"unixsocket:(\S+)", title)
        assert socket is not None, f"the store does not say where it listens: {title!r}"
        self._store = redis.Redis(unix_socket_path=socket[1].rstrip("\0"))
        self._channel = grpc.insecure_channel(self._server.address)
        self._routing = routing_pb2_grpc.RoutingServiceStub(self._channel)
        self._draw = random.Random(1)

    def us_an_item(self, batch: int, items: int = ITEMS) -> float:
        """Route a round of leads and return what the script took, in microseconds an item."""
        self._store.config_resetstat()
        for _ in range(items // batch):
            wishes = [
                routing.RouteWorkItemRequest(work_item=world.lead(self._draw, self._server.n_regions))
                for _ in range(batch)
            ]
            self._routing.BatchRouteWorkItems(routing.BatchRouteWorkItemsRequest(parent=world.PARENT, requests=wishes))
        calls = self._store.info("commandstats")
        took_us = sum(calls[name]["usec"] for name in ("cmdstat_evalsha", "cmdstat_eval") if name in calls)
        return float(took_us) / items

    def stop(self) -> None:
        """End the server, and its store with it."""
        self._channel.close()
        self._store.close()
        self._server.stop()


def table_of(taken: dict[tuple[str, int], list[float]], revisions: list[str]) -> Table:
    """Show how this tree's script stands beside each revision's."""
    table = Table("beside", "batch", "µs an item, theirs → ours", "ratio", "95 % interval", "shown", title="bind.lua")
    for revision in revisions:
        for batch in BATCHES:
            theirs, ours = taken[revision, batch], taken[THIS, batch]
            ratios = [their / our for our, their in zip(ours, theirs, strict=True)]
            low, high = interval(ratios)
            table.add_row(
                revision, str(batch), f"{median(theirs):.1f} → {median(ours):.1f}", f"{median(ratios):.3f}",
                f"{low:.3f} … {high:.3f}", verdict(low, high),
            )  # fmt: skip
    return table


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--pairs", type=click.IntRange(6), default=20, show_default=True, help="Rounds; each gives a pair.")
@click.argument("revisions", nargs=-1, required=True)
def main(pairs: int, revisions: tuple[str, ...]) -> None:
    """Compare this tree's bind with that of REVISIONS of git; above 1 this tree's is the faster."""
    console = Console(width=140)
    with ExitStack() as running:
        trees = {THIS: ROOT} | {revision: running.enter_context(checked_out(revision)) for revision in revisions}
        binds = {name: Bind(MeasuredServer(tree)) for name, tree in trees.items()}
        for bind in binds.values():
            running.callback(bind.stop)
        taken: dict[tuple[str, int], list[float]] = {(name, batch): [] for name in binds for batch in BATCHES}
        for number in track(range(pairs), description="bind", console=console, transient=True):
            order = [(name, batch) for name in binds for batch in BATCHES]
            random.Random(number).shuffle(order)
            for name, batch in order:
                taken[name, batch].append(binds[name].us_an_item(batch))
        console.print(table_of(taken, list(revisions)))


if __name__ == "__main__":
    main()
