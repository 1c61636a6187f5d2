"""How fast customers are scored: over gRPC beside an empty handler, the kernel beside scikit-learn, and whole tables.

Run as ``python -m benchmarks.scoring [--calls-only] [--rows N]``; ratios are of one run on one machine, times are
printed and never asserted. Calls and the empty handler's come in short slices, in a turn that changes, so that whatever
else the machine does falls on all alike; a pair is two slices of one turn. ``benchmarks.scoring_parts`` says where the
microseconds of a call go.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import click
import grpc
import numpy as np
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table
from sklearn.ensemble import HistGradientBoostingClassifier

from benchmarks.compare import interval
from benchmarks.rescoring import rescore
from benchmarks.scoring_model import N_CATEGORIES, N_NUMBERS, request, rows, tables, write_customers, write_registry
from benchmarks.scoring_server import EMPTY
from fairlead.v1 import scoring_pb2
from scoring.model.logistic import FloatArray
from scoring.model.tables import Kernel, ScoreTables

SCORING = "fairlead.v1.ScoringService"
CALLS = 1_008
CONCURRENCY = 16
GOAL_RPC, WISHED_RPC = 0.65, 0.7
GOAL_MLSERVER = 10
GOAL_SECONDS, GOAL_BYTES = 120.0, 2 << 30


@dataclass(frozen=True, slots=True)
class Slice:
    """What some calls one after the other took."""

    calls_per_s: float
    server_us: float
    """Processor time of the server per call, in microseconds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A method, and what is asked of it."""

    service: str
    wish: Mapping[str, object]
    plain: bool
    """The features are in maps of numbers and texts, not in a Struct."""


EMPTY_HANDLER = {True: "empty handler", False: "Struct: empty handler"}
ASKED = {
    EMPTY_HANDLER[True]: Asked(EMPTY, {}, True),
    "three reasons": Asked(SCORING, {}, True),
    "three reasons, in Chinese": Asked(SCORING, {"locale": "zh"}, True),
    "no reasons": Asked(SCORING, {"explain_top_k": 0}, True),
    EMPTY_HANDLER[False]: Asked(EMPTY, {}, False),
    "Struct: three reasons": Asked(SCORING, {}, False),
    "Struct: no reasons": Asked(SCORING, {"explain_top_k": 0}, False),
}
"""What is measured in turn; each row is compared with the empty handler that gets the same requests."""


# ------------------------------------------------------------------------------------------------------------------ rpc


def rpc(folder: Path, pairs: int) -> dict[str, list[Slice]]:
    """Measure ScoreCustomer and the empty handler in turn, as many times as there shall be pairs."""
    with serving(folder) as (port, pid):
        return asyncio.run(_in_turns(port, pid, pairs))


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[int, int]]:
    """Serve a registry in a process of its own; yield port and process id."""
    command = [sys.executable, "-m", "benchmarks.scoring_server", str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline()), process.pid
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


async def _in_turns(port: int, pid: int, pairs: int) -> dict[str, list[Slice]]:
    slices: dict[str, list[Slice]] = {name: [] for name in ASKED}
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        drives = {name: _drive(channel, asked, pid) for name, asked in ASKED.items()}
        for drive in drives.values():  # the first ones warm up
            await drive()
        for _ in range(pairs):
            for name in random.sample(list(drives), len(drives)):
                slices[name].append(await drives[name]())
    return slices


def _drive(channel: grpc.aio.Channel, asked: Asked, pid: int) -> Callable[[], Awaitable[Slice]]:
    """Return what plays one slice."""
    requests = [request(number, plain=asked.plain, **asked.wish) for number in range(64)]
    method: Any = channel.unary_unary(
        f"/{asked.service}/ScoreCustomer",
        request_serializer=scoring_pb2.ScoreCustomerRequest.SerializeToString,
        response_deserializer=scoring_pb2.Score.FromString,
    )

    async def caller() -> None:
        for i in range(CALLS // CONCURRENCY):
            await method(requests[i % len(requests)])

    async def drive() -> Slice:
        cpu, begin = processor_s(pid), time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(CONCURRENCY)))
        seconds = time.perf_counter() - begin
        return Slice(CALLS / seconds, (processor_s(pid) - cpu) / CALLS * 1e6)

    return drive


def processor_s(pid: int) -> float:
    """Return the processor time of a process and all of its threads, in seconds, to the nanosecond.

    References
    ----------
    clock_getcpuclockid(3): the clock of another process; its number is made as Linux makes it.

    Examples
    --------
    >>> import os
    >>> 0 < processor_s(os.getpid()) <= time.process_time()
    True
    """
    return time.clock_gettime((~pid << 3) | 2)


def figures(slices: Mapping[str, Sequence[Slice]]) -> Table:
    """Show medians, and of the pairs' ratios the median with its 95 % interval, as docs/scoring.md has them."""
    what = f"{N_NUMBERS + N_CATEGORIES} features, {CONCURRENCY} in flight, slices of {CALLS:,} calls in turn"
    columns = "calls/s", "server, µs of processor a call", "of the empty handler's rate", "by processor time"
    table = Table("", *columns, box=MARKDOWN, title=f"ScoreCustomer, {what}")
    for name, taken in slices.items():
        empty = slices[EMPTY_HANDLER[ASKED[name].plain]]
        pairs = list(zip(taken, empty, strict=True))
        rates = [ours.calls_per_s / theirs.calls_per_s for ours, theirs in pairs]
        costs = [theirs.server_us / ours.server_us for ours, theirs in pairs]
        medians = f"{median(s.calls_per_s for s in taken):,.0f}", f"{median(s.server_us for s in taken):,.1f}"
        table.add_row(name, *medians, *([] if taken is empty else [_with_spread(rates), _with_spread(costs)]))
    return table


