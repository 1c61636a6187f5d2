"""Sources of leads on Redis: JSON in a hash; beside each what was counted, and what could not be mapped."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from router.adapters.redis.keys import Keys
from router.intake.ports import FailedLead, IntakeCounts, KeptSource
from router.intake.source import JunkRule, LeadSource, MappedAttribute, ValueType
from router.model.workitem import Kind
from store.clients import RedisClient
from store.records import etag_of, put_record
from store.scripts import Script
from store.translation import translated

_keep = Script(__package__, "keep_failed")


class RedisSources:
    """``router.intake.ports.Sources`` on Redis."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def all(self, tenant: str) -> Mapping[str, KeptSource]:
        with translated():
            stored = await self._redis.hgetall(Keys(tenant).sources)
        return {each.source.id: each for each in sorted(map(_kept, stored.values()), key=lambda each: each.source.id)}

    async def get(self, tenant: str, source_id: str) -> KeptSource | None:
        with translated():
            stored = await self._redis.hget(Keys(tenant).sources, source_id)
        return _kept(stored) if stored else None

    async def put(self, tenant: str, source_id: str, source: LeadSource | None, before: str) -> str | None:
        keys = Keys(tenant)
        owned = [keys.intake_counts(source_id), keys.failed_leads(source_id), keys.failed_order(source_id)]
        return await put_record(
            self._redis, keys.sources, source_id, _written(asdict(source)) if source else b"", before, owned
        )

    async def counts(self, tenant: str, source_id: str) -> IntakeCounts:
        keys = Keys(tenant)
        with translated():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.hmget(keys.intake_counts(source_id), ["taken", "junk", "failed"])
                pipeline.hlen(keys.failed_leads(source_id))
                counted, waiting = await pipeline.execute()
        taken, junk, failed = (int(number or 0) for number in counted)
        return IntakeCounts(taken, junk, failed, int(waiting))

    async def count(self, tenant: str, source_id: str, *, taken: int = 0, junk: int = 0) -> None:
        key = Keys(tenant).intake_counts(source_id)
        with translated():
            async with self._redis.pipeline(transaction=True) as pipeline:
                for name, number in (("taken", taken), ("junk", junk)):
                    if number:
                        pipeline.hincrby(key, name, number)
                await pipeline.execute()

    async def keep(self, tenant: str, source_id: str, failed: Sequence[FailedLead]) -> None:
        keys = Keys(tenant)
        arguments = [part for each in failed for part in (each.id, each.received_us, _written(asdict(each)))]
        await _keep(
            self._redis,
            [keys.failed_leads(source_id), keys.failed_order(source_id), keys.intake_counts(source_id)],
            arguments,
        )

    async def failed(
        self, tenant: str, source_id: str, after: tuple[int, str] | None, count: int
    ) -> Sequence[FailedLead]:
        position, last = after or (0, "")
        found: list[bytes] = []
        with translated():
            key = Keys(tenant).failed_order(source_id)
            ids = await self._redis.zrange(key, position, "+inf", byscore=True, offset=0, num=-1, withscores=True)
            found = [each for each, at in ids if (int(at), each.decode()) > (position, last)][:count]
        return await self.failed_of(tenant, source_id, [each.decode() for each in found])

    async def failed_of(self, tenant: str, source_id: str, ids: Collection[str]) -> Sequence[FailedLead]:
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return []
        with translated():
            stored = await self._redis.hmget(Keys(tenant).failed_leads(source_id), wanted)
        return [_failed(each) for each in stored if each]

    async def remove(self, tenant: str, source_id: str, ids: Collection[str]) -> int:
        if not ids:
            return 0
        keys = Keys(tenant)
        with translated():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.hdel(keys.failed_leads(source_id), *ids)
                pipeline.zrem(keys.failed_order(source_id), *ids)
                removed, _ = await pipeline.execute()
        return int(removed)


def _written(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True).encode()


def _kept(stored: bytes) -> KeptSource:
    read = json.loads(stored)
    source = LeadSource(
        **{
            **read,
            "kind": Kind(read["kind"]),
            "attributes": tuple(
                MappedAttribute(**{**each, "type": ValueType(each["type"])}) for each in read["attributes"]
            ),
            "junk": tuple(JunkRule(each["field"], tuple(each["contains"])) for each in read["junk"]),
        }
    )
    return KeptSource(source, etag_of(stored))


def _failed(stored: bytes) -> FailedLead:
    read = json.loads(stored)
    return FailedLead(**{**read, "faults": tuple(read["faults"])})
