"""What a store says of itself: version, settings, clock, and how durable that makes it. Nothing is judged here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from redis.asyncio import RedisCluster
from redis.exceptions import ResponseError

from failures import StoreUnsuitable
from store.clients import RedisClient, client_for, close
from store.clock import SimulatedClock
from store.durability import Durability
from store.scripts import lua
from store.translation import translated

_LEVELS = {"always": Durability.ALWAYS, "everysec": Durability.EVERYSEC, "no": Durability.MEMORY}


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
    is_simulated
        Whether scripts read a simulated clock instead.
    """

    name: str
    version: tuple[int, ...]
    settings: Mapping[str, str]
    memory: int
    memory_limit: int
    clock_ahead_s: float
    is_simulated: bool = False


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


async def try_out(client: RedisClient) -> None:
    """See whether a script may run and write under our names; the key that it writes is gone at once.

    Whether replicas have it is not waited for: that is asked of each change.

    Raises
    ------
    StoreUnavailable
        If the store does not answer, or takes no writes.
    StoreUnsuitable
        If it forbids it.
    """
    with translated():
        await client.execute_command("EVAL", lua("store", "try_out"), 1, f"fairlead:try_out:{uuid4().hex}")


async def durability_of(client: RedisClient) -> Durability:
    """Ask a store what an acknowledged change survives there.

    Raises
    ------
    StoreUnavailable
        If it does not answer.
    """
    settings = await _settings(client, "append*")
    if settings.get("appendonly") == "no":
        return Durability.MEMORY
    return _LEVELS.get(settings.get("appendfsync", ""), Durability.UNSPECIFIED)


async def _ask(client: RedisClient, **where: Any) -> StoreFacts:
    info: dict[str, Any] = await client.info(**where)
    seconds, micros = await client.time(**where)
    ahead = seconds + micros / 1e6 - time.time()
    name = "Valkey" if "valkey_version" in info else "Redis"
    version = str(info.get("valkey_version") or info["redis_version"])
    return StoreFacts(
        name,
        tuple(int(part) for part in version.split(".") if part.isdecimal()),
        await _settings(client, "append*", "maxmemory-policy", **where),
        int(info["used_memory"]),
        int(info.get("maxmemory", 0)),
        ahead,
        await SimulatedClock(client).is_there(),
    )


async def _settings(client: RedisClient, *names: str, **where: Any) -> dict[str, str]:
    """Return settings by name; none where asking is not permitted, as on some hosted stores."""
    try:
        with translated():
            answer = await client.config_get(*names, **where)
    except (ResponseError, StoreUnsuitable):  # what says "not now" is one too, and no longer here
        return {}
    return {_text(name): _text(value) for name, value in answer.items()}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
