"""Bars on a terminal that show how the upgrade of a store goes."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class UpgradeBar:
    """A bar for each tenant; nothing is shown where nothing is done."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def waits(self, why: str) -> None:
        """Show what it waits for."""
        self._move("waiting: " + why, 0, None)

    def moved(self, tenant: str, events: int, of_events: int) -> None:
        """Move the bar of a tenant."""
        self._move(f"upgrading tenants/{tenant}, events", events, of_events)

    def alike(self, which: str) -> None:
        """Name two work items that would be one by now."""
        self._progress.console.print(which, markup=False, highlight=False)

    def _move(self, what: str, done: int, total: int | None) -> None:
        self._progress.start()
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._tasks[what], completed=done)
