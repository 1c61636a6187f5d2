"""Who is away, in Redis: a hash that decisions are made by, and the log of how it came to be so."""

from __future__ import annotations

from collections.abc import Mapping

from router.adapters.redis.assignments import REQUEST_TTL_S
from router.adapters.redis.format import check_reply
from router.adapters.redis.keys import Keys
from router.adapters.redis.library import script
from router.model.errors import NotFound, RequestIdReused
from router.workforce.presence import has_passed
from store.clients import RedisClient
from store.translation import translated

_BACK = -1
_set_presence = script("set_presence")


class RedisPresences:
    """``router.workforce.ports.Presences`` on Redis; parameters as for ``RedisAssignments``."""

    def __init__(self, redis: RedisClient, request_ttl_s: int = REQUEST_TTL_S) -> None:
        self._redis = redis
        self._request_ttl_s = request_ttl_s

    async def set_presence(
        self,
        tenant: str,
        rep: str,
        until_ms: int | None,
        *,
        request_id: str = "",
        fingerprint: str = "",
        actor: str = "",
    ) -> int:
        keys = Keys(tenant)
        request = [keys.request(request_id)] if request_id else []
        reply = await _set_presence(
            self._redis,
            [keys.revisions, keys.events, keys.presence, keys.records, *request],
            [rep, _BACK if until_ms is None else until_ms, fingerprint, self._request_ttl_s, actor],
        )
        check_reply(tenant, reply)
        match reply[0]:
            case b"DONE":
                return int(reply[1])
            case b"PASSED":
                raise has_passed(until_ms or 0, reply[1])
            case b"NOT_FOUND":
                raise NotFound("rep", f"tenants/{tenant}/reps/{rep}")
            case _:
                raise RequestIdReused(request_id)

    async def presences(self, tenant: str) -> Mapping[str, int]:
        with translated():
            return presences_from(await self._redis.hgetall(Keys(tenant).presence))


def presences_from(fields: Mapping[bytes, bytes]) -> dict[str, int]:
    """Read until when reps are away."""
    return {rep.decode(): int(until_ms) for rep, until_ms in fields.items()}
