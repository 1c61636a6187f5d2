"""Time in the memory twin: as in the store, it never runs back in one log, whatever the clock does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from router.model.workforce import Rep
from tests.twins.store import MemoryStore

TENANT = "acme"


async def times_of_events(instants: Sequence[int]) -> list[int]:
    """Make a change at each reading of the clock, and return the times of the events."""
    clock = {"now_ms": 0}
    store = MemoryStore(lambda: clock["now_ms"])
    for number, now_ms in enumerate(instants):
        clock["now_ms"] = now_ms
        await store.write(TENANT, number, {("rep", f"r-{number}"): Rep(f"r-{number}")})
    return [event.at_ms for event in await store.events(TENANT)]


@given(st.lists(st.integers(0, 4_000_000_000_000), max_size=20))
def test_an_event_has_the_time_of_the_clock_but_never_one_before_the_last(instants: Sequence[int]) -> None:
    assert asyncio.run(times_of_events(instants)) == list(accumulate(instants, max))
