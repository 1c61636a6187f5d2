"""A clock that tests move, for what reads the store's own: in this process, whose other tests go on reading that."""

from __future__ import annotations

from typing import Any

import pytest

from router.adapters.redis import assignments
from router.adapters.redis.library import script
from store.clock import SIMULATED, SimulatedClock


def simulate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have owners be bound and work items closed by the simulated clock, as ``serve --simulated-clock`` does."""
    monkeypatch.setenv(SIMULATED, "1")
    for name in ("bind", "complete"):
        monkeypatch.setattr(assignments, f"_{name}", script(name))


class Clock:
    """Stands until it is moved; on memory (no client), or on a store whose scripts read the simulated one."""

    def __init__(self, at_ms: int, redis: Any = None) -> None:
        self.at_ms = at_ms
        self._redis = redis

    def now_ms(self) -> int:
        return self.at_ms

    async def set(self, at_ms: int) -> None:
        """Move it; never back."""
        self.at_ms = max(at_ms, self.at_ms)
        if self._redis is not None:
            await SimulatedClock(self._redis).set(self.at_ms * 1000, rate=0)
