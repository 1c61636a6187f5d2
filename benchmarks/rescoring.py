"""What does rescoring a table cost, and is it slower than it was? This tree and older commits, in turn.

``python -m benchmarks.rescoring REVISION [REVISION…]``: ``fairlead rescore`` from Parquet to Parquet, 30 features, the
same table for all and each revision in a temporary work tree, in an order that changes from round to round. Printed are
medians, and of the pairs' ratios of processor time the median, the least and the greatest.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.scoring_model import write_customers

ROOT = Path(__file__).parents[1]
THIS = "this tree"
_REGISTRY = (
    "from pathlib import Path; from benchmarks.scoring_model import write_registry; write_registry(Path({folder!r}))"
)
_RESCORE = "from scoring.cli.rescore import rescore; rescore()"


@dataclass(frozen=True, slots=True)
class Rescored:
    """One table's figures; ``peak_bytes`` is the resident memory of all processes together."""

    n_rows: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def write_registry(tree: Path, folder: Path) -> None:
    """Have a tree write the model that it scores with."""
    command = [sys.executable, "-P", "-c", _REGISTRY.format(folder=str(folder))]
    subprocess.run(command, cwd=tree, env=_of(tree), check=True)


def rescore(data: Path, registry: Path, n_rows: int, processes: int, tree: Path = ROOT) -> Rescored:
    """Measure ``fairlead rescore`` of a table of ``n_rows``, as a tree has it."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--data", str(data), "--out", f"{folder}/out", "--registry", str(registry)]
        command = [sys.executable, "-P", "-c", _RESCORE, *options, "--processes", str(processes)]
        begin, before, peak = time.perf_counter(), os.times(), 0
        process = subprocess.Popen(
            command, cwd=tree, env=_of(tree), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None:
            peak = max(peak, _resident(process.pid))
            time.sleep(0.05)
        seconds, after = time.perf_counter() - begin, os.times()
    if process.returncode:
        raise RuntimeError(f"fairlead rescore ended with {process.returncode}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Rescored(n_rows, seconds, cpu, peak)


def _of(tree: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{tree}:{tree / 'proto'}"}


def _resident(pid: int) -> int:
    """Return the memory that a process and its children hold by themselves, in bytes; mapped files count for nobody."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0
    own = sum(int(line.split()[1]) << 10 for line in lines if line.startswith(("RssAnon", "RssShmem")))
    return own + sum(_resident(int(child)) for child in children)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rows", "n_rows", default=1_000_000, show_default=True, help="Of the table.")
@click.option("--pairs", type=click.IntRange(1), default=5, show_default=True, help="Rounds; each gives a pair.")
@click.option("--processes", default=2, show_default=True)
@click.argument("revisions", nargs=-1)
def main(n_rows: int, pairs: int, processes: int, revisions: tuple[str, ...]) -> None:
    """Rescore by this tree and by REVISIONS of git; below 1 this tree takes less."""
    from benchmarks.compare import checked_out  # with it comes a server, which a tree alone can do without

    console = Console(width=110)
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        trees = {THIS: ROOT} | {revision: running.enter_context(checked_out(revision)) for revision in revisions}
        data = folder / "customers.parquet"
        write_customers(data, n_rows)
        registries = {name: folder / f"registry-{place}" for place, name in enumerate(trees)}
        for name, tree in trees.items():
            write_registry(tree, registries[name])
        taken: dict[str, list[Rescored]] = {name: [] for name in trees}
        for number in track(range(pairs), "rescoring", console=console, transient=True):
            for name in random.Random(number).sample(list(trees), len(trees)):
                taken[name].append(rescore(data, registries[name], n_rows, processes, trees[name]))
    console.print(_shown(taken, f"rescore {n_rows:,} × 30, {processes} processes, medians of {pairs}"))


def _shown(taken: dict[str, list[Rescored]], title: str) -> Table:
    shown = Table("", "wall, s", "processor, s", "MiB", "ours to theirs, processor", "least … greatest", title=title)
    ours = taken[THIS]
    for name, rounds in taken.items():
        ratios = [our.cpu_seconds / their.cpu_seconds for our, their in zip(ours, rounds, strict=True)]
        shown.add_row(
            name,
            f"{median(one.seconds for one in rounds):.2f}",
            f"{median(one.cpu_seconds for one in rounds):.2f}",
            f"{median(one.peak_bytes for one in rounds) / (1 << 20):,.0f}",
            *([] if name == THIS else [f"{median(ratios):.3f}", f"{min(ratios):.3f} … {max(ratios):.3f}"]),
        )
    return shown


if __name__ == "__main__":
    main()
