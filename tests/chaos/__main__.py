"""``python -m tests.chaos``: let things go wrong for a while, and see what holds."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.chaos.guards import GUARDS
from tests.chaos.plan import Fault
from tests.chaos.rounds import Tally
from tests.chaos.runs import Run

_MOST_SHOWN = 20
_TOLD = 90


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

    Ends early by Ctrl-C. Exits with 0 if nothing was violated, 1 if something was, or nothing was tried.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as by Ctrl-C: with every child
    if context.invoked_subcommand:
        return
    console, seed = Console(), int(time.time()) if seed is None else seed
    faults = [Fault[name] for name in names] or list(Fault)
    with in_folder(keep=keep) as folder:
        played = Run(folder, seed, console, faults=faults)
        with suppress(KeyboardInterrupt):  # what was found until then is told
            asyncio.run(played.play(seconds))
    report(console, played.whole, seed)
    if keep:
        console.print(f"the logs are in {folder}")
    sys.exit(0 if played.whole.calls and not played.whole.violations else 1)


@main.command()
@click.option("--seed", default=1, show_default=True, help="Repeats the plans.")
@click.option("--seconds", default=60.0, show_default=True, help="How long to look for each, at most.")
def guards(seed: int, seconds: float) -> None:
    """Remove one guard after the other, and see how soon its absence is found.

    Exits with 0 if each was found, 1 if one was not.
    """
    console = Console()
    table = Table("guard removed", "calling, s", "tries", "found", title=f"seed {seed}: guards")
    missed = 0
    for guard in GUARDS:
        with in_folder() as folder:
            found = asyncio.run(Run(folder, seed, console, guard).play(seconds, stop_when_found=True))
        missed += not found.whole.violations
        told = found.whole.violations[0].partition(": ")[2][:_TOLD] if found.whole.violations else "NOT FOUND"
        table.add_row(guard.name, f"{found.calling_s:.1f}", str(found.whole.calls.total()), Text(told))
    console.print(table)
    sys.exit(1 if missed else 0)


@contextmanager
def in_folder(*, keep: bool = False) -> Iterator[Path]:
    """Yield a folder with a name short enough for sockets, and remove it."""
    folder = Path(tempfile.mkdtemp(prefix="fl-chaos-"))
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


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
