"""Opening what is sealed in events, with what lies beside the log: one round trip however many events."""

from __future__ import annotations

from typing import Any

from router.adapters.redis.keys import Keys
from router.model.opening import is_closed, opened_event
from store.clients import RedisClient
from store.translation import translated


async def opened_events(redis: RedisClient, tenant: str, events: list[Any]) -> list[Any]:
    """Return events with the values that were sealed in them, as far as they are not erased."""
    closed = {event.item_id for event in events if is_closed(event)}
    if not closed:
        return events
    item_ids, keys = sorted(closed), Keys(tenant)
    with translated():
        async with redis.pipeline(transaction=False) as pipeline:
            for item_id in item_ids:
                pipeline.hgetall(keys.personal(item_id))
            openings = dict(zip(item_ids, await pipeline.execute(), strict=True))
    return [opened_event(event, openings[event.item_id]) if is_closed(event) else event for event in events]
