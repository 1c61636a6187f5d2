"""``router.imports.ports.Pages`` in Redis: a hash for each operation, which expires."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic

from router.imports.ports import Entry, Result
from store.clients import RedisClient
from store.translation import translated

KEPT_S = 7 * 24 * 3600
"""How long an operation may wait for somebody to do its next page, in seconds."""
_ALL, UNDER_WAY, _RESULTS = b"pages", b"at:", b"refused:"
_AT_ONCE = 100
"""Pages that one command writes, at most."""


class RedisPages(Generic[Entry, Result]):
    """Pages by their numbers, ``pages`` for how many there were, ``at:NUMBER`` for one that is being done, and
    ``refused:NUMBER`` for what is told of one that was.

    Parameters
    ----------
    redis
        A client that returns bytes.
    key
        Returns the key of an operation of a tenant.
    pack, unpack
        Write and read a page.
    result
        Makes what is told of a work item from its fields.
    """

    def __init__(
        self,
        redis: RedisClient,
        key: Callable[[str, str], str],
        pack: Callable[[Mapping[int, Entry]], bytes],
        unpack: Callable[[bytes], dict[int, Entry]],
        result: Callable[..., Result],
    ) -> None:
        self._redis = redis
        self._key = key
        self._pack = pack
        self._unpack = unpack
        self._result = result

    async def put(self, tenant: str, operation_id: str, pages: Sequence[Mapping[int, Entry]]) -> None:
        key = self._key(tenant, operation_id)
        with translated():
            for first in range(0, max(len(pages), 1), _AT_ONCE):
                part = pages[first : first + _AT_ONCE]
                fields: dict[Any, Any] = {str(number): self._pack(page) for number, page in enumerate(part, first)}
                async with self._redis.pipeline(transaction=True) as pipeline:
                    pipeline.hset(key, mapping={**fields, _ALL: len(pages)})
                    pipeline.expire(key, KEPT_S)
                    await pipeline.execute()

    async def left(self, tenant: str, operation_id: str) -> list[int]:
        with translated():
            fields = await self._redis.hkeys(self._key(tenant, operation_id))
        return sorted(int(field) for field in fields if field.isdigit())

    async def page(self, tenant: str, operation_id: str, number: int) -> Mapping[int, Entry]:
        with translated():
            return await self._read(self._key(tenant, operation_id), number)

    async def begin(self, tenant: str, operation_id: str, number: int) -> Mapping[int, Entry]:
        key = self._key(tenant, operation_id)
        with translated():
            if await self._redis.hset(key, _under_way(number), 1) and not await self._redis.hexists(key, _ALL):
                await self._redis.delete(key)  # it had expired
            return await self._read(key, number)

    async def _read(self, key: str, number: int) -> Mapping[int, Entry]:
        packed = await self._redis.hget(key, str(number))
        return self._unpack(packed) if packed else {}

    async def rest(self, tenant: str, operation_id: str, number: int) -> None:
        with translated():
            await self._redis.hdel(self._key(tenant, operation_id), _under_way(number))

    async def finish(self, tenant: str, operation_id: str, number: int, results: Sequence[Result]) -> None:
        key = self._key(tenant, operation_id)
        with translated():
            async with self._redis.pipeline(transaction=True) as pipeline:
                if results:
                    pipeline.hset(key, _RESULTS + str(number).encode(), json.dumps(results))
                pipeline.hdel(key, str(number), _under_way(number))
                pipeline.expire(key, KEPT_S)
                await pipeline.execute()

    async def results(self, tenant: str, operation_id: str) -> list[Result] | None:
        with translated():
            fields = await self._redis.hgetall(self._key(tenant, operation_id))
        if not fields:
            return None
        found = (json.loads(text) for field, text in fields.items() if field.startswith(_RESULTS))
        return [self._result(*each) for each in sorted(each for page in found for each in page)]

    async def forget(self, tenant: str, operation_id: str) -> None:
        with translated():
            await self._redis.delete(self._key(tenant, operation_id))


def _under_way(number: int) -> bytes:
    return UNDER_WAY + str(number).encode()
