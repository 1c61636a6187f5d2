"""An event loop for coroutines that hardly ever wait: they run at once, and the loop only turns for those that do.

With plain memory for a store a call waits for nothing, and a task for each of millions would cost more than the call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class EagerLoop:
    """Runs one coroutine at a time, to its end."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(_AtOnce())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the coroutine returns."""
        asyncio._set_running_loop(self._loop)  # what an event loop does for its callbacks
        try:
            waits_for = work.send(None)
        except StopIteration as ended:
            value: T = ended.value
            return value
        finally:
            asyncio._set_running_loop(None)
        rest: T = self._loop.run_until_complete(_rest(_Begun(work, waits_for)))
        return rest

    def __del__(self) -> None:
        """Close the loop when nobody has it any more; closing it twice is none the worse."""
        self._loop.close()


class _Begun:
    """A coroutine that has begun, and waits for something: awaiting it goes on with it."""

    def __init__(self, work: Coroutine[Any, Any, Any], waits_for: Any) -> None:
        self._work = work
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, Any]:
        try:
            while True:
                try:
                    sent = yield self._waits_for
                except BaseException as error:
                    self._waits_for = self._work.throw(error)
                else:
                    self._waits_for = self._work.send(sent)
        except StopIteration as ended:
            return ended.value


async def _rest(begun: _Begun) -> Any:
    return await begun


class _AtOnce(ThreadPoolExecutor):
    """Does what would go to a thread where it stands: one thing at a time finds the same things again."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done
