"""Lets reps leave and come back while clients call, so that whoever planned with them finds them gone in the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from random import Random

from failures import StoreUnavailable
from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.presence import RedisPresences
from router.model.errors import InvalidInput
from store.clients import RedisClient
from tests.chaos.processes import until

_PAUSE_S = (0.02, 0.1)
_AWAY_MS = (20, 400)
_STAYS = 0.5
"""How likely one who leaves says when they are back."""


class Leaver:
    """Somebody who sends people away.

    Parameters
    ----------
    redis
        A client of the store.
    tenant, reps
        Whom.
    random
        When, and until when.
    """

    def __init__(self, redis: RedisClient, tenant: str, reps: Sequence[str], random: Random) -> None:
        self._clock = RedisAssignments(redis)
        self._presences = RedisPresences(redis)
        self._tenant = tenant
        self._reps = reps
        self._random = random

    async def run(self, stopped: asyncio.Event) -> None:
        """Let one after the other leave or come back until told to stop; then all come back."""
        while not stopped.is_set():
            await asyncio.sleep(self._random.uniform(*_PAUSE_S))
            await self._is_told(self._random.choice(self._reps), is_back=self._random.random() < _STAYS)
        for rep in self._reps:
            await until(partial(self._is_told, rep, is_back=True), f"{rep} to come back")

    async def _is_told(self, rep: str, *, is_back: bool) -> bool:
        """Say whether the store was told."""
        with suppress(StoreUnavailable, InvalidInput):  # it may be over by then
            until_ms = None if is_back else await self._until_ms()
            await self._presences.set_presence(self._tenant, rep, until_ms)
            return True
        return False

    async def _until_ms(self) -> int:
        if self._random.random() < _STAYS:
            return 0
        return await self._clock.now_us(self._tenant) // 1000 + self._random.randint(*_AWAY_MS)
