"""Having a store rewrite its append-only file, so that nothing of what was deleted before is left in it.

The store writes the file anew from what it holds, then forgets the old one. Until then the old one tells everything
that happened since it was rewritten last.

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
_NONE = "the store keeps no append-only file: what it saves is clean once it has saved again"
_FAILED = "the store could not rewrite its append-only file: its own log says why"


async def rewritten(client: RedisClient) -> tuple[int, str]:
    """Rewrite the file of a store, of each primary in a cluster, and wait for the end.

    What was slow lately is forgotten too: the store keeps its commands with what they carried.

    Returns
    -------
    tuple of int and str
        From when on the file is clean, in milliseconds since 1970 by the store's clock; and why that is not known, then
        with 0.

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
            if not (await _state(client, where)).get("aof_enabled"):
                return 0, _NONE
            with suppress(ResponseError):  # not everybody may
                await client.execute_command("SLOWLOG RESET", **where)
            await _begin(client, where)
            state = await _ended(client, where)
            seconds, micros = await client.time(**where)
    except ResponseError as error:  # what says "not now" is one too, and no longer here
        return 0, f"the store does not rewrite its append-only file: {error}"
    if state.get("aof_last_bgrewrite_status") != "ok":
        return 0, _FAILED
    return seconds * 1000 + -(-micros // 1000), ""


async def _begin(client: RedisClient, where: dict[str, Any]) -> None:
    """Begin anew: a rewrite that is under way may have begun before the last deletion."""
    while True:
        await _ended(client, where)
        try:
            await client.execute_command("BGREWRITEAOF", **where)
        except ResponseError as error:
            if "in progress" not in str(error):
                raise
        else:
            return


async def _ended(client: RedisClient, where: dict[str, Any]) -> dict[str, Any]:
    """Wait until nothing is rewritten, or due to be."""
    while True:
        state = await _state(client, where)
        if not state.get("aof_rewrite_in_progress") and not state.get("aof_rewrite_scheduled"):
            return state
        await asyncio.sleep(_LOOK_S)


async def _state(client: RedisClient, where: dict[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = await client.info("persistence", **where)
    return state
