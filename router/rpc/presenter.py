"""Decisions in words and figures, as every service tells them."""

from __future__ import annotations

from fairlead.v1 import decisions_pb2 as decisions
from router.assignment.queries import WorkItemQueries
from router.model.decision import Decision
from router.rpc.messages import DURABILITIES, decision_message
from store.durability import DurabilityStatus


class DecisionPresenter:
    """Writes decisions.

    Parameters
    ----------
    queries
        Explain them.
    durability
        Says what they survive.
    """

    def __init__(self, queries: WorkItemQueries, durability: DurabilityStatus) -> None:
        self._queries = queries
        self._durability = durability

    async def message(self, tenant: str, decision: Decision, *, full: bool) -> decisions.Decision:
        """Write a decision in full or not; where nobody was found, with the summary of refusals in any case."""
        explanation = await self._queries.explained(tenant, decision, full=full)
        message = decision_message(tenant, decision, explanation, full=full)
        if decision.number:
            message.durability = DURABILITIES[self._durability.level]
        return message
