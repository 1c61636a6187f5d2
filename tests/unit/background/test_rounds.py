"""Whoever looks after the rest goes on whatever one look ends with, says so, and ends when it is told to."""

from __future__ import annotations

import asyncio
import logging

import pytest

from background.rounds import Rounds
from failures import StoreUnavailable


async def test_a_look_that_fails_is_told_and_followed_by_the_next(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    ends: list[Exception | None] = [StoreUnavailable("away"), ZeroDivisionError("unforeseen"), None]
    done = asyncio.Event()

    async def look() -> None:
        end = ends.pop(0) if ends else None
        if end is not None:
            raise end
        done.set()

    rounds = Rounds(look, 0.0, "the watchman")
    rounds.start()
    await done.wait()
    await rounds.stop()

    unavailable, unforeseen = caplog.records
    assert (unavailable.levelname, unavailable.exc_info) == ("WARNING", None)
    assert unavailable.getMessage().startswith("the watchman could not look: ")
    assert unforeseen.getMessage() == "the watchman failed; it goes on with the next look"
    assert unforeseen.exc_info is not None


async def test_a_look_that_swallows_its_cancellation_is_the_last() -> None:
    looks, began = 0, asyncio.Event()

    async def look() -> None:
        nonlocal looks
        looks += 1
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    rounds = Rounds(look, 0.0, "the watchman")
    rounds.start()
    await began.wait()
    await rounds.stop()

    assert looks == 1


async def test_it_stops_in_the_middle_of_a_pause_and_before_it_began() -> None:
    looked = asyncio.Event()

    async def look() -> None:
        looked.set()

    rounds = Rounds(look, 1e6, "the watchman")
    await Rounds(look, 1e6, "another").stop()
    rounds.start()
    await looked.wait()

    await asyncio.wait_for(rounds.stop(), 60)

    assert rounds.stopping
