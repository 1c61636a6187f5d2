"""``notifications.messages.ports.Channels`` on Redis."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping

from notifications.adapters.redis.keys import Keys
from notifications.adapters.redis.records import channels_on
from notifications.channels import Channel
from notifications.messages.frames import check_templates
from store.clients import RedisClient
from store.translation import translated

_log = logging.getLogger(__name__)


class KnownChannels:
    """Knows the channels of tenants, and their own templates."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._records = channels_on(redis)

    async def get(self, tenant: str, channel: str) -> Channel | None:
        kept = await self._records.get(tenant, channel)
        return kept.record if kept else None

    async def known(self, tenant: str, wanted: Collection[str]) -> frozenset[str]:
        if not wanted:
            return frozenset()
        asked = sorted(wanted)
        with translated():
            stored = await self._redis.hmget(Keys(tenant).records, [f"channel/{each}" for each in asked])
        return frozenset(each for each, kept in zip(asked, stored, strict=True) if kept)

    async def templates(self, tenant: str, language: str) -> Mapping[str, str]:
        with translated():
            stored = await self._redis.hget(Keys(tenant).records, f"templates/{language}")
        if not stored:
            return {}
        try:
            own: dict[str, str] = json.loads(stored)
            check_templates(own)
        except (ValueError, AttributeError) as error:  # people are told, in our words
            _log.warning("tenants/%s: its own templates in %s are left out: %s", tenant, language, error)
            return {}
        return own
