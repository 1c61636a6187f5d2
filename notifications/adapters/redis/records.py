"""Subscriptions, channels and templates on Redis: JSON in a hash, replaced only where it is as it was read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Generic

from notifications.adapters.redis.keys import DeliveryKeys, all_of_subscription
from notifications.channels import Channel, ChannelKind
from notifications.ports import KeptRecord, Record
from notifications.subscriptions import Subscription
from notifications.templates import Templates
from store.clients import RedisClient
from store.records import etag_of, put_record
from store.translation import translated


class RedisRecords(Generic[Record]):
    """Keeps records of one kind.

    Parameters
    ----------
    kind
        ``subscription``, ``channel`` or ``templates``.
    read
        Makes a record of what is stored.
    owned
        Returns the keys of what is kept for a record of a tenant, which goes with it.
    """

    def __init__(
        self,
        redis: RedisClient,
        kind: str,
        read: Callable[[Mapping[str, Any]], Record],
        owned: Callable[[DeliveryKeys, str], Sequence[str]] = lambda _keys, _record_id: (),
    ) -> None:
        self._redis = redis
        self._kind = kind
        self._read: Callable[[Mapping[str, Any]], Record] = read
        self._owned = owned

    async def all(self, tenant: str) -> dict[str, KeptRecord[Record]]:
        """Return all of a tenant, by id."""
        with translated():
            stored = await self._redis.hgetall(DeliveryKeys(tenant).records)
        kept = [self._kept(value) for field, value in stored.items() if field.startswith(f"{self._kind}/".encode())]
        return {each.record.id: each for each in sorted(kept, key=lambda each: each.record.id)}

    async def get(self, tenant: str, record_id: str) -> KeptRecord[Record] | None:
        """Return one; None: there is none."""
        with translated():
            stored = await self._redis.hget(DeliveryKeys(tenant).records, f"{self._kind}/{record_id}")
        return self._kept(stored) if stored else None

    async def put(self, tenant: str, record_id: str, record: Record | None, before: str) -> str | None:
        keys = DeliveryKeys(tenant)
        written = _written(record) if record else b""
        owned = self._owned(keys, record_id)
        return await put_record(self._redis, keys.records, f"{self._kind}/{record_id}", written, before, owned)

    def _kept(self, stored: bytes) -> KeptRecord[Record]:
        return KeptRecord(self._read(json.loads(stored)), etag_of(stored))


def subscriptions_on(redis: RedisClient) -> RedisRecords[Subscription]:
    """Return where subscriptions are kept."""
    return RedisRecords(redis, "subscription", _subscription, all_of_subscription)


def channels_on(redis: RedisClient) -> RedisRecords[Channel]:
    """Return where channels are kept."""
    return RedisRecords(redis, "channel", _channel)


def templates_on(redis: RedisClient) -> RedisRecords[Templates]:
    """Return where tenants' own templates are kept, by language."""
    return RedisRecords(redis, "templates", _templates)


async def tenants_of_records(redis: RedisClient) -> frozenset[str]:
    """Return every tenant that has a subscription, a channel or templates, by a look at all keys of the store."""
    before, behind = DeliveryKeys("*").records.split("*")
    with translated():
        keys = [key.decode() async for key in redis.scan_iter(match=f"{before}*{behind}", count=1000)]
    return frozenset(key.removeprefix(before).removesuffix(behind) for key in keys)


def _subscription(stored: Mapping[str, Any]) -> Subscription:
    lists = {"event_types": frozenset(stored["event_types"]), "secrets": tuple(stored["secrets"])}
    return Subscription(**{**stored, **lists})


def _channel(stored: Mapping[str, Any]) -> Channel:
    return Channel(**{**stored, "kind": ChannelKind(stored["kind"])})


def _templates(stored: Mapping[str, Any]) -> Templates:
    return Templates(**stored)


def _written(record: Subscription | Channel | Templates) -> bytes:
    return json.dumps(asdict(record), sort_keys=True, ensure_ascii=False, default=sorted).encode()
