"""What is known of customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Standing:
    """What was scored last of a customer: probability of leaving, 0 to 1, and value tier; an empty one is unknown."""

    churn_risk: float
    value_tier: str = ""


class CustomerStandings(Protocol):
    """Knows what was scored last."""

    async def standings(self, tenant: str, customers: Collection[str]) -> Mapping[str, Standing]:
        """Return what is known, by the customer's id; who is not known is left out."""
