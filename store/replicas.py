"""Replicas, as the server that they follow tells of them: where they are, and a client of each.

References
----------
Redis, "INFO: replication", https://redis.io/docs/latest/commands/info/.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.connection import SSLConnection

from store.clients import RedisClient

LATE_S = 5.0
"""What a replica gets to catch up, in seconds."""
_LOOK_S = 0.02
_KEPT = ("username", "password", "retry")


class NotFollowing(Exception):
    """Whoever answers in a replica's place does not follow, or not closely enough."""


class Following(NamedTuple):
    """What a server tells of those that follow it.

    Parameters
    ----------
    addresses
        Where they are, host and port, as the server sees them.
    untold
        How many there are besides, of which it does not tell where.
    history, offset
        Which history of changes they follow, and how far it went.
    """

    addresses: list[tuple[str, int]]
    untold: int
    history: str
    offset: int


async def following(client: RedisClient, **where: Any) -> Following:
    """Ask a server who follows it."""
    state = await client.info("replication", **where)
    count = int(state.get("connected_slaves", 0))
    told = [state.get(f"slave{number}") for number in range(count)]
    addresses = [(str(one["ip"]), int(one["port"])) for one in told if one]
    return Following(addresses, count - len(addresses), state.get("master_replid", ""), state["master_repl_offset"])


def client_at(client: RedisClient, host: str, port: int) -> RedisClient:
    """Prepare a client of another server, which lets in who is let in by a client's own."""
    given, is_tls = _options(client)
    kept = {name: given[name] for name in given if name in _KEPT or name.startswith("ssl_")}
    return Redis(host=host, port=port, ssl=is_tls, socket_timeout=LATE_S, socket_connect_timeout=LATE_S, **kept)


def _options(client: RedisClient) -> tuple[dict[str, Any], bool]:
    if isinstance(client, RedisCluster):
        given = client.connection_kwargs
        return given, issubclass(given.get("connection_class", object), SSLConnection)
    pool = client.connection_pool
    return pool.connection_kwargs, issubclass(pool.connection_class, SSLConnection)


async def has_caught_up(replica: RedisClient, behind: Following) -> None:
    """Wait until a replica has all that was written where it follows.

    Raises
    ------
    NotFollowing
        If it is not one, or not of that server, or too far behind.
    """
    for _ in range(int(LATE_S / _LOOK_S)):
        state = await replica.info("replication")
        if state.get("role") != "slave":
            break
        if state.get("master_replid") == behind.history and state.get("slave_repl_offset", -1) >= behind.offset:
            return
        await asyncio.sleep(_LOOK_S)
    raise NotFollowing("what answers there does not follow, or is behind")
