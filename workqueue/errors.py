"""Everything that can go wrong in the queue, as a tree.

::

    QueueError
    ├── QueueFull           it holds as much as it may         try again later
    ├── MemoryShort         its store has little memory left   try again later
    └── RequestIdReused     the request id was used for other content

``StoreUnavailable`` comes through from ``store.errors``. A job that fails is not among them: that is an ending. A lease
that is over is an answer.
"""

from __future__ import annotations

from typing import ClassVar


class QueueError(Exception):
    """Root of the tree; never raised itself."""

    reason: ClassVar[str]


class QueueFull(QueueError):
    """The queue holds as much as it may.

    Parameters
    ----------
    retry_after_s
        When to try again, in seconds.
    """

    reason = "QUEUE_FULL"

    def __init__(self, tenant: str, jobs: int, retry_after_s: float = 1.0) -> None:
        self.tenant = tenant
        self.jobs = jobs
        self.retry_after_s = retry_after_s
        super().__init__(f"the queue of {tenant} holds {jobs} jobs, as much as it may")


class MemoryShort(QueueError):
    """The store has little memory left, and keeps it for emptying its queues.

    Parameters
    ----------
    percent
        Of the memory that it may use, how much is in use.
    retry_after_s
        When to try again, in seconds.
    """

    reason = "MEMORY_SHORT"

    def __init__(self, percent: int, retry_after_s: float = 1.0) -> None:
        self.percent = percent
        self.retry_after_s = retry_after_s
        super().__init__(f"the store uses {percent} % of its memory, and takes nothing in until it has more")


class RequestIdReused(QueueError):
    """The request id was used for other content."""

    reason = "REQUEST_ID_REUSED"

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        super().__init__(f"request_id {request_id!r} was used for other content: a new intent needs a new id")