def _with_spread(ratios: Sequence[float]) -> str:
    low, high = interval(ratios)
    return f"{median(ratios):.2f} ({low:.2f} … {high:.2f})"


# --------------------------------------------------------------------------------------------------------------- kernel


def kernel(sizes: tuple[int, ...] = (1, 1_000, 1_000_000)) -> dict[int, tuple[float, float]]:
    """Measure seconds per call of the kernel and of scikit-learn's ``predict_proba``, a model of like size."""
    estimator, served = _estimator(), tables()
    return {size: (_best(_ours(served, rows(size))), _best(_theirs(estimator, rows(size)))) for size in sizes}


def _ours(served: ScoreTables, table: FloatArray) -> Callable[[], object]:
    one, first = Kernel(served), table[0].tolist()
    return (lambda: one.probability(first)) if len(table) == 1 else (lambda: served.probabilities(table))


def _theirs(estimator: HistGradientBoostingClassifier, table: FloatArray) -> Callable[[], object]:
    contiguous = np.ascontiguousarray(table)
    return lambda: estimator.predict_proba(contiguous)


def _estimator() -> HistGradientBoostingClassifier:
    """Fit what SCORING calls small: 250 trees of 8 leaves, at most two features in each."""
    table = rows(5_000, seed=9)
    churned = np.random.default_rng(3).random(len(table)) < 1 / (1 + np.exp(-(table[:, :5].sum(axis=1) - 3)))
    return HistGradientBoostingClassifier(
        learning_rate=0.04,
        max_iter=250,
        max_leaf_nodes=8,
        l2_regularization=5,
        early_stopping=False,
        random_state=0,
        interaction_cst="pairwise",
        categorical_features=[False] * N_NUMBERS + [True] * N_CATEGORIES,
    ).fit(table, churned)


def _best(call: Callable[[], object]) -> float:
    call()
    times: list[float] = []
    until = time.perf_counter() + 1.0
    while not times or (time.perf_counter() < until and len(times) < 2_000):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return min(times)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rows", "n_rows", default=10_000_000, show_default=True, help="Rows of the table to rescore; 0: none.")
@click.option("--processes", default=2, show_default=True, help="That rescore it.")
@click.option("--pairs", type=click.IntRange(6), default=30, show_default=True, help="Slices of each kind of call.")
@click.option("--calls-only", is_flag=True, help="Measure the calls, and neither the kernel nor a table.")
def main(n_rows: int, processes: int, pairs: int, calls_only: bool) -> None:
    """Measure scoring and print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_registry(folder / "registry")
        console = Console(width=140)
        console.print(figures(rpc(folder / "registry", pairs)))
        console.print(f"goal with three reasons: {GOAL_RPC} by processor time, {WISHED_RPC} wished")
        if calls_only:
            return
        for size, (ours, theirs) in kernel().items():
            times = f"{ours * 1e6:12,.1f} µs   scikit-learn {theirs * 1e6:14,.1f} µs"
            print(f"kernel {size:9,} rows {times}   {theirs / ours:6.1f} ×")
        if n_rows:
            data = folder / "customers.parquet"
            write_customers(data, n_rows)
            table = rescore(data, folder / "registry", n_rows, processes)
            spent = f"{table.seconds:.1f} s, {table.cpu_seconds:.1f} s of processor, {table.peak_bytes >> 20} MiB"
            goal = f"goal {GOAL_SECONDS:.0f} s, {GOAL_BYTES >> 20} MiB for 10,000,000"
            print(f"rescore {n_rows:,} × 30: {spent} ({goal})")


if __name__ == "__main__":
    main()
