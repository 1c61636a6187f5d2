"""Published rule sets in Redis, by revision."""

from __future__ import annotations

from router.adapters.redis.assignments import REQUEST_TTL_S
from router.adapters.redis.keys import TENANTS, Keys
from router.adapters.redis.publications import Publishable, RequestKey, Stale, StoredRevision, publish, stored
from router.history.codec import publication_from, publication_text
from router.model.errors import StaleRevision
from router.model.revisions import RevisionPair
from rules.revisions import Publication
from store.clients import RedisClient
from store.translation import translated

_REVISIONS = ["rules", "workforce", "rules_mark", "workforce_mark", "processes", "processes_mark"]


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
        content = Publishable(publication_text(publication), publication.rollback_of, publication.actor)
        request = RequestKey(request_id, fingerprint, self._request_ttl_s)
        try:
            return _read(await publish(self._redis, tenant, "rules", expected, content, request))
        except Stale as error:
            fault = f"the active revision is {error.newest}"
            raise StaleRevision(f"tenants/{tenant}/ruleSets/active", fault) from None

    async def tenants(self) -> list[str]:
        with translated():
            return sorted(tenant.decode() for tenant in await self._redis.smembers(TENANTS))

    async def publication(self, tenant: str, revision: int | None = None) -> Publication | None:
        wanted = (await self.revisions(tenant)).rules if revision is None else revision
        found = await stored(self._redis, Keys(tenant).rule_sets, [wanted])
        return _read(found[0]) if found else None

    async def publications(self, tenant: str, *, before: int | None = None, count: int = 50) -> list[Publication]:
        newest = (await self.revisions(tenant)).rules
        last = newest if before is None else min(before - 1, newest)
        wanted = range(last, max(last - count, 0), -1)
        return [_read(found) for found in await stored(self._redis, Keys(tenant).rule_sets, wanted)]

    async def revisions(self, tenant: str) -> RevisionPair:
        with translated():
            values = await self._redis.hmget(Keys(tenant).revisions, _REVISIONS)
        rules, workforce, rules_mark, workforce_mark, processes, processes_mark = values
        return RevisionPair(
            int(rules or 0),
            int(workforce or 0),
            (rules_mark or b"").decode(),
            (workforce_mark or b"").decode(),
            int(processes or 0),
            (processes_mark or b"").decode(),
        )


def _read(found: StoredRevision) -> Publication:
    at_ms, text = found.stored.split(b" ", 1)
    return publication_from(found.revision, int(at_ms), text)
