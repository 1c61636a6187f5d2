"""DecisionService: why, and why not."""

from __future__ import annotations

from fairlead.v1 import decisions_pb2 as decisions
from gateway import fields
from gateway.calls.call import Call
from resource_names import tenant_of
from router.assignment.queries import WorkItemQueries
from router.rpc.fields import view_of
from router.rpc.lists import DECISIONS, read_filter, wanted
from router.rpc.pool_scope import PoolScope
from router.rpc.presenter import DecisionPresenter


class DecisionServicer:
    """Answers DecisionService."""

    def __init__(self, queries: WorkItemQueries, presenter: DecisionPresenter, scope: PoolScope) -> None:
        self._queries = queries
        self._presenter = presenter
        self._scope = scope

    async def GetDecision(self, request: decisions.GetDecisionRequest, call: Call) -> decisions.Decision:
        tenant, number = fields.number_of(request.name, "decisions")
        view = view_of(request)
        decision = await self._queries.decision(tenant, number)
        await self._scope.check_decision(call, tenant, decision)
        return await self._presenter.message(call, tenant, decision, view)

    async def ListDecisions(
        self, request: decisions.ListDecisionsRequest, call: Call
    ) -> decisions.ListDecisionsResponse:
        tenant, view = tenant_of(request.parent), view_of(request)
        item_id = fields.reference(request.work_item, "workItems", tenant, "work_item") if request.work_item else None
        asked = await read_filter(DECISIONS, request.filter, tenant, call)
        page, position = await self._queries.decisions(
            tenant,
            before=fields.page_number(request.page_token, asked.text) or None,
            count=fields.page_size(request.page_size),
            item_id=item_id or asked.only("work_item") or None,
            wanted=wanted(asked, "decide_time", await self._scope.view_of_decisions(call, tenant)),
        )
        messages, room = list[decisions.Decision](), fields.PageRoom()
        for decision in page:
            message = await self._presenter.message(call, tenant, decision, view)
            if not room.takes(message):
                position = page[len(messages) - 1].number
                break
            messages.append(message)
        token = fields.page_token(position, asked.text)
        return decisions.ListDecisionsResponse(decisions=messages, next_page_token=token)
