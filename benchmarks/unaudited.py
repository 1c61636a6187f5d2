"""``python -m benchmarks.unaudited``: the measured server without what no setting switches off: the hash chain of the
log, and the monitor.
"""

from __future__ import annotations

from tests.chaos.altered import Edits, in_force

_LINKED = "log.link = redis.sha1hex(log.link .. '|' .. id .. '|' .. type .. '|' .. #facts .. '|' .. facts .. head)"
_UNCHAINED = Edits({"bind": [(_LINKED, "log.link = ''")]})
_NEVER_S = 1e6

if __name__ == "__main__":
    with in_force(_UNCHAINED):
        from benchmarks import server
        from router.history import monitor

    monitor.LOOK_S = _NEVER_S
    server.main()
