"""How one try to tell somebody ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AttemptStatus(StrEnum):
    """How a try ended."""

    DELIVERED = "DELIVERED"
    RETRY = "RETRY"
    """Not taken, and worth another try."""
    REFUSED = "REFUSED"
    """Not taken, nor will it be: another try would end alike."""


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """How one try ended.

    Parameters
    ----------
    outcome
        An HTTP status, a vendor's code, or what kept it from being answered; never what a receiver wrote.
    retry_after_s
        How long the receiver asked us to wait, in seconds; None: it did not say.
    shown
        How many of several messages found room, from the first on, at least one; None: all.
    """

    status: AttemptStatus
    outcome: str
    retry_after_s: float | None = None
    shown: int | None = None
