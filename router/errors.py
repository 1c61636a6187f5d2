"""What can go wrong in routing, beside what every package may fail of.

::

    InvalidInput                the request cannot be read                  one violation per field
    └── InvalidRuleSet          the rule set cannot be published            one problem per place
    Conflict                    somebody else changed it first
    └── StaleRevision           decided by rules or reps that no longer hold: decide again
    Exhausted
    └── QueueFull               nothing more is taken in now                try again later
    Unavailable
    └── Stopping                the service ends: another one goes on       try again at once
    DataLoss
    └── CorruptHistory          a record contradicts the code that made it

Nobody eligible is not among them: that is an outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from failures import (
    AlreadyExists,
    Conflict,
    DataLoss,
    Exhausted,
    Failure,
    InvalidInput,
    MemoryShort,
    NotFound,
    NotPossible,
    RequestIdReused,
    StaleEtag,
    StoreUnavailable,
    Unavailable,
    Violation,
)

if TYPE_CHECKING:
    from router.rules.problems import Problem

__all__ = [
    "AlreadyExists", "Conflict", "CorruptHistory", "Failure", "InvalidInput", "InvalidRuleSet", "MemoryShort",
    "NotFound", "NotPossible", "QueueFull", "RequestIdReused", "StaleEtag", "StaleRevision", "Stopping",
    "StoreUnavailable", "Violation",
]  # fmt: skip


class InvalidRuleSet(InvalidInput):
    """The rule set cannot be published.

    ``problems`` are those of ``router.rules.problems``: each has line, column, path and message.
    """

    reason = "INVALID_RULE_SET"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            [Violation("source", f"line {p.line}, column {p.column}: {p.message} ({p.path})") for p in self.problems]
        )


class StaleRevision(Conflict):
    """The rules or the workforce changed since they were read."""

    reason = "STALE_REVISION"


class QueueFull(Exhausted):
    """The queue holds as much as it may."""

    reason = "QUEUE_FULL"

    def __init__(self, name: str, n_submissions: int, retry_after_s: float = 1.0) -> None:
        description = f"{name} holds {n_submissions} submissions, dead letters included, as much as it may"
        super().__init__(name, description, retry_after_s)


class Stopping(Unavailable):
    """The service ends, and with it what would never have ended by itself."""

    reason = "STOPPING"

    def __init__(self) -> None:
        super().__init__("the service stops: call again, with the last token you have", retry_after_s=None)


class CorruptHistory(DataLoss):
    """A stored decision does not follow from its own facts: the log was altered, or the code that decides was."""

    reason = "CORRUPT_HISTORY"
