"""FairnessService: how far everybody is from a fair share."""

from __future__ import annotations

from collections.abc import Mapping

from fairlead.v1 import fairness_pb2 as messages
from gateway import fields
from gateway.grpc.call import Call
from router.fairness.report import Fairness


class FairnessServicer:
    """Answers FairnessService."""

    def __init__(self, fairness: Fairness) -> None:
        self._fairness = fairness

    async def GetFairnessReport(self, request: messages.GetFairnessReportRequest, _: Call) -> messages.FairnessReport:
        tenant, pool_id = fields.name_of(request.pool, "pools", "pool")
        report = await self._fairness.report(tenant, pool_id)

        def named(by_rep: Mapping[str, float]) -> dict[str, float]:
            return {f"tenants/{tenant}/reps/{rep}": amount for rep, amount in by_rep.items()}

        return messages.FairnessReport(
            pool=request.pool,
            bound=report.bound,
            observed=messages.ObservedFairness(
                worst=report.worst, worst_ever=report.worst_ever, per_rep=named(report.deficits)
            ),
            entitled=named(report.entitled),
            received=named(report.received),
            weights=named(report.weights),
            jain_index=report.jain_index,
            decisions=report.decisions,
            overrides=report.overrides,
            disturbance=report.disturbance,
            largest_charge=report.largest_charge,
            band=report.band,
        )
