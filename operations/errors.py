"""What can go wrong with operations alone.

::

    NotPossible
    └── StillRuns         it is not over yet
    Exhausted
    └── TooMuchWaits      the queue holds as much as it may       try again later

Work that fails is not among them: that is how an operation ends.
"""

from __future__ import annotations

from failures import Exhausted, NotPossible


class StillRuns(NotPossible):
    """The operation is not over yet."""

    reason = "STILL_RUNS"

    def __init__(self, name: str) -> None:
        super().__init__(name, "is not over: cancel it first")


class TooMuchWaits(Exhausted):
    """The queue holds as much as it may."""

    reason = "QUEUE_FULL"

    def __init__(self, kind: str, jobs: int) -> None:
        description = f"{jobs} operations of kind {kind} are not over, as many as may be"
        super().__init__(f"operations/{kind}", description, 60.0)
