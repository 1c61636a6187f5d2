"""``fairlead process walk``: go a walk, row by row on a simulated clock, and see whether all is as it says.

Exit codes: 0 all that was expected was so; 1 something was not, or the service refuses or does not answer; 2 the walk
has a problem, or a file cannot be read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import click
from rich.console import Console

from fairlead.client import FairleadClient
from fairlead.commands import access_options, connected
from fairlead.options import json_option
from router.cli.consoles import progress_bar
from router.cli.problems import print_problems
from router.cli.simulated import SIMULATED, simulated_service
from router.cli.sources import FILE, content_of
from router.cli.stores import running_store
from router.cli.walk_clock import WalkClock, store_clock
from router.cli.walk_contents import FileProblem, LoadedWalk, load_walk
from router.cli.walk_files import Walk
from router.cli.walk_report import report
from router.cli.walk_runner import WalkedRow, go
from router.cli.walk_setup import SetUpRefused


@click.command("walk")
@click.argument("file", type=FILE)
@json_option
@click.option(
    "--server", metavar="HOST:PORT", help=f"A service that runs with {SIMULATED} [default: one of the walk's own]."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("fairlead-data"),
    show_default=True,
    help="The folder of that service, whose clock is moved.",
)
@access_options
def walk(file: Path, as_json: bool, server: str | None, data: Path) -> None:
    """Go FILE, a walk: rows of what is done when, and what is to be seen then.

    A service of its own is started for it, with an empty store and a simulated clock, and ended again; or, with
    --server and --data, one that runs with --simulated-clock has it in a new tenant, and keeps what came of it. The
    clock is moved to each row's time, and whatever falls due until then happens first, in order. It ends with the first
    row that is otherwise than expected.

    \b
      $ fairlead process walk examples/processes/sales-walk.yaml
      walk first-response: 29 rows run, 102 expectations checked, all as expected
      walk: first-response
      setup:                                        # the rules and the process here, or the names of files beside it
        tenant: {time_zone: Asia/Shanghai, calendar: office}
        calendars: {office: {weekly: {mon-fri: 09:00-18:00}}}
        reps: {wang-fang: {manager: chen-jie}, chen-jie: {}}
        pools: {east: {members: {wang-fang: 2}, managers: [chen-jie]}}
        rules: {fields: {region: {type: string}}, default: {route: {pool: east}}}
        process: sales.yaml
      steps:
        - at: 2026-09-18T17:20
          do: {route: {id: L-1, attributes: {region: 上海}}}
          expect: {item: L-1, owner: wang-fang, stage: new, due: {first-response: 2026-09-21T09:20}}
        - at: 2026-09-18T17:50
          expect: {told: [{who: wang-fang, about: L-1, step: remind}]}

    \b
    Done:      route, activity, advance, update, complete, reopen, reassign, accept, decline, approve, reject, pause,
               resume, presence, absence, calendar.
    Expected:  of an item: owner, state, stage, priority, epoch, way, conflict, offered, expires, worked, next; due,
               by deadline, null for none that runs; met and missed, those named at least, [] for none; children, each
               with entry, owner, state, kind, pool, value, due. A child is an item, too: L-1/review, or the second of
               its kind L-1/review/2. Beside it:
               told, exactly these since the row before; nobody_told: true; lists of what falls due, by who was told
               of one; refused, the status code, and what it names; deficits, by pool and rep; agenda, by rep; away.
    """
    loaded = load_walk(file, content_of(file))
    if (read := loaded.walk) is None:
        _refuse(loaded.problems, as_json)
    if not as_json:
        print_file_problems(loaded.problems)  # warnings alone
    tenant = f"walk-{uuid4().hex[:12]}"
    with _service(server, data, tenant) as (client, clock):
        try:
            rows = list(gone(client, clock, loaded, read))
        except SetUpRefused as refused:
            _refuse([FileProblem(file, each) for each in refused.problems], as_json)
    report(file, read, rows, tenant if server else "", as_json=as_json)
    sys.exit(1 if rows[-1].faults else 0)


@contextmanager
def _service(server: str | None, data: Path, tenant: str) -> Iterator[tuple[FairleadClient, WalkClock]]:
    """Yield a client of a service whose time is simulated, and its clock.

    Raises
    ------
    click.ClickException
        If its time is real, or the folder is another service's.
    """
    if server:
        url = running_store(data, f"the folder of the service that --server names, which runs with {SIMULATED}")
        with connected(server, tenant) as client, store_clock(url) as clock:
            _check_is_its_clock(client, clock, server, data)
            yield client, clock
        return
    with simulated_service(tenant) as service:
        yield service


def _check_is_its_clock(client: FairleadClient, clock: WalkClock, server: str, data: Path) -> None:
    shown_ms = client.get_tenant().current_time.ToMilliseconds()
    if shown_ms != clock.now_ms():
        raise click.ClickException(
            f"--data {data}: its clock is not that of the service at {server}; allowed: the folder that this one uses"
        )


def gone(client: FairleadClient, clock: WalkClock, loaded: LoadedWalk, walk: Walk) -> Iterator[WalkedRow]:
    """Yield the rows as they are gone, with a progress bar where somebody looks on."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from go(client, clock, loaded, walk)
        return
    with progress_bar(console) as progress:
        task = progress.add_task(f"walk {walk.name}", total=len(walk.steps))
        for row in go(client, clock, loaded, walk):
            progress.advance(task)
            yield row


def _refuse(problems: Sequence[FileProblem], as_json: bool) -> NoReturn:
    """Say what is wrong with a walk, and end.

    Raises
    ------
    SystemExit
        Always, with 2.
    """
    if as_json:
        listed = [{"file": str(file), **asdict(problem)} for file, problem in problems]
        click.echo(json.dumps({"problems": listed}, ensure_ascii=False, indent=2))
    else:
        print_file_problems(problems)
    sys.exit(2)


def print_file_problems(problems: Sequence[FileProblem]) -> None:
    """Print what is wrong, file by file."""
    for file, found in groupby(problems, key=lambda each: each.file):
        print_problems(file, [each.problem for each in found])
