"""What was scored last of each customer, in Redis: kept beside everything else of the tenant, for rules to look at.

A score is noted where it is made and written a moment later, together with others, so that scoring never waits for
Redis. This process sees a note at once; other servers see it when it is written.

Whom somebody erased in that moment stays erased. Erasures of customers are counted, and each leaves its number with the
customer for an hour, far longer than a note lives; every write answers how far the count is. So a note carries the
last number that this process had heard of before it: where the customer's is a later one, the note may be older than
the erasure, and is dropped. No clock is asked, and all of it is in one slot of a cluster.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from itertools import islice
from typing import NamedTuple

from failures import StoreUnavailable
from router.adapters.redis.keys import Keys
from router.model.records import CustomerScore
from store.clients import RedisClient
from store.scripts import Argument, Script
from store.translation import translated

SCORE_TTL_S = 90 * 24 * 3600
"""How long a score is kept, in seconds: an older one says little of today."""

_AT_ONCE = 500
"""Customers of one script call: it keeps others waiting for less than a millisecond."""

_PAUSE_S = 0.02
"""Seconds between two writes: under load a write then carries many scores, and scoring hardly feels it."""

_keep = Script(__package__, "keep_customer_scores")
_log = logging.getLogger(__name__)

Score = tuple[str, float, str, int]
"""Customer, churn risk, value tier (empty: not known), and the instant it was so, in milliseconds since the epoch."""


class _Note(NamedTuple):
    """A score, and the last erasure that this process had heard of when it was noted."""

    score: Score
    heard: int


class RedisCustomerScores:
    """``router.assignment.ports.CustomerScores`` on Redis, and the way in.

    Parameters
    ----------
    redis
        Where they are kept.
    """

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._noted: dict[tuple[str, str], _Note] = {}
        self._heard: dict[str, int] = {}
        self._writing: asyncio.Task[None] | None = None

    async def last_scores(self, tenant: str, customers: Collection[str]) -> dict[str, CustomerScore]:
        """Return what is known of customers; see ``router.assignment.ports.CustomerScores``."""
        keys, noted = Keys(tenant), self._noted_of(tenant, customers)
        wanted = [*map(keys.customer, customers), *map(keys.erased, noted)]
        with translated():
            stored = await self._redis.mget(wanted)
        erased = stored[len(customers) :]
        scores = {customer: _read(customer, text) for customer, text in zip(customers, stored, strict=False) if text}
        for (customer, note), number in zip(noted.items(), erased, strict=True):
            if note.heard >= int(number or 0):
                scores[customer] = _later(scores.get(customer, note.score), note.score)
        return {customer: CustomerScore(risk, tier) for customer, risk, tier, _ in scores.values()}

    def note(self, tenant: str, score: Score) -> None:
        """Have a score kept soon; called on the event loop, returns at once.

        Where they cannot be written, the noted ones are dropped and the log says so: memory must not grow with the
        outage, and each customer's next score is noted again.
        """
        self._noted[tenant, score[0]] = _Note(score, self._heard.get(tenant, 0))
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def keep(self, tenant: str, scores: Sequence[Score]) -> None:
        """Keep scores for `SCORE_TTL_S`, unless something is known of a later instant; may be repeated.

        Raises
        ------
        StoreUnavailable
            If the store does not answer; some may have been kept.
        """
        for start in range(0, len(scores), _AT_ONCE):
            await self._keep(tenant, [("", score) for score in scores[start : start + _AT_ONCE]])

    async def close(self) -> None:
        """Wait until everything noted is written."""
        if self._writing is not None:
            await self._writing

    async def _keep(self, tenant: str, scores: Sequence[tuple[int | str, Score]]) -> None:
        """Keep scores, each behind the erasure that is known of, and hear of the last one."""
        keys, wanted = Keys(tenant), list[str]()
        arguments: list[Argument] = [SCORE_TTL_S]
        for heard, (customer, risk, tier, as_of_ms) in scores:
            wanted += [keys.customer(customer), keys.erased(customer)]
            arguments += [heard, f"{as_of_ms} {float(risk)!r} {tier}"]
        self._heard[tenant] = await _keep(self._redis, [keys.erasures, *wanted], arguments)

    def _noted_of(self, tenant: str, customers: Collection[str]) -> dict[str, _Note]:
        notes = {customer: self._noted.get((tenant, customer)) for customer in customers}
        return {customer: note for customer, note in notes.items() if note}

    async def _write(self) -> None:
        try:
            while self._noted:
                batch = self._next_batch()
                await self._keep_noted(batch)
                if len(batch) < _AT_ONCE:
                    await asyncio.sleep(_PAUSE_S)
        finally:
            self._writing = None

    def _next_batch(self) -> dict[tuple[str, str], _Note]:
        """Take the oldest note and others of its tenant; they stay noted until they are written."""
        tenant = next(iter(self._noted))[0]
        mine = islice((key for key in self._noted if key[0] == tenant), _AT_ONCE)
        return {key: self._noted[key] for key in mine}

    async def _keep_noted(self, batch: dict[tuple[str, str], _Note]) -> None:
        try:
            await self._keep(next(iter(batch))[0], [(note.heard, note.score) for note in batch.values()])
        except StoreUnavailable as error:
            _log.warning("the scores of %d customers are not kept for routing: %s", len(self._noted), error)
            self._noted.clear()
        for key, note in batch.items():
            if self._noted.get(key) is note:  # and not a newer one by now
                del self._noted[key]


def _read(customer: str, stored: bytes) -> Score:
    instant, risk, tier = stored.decode().split(" ", 2)
    return customer, float(risk), tier, int(instant)


def _later(stored: Score, noted: Score) -> Score:
    """Return what the script will make of a note."""
    if noted[3] < stored[3]:
        return stored
    return noted if noted[2] else (noted[0], noted[1], stored[2], noted[3])
