"""One way of working beside another, on two servers of this tree: what a lead takes by each, in pairs.

The servers are driven in turn by one client, in an order that changes from round to round. One pair is both in one
round. Printed is the median of the pairs' ratios with its 95 % interval, which assumes no distribution, once of the
time that a lead takes and once of the processor time of server and store together, with what they do behind a round:
the next begins once they are at rest.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

import serving  # noqa: F401 (before all that imports gRPC: it settles what gRPC reads from the environment)
from benchmarks.compare import ROOT, MeasuredServer, interval

IN_FLIGHT = (1, 64)
_LOOK_S, _AT_REST = 1.0, 0.04
"""Server and store are at rest once they take less than that share of a processor for so many seconds."""
Drive = Callable[[MeasuredServer, int, float], Awaitable[int]]
"""Has a server work with so many leads at once, until an instant by ``time.perf_counter``; returns how many it did."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one round gave, by lead: all in microseconds, the last two of processor time."""

    time_us: float
    server_us: float
    store_us: float

    @property
    def processor_us(self) -> float:
        """Of server and store together."""
        return self.server_us + self.store_us


@dataclass(frozen=True, slots=True)
class Way:
    """A way of working: what it is called, how a server is arranged for it, and how it is driven."""

    name: str
    arrange: Callable[[MeasuredServer], object]
    drive: Drive


def put(server: MeasuredServer, drive: Drive, in_flight: int, seconds: float) -> Taken:
    """Let a server work, and see what a lead takes."""
    before = server.processor_s()
    began = time.perf_counter()
    leads = asyncio.run(_driven(server, drive, in_flight, began + seconds))
    took_s = time.perf_counter() - began
    _settle(server)
    server_s, store_s = (now - then for now, then in zip(server.processor_s(), before, strict=True))
    return Taken(took_s / leads * 1e6, server_s / leads * 1e6, store_s / leads * 1e6)


def _settle(server: MeasuredServer) -> None:
    """Wait until a server is at rest."""
    before, is_at_rest = sum(server.processor_s()), False
    while not is_at_rest:
        time.sleep(_LOOK_S)
        now = sum(server.processor_s())
        before, is_at_rest = now, now - before < _AT_REST * _LOOK_S


async def _driven(server: MeasuredServer, drive: Drive, in_flight: int, until: float) -> int:
    return await drive(server, in_flight, until)


def verdict(low: float, high: float, limit: float) -> str:
    """Say whether an interval of ratios is within a limit.

    Examples
    --------
    >>> verdict(1.9, 2.1, 2.2), verdict(2.1, 2.3, 2.2), verdict(2.3, 2.4, 2.2)
    ('within 2.2', 'not shown', 'above 2.2')
    """
    return f"within {limit}" if high <= limit else f"above {limit}" if low > limit else "not shown"


def compare(
    ways: tuple[Way, Way],
    limit: float,
    pairs: int,
    seconds: float,
    levels: Collection[int] = IN_FLIGHT,
    judged: Collection[str] = ("time", "processor"),
) -> bool:
    """Print what a lead takes by the second way beside the first; return whether what is judged is within a limit."""
    console, shown = Console(width=150), set[str]()
    with ExitStack() as running:
        servers = {way: MeasuredServer(ROOT) for way in ways}
        for way, server in servers.items():
            running.callback(server.stop)
            way.arrange(server)
        console.print(f"{pairs} pairs of {seconds:g} s, load by an asyncio client, 100 rules, 100 reps")
        for in_flight in levels:
            taken: dict[Way, list[Taken]] = {way: [] for way in ways}
            for way, server in servers.items():
                put(server, way.drive, in_flight, 1.0)  # while it warms up
            for number in track(range(pairs), description=f"{in_flight} in flight", console=console, transient=True):
                for way in random.Random(number).sample(ways, len(ways)):
                    taken[way].append(put(servers[way], way.drive, in_flight, seconds))
            one, other = ways
            columns = ("of a lead", f"µs, {one.name} → {other.name}", "ratio", "95 % interval", f"limit {limit}")
            table = Table(*columns, "server", "store", title=f"{in_flight} in flight")
            for row in rows_of(taken, ways, limit):
                table.add_row(*row)
                if row[0] in judged:
                    shown.add(row[4])
            console.print(table)
    return shown == {f"within {limit}"}


def rows_of(taken: Mapping[Way, list[Taken]], ways: tuple[Way, Way], limit: float) -> list[list[str]]:
    """Return what is shown of one number of leads in flight: of time, and of processor time."""
    ones, others = (taken[way] for way in ways)
    return [_row(ones, others, *each, limit) for each in (("time", "time_us"), ("processor", "processor_us"))]


def _row(ones: Sequence[Taken], others: Sequence[Taken], label: str, field: str, limit: float) -> list[str]:
    ratios = [getattr(other, field) / getattr(one, field) for one, other in zip(ones, others, strict=True)]
    low, high = interval(ratios)
    figures = [
        f"{_median(ones, name):,.0f} → {_median(others, name):,.0f}" for name in (field, "server_us", "store_us")
    ]
    return [
        label, figures[0], f"{median(ratios):.3f}", f"{low:.3f} … {high:.3f}", verdict(low, high, limit), *figures[1:]
    ]  # fmt: skip


def _median(taken: Sequence[Taken], name: str) -> float:
    return float(median(getattr(one, name) for one in taken))
