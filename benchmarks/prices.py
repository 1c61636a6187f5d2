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
from benchmarks.guarded import guarded, processor_s
from benchmarks.server import EMPTY
from benchmarks.serving import ROUTE, server
from fairlead.v1 import routing_pb2 as routing

IN_FLIGHT = 64
ROUNDS = 7
SECONDS = 2.0
_FREE = {"FAIRLEAD_DURABILITY": "memory"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to run the server; ``shown`` goes with each call."""

    name: str
    chosen: Mapping[str, str]
    shown: Sequence[tuple[str, str]] = ()
    audited: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """A round: RouteWorkItem beside the empty handler; the server's processor time in µs a call."""

    route: load.Load
    empty: load.Load
    processor_us: float


def settings(folder: Path) -> list[Setting]:
    """Say what is compared; the first one has nothing switched on."""
    asking, shown = guarded(folder)
    durable, metrics = {"FAIRLEAD_DURABILITY": "always"}, {"FAIRLEAD_METRICS": "0"}
    return [
        Setting("nothing of it (durability memory)", _FREE),
        Setting("durability everysec", {"FAIRLEAD_DURABILITY": "everysec"}),
        Setting("durability always", durable),
        Setting("audit: chained log, monitor", _FREE, audited=True),
        Setting("callers by token", {**_FREE, **asking}, shown),
        Setting("metrics", {**_FREE, **metrics}),
        Setting("as it is by default: always, audit", durable, audited=True),
        Setting("all of it", {**durable, **asking, **metrics}, shown, audited=True),
    ]


def main() -> None:
    """Measure in turn and print the table."""
    console = Console(width=140)
    with ExitStack() as stack:
        compared = settings(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        servers = [
            stack.enter_context(server(settings=setting.chosen, audited=setting.audited)) for setting in compared
        ]
        regions = [
            world.build(address, shown=setting.shown) for setting, (address, _) in zip(compared, servers, strict=True)
        ]
        lead = world.lead(random.Random(1), regions[0])
        request = routing.RouteWorkItemRequest(parent=world.PARENT, work_item=lead).SerializeToString()
        by_setting: dict[str, list[Round]] = {setting.name: [] for setting in compared}
        for _ in track(range(ROUNDS), description="measuring", console=console, transient=True):
            for setting, (address, process) in zip(compared, servers, strict=True):
                by_setting[setting.name].append(_measured(address, process.pid, request, setting))
    console.print(_table(by_setting))


def _measured(address: str, pid: int, request: bytes, setting: Setting) -> Round:
    empty = load.put(address, f"/{EMPTY}/RouteWorkItem", request, IN_FLIGHT, SECONDS, setting.shown)
    before = processor_s(pid)
    route = load.put(address, ROUTE, request, IN_FLIGHT, SECONDS, setting.shown)
    assert not route.failed, f"{setting.name}: calls failed"
    calls = route.calls_per_s * (SECONDS + load.WARM_UP_S)
    return Round(route, empty, (processor_s(pid) - before) / calls * 1e6)


def _table(by_setting: Mapping[str, list[Round]]) -> Table:
    table = Table(
        "switched on", "calls/s", "p99 ms", "calls of nothing's", "µs a call over nothing's", "of an empty handler"
    )
    table.title = f"The price of each promise, {IN_FLIGHT} in flight, {load.generator()}, medians of {ROUNDS} rounds"
    free = next(iter(by_setting.values()))
    for name, rounds in by_setting.items():
        pairs = list(zip(rounds, free, strict=True))
        share = median(one.route.calls_per_s / nothing.route.calls_per_s for one, nothing in pairs)
        more = median(one.processor_us - nothing.processor_us for one, nothing in pairs)
        ratio = median(one.route.calls_per_s / one.empty.calls_per_s for one in rounds)
        rate, tail = (median(getattr(one.route, figure) for one in rounds) for figure in ("calls_per_s", "p99_ms"))
        table.add_row(name, f"{rate:,.0f}", f"{tail:.0f}", f"{share:.2f}", f"{more:+.0f}", f"{ratio:.2f}")
    return table


if __name__ == "__main__":
    main()
