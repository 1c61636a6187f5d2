"""What is read of a log that somebody altered."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest

from router.adapters.redis.assignments import RedisAssignments
from router.model.errors import CorruptHistory


class _Log:
    """A store that holds one event."""

    def __init__(self, kind: bytes, facts: bytes) -> None:
        self._fields = {b"type": kind, b"facts": facts, b"head": b""}

    async def xrange(self, *_: Any, **__: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:
        return [(b"7-0", self._fields)]


@pytest.mark.parametrize("kind", [b"decision", b"completed", b"workforce", b"rules", b"settled", b"unheard of"])
@pytest.mark.parametrize("facts", [b"", b"\xc1", msgpack.packb(3), msgpack.packb([[]] * 9), msgpack.packb(["x"] * 13)])
async def test_an_event_that_cannot_be_read_is_named_as_corrupt(kind: bytes, facts: bytes) -> None:
    log: Any = _Log(kind, facts)

    with pytest.raises(CorruptHistory, match="event 7"):
        await RedisAssignments(log).events("acme")
