"""Why a call is not let through, beside what every package may fail of.

::

    InvalidInput
    ├── UnreadableRequest       the bytes are no message
    ├── UnreadableJson          the body is no JSON, or JSON of something else
    └── UnnamedTenant           the request names no tenant
    Exhausted
    ├── RateLimited             more calls than may be                          try again later
    ├── RequestTooLarge         more bytes than a request may have
    └── Overloaded              more calls under way than can be served soon    try again later
    Unavailable
    ├── KeysUnavailable         the keys of tokens cannot be read               try again later
    └── Leaving                 the server takes no new calls                   try again, elsewhere or later

No message repeats a token, a key, or another tenant's name beyond what the caller sent.
"""

from __future__ import annotations

from failures import Exhausted, InvalidInput, PermissionDenied, Unauthenticated, Unavailable, Violation, shown

__all__ = [
    "KeysUnavailable", "Leaving", "Overloaded", "PermissionDenied", "RateLimited", "RequestTooLarge", "Unauthenticated",
    "UnnamedTenant", "UnreadableJson", "UnreadableRequest",
]  # fmt: skip


class UnreadableRequest(InvalidInput):
    """The bytes are no message."""

    def __init__(self, message_name: str) -> None:
        fault = f"the bytes are no {message_name}: malformed, nested over 100 deep, or text not in UTF-8"
        super().__init__([Violation("", fault)])


class UnreadableJson(InvalidInput):
    """The body is no message: not JSON, or JSON with fields or values that it has not."""


class UnnamedTenant(InvalidInput):
    """The request names no tenant, so nobody can say whether it is the caller's."""

    def __init__(self, field: str, name: str) -> None:
        super().__init__([Violation(field, f"{shown(name)}: must begin with tenants/{{tenant}}, e.g. tenants/default")])


class RateLimited(Exhausted):
    """More calls than may be."""

    reason = "RATE_LIMITED"
    retry_after_s: float

    def __init__(self, subject: str, per_s: float, retry_after_s: float) -> None:
        description = f"{subject}: more than {per_s:,.15g} calls a second; try again in {retry_after_s:.2f} s"
        super().__init__(subject, description, retry_after_s)


class RequestTooLarge(Exhausted):
    """More bytes than a request may have; gRPC answers so of its own."""

    reason = "REQUEST_TOO_LARGE"

    def __init__(self, found: int, most: int) -> None:
        super().__init__(None, f"the request has {found:,} bytes: at most {most:,} are read", None)


class Overloaded(Exhausted):
    """More calls are under way than can be served soon; this one was not even read."""

    reason = "OVERLOADED"

    def __init__(self, most: int) -> None:
        super().__init__(None, f"{most} calls are under way, as many as may be: try again later", 0.5)


class KeysUnavailable(Unavailable):
    """The keys that tokens are signed with cannot be read."""

    reason = "KEYS_UNAVAILABLE"

    def __init__(self, description: str) -> None:
        super().__init__(description, 5.0)


class Leaving(Unavailable):
    """The server takes no new calls; this one was not begun."""

    reason = "LEAVING"

    def __init__(self) -> None:
        super().__init__("this server is stopping and takes no new calls: try again", 0.2)
