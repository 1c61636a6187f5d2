"""The counters of a tenant and the end of its log, as of one instant."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from router.history.hash_chain import StoredEvent
from router.model.records import Snapshot


class Snapshots(Protocol):
    """Takes snapshots."""

    async def take(self, tenant: str, pools: Collection[str], reps: Collection[str]) -> Snapshot:
        """Read the log's end, loads, presences, some pools' ledgers and what some reps own, all of one instant."""


class Log(Protocol):
    """The log as it is stored."""

    async def entries(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[StoredEvent]:
        """Return the entries behind a number, in order."""

    async def beginning(self, tenant: str) -> StoredEvent | None:
        """Return what stands before the first event of a log that was rewritten; None for any other."""
