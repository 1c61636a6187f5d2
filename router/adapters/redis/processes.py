"""Published processes in Redis, by revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgpack

from router.adapters.redis.assignments import REQUEST_TTL_S
from router.adapters.redis.keys import Keys
from router.adapters.redis.publications import Publishable, RequestKey, Stale, StoredRevision, Taken, publish, stored
from router.history.codec import process_from, process_text
from router.model.errors import CorruptHistory, StaleRevision
from router.model.workitem import Kind
from router.process.revisions.errors import KindTaken
from router.process.revisions.publication import Active, ProcessPublication
from store.clients import RedisClient
from store.translation import translated

_UNREADABLE = (ValueError, TypeError, AttributeError, KeyError, msgpack.UnpackException)
"""What reading something altered raises."""


class RedisProcesses:
    """``router.process.revisions.ports.Processes`` on Redis.

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
            return _read(tenant, await publish(self._redis, tenant, "processes", expected, content, request, process))
        except Stale as error:
            name = f"tenants/{tenant}/processes/{publication.process}"
            raise StaleRevision(name, f"its active revision is {error.newest}") from None
        except Taken as error:
            raise KindTaken(tenant, publication.process, Kind(error.kind), error.process) from None

    async def newest_process(self, tenant: str) -> tuple[int, str]:
        with translated():
            newest, mark = await self._redis.hmget(Keys(tenant).revisions, ["processes", "processes_mark"])
        return int(newest or 0), (mark or b"").decode()

    async def active_processes(self, tenant: str) -> Mapping[str, Active]:
        with translated():
            packed = await self._redis.hget(Keys(tenant).processes, "active")
        try:
            active = msgpack.unpackb(packed) if packed else {}
            return {name: Active(int(revision), tuple(map(Kind, kinds))) for name, (revision, *kinds) in active.items()}
        except _UNREADABLE as error:
            raise _corrupt(tenant, "active", error) from error

    async def process_publications(self, tenant: str, revisions: Sequence[int]) -> list[ProcessPublication]:
        there = await stored(self._redis, Keys(tenant).processes, revisions)
        return [_read(tenant, found) for found in there]

    async def stray_processes(self, tenant: str) -> list[str]:
        newest, _ = await self.newest_process(tenant)
        key = Keys(tenant).processes
        with translated():
            fields = await self._redis.hkeys(key)
        known = {b"active", *(str(revision).encode() for revision in range(1, newest + 1))}
        return [_place(tenant, field.decode("utf-8", "replace")) for field in sorted(set(fields) - known)]


def _read(tenant: str, found: StoredRevision) -> ProcessPublication:
    try:
        at_ms, event, text = found.stored.split(b" ", 2)
        return process_from(found.revision, int(event), int(at_ms), text)
    except _UNREADABLE as error:
        raise _corrupt(tenant, str(found.revision), error) from error


def _place(tenant: str, field: str) -> str:
    return f"{Keys(tenant).processes} field {field}"


def _corrupt(tenant: str, field: str, error: Exception) -> CorruptHistory:
    return CorruptHistory(_place(tenant, field), f"cannot be read: {error or type(error).__name__}")
