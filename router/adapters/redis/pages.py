"""``router.imports.ports.Pages`` in Redis: a hash for each operation, which expires."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic

from router.imports.ports import Entry, Result
from store.clients import RedisClient
from store.clock import clock
from store.scripts import Script
from store.translation import translated

KEPT_S = 7 * 24 * 3600
"""How long an operation may wait for somebody to do its next page, in seconds."""
_ALL, _RESULTS = b"pages", b"refused:"
_AT_ONCE = 100
"""Pages that one command writes, at most."""
_begin, _rest = Script(__package__, "begin_page", lambda: (clock(),)), Script(__package__, "rest_page")
_finish = Script(__package__, "finish_page")


class RedisPages(Generic[Entry, Result]):
    """Pages by their numbers, ``pages`` for how many there were, ``at:NUMBER`` for who does one, ``until:NUMBER`` for
    the instant from which they count as lost, in ms since 1970, and ``refused:NUMBER`` for what is told of one done.

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
            packed = await self._redis.hget(self._key(tenant, operation_id), str(number))
        return self._unpack(packed) if packed else {}

    async def begin(
        self, tenant: str, operation_id: str, number: int, worker: str, lasts_ms: int
    ) -> Mapping[int, Entry]:
        packed = await _begin(self._redis, [self._key(tenant, operation_id)], [number, worker, lasts_ms])
        return self._unpack(packed) if packed else {}

    async def rest(self, tenant: str, operation_id: str, number: int, worker: str) -> None:
        await _rest(self._redis, [self._key(tenant, operation_id)], [number, worker])

    async def finish(self, tenant: str, operation_id: str, number: int, worker: str, results: Sequence[Result]) -> bool:
        told = json.dumps(list(results))
        return bool(await _finish(self._redis, [self._key(tenant, operation_id)], [number, worker, told, KEPT_S]))

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
