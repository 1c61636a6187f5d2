"""The clock that scripts read: the store's own, or, in a private store that is asked for it, a simulated one.

A simulated clock stands, jumps and runs as fast as one likes, so that a day or a year can be tried in a minute. It is
kept in the store, under one key that no other store may have: ``serve`` refuses one that has it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from store.clients import RedisClient
from store.scripts import lua, put_together_anew
from store.translation import translated

SIMULATED = "FAIRLEAD_SIMULATED_CLOCK"
"""Variable that has the scripts of a process read the simulated clock; set by ``serve --simulated-clock``."""
KEY = "fairlead:clock"
LAST_US = 253_370_764_800_000_000
"""Where a simulated clock stands for good, in microseconds since the epoch: the beginning of 9999, which leaves a year
for all that lies ahead of it. Nobody can write down an instant after 9999."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIMULATED_PRIVATE = (
    "the time of this data folder is simulated, and its events keep it: serve it with --simulated-clock, or name "
    "another folder with --data"
)
_SIMULATED_REAL = (
    f"this store has the key {KEY}: its time is simulated, which only a private store's may be: name another store"
)


def clock() -> str:
    """Return Lua that defines ``clock_us``: the time in microseconds since the epoch."""
    return lua(__package__, "simulated_clock" if os.environ.get(SIMULATED) else "clock")


class ClockMismatch(Exception):
    """The store's time is simulated, and this process's is not; the text says what to do."""


class SimulatedClock:
    """The simulated clock of a private store.

    Parameters
    ----------
    redis
        A client that returns bytes.
    """

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def is_there(self) -> bool:
        """Say whether the store's time is simulated."""
        with translated():
            return bool(await self._redis.exists(KEY))

    async def begin(self) -> None:
        """Have the store's time simulated: from now on, at its own pace, unless it is already."""
        if not await self.is_there():
            await self.set(await self.real_us())

    async def refuse(self, *, is_private: bool) -> None:
        """Insist on a store whose time is real.

        Parameters
        ----------
        is_private
            Whether it is the private store, which may be started with a simulated clock.

        Raises
        ------
        ClockMismatch
            If it is simulated.
        """
        if await self.is_there():
            raise ClockMismatch(_SIMULATED_PRIVATE if is_private else _SIMULATED_REAL)

    async def read(self) -> tuple[int, float]:
        """Return the time, in microseconds since the epoch, and the rate at which it runs."""
        with translated():
            at_us, since_us, rate = await self._redis.hmget(KEY, "at_us", "since_us", "rate")
        now_us = await self.real_us()
        if at_us is None:
            return now_us, 1.0
        return min(LAST_US, int(at_us) + int((now_us - int(since_us)) * float(rate))), float(rate)

    async def now(self) -> datetime:
        """Return the time."""
        return _EPOCH + timedelta(microseconds=(await self.read())[0])

    async def set(self, at_us: int, rate: float = 1.0) -> None:
        """Have the clock show a time, and run from there on.

        Parameters
        ----------
        at_us
            Microseconds since the epoch. Whatever it is, time never runs back in a log: events keep the time of the
            last one until the clock has passed it.
        rate
            Seconds by which it moves in one; 0: it stands.

        Raises
        ------
        ValueError
            If the rate is below 0.
        """
        if not 0 <= rate < float("inf"):
            raise ValueError(f"rate is {rate}; allowed is 0 or more")
        fields = {"at_us": at_us, "since_us": await self.real_us(), "rate": repr(rate)}
        with translated():
            await self._redis.hset(KEY, mapping=fields)

    async def real_us(self) -> int:
        """Return the time of the store's machine, in microseconds since the epoch."""
        with translated():
            seconds, microseconds = await self._redis.time()
        return int(seconds) * 1_000_000 + int(microseconds)


def simulate() -> None:
    """Have the scripts of this process, and of those that it starts, read the simulated clock."""
    os.environ[SIMULATED] = "1"
    put_together_anew()


@contextmanager
def simulated() -> Iterator[None]:
    """Have the scripts of this process read the simulated clock for a while."""
    was_so = SIMULATED in os.environ
    simulate()
    try:
        yield
    finally:
        if not was_so:
            del os.environ[SIMULATED]
        put_together_anew()
