"""Why the door lets a call not through, as a tree.

::

    GateError
    ├── UnreadableRequest       the bytes are no message
    ├── UnknownService          health was asked about a service that is not here
    ├── Overloaded              more calls under way than can be served soon    try again later
    └── Leaving                 the server takes no new calls                   try again, elsewhere or later

Each class has a constant ``reason`` for machines; what gRPC makes of it stands in ``gate.statuses``.
"""

from __future__ import annotations

from typing import ClassVar


class GateError(Exception):
    """Root of the tree; never raised itself."""

    reason: ClassVar[str]


class UnreadableRequest(GateError):
    """The bytes are no message."""

    reason = "INVALID_INPUT"

    def __init__(self, message_name: str) -> None:
        self.field = "request"
        self.description = f"the bytes are no {message_name}: malformed, nested over 100 deep, or text not in UTF-8"
        super().__init__(f"request: {self.description}")


class UnknownService(GateError):
    """Health was asked about a service that is not here."""

    reason = "NOT_FOUND"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no service {name[:80]!r}")


class Overloaded(GateError):
    """More calls are under way than can be served soon; this one was not begun."""

    reason = "OVERLOADED"
    retry_after_s = 0.5

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"{most} calls are under way, as many as may be: try again later")


class Leaving(GateError):
    """The server takes no new calls; this one was not begun."""

    reason = "LEAVING"
    retry_after_s = 0.2

    def __init__(self) -> None:
        super().__init__("this server is stopping and takes no new calls: try again")
