"""What is done between two looks: one task for each of what there is to do it for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Hashable, Set
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


def share(asked: asyncio.Future[Any]) -> None:
    """Have those who wait raise what a question ends with, and no one else: the log, if nobody waits any more."""
    asked.add_done_callback(_retrieve)


def _retrieve(asked: asyncio.Future[Any]) -> None:
    if not asked.cancelled():
        asked.exception()


class Tasks(Generic[Key]):
    """Tasks by what they are for, which nobody awaits: each tells itself what it ends with.

    Attributes
    ----------
    stopping
        True once they are to end, beside cancelling: the driver can swallow a cancellation that meets its answer.
    """

    def __init__(self) -> None:
        self.stopping = False
        self._tasks: dict[Key, asyncio.Task[None]] = {}

    def running(self) -> Set[Key]:
        """Return what is done for now; forget what has ended."""
        self._tasks = {key: task for key, task in self._tasks.items() if not task.done()}
        return frozenset(self._tasks)

    def begin(self, key: Key, work: Coroutine[Any, Any, None]) -> None:
        """Begin with what is not running.

        Raises
        ------
        RuntimeError
            If it is.
        """
        if key in self.running():
            work.close()
            raise RuntimeError(f"{key} is under way")
        self._tasks[key] = asyncio.create_task(work)

    async def end(self) -> None:
        """End all; what is under way in the store is either done or not."""
        self.stopping = True
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
