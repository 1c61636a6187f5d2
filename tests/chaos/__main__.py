"""``python -m tests.chaos``: let things go wrong for a while, and see what holds."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.chaos.guards import GUARDS
from tests.chaos.plan import Fault, Topology
from tests.chaos.report import report
from tests.chaos.rounds import Tally
from tests.chaos.runs import Run

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

    Ends early by Ctrl-C. Exits with 0 if nothing was violated, 1 if something was, or nothing was tried.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as by Ctrl-C: with every child
    if context.invoked_subcommand:
        return
    console, seed = Console(), int(time.time()) if seed is None else seed
    faults = [Fault[name] for name in names] or list(Fault)
    topologies = [*Topology] if topology == _BOTH else [Topology(topology)]
    whole = Tally()
    with in_folder(keep=keep) as folder, suppress(KeyboardInterrupt):  # what was found until then is told
        for chosen in topologies:
            play(folder / chosen, seed, console, chosen, faults, seconds / len(topologies), whole)
    report(console, whole, seed)
    if keep:
        console.print(f"the logs are in {folder}")
    sys.exit(0 if whole.calls and not whole.violations else 1)


def play(
    folder: Path, seed: int, console: Console, topology: Topology, faults: Sequence[Fault], seconds: float, whole: Tally
) -> None:
    """Play on one form of the store, and add to the whole what was found, also where it is ended early."""
    folder.mkdir()
    run = Run(folder, seed, console, topology, faults)
    try:
        asyncio.run(run.play(seconds))
    finally:
        whole.add(run.whole)


@main.command()
@click.option("--seed", default=1, show_default=True, help="Repeats the plans.")
@click.option("--seconds", default=60.0, show_default=True, help="How long to look for each, at most.")
def guards(seed: int, seconds: float) -> None:
    """Remove one guard after the other, and see how soon its absence is found.

    Exits with 0 if each was found, 1 if one was not.
    """
    console = Console()
    table = Table("guard removed", "caught after, s", "calls", "by", title=f"seed {seed}: guards")
    missed = 0
    for guard in GUARDS:
        with in_folder() as folder:
            run = Run(folder, seed, console, guard.topology, guard.faults, guard)
            found = asyncio.run(run.play(seconds, stop_when_found=True))
        missed += not found.whole.violations
        told = found.whole.violations[0].partition(": ")[2][:_TOLD] if found.whole.violations else "NOT FOUND"
        table.add_row(guard.name, f"{found.seconds:.1f}", str(found.whole.calls.total()), Text(told))
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


if __name__ == "__main__":
    main()
