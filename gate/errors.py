"""Why the door lets a call not through, as a tree.

::

    GateError
    ├── UnreadableRequest       the bytes are no message
    ├── UnnamedTenant           the request names no tenant
    ├── UnknownService          health was asked about a service that is not here
    ├── Unauthenticated         they do not show who they are
    ├── PermissionDenied        they are known, and may not
    ├── RateLimited             more calls than may be                          try again later
    ├── KeysUnavailable         the keys of tokens cannot be read               try again later
    ├── Overloaded              more calls under way than can be served soon    try again later
    └── Leaving                 the server takes no new calls                   try again, elsewhere or later

Each class has a constant ``reason`` for machines and keeps its facts as attributes; what gRPC makes of it stands in
``gate.statuses``. No message repeats a token, a key, or another tenant's name beyond what the caller sent.
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
        self.field = ""  # none of its fields can be told from another
        self.description = f"the bytes are no {message_name}: malformed, nested over 100 deep, or text not in UTF-8"
        super().__init__(f"request: {self.description}")


class UnnamedTenant(GateError):
    """The request names no tenant, so nobody can say whether it is the caller's."""

    reason = "INVALID_INPUT"

    def __init__(self, field: str, name: str) -> None:
        self.field = field
        self.description = f"{name[:80]!r}: must begin with tenants/{{tenant}}, e.g. tenants/default"
        super().__init__(f"{field}: {self.description}")


class UnknownService(GateError):
    """Health was asked about a service that is not here."""

    reason = "NOT_FOUND"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no service {name[:80]!r}")


class Overloaded(GateError):
    """More calls are under way than can be served soon; this one was not even read."""

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


class Unauthenticated(GateError):
    """They do not show who they are."""

    reason = "UNAUTHENTICATED"


class PermissionDenied(GateError):
    """They are known, and may not."""

    reason = "PERMISSION_DENIED"


class RateLimited(GateError):
    """More calls than may be."""

    reason = "RATE_LIMITED"

    def __init__(self, subject: str, per_s: float, retry_after_s: float) -> None:
        self.subject = subject
        self.retry_after_s = retry_after_s
        super().__init__(f"{subject}: more than {per_s:g} calls a second; try again in {retry_after_s:.2f} s")


class KeysUnavailable(GateError):
    """The keys that tokens are signed with cannot be read."""

    reason = "KEYS_UNAVAILABLE"

    def __init__(self, description: str, retry_after_s: float = 5.0) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(description)
