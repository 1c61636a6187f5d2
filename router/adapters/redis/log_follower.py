"""Waiting for the log to grow."""

from __future__ import annotations

from router.adapters.redis.keys import Keys
from store.clients import RedisClient
from store.translation import translated


class RedisLogFollower:
    """``router.assignment.ports.LogFollower`` on Redis."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def grown(self, tenant: str, after: int, wait_s: float) -> bool:
        """Wait until the log has an event behind a number; must be shorter than the connection's timeout."""
        block = max(1, round(wait_s * 1000)) if wait_s else None  # Redis waits for ever where it is told 0
        with translated():
            entries = await self._redis.xread({Keys(tenant).events: f"{after}-0"}, count=1, block=block)
        return bool(entries)
