"""Published rule sets in Redis."""

from __future__ import annotations

from router.adapters.redis.assignments import REQUEST_TTL_S
from router.adapters.redis.format import check_reply
from router.adapters.redis.keys import TENANTS, Keys
from router.adapters.redis.library import script
from router.history.codec import publication_from, publication_text
from router.model.errors import RequestIdReused, StaleRevision
from router.model.revisions import RevisionPair
from rules.revisions import Publication
from store.clients import RedisClient
from store.translation import translated

_publish = script("publish")


class RedisRuleSets:
    """``router.rules.ports.RuleSets`` and ``router.workforce.ports.Revisions`` on Redis.

    Parameters as for ``RedisAssignments``.
    """

    def __init__(self, redis: RedisClient, request_ttl_s: int = REQUEST_TTL_S) -> None:
        self._redis = redis
        self._request_ttl_s = request_ttl_s

    async def publish(
        self,
        tenant: str,
        expected: int | None,
        publication: Publication,
        *,
        request_id: str = "",
        fingerprint: str = "",
    ) -> Publication:
        keys = Keys(tenant)
        request = [keys.request(request_id)] if request_id else []
        with translated():
            await self._redis.sadd(TENANTS, tenant)  # before the first event, so that no tenant's work is overlooked
        reply = await _publish(
            self._redis,
            [keys.revisions, keys.rule_sets, keys.events, *request],
            [
                "" if expected is None else expected,
                fingerprint,
                self._request_ttl_s,
                publication_text(publication),
                publication.rollback_of,
                publication.actor,
            ],
        )
        check_reply(tenant, reply)
        match reply[0]:
            case b"DONE":
                return _read(int(reply[1]), reply[2])
            case b"REQUEST_ID_REUSED":
                raise RequestIdReused(request_id)
            case _:
                raise StaleRevision(f"tenants/{tenant}/ruleSets/active", f"the active revision is {reply[1]}")

    async def tenants(self) -> list[str]:
        with translated():
            return sorted(tenant.decode() for tenant in await self._redis.smembers(TENANTS))

    async def publication(self, tenant: str, revision: int | None = None) -> Publication | None:
        wanted = (await self.revisions(tenant)).rules if revision is None else revision
        with translated():
            stored = await self._redis.hget(Keys(tenant).rule_sets, str(wanted))
        return _read(wanted, stored) if stored else None

    async def publications(self, tenant: str, *, before: int | None = None, count: int = 50) -> list[Publication]:
        newest = (await self.revisions(tenant)).rules
        last = newest if before is None else min(before - 1, newest)
        wanted = range(last, max(last - count, 0), -1)
        if not wanted:
            return []
        with translated():
            stored = await self._redis.hmget(Keys(tenant).rule_sets, [str(revision) for revision in wanted])
        return [_read(revision, text) for revision, text in zip(wanted, stored, strict=True) if text]

    async def revisions(self, tenant: str) -> RevisionPair:
        with translated():
            values = await self._redis.hmget(
                Keys(tenant).revisions, ["rules", "workforce", "rules_mark", "workforce_mark"]
            )
        rules, workforce, *event_hashes = values
        return RevisionPair(
            int(rules or 0), int(workforce or 0), *[(event_hash or b"").decode() for event_hash in event_hashes]
        )


def _read(revision: int, stored: bytes) -> Publication:
    at_ms, text = stored.split(b" ", 1)
    return publication_from(revision, int(at_ms), text)
