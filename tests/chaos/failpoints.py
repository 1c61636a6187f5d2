"""Where a commit can be stopped: before every write inside a script, and before and behind every call of a script.

Inside: an edited script asks the key ``TRAP`` whether this is the place to stop at (``{script}:{place}``), and spins
there until somebody kills the store, which is then in the middle of a commit. The trap is set past the append-only
file and the replica: whoever takes over from the killed one knows nothing of it.

Around: a process that was told of a step (``{script}:before`` or ``:behind``, a file of that name in the folder that
``STEP`` names) kills itself when it gets there: its store has not heard of the commit yet, or has done it and nobody
knows. Whoever takes the file away decides: the process, which dies of it however late, or the harness, which gave up.
"""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import Any

TRAP = "chaos:trap"
SET_TRAP = f"redis.set_repl(redis.REPL_NONE) redis.call('SET', '{TRAP}', ARGV[1])"
TAKE_TRAP_AWAY = f"redis.set_repl(redis.REPL_NONE) redis.call('DEL', '{TRAP}')"
STEP = "CHAOS_STEP"
_OF_SERVERS = ("bind", "answer_offer", "complete", "submit")
_OF_WORKERS = ("lease", "bind", "settle", "finish_page")
STEPS_OF_SERVERS = [f"{name}:{where}" for name in _OF_SERVERS for where in ("before", "behind")]
STEPS_OF_WORKERS = [f"{name}:{where}" for name in _OF_WORKERS for where in ("before", "behind")]

_WRITE = re.compile(r"redis\.call\('(?:SET|XADD|HSET|HINCRBY|HDEL|DEL|ZADD|ZREM|ZPOPMIN)'")
_STOP = f"""local function chaos_stop(place, ...)
  if redis.call('GET', '{TRAP}') == place then while true do end end
  return redis.call(...)
end
"""


def with_places(name: str, source: str) -> str:
    """Put a place to stop at before every write of a script."""
    places = iter(range(len(_WRITE.findall(source))))
    return _STOP + _WRITE.sub(lambda found: f"chaos_stop('{name}:{next(places)}', {found[0][11:]}", source)


def places_of_all() -> list[str]:
    """Return the places of every script that changes work items or the queue."""
    from router.adapters.redis.library import script
    from store.scripts import Script

    scripts = [script(name) for name in ("bind", "answer_offer", "complete")]
    scripts += [Script("workqueue.adapters.redis", name) for name in ("submit", "lease", "settle")]
    return [f"{script.name}:{place}" for script in scripts for place in range(len(_WRITE.findall(script.source)))]


def stop_at(step: str, told: Path) -> None:
    """Kill this process if it was told of this step; once: the next process of this name goes on."""
    if taken(told / step):
        os.kill(os.getpid(), signal.SIGKILL)


def taken(step: Path) -> bool:
    """Take a step away; False: somebody else did, or it never was there."""
    try:
        step.unlink()
    except FileNotFoundError:
        return False
    return True


def stopping(call: Any, told: Path) -> Any:
    """Return what calls a script and stops before or behind it."""

    async def call_or_stop(script: Any, *arguments: Any) -> Any:
        stop_at(f"{script.name}:before", told)
        answer = await call(script, *arguments)
        stop_at(f"{script.name}:behind", told)
        return answer

    return call_or_stop


def stopping_straight(sent: Any, told: Path) -> Any:
    """Return what sends a script over a channel, and stops before or behind it."""

    def send_or_stop(script: Any, channel: Any, keys: Any, arguments: Any, read: Any) -> Any:
        def read_or_stop(reply: Any) -> Any:
            stop_at(f"{script.name}:behind", told)
            return read(reply)

        stop_at(f"{script.name}:before", told)
        return sent(script, channel, keys, arguments, read_or_stop)

    return send_or_stop
