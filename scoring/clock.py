"""What time it is, for a customer of whom nobody says as of when they are known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

Now = Callable[[], Awaitable[datetime]]
"""Tells the time, with its zone; raises ``StoreUnavailable`` where a store tells it that does not answer."""


async def wall_clock() -> datetime:
    """Return the time of this machine, which scoring can do without asking anybody for."""
    return datetime.now(UTC)
