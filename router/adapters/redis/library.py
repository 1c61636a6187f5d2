"""The router's scripts: each is short, and stands behind what it uses of one library.

The library, in order::

    clock      the store's time                        (store/scripts)
    log        the chain of events
    format     what this version understands
    item       a work item's record, states, indexes
    timers     what falls due of a work item
    request    what a request id was answered
    amounts    hashes of amounts
    caps       what was counted under caps
    credits    what somebody is given after a leave
    disturbance
               how far a ledger was moved
    presence   who is away
    ledger     deficits and open units
    offers     what is offered, and what undoes it
    closing    how a work item is closed

The script that gives work items their owners has two parts of its own behind it: ``jobs``, how it does the plain one
of a new work item, and ``changes``, what others need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from redis.exceptions import ResponseError

from router.adapters.redis.format import FORMAT
from router.model.errors import CorruptHistory
from router.model.workitem import TRANSITIONS
from router.timers.timer import STATES
from store.clients import RedisClient
from store.clock import clock
from store.scripts import Argument, Script, lua

_PARTS = (
    *("log", "format", "item", "timers", "request", "amounts"),
    *("caps", "credits", "disturbance", "presence", "ledger", "offers", "closing"),
)
_OWN_PARTS = {"bind": ("jobs", "changes")}

_NO_END = "equal or smaller than the target stream top item"
"""What Redis says of an event whose number the log had already."""


class LogScript(Script):
    """A script that appends to the log of the tenant whose keys it is given.

    Called or sent it raises, beside what a ``Script`` does, ``CorruptHistory`` if somebody deleted events at the end of
    the log; nothing is written.
    """

    async def __call__(self, redis: RedisClient, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Run it; see ``Script``."""
        try:
            return await super().__call__(redis, keys, arguments)
        except ResponseError as error:
            raise self._failure(error, keys) from None

    def _failure(self, error: Exception, keys: Sequence[str]) -> Exception:
        if not isinstance(error, ResponseError) or _NO_END not in str(error):
            return error
        return CorruptHistory(keys[0], "somebody deleted events at the end of the log: nothing is written")


def script(name: str) -> Script:
    """Return a script of ``scripts/``, behind the library and further parts of its own."""
    parts = (*_PARTS, *_OWN_PARTS.get(name, ()))
    return LogScript(__package__, name, lambda: [clock(), _constants(), *(lua(__package__, part) for part in parts)])


def _constants() -> str:
    """Write down in Lua what Python says of formats and states.

    States are a function: a table would be made anew in every call of a script, for more than it is asked in most.
    """
    states = "".join(
        f"if state == '{state}' then {_lookup(after)} end\n" for state, after in sorted(TRANSITIONS.items())
    )
    after = f"local function state_after(state, event)\n{states}error('no state')\nend\n"
    return f"local FORMAT = {FORMAT}\n{after}local TIMER_STATES = {_table(STATES)}\n"


def _lookup(after: Mapping[str, str]) -> str:
    return (
        "return "
        + " or ".join(f"event == '{event}' and '{state}'" for event, state in sorted(after.items()))
        + " or nil"
    )


def _table(after: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{event} = '{state}'" for event, state in sorted(after.items())) + "}"
