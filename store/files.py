"""Having a store write its files anew, so that nothing of what was deleted before is left in them.

The append-only file tells everything that happened since it was rewritten last; the store writes it anew from what it
holds, then forgets the old one. What the store saves whole, an RDB file, is as old as the last save. Replicas keep
files of their own, which nobody but they can write anew.

References
----------
Redis, "Persistence: log rewriting", https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import Any

from redis.asyncio import RedisCluster
from redis.exceptions import RedisError, ResponseError

from failures import StoreUnavailable, StoreUnsuitable
from store.clients import RedisClient
from store.replicas import Following, NotFollowing, client_at, following, has_caught_up
from store.translation import translated

_End = tuple[int, str]
_LOOK_S = 0.02
_NONE = "the store keeps no file: one that it saved before is clean once it has saved again"
_FAILED = "the store could not write its files anew: its own log says why"
_ENDED_WITH = {"BGREWRITEAOF": "aof_last_bgrewrite_status", "BGSAVE": "rdb_last_bgsave_status"}
_UNDER_WAY = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")
_THERE = "run BGREWRITEAOF and BGSAVE there"
_LATER = ("in progress", "right now")
"""What the store says where it writes one of its files already."""


async def rewritten(client: RedisClient) -> tuple[int, str]:
    """Write the files of a store anew, of each primary in a cluster and of every replica, and wait for the end.

    What was slow lately is forgotten too: the store keeps its commands with what they carried.

    Returns
    -------
    tuple of int and str
        From when on the files are clean, in milliseconds since 1970 by the store's clock; and why that is not known,
        then with 0.

    Raises
    ------
    StoreUnavailable
        If the store does not answer.
    """
    servers: list[dict[str, Any]] = [{}]
    if isinstance(client, RedisCluster):
        with translated():
            await client.initialize()
        servers = [{"target_nodes": node} for node in client.get_primaries()]
    ends = [end for where in servers for end in await _all_rewritten(client, where)]
    hindrance = "; ".join(dict.fromkeys(why for _, why in ends if why))
    return (0, hindrance) if hindrance else max(ends)


async def _all_rewritten(client: RedisClient, where: dict[str, Any], *, follows: bool = False) -> list[_End]:
    """Write the files anew of a server, which may itself follow another, and of all that follow it."""
    own = await _rewritten(client, where, follows)
    try:
        with translated():
            behind = await following(client, **where)
    except (ResponseError, StoreUnsuitable):  # who may not ask was not let write either
        return [own]
    ends = [own]
    if behind.untold:
        ends.append((0, f"{behind.untold} replicas keep files of their own, and it is not told where: {_THERE}"))
    for host, port in behind.addresses:
        ends += await _replica_rewritten(client_at(client, host, port), f"{host}:{port}", behind)
    return ends


async def _replica_rewritten(replica: RedisClient, address: str, behind: Following) -> list[_End]:
    async with aclosing(replica):
        try:
            await has_caught_up(replica, behind)
            (clean_ms, hindrance), *further = await _all_rewritten(replica, {}, follows=True)
        except (StoreUnavailable, StoreUnsuitable, RedisError, OSError, NotFollowing) as error:
            clean_ms, hindrance, further = 0, str(error), []
    return [(clean_ms, hindrance and f"replica {address} keeps files of its own: {hindrance}: {_THERE}"), *further]


async def _rewritten(client: RedisClient, where: dict[str, Any], follows: bool) -> _End:
    try:
        with translated():
            with suppress(ResponseError):  # not everybody may
                await client.execute_command("SLOWLOG RESET", **where)
            commands = await _commands(client, where, follows)
            for command in commands:
                await _begin(client, command, where)
                if (await _ended(client, where)).get(_ENDED_WITH[command]) != "ok":
                    return 0, _FAILED
            seconds, micros = await client.time(**where)
    except (ResponseError, StoreUnsuitable) as error:  # what says "not now" is one too, and no longer here
        return 0, f"the store does not write its files anew: {error}"
    return (seconds * 1000 + -(-micros // 1000), "") if commands else (0, _NONE)


async def _commands(client: RedisClient, where: dict[str, Any], follows: bool) -> list[str]:
    """Return what writes the files anew that a store keeps; in a replica's folder lies what it began with."""
    state = await _state(client, where)
    appends, saves = state.get("aof_enabled"), follows or await _saves(client, state, where)
    return [*["BGREWRITEAOF"] * bool(appends), *["BGSAVE"] * saves]


async def _saves(client: RedisClient, state: dict[str, Any], where: dict[str, Any]) -> bool:
    """Say whether a store saves what it holds, or did since it started; where it does not tell, it may."""
    if state.get("rdb_saves", 1):  # not told before Redis 7
        return True
    try:
        return any((await client.config_get("save", **where)).values())
    except ResponseError:
        return True


async def _begin(client: RedisClient, command: str, where: dict[str, Any]) -> None:
    """Begin anew: what is under way may have begun before the last deletion."""
    while True:
        await _ended(client, where)
        try:
            await client.execute_command(command, **where)
        except ResponseError as error:
            if not any(later in str(error) for later in _LATER):
                raise
        else:
            return


async def _ended(client: RedisClient, where: dict[str, Any]) -> dict[str, Any]:
    """Wait until nothing is written anew, or due to be."""
    while True:
        state = await _state(client, where)
        if not any(state.get(name) for name in _UNDER_WAY):
            return state
        await asyncio.sleep(_LOOK_S)


async def _state(client: RedisClient, where: dict[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = await client.info("persistence", **where)
    return state
