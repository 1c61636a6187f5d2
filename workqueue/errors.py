"""What can go wrong in the queue alone: ``QueueFull``, an ``Exhausted``; try again later.

``StoreUnavailable`` comes through from ``failures``. A job that fails is not among them: that is an ending. A lease
that is over is an answer.
"""

from __future__ import annotations

from failures import Exhausted


class QueueFull(Exhausted):
    """The queue holds as much as it may."""

    reason = "QUEUE_FULL"
    retry_after_s: float

    def __init__(self, tenant: str, jobs: int, retry_after_s: float = 1.0) -> None:
        self.jobs = jobs
        super().__init__(tenant, f"the queue of {tenant} holds {jobs} jobs, as much as it may", retry_after_s)
