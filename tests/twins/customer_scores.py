"""``router.assignment.ports.CustomerScores`` in memory, and the way in."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from router.model.records import CustomerScore
from tests.twins.tenants import Tenants


class MemoryCustomerScores(Tenants):
    """What was scored last of customers."""

    async def keep(self, tenant: str, scores: Sequence[tuple[str, float, str, int]]) -> None:
        """Keep scores; see ``RedisCustomerScores.keep``."""
        customer_scores = self._tenants[tenant].customer_scores
        for customer, churn_risk, value_tier, as_of_ms in scores:
            earlier, score = customer_scores.get(customer, (as_of_ms, CustomerScore(churn_risk)))
            if as_of_ms >= earlier:
                customer_scores[customer] = as_of_ms, CustomerScore(churn_risk, value_tier or score.value_tier)

    async def last_scores(self, tenant: str, customers: Collection[str]) -> dict[str, CustomerScore]:
        """Return what is known of customers; see ``router.assignment.ports.CustomerScores``."""
        scores = self._tenants[tenant].customer_scores
        return {customer: scores[customer][1] for customer in customers if customer in scores}
