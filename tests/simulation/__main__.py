"""``python -m tests.simulation``: a firm for a year, through the real code, and what held.

Exit codes: 0 all promises held, and each mattered; 1 one was broken, or never tried; 2 an option is not as it must be.
"""

from __future__ import annotations

import subprocess
import sys

import click
from rich.console import Console

from store.clock import simulate
from tests.simulation.guards import GUARDS, without


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="How long.")
@click.option("--seed", type=int, default=1, show_default=True, help="Makes the firm and all that happens to it.")
@click.option("--reps", type=click.IntRange(20, 1000), default=100, show_default=True, help="How large the firm is.")
@click.option(
    "--store",
    type=click.Choice(["memory", "valkey", "both"]),
    default="memory",
    show_default=True,
    help="What it runs on; both: side by side, and their logs must be equal.",
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
        from tests.simulation.report import faults_of, report  # scripts are read when they are imported
        from tests.simulation.side_by_side import play

        results = play(console, kinds, seed, days, reps)
        for kind, result in results.items():
            report(console, result, f"{days} days of {reps} reps on {kind}, seed {seed}")
        faults = faults_of(list(results.values()))
    for fault in faults[:20]:
        console.print(fault, style="red", markup=False, soft_wrap=True)
    sys.exit(bool(faults))


@main.command()
@click.option("--days", type=click.IntRange(1, 365), default=60, show_default=True, help="How long to wait for each.")
@click.option("--seed", type=int, default=1, show_default=True, help="Makes the firm and all that happens to it.")
@click.option("--reps", type=click.IntRange(20, 1000), default=30, show_default=True, help="How large the firm is.")
def guards(days: int, seed: int, reps: int) -> None:
    """Remove each guard in turn, and see that the promise that it keeps is the one that misses it."""
    console, unmissed = Console(), []
    for name, guard in GUARDS.items():
        options = [f"--days={days}", f"--seed={seed}", f"--reps={reps}", f"--without={name}"]
        command = [sys.executable, "-m", "tests.simulation", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        broken = [line for line in done.stdout.splitlines() if line.startswith("broken ")]
        found = done.returncode == 1 and broken and broken[0].split()[1].rstrip(":") in guard.promises.split()
        told = broken[0] if broken else (done.stderr or "nobody misses it").strip().splitlines()[-1]
        console.print(f"{name}: {told}", style="" if found else "red", markup=False, soft_wrap=True)
        unmissed += [] if found else [name]
    sys.exit(bool(unmissed))


if __name__ == "__main__":
    main()
