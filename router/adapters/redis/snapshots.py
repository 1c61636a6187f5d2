"""``router.history.ports.Snapshots`` on Redis: one transaction that only reads."""

from __future__ import annotations

from collections.abc import Collection

from router.adapters.redis.keys import Keys
from router.adapters.redis.offer_fields import lapses_from
from router.adapters.redis.presence import presences_from
from router.adapters.redis.tallies import counts_from, ledger_state, offers_held, open_units, worked_units
from router.model.records import Snapshot
from store.clients import RedisClient
from store.translation import translated


class RedisSnapshots:
    """``router.history.ports.Snapshots`` on Redis; the parameter is as for ``RedisAssignments``."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def take(self, tenant: str, pools: Collection[str], reps: Collection[str]) -> Snapshot:
        keys = Keys(tenant)
        with translated():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.xrevrange(keys.events, count=1)
                pipeline.hgetall(keys.loads)
                pipeline.hgetall(keys.presence)
                pipeline.hgetall(keys.counts)
                pipeline.hgetall(keys.lapses)
                pipeline.hkeys(keys.offers)
                for pool in pools:
                    pipeline.hgetall(keys.ledger(pool))
                for rep in reps:
                    pipeline.zlexcount(keys.owned, f"[{rep}\0o\0", f"({rep}\0p")
                newest, loads, presence, counts, lapses, offered, *rest = await pipeline.execute()
        number = int(newest[0][0].split(b"-")[0]) if newest else 0
        ledgers = {pool: ledger_state(fields) for pool, fields in zip(pools, rest, strict=False)}
        owned = dict(zip(reps, rest[len(pools) :], strict=True))
        return Snapshot(
            number,
            open_units(loads),
            ledgers,
            owned,
            presences_from(presence),
            counts_from(counts),
            worked_units(loads),
            offers_held(loads),
            lapses_from(lapses),
            frozenset(item_id.decode() for item_id in offered),
        )
