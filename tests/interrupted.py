"""A double of a port that lets something else be done first, before one of its calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any


class Interruption:
    """What is done before the call with a number, from 0, of the ports that it stands in for.

    Parameters
    ----------
    before
        The number.
    meanwhile
        Does it.
    """

    def __init__(self, before: int, meanwhile: Callable[[], Awaitable[Any]]) -> None:
        self._left = before
        self._meanwhile = meanwhile
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def come(self) -> None:
        """Count a call; do it before the one that is meant."""
        self._left -= 1
        if self._left == -1:
            self.answer.set_result(await self._meanwhile())


class Interrupted:
    """A port whose calls are interrupted; whatever answers without waiting is not."""

    def __init__(self, port: Any, interruption: Interruption) -> None:
        self._port = port
        self._interruption = interruption

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        if not iscoroutinefunction(method):
            return method

        async def called(*given: Any, **named: Any) -> Any:
            await self._interruption.come()
            return await method(*given, **named)

        return called
