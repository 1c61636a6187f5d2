"""What each promise costs: RouteWorkItem with one of them switched on at a time, then with all, in the same run.

Run as ``python -m benchmarks.prices``.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks import load, world
from benchmarks.guarded import guarded
from benchmarks.server import EMPTY
from benchmarks.serving import ROUTE, server
from fairlead.v1 import routing_pb2 as routing

IN_FLIGHT = 64
ROUNDS = 5
SECONDS = 2.0
_FREE = {"FAIRLEAD_DURABILITY": "memory", "FAIRLEAD_LOG": "text"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to run the server; ``shown`` goes with each call."""

    name: str
    chosen: Mapping[str, str]
    shown: Sequence[tuple[str, str]] = ()


def settings(folder: Path) -> list[Setting]:
    """Say what is compared; the first one has nothing switched on."""
    asking, shown = guarded(folder)
    durable, metrics, lines = {"FAIRLEAD_DURABILITY": "always"}, {"FAIRLEAD_METRICS": "0"}, {"FAIRLEAD_LOG": "json"}
    return [
        Setting("nothing of it (durability memory)", _FREE),
        Setting("durability everysec", {**_FREE, "FAIRLEAD_DURABILITY": "everysec"}),
        Setting("durability always", {**_FREE, **durable}),
        Setting("callers by token", {**_FREE, **asking}, shown),
        Setting("metrics", {**_FREE, **metrics}),
        Setting("log lines as JSON", {**_FREE, **lines}),
        Setting("all of it", {**_FREE, **durable, **asking, **metrics, **lines}, shown),
    ]


def main() -> None:
    """Measure in turn and print the table."""
    console = Console(width=140)
    with ExitStack() as stack:
        compared = settings(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        addresses = [stack.enter_context(server(settings=setting.chosen))[0] for setting in compared]
        regions = [
            world.build(address, shown=setting.shown) for setting, address in zip(compared, addresses, strict=True)
        ]
        lead = world.lead(random.Random(1), regions[0])
        request = routing.RouteWorkItemRequest(parent=world.PARENT, work_item=lead).SerializeToString()
        found: dict[str, list[tuple[load.Load, load.Load]]] = {setting.name: [] for setting in compared}
        for _ in track(range(ROUNDS), description="measuring", console=console, transient=True):
            for setting, address in zip(compared, addresses, strict=True):
                empty, route = (
                    load.put(address, method, request, IN_FLIGHT, SECONDS, setting.shown)
                    for method in (f"/{EMPTY}/RouteWorkItem", ROUTE)
                )
                assert not route.failed, f"{setting.name}: calls failed"
                found[setting.name].append((empty, route))
    console.print(_table(found))


def _table(found: Mapping[str, list[tuple[load.Load, load.Load]]]) -> Table:
    table = Table("switched on", "calls/s", "p99 ms", "of nothing switched on", "of an empty handler")
    table.title = f"The price of each promise, {IN_FLIGHT} in flight, {load.generator()}, medians of {ROUNDS} rounds"
    first = next(iter(found.values()))
    for name, rounds in found.items():
        pairs = zip(rounds, first, strict=True)
        share = median(route.calls_per_s / free.calls_per_s for (_, route), (_, free) in pairs)
        ratio = median(route.calls_per_s / empty.calls_per_s for empty, route in rounds)
        rate, tail = (median(getattr(route, figure) for _, route in rounds) for figure in ("calls_per_s", "p99_ms"))
        table.add_row(name, f"{rate:,.0f}", f"{tail:.0f}", f"{share:.2f}", f"{ratio:.2f}")
    return table


if __name__ == "__main__":
    main()
