"""Everything that can go wrong with operations, as a tree.

::

    OperationError
    ├── InvalidInput          a field of the request cannot be read
    ├── NotFound              no such operation
    ├── RequestIdReused       the request id was used for other content
    ├── StillRuns             it is not over yet
    ├── TooMuchWaits          the queue holds as much as it may       try again later
    └── MemoryShort           the store has little memory left        try again later

Each class has a constant ``reason`` for machines and keeps its facts as attributes. ``StoreUnavailable`` comes through
from ``store.errors``. Work that fails is not among them: that is how an operation ends.
"""

from __future__ import annotations

from typing import ClassVar


class OperationError(Exception):
    """Root of the tree; never raised itself."""

    reason: ClassVar[str]


class InvalidInput(OperationError):
    """A field of the request cannot be read."""

    reason = "INVALID_INPUT"

    def __init__(self, field: str, description: str) -> None:
        self.field = field
        self.description = description
        super().__init__(f"{field}: {description}")


class NotFound(OperationError):
    """No such operation."""

    reason = "NOT_FOUND"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no operation {name[:80]!r}: it never was, was deleted, or ended long ago")


class RequestIdReused(OperationError):
    """The request id was used for other content."""

    reason = "REQUEST_ID_REUSED"

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        super().__init__(f"request_id {request_id!r} was used for other content: a new intent needs a new id")


class StillRuns(OperationError):
    """The operation is not over yet."""

    reason = "STILL_RUNS"

    def __init__(self, name: str) -> None:
        self.name = name
        self.description = "is not over: cancel it first"
        super().__init__(f"{name}: {self.description}")


class TooMuchWaits(OperationError):
    """The queue holds as much as it may."""

    reason = "QUEUE_FULL"

    def __init__(self, kind: str, jobs: int, retry_after_s: float = 60.0) -> None:
        self.kind = kind
        self.jobs = jobs
        self.retry_after_s = retry_after_s
        super().__init__(f"{jobs} operations of kind {kind} are not over, as many as may be")


class MemoryShort(OperationError):
    """The store has little memory left, and takes nothing in."""

    reason = "MEMORY_SHORT"

    def __init__(self, percent: int, retry_after_s: float = 1.0) -> None:
        self.percent = percent
        self.retry_after_s = retry_after_s
        super().__init__(f"the store uses {percent} % of its memory, and takes nothing in until it has more")
