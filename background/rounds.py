"""Looking again and again while a service runs: what a look ends with is told, and the next one comes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from failures import Failure

_log = logging.getLogger(__name__)


class Rounds:
    """A task that looks until it is stopped.

    Parameters
    ----------
    look
        What is done each time.
    every_s
        The pause between two looks, in seconds.
    name
        What the log calls it.
    """

    def __init__(self, look: Callable[[], Awaitable[None]], every_s: float, name: str) -> None:
        self._ends = asyncio.Event()
        self._look = look
        self._every_s = every_s
        self._name = name
        self._task: asyncio.Task[None] | None = None

    @property
    def stopping(self) -> bool:
        """Whether it is to end, beside cancelling: the driver can swallow a cancellation that meets its answer."""
        return self._ends.is_set()

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End; what is under way in the store is either done or not."""
        self._ends.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def rest(self, seconds: float) -> None:
        """Wait for so long, or until it is to end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ends.wait(), seconds)

    async def _run(self) -> None:
        while not self.stopping:
            try:
                await self._look()
            except Failure as error:
                _log.warning("%s could not look: %s", self._name, error)
            except Exception:  # nobody awaits it: what ended it would be told by nobody
                _log.exception("%s failed; it goes on with the next look", self._name)
            await self.rest(self._every_s)
