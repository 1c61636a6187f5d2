"""What may happen to a work item, wherever it stands: who asks for what, by which method, and for which cause."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

import grpc
from google.longrunning import operations_pb2 as operations
from google.protobuf.message import Message
from google.rpc import code_pb2
from google.rpc.status_pb2 import Status

from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.model.decision import Cause
from tests.api import last, struct
from tests.contract.states.firm import REPS, OneItemFirm
from tests.contract.states.standings import Complete, answer_offer, erase, goes_on_leave, leave_of
from tests.contract.test_caps import MINUTE_MS

OK = "OK"
"""What is answered where nothing is decided."""
NONE = "NONE"
"""What is answered where no work item is meant."""
Happens = Callable[[OneItemFirm], Awaitable["str | ToldDecision"]]
PRESENT: Mapping[str, Sequence[str]] = {"all": REPS, "others": ("bo", "cy"), "ann": ("ann",), "nobody": ()}
"""Who is there when it happens; ``others`` than ann, who has it wherever somebody has."""
_ALL = tuple(PRESENT)
_SOME = ("all", "nobody")
_OR_ANN = ("all", "ann", "nobody")


class StateEvent(NamedTuple):
    """What happens: by which method, for which cause if it makes a decision, and who may be there when it does."""

    happens: Happens
    method: str = ""
    cause: Cause | None = None
    present: Sequence[str] = ("all",)


class ToldDecision(NamedTuple):
    """What a decision that is answered says: what came of it, of whom, and the epoch."""

    outcome: str
    rep: str
    epoch: int


def told(decision: decisions.Decision) -> ToldDecision:
    """Return what a decision says."""
    outcome = decisions.Decision.Outcome.Name(decision.outcome).removeprefix("OUTCOME_")
    return ToldDecision(outcome, last(decision.rep), decision.epoch)


def code(status: Status) -> str:
    """Return the code of an error."""
    return str(code_pb2.Code.Name(status.code))


async def answer(event: StateEvent, firm: OneItemFirm) -> str | ToldDecision:
    """Have it happen; return what is answered, or the code of the error."""
    try:
        return await event.happens(firm)
    except grpc.aio.AioRpcError as error:
        return error.code().name


async def _route(firm: OneItemFirm) -> ToldDecision:
    return told(await firm.route())


async def _other_data(firm: OneItemFirm) -> ToldDecision:
    return told(await firm.route(patience="long" if firm.patience == "short" else "short"))


async def _other_spelling(firm: OneItemFirm) -> ToldDecision:
    return told(await firm.route(external_id=" l-1 ", source="ＣＲＭ"))


async def _route_in_batch(firm: OneItemFirm) -> str | ToldDecision:
    (result,) = await firm.api.route_batch([firm.wish()])
    return code(result.error) if result.HasField("error") else told(result.decision)


async def _submit(firm: OneItemFirm) -> str:
    request = routing.SubmitWorkItemRequest(parent=firm.api.parent, work_item=firm.content())
    await firm.api.routing.SubmitWorkItem(request)
    await firm.service.work(firm.api.tenant)
    return OK


async def _submit_in_batch(firm: OneItemFirm) -> str:
    wish = routing.SubmitWorkItemRequest(work_item=firm.content())
    request = routing.BatchSubmitWorkItemsRequest(parent=firm.api.parent, requests=[wish])
    (result,) = (await firm.api.routing.BatchSubmitWorkItems(request)).results
    await firm.service.work(firm.api.tenant)
    return code(result.error) if result.HasField("error") else OK


def _reassign(rep: str = "", etag: str = "") -> Happens:
    async def reassign(firm: OneItemFirm) -> ToldDecision:
        name = firm.api.rep_name(rep) if rep else ""
        return told(await firm.api.reassign(firm.item, rep=name, etag=etag))

    return reassign


def _complete(resolution: Complete.Resolution, etag: str = "") -> Happens:
    async def complete(firm: OneItemFirm) -> str:
        await firm.api.complete(firm.item, resolution=resolution, etag=etag)
        return OK

    return complete


def _reopen(etag: str = "") -> Happens:
    async def reopen(firm: OneItemFirm) -> ToldDecision:
        return told(await firm.api.reopen(firm.item, etag=etag))

    return reopen


def _update(etag: str = "", **attributes: str) -> Happens:
    async def update(firm: OneItemFirm) -> str:
        item = routing.WorkItem(name=firm.item, attributes=struct(attributes), etag=etag)
        await firm.api.routing.UpdateWorkItem(routing.UpdateWorkItemRequest(work_item=item))
        return OK

    return update


def _advance(stage: str, etag: str = "") -> Happens:
    async def advance(firm: OneItemFirm) -> str:
        wish = routing.AdvanceWorkItemRequest(name=firm.item, stage=stage, etag=etag)
        await firm.api.routing.AdvanceWorkItem(wish)
        return OK

    return advance


def _import(owner: str) -> Happens:
    async def enter(firm: OneItemFirm) -> str:
        response = routing.ImportWorkItemsResponse()
        await _carried_out(firm, await firm.api.routing.ImportWorkItems(firm.imported(owner)), response)
        return code(response.refused[0].error) if response.refused else OK

    return enter


def _reassign_many(rep: str = "") -> Happens:
    async def reassign(firm: OneItemFirm) -> str | ToldDecision:
        name = firm.api.rep_name(rep) if rep else ""
        request = routing.BatchReassignWorkItemsRequest(parent=firm.api.parent, filter="source = crm", rep=name)
        response = routing.BatchReassignWorkItemsResponse()
        await _carried_out(firm, await firm.api.routing.BatchReassignWorkItems(request), response)
        if not response.results:
            return NONE
        (result,) = response.results
        return told(await firm.api.decision(result.decision)) if result.decision else code(result.error)

    return reassign


async def _carried_out(firm: OneItemFirm, begun: operations.Operation, response: Message) -> None:
    """Let the workers carry an operation out; put what came of it into a response."""
    await firm.service.work(firm.api.tenant)
    get = firm.api.channel.unary_unary(
        "/google.longrunning.Operations/GetOperation",
        request_serializer=operations.GetOperationRequest.SerializeToString,
        response_deserializer=operations.Operation.FromString,
    )
    ended: operations.Operation = await get(operations.GetOperationRequest(name=begun.name))
    assert ended.response.Unpack(response), ended


def _record(activity: activities.Activity) -> Happens:
    async def record(firm: OneItemFirm) -> str:
        await firm.api.routing.RecordActivity(activities.RecordActivityRequest(name=firm.item, activity=activity))
        return OK

    return record


def _answer(answer: str, rep: str) -> Happens:
    async def reply(firm: OneItemFirm) -> str:
        await answer_offer(firm, answer, rep)
        return OK

    return reply


async def _quarter_passes(firm: OneItemFirm) -> str:
    await firm.minutes_pass(15)
    return OK


async def _wake(firm: OneItemFirm) -> str:
    return "WOKEN" if await firm.service.wake(firm.api.tenant) else OK


async def _fire(firm: OneItemFirm) -> str:
    await firm.service.fire(firm.api.tenant)
    return OK


async def _away(firm: OneItemFirm) -> str:
    request = calendars.SetRepPresenceRequest(name=firm.api.rep_name("ann"), presence=calendars.PRESENCE_AWAY)
    await firm.api.workforce.SetRepPresence(request)
    return await _wake(firm)


async def _deactivated(firm: OneItemFirm) -> str:
    await firm.api.switch("ann", active=False)
    return await _wake(firm)


async def _leaves(firm: OneItemFirm) -> str:
    await firm.api.pool_without("east", "ann")
    return await _wake(firm)


async def _erase(firm: OneItemFirm) -> str:
    await erase(firm)
    return OK


async def _goes_on_leave(firm: OneItemFirm) -> str:
    await goes_on_leave(firm)
    return "COVERED" if await firm.service.hand_over(firm.api.tenant) else OK


async def _returns(firm: OneItemFirm) -> str:
    await firm.api.workforce.DeleteAbsence(calendars.DeleteAbsenceRequest(name=leave_of(firm)))
    return "RETURNED" if await firm.service.hand_over(firm.api.tenant) else OK


async def _escalate(firm: OneItemFirm) -> str | ToldDecision:
    """Let the customer wait for an answer until somebody else is to give it."""
    asked = activities.Activity(kind=activities.Activity.KIND_MESSAGE, direction=activities.Activity.DIRECTION_INBOUND)
    await _record(asked)(firm)
    await firm.clock.set(firm.clock.at_ms + MINUTE_MS)
    events = await firm.events()
    await firm.service.hand_over(firm.api.tenant)
    item = await firm.api.item(firm.item)
    if await firm.events() == events or int(last(item.decision)) <= events:
        return OK
    return told(await firm.api.decision(item.decision))


async def _pause(firm: OneItemFirm) -> str:
    await firm.api.routing.PauseWorkItem(routing.PauseWorkItemRequest(name=firm.item, reason="waiting"))
    return OK


async def _resume(firm: OneItemFirm) -> str:
    await firm.api.routing.ResumeWorkItem(routing.ResumeWorkItemRequest(name=firm.item))
    return OK


async def _approve(firm: OneItemFirm) -> str:
    await firm.api.routing.ApproveWorkItem(routing.ApproveWorkItemRequest(name=firm.item, rep="bo"))
    return OK


async def _reject(firm: OneItemFirm) -> str:
    await firm.api.routing.RejectWorkItem(routing.RejectWorkItemRequest(name=firm.item, rep="bo"))
    return OK


async def _satisfy(firm: OneItemFirm) -> str:
    await firm.api.routing.RecordSatisfaction(routing.RecordSatisfactionRequest(name=firm.item, csat=4))
    return OK


_CALL = activities.Activity(
    kind=activities.Activity.KIND_CALL, direction=activities.Activity.DIRECTION_OUTBOUND, rep="ann"
)
_NOTE = activities.Activity(kind=activities.Activity.KIND_NOTE, note="asked for a price", rep="ann")
_STALE = '"1000"'
EVENTS: Mapping[str, StateEvent] = {
    "route": StateEvent(_route, "RouteWorkItem", Cause.ROUTED, _ALL),
    "route_other_data": StateEvent(_other_data, "RouteWorkItem", Cause.ROUTED, _SOME),
    "route_other_spelling": StateEvent(_other_spelling, "RouteWorkItem", Cause.ROUTED, _SOME),
    "route_in_batch": StateEvent(_route_in_batch, "BatchRouteWorkItems", Cause.ROUTED, _SOME),
    "submit": StateEvent(_submit, "SubmitWorkItem", Cause.ROUTED, _SOME),
    "submit_in_batch": StateEvent(_submit_in_batch, "BatchSubmitWorkItems", Cause.ROUTED, _SOME),
    "reassign": StateEvent(_reassign(), "ReassignWorkItem", Cause.REASSIGNED, _ALL),
    "reassign_stale": StateEvent(_reassign(etag=_STALE), "ReassignWorkItem"),
    "reassign_to_bo": StateEvent(_reassign("bo"), "ReassignWorkItem", Cause.OVERRIDE, _ALL),
    "reassign_to_ann": StateEvent(_reassign("ann"), "ReassignWorkItem", Cause.OVERRIDE),
    "reassign_to_a_stranger": StateEvent(_reassign("eve"), "ReassignWorkItem"),
    "reassign_many": StateEvent(_reassign_many(), "BatchReassignWorkItems", Cause.REASSIGNED, _SOME),
    "reassign_many_to_bo": StateEvent(_reassign_many("bo"), "BatchReassignWorkItems", Cause.OVERRIDE, _SOME),
    "convert": StateEvent(_complete(Complete.RESOLUTION_CONVERTED), "CompleteWorkItem"),
    "disqualify": StateEvent(_complete(Complete.RESOLUTION_DISQUALIFIED), "CompleteWorkItem"),
    "close": StateEvent(_complete(Complete.RESOLUTION_CLOSED), "CompleteWorkItem"),
    "close_stale": StateEvent(_complete(Complete.RESOLUTION_CLOSED, _STALE), "CompleteWorkItem"),
    "reopen": StateEvent(_reopen(), "ReopenWorkItem", Cause.REOPENED, _ALL),
    "reopen_stale": StateEvent(_reopen(_STALE), "ReopenWorkItem"),
    "update_phone": StateEvent(_update(phone="138"), "UpdateWorkItem", Cause.UPDATED, _SOME),
    "update_region": StateEvent(_update(region="north"), "UpdateWorkItem", Cause.UPDATED, _ALL),
    "update_stale": StateEvent(_update(_STALE, region="north"), "UpdateWorkItem"),
    "advance": StateEvent(_advance("talks"), "AdvanceWorkItem", Cause.UPDATED, _SOME),
    "advance_won": StateEvent(_advance("won"), "AdvanceWorkItem"),
    "advance_stale": StateEvent(_advance("talks", _STALE), "AdvanceWorkItem"),
    "pause": StateEvent(_pause, "PauseWorkItem"),
    "resume": StateEvent(_resume, "ResumeWorkItem"),
    "approve": StateEvent(_approve, "ApproveWorkItem"),
    "reject": StateEvent(_reject, "RejectWorkItem"),
    "satisfaction": StateEvent(_satisfy, "RecordSatisfaction"),
    "import_for_ann": StateEvent(_import("ann"), "ImportWorkItems", Cause.IMPORTED),
    "import_for_bo": StateEvent(_import("bo"), "ImportWorkItems", Cause.IMPORTED, _SOME),
    "call": StateEvent(_record(_CALL), "RecordActivity"),
    "note": StateEvent(_record(_NOTE), "RecordActivity"),
    "accept_as_ann": StateEvent(_answer("Accept", "ann"), "AcceptWorkItem"),
    "accept_as_bo": StateEvent(_answer("Accept", "bo"), "AcceptWorkItem"),
    "decline_as_ann": StateEvent(_answer("Decline", "ann"), "DeclineWorkItem", present=_OR_ANN),
    "decline_as_bo": StateEvent(_answer("Decline", "bo"), "DeclineWorkItem"),
    "quarter_passes": StateEvent(_quarter_passes, present=_OR_ANN),
    "wake": StateEvent(_wake, "", Cause.WOKEN, _ALL),
    "timers": StateEvent(_fire),
    "ann_is_away": StateEvent(_away),
    "ann_is_inactive": StateEvent(_deactivated),
    "ann_leaves_the_pool": StateEvent(_leaves),
    "ann_goes_on_leave": StateEvent(_goes_on_leave, "", Cause.COVERED),
    "ann_is_back": StateEvent(_returns, "", Cause.COVER_ENDED),
    "escalate": StateEvent(_escalate, "", Cause.ESCALATED, _ALL),
    "erase": StateEvent(_erase),
}
