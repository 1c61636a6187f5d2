"""Inputs that are calls: what their bytes mean, and how one is made of another.

An input is a byte that picks the method, one that picks the caller, and the request; of a stream several, with `BREAK`
between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from gateway.auth.permissions import GRANTS, Scope
from tests.fuzzing import drawing, spoiling
from tests.fuzzing.callers import CALLERS, INSIDER, ROOT, Caller
from tests.fuzzing.drawing import one_of
from tests.fuzzing.seeds import seeds_of
from tests.methods import METHODS

BREAK = b"\xff\x00\xff\x00"
_MOST_PARTS = 4
_NAMES = sorted(METHODS)
_SEEDS = [seeds_of(name) for name in _NAMES]


def read(data: bytes) -> tuple[str, Caller, list[bytes]]:
    """Return method, caller and requests; whatever the bytes are, they mean some."""
    method, caller = data[:1] or b"\0", data[1:2] or b"\0"
    return _NAMES[method[0] % len(_NAMES)], CALLERS[caller[0] % len(CALLERS)], data[2:].split(BREAK)


def understood() -> Sequence[bytes]:
    """Return every method once and more, understood."""
    return [_start(place) + data for place, seeds in enumerate(_SEEDS) for data in seeds]


def by(caller: Caller, data: bytes) -> bytes:
    """Return a call as somebody else makes it."""
    return data[:1] + bytes([CALLERS.index(caller)]) + data[2:]


def spoilt(random: Random, data: bytes) -> bytes:
    """Spoil the request as bytes, whatever they mean, or send noise; now and then by somebody else."""
    if _is_slow(data) and random.random() < 0.9:
        data = _another(random)
    start, rest = _elsewhere(random, data[:2]), data[2:]
    return start + (spoiling.noise(random) if random.random() < 0.2 else spoiling.spoilt(random, rest))


def changed(random: Random, data: bytes) -> bytes:
    """Change the message, or draw another: what comes in can be read, and gets far.

    Now and then it is of another method, or by somebody else.
    """
    if random.random() < (0.9 if _is_slow(data) else 0.1):
        data = _another(random)
    start = _elsewhere(random, data[:2])
    method = METHODS[read(data)[0]]
    parts = data[2:].split(BREAK)
    place = int(random.random() * len(parts))
    parts[place] = _changed_message(random, method, parts[place])
    if method.client_streaming and random.random() < 0.2:
        parts.append(parts[0])
    return start + BREAK.join(parts[:_MOST_PARTS])


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
    return read(data)[0].endswith(("Model", "Models", "RuleSet"))


def _another(random: Random) -> bytes:
    """Return a seed of any method."""
    place = int(random.random() * len(_NAMES))
    return _start(place) + one_of(random, _SEEDS[place])


def _start(place: int) -> bytes:
    caller = ROOT if GRANTS[_NAMES[place]].scope is Scope.SERVER else INSIDER
    return bytes([place, CALLERS.index(caller)])


def _elsewhere(random: Random, start: bytes) -> bytes:
    return start[:1] + bytes([int(random.random() * 256)]) if random.random() < 0.1 else start
