"""A client that answers once replicas have what was written."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

WAIT_MS = 2000
"""How long replicas may take, in milliseconds."""
MARK = "fairlead:acknowledged"
"""Written behind what replicas have to confirm, see ``ReplicatingRedis``."""


class TooFewReplicas(RedisConnectionError):
    """A change was written and too few replicas have it: whether it will last is not known."""


class ReplicatingRedis(Redis):
    """A client whose scripts are answered once replicas have what they wrote, and reads once they have what was read.

    The mark written behind each of them makes WAIT look at everything before it, also where a script only found that
    its request had been done before, over another connection. Scripts, ``get``, ``mget``, ``xrange``, ``xrevrange``,
    ``zrangebylex`` and what is ``read_together`` are what callers are answered from. All goes over one connection: no
    other primary than the one that was read from confirms.

    References
    ----------
    https://redis.io/docs/latest/commands/wait/
    """

    replicas = 1

    async def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Any:
        """Run a script by its hash; see ``redis.commands.core``."""
        return await self._acknowledged("EVALSHA", sha, numkeys, *keys_and_args)

    async def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Any:
        """Run a script; see ``redis.commands.core``."""
        return await self._acknowledged("EVAL", script, numkeys, *keys_and_args)

    async def get(self, name: Any) -> Any:
        """Read a value; see ``redis.commands.core``."""
        return await self._acknowledged("GET", name)

    async def mget(self, keys: Any, *more: Any) -> Any:
        """Read values; see ``redis.commands.core``."""
        return await self._acknowledged("MGET", *keys, *more)

    async def xrange(self, name: Any, first: Any = "-", last: Any = "+", count: int | None = None) -> Any:
        """Read a slice of a stream, oldest first; see ``redis.commands.core``."""
        return await self._acknowledged("XRANGE", name, first, last, *_limit(count))

    async def xrevrange(self, name: Any, last: Any = "+", first: Any = "-", count: int | None = None) -> Any:
        """Read a slice of a stream, newest first; see ``redis.commands.core``."""
        return await self._acknowledged("XREVRANGE", name, last, first, *_limit(count))

    async def zrangebylex(
        self, name: Any, first: Any, last: Any, start: int | None = None, num: int | None = None
    ) -> Any:
        """Read a slice of a sorted set, by name; see ``redis.commands.core``."""
        limit = () if start is None or num is None else ("LIMIT", start, num)
        return await self._acknowledged("ZRANGEBYLEX", name, first, last, *limit)

    async def _acknowledged(self, *command: Any) -> Any:
        async with self.pipeline(transaction=False) as pipeline:
            pipeline.execute_command(*command)
            (answer,) = await self.acknowledged(pipeline)
        return answer

    async def acknowledged(self, pipeline: Any) -> list[Any]:
        """Execute a pipeline that is no transaction, and have replicas have what its commands wrote or read."""
        pipeline.set(MARK, 1)
        pipeline.execute_command("WAIT", self.replicas, WAIT_MS)
        replies: list[Any] = await pipeline.execute(raise_on_error=False)
        *answers, _, reached = replies
        for answer in (*answers, reached):
            if isinstance(answer, Exception):
                raise answer
        if reached < self.replicas:
            raise TooFewReplicas(f"{reached} of {self.replicas} replicas have the change after {WAIT_MS} ms")
        return answers


async def read_together(redis: Any, pipeline: Any) -> list[Any]:
    """Execute a pipeline of reads as a client of its kind would read each of them."""
    if isinstance(redis, ReplicatingRedis):
        return await redis.acknowledged(pipeline)
    answers: list[Any] = await pipeline.execute()
    return answers


def _limit(count: int | None) -> tuple[str, int] | tuple[()]:
    return () if count is None else ("COUNT", count)
