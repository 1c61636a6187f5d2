"""The router's scripts: each is short, and stands behind what it uses of one library.

The library, in order::

    clock      the store's time                        (store/scripts)
    log        the chain of events
    format     what this version understands
    item       a work item's record, states, indexes
    request    what a request id was answered
    ledger     deficits and open units
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from router.adapters.redis.format import FORMAT
from router.model.workitem import TRANSITIONS
from store.clock import clock
from store.scripts import Script, lua

_PARTS = ("log", "format", "item", "request", "ledger")


def script(name: str) -> Script:
    """Return a script of ``scripts/``, behind the library."""
    return Script(__package__, name, _library)


def _library() -> Sequence[str]:
    return [clock(), _constants(), *(lua(__package__, part) for part in _PARTS)]


def _constants() -> str:
    """Write down in Lua what Python says of formats and states."""
    table = ", ".join(f"{state} = {_table(after)}" for state, after in sorted(TRANSITIONS.items()))
    return f"local FORMAT = {FORMAT}\nlocal TRANSITIONS = {{{table}}}\n"


def _table(after: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{event} = '{state}'" for event, state in sorted(after.items())) + "}"
