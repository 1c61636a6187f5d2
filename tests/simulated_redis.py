"""A Redis client whose scripts read the simulated clock, whatever those of this process do."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from store.linking import linked
from store.scripts import lua

_ASK = "return clock_us()"


def _clock(name: str) -> str:
    """Return a clock as it stands in front of a script."""
    return linked([lua("store", name)], _ASK).removesuffix(_ASK)


_REAL, _SIMULATED = _clock("clock"), _clock("simulated_clock")


def simulated(source: str) -> str:
    """Return a script with the other clock in front."""
    return source.replace(_REAL, _SIMULATED)


class SimulatedRedis(Redis):
    """See ``store.clock.SimulatedClock`` for how it is set."""

    async def evalsha(self, *_: Any) -> Any:
        """Have every script sent whole."""
        raise NoScriptError

    async def eval(self, script: str, *arguments: Any) -> Any:
        """Run a script with the other clock in front."""
        return await super().eval(simulated(script), *arguments)
