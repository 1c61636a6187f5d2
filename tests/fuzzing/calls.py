"""The targets that count most: whole requests, spoilt as bytes or as messages.

An input is a byte that picks the method, one that picks the caller, and the request; of a stream several, with `BREAK`
between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from gate.roles import GRANTS, Scope
from tests.fuzzing import drawing, spoiling
from tests.fuzzing.callers import CALLERS, INSIDER, ROOT
from tests.fuzzing.drawing import one_of
from tests.fuzzing.eager import EagerLoop
from tests.fuzzing.seeds import seeds_of
from tests.fuzzing.world import World
from tests.methods import METHODS

BREAK = b"\xff\x00\xff\x00"
WORK_EVERY, SETTLE_EVERY = 64, 2_048
"""Calls between two turns of the worker, and between two verifications."""
_NAMES = sorted(METHODS)
_SEEDS = [seeds_of(name) for name in _NAMES]


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
        """Every method once and more, understood."""
        return [_start(place) + data for place, known in enumerate(_SEEDS) for data in known]

    def run(self, data: bytes) -> str:
        """Carry out one call."""
        method, caller = data[:1] or b"\0", data[1:2] or b"\0"
        name = _NAMES[method[0] % len(_NAMES)]
        return self._loop.run(self._ask(name, caller[0] % len(CALLERS), data[2:].split(BREAK)))

    async def _ask(self, name: str, caller: int, parts: list[bytes]) -> str:
        self._count += 1
        if self._count % WORK_EVERY == 0:
            await self._world.work()
        if self._count % SETTLE_EVERY == 0:
            await self._world.settle()
        return await self._world.ask(name, CALLERS[caller], parts)

    def close(self) -> None:
        """Settle for the last time, and let go."""
        self._loop.run(self._world.settle())
        self._world.close()


class CallsOfBytes(Calls):
    """Bytes are spoilt, whatever they mean."""

    name = "calls, bytes"
    is_text = True

    def changed(self, random: Random, data: bytes) -> bytes:
        """Spoil the request, or send noise; now and then by somebody else."""
        if _is_slow(data) and random.random() < 0.9:
            data = _another(random)
        start, rest = _elsewhere(random, data[:2]), data[2:]
        return start + (spoiling.noise(random) if random.random() < 0.2 else spoiling.spoilt(random, rest))


class CallsOfMessages(Calls):
    """Messages are changed in a place or two, or drawn anew: what comes in can be read, and gets far."""

    name = "calls, messages"
    is_text = False

    def changed(self, random: Random, data: bytes) -> bytes:
        """Change the message, or draw another; now and then of another method, or by somebody else."""
        if random.random() < (0.9 if _is_slow(data) else 0.1):
            data = _another(random)
        start = _elsewhere(random, data[:2])
        method = METHODS[_NAMES[(start[:1] or b"\0")[0] % len(_NAMES)]]
        parts = data[2:].split(BREAK)
        place = int(random.random() * len(parts))
        parts[place] = _changed_message(random, method, parts[place])
        if method.client_streaming and random.random() < 0.2:
            parts.append(parts[0])
        return start + BREAK.join(parts[:4])


def _changed_message(random: Random, method: MethodDescriptor, data: bytes) -> bytes:
    kind: Any = GetMessageClass(method.input_type)
    try:
        message = kind.FromString(data)
    except DecodeError:
        message = None
    if message is None or random.random() < 0.1:
        message = drawing.message(random, kind)
    else:
        for _ in range(1 + int(random.random() * 2)):
            drawing.changed(random, message)
    written: bytes = message.SerializeToString()
    return written


def _is_slow(data: bytes) -> bool:
    """Say whether it is of a method that reads models or rule sets: some milliseconds, which others can use better."""
    name = _NAMES[(data[:1] or b"\0")[0] % len(_NAMES)]
    return name.endswith(("Model", "Models", "RuleSet"))


def _another(random: Random) -> bytes:
    """Return a seed of any method."""
    place = int(random.random() * len(_NAMES))
    return _start(place) + one_of(random, _SEEDS[place])


def _start(place: int) -> bytes:
    caller = ROOT if GRANTS[_NAMES[place]].scope is Scope.SERVER else INSIDER
    return bytes([place, CALLERS.index(caller)])


def _elsewhere(random: Random, start: bytes) -> bytes:
    return start[:1] + bytes([int(random.random() * 256)]) if random.random() < 0.1 else start
