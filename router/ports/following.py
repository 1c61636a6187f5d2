"""Following the log as it grows, and agreeing on who does what only one needs to do."""

from __future__ import annotations

from typing import Protocol


class Signals(Protocol):
    """What tells a follower that there is something to do."""

    async def grown(self, tenant: str, after: int, wait_s: float) -> bool:
        """Wait until the log has an event behind a number; False where time ran out first, at once for 0."""

    async def lead(self, tenant: str, role: str, holder: str, for_s: float) -> bool:
        """Take or renew a role for some time; False while somebody else has it.

        It spares double work and guards nothing: whoever acts late, having lost it, is still refused by the store.
        """
