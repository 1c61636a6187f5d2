"""The clock of a walk: a private store's simulated time, moved from row to row, with all that falls due meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

from router.adapters.redis.repositories import Stores
from router.adapters.redis.simulated_time import SimulatedTime
from store.clock import SimulatedClock, simulated

_US = 1000
"""Microseconds in a millisecond."""
_Result = TypeVar("_Result")


class WalkClock:
    """The simulated time of a private store, which stands.

    Parameters
    ----------
    runner
        What the store is spoken with.
    stores
        A connection to it, made when it is first used.
    """

    def __init__(self, runner: asyncio.Runner, stores: Stores) -> None:
        self._runner = runner
        self._stores = stores

    def move(self, at_ms: int) -> None:
        """Let it be an instant, in milliseconds since 1970, once all that falls due until then has happened.

        At the instant that it is already, whatever follows from what was done happens. It may be an earlier one.
        """
        self._run(lambda: SimulatedTime(self._stores).move(at_ms * _US))

    def stop(self) -> None:
        """Let time stand.

        Raises
        ------
        click.ClickException
            If it is real.
        """
        clock = SimulatedClock(self._stores.redis)
        if not self._run(clock.is_there):
            raise click.ClickException("the time of this store is real: serve it with --simulated-clock")
        at_us, _ = self._run(clock.read)
        self._run(lambda: clock.set(at_us, 0))

    def now_ms(self) -> int:
        """Return what it shows, in milliseconds since 1970."""
        at_us, _ = self._run(SimulatedClock(self._stores.redis).read)
        return at_us // _US

    def close(self) -> None:
        """Let go of the store."""
        self._run(self._stores.close)

    def _run(self, call: Callable[[], Awaitable[_Result]]) -> _Result:
        async def called() -> _Result:
            return await call()

        return self._runner.run(called())


@contextmanager
def store_clock(url: str) -> Iterator[WalkClock]:
    """Take hold of the clock of the private store at an address, and let time stand there."""
    with simulated(), asyncio.Runner() as runner:
        clock = WalkClock(runner, Stores.connect(url))
        try:
            clock.stop()
            yield clock
        finally:
            clock.close()
