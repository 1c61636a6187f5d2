"""``router.imports.ports.Pages`` of what is to be moved, in Redis: ids, and once a page to whom, why and by whom."""

from __future__ import annotations

from collections.abc import Mapping

import msgpack

from packing import pack
from router.adapters.redis.keys import Keys
from router.adapters.redis.pages import RedisPages
from router.assignment.commands import ReassignRequest
from router.imports.ports import ItemResult
from store.clients import RedisClient


def reassign_pages(redis: RedisClient) -> RedisPages[ReassignRequest, ItemResult]:
    """Return where they wait."""
    return RedisPages(redis, lambda tenant, id_: Keys(tenant).reassign_pages(id_), _packed, _unpacked, ItemResult)


def _packed(page: Mapping[int, ReassignRequest]) -> bytes:
    """Write a page; all its requests are of one operation."""
    first = next(iter(page.values()), ReassignRequest(""))
    entries = [(place, request.item_id, request.request_id) for place, request in page.items()]
    return pack([first.rep, first.note, first.actor, entries])


def _unpacked(packed: bytes) -> dict[int, ReassignRequest]:
    rep, note, actor, entries = msgpack.unpackb(packed)
    return {
        place: ReassignRequest(item_id, rep, note, request_id=request_id, actor=actor)
        for place, item_id, request_id in entries
    }
