"""The runner of timers: who fires leaves the processor to others for a while."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.timers.runner import turn


class _Fake:
    """A follower that reads so many events, and timers of which so many are due."""

    def __init__(self, events: int, due: int) -> None:
        self._events, self._due = events, due

    async def follow(self) -> int:
        return self._events

    async def fire(self, _: str) -> int:
        return self._due


@pytest.mark.parametrize(("events", "due", "rests"), [(200, 0, 0), (0, 0, 0), (3, 200, 1), (0, 1, 1)])
async def test_who_fired_rests_and_who_only_read_goes_on(
    events: int, due: int, rests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rested: list[float] = []

    async def sleep(seconds: float) -> None:
        rested.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    fake: Any = _Fake(events, due)

    assert await turn("default", fake, fake) == (events, due)
    assert len(rested) == rests
