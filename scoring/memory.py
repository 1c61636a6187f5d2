"""Each customer's last score, remembered for whoever decides by it: what is remembered, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class LastScore(NamedTuple):
    """What is remembered of a customer.

    Parameters
    ----------
    churn_risk
        Probability of leaving, 0 to 1.
    value_tier
        Empty: not known, and what is known of it stays.
    as_of_ms
        When it was so, in milliseconds since the epoch.
    """

    customer: str
    churn_risk: float
    value_tier: str
    as_of_ms: int


class ScoreMemory(Protocol):
    """Remembers each customer's last score, for whoever decides by it; a later instant wins over an earlier one."""

    def note(self, tenant: str, score: LastScore) -> None:
        """Have a score remembered soon; returns at once, and never fails."""

    async def keep(self, tenant: str, scores: Sequence[LastScore]) -> None:
        """Remember scores; a failure to is a `MemoryUnavailable`, after which some may be remembered."""
