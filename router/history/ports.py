"""The counters of a tenant and the end of its log, as of one instant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from router.model.records import LedgerState
from router.model.workitem import Kind


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What stood at one instant; ``number`` is the last event's, ``loads`` are open units by rep and kind."""

    number: int = 0
    loads: Mapping[tuple[str, Kind], int] = field(default_factory=dict)
    ledgers: Mapping[str, LedgerState] = field(default_factory=dict)


class Snapshots(Protocol):
    """Takes snapshots."""

    async def take(self, tenant: str, pools: Collection[str]) -> Snapshot:
        """Read log's end, loads and the ledgers of some pools, all of one instant."""
