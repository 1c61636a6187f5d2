"""Where the commands print, and how they call people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.text import Text

from fairlead.client import FairleadClient

_WIDTH = 100
"""Columns where the output is no terminal."""


def console_for(stream: IO[str]) -> Console:
    """Make a console as wide as the terminal, or 100 columns where there is none."""
    return Console(file=stream, width=None if stream.isatty() else _WIDTH, highlight=False)


def progress_bar(console: Console) -> Progress:
    """Make the bar that shows how many of something are done."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )


def headline(console: Console, text: str) -> None:
    """Begin a chapter."""
    console.print()
    console.print(Rule(Text(text, style="bold"), align="left", style="dim"))
    console.print()


def names_of(client: FairleadClient) -> Mapping[str, str]:
    """Return how to call each rep, by resource name."""
    return {rep.name: rep.display_name or rep.name.rpartition("/")[2] for rep in client.list_reps()}


def pool_names_of(client: FairleadClient) -> Mapping[str, str]:
    """Return how to call each pool, by resource name."""
    return {pool.name: pool.display_name or pool.name.rpartition("/")[2] for pool in client.list_pools()}
