"""DecisionService: why, and why not."""

from __future__ import annotations

from typing import Any

import grpc

from fairlead.v1 import decisions_pb2 as decisions
from router.routing import Router
from router.rpc import fields
from router.rpc.routing import described

Context = grpc.aio.ServicerContext[Any, Any]


class DecisionServicer:
    """Answers DecisionService."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def GetDecision(self, request: decisions.GetDecisionRequest, _: Context) -> decisions.Decision:
        """Get one decision."""
        tenant, number = fields.number_of(request.name, "decisions")
        return await described(self._router, tenant, await self._router.decision(tenant, number), request.view)

    async def ListDecisions(
        self, request: decisions.ListDecisionsRequest, _: Context
    ) -> decisions.ListDecisionsResponse:
        """List decisions, newest first."""
        tenant = fields.tenant_of(request.parent)
        item_id = fields.reference(request.work_item, "workItems", tenant, "work_item") if request.work_item else ""
        found, position = await self._router.decisions(
            tenant,
            before=fields.page_number(request.page_token),
            count=fields.page_size(request.page_size),
            item_id=item_id,
        )
        messages = [await described(self._router, tenant, decision, request.view) for decision in found]
        return decisions.ListDecisionsResponse(decisions=messages, next_page_token=fields.page_token(position))
