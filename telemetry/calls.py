"""What telemetry hears of: calls as the server tells of them, and the one that is being answered now."""

from __future__ import annotations

import re
from contextvars import ContextVar
from hashlib import sha256
from typing import Any, Protocol


class ObservedCall(Protocol):
    """A call on its way; the gateway's own has these and more."""

    method: str
    code: Any
    error: Exception | None
    started: float
    """Seconds of ``time.perf_counter``."""

    @property
    def tenant(self) -> str:
        """Whose resources it is about."""

    @property
    def actor(self) -> str:
        """By whom it is made."""

    @property
    def request_id(self) -> str:
        """What makes it repeatable."""

    def header(self, name: str) -> str:
        """Return the metadata of a name."""


_current: ContextVar[ObservedCall | None] = ContextVar("call", default=None)


def current_call() -> ObservedCall | None:
    """Return the call that the running task answers; None outside any."""
    return _current.get()


class CurrentCall:
    """An observer that remembers which call a task answers; each call is answered in a task of its own."""

    def began(self, call: ObservedCall) -> None:
        """Remember it."""
        _current.set(call)

    def ended(self, call: ObservedCall) -> None:
        """Leave it: the task ends with the call."""


_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


def request_id_of(call: ObservedCall) -> str:
    """Return a call's request id as lines and spans tell it; empty where it carries none.

    A UUID is told as it is. Anything else may name somebody: of that the first 12 hexadecimal digits of the SHA-256,
    behind a ``~``.
    """
    if not call.request_id or _UUID.fullmatch(call.request_id):
        return call.request_id
    return "~" + sha256(call.request_id.encode()).hexdigest()[:12]


def trace_id(call: ObservedCall) -> str:
    """Return the id that the caller's tracing gave, 32 hexadecimal digits; empty where it gave none [1]_.

    References
    ----------
    .. [1] W3C, "Trace Context", https://www.w3.org/TR/trace-context/.
    """
    parts = call.header("traceparent").split("-")
    return parts[1] if len(parts) >= 4 and len(parts[1]) == 32 else ""
