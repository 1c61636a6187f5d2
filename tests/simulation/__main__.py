"""``python -m tests.simulation``: a firm for a year, through the real code, and what held.

Exit codes: 0 all promises held, and each mattered; 1 one was broken, or never tried; 2 an option is not as it must be.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from store.clock import simulate
from store.scripts import watch_scripts
from tests.simulation.guards import GUARDS, without

if TYPE_CHECKING:  # scripts are read when they are imported: behind the guard that is to be missing
    from tests.simulation.run import Result


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="How long.")
@click.option("--seed", type=int, default=1, show_default=True, help="Makes the firm and all that happens to it.")
@click.option("--reps", type=click.IntRange(20, 1000), default=100, show_default=True, help="How large the firm is.")
@click.option(
    "--store",
    type=click.Choice(["memory", "valkey", "both"]),
    default="memory",
    show_default=True,
    help="What it runs on; both: one after the other, and their logs must be equal.",
)
@click.option("--without", "missing", type=click.Choice(list(GUARDS)), help="Remove a guard first, to see it missed.")
@click.pass_context
def main(context: click.Context, days: int, seed: int, reps: int, store: str, missing: str | None) -> None:
    """Play a firm's days through the real code and check every promise after each event."""
    if context.invoked_subcommand:
        return
    console, guard = Console(), GUARDS[missing] if missing else None
    kinds = ["memory", "valkey"] if store == "both" else [guard.store if guard else store]
    simulate()
    with without(guard):
        from tests.simulation.report import faults_of, report

        results = {kind: _played(console, kind, days, seed, reps) for kind in kinds}
        for kind, result in results.items():
            report(console, result, f"{days} days of {reps} reps on {kind}, seed {seed}")
        faults = faults_of(list(results.values()))
    for fault in faults[:20]:
        console.print(fault, style="red", markup=False, soft_wrap=True)
    sys.exit(bool(faults))


@main.command()
@click.option("--days", type=click.IntRange(1, 365), default=60, show_default=True, help="How long to wait for each.")
@click.option("--seed", type=int, default=1, show_default=True, help="Makes the firm and all that happens to it.")
def guards(days: int, seed: int) -> None:
    """Remove each guard in turn, and see that the promise that it keeps is the one that misses it."""
    console, unmissed = Console(), []
    for name, guard in GUARDS.items():
        command = [
            sys.executable,
            "-m",
            "tests.simulation",
            "--days",
            str(days),
            "--seed",
            str(seed),
            "--without",
            name,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        broken = [line for line in done.stdout.splitlines() if line.startswith("broken ")]
        found = done.returncode == 1 and broken and broken[0].split()[1].rstrip(":") in guard.promises.split()
        told = broken[0] if broken else (done.stderr or "nobody misses it").strip().splitlines()[-1]
        console.print(f"{name}: {told}", style="" if found else "red", markup=False, soft_wrap=True)
        unmissed += [] if found else [name]
    sys.exit(bool(unmissed))


def _played(console: Console, kind: str, days: int, seed: int, reps: int) -> Result:
    from tests.simulation.run import Run
    from tests.simulation.system import system

    day = TextColumn("day {task.completed:.0f}")
    columns = TextColumn("{task.description}"), BarColumn(), day, TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as progress, tempfile.TemporaryDirectory() as folder:
        task = progress.add_task(kind, total=days)

        async def play() -> Result:
            async with system(kind, Path(folder)) as code:
                run = Run(code, seed, days, reps)
                with _counting(run.result.calls):
                    return await run.play(lambda at_ms: progress.update(task, completed=run.days_at(at_ms)))

        return asyncio.run(play())


@contextmanager
def _counting(calls: Counter[str]) -> Iterator[None]:
    """Count the calls of scripts by name."""

    @contextmanager
    def counted(name: str) -> Iterator[None]:
        calls[name] += 1
        yield

    watch_scripts(counted)
    try:
        yield
    finally:
        watch_scripts(None)


if __name__ == "__main__":
    main()
