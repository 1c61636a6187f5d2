"""Decisions, and how fair they are."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.client.calls import PAGE, Calls, view
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import fairness_pb2 as fairness


class DecisionCalls(Calls):
    """DecisionService and FairnessService."""

    def get_decision(self, decision: str | int, *, language: str = "") -> decisions.Decision:
        """Get a decision without the refused candidates; in a ``language``, with one sentence that explains it."""
        return self._decision(decision, full=False, language=language)

    def explain(self, decision: str | int, *, language: str = "en") -> decisions.Decision:
        """Get a decision with every candidate, all reasons, the rule's predicates, and all that in words."""
        return self._decision(decision, full=True, language=language)

    def list_decisions(
        self, *, work_item: str = "", full: bool = False, language: str = ""
    ) -> Iterator[decisions.Decision]:
        """List decisions, newest first: all, or those about one work item; in words, in a ``language`` or in full."""
        request = decisions.ListDecisionsRequest(
            parent=self.parent, page_size=PAGE, view=view(full), language_code=language
        )
        request.work_item = self._name("workItems", work_item) if work_item else ""
        for page in self._connection.pages("DecisionService/ListDecisions", request, decisions.ListDecisionsResponse):
            yield from page.decisions

    def fairness(self, pool: str) -> fairness.FairnessReport:
        """Report how far every member of a pool is from a fair share, and the bound of that distance."""
        request = fairness.GetFairnessReportRequest(pool=self._name("pools", pool))
        return self._connection.call("FairnessService/GetFairnessReport", request, fairness.FairnessReport)

    def _decision(self, decision: str | int, *, full: bool, language: str) -> decisions.Decision:
        name = self._name("decisions", str(decision))
        request = decisions.GetDecisionRequest(name=name, view=view(full), language_code=language)
        return self._connection.call("DecisionService/GetDecision", request, decisions.Decision)
