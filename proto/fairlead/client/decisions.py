"""Decisions, and how fair they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fairlead.client.calls import PAGE, Calls, view
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import fairness_pb2 as reports


class DecisionCalls(Calls):
    """DecisionService and FairnessService."""

    def get_decision(self, decision: str | int, *, language: str = "") -> decisions.Decision:
        """Get a decision without the refused candidates; in a ``language``, with one sentence that explains it."""
        return self._decision(decision, full=False, language=language)

    def explain(self, decision: str | int, *, language: str = "en") -> decisions.Decision:
        """Get a decision with every candidate, all reasons, the rule's predicates, and all that in words."""
        return self._decision(decision, full=True, language=language)

    def list_decisions(
        self,
        *,
        work_item: str = "",
        filter: str = "",  # noqa: A002 (as the contract calls it)
        full: bool = False,
        language: str = "",
    ) -> Iterator[decisions.Decision]:
        """List decisions, newest first: all, those about one work item, or those that a filter holds for, e.g.
        ``pool = east AND decide_time >= 2026-11-01T00:00:00Z``; in words, in a ``language`` or in full.
        """
        request = decisions.ListDecisionsRequest(
            parent=self.parent, page_size=PAGE, filter=filter, view=view(full), language_code=language
        )
        request.work_item = self._name("workItems", work_item) if work_item else ""
        for page in self._connection.pages("DecisionService/ListDecisions", request, decisions.ListDecisionsResponse):
            yield from page.decisions

    def fairness(
        self, pool: str, *, start: datetime | None = None, end: datetime | None = None
    ) -> reports.FairnessReport:
        """Report how far every member of a pool is from a fair share, and the bound of that distance.

        Parameters
        ----------
        start, end
            Sum up this period besides, as `period`, ``end`` not included; neither: no period. With time zones.
        """
        request = reports.GetFairnessReportRequest(pool=self._name("pools", pool))
        for field, moment in (("start_time", start), ("end_time", end)):
            if moment is not None:
                getattr(request, field).FromDatetime(moment)
        report = self._fairness_part(request)
        while token := report.period.next_page_token:
            request.page_token = token
            _add(report.period, self._fairness_part(request).period)
        return report

    def _fairness_part(self, request: reports.GetFairnessReportRequest) -> reports.FairnessReport:
        return self._connection.call("FairnessService/GetFairnessReport", request, reports.FairnessReport)

    def _decision(self, decision: str | int, *, full: bool, language: str) -> decisions.Decision:
        name = self._name("decisions", str(decision))
        request = decisions.GetDecisionRequest(name=name, view=view(full), language_code=language)
        return self._connection.call("DecisionService/GetDecision", request, decisions.Decision)


def _add(whole: reports.PeriodFairness, part: reports.PeriodFairness) -> None:
    """Add the next part of a period to those before."""
    for amounts, more in ((whole.entitled, part.entitled), (whole.received, part.received)):
        for rep in more:
            amounts[rep] += more[rep]
    whole.charged += part.charged
    whole.decisions += part.decisions
    whole.overrides += part.overrides
    whole.next_page_token = part.next_page_token
