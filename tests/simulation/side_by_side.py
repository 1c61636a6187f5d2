"""The same run on each store, at the same time: each in a process of its own, which tells how far it is."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from store.scripts import watch_scripts
from tests.simulation.run import Result, Run
from tests.simulation.system import system

_CONTEXT = multiprocessing.get_context("fork")  # what is missing here is missing there


def play(console: Console, kinds: Sequence[str], seed: int, days: int, reps: int) -> dict[str, Result]:
    """Play a firm on each kind of store; show how far they are.

    Raises
    ------
    click.ClickException
        If one ends without a result; its process has said why.
    """
    told = {_started(kind, seed, days, reps): kind for kind in kinds}
    results = dict[str, Result]()
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("day {task.completed:.0f}")
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        tasks = {kind: progress.add_task(kind, total=days) for kind in kinds}
        while told:
            for pipe in wait(list(told)):
                assert isinstance(pipe, Connection)
                news = _read(pipe, told[pipe])
                if isinstance(news, Result):
                    results[told.pop(pipe)] = news
                else:
                    progress.update(tasks[told[pipe]], completed=news)
    return {kind: results[kind] for kind in kinds}


def _started(kind: str, seed: int, days: int, reps: int) -> Connection:
    """Start a run; return what tells of it: days that are over, and in the end its result."""
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    _CONTEXT.Process(target=_play, args=(theirs, kind, seed, days, reps), daemon=True).start()
    theirs.close()
    return ours


def _read(pipe: Connection, kind: str) -> Result | float:
    try:
        news: Result | float = pipe.recv()
    except EOFError:
        raise click.ClickException(f"the run on {kind} ended without a result") from None
    return news


def _play(to: Connection, kind: str, seed: int, days: int, reps: int) -> None:
    async def play() -> Result:
        async with system(kind, Path(folder)) as code:
            run = Run(code, seed, days, reps)
            with _counting(run.result.calls):
                return await run.play(lambda at_ms: to.send(run.days_at(at_ms)))

    signal(SIGTERM, default_int_handler)  # which the other's end sends: the store that it started ends with it
    with TemporaryDirectory() as folder:
        to.send(asyncio.run(play()))


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
