"""Is it slower than it was? This tree and older commits, driven in turn by one client.

``python -m benchmarks.compare REVISION [REVISION…]`` (``make compare``). Every revision is checked out into a temporary
work tree and its own ``benchmarks.server`` started; then each in turn gets the same load, in an order that changes from
round to round, so that whatever else the machine does falls on all alike. One pair is this tree and a revision in one
round. Printed is the median of the pairs' ratios with its 95 % interval, which assumes no distribution, and what a call
costs in processor time. An interval wider than ±10 % shows nothing, and the table says so.

References
----------
W. J. Conover, "Practical Nonparametric Statistics", 3rd ed., 1999, section 3.2: the interval of a median.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import comb
from pathlib import Path
from statistics import median

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

import serving  # noqa: F401 (before all that imports gRPC: it settles what gRPC reads from the environment)
from benchmarks import load, world
from fairlead.v1 import routing_pb2 as routing

ROOT = Path(__file__).parents[1]
THIS = "this tree"
SERVICE = "/fairlead.v1.RoutingService/"
BATCH = 100
WIDEST = 0.1
"""Of a ratio's interval, to either side of 1."""
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Work:
    """What is asked for again and again, so many at a time."""

    name: str
    method: str
    in_flight: int
    request: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """What one round gave: calls a second, and microseconds of processor time a call."""

    calls_per_s: float
    server_us: float
    store_us: float


class MeasuredServer:
    """A revision's server, running.

    Parameters
    ----------
    tree
        Where its code lies.
    """

    def __init__(self, tree: Path) -> None:
        environ = {**os.environ, "PYTHONPATH": f"{tree}:{tree / 'proto'}"}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "benchmarks.server"],
            cwd=tree, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        self.stores = [int(pid) for task in tasks for pid in task.read_text().split()]
        self.n_regions = world.build(self.address)

    def put(self, work: Work, seconds: float) -> Taken:
        """Let it work, and see what that takes."""
        server_s, store_s = self.processor_s()
        took = load.put(self.address, work.method, work.request, work.in_flight, seconds)
        assert not took.failed, f"{took.failed} calls of {work.name} failed"
        after_server_s, after_store_s = self.processor_s()
        calls = took.calls_per_s * (seconds + load.WARM_UP_S)  # as many a second while it warms up
        return Taken(
            took.calls_per_s, (after_server_s - server_s) / calls * 1e6, (after_store_s - store_s) / calls * 1e6
        )

    def processor_s(self) -> tuple[float, float]:
        """Return the processor time that server and store have taken, in seconds."""
        return processor_s(self.process.pid), sum(map(processor_s, self.stores))

    def stop(self) -> None:
        """End it, and its store with it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def processor_s(pid: int) -> float:
    """Return the processor time that a process has taken, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Yield a temporary work tree of a revision."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(tree), revision], cwd=ROOT, check=True)
        (tree / "router" / "__init__.py").touch()  # older ones have none, and would be hidden by the installed one
        try:
            yield tree
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)


def works(n_regions: int, batch_size: int = BATCH) -> list[Work]:
    """Return what is measured: one call at a time, many, and batches."""
    draw = random.Random(1)
    one = routing.RouteWorkItemRequest(parent=world.PARENT, work_item=world.lead(draw, n_regions))
    wishes = [routing.RouteWorkItemRequest(work_item=world.lead(draw, n_regions)) for _ in range(batch_size)]
    batch = routing.BatchRouteWorkItemsRequest(parent=world.PARENT, requests=wishes)
    return [
        Work("RouteWorkItem, 1 in flight", f"{SERVICE}RouteWorkItem", 1, one.SerializeToString()),
        Work("RouteWorkItem, 64 in flight", f"{SERVICE}RouteWorkItem", 64, one.SerializeToString()),
        Work(f"BatchRouteWorkItems of {batch_size}", f"{SERVICE}BatchRouteWorkItems", 2, batch.SerializeToString()),
    ]


def interval(ratios: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of a median: between two of the values, those that chance leaves it between.

    Parameters
    ----------
    ratios
        At least 6; fewer cannot say it.

    Examples
    --------
    >>> interval([1.0, 1.1, 0.9, 1.2, 0.8, 1.05, 0.95, 1.15, 0.85, 1.01])
    (0.85, 1.15)
    """
    ordered, number = sorted(ratios), len(ratios)
    below = 0.0
    cut = 0
    while (below := below + comb(number, cut) / 2**number) <= 0.025:
        cut += 1
    return ordered[cut - 1], ordered[-cut]


def verdict(low: float, high: float) -> str:
    """Say what an interval of ratios shows.

    Examples
    --------
    >>> verdict(0.97, 1.02), verdict(0.90, 0.96), verdict(1.01, 1.05), verdict(0.80, 1.05)
    ('no difference shown', 'slower', 'faster', 'not shown')
    """
    if high - low > 2 * WIDEST:
        return "not shown"
    return "slower" if high < 1 else "faster" if low > 1 else "no difference shown"


def table_of(work: Work, taken: dict[str, list[Taken]]) -> Table:
    """Show how this tree stands beside each revision."""
    table = Table("beside", "calls/s, theirs → ours", "ratio", "95 % interval", "shown", title=work.name)
    table.add_column("server µs a call")
    table.add_column("store µs a call")
    ours = taken[THIS]
    for revision in taken.keys() - {THIS}:
        theirs = taken[revision]
        ratios = [our.calls_per_s / their.calls_per_s for our, their in zip(ours, theirs, strict=True)]
        low, high = interval(ratios)
        figures = [
            f"{median(getattr(one, name) for one in theirs):,.0f} → {median(getattr(one, name) for one in ours):,.0f}"
            for name in ("calls_per_s", "server_us", "store_us")
        ]
        table.add_row(
            revision, figures[0], f"{median(ratios):.3f}", f"{low:.3f} … {high:.3f}", verdict(low, high), *figures[1:]
        )
    return table


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--pairs", type=click.IntRange(6), default=10, show_default=True, help="Rounds; each gives a pair.")
@click.option("--seconds", type=click.FloatRange(0.1), default=load.SECONDS, show_default=True, help="Of each round.")
@click.option("--batch-size", type=click.IntRange(1, 1000), default=BATCH, show_default=True, help="Items a batch.")
@click.argument("revisions", nargs=-1, required=True)
def main(pairs: int, seconds: float, batch_size: int, revisions: tuple[str, ...]) -> None:
    """Compare this tree with REVISIONS of git; above 1 this tree is the faster."""
    console = Console(width=140)
    with ExitStack() as running:
        trees = {THIS: ROOT} | {revision: running.enter_context(checked_out(revision)) for revision in revisions}
        servers = {name: MeasuredServer(tree) for name, tree in trees.items()}
        for server in servers.values():
            running.callback(server.stop)
        console.print(f"{pairs} pairs of {seconds:g} s, load by {load.generator()}, 100 rules, 100 reps")
        for work in works(servers[THIS].n_regions, batch_size):
            taken: dict[str, list[Taken]] = {name: [] for name in servers}
            for number in track(range(pairs), description=work.name, console=console, transient=True):
                order = list(servers)
                random.Random(number).shuffle(order)
                for name in order:
                    taken[name].append(servers[name].put(work, seconds))
            console.print(table_of(work, taken))


if __name__ == "__main__":
    main()
