"""What telemetry hears of: calls as the server tells of them, and the one that is being answered now."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Protocol


class Call(Protocol):
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


_current: ContextVar[Call | None] = ContextVar("call", default=None)


def current_call() -> Call | None:
    """Return the call that the running task answers; None outside any."""
    return _current.get()


class CurrentCall:
    """An observer that remembers which call a task answers; each call is answered in a task of its own."""

    def began(self, call: Call) -> None:
        """Remember it."""
        _current.set(call)

    def ended(self, call: Call) -> None:
        """Leave it: the task ends with the call."""


def trace_id(call: Call) -> str:
    """Return the id that the caller's tracing gave, 32 hexadecimal digits; empty where it gave none [1]_.

    References
    ----------
    .. [1] W3C, "Trace Context", https://www.w3.org/TR/trace-context/.
    """
    parts = call.header("traceparent").split("-")
    return parts[1] if len(parts) >= 4 and len(parts[1]) == 32 else ""
