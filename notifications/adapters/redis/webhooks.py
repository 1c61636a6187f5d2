"""What is kept of subscriptions' deliveries, on Redis: written by one script, where nobody else wrote meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import msgpack

from notifications.adapters.redis.keys import DeliveryKeys, all_of_subscription
from notifications.webhooks.parking import Chain, Dead, Delivered, ParkedChange
from notifications.webhooks.ports import CursorPlace, KnownItems, Turned
from packing import pack, pack_for_lua
from store.clients import RedisClient
from store.scripts import Script
from store.translation import translated

MAX_DELIVERED = 10_000
"""Of what was delivered so many are kept, and some more: the stream is cut where that is cheap."""
MAX_DEAD = 100_000
_TURNS = 1 << 48

_BEGIN = Script(__package__, "begin_subscription")
_WRITE = Script(__package__, "write_turn")
_RETRY = Script(__package__, "retry_parked")


class RedisDeliveries:
    """``notifications.webhooks.ports.DeliveryStore`` on Redis, and what is read of it for whoever looks after it."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def begin(self, tenant: str, subscription: str, event: int) -> None:
        keys, field = DeliveryKeys(tenant), f"subscription/{subscription}"
        await _BEGIN(self._redis, [keys.cursor(subscription), keys.records], [event, secrets.randbelow(_TURNS), field])

    async def place(self, tenant: str, subscription: str) -> CursorPlace | None:
        with translated():
            found = await self._redis.hmget(DeliveryKeys(tenant).cursor(subscription), "event", "turn", "parked")
        return CursorPlace(*map(int, found)) if found[0] is not None else None

    async def known(self, tenant: str, subscription: str, item_ids: Sequence[str]) -> KnownItems:
        keys = DeliveryKeys(tenant)
        with translated():
            packed = await self._redis.hmget(keys.parked(subscription), *item_ids)
            marks = await self._redis.smismember(keys.gaps(subscription), list(item_ids))
            parked = [item_id for item_id, each in zip(item_ids, packed, strict=True) if each]
            scores = await self._redis.zmscore(keys.retries(subscription), parked) if parked else []
        chains = (_chain(*each) for each in zip(parked, filter(None, packed), scores, strict=True))
        gaps = {item_id for item_id, mark in zip(item_ids, marks, strict=True) if mark}
        return KnownItems({chain.item_id: chain for chain in chains}, gaps)

    async def due(self, tenant: str, subscription: str, now_ms: int, count: int, skip: int) -> list[Chain]:
        keys = DeliveryKeys(tenant)
        with translated():
            due = await self._redis.zrange(
                keys.retries(subscription), "-inf", now_ms, byscore=True, offset=skip, num=count, withscores=True
            )
            packed = await self._redis.hmget(keys.parked(subscription), [item for item, _ in due]) if due else []
        found = zip(due, packed, strict=True)
        return [_chain(item.decode(), each, score) for (item, score), each in found if each]

    async def next_ms(self, tenant: str, subscription: str) -> int | None:
        with translated():
            first = await self._redis.zrange(DeliveryKeys(tenant).retries(subscription), 0, 0, withscores=True)
        return int(first[0][1]) if first else None

    async def write(self, tenant: str, subscription: str, turn: int, turned: Turned) -> bool:
        written = pack_for_lua(
            [
                turned.event,
                turned.parked,
                [_written(chain) for chain in turned.chains.values() if chain],
                [item_id for item_id, chain in turned.chains.items() if chain is None],
                [pack(list(each)) for each in turned.delivered],
                [[each.event, pack(list(each))] for each in turned.dead],
                turned.revived,
                [item_id for item_id, gap in turned.gaps.items() if gap],
                [item_id for item_id, gap in turned.gaps.items() if not gap],
            ]
        )
        keys = all_of_subscription(DeliveryKeys(tenant), subscription)
        return bool(await _WRITE(self._redis, keys, [turn, written, MAX_DELIVERED, MAX_DEAD]))

    async def retry(self, tenant: str, subscription: str, now_ms: int, item_id: str = "") -> None:
        """Have what is parked of a work item be tried by an instant; an empty id: of all."""
        keys = DeliveryKeys(tenant)
        await _RETRY(self._redis, [keys.retries(subscription), keys.cursor(subscription)], [now_ms, item_id])

    async def parked(self, tenant: str, subscription: str) -> list[Chain]:
        """Return all that is parked."""
        keys = DeliveryKeys(tenant)
        with translated():
            packed = await self._redis.hgetall(keys.parked(subscription))
            scores = await self._redis.zrange(keys.retries(subscription), 0, -1, withscores=True)
        due = dict(scores)
        return [_chain(item_id.decode(), each, due.get(item_id)) for item_id, each in packed.items()]

    async def dead(self, tenant: str, subscription: str, count: int = MAX_DEAD) -> list[Dead]:
        """Return what was given up, in order, up to so many."""
        with translated():
            packed = await self._redis.zrange(DeliveryKeys(tenant).dead(subscription), 0, count - 1)
        return [Dead(*msgpack.unpackb(each)) for each in packed]

    async def delivered(self, tenant: str, subscription: str) -> list[Delivered]:
        """Return what was delivered last, in the order of that."""
        with translated():
            entries = await self._redis.xrange(DeliveryKeys(tenant).ended(f"subscription/{subscription}"))
        return [Delivered(*msgpack.unpackb(fields[b"d"])) for _, fields in entries[-MAX_DELIVERED:]]

    async def counts(self, tenant: str, subscription: str) -> tuple[int, int | None]:
        """Return how many were given up, and when the oldest of what is parked happened, in milliseconds since 1970;
        None: nothing is parked.
        """
        keys = DeliveryKeys(tenant)
        with translated():
            dead = await self._redis.zcard(keys.dead(subscription))
            first = await self._redis.zrange(keys.oldest(subscription), 0, 0, withscores=True)
        return int(dead), int(first[0][1]) if first else None


def _written(chain: Chain) -> list[object]:
    packed = pack([chain.tries, chain.attempt_ms, chain.outcome, [list(change) for change in chain.changes]])
    return [chain.item_id, packed, chain.next_ms, chain.changes[0].at_ms]


def _chain(item_id: str, packed: bytes, next_ms: float | None) -> Chain:
    tries, attempt_ms, outcome, changes = msgpack.unpackb(packed)
    parked = tuple(ParkedChange(*change) for change in changes)
    return Chain(item_id, parked, tries, attempt_ms, outcome, int(next_ms or 0))
