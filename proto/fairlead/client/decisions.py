"""Decisions, and how fair they are."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.client.calls import PAGE, Calls, view
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import fairness_pb2 as fairness


class DecisionCalls(Calls):
    """DecisionService and FairnessService."""

    def get_decision(self, decision: str | int) -> decisions.Decision:
        """Get a decision without the refused candidates."""
        return self._decision(decision, full=False)

    def explain(self, decision: str | int) -> decisions.Decision:
        """Get a decision with every candidate, all reasons, and the rule's predicates."""
        return self._decision(decision, full=True)

    def list_decisions(
        self, *, work_item: str = "", filter: str = "", full: bool = False  # noqa: A002 (as the contract calls it)
    ) -> Iterator[decisions.Decision]:  # fmt: skip
        """List decisions, newest first: all, those about one work item, or those that a filter holds for, e.g.
        ``pool = east AND decide_time >= 2026-11-01T00:00:00Z``.
        """
        request = decisions.ListDecisionsRequest(parent=self.parent, page_size=PAGE, filter=filter, view=view(full))
        request.work_item = self._name("workItems", work_item) if work_item else ""
        for page in self._connection.pages("DecisionService/ListDecisions", request, decisions.ListDecisionsResponse):
            yield from page.decisions

    def fairness(self, pool: str) -> fairness.FairnessReport:
        """Report how far every member of a pool is from a fair share, and the bound of that distance."""
        request = fairness.GetFairnessReportRequest(pool=self._name("pools", pool))
        return self._connection.call("FairnessService/GetFairnessReport", request, fairness.FairnessReport)

    def _decision(self, decision: str | int, *, full: bool) -> decisions.Decision:
        request = decisions.GetDecisionRequest(name=self._name("decisions", str(decision)), view=view(full))
        return self._connection.call("DecisionService/GetDecision", request, decisions.Decision)
