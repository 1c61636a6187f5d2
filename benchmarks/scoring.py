"""How fast customers are scored: over gRPC beside an empty handler, the kernel beside scikit-learn, and whole tables.

Run as ``python -m benchmarks.scoring [--rows N]``; ratios are of one run on one machine, times are printed and never
asserted.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import grpc
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from benchmarks.rescoring import rescore
from benchmarks.scoring_model import N_CATEGORIES, N_NUMBERS, request, rows, tables, write_customers, write_registry
from benchmarks.scoring_server import EMPTY
from fairlead.v1 import scoring_pb2
from scoring.model.logistic import FloatArray
from scoring.model.tables import Kernel, ScoreTables

CALLS = 6_000
CONCURRENCY = 16
ROUNDS = 5
GOAL_RPC = 0.7
GOAL_MLSERVER = 10
GOAL_SECONDS, GOAL_BYTES = 120.0, 2 << 30


@dataclass(frozen=True, slots=True)
class Rpc:
    """One method's figures."""

    calls_per_s: float
    server_us: float
    """Processor time of the server per call, in microseconds."""


# ------------------------------------------------------------------------------------------------------------------ rpc


def rpc(folder: Path) -> dict[str, Rpc]:
    """Measure ScoreCustomer and the empty handler in turns, best of `ROUNDS`."""
    with serving(folder) as (port, pid):
        return asyncio.run(_in_turns(port, pid))


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


async def _in_turns(port: int, pid: int) -> dict[str, Rpc]:
    requests = [request(number) for number in range(64)]
    best: dict[str, Rpc] = {}
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        for turn in range(ROUNDS + 1):
            for name, service in (("empty", EMPTY), ("score", "fairlead.v1.ScoringService")):
                method = channel.unary_unary(
                    f"/{service}/ScoreCustomer",
                    request_serializer=scoring_pb2.ScoreCustomerRequest.SerializeToString,
                    response_deserializer=scoring_pb2.Score.FromString,
                )
                rpc = await _measure(method, requests, pid)
                if turn and (name not in best or rpc.server_us < best[name].server_us):  # the first turn warms up
                    best[name] = rpc
    return best


async def _measure(method: Any, requests: list[scoring_pb2.ScoreCustomerRequest], pid: int) -> Rpc:
    async def caller() -> None:
        for i in range(CALLS // CONCURRENCY):
            await method(requests[i % len(requests)])

    cpu, begin = _cpu_seconds(pid), time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CONCURRENCY)))
    seconds = time.perf_counter() - begin
    return Rpc(CALLS / seconds, (_cpu_seconds(pid) - cpu) / CALLS * 1e6)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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


@click.command()
@click.option("--rows", "n_rows", default=10_000_000, show_default=True, help="Rows of the table to rescore; 0: none.")
@click.option("--processes", default=2, show_default=True)
def main(n_rows: int, processes: int) -> None:
    """Measure scoring and print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_registry(folder / "registry")
        _print_rpc(rpc(folder / "registry"))
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


def _print_rpc(rows: dict[str, Rpc]) -> None:
    for name, row in rows.items():
        print(f"{name:6} {row.calls_per_s:8,.0f} calls/s   {row.server_us:7.1f} µs of the server's processor per call")
    rate = rows["score"].calls_per_s / rows["empty"].calls_per_s
    cpu = rows["empty"].server_us / rows["score"].server_us
    print(
        f"ScoreCustomer beside the empty handler: {rate:.2f} of its rate, {cpu:.2f} by processor time (goal {GOAL_RPC})"
    )


if __name__ == "__main__":
    main()
