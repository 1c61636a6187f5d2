"""The connection to Redis or Valkey: scripts by hash, the driver's errors in our words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import sha1
from importlib.resources import files
from typing import Any

from redis.exceptions import (
    ClusterDownError,
    MasterDownError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    ResponseError,
    SlotNotCoveredError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from router.model.errors import StoreUnavailable

Argument = str | bytes | int | float
RedisClient = Any
"""A ``redis.asyncio.Redis`` that returns bytes: the driver's annotations cannot tell it from one that returns text."""

_REFUSAL_CLASSES = (OutOfMemoryError, ReadOnlyError, MasterDownError, ClusterDownError, TryAgainError)
"""The driver's classes for some of them; it cuts the first word off their texts."""

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
    except (RedisConnectionError, RedisTimeoutError, RedisClusterException, SlotNotCoveredError) as error:
        raise StoreUnavailable(f"Redis does not answer: {error}") from error
    except ResponseError as error:
        if _is_refusal(error):
            raise StoreUnavailable(f"Redis takes no writes now: {error}") from error
        raise


def _is_refusal(error: ResponseError) -> bool:
    """Say whether the server means "not now"."""
    return isinstance(error, _REFUSAL_CLASSES) or _REFUSAL.search(str(error)) is not None


ScriptWatch = Callable[[str], AbstractContextManager[object]]
_watch: ScriptWatch = nullcontext


def watch_scripts(watch: ScriptWatch | None) -> None:
    """Have each call of a script of this process told, by its name, while it lasts; None: nobody listens."""
    global _watch  # noqa: PLW0603 (scripts are the module's, and so is who listens to them)
    _watch = watch or nullcontext


class Script:
    """A Lua script of this package, behind ``log.lua``; called by its hash, loaded where it is missing."""

    def __init__(self, name: str) -> None:
        self.name = name
        scripts = files("router.adapters.redis").joinpath("scripts")
        self.source = "".join(scripts.joinpath(f"{part}.lua").read_text("utf-8") for part in ("log", name))
        self._hash = sha1(self.source.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, redis: RedisClient, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Run it; ``keys`` must be all it touches.

        Raises
        ------
        StoreUnavailable
            If the server does not answer, or takes no writes now.
        """
        with translated(), _watch(self.name):
            try:
                return await redis.evalsha(self._hash, len(keys), *keys, *arguments)
            except NoScriptError:
                return await redis.eval(self.source, len(keys), *keys, *arguments)
