"""Keeps a process running: whenever it dies another takes its place, later and later if it dies at once.

Knows nothing of what the process does; servers that share a port are kept by it too.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import subprocess
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

STOP_TIMEOUT_S = 30.0
"""What a process gets to end in order, in seconds; then it is killed."""
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 10.0
_LASTING_S = 60.0
"""A process that lived so long before it died is replaced as if it were the first time."""

_log = logging.getLogger(__name__)

Process = subprocess.Popen[Any]


class Keeper:
    """One process, and those that take its place.

    Parameters
    ----------
    name
        What the log calls it.
    spawn
        Starts one.
    is_ready
        Waits until one that was just started can be used; False: it ended. It should look at ``stopping``.
    patience_s
        What it gets to end in order, in seconds.
    """

    def __init__(
        self,
        name: str,
        spawn: Callable[[], Process],
        is_ready: Callable[[Process], bool],
        patience_s: float = STOP_TIMEOUT_S,
    ) -> None:
        self.stopping = Event()
        self._name = name
        self._spawn = spawn
        self._is_ready = is_ready
        self._patience_s = patience_s
        self._process: Process | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        """Start the first; may be called again once it has ended."""
        self.stopping.clear()
        self._thread = None
        self._process = self._spawn()

    def is_ready(self) -> bool:
        """Wait until the first can be used; False: it ended."""
        return self._process is not None and self._is_ready(self._process)

    def keep(self) -> None:
        """Keep it running from now on."""
        self._thread = Thread(target=self._replace, name=f"keep {self._name}", daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Ask it to end; no other takes its place."""
        self.stopping.set()
        if self._process is not None:
            self._process.terminate()

    def wait(self) -> None:
        """Wait until it has ended, and make it if that takes too long."""
        if self._process is None:
            return
        if not self._has_ended(self._patience_s):
            self._process.kill()
            self._has_ended(None)
        _close(self._process)

    def _has_ended(self, within_s: float | None) -> bool:
        if self._thread is not None:  # it may be starting another one, which it ends then
            self._thread.join(within_s)
            return not self._thread.is_alive()
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(within_s)
        return self._process.returncode is not None

    def _replace(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while process := self._process:
            began = time.monotonic()
            code = process.wait()
            if self.stopping.is_set():
                return
            _close(process)
            if time.monotonic() - began > _LASTING_S:
                pause_s = _FIRST_PAUSE_S
            _log.error("%s ended with %s: another takes its place", self._name, _ending(code))
            if self.stopping.wait(pause_s):
                return
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            self._start_another()

    def _start_another(self) -> None:
        self._process = process = self._spawn()
        if self.stopping.is_set():  # whoever said so may have seen the dead one only
            process.terminate()
        elif self._is_ready(process):
            _log.info("%s is back", self._name)


def _close(process: Process) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"code {code}"
