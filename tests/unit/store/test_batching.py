"""Concurrent jobs share a call; nothing waits for company, nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from store.batching import MicroBatcher, Turns


class Calls:
    """Doubles each job, and remembers the batches; a gate holds calls back."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()

    async def __call__(self, _: str, jobs: Sequence[int]) -> list[int]:
        self.batches.append(list(jobs))
        self.begun.set()
        await self.gate.wait()
        if 13 in jobs:
            raise ValueError("thirteen")
        return [job * 2 for job in jobs]


async def test_a_lone_job_goes_at_once() -> None:
    calls = Calls()

    assert await MicroBatcher[str, int, int](calls).submit("t", 4) == 8
    assert calls.batches == [[4]]


async def test_jobs_that_come_while_a_call_is_under_way_go_together() -> None:
    calls = Calls()
    batcher = MicroBatcher[str, int, int](calls, limit=3)
    calls.gate.clear()
    first = asyncio.ensure_future(batcher.submit("t", 0))
    await calls.begun.wait()

    others = [asyncio.ensure_future(batcher.submit("t", n)) for n in range(1, 6)]
    await asyncio.sleep(0)
    calls.gate.set()

    assert await asyncio.gather(first, *others) == [0, 2, 4, 6, 8, 10]
    assert calls.batches == [[0], [1, 2, 3], [4, 5]]


async def test_a_list_is_no_heavier_than_it_may_be_but_for_one_job_alone() -> None:
    calls = Calls()
    batcher = MicroBatcher[str, int, int](calls, heaviest=10)

    assert await asyncio.gather(*[batcher.submit("t", job, weight=job) for job in (4, 6, 1, 50, 3, 9)]) == [
        8,
        12,
        2,
        100,
        6,
        18,
    ]
    assert calls.batches == [[4, 6], [1], [50], [3], [9]]


async def test_keys_do_not_wait_for_each_other() -> None:
    calls = Calls()
    batcher = MicroBatcher[str, int, int](calls)

    assert list(await asyncio.gather(batcher.submit("t", 1), batcher.submit("u", 2))) == [2, 4]
    assert calls.batches == [[1], [2]]


async def test_what_a_call_raises_reaches_everyone_in_it_and_nobody_else() -> None:
    calls = Calls()
    batcher = MicroBatcher[str, int, int](calls)

    with pytest.raises(ValueError, match="thirteen"):
        await batcher.submit("t", 13)

    assert await batcher.submit("t", 1) == 2


async def test_a_caller_who_gives_up_leaves_the_others_alone() -> None:
    calls = Calls()
    batcher = MicroBatcher[str, int, int](calls)
    calls.gate.clear()
    impatient = asyncio.ensure_future(batcher.submit("t", 1))
    patient = asyncio.ensure_future(batcher.submit("t", 2))
    await calls.begun.wait()

    impatient.cancel()
    calls.gate.set()

    assert await patient == 4


async def test_what_nobody_waits_for_any_more_is_not_sent() -> None:
    calls = Calls()
    batcher = MicroBatcher[str, int, int](calls)
    calls.gate.clear()
    first = asyncio.ensure_future(batcher.submit("t", 0))
    await calls.begun.wait()
    gone, staying = (asyncio.ensure_future(batcher.submit("t", n)) for n in (1, 2))
    await asyncio.sleep(0)

    gone.cancel()
    await asyncio.sleep(0)
    calls.gate.set()

    assert (await first, await staying) == (0, 4)
    assert calls.batches == [[0], [2]]


async def test_batchers_take_turns_about_the_same_thing_alone_and_who_waits_longest_is_next() -> None:
    calls, turns = Calls(), Turns()
    one, two = (MicroBatcher[str, int, int](calls, limit=2, turns=turns, about=lambda key: key[0]) for _ in range(2))
    calls.gate.clear()
    first = asyncio.ensure_future(one.submit("t1", 1))
    await calls.begun.wait()

    others = [asyncio.ensure_future(one.submit("t1", job)) for job in (2, 3, 4)]
    others += [asyncio.ensure_future(two.submit(key, job)) for key, job in (("t2", 5), ("t2", 6), ("u", 7))]
    gone = asyncio.ensure_future(two.submit("t3", 8))
    await asyncio.sleep(0.0)
    await asyncio.sleep(0.0)
    gone.cancel()
    calls.gate.set()

    assert await asyncio.gather(first, *others) == [2, 4, 6, 8, 10, 12, 14]
    assert calls.batches == [[1], [7], [5, 6], [2, 3], [4]]
    assert await two.submit("t3", 9) == 18


async def test_batchers_that_wait_at_the_same_time_have_the_next_turn_together() -> None:
    calls, turns = Calls(), Turns()
    one, two, three = (MicroBatcher[str, int, int](calls, limit=1, turns=turns) for _ in range(3))
    calls.gate.clear()
    first = asyncio.ensure_future(one.submit("t", 1))
    await calls.begun.wait()
    others = [asyncio.ensure_future(batcher.submit("t", job)) for batcher, job in ((two, 2), (two, 3), (three, 4))]
    await asyncio.sleep(0.0)
    assert calls.batches == [[1]]

    calls.gate.set()
    await first
    calls.gate.clear()
    await asyncio.sleep(0.01)
    assert calls.batches == [[1], [2], [4]]

    calls.gate.set()
    assert await asyncio.gather(*others) == [4, 6, 8]
    assert calls.batches == [[1], [2], [4], [3]]
