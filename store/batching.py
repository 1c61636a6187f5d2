"""Lets concurrent jobs share one script call: the round trip, not the work, is what a single bind costs.

A job that finds no call under way goes at once; jobs that come while one is under way wait for it and go together.
So nothing waits for company, and the batches grow with the load by themselves. Batchers whose scripts would wait for
each other in the store, for one thread there runs them all, do so here by taking turns: then their batches grow too.
Those that wait at the same time have the next turn together: what they send travels, and is answered, in one go.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Job = TypeVar("Job")
Answer = TypeVar("Answer")

_Waiting = deque[tuple[Job, "asyncio.Future[Answer]", int]]
_Batch = list[tuple[Job, "asyncio.Future[Answer]"]]


@dataclass(slots=True)
class _Turn:
    """Who is at something: how many, and who begins when none of them is any more."""

    under_way: int
    waiting: list[Callable[[], None]] = field(default_factory=list)


class Turns:
    """Has what concerns the same thing be done by turns: whoever waits when one ends begins the next, all together."""

    def __init__(self) -> None:
        self._turns: dict[Hashable, _Turn] = {}  # by what it concerns, while somebody is at it

    def take(self, about: Hashable, begin: Callable[[], None]) -> None:
        """Begin once nobody else is at it; who has begun says when it is over, by ``end``."""
        if about in self._turns:
            self._turns[about].waiting.append(begin)
        else:
            self._turns[about] = _Turn(1)
            begin()

    def end(self, about: Hashable) -> None:
        """Let those who wait begin, if nobody else of this turn is at it."""
        turn = self._turns[about]
        turn.under_way -= 1
        if turn.under_way:
            return
        if not turn.waiting:
            del self._turns[about]
            return
        self._turns[about] = _Turn(len(turn.waiting))
        for begin in turn.waiting:
            begin()


def _itself(key: Key) -> Hashable:
    return key


class MicroBatcher(Generic[Key, Job, Answer]):
    """Collects jobs by key and hands them over in lists.

    Parameters
    ----------
    call
        Does a list of jobs and answers one by one; what it raises is raised for each. A call that returns a future
        needs no task.
    limit, heaviest
        The longest list, and the heaviest; one job alone may be heavier.
    turns, about
        What calls take turns by, and what those of a key concern; by default they wait for those of their key alone.
    """

    def __init__(
        self,
        call: Callable[[Key, Sequence[Job]], Awaitable[Sequence[Answer]]],
        limit: int = 64,
        heaviest: int = 0,
        turns: Turns | None = None,
        about: Callable[[Key], Hashable] = _itself,
    ) -> None:
        self._call = call
        self._limit, self._heaviest = limit, heaviest
        self._turns, self._about = turns or Turns(), about
        self._waiting: dict[Key, _Waiting[Job, Answer]] = {}
        self._under_way: dict[Key, asyncio.Future[Sequence[Answer]]] = {}

    def submit(self, key: Key, job: Job, weight: int = 0) -> asyncio.Future[Answer]:
        """Have a job done together with others of its key."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        if key not in self._waiting:
            self._waiting[key] = deque()
            loop.call_soon(self._take_turn, key)  # with whatever else comes in this round of the loop
        self._waiting[key].append((job, answer, weight))
        return answer

    def _take_turn(self, key: Key) -> None:
        self._turns.take(self._about(key), partial(self._send, key))

    def _send(self, key: Key) -> None:
        batch = self._taken(self._waiting[key])
        if not batch:
            del self._waiting[key]
            self._turns.end(self._about(key))
            return
        call = self._begun(key, [job for job, _ in batch])
        self._under_way[key] = call
        call.add_done_callback(partial(self._answered, key, batch))

    def _taken(self, waiting: _Waiting[Job, Answer]) -> _Batch[Job, Answer]:
        """Take the next jobs; whose caller has gone, or whose deadline has passed, is not sent any more."""
        batch: _Batch[Job, Answer] = []
        total = 0
        while waiting and len(batch) < self._limit:
            job, answer, weight = waiting[0]
            if not answer.cancelled():
                total += weight
                if batch and total > self._heaviest:
                    break
                batch.append((job, answer))
            waiting.popleft()
        return batch

    def _begun(self, key: Key, jobs: Sequence[Job]) -> asyncio.Future[Sequence[Answer]]:
        try:
            return asyncio.ensure_future(self._call(key, jobs))
        except Exception as error:
            failed: asyncio.Future[Sequence[Answer]] = asyncio.get_running_loop().create_future()
            failed.set_exception(error)
            return failed

    def _answered(self, key: Key, batch: _Batch[Job, Answer], call: asyncio.Future[Sequence[Answer]]) -> None:
        del self._under_way[key]
        if call.cancelled():
            for _, future in batch:
                future.cancel()
        elif error := call.exception():
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
        else:
            for (_, future), answer in zip(batch, call.result(), strict=True):
                if not future.done():
                    future.set_result(answer)
        self._take_turn(key)
        self._turns.end(self._about(key))
