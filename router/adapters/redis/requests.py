"""Keeping what a request was answered that changed nothing; what is atomic stands in ``scripts/keep_request.lua``."""

from __future__ import annotations

from router.adapters.redis.format import check_reply
from router.adapters.redis.keys import Keys
from router.adapters.redis.library import script
from router.model.errors import RequestIdReused
from store.clients import RedisClient

_keep = script("keep_request")


async def keep_request(
    redis: RedisClient,
    request_ttl_s: int,
    tenant: str,
    request_id: str,
    fingerprint: str,
    item_id: str,
    expected: int,
    number: int,
) -> bool:
    """Keep a request; as ``router.assignment.ports.Assignments.keep_request``."""
    if not request_id:
        return True
    keys = Keys(tenant)
    reply = await _keep(
        redis,
        [keys.revisions, keys.item(item_id), keys.request(request_id)],
        [expected, fingerprint, request_ttl_s, number],
    )
    check_reply(tenant, reply)
    if reply[0] == b"REQUEST_ID_REUSED":
        raise RequestIdReused(request_id)
    return bool(reply[0] == b"DONE")
