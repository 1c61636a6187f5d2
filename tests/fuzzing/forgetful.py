"""Store and queue in memory that can be emptied under a running process, as a real store can be lost.

What comes afterwards counts its revisions from 1 again; event_hashes tell it from what was before, as they do in Redis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from router.assignment.commands import BindCommand, KnownAs, Moved, Refusal
from router.model.decision import Decision
from router.model.errors import StaleRevision
from router.model.revisions import RevisionPair
from router.model.workforce import WorkforceRecords
from tests.twins.queue import MemoryQueue
from tests.twins.store import MemoryStore


class ForgetfulStore(MemoryStore):
    """The router's ports in memory, with an event hash for each life."""

    _life = 1

    def forget(self) -> None:
        """Lose everything."""
        self._tenants.clear()
        self._life += 1

    async def revisions(self, tenant: str) -> RevisionPair:
        edition = await super().revisions(tenant)
        return edition._replace(rules_event_hash=self._event_hash, workforce_event_hash=self._event_hash)

    async def bind(
        self, tenant: str, revisions: RevisionPair, jobs: Sequence[BindCommand], *, preview: bool = False
    ) -> list[Decision | Refusal | KnownAs | Moved]:
        if revisions[2:4] != (self._event_hash, self._event_hash):
            raise StaleRevision(f"tenants/{tenant}", "the store lost its past")
        return await super().bind(tenant, revisions, jobs, preview=preview)

    async def read(self, tenant: str) -> WorkforceRecords:
        return replace(await super().read(tenant), event_hash=self._event_hash)

    async def write(self, tenant: str, *args: Any, event_hash: str = "", **kwargs: Any) -> int:
        if event_hash not in ("", self._event_hash):
            raise StaleRevision(f"tenants/{tenant}", "the store lost its past")
        return await super().write(tenant, *args, **kwargs)

    @property
    def _event_hash(self) -> str:
        return str(self._life)


class ForgetfulQueue(MemoryQueue):
    """The queue in memory."""

    def forget(self) -> None:
        """Lose everything."""
        self._lines.clear()
        self._rings.clear()
