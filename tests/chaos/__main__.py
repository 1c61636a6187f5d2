"""``python -m tests.chaos``: let things go wrong for a while, and see what holds."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
import tempfile
import time
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from tests.chaos.altered import Edits, places_of_all
from tests.chaos.plan import Fault
from tests.chaos.rounds import Round, Tally
from tests.chaos.system import System

_ROUND_S = 8.0
_MOST_SHOWN = 20


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seconds", default=60.0, show_default=True, help="How long; the last round is played to its end.")
@click.option("--seed", type=int, help="Repeats a plan; absent: a new one each time.")
@click.option("--fault", "names", multiple=True, type=click.Choice([fault.name for fault in Fault]), help="Only these.")
@click.option("--keep", is_flag=True, help="Keep the folder with the logs of all processes.")
@click.pass_context
def main(context: click.Context, seconds: float, seed: int | None, names: tuple[str, ...], keep: bool) -> None:
    """Run the service as processes, let faults fall while clients call, and check what they were told.

    \b
      $ python -m tests.chaos --seconds 60
      $ python -m tests.chaos --seconds 20 --seed 7 --fault STORE_KILLED --fault SERVER_KILLED

    Exits with 0 if nothing was violated, 1 if something was.
    """
    if context.invoked_subcommand:
        return
    console, seed = Console(), int(time.time()) if seed is None else seed
    faults = [Fault[name] for name in names] or list(Fault)
    folder = Path(tempfile.mkdtemp(prefix="fl-chaos-"))
    try:
        tally = asyncio.run(run(folder, seconds, seed, faults, console))
    finally:
        if keep:
            console.print(f"the logs are in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    report(console, tally, seed)
    sys.exit(1 if tally.violations else 0)


async def run(folder: Path, seconds: float, seed: int, faults: list[Fault], console: Console) -> Tally:
    """Play rounds until the time is over."""
    edits = Edits(fail_points=Fault.STORE_KILLED_IN_COMMIT in faults)
    system, places, whole = System(folder, edits), places_of_all(), Tally()
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # cut connections are what this is about
    bar = Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console)
    began = time.monotonic()
    try:
        await system.start()
        with bar:
            task = bar.add_task("chaos", total=seconds)
            number = 0
            while (gone := time.monotonic() - began) < seconds or not number:
                number += 1
                bar.update(task, completed=gone, description=f"round {number}, {len(whole.violations)} violations")
                played = Round(seed, number, min(_ROUND_S, seconds), faults, places)
                tally = await played.play(system)
                tally.violations = [f"seed {seed}, round {number}: {text}" for text in tally.violations]
                whole.add(tally)
            bar.update(task, completed=seconds)
    finally:
        await system.stop()
    return whole


def report(console: Console, tally: Tally, seed: int) -> None:
    """Print what happened."""
    faults = Table("fault", "injected", "found nobody", title=f"seed {seed}: faults")
    for fault in Fault:
        faults.add_row(fault, str(tally.faults[fault]), str(tally.missed[fault] or ""))
    faults.add_row("all", str(tally.faults.total()), str(tally.missed.total() or ""), style="bold")
    calls = Table("call", "status", "tries", title="calls")
    for (method, status), count in sorted(tally.calls.items()):
        calls.add_row(method, status, str(count))
    calls.add_row("all", "", str(tally.calls.total()), style="bold")
    console.print(faults, calls)
    for text in tally.violations[:_MOST_SHOWN]:
        console.print(Text(text, style="red"))
    console.print(f"{tally.events} events in the logs; {len(tally.violations)} violations")


if __name__ == "__main__":
    main()
