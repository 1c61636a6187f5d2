"""The runner of timers: who fires, or credits leave, leaves the processor to others for a while; told to, it ends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.timers.follower import PAGE
from router.timers.runner import MOST_UNREAD_MS, TimerRunner, turn
from router.timers.timer import TimerStatus


class _Fake:
    """A follower that reads so many events, credits of which so many are due, and timers likewise."""

    def __init__(self, events: int, credited: int, due: int) -> None:
        self._events, self._credited, self._due = events, credited, due

    async def follow(self) -> int:
        return self._events

    async def make_due(self) -> int:
        return self._credited

    async def fire(self, _: str, *, skip: object) -> int:
        assert skip == self.skip
        return self._due

    def skip(self, *_: object) -> None:
        """Nothing is passed over."""


@pytest.mark.parametrize(
    ("events", "credited", "due", "rests", "has_more"),
    [
        (PAGE, 0, 0, 0, True),
        (0, 0, 0, 0, False),
        (3, 0, 0, 0, False),
        (3, 0, 200, 1, True),
        (0, 0, 1, 1, True),
        (0, 1, 0, 1, True),
        (3, 1, 2, 1, True),
    ],
)
async def test_who_fired_rests_and_goes_on_and_who_read_less_than_a_page_waits_for_more(
    events: int, credited: int, due: int, rests: int, has_more: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rested: list[float] = []

    async def sleep(seconds: float) -> None:
        rested.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    fake: Any = _Fake(events, credited, due)

    done = await turn("default", fake, fake)

    assert (done.read, done.removed, done.has_more) == (events, credited + due, has_more)
    assert len(rested) == rests


class _Endless:
    """A tenant whose log never ends."""

    def __init__(self) -> None:
        self.read = asyncio.Event()

    async def tenants(self) -> list[str]:
        return ["default"]

    async def timer_status(self, _: str) -> TimerStatus:
        return TimerStatus(0, None, followed=0, events=1, unread_ms=None, now_ms=0)

    async def lead(self, *_: object) -> bool:
        return True

    async def follow(self) -> int:
        self.read.set()
        await asyncio.Event().wait()
        return 0


async def test_it_ends_while_it_is_at_work_when_it_is_told_to() -> None:
    endless: Any = _Endless()
    runner = TimerRunner(lambda _: endless, endless, endless, endless)
    runner.start()
    await endless.read.wait()

    await runner.stop()

    assert runner._at_work.running() == set()


class _Burst(_Endless):
    """A tenant with events to skip, unread for so long, and a page to read; so many events come with each look."""

    def __init__(self, unread_ms: int | None, coming: int) -> None:
        super().__init__()
        self._unread_ms, self._coming = unread_ms, coming
        self._left, self._events = [5 * PAGE, PAGE, 0], 1000
        self.skipped = 0

    async def timer_status(self, _: str) -> TimerStatus:
        self._events += self._coming
        since = None if self._unread_ms is None else MOST_UNREAD_MS - self._unread_ms
        return TimerStatus(0, None, followed=0, events=self._events, unread_ms=since, now_ms=MOST_UNREAD_MS)

    async def follow(self) -> int:
        return self._left.pop(0)

    async def make_due(self) -> int:
        if not self._left:
            self.read.set()
        return 0

    async def fire(self, *_: object, **__: object) -> int:
        return 0

    def skip(self, *_: object) -> None:
        """Nothing is passed over."""


@pytest.mark.parametrize(
    ("unread_ms", "coming", "rests"),
    [
        (0, 10 * PAGE, [PAGE, PAGE]),
        (MOST_UNREAD_MS - 1, 50, [PAGE, 50]),
        (0, 0, [PAGE, 0]),
        (MOST_UNREAD_MS, 10 * PAGE, []),
        (None, 10 * PAGE, []),
    ],
)
async def test_calls_have_right_of_way_as_long_as_they_come_until_what_is_unread_lies_back_too_long(
    unread_ms: int | None, coming: int, rests: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    burst: Any = _Burst(unread_ms, coming)
    rested: list[float] = []

    async def sleep(seconds: float) -> None:
        rested.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    runner = TimerRunner(lambda _: burst, burst, burst, burst)

    await runner._work("default")

    assert burst.read.is_set()
    assert rested == [events / 1000 for events in rests]
