"""Published processes in Redis, by revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgpack

from router.adapters.redis.assignments import REQUEST_TTL_S
from router.adapters.redis.keys import Keys
from router.adapters.redis.publications import Publishable, RequestKey, Stale, StoredRevision, Taken, publish, stored
from router.history.codec import process_from, process_text
from router.model.errors import StaleRevision
from router.model.workitem import Kind
from router.process.errors import KindTaken
from router.process.publication import Active, ProcessPublication
from store.clients import RedisClient
from store.translation import translated


class RedisProcesses:
    """``router.process.ports.Processes`` on Redis.

    Parameters as for ``RedisAssignments``.
    """

    def __init__(self, redis: RedisClient, request_ttl_s: int = REQUEST_TTL_S) -> None:
        self._redis = redis
        self._request_ttl_s = request_ttl_s

    async def publish_process(
        self,
        tenant: str,
        expected: int | None,
        publication: ProcessPublication,
        *,
        request_id: str = "",
        fingerprint: str = "",
    ) -> ProcessPublication:
        content = Publishable(process_text(publication), publication.rollback_of, publication.actor)
        request = RequestKey(request_id, fingerprint, self._request_ttl_s)
        process = (publication.process, *map(str, publication.kinds))
        try:
            return _read(await publish(self._redis, tenant, "processes", expected, content, request, process))
        except Stale as error:
            raise StaleRevision(f"tenants/{tenant}/processes", f"the newest revision is {error.newest}") from None
        except Taken as error:
            raise KindTaken(tenant, publication.process, Kind(error.kind), error.process) from None

    async def newest_process(self, tenant: str) -> tuple[int, str]:
        with translated():
            newest, mark = await self._redis.hmget(Keys(tenant).revisions, ["processes", "processes_mark"])
        return int(newest or 0), (mark or b"").decode()

    async def active_processes(self, tenant: str) -> Mapping[str, Active]:
        with translated():
            packed = await self._redis.hget(Keys(tenant).processes, "active")
        active = msgpack.unpackb(packed) if packed else {}
        return {process: Active(revision, tuple(map(Kind, kinds))) for process, (revision, *kinds) in active.items()}

    async def process_publications(self, tenant: str, revisions: Sequence[int]) -> list[ProcessPublication]:
        return [_read(found) for found in await stored(self._redis, Keys(tenant).processes, revisions)]


def _read(found: StoredRevision) -> ProcessPublication:
    at_ms, event, text = found.stored.split(b" ", 2)
    return process_from(found.revision, int(event), int(at_ms), text)
