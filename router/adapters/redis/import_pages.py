"""``router.imports.ports.ImportPages`` in Redis: pages that hold whole work items, of which some may be taken out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgpack

from failures import Conflict
from router.adapters.redis.keys import Keys
from router.adapters.redis.pages import KEPT_S, RedisPages
from router.assignment.commands import ImportedItem
from router.imports.ports import NotImported, Page
from router.model.workitem import WorkItem
from store.clients import RedisClient
from store.translation import translated

__all__ = ["KEPT_S", "RedisImportPages"]
_AT, _TAKEN = b"at", b"taken"


class RedisImportPages(RedisPages[ImportedItem, NotImported]):
    """As ``RedisPages``, with ``taken`` for how many work items somebody had erased.

    Parameters
    ----------
    redis
        A client that returns bytes.
    """

    def __init__(self, redis: RedisClient) -> None:
        super().__init__(
            redis, lambda tenant, import_id: Keys(tenant).import_pages(import_id), _packed, _unpacked, NotImported
        )

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
