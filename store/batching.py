"""Lets concurrent jobs share one script call: the round trip, not the work, is what a single bind costs.

A job that finds no call under way goes at once; jobs that come while one is under way wait for it and go together.
So nothing waits for company, and the batches grow with the load by themselves.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Job = TypeVar("Job")
Answer = TypeVar("Answer")

_Waiting = deque[tuple[Job, "asyncio.Future[Answer]"]]


class MicroBatcher(Generic[Key, Job, Answer]):
    """Collects jobs by key and hands them over in lists.

    Parameters
    ----------
    call
        Does a list of jobs and answers one by one; what it raises is raised for each.
    limit
        Longest list.
    """

    def __init__(self, call: Callable[[Key, Sequence[Job]], Awaitable[Sequence[Answer]]], limit: int = 64) -> None:
        self._call = call
        self._limit = limit
        self._waiting: dict[Key, _Waiting[Job, Answer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, key: Key, job: Job) -> Answer:
        """Have a job done together with others of its key."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.get(key)
        if waiting is None:
            self._waiting[key] = deque([(job, answer)])
            task = asyncio.create_task(self._drain(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            waiting.append((job, answer))
        return await answer

    async def _drain(self, key: Key) -> None:
        waiting = self._waiting[key]
        while waiting:
            taken = [waiting.popleft() for _ in range(min(len(waiting), self._limit))]
            # whose caller has gone, or whose deadline has passed, is not sent any more
            if batch := [(job, answer) for job, answer in taken if not answer.cancelled()]:
                await self._do(key, batch)
        del self._waiting[key]

    async def _do(self, key: Key, batch: list[tuple[Job, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._call(key, [job for job, _ in batch])
        except BaseException as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)
