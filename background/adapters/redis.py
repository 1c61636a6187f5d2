"""Roles that one process has at a time, in Redis: a key that expires, with whoever has it."""

from __future__ import annotations

from store.clients import RedisClient
from store.translation import translated


def role_key(tenant: str, role: str) -> str:
    """String that expires: who has a role that one process has at a time."""
    return f"fairlead:{{{tenant}}}:role:{role}"


class RedisLeaderLease:
    """``background.leadership.LeaderLease`` on Redis.

    Parameters
    ----------
    redis
        A client that returns bytes.
    """

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def lead(self, tenant: str, role: str, holder: str, for_s: float) -> bool:
        """Take or renew a role."""
        key, milliseconds = role_key(tenant, role), max(1, round(for_s * 1000))  # Redis takes no 0
        with translated():
            if await self._redis.set(key, holder, nx=True, px=milliseconds):
                return True
            if await self._redis.get(key) != holder.encode():
                return False
            return bool(await self._redis.pexpire(key, milliseconds))
