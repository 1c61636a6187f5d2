"""What a store says of itself: version, settings, clock. Asked by ``fairlead doctor``; nothing is judged here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis.asyncio import RedisCluster
from redis.exceptions import ResponseError

from router.adapters.redis.clients import client_for, close
from router.adapters.redis.connection import RedisClient, translated


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What one server of a store says.

    Parameters
    ----------
    name
        ``Redis`` or ``Valkey``.
    version
        As numbers.
    settings
        By name; empty where it does not tell.
    memory, memory_limit
        Bytes; 0: no limit.
    clock_ahead_s
        How far its clock is before ours, in seconds.
    """

    name: str
    version: tuple[int, ...]
    settings: Mapping[str, str]
    memory: int
    memory_limit: int
    clock_ahead_s: float


async def ask(url: str) -> list[StoreFacts]:
    """Ask a store, or each node of a cluster.

    Raises
    ------
    StoreUnavailable
        If it does not answer.
    ValueError
        If the URL cannot be read.
    """
    client = client_for(url)
    try:
        with translated():
            if not isinstance(client, RedisCluster):
                return [await _ask(client)]
            await client.initialize()
            return [await _ask(client, target_nodes=node) for node in client.get_primaries()]
    finally:
        await close(client)


async def _ask(client: RedisClient, **where: Any) -> StoreFacts:
    told: dict[str, Any] = await client.info(**where)
    seconds, micros = await client.time(**where)
    ahead = seconds + micros / 1e6 - time.time()
    try:
        settings = await client.config_get("append*", "maxmemory-policy", **where)
    except ResponseError:  # not permitted, as on some hosted stores
        settings = {}
    name = "Valkey" if "valkey_version" in told else "Redis"
    version = str(told.get("valkey_version") or told["redis_version"])
    return StoreFacts(
        name,
        tuple(int(part) for part in version.split(".") if part.isdecimal()),
        {_text(key): _text(value) for key, value in settings.items()},
        int(told["used_memory"]),
        int(told.get("maxmemory", 0)),
        ahead,
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
