"""Scripts by their hash, the driver's errors in our words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha1
from importlib.resources import files
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, OutOfMemoryError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from failures import StoreUnavailable

Argument = str | bytes | int | float
RedisClient = Any
"""A ``redis.asyncio.Redis`` that returns bytes: the driver's annotations cannot tell it from one that returns text."""

SERVER_CLOCK = "local clock = redis.call('TIME')\nlocal now_us = clock[1] * 1000000 + clock[2]\n"
"""Lua that puts the server's clock into ``now_us``; tests put one there that they move by hand."""

_REFUSAL = re.compile(
    r"""(?:^|because\ of:\ |caused\ error:\ \(['"]|:\ -)
    (?:OOM|READONLY|LOADING|MISCONF|NOREPLICAS|MASTERDOWN|BUSY|CLUSTERDOWN|TRYAGAIN|UNBLOCKED)\b""",
    re.VERBOSE,
)
"""First words of response errors that say "not now": Redis reports its own state like errors of the caller.

They stand at the beginning, behind what the driver says of a transaction or a pipeline, or, of a script before 7.0,
behind a ``-``.
"""


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into ours.

    Raises
    ------
    StoreUnavailable
        If the server does not answer, or takes no writes now.
    """
    try:
        yield
    except (RedisConnectionError, RedisTimeoutError, OutOfMemoryError, ReadOnlyError) as error:
        raise StoreUnavailable(f"Redis does not answer, or takes no writes: {error}") from error
    except ResponseError as error:
        if _REFUSAL.search(str(error)):
            raise StoreUnavailable(f"Redis takes no writes now: {error}") from error
        raise


class Script:
    """A Lua script of this package behind a clock, and behind another one that it needs, called by its hash and loaded
    where the server does not know it.
    """

    def __init__(self, name: str, clock: str, *, behind: str = "") -> None:
        folder = files("workqueue.adapters.redis").joinpath("scripts")
        parts = (folder.joinpath(f"{part}.lua").read_text("utf-8") for part in (behind, name) if part)
        self.source = clock + "".join(parts)
        self._hash = sha1(self.source.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, redis: RedisClient, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Run it; ``keys`` must be all it touches.

        Raises
        ------
        StoreUnavailable
            If the server does not answer, or takes no writes now.
        """
        with translated():
            try:
                return await redis.evalsha(self._hash, len(keys), *keys, *arguments)
            except NoScriptError:
                return await redis.eval(self.source, len(keys), *keys, *arguments)
