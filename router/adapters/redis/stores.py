"""A Redis or Valkey by its URL → the stores on it: the one place that says how we connect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from router.adapters.redis.assignments import REQUEST_TTL_S, RedisAssignments
from router.adapters.redis.connection import RedisClient, translated
from router.adapters.redis.rulesets import RedisRuleSets
from router.adapters.redis.standings import RedisStandings
from router.adapters.redis.workforce import RedisWorkforce

TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores on one connection."""

    assignments: RedisAssignments
    workforce: RedisWorkforce
    rule_sets: RedisRuleSets
    standings: RedisStandings
    _redis: RedisClient

    @classmethod
    def connect(cls, url: str, request_ttl_s: int = REQUEST_TTL_S) -> Self:
        """Prepare a connection, made when it is first used.

        Parameters
        ----------
        url
            ``redis://``, ``rediss://`` (TLS) or ``unix://``, password included.
        request_ttl_s
            How long a request id is remembered, in seconds.
        """
        # Every write is repeatable by its work item or request id, so the driver may send it again when a connection
        # breaks; not after a timeout: waiting again for a server that hangs only makes the client's wait longer.
        retry = Retry(ExponentialBackoff(cap=0.5, base=0.02), retries=3, supported_errors=(RedisConnectionError,))
        redis = Redis.from_url(url, socket_timeout=TIMEOUT_S, retry=retry)
        return cls(
            RedisAssignments(redis, request_ttl_s),
            RedisWorkforce(redis, request_ttl_s),
            RedisRuleSets(redis, request_ttl_s),
            RedisStandings(redis),
            redis,
        )

    async def check(self) -> None:
        """See whether anybody answers.

        Raises
        ------
        StoreUnavailable
            If nobody does.
        """
        with translated():
            await self._redis.ping()

    async def close(self) -> None:
        """Let go of the connection."""
        await self._redis.aclose()
