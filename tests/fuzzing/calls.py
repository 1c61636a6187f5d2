"""The targets that count most: whole requests, on a whole service in this process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.fuzzing import inputs
from tests.fuzzing.callers import Caller
from tests.fuzzing.eager import EagerLoop
from tests.fuzzing.world import World

WORK_EVERY, SETTLE_EVERY = 64, 2_048
"""Calls between two turns of the worker, and between two verifications."""


class Calls:
    """Calls on a `World`.

    Parameters
    ----------
    folder
        An empty one.
    """

    def __init__(self, folder: Path) -> None:
        self._loop = EagerLoop()
        self._world = World(folder)
        self._loop.run(self._world.begin())
        self._count = 0

    @property
    def seeds(self) -> Sequence[bytes]:
        """Every method, understood."""
        return inputs.understood()

    def run(self, data: bytes) -> str:
        """Carry out one call."""
        return self._loop.run(self._ask(*inputs.read(data)))

    async def _ask(self, name: str, caller: Caller, parts: list[bytes]) -> str:
        self._count += 1
        if self._count % WORK_EVERY == 0:
            await self._world.work()
        if self._count % SETTLE_EVERY == 0:
            await self._world.settle()
        return await self._world.ask(name, caller, parts)

    def close(self) -> None:
        """Settle for the last time, and let go."""
        self._loop.run(self._world.settle())
        self._world.close()


class CallsOfBytes(Calls):
    """Bytes are spoilt, whatever they mean."""

    name = "calls, bytes"
    is_text = True

    def changed(self, random: Random, data: bytes) -> bytes:
        """Spoil the request."""
        return inputs.spoilt(random, data)


class CallsOfMessages(Calls):
    """Messages are changed, and can be read."""

    name = "calls, messages"
    is_text = False

    def changed(self, random: Random, data: bytes) -> bytes:
        """Change the message."""
        return inputs.changed(random, data)
