"""Having a store write its files anew, so that nothing of what was deleted before is left in them.

The append-only file tells everything that happened since it was rewritten last; the store writes it anew from what it
holds, then forgets the old one. What the store saves whole, an RDB file, is as old as the last save.

References
----------
Redis, "Persistence: log rewriting", https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from redis.asyncio import RedisCluster
from redis.exceptions import ResponseError

from store.clients import RedisClient
from store.translation import translated

_LOOK_S = 0.02
_NONE = "the store keeps no file: one that it saved before is clean once it has saved again"
_FAILED = "the store could not write its files anew: its own log says why"
_ENDED_WITH = {"BGREWRITEAOF": "aof_last_bgrewrite_status", "BGSAVE": "rdb_last_bgsave_status"}
_UNDER_WAY = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")
_LATER = ("in progress", "right now")
"""What the store says where it writes one of its files already."""


async def rewritten(client: RedisClient) -> tuple[int, str]:
    """Write the files of a store anew, of each primary in a cluster, and wait for the end.

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
    if not isinstance(client, RedisCluster):
        return await _rewritten(client)
    with translated():
        await client.initialize()
    ends = [await _rewritten(client, target_nodes=node) for node in client.get_primaries()]
    hindered = [end for end in ends if end[1]]
    return hindered[0] if hindered else max(ends)


async def _rewritten(client: RedisClient, **where: Any) -> tuple[int, str]:
    try:
        with translated():
            with suppress(ResponseError):  # not everybody may
                await client.execute_command("SLOWLOG RESET", **where)
            commands = await _commands(client, where)
            for command in commands:
                await _begin(client, command, where)
                if (await _ended(client, where)).get(_ENDED_WITH[command]) != "ok":
                    return 0, _FAILED
            seconds, micros = await client.time(**where)
    except ResponseError as error:  # what says "not now" is one too, and no longer here
        return 0, f"the store does not write its files anew: {error}"
    return (seconds * 1000 + -(-micros // 1000), "") if commands else (0, _NONE)


async def _commands(client: RedisClient, where: dict[str, Any]) -> list[str]:
    """Return what writes the files anew that a store keeps."""
    state = await _state(client, where)
    appends, saves = state.get("aof_enabled"), await _saves(client, state, where)
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
