"""``router.imports.ports.ImportPages`` in Redis: a hash for each import, which expires."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgpack

from failures import Conflict
from router.adapters.redis.keys import Keys
from router.assignment.commands import ImportedItem
from router.imports.ports import NotImported, Page
from router.model.workitem import WorkItem
from store.clients import RedisClient
from store.translation import translated

KEPT_S = 7 * 24 * 3600
"""How long an import may wait for somebody to enter its next page, in seconds."""
_ALL, _AT, _TAKEN, _REFUSED = b"pages", b"at", b"taken", b"refused:"
_AT_ONCE = 100
"""Pages that one command writes, at most."""


class RedisImportPages:
    """Pages by their numbers, ``pages`` for how many there were, ``at`` for the one that is being entered,
    ``refused:NUMBER`` for what of one was refused, and ``taken`` for how many work items somebody had erased.

    Parameters
    ----------
    redis
        A client that returns bytes.
    """

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def put(self, tenant: str, import_id: str, pages: Sequence[Page]) -> None:
        key = Keys(tenant).import_pages(import_id)
        with translated():
            for first in range(0, max(len(pages), 1), _AT_ONCE):
                part = pages[first : first + _AT_ONCE]
                fields: dict[Any, Any] = {str(number): _packed(page) for number, page in enumerate(part, first)}
                await self._redis.hset(key, mapping={**fields, _ALL: len(pages)})
            await self._redis.expire(key, KEPT_S)

    async def left(self, tenant: str, import_id: str) -> list[int]:
        with translated():
            fields = await self._redis.hkeys(Keys(tenant).import_pages(import_id))
        return sorted(int(field) for field in fields if field.isdigit())

    async def page(self, tenant: str, import_id: str, number: int) -> Page:
        with translated():
            return await self._read(Keys(tenant).import_pages(import_id), number)

    async def begin(self, tenant: str, import_id: str, number: int) -> Page:
        key = Keys(tenant).import_pages(import_id)
        with translated():
            if await self._redis.hset(key, _AT, number) and not await self._redis.hexists(key, _ALL):
                await self._redis.delete(key)  # it had expired
            return await self._read(key, number)

    async def _read(self, key: str, number: int) -> Page:
        packed = await self._redis.hget(key, str(number))
        return _unpacked(packed) if packed else {}

    async def rest(self, tenant: str, import_id: str) -> None:
        with translated():
            await self._redis.hdel(Keys(tenant).import_pages(import_id), _AT)

    async def finish(self, tenant: str, import_id: str, number: int, refused: Sequence[NotImported]) -> None:
        key = Keys(tenant).import_pages(import_id)
        with translated():
            async with self._redis.pipeline(transaction=True) as pipeline:
                if refused:
                    pipeline.hset(key, _REFUSED + str(number).encode(), json.dumps(refused))
                pipeline.hdel(key, str(number), _AT)
                pipeline.expire(key, KEPT_S)
                await pipeline.execute()

    async def refused(self, tenant: str, import_id: str) -> list[NotImported] | None:
        with translated():
            fields = await self._redis.hgetall(Keys(tenant).import_pages(import_id))
        if not fields:
            return None
        found = (json.loads(text) for field, text in fields.items() if field.startswith(_REFUSED))
        return sorted(NotImported(*each) for page in found for each in page)

    async def forget(self, tenant: str, import_id: str) -> None:
        with translated():
            await self._redis.delete(Keys(tenant).import_pages(import_id))

    async def imports(self, tenant: str) -> Mapping[str, Page]:
        found: dict[str, Page] = {}
        prefix = Keys(tenant).import_pages("")
        with translated():
            async for key in self._redis.scan_iter(match=f"{prefix}*", count=1000):
                pages = [value for field, value in (await self._redis.hgetall(key)).items() if field.isdigit()]
                found[key.decode().removeprefix(prefix)] = {
                    place: entry for page in pages for place, entry in _unpacked(page).items()
                }
        return found

    async def taken(self, tenant: str, import_id: str) -> int:
        with translated():
            return int(await self._redis.hget(Keys(tenant).import_pages(import_id), _TAKEN) or 0)

    async def take_out(self, tenant: str, import_id: str, places: Collection[int]) -> int:
        key, taken = Keys(tenant).import_pages(import_id), 0
        for number in await self.left(tenant, import_id):
            page = await self.page(tenant, import_id, number)
            kept = {place: entry for place, entry in page.items() if place not in places}
            if len(kept) < len(page):
                with translated():
                    await self._redis.hset(key, str(number), _packed(kept))
                    under_way = await self._redis.hget(key, _AT)
                    if under_way == str(number).encode():  # who enters it may have read it before
                        await self._redis.hset(key, str(number), _packed(page))
                        raise Conflict(f"tenants/{tenant}", "an import enters it at this moment: try again")
                    await self._redis.hincrby(key, _TAKEN, len(page) - len(kept))
                taken += len(page) - len(kept)
        return taken


def _packed(page: Page) -> bytes:
    entries = [(place, entry.item.pack(), entry.owner, entry.assigned_ms) for place, entry in page.items()]
    packed: bytes = msgpack.packb(entries)
    return packed


def _unpacked(packed: bytes) -> dict[int, ImportedItem]:
    return {
        place: ImportedItem(WorkItem.unpack(item), owner, assigned_ms)
        for place, item, owner, assigned_ms in msgpack.unpackb(packed)
    }
