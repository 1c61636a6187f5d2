"""Shows how the upgrade of a store goes: a bar on a terminal, a few lines in the log elsewhere."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from serving.upgrade_bar import UpgradeBar

_LINES = 10
"""How many lines the log has of a tenant, at most."""
_log = logging.getLogger("fairlead")


class UpgradeLines:
    """Some lines for each tenant, and one for each thing that it waits for."""

    def __init__(self) -> None:
        self._announced: set[str] = set()

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

    def alike(self, which: str) -> None:
        """Name two work items that would be one by now."""
        _log.warning("%s", which)

    def _tell(self, what: str, line: str, *values: object) -> None:
        if what not in self._announced:
            self._announced.add(what)
            _log.info(line, *values)


def upgrade_report() -> UpgradeBar | UpgradeLines:
    """Return what shows an upgrade to whoever started this process."""
    if not sys.stderr.isatty():
        return UpgradeLines()
    from rich.console import Console  # imported where somebody looks: drawing is a tenth of what starting costs

    from serving.upgrade_bar import UpgradeBar

    return UpgradeBar(Console(stderr=True))
