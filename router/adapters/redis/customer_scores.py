"""What was scored last of each customer, in Redis: kept beside everything else of the tenant, for rules to look at.

A score is noted where it is made and written a moment later, together with others, so that scoring never waits for
Redis. This process sees a note at once; other servers see it when it is written.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from itertools import islice

from failures import StoreUnavailable
from router.adapters.redis.keys import Keys
from router.model.records import CustomerScore
from store.clients import RedisClient
from store.scripts import Script
from store.translation import translated

STANDING_TTL_S = 90 * 24 * 3600
"""How long a score is kept, in seconds: an older one says little of today."""

_AT_ONCE = 500
"""Customers of one script call: it keeps others waiting for less than a millisecond."""

_PAUSE_S = 0.02
"""Seconds between two writes: under load a write then carries many scores, and scoring hardly feels it."""

_keep = Script(__package__, "keep_standings")
_log = logging.getLogger(__name__)

Score = tuple[str, float, str, int]
"""Customer, churn risk, value tier (empty: not known), and the instant it was so, in milliseconds since the epoch."""


class RedisCustomerScores:
    """``router.assignment.ports.CustomerScores`` on Redis, and the way in.

    Parameters
    ----------
    redis
        Where they are kept.
    """

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._noted: dict[tuple[str, str], Score] = {}
        self._writing: asyncio.Task[None] | None = None

    async def standings(self, tenant: str, customers: Collection[str]) -> dict[str, CustomerScore]:
        keys = Keys(tenant)
        with translated():
            stored = await self._redis.mget([keys.customer(customer) for customer in customers])
        known = {customer: _read(customer, text) for customer, text in zip(customers, stored, strict=True) if text}
        for customer in customers:
            if noted := self._noted.get((tenant, customer)):
                known[customer] = _later(known.get(customer, noted), noted)
        return {customer: CustomerScore(risk, tier) for customer, risk, tier, _ in known.values()}

    def note(self, tenant: str, score: Score) -> None:
        """Have a score kept soon; called on the event loop, returns at once.

        Where they cannot be written, the noted ones are dropped and the log says so: memory must not grow with the
        outage, and each customer's next score is noted again.
        """
        self._noted[tenant, score[0]] = score
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def keep(self, tenant: str, scores: Sequence[Score]) -> None:
        """Keep scores for `STANDING_TTL_S`, unless something is known of a later instant; may be repeated.

        Raises
        ------
        StoreUnavailable
            If the store does not answer; some may have been kept.
        """
        keys = Keys(tenant)
        for start in range(0, len(scores), _AT_ONCE):
            part = scores[start : start + _AT_ONCE]
            texts = [f"{as_of_ms} {float(risk)!r} {tier}" for _, risk, tier, as_of_ms in part]
            await _keep(self._redis, [keys.customer(customer) for customer, *_ in part], [STANDING_TTL_S, *texts])

    async def close(self) -> None:
        """Wait until everything noted is written."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        try:
            while self._noted:
                batch = self._next_batch()
                await self._keep_noted(batch)
                if len(batch) < _AT_ONCE:
                    await asyncio.sleep(_PAUSE_S)
        finally:
            self._writing = None

    def _next_batch(self) -> dict[tuple[str, str], Score]:
        """Take the oldest note and others of its tenant; they stay noted until they are written."""
        tenant = next(iter(self._noted))[0]
        mine = islice((key for key in self._noted if key[0] == tenant), _AT_ONCE)
        return {key: self._noted[key] for key in mine}

    async def _keep_noted(self, batch: dict[tuple[str, str], Score]) -> None:
        try:
            await self.keep(next(iter(batch))[0], list(batch.values()))
        except StoreUnavailable as error:
            _log.warning("the scores of %d customers are not kept for routing: %s", len(self._noted), error)
            self._noted.clear()
        for key, score in batch.items():
            if self._noted.get(key) is score:  # and not a newer one by now
                del self._noted[key]


def _read(customer: str, stored: bytes) -> Score:
    instant, risk, tier = stored.decode().split(" ", 2)
    return customer, float(risk), tier, int(instant)


def _later(known: Score, noted: Score) -> Score:
    """Return what the script will make of a note."""
    if noted[3] < known[3]:
        return known
    return noted if noted[2] else (noted[0], noted[1], known[2], noted[3])
