"""The workers of one process: started together, ended in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from workqueue.worker import Worker


class WorkerPool:
    """Runs workers as tasks of this event loop.

    Parameters
    ----------
    workers
        None is fine: this process then leaves the queue to others.
    """

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._workers = tuple(workers)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to work."""
        self._tasks = [asyncio.create_task(worker.run()) for worker in self._workers]

    async def drain(self, seconds: float) -> None:
        """Let each finish the batch it has; after so many seconds they give back what they have."""
        for worker in self._workers:
            worker.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def wait(self) -> None:
        """Wait until one ends, which none does unasked.

        Raises
        ------
        Exception
            What it ended with.
        """
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
