"""Decisions in words and figures, as every service tells them."""

from __future__ import annotations

from fairlead.v1 import decisions_pb2 as decisions
from router.assignment.queries import WorkItemQueries
from router.model.decision import Decision, Outcome
from router.rpc.messages import decision_message
from router.rpc.submissions import DURABILITIES
from store.durability import DurabilityStatus

_EXPLAINED = frozenset({Outcome.WAITING, Outcome.UNROUTED})


class Describing:
    """Writes decisions.

    Parameters
    ----------
    queries
        Explains them.
    durability
        Says what they survive.
    """

    def __init__(self, queries: WorkItemQueries, durability: DurabilityStatus) -> None:
        self._queries = queries
        self._durability = durability

    async def message(self, tenant: str, decision: Decision, *, full: bool) -> decisions.Decision:
        """Write a decision in full or not; where nobody was found, always with the summary of refusals."""
        explained = full or decision.outcome in _EXPLAINED
        explanation = await self._queries.explanation(tenant, decision) if explained else None
        message = decision_message(tenant, decision, explanation, full=full)
        if decision.number:
            message.durability = DURABILITIES[self._durability.level]
        return message
