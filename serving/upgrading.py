"""Shows how the upgrade of a store goes: a bar on a terminal, a few lines in the log elsewhere."""

from __future__ import annotations

import logging
import sys
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_LINES = 10
"""How many lines the log has of a tenant, at most."""
_log = logging.getLogger("fairlead")


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

    def _move(self, what: str, done: int, total: int | None) -> None:
        self._progress.start()
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total)
        self._progress.update(self._tasks[what], completed=done)


class UpgradeLines:
    """Some lines for each tenant, and one for each thing that it waits for."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: lines need no end."""

    def waits(self, why: str) -> None:
        """Say once what it waits for."""
        self._tell(why, "waiting: %s", why)

    def moved(self, tenant: str, events: int, of_events: int) -> None:
        """Say that another part of a tenant is done."""
        part = events * _LINES // of_events
        self._tell(f"{tenant} {part}", "upgrading tenants/%s: %d of %d events", tenant, events, of_events)

    def _tell(self, what: str, line: str, *values: object) -> None:
        if what not in self._told:
            self._told.add(what)
            _log.info(line, *values)


def upgrade_report() -> UpgradeBar | UpgradeLines:
    """Return what shows an upgrade to whoever started this process."""
    return UpgradeBar(Console(stderr=True)) if sys.stderr.isatty() else UpgradeLines()
