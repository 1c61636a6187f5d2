"""``router.imports.ports.ImportPages`` in Redis: pages that hold whole work items, of which some may be taken out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgpack

from failures import Conflict
from packing import pack
from router.adapters.redis.keys import Keys
from router.adapters.redis.pages import KEPT_S, RedisPages
from router.assignment.commands import ImportedItem
from router.imports.ports import NotImported, Page
from router.model.workitem import WorkItem
from store.clients import RedisClient
from store.clock import clock
from store.scripts import Argument, Script
from store.translation import translated

__all__ = ["KEPT_S", "RedisImportPages"]
_TAKEN = b"taken"
_IS_DONE_NOW = -1
_TRIES = 8
"""Rounds before nothing is taken out because pages are done faster than they can be read."""
_take_out = Script(__package__, "take_out", lambda: (clock(),))


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
        key = Keys(tenant).import_pages(import_id)
        for _ in range(_TRIES):
            arguments: list[Argument] = []
            for number, packed in (await self._waiting(key)).items():
                page = _unpacked(packed)
                kept = {place: entry for place, entry in page.items() if place not in places}
                if len(kept) < len(page):
                    arguments += [number, packed, _packed(kept), len(page) - len(kept)]
            if not arguments:
                return 0
            taken = int(await _take_out(self._redis, [key], [_TAKEN, *arguments]))
            if taken >= 0:
                return taken
            if taken == _IS_DONE_NOW:
                break
        raise Conflict(f"tenants/{tenant}", "an import enters it at this moment: try again")

    async def _waiting(self, key: str) -> Mapping[int, bytes]:
        """Return the pages that are not done yet, as they are kept."""
        with translated():
            fields = await self._redis.hgetall(key)
        return {int(field): packed for field, packed in sorted(fields.items()) if field.isdigit()}


def _packed(page: Page) -> bytes:
    entries = [(place, entry.item.pack(), *entry[1:]) for place, entry in page.items()]
    return pack(entries)


def _unpacked(packed: bytes) -> dict[int, ImportedItem]:
    return {
        place: ImportedItem(WorkItem.unpack(item), *rest)  # of before stages: without one
        for place, item, *rest in msgpack.unpackb(packed)
    }
