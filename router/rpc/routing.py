"""RoutingService: work items in, decisions out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile

from google.longrunning.operations_pb2 import Operation

from failures import Failure, shown
from fairlead.v1 import activities_pb2
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import queue_pb2 as queue
from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from gateway.calls.call import Call
from gateway.calls.shared_answers import SharedAnswer
from gateway.calls.status import status_of
from gateway.filters.fields import Filter
from resource_names import tenant_of
from router.assignment.commands import ReassignRequest, ReopenRequest, RouteRequest
from router.assignment.comparison import KnownItem
from router.assignment.queries import StoredItem, WorkItemQueries
from router.assignment.reopening import Reopening
from router.assignment.service import Router
from router.assignment.updating import Updating
from router.model.decision import Decision, Outcome
from router.model.errors import InvalidInput
from router.model.workitem import State
from router.offers.service import OfferService
from router.rpc.activities import ActivityAnswers
from router.rpc.bulk import BulkReassigner, bulk_request
from router.rpc.changes import WatchAnswers
from router.rpc.fields import MAX_NOTE, etag_number, view_of
from router.rpc.imports import Importer, imported_items
from router.rpc.lists import WORK_ITEMS, read_filter, wanted
from router.rpc.messages import (
    natural_key,
    received_message,
    route_request,
    with_children,
    work_item_message,
)
from router.rpc.offer_answers import OfferAnswers
from router.rpc.pool_scope import PoolScope
from router.rpc.presenter import DecisionPresenter
from router.rpc.process_answers import ProcessAnswers
from router.rpc.submissions import receipt_message
from router.rpc.updates import advance_request, in_advance, update_request
from router.submission.ports import Submission
from router.submission.service import SubmissionService
from store.durability import Durability
from workqueue.jobs import Receipt

MAX_BATCH = 1000
_RESOLUTIONS = {
    routing.CompleteWorkItemRequest.RESOLUTION_UNSPECIFIED: State.CLOSED,
    routing.CompleteWorkItemRequest.RESOLUTION_CONVERTED: State.CONVERTED,
    routing.CompleteWorkItemRequest.RESOLUTION_DISQUALIFIED: State.DISQUALIFIED,
    routing.CompleteWorkItemRequest.RESOLUTION_CLOSED: State.CLOSED,
}
_STATES: dict[int, State | None] = {
    number: State(name.removeprefix("STATE_")) if number else None for name, number in routing.WorkItem.State.items()
}
_NEVER = -1
"""No event has this number: what expects it is stale."""


class RoutingServicer:
    """Answers RoutingService; errors are raised and become statuses in ``gateway.calls.pipeline``."""

    def __init__(
        self,
        router: Router,
        reopening: Reopening,
        updating: Updating,
        queries: WorkItemQueries,
        submissions: SubmissionService,
        watches: WatchAnswers,
        presenter: DecisionPresenter,
        importer: Importer,
        bulk: BulkReassigner,
        activities: ActivityAnswers,
        offers: OfferService,
        process: ProcessAnswers,
        scope: PoolScope,
    ) -> None:
        self._scope = scope
        self._process = process
        self._router = router
        self._reopening = reopening
        self._updating = updating
        self._queries = queries
        self._submissions = submissions
        self._watches = watches
        self._presenter = presenter
        self._importer = importer
        self._bulk = bulk
        self._activities = activities
        self._offers = offers
        self._offer_answers = OfferAnswers(offers)

    async def RouteWorkItem(self, request: routing.RouteWorkItemRequest, call: Call) -> decisions.Decision:
        tenant, view = tenant_of(request.parent), view_of(request)
        wish = route_request(request, call.actor)
        decision = await self._router.route(tenant, wish, preview=request.validate_only)
        is_known = _is_known(decision)
        known = await self._known(tenant, [wish], [decision]) if is_known else {}
        return await self._presenter.message(call, tenant, decision, view, known.get(0))

    async def BatchRouteWorkItems(
        self, request: routing.BatchRouteWorkItemsRequest, call: Call
    ) -> routing.BatchRouteWorkItemsResponse:
        tenant = tenant_of(request.parent)
        _check_size(len(request.requests))
        read = [_read(request.parent, single, call.actor) for single in request.requests]
        answers: dict[int, Decision | Failure] = {}
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
        given = [answers[place] if isinstance(wish, RouteRequest) else wish for place, wish in enumerate(read)]
        known = await self._known(tenant, read, given)
        results = []
        for place, (single, answer) in enumerate(zip(request.requests, given, strict=True)):
            if isinstance(answer, Failure):
                results.append(routing.RouteResult(error=status_of(answer)))
            else:
                message = await self._presenter.message(call, tenant, answer, view_of(single), known.get(place))
                results.append(routing.RouteResult(decision=message))
        return routing.BatchRouteWorkItemsResponse(results=results)

    async def _known(
        self, tenant: str, wishes: Sequence[RouteRequest | Failure], answers: Sequence[Decision | Failure]
    ) -> Mapping[int, KnownItem | None]:
        """Compare what was sent with what is stored, by place, where an answer is that somebody owned it already."""
        owned = {
            place: (wish.item, answer)
            for place, (wish, answer) in enumerate(zip(wishes, answers, strict=True))
            if isinstance(answer, Decision) and _is_known(answer) and isinstance(wish, RouteRequest)
        }
        if not owned:
            return {}
        return dict(zip(owned, await self._queries.known(tenant, [*owned.values()]), strict=True))

    async def SubmitWorkItem(self, request: routing.SubmitWorkItemRequest, call: Call) -> queue.Submission:
        tenant = tenant_of(request.parent)
        receipt = await self._submissions.submit(
            tenant, route_request(request, call.actor), preview=request.validate_only
        )
        return receipt_message(tenant, receipt, self._submissions.durability)

    async def BatchSubmitWorkItems(
        self, request: routing.BatchSubmitWorkItemsRequest, call: Call
    ) -> routing.BatchSubmitWorkItemsResponse:
        tenant = tenant_of(request.parent)
        _check_size(len(request.requests))
        answers: dict[int, Receipt | Failure] = {}
        wishes: dict[int, RouteRequest] = {}
        for place, single in enumerate(request.requests):
            wish = _read(request.parent, single, call.actor)
            if isinstance(wish, Failure):
                answers[place] = wish
            else:
                wishes[place] = wish
        for preview in (False, True):
            places = [place for place in wishes if request.requests[place].validate_only is preview]
            if places:
                chosen = [wishes[place] for place in places]
                receipts = await self._submissions.submit_many(tenant, chosen, preview=preview)
                answers.update(zip(places, receipts, strict=True))
        durability = self._submissions.durability
        return routing.BatchSubmitWorkItemsResponse(
            results=[_submit_result(tenant, answers[place], durability) for place in range(len(request.requests))]
        )

    async def GetWorkItem(self, request: routing.GetWorkItemRequest, call: Call) -> routing.WorkItem:
        tenant, item_ids = self._named(request)
        item = await self._submissions.item(tenant, *item_ids)
        if isinstance(item, Submission):
            call.check_own("")
            call.check_pools(frozenset())
            return received_message(tenant, item)
        call.check_own(await self._offers.whose(tenant, item.record, call.only_rep))
        await self._scope.check_item(call, tenant, item)
        return await self._with_children(tenant, await self._process.message(tenant, item))

    async def _with_children(self, tenant: str, message: routing.WorkItem) -> routing.WorkItem:
        item_id = message.name.rpartition("/")[2]
        return with_children(tenant, message, await self._queries.children(tenant, item_id) if message.process else ())

    def _named(self, request: routing.GetWorkItemRequest) -> tuple[str, Sequence[str]]:
        """Read which work item is asked for, by which of its two ways: the ids that it may have."""
        by_key = [field for field in ("parent", "source", "external_id") if getattr(request, field)]
        if request.name and by_key:
            raise InvalidInput.of("name", f"must be empty beside {', '.join(by_key)}: ask by one or by the other")
        if not by_key:
            tenant, item_id = fields.name_of(request.name, "workItems")
            return tenant, [item_id]
        tenant = tenant_of(request.parent)
        return tenant, self._submissions.ids_of(*natural_key(request.source, request.external_id))

    async def ListWorkItems(self, request: routing.ListWorkItemsRequest, call: Call) -> routing.ListWorkItemsResponse:
        tenant = tenant_of(request.parent)
        owner = fields.reference(request.owner, "reps", tenant, "owner") if request.owner else call.only_rep
        call.check_own(owner)
        if request.state not in _STATES:
            allowed = ", ".join(routing.WorkItem.State.keys()[1:])
            raise InvalidInput.of("state", f"{request.state}: must be one of {allowed}, or absent")
        asked = await read_filter(WORK_ITEMS, request.filter, tenant, call)
        if call.only_rep and (_STATES[request.state] or asked.only("state")) == State.OFFERED:
            return await self._own_offers(request, tenant, call.only_rep, asked)
        page, position = await self._queries.items(
            tenant,
            after=fields.page_number(request.page_token, asked.text),
            count=fields.page_size(request.page_size),
            owner=owner or asked.only("owner") or None,
            state=_STATES[request.state],
            wanted=wanted(asked, "create_time", await self._scope.view(call, tenant)),
        )
        work_items = list(takewhile(fields.PageRoom().takes, (work_item_message(tenant, stored) for stored in page)))
        if len(work_items) < len(page):
            position = page[len(work_items) - 1].record.first
        token = fields.page_token(position, asked.text)
        return routing.ListWorkItemsResponse(work_items=work_items, next_page_token=token)

    async def _own_offers(
        self, request: routing.ListWorkItemsRequest, tenant: str, rep: str, asked: Filter[StoredItem]
    ) -> routing.ListWorkItemsResponse:
        """List what is offered to a rep who asks: nobody owns it yet, and it is theirs to see."""
        after, count = fields.page_number(request.page_token, asked.text), fields.page_size(request.page_size)
        offered = sorted((await self._offers.work(tenant, rep)).items, key=lambda item: item.record.first)
        kept = [item for item in offered if item.record.first > after and asked.holds(item)]
        listed = (work_item_message(tenant, item) for item in kept[:count])
        work_items = list(takewhile(fields.PageRoom().takes, listed))
        position = kept[len(work_items) - 1].record.first if len(work_items) < len(kept) else None
        token = fields.page_token(position, asked.text)
        return routing.ListWorkItemsResponse(work_items=work_items, next_page_token=token)

    async def ReassignWorkItem(self, request: routing.ReassignWorkItemRequest, call: Call) -> decisions.Decision:
        tenant, item_id = fields.name_of(request.name, "workItems")
        view = view_of(request)
        wish = ReassignRequest(
            item_id=item_id,
            rep=fields.reference(request.rep, "reps", tenant, "rep") if request.rep else "",
            note=fields.text(request.note, MAX_NOTE, "note"),
            expected=etag_number(request.etag),
            request_id=fields.request_id(request),
            actor=call.actor,
        )
        decision = await self._router.reassign(tenant, wish, preview=request.validate_only)
        return await self._presenter.message(call, tenant, decision, view)

    async def BatchReassignWorkItems(self, request: routing.BatchReassignWorkItemsRequest, call: Call) -> Operation:
        tenant, wish = await bulk_request(request, call)
        return await self._bulk.begin(tenant, request, wish)

    async def UpdateWorkItem(self, request: routing.UpdateWorkItemRequest, call: Call) -> routing.WorkItem:
        tenant, wish = update_request(request, call.actor)
        stored = await self._updating.update(tenant, wish, preview=request.validate_only)
        return await self._process.updated(tenant, stored, work_item_message(tenant, stored))

    async def AdvanceWorkItem(self, request: routing.AdvanceWorkItemRequest, call: Call) -> routing.WorkItem:
        tenant, wish = advance_request(request, call.actor, by_owner=bool(call.only_rep))
        wish = replace(wish, expected=await self._expected(call, tenant, wish.item_id, wish.expected))
        try:
            advanced = await self._process.advance(tenant, wish, preview=request.validate_only)
        except InvalidInput as error:
            raise in_advance(error) from None
        return await self._with_children(tenant, advanced)

    async def CompleteWorkItem(self, request: routing.CompleteWorkItemRequest, call: Call) -> routing.WorkItem:
        tenant, item_id = fields.name_of(request.name, "workItems")
        state = _RESOLUTIONS.get(request.resolution)
        if state is None:
            allowed = ", ".join(routing.CompleteWorkItemRequest.Resolution.keys()[1:])
            raise InvalidInput.of("resolution", f"{request.resolution}: must be one of {allowed}")
        request_id = fields.request_id(request)
        stored = await self._router.complete(
            tenant,
            item_id,
            state,
            expected=await self._expected(call, tenant, item_id, etag_number(request.etag)),
            request_id=request_id,
            actor=call.actor,
            preview=request.validate_only,
            check=partial(self._process.closing.check, tenant, item_id, state, request_id),
        )
        return await self._with_children(tenant, work_item_message(tenant, stored))

    async def ImportWorkItems(self, request: routing.ImportWorkItemsRequest, call: Call) -> Operation:
        tenant = tenant_of(request.parent)
        entries = imported_items(request, tenant)
        return await self._importer.begin(tenant, request, entries, call.actor)

    async def PauseWorkItem(self, request: routing.PauseWorkItemRequest, call: Call) -> routing.Pause:
        return await self._process.pause(request, call)

    async def ResumeWorkItem(self, request: routing.ResumeWorkItemRequest, call: Call) -> routing.Pause:
        return await self._process.resume(request, call)

    async def ApproveWorkItem(self, request: routing.ApproveWorkItemRequest, call: Call) -> routing.WorkItem:
        return await self._process.approve(request, call)

    async def RejectWorkItem(self, request: routing.RejectWorkItemRequest, call: Call) -> routing.WorkItem:
        return await self._process.reject(request, call)

    async def RecordSatisfaction(self, request: routing.RecordSatisfactionRequest, call: Call) -> routing.WorkItem:
        return await self._process.satisfaction(request, call)

    async def AcceptWorkItem(self, request: routing.AcceptWorkItemRequest, call: Call) -> routing.WorkItem:
        return await self._offer_answers.answer(request, call)

    async def DeclineWorkItem(self, request: routing.DeclineWorkItemRequest, call: Call) -> routing.WorkItem:
        return await self._offer_answers.answer(request, call)

    async def ReopenWorkItem(self, request: routing.ReopenWorkItemRequest, call: Call) -> decisions.Decision:
        tenant, item_id = fields.name_of(request.name, "workItems")
        view = view_of(request)
        wish = ReopenRequest(
            item_id=item_id,
            reason=fields.text(request.reason, MAX_NOTE, "reason"),
            expected=etag_number(request.etag),
            request_id=fields.request_id(request),
            actor=call.actor,
        )
        decision = await self._reopening.reopen(tenant, wish, preview=request.validate_only)
        return await self._presenter.message(call, tenant, decision, view)

    async def WatchWorkItems(
        self, request: routing.WatchWorkItemsRequest, _: Call
    ) -> AsyncIterator[routing.WatchWorkItemsResponse | Sequence[SharedAnswer]]:
        async for answer in self._watches.stream(request):
            yield answer

    async def RecordActivity(
        self, request: activities_pb2.RecordActivityRequest, call: Call
    ) -> activities_pb2.Activity:
        return await self._activities.record(request, call)

    async def ListMyWork(self, request: routing.ListMyWorkRequest, call: Call) -> routing.ListMyWorkResponse:
        answer = await self._activities.my_work(request, call)
        if not request.page_token:
            await self._offer_answers.add_work(request, answer)
        return answer

    async def ListAgenda(
        self, request: activities_pb2.ListAgendaRequest, call: Call
    ) -> activities_pb2.ListAgendaResponse:
        return await self._activities.agenda(request, call)

    async def GetTimeline(self, request: routing.GetTimelineRequest, call: Call) -> routing.GetTimelineResponse:
        return await self._activities.timeline(request, call)

    async def _expected(self, call: Call, tenant: str, item_id: str, etag: int | None) -> int | None:
        """Return the event that must be the latest one: the etag's, and for a rep one at which it is their own."""
        if not call.only_rep:
            return etag
        stored = await self._queries.item(tenant, item_id)
        call.check_own(stored.record.owner)
        return stored.record.version if etag in (None, stored.record.version) else _NEVER


def _is_known(decision: Decision) -> bool:
    """Say whether an answer is that somebody owned the work item already, or was offered it."""
    return decision.outcome is Outcome.EXISTING_OWNER or decision.is_known


def _check_size(requests: int) -> None:
    if not 1 <= requests <= MAX_BATCH:
        raise InvalidInput.of("requests", f"{requests} requests: must be 1 to {MAX_BATCH}")


def _submit_result(tenant: str, answer: Receipt | Failure, durability: Durability) -> routing.SubmitResult:
    if isinstance(answer, Failure):
        return routing.SubmitResult(error=status_of(answer))
    return routing.SubmitResult(submission=receipt_message(tenant, answer, durability))


def _read(
    parent: str, single: routing.RouteWorkItemRequest | routing.SubmitWorkItemRequest, actor: str
) -> RouteRequest | Failure:
    if single.parent and single.parent != parent:
        return InvalidInput.of("parent", f"{shown(single.parent)}: must be empty or {parent}, as the batch's")
    try:
        if isinstance(single, routing.RouteWorkItemRequest):
            view_of(single)
        return route_request(single, actor)
    except Failure as error:
        return error
