"""``python -m tests.simulation``: a firm for a year, through the real code, and what held.

Exit codes: 0 all promises held, and each mattered; 1 one was broken, or never tried; 2 an option is not as it must be.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulation.report import first_difference, report, undecided
from tests.simulation.run import Result, Run
from tests.simulation.system import system


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="How long.")
@click.option("--seed", type=int, default=1, show_default=True, help="Makes the firm and all that happens to it.")
@click.option("--reps", type=click.IntRange(10, 1000), default=100, show_default=True, help="How large the firm is.")
@click.option(
    "--store",
    type=click.Choice(["memory", "valkey", "both"]),
    default="memory",
    show_default=True,
    help="What it runs on; both: one after the other, and their logs must be equal.",
)
def main(days: int, seed: int, reps: int, store: str) -> None:
    """Play a firm's days through the real code and check every promise after each event."""
    console = Console()
    kinds = ["memory", "valkey"] if store == "both" else [store]
    results = {kind: _played(console, kind, days, seed, reps) for kind in kinds}
    for kind, result in results.items():
        report(console, result, f"{days} days of {reps} reps on {kind}, seed {seed}")
    faults = [text for result in results.values() for text in (*result.checks.violations, *undecided(result))]
    if len(results) > 1:
        faults += filter(None, [first_difference(*results.values())])
    for fault in faults[:20]:
        console.print(fault, style="red", markup=False)
    sys.exit(bool(faults))


def _played(console: Console, kind: str, days: int, seed: int, reps: int) -> Result:
    day = TextColumn("day {task.completed:.0f}")
    columns = TextColumn("{task.description}"), BarColumn(), day, TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as progress, tempfile.TemporaryDirectory() as folder:
        task = progress.add_task(kind, total=days)

        async def play() -> Result:
            async with system(kind, Path(folder)) as code:
                run = Run(code, seed, days, reps)
                return await run.play(lambda at_ms: progress.update(task, completed=run.days_at(at_ms)))

        return asyncio.run(play())


if __name__ == "__main__":
    main()
