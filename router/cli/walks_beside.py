"""The walks beside a process: gone before it is published, so that none that says otherwise is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import click

from router.cli.simulated import simulated_service
from router.cli.sources import content_of
from router.cli.walk import gone, print_file_problems
from router.cli.walk_contents import FileProblem, load_walk
from router.cli.walk_report import report
from router.cli.walk_setup import SetUpRefused
from rules.document import read

PATTERNS = ("*walk.yaml", "*walk.yml", "*walk.json")
"""What files of walks are called."""


def walks_beside(process: Path) -> Iterator[Path]:
    """Yield the walks in the folder of a process that are set up with it, or that nobody can read, by their names."""
    files = {file for pattern in PATTERNS for file in process.parent.glob(pattern)}
    for file in sorted(files):
        document = read(content_of(file))
        if document.problem or process.resolve() == (file.parent / _process_named_in(document.tree)).resolve():
            yield file


def _process_named_in(walk: object) -> str:
    """Return the file that the set-up of a walk names as its process; empty: it names none."""
    setup = walk.get("setup") if isinstance(walk, Mapping) else None
    named = setup.get("process") if isinstance(setup, Mapping) else None
    return named if isinstance(named, str) else ""


def check_walks_beside(process: Path) -> None:
    """Go the walks beside a process, each through a service of its own; say how each went.

    Raises
    ------
    click.ClickException
        If one has an error, or is otherwise than it says: it is named.
    """
    for file in walks_beside(process):
        if not _is_as_it_says(file):
            raise click.ClickException(f"nothing is published: {file} is otherwise; --without-walks passes over walks")


def _is_as_it_says(file: Path) -> bool:
    loaded = load_walk(file, content_of(file))
    if loaded.walk is None:
        print_file_problems(loaded.problems)
        return False
    tenant = f"walk-{uuid4().hex[:12]}"
    with simulated_service(tenant) as (client, clock):
        try:
            rows = list(gone(client, clock, loaded, loaded.walk))
        except SetUpRefused as refused:
            print_file_problems([FileProblem(file, each) for each in refused.problems])
            return False
    report(file, loaded.walk, rows)
    return not rows[-1].faults
