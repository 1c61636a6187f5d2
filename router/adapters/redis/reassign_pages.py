"""``router.imports.ports.Pages`` of what is to be moved, in Redis: ids, each with its version when it was found.

To whom, why and by whom stands once a page.

Pages that were written before versions stood in them are read too: what they hold is moved whatever it was found as.
"""

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
    entries = [(place, each.item_id, each.request_id, each.expected) for place, each in page.items()]
    return pack([first.rep, first.note, first.actor, entries])


def _unpacked(packed: bytes) -> dict[int, ReassignRequest]:
    rep, note, actor, entries = msgpack.unpackb(packed)
    return {
        place: ReassignRequest(item_id, rep, note, found[0] if found else None, request_id, actor)
        for place, item_id, request_id, *found in entries
    }
