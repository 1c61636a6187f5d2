"""The side of the process that carries an operation out: told in a line of JSON, it answers in lines of JSON.

``{"stage", "done", "total"}`` says how far it is; the last line is ``{"result"}`` or ``{"error", "reason",
"may_pass"}``. It asks for the processor last, so that routing and scoring beside it keep their pace, shares no memory
with the worker, so that whatever goes wrong here goes wrong here, and ends with the worker, however that ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from failures import Failure, Unavailable

NICENESS = 10
_LONGEST_MESSAGE = 2_000


class Lines:
    """Tells progress line by line."""

    def __init__(self) -> None:
        self._stage, self._done, self._total = "", 0, 0

    def stage(self, name: str, n_steps: int, done: int = 0) -> None:
        """Begin a stage of so many steps, some of which may be done already."""
        self._stage, self._done, self._total = name, done, n_steps
        self._say()

    def advance(self, n_steps: int = 1) -> None:
        """Finish steps of the stage."""
        self._done += n_steps
        self._say()

    def _say(self) -> None:
        _say({"stage": self._stage, "done": self._done, "total": self._total})


def run(carry_out: Callable[[dict[str, Any], Lines], Mapping[str, Any]]) -> int:
    """Read what is to be done, carry it out, say how it ended; return the exit code.

    Parameters
    ----------
    carry_out
        Gets the arguments, and whom to tell progress; returns the result. Doing it again does not mend
        its failures, unless somebody was `Unavailable`; any other exception ends the process with a traceback.
    """
    os.nice(NICENESS)
    arguments = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_worker, daemon=True).start()
    try:
        _say({"result": carry_out(arguments, Lines())})
    except Failure as error:
        message = str(error)[:_LONGEST_MESSAGE]
        _say({"error": message, "reason": error.reason, "may_pass": isinstance(error, Unavailable)})
        return 1
    return 0


def _end_with_worker() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing ever comes but the end
    os._exit(1)


def _say(line: Mapping[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)
