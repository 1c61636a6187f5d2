"""``python -m tests.chaos``: let things go wrong for a while, and see what holds."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from tests.chaos.guards import Found, Guard, read_found, write_found
from tests.chaos.plan import Fault, Topology
from tests.chaos.promises import PROMISES, promises_under
from tests.chaos.report import empty_cells, guards_table, promises_table, report
from tests.chaos.runs import LONG_S, Run
from tests.chaos.tally import Tally

_TOLD = 90
_BOTH = "both"


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--seconds",
    type=click.FloatRange(1),
    default=60.0,
    show_default=True,
    help="How long; the last round is played to its end.",
)
@click.option("--seed", type=int, help="Repeats a plan; absent: a new one each time.")
@click.option(
    "--topology",
    type=click.Choice([*map(str, Topology), _BOTH]),
    default=_BOTH,
    show_default=True,
    help="A store alone, a primary with replica and sentinels, or half of the time each.",
)
@click.option("--fault", "names", multiple=True, type=click.Choice([fault.name for fault in Fault]), help="Only these.")
@click.option("--keep", is_flag=True, help="Keep the folder with the logs of all processes.")
@click.pass_context
def main(
    context: click.Context, seconds: float, seed: int | None, topology: str, names: tuple[str, ...], keep: bool
) -> None:  # fmt: skip
    """Run the service as processes, let faults fall while clients call, and check what they were told.

    \b
      $ python -m tests.chaos --seconds 60
      $ python -m tests.chaos --seconds 20 --seed 7 --fault STORE_KILLED --fault SERVER_KILLED
      $ python -m tests.chaos --topology sentinel

    Ends early by Ctrl-C. Exits with 0 if nothing was violated; 1 if something was, if nothing was tried, or if a cell
    of the last table is empty: a guard that was never missed, or, with 60 seconds and more, a promise that never
    decided anything. Before that it goes on for up to three times as long.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as by Ctrl-C: with every child
    if context.invoked_subcommand:
        return
    console, seed = Console(), int(time.time()) if seed is None else seed
    faults = [Fault[name] for name in names] or list(Fault)
    topologies = [*Topology] if topology == _BOTH else [Topology(topology)]
    whole, long = Tally(), seconds >= LONG_S
    with in_folder(keep=keep) as folder:
        try:
            for chosen in topologies:
                (folder / chosen).mkdir()
                run = Run(folder / chosen, seed, console, chosen, faults)
                play(run, seconds / len(topologies), whole, until_decided=long)
        except KeyboardInterrupt:  # what was found until then is told
            long = False
    if keep:
        console.print(f"the logs are in {folder}")
    fell = {fault for chosen in topologies for fault in chosen.faults if fault in faults}
    promises, missed = promises_under(fell), read_found()
    report(console, whole, seed)
    console.print(promises_table(whole, promises, missed, long=long))
    empty = empty_cells(whole, promises, missed, long=long)
    for text in empty:
        console.print(Text(text, style="red"), soft_wrap=True)
    sys.exit(0 if whole.calls and not whole.violations and not empty else 1)


def play(run: Run, seconds: float, whole: Tally, *, until_decided: bool) -> None:
    """Play on one form of the store, and add to the whole what was found, also where it is ended early."""
    try:
        asyncio.run(run.play(seconds, until_decided=until_decided))
    finally:
        whole.add(run.whole)


@main.command()
@click.option("--seed", default=1, show_default=True, help="Repeats the plans.")
@click.option("--seconds", default=60.0, show_default=True, help="How long to look for each, at most.")
@click.argument("names", nargs=-1)
def guards(seed: int, seconds: float, names: tuple[str, ...]) -> None:
    """Remove one guard after the other, or those of NAMES, and write down how soon its absence is found.

    Exits with 0 if each was found, 1 if one was not.
    """
    console, kept = Console(), read_found()
    all_guards = [promise.guard for promise in PROMISES]
    chosen = [guard for guard in all_guards if not names or guard.name in names]
    for guard in chosen:
        kept.pop(guard.name, None)
        with in_folder() as folder:
            run = asyncio.run(Run(folder, seed, console, guard.topology, guard.faults, guard).play(seconds))
        if run.whole.violations:
            kept[guard.name] = _found(guard, run, seed)
    write_found({guard.name: kept[guard.name] for guard in all_guards if guard.name in kept})
    console.print(guards_table(chosen, kept))
    sys.exit(0 if all(guard.name in kept for guard in chosen) else 1)


def _found(guard: Guard, run: Run, seed: int) -> Found:
    git = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    commit = subprocess.run(git, cwd=Path(__file__).parent, capture_output=True, text=True, check=True).stdout.strip()
    by, today = run.whole.violations[0].partition(": ")[2], datetime.now(UTC).date().isoformat()
    return Found(guard.digest, round(run.seconds, 1), run.whole.calls.total(), by[:_TOLD], seed, commit, today)


@contextmanager
def in_folder(*, keep: bool = False) -> Iterator[Path]:
    """Yield a folder with a name short enough for sockets, and remove it."""
    folder = Path(tempfile.mkdtemp(prefix="fl-chaos-"))
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
