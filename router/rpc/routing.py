"""RoutingService: work items in, decisions out."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from gate.calls import Call
from router.decision import Decision, Outcome
from router.errors import InvalidInput, RouterError
from router.items import State
from router.jobs import ReassignRequest, RouteRequest
from router.lookup import Lookup
from router.routing import Router
from router.rpc import fields
from router.rpc.messages import change_message, decision_message, route_request, work_item_message
from router.rpc.status import status_of
from router.watching import Watching

MAX_BATCH = 1000
_EXPLAINED = frozenset({Outcome.WAITING, Outcome.UNROUTED})
_RESOLUTIONS = {
    routing.CompleteWorkItemRequest.RESOLUTION_UNSPECIFIED: State.CLOSED,
    routing.CompleteWorkItemRequest.RESOLUTION_CONVERTED: State.CONVERTED,
    routing.CompleteWorkItemRequest.RESOLUTION_DISQUALIFIED: State.DISQUALIFIED,
    routing.CompleteWorkItemRequest.RESOLUTION_CLOSED: State.CLOSED,
}
_STATES: dict[int, State | None] = {
    number: State(name.removeprefix("STATE_")) if number else None for name, number in routing.WorkItem.State.items()
}


class RoutingServicer:
    """Answers RoutingService; errors are raised and become statuses in ``gate.door``."""

    def __init__(self, router: Router, lookup: Lookup, watching: Watching) -> None:
        self._router = router
        self._lookup = lookup
        self._watching = watching

    async def RouteWorkItem(self, request: routing.RouteWorkItemRequest, _: Call) -> decisions.Decision:
        """Route one work item."""
        tenant, full = fields.tenant_of(request.parent), fields.wants_full(request.view)
        decision = await self._router.route(tenant, route_request(request), preview=request.validate_only)
        return await described(self._lookup, tenant, decision, full=full)

    async def BatchRouteWorkItems(
        self, request: routing.BatchRouteWorkItemsRequest, _: Call
    ) -> routing.BatchRouteWorkItemsResponse:
        """Route many, each on its own."""
        tenant = fields.tenant_of(request.parent)
        if not 1 <= len(request.requests) <= MAX_BATCH:
            raise InvalidInput.of("requests", f"{len(request.requests)} requests: must be 1 to {MAX_BATCH}")
        read = [_read(request.parent, single) for single in request.requests]
        answers: dict[int, Decision | RouterError] = {}
        for preview in (False, True):
            places = [
                place
                for place, single in enumerate(request.requests)
                if single.validate_only is preview and isinstance(read[place], RouteRequest)
            ]
            wishes = [wish for place in places if isinstance(wish := read[place], RouteRequest)]
            if wishes:
                routed = await self._router.route_many(tenant, wishes, preview=preview)
                answers.update(zip(places, routed, strict=True))
        results = []
        for place, (single, wish) in enumerate(zip(request.requests, read, strict=True)):
            answer = answers[place] if isinstance(wish, RouteRequest) else wish
            if isinstance(answer, RouterError):
                results.append(routing.RouteResult(error=status_of(answer)))
            else:
                full = fields.wants_full(single.view)
                message = await described(self._lookup, tenant, answer, full=full)
                results.append(routing.RouteResult(decision=message))
        return routing.BatchRouteWorkItemsResponse(results=results)

    async def GetWorkItem(self, request: routing.GetWorkItemRequest, _: Call) -> routing.WorkItem:
        """Get one work item."""
        tenant, item_id = fields.name_of(request.name, "workItems")
        return work_item_message(tenant, await self._lookup.item(tenant, item_id))

    async def ListWorkItems(self, request: routing.ListWorkItemsRequest, _: Call) -> routing.ListWorkItemsResponse:
        """List work items, oldest first."""
        tenant = fields.tenant_of(request.parent)
        owner = fields.reference(request.owner, "reps", tenant, "owner") if request.owner else ""
        if request.state not in _STATES:
            allowed = ", ".join(routing.WorkItem.State.keys()[1:])
            raise InvalidInput.of("state", f"{request.state}: must be one of {allowed}, or absent")
        found, position = await self._lookup.items(
            tenant,
            after=fields.page_number(request.page_token),
            count=fields.page_size(request.page_size),
            owner=owner,
            state=_STATES[request.state],
        )
        return routing.ListWorkItemsResponse(
            work_items=[work_item_message(tenant, stored) for stored in found],
            next_page_token=fields.page_token(position),
        )

    async def ReassignWorkItem(self, request: routing.ReassignWorkItemRequest, _: Call) -> decisions.Decision:
        """Move a work item to another owner."""
        tenant, item_id = fields.name_of(request.name, "workItems")
        full = fields.wants_full(request.view)
        wish = ReassignRequest(
            item_id=item_id,
            rep=fields.reference(request.rep, "reps", tenant, "rep") if request.rep else "",
            note=fields.text(request.note, fields.MAX_NOTE, "note"),
            expected=fields.etag_number(request.etag),
            request_id=fields.text(request.request_id, fields.MAX_REQUEST_ID, "request_id"),
        )
        decision = await self._router.reassign(tenant, wish, preview=request.validate_only)
        return await described(self._lookup, tenant, decision, full=full)

    async def CompleteWorkItem(self, request: routing.CompleteWorkItemRequest, _: Call) -> routing.WorkItem:
        """Close a work item."""
        tenant, item_id = fields.name_of(request.name, "workItems")
        state = _RESOLUTIONS.get(request.resolution)
        if state is None:
            allowed = ", ".join(routing.CompleteWorkItemRequest.Resolution.keys()[1:])
            raise InvalidInput.of("resolution", f"{request.resolution}: must be one of {allowed}")
        stored = await self._router.complete(
            tenant,
            item_id,
            state,
            expected=fields.etag_number(request.etag),
            request_id=fields.text(request.request_id, fields.MAX_REQUEST_ID, "request_id"),
            preview=request.validate_only,
        )
        return work_item_message(tenant, stored)

    async def WatchWorkItems(
        self, request: routing.WatchWorkItemsRequest, _: Call
    ) -> AsyncIterator[routing.WatchWorkItemsResponse]:
        """Stream what happens to work items."""
        tenant = fields.tenant_of(request.parent)
        after = fields.resume_number(request.resume_token)
        if after is None:
            after = await self._watching.last(tenant)
        yield routing.WatchWorkItemsResponse(resume_token=fields.resume_token(after))
        async for event in self._watching.changes(tenant, after):
            token = fields.resume_token(event.number)
            yield routing.WatchWorkItemsResponse(resume_token=token, change=change_message(tenant, event))


async def described(lookup: Lookup, tenant: str, decision: Decision, *, full: bool) -> decisions.Decision:
    """Write a decision in full or not; where nobody was found, always with the summary of refusals."""
    if full or decision.outcome in _EXPLAINED:
        return decision_message(tenant, decision, await lookup.explanation(tenant, decision), full=full)
    return decision_message(tenant, decision)


def _read(parent: str, single: routing.RouteWorkItemRequest) -> RouteRequest | RouterError:
    if single.parent and single.parent != parent:
        return InvalidInput.of("parent", f"{fields.shown(single.parent)}: must be empty or {parent}, as the batch's")
    try:
        fields.wants_full(single.view)
        return route_request(single)
    except RouterError as error:
        return error
