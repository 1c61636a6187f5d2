"""``python -m tests.chaos.altered serve …``: the service with edited scripts, as the harness asks for.

``CHAOS_EDITS`` is JSON: ``edits`` maps a script's name to pairs of a text that must be there and what stands in its
place; ``fail_points`` puts one before every write of every script. Whoever starts the service as usual imports none
of this.

``CHAOS_CLOCK`` lets the process's wall clock jump.

A fail point asks the key ``TRAP`` whether it is the one to stop at (``{script}:{place}``); there the script spins
until somebody kills the store, which is then in the middle of a commit.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any

TRAP = "chaos:trap"
VARIABLE = "CHAOS_EDITS"
JUMPING = "CHAOS_CLOCK"
_WRITE = re.compile(r"redis\.call\('(?:SET|XADD|HSET|HINCRBY|HDEL|DEL|ZADD|ZREM|ZPOPMIN)'")


@dataclass(frozen=True, slots=True)
class Edits:
    """What is to be another than it is; nothing by default."""

    edits: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    fail_points: bool = False

    def environ(self) -> dict[str, str]:
        """Return the variable that tells a process."""
        return {VARIABLE: json.dumps({"edits": dict(self.edits), "fail_points": self.fail_points})}

    def applied(self, name: str, source: str) -> str:
        """Return a script's source as edited.

        Raises
        ------
        LookupError
            If a text to be replaced is not in it.
        """
        for before, after in self.edits.get(name, ()):
            if before not in source:
                raise LookupError(f"{name}.lua does not contain {before!r}: the edit is out of date")
            source = source.replace(before, after)
        return with_fail_points(name, source) if self.fail_points else source


def with_fail_points(name: str, source: str) -> str:
    """Put a fail point before every write of a script."""
    places = iter(range(len(_WRITE.findall(source))))
    return _STOP + _WRITE.sub(lambda found: f"chaos_stop('{name}:{next(places)}', {found[0][11:]}", source)


def fail_points(name: str, source: str) -> list[str]:
    """Return the fail points of a script."""
    return [f"{name}:{place}" for place in range(len(_WRITE.findall(source)))]


def places_of_all() -> list[str]:
    """Return the fail points of every script that changes work items or the queue."""
    from router.adapters.redis.connection import Script as RouterScript
    from workqueue.adapters.redis.connection import SERVER_CLOCK
    from workqueue.adapters.redis.connection import Script as QueueScript

    sources = {name: RouterScript(name).source for name in ("bind", "complete")}
    sources |= {name: QueueScript(name, SERVER_CLOCK).source for name in ("submit", "lease", "settle")}
    return [place for name, source in sources.items() for place in fail_points(name, source)]


_STOP = f"""local function chaos_stop(place, ...)
  if redis.call('GET', '{TRAP}') == place then while true do end end
  return redis.call(...)
end
"""


@contextmanager
def in_force(edits: Edits) -> Iterator[None]:
    """Have every script that is read meanwhile in this process edited."""
    from router.adapters.redis import connection as router_connection
    from workqueue.adapters.redis import connection as queue_connection

    scripts: list[Any] = [router_connection.Script, queue_connection.Script]
    as_it_is = [script.__init__ for script in scripts]
    for script, read in zip(scripts, as_it_is, strict=True):
        script.__init__ = _edited(read, edits)
    try:
        yield
    finally:
        for script, read in zip(scripts, as_it_is, strict=True):
            script.__init__ = read


def _edited(read: Any, edits: Edits) -> Any:
    def read_and_edited(self: Any, name: str, *rest: Any) -> None:
        read(self, name, *rest)
        self.source = edits.applied(name, self.source)
        self._hash = sha1(self.source.encode(), usedforsecurity=False).hexdigest()

    return read_and_edited


def let_the_clock_jump() -> None:
    """Let this process's wall clock be hours off, and elsewhere every second."""
    true_time = time.time
    time.time = lambda: (now := true_time()) + 3600 * (int(now) * 7919 % 13 - 6)


if __name__ == "__main__":
    if JUMPING in os.environ:
        let_the_clock_jump()
    wanted = json.loads(os.environ.get(VARIABLE, "{}"))
    with in_force(Edits(**wanted)):
        from service import main

        main()
