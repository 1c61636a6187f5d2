"""FairnessService: how far everybody is from a fair share."""

from __future__ import annotations

import math
from collections.abc import Mapping

from fairlead.v1 import fairness_pb2 as messages
from gateway import fields
from gateway.calls.call import Call
from router.fairness.period import PeriodPart
from router.fairness.report import Fairness, FairnessReport
from router.model.decision import Way
from router.rpc.fields import period

_Request = messages.GetFairnessReportRequest


class FairnessServicer:
    """Answers FairnessService."""

    def __init__(self, fairness: Fairness) -> None:
        self._fairness = fairness

    async def GetFairnessReport(self, request: _Request, _: Call) -> messages.FairnessReport:
        tenant, pool_id = fields.name_of(request.pool, "pools", "pool")
        start, end = period(request)
        asked = f"{start} {end}" if (start, end) != (-math.inf, math.inf) else ""
        before = fields.page_number(request.page_token, asked, of="start_time or end_time") or None
        message = _report_message(tenant, request.pool, await self._fairness.report(tenant, pool_id))
        if asked:
            part = await self._fairness.period(tenant, pool_id, from_ms=start, until_ms=end, before=before)
            message.period.CopyFrom(_period_message(tenant, part, fields.page_token(part.below, asked)))
        return message


def _named(tenant: str, by_rep: Mapping[str, float]) -> dict[str, float]:
    return {f"tenants/{tenant}/reps/{rep}": amount for rep, amount in by_rep.items()}


def _report_message(tenant: str, pool: str, report: FairnessReport) -> messages.FairnessReport:
    return messages.FairnessReport(
        pool=pool,
        bound=report.bound,
        observed=messages.ObservedFairness(
            worst=report.worst, worst_ever=report.worst_ever, per_rep=_named(tenant, report.deficits)
        ),
        entitled=_named(tenant, report.entitled),
        received=_named(tenant, report.received),
        weights=_named(tenant, report.weights),
        jain_index=report.jain_index,
        decisions=report.decisions,
        overrides=report.overrides,
        disturbance=report.disturbance,
        largest_charge=report.largest_charge,
        band=report.band,
        largest_offered=report.largest_offered,
        largest_entitled=report.largest_entitled,
        received_by={
            f"tenants/{tenant}/reps/{rep}": messages.ReceivedBy(
                greedy=by[Way.GREEDY], apart=by[Way.APART], override=by[Way.OVERRIDE]
            )
            for rep, by in report.received_by.items()
        },
    )


def _period_message(tenant: str, part: PeriodPart, token: str) -> messages.PeriodFairness:
    return messages.PeriodFairness(
        entitled=_named(tenant, part.entitled),
        received=_named(tenant, part.received),
        charged=part.charged,
        decisions=part.decisions,
        overrides=part.overrides,
        next_page_token=token,
    )
