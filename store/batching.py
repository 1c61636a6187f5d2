"""Lets concurrent jobs share one script call: the round trip, not the work, is what a single bind costs.

A job that finds no call under way goes at once; jobs that come while one is under way wait for it and go together.
So nothing waits for company, and the batches grow with the load by themselves. Batchers whose scripts would wait for
each other in the store, for one thread there runs them all, do so here by taking turns: then their batches grow too.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Job = TypeVar("Job")
Answer = TypeVar("Answer")

_Waiting = deque[tuple[Job, "asyncio.Future[Answer]", int]]
_Batch = list[tuple[Job, "asyncio.Future[Answer]"]]


class Turns:
    """Has what concerns the same thing be done one after the other: who waits longest is next."""

    def __init__(self) -> None:
        self._waiting: dict[
            Hashable, deque[Callable[[], None]]
        ] = {}  # by what it concerns, while it is somebody's turn

    def take(self, about: Hashable, begin: Callable[[], None]) -> None:
        """Begin once nobody else is at it; who has begun says when it is over, by ``end``."""
        if about in self._waiting:
            self._waiting[about].append(begin)
        else:
            self._waiting[about] = deque()
            begin()

    def end(self, about: Hashable) -> None:
        """Let the next one begin."""
        if waiting := self._waiting[about]:
            waiting.popleft()()
        else:
            del self._waiting[about]


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
