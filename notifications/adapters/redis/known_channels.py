"""``notifications.messages.ports.Channels`` on Redis."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

from notifications.adapters.redis.keys import DeliveryKeys
from notifications.adapters.redis.records import channels_on, templates_on
from notifications.channels import Channel
from notifications.messages.frames import FRAME_NAMES
from notifications.templates import TemplateNames, template_faults
from store.clients import RedisClient
from store.translation import translated

_log = logging.getLogger(__name__)


class KnownChannels:
    """Knows the channels of tenants, and their own templates.

    Parameters
    ----------
    names
        What may stand in a template: another that is kept, by an older Fairlead perhaps, is left out.
    """

    def __init__(self, redis: RedisClient, names: TemplateNames = FRAME_NAMES) -> None:
        self._redis = redis
        self._names = names
        self._records = channels_on(redis)
        self._templates = templates_on(redis)

    async def get(self, tenant: str, channel: str) -> Channel | None:
        kept = await self._records.get(tenant, channel)
        return kept.record if kept else None

    async def known(self, tenant: str, wanted: Collection[str]) -> frozenset[str]:
        if not wanted:
            return frozenset()
        asked = sorted(wanted)
        with translated():
            stored = await self._redis.hmget(DeliveryKeys(tenant).records, [f"channel/{each}" for each in asked])
        return frozenset(each for each, kept in zip(asked, stored, strict=True) if kept)

    async def templates(self, tenant: str, language: str) -> Mapping[str, str]:
        try:
            kept = await self._templates.get(tenant, language)
            texts = dict(kept.record.texts) if kept else {}
        except (ValueError, TypeError) as error:  # people are told, in our words
            _log.warning("tenants/%s: its own templates in %s are left out: %s", tenant, language, error)
            return {}
        for name, fault in list(template_faults(texts, self._names)):
            _log.warning("tenants/%s: its own template %r in %s is left out: %s", tenant, name, language, fault)
            del texts[name]
        return texts
