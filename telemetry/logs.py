"""The log on stderr: lines for people, or one JSON object a line for machines.

Lines written while a call is answered name its method, tenant, request and trace. Calls that the server could not
answer are logged as warnings, and so are callers who came where they do not belong; whatever else callers got wrong is
theirs to see.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal

from telemetry.calls import ObservedCall, current_call, request_id_of, trace_id

VARIABLE = "FAIRLEAD_LOG"
Form = Literal["text", "json"]
_TROUBLE = frozenset({"UNKNOWN", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL", "DATA_LOSS"})
"""Codes that say something of the server rather than of the request."""

_REFUSED = frozenset({"UNAUTHENTICATED", "PERMISSION_DENIED"})
"""Codes of who came where they do not belong: somebody should see them."""

_WARNED = _TROUBLE | _REFUSED
_LONGEST_FACT = 128
_OVERLOADED, _OVERLOAD_EVERY_S = "OVERLOADED", 1.0

_log = logging.getLogger("fairlead.calls")


def form_from(environ: Mapping[str, str]) -> Form:
    """Read the setting.

    Raises
    ------
    ValueError
        Naming the variable, the value found and the values allowed.
    """
    choice = environ.get(VARIABLE, "") or "text"
    if choice not in ("text", "json"):
        raise ValueError(f"{VARIABLE} is {choice!r}; allowed are text, json")
    return "json" if choice == "json" else "text"


def start(form: Form) -> None:
    """Write the process's log to stderr in a form."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def facts_of(call: ObservedCall) -> dict[str, str]:
    """Return what tells one call from another; empty facts are left out."""
    facts = {
        "method": call.method,
        "tenant": call.tenant,
        "actor": call.actor,
        "request_id": request_id_of(call),
        "trace_id": trace_id(call),
    }
    return {name: _plain(value) for name, value in facts.items() if value}


def _plain(value: str) -> str:
    """Write what a caller made up so that it stays within its line."""
    short = value if len(value) <= _LONGEST_FACT else value[: _LONGEST_FACT - 1] + "…"
    return short if short.isprintable() else ascii(short)


class TextLines(logging.Formatter):
    """One line for people, with the call behind it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        text, call = super().format(record), current_call()
        if call is None:
            return text
        first, newline, rest = text.partition("\n")
        facts = " ".join(f"{name}={value}" for name, value in facts_of(call).items())
        return f"{first} [{facts}]{newline}{rest}"


class JsonLines(logging.Formatter):
    """One JSON object a line: ``time``, ``level``, ``logger``, ``message``, the call's facts, ``exception``."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        call = current_call()
        facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **(facts_of(call) if call else {}),
        }
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        return json.dumps(facts, ensure_ascii=False)


class CallLog:
    """An observer that logs calls that the server could not answer, and with DEBUG all others.

    Of calls turned away because there are too many it tells once a second how many they were: they come by thousands,
    and lines would take the time that answers need.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._told_overload = float("-inf")
        self._untold = 0

    def began(self, call: ObservedCall) -> None:
        """Nothing is known yet."""

    def ended(self, call: ObservedCall) -> None:
        """Log how it ended."""
        if getattr(call.error, "reason", "") == _OVERLOADED:
            self._overloaded(call)
            return
        level = logging.WARNING if call.code.name in _WARNED else logging.DEBUG
        if _log.isEnabledFor(level):
            _log.log(level, "%s in %.1f ms", call.code.name, (time.perf_counter() - call.started) * 1e3)

    def _overloaded(self, call: ObservedCall) -> None:
        self._untold += 1
        if self._now() - self._told_overload >= _OVERLOAD_EVERY_S:
            _log.warning("overloaded: %d calls turned away, %s", self._untold, call.error)
            self._told_overload, self._untold = self._now(), 0
