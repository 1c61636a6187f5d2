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
from tests.contract.states.firm import REPS, Firm
from tests.contract.states.standings import Complete, answer_offer, erase, goes_on_leave, leave_of

OK = "OK"
"""What is answered where nothing is decided."""
NONE = "NONE"
"""What is answered where no work item is meant."""
Happens = Callable[[Firm], Awaitable["str | Told"]]
PRESENT: Mapping[str, Sequence[str]] = {"all": REPS, "others": ("bo", "cy"), "ann": ("ann",), "nobody": ()}
"""Who is there when it happens; ``others`` than ann, who has it wherever somebody has."""
_ALL = tuple(PRESENT)
_SOME = ("all", "nobody")
_OR_ANN = ("all", "ann", "nobody")


class Event(NamedTuple):
    """What happens: by which method, for which cause if it makes a decision, and who may be there when it does."""

    happens: Happens
    method: str = ""
    cause: Cause | None = None
    present: Sequence[str] = ("all",)


class Told(NamedTuple):
    """What a decision that is answered says: what came of it, of whom, and the epoch."""

    outcome: str
    rep: str
    epoch: int


def told(decision: decisions.Decision) -> Told:
    """Return what a decision says."""
    outcome = decisions.Decision.Outcome.Name(decision.outcome).removeprefix("OUTCOME_")
    return Told(outcome, last(decision.rep), decision.epoch)


def code(status: Status) -> str:
    """Return the code of an error."""
    return str(code_pb2.Code.Name(status.code))


async def answer(event: Event, firm: Firm) -> str | Told:
    """Have it happen; return what is answered, or the code of the error."""
    try:
        return await event.happens(firm)
    except grpc.aio.AioRpcError as error:
        return error.code().name


async def _route(firm: Firm) -> Told:
    return told(await firm.route())


async def _other_data(firm: Firm) -> Told:
    return told(await firm.route(patience="long" if firm.patience == "short" else "short"))


async def _other_spelling(firm: Firm) -> Told:
    return told(await firm.route(external_id=" l-1 ", source="ＣＲＭ"))


async def _route_in_batch(firm: Firm) -> str | Told:
    (result,) = await firm.api.route_batch([firm.wish()])
    return code(result.error) if result.HasField("error") else told(result.decision)


async def _submit(firm: Firm) -> str:
    request = routing.SubmitWorkItemRequest(parent=firm.api.parent, work_item=firm.content())
    await firm.api.routing.SubmitWorkItem(request)
    await firm.service.work(firm.api.tenant)
    return OK


async def _submit_in_batch(firm: Firm) -> str:
    wish = routing.SubmitWorkItemRequest(work_item=firm.content())
    request = routing.BatchSubmitWorkItemsRequest(parent=firm.api.parent, requests=[wish])
    (result,) = (await firm.api.routing.BatchSubmitWorkItems(request)).results
    await firm.service.work(firm.api.tenant)
    return code(result.error) if result.HasField("error") else OK


def _reassign(rep: str = "", etag: str = "") -> Happens:
    async def reassign(firm: Firm) -> Told:
        name = firm.api.rep_name(rep) if rep else ""
        return told(await firm.api.reassign(firm.item, rep=name, etag=etag))

    return reassign


def _complete(resolution: Complete.Resolution, etag: str = "") -> Happens:
    async def complete(firm: Firm) -> str:
        await firm.api.complete(firm.item, resolution=resolution, etag=etag)
        return OK

    return complete


def _reopen(etag: str = "") -> Happens:
    async def reopen(firm: Firm) -> Told:
        return told(await firm.api.reopen(firm.item, etag=etag))

    return reopen


def _update(etag: str = "", **attributes: str) -> Happens:
    async def update(firm: Firm) -> str:
        item = routing.WorkItem(name=firm.item, attributes=struct(attributes), etag=etag)
        await firm.api.routing.UpdateWorkItem(routing.UpdateWorkItemRequest(work_item=item))
        return OK

    return update


def _import(owner: str) -> Happens:
    async def enter(firm: Firm) -> str:
        response = routing.ImportWorkItemsResponse()
        await _carried_out(firm, await firm.api.routing.ImportWorkItems(firm.imported(owner)), response)
        return code(response.refused[0].error) if response.refused else OK

    return enter


def _reassign_many(rep: str = "") -> Happens:
    async def reassign(firm: Firm) -> str | Told:
        name = firm.api.rep_name(rep) if rep else ""
        request = routing.BatchReassignWorkItemsRequest(parent=firm.api.parent, filter="source = crm", rep=name)
        response = routing.BatchReassignWorkItemsResponse()
        await _carried_out(firm, await firm.api.routing.BatchReassignWorkItems(request), response)
        if not response.results:
            return NONE
        (result,) = response.results
        return told(await firm.api.decision(result.decision)) if result.decision else code(result.error)

    return reassign


async def _carried_out(firm: Firm, begun: operations.Operation, response: Message) -> None:
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
    async def record(firm: Firm) -> str:
        await firm.api.routing.RecordActivity(activities.RecordActivityRequest(name=firm.item, activity=activity))
        return OK

    return record


def _answer(answer: str, rep: str) -> Happens:
    async def reply(firm: Firm) -> str:
        await answer_offer(firm, answer, rep)
        return OK

    return reply


async def _quarter_passes(firm: Firm) -> str:
    await firm.minutes_pass(15)
    return OK


async def _wake(firm: Firm) -> str:
    return "WOKEN" if await firm.service.wake(firm.api.tenant) else OK


async def _fire(firm: Firm) -> str:
    await firm.service.fire(firm.api.tenant)
    return OK


async def _away(firm: Firm) -> str:
    request = calendars.SetRepPresenceRequest(name=firm.api.rep_name("ann"), presence=calendars.PRESENCE_AWAY)
    await firm.api.workforce.SetRepPresence(request)
    return await _wake(firm)


async def _deactivated(firm: Firm) -> str:
    await firm.api.switch("ann", active=False)
    return await _wake(firm)


async def _leaves(firm: Firm) -> str:
    await firm.api.pool_without("east", "ann")
    return await _wake(firm)


async def _erase(firm: Firm) -> str:
    await erase(firm)
    return OK


async def _goes_on_leave(firm: Firm) -> str:
    await goes_on_leave(firm)
    return "COVERED" if await firm.service.hand_over(firm.api.tenant) else OK


async def _returns(firm: Firm) -> str:
    await firm.api.workforce.DeleteAbsence(calendars.DeleteAbsenceRequest(name=leave_of(firm)))
    return "RETURNED" if await firm.service.hand_over(firm.api.tenant) else OK


_CALL = activities.Activity(
    kind=activities.Activity.KIND_CALL, direction=activities.Activity.DIRECTION_OUTBOUND, rep="ann"
)
_NOTE = activities.Activity(kind=activities.Activity.KIND_NOTE, note="asked for a price", rep="ann")
_STALE = '"1000"'
EVENTS: Mapping[str, Event] = {
    "route": Event(_route, "RouteWorkItem", Cause.ROUTED, _ALL),
    "route_other_data": Event(_other_data, "RouteWorkItem", Cause.ROUTED, _SOME),
    "route_other_spelling": Event(_other_spelling, "RouteWorkItem", Cause.ROUTED, _SOME),
    "route_in_batch": Event(_route_in_batch, "BatchRouteWorkItems", Cause.ROUTED, _SOME),
    "submit": Event(_submit, "SubmitWorkItem", Cause.ROUTED, _SOME),
    "submit_in_batch": Event(_submit_in_batch, "BatchSubmitWorkItems", Cause.ROUTED, _SOME),
    "reassign": Event(_reassign(), "ReassignWorkItem", Cause.REASSIGNED, _ALL),
    "reassign_stale": Event(_reassign(etag=_STALE), "ReassignWorkItem"),
    "reassign_to_bo": Event(_reassign("bo"), "ReassignWorkItem", Cause.OVERRIDE, _ALL),
    "reassign_to_ann": Event(_reassign("ann"), "ReassignWorkItem", Cause.OVERRIDE),
    "reassign_to_a_stranger": Event(_reassign("eve"), "ReassignWorkItem"),
    "reassign_many": Event(_reassign_many(), "BatchReassignWorkItems", Cause.REASSIGNED, _SOME),
    "reassign_many_to_bo": Event(_reassign_many("bo"), "BatchReassignWorkItems", Cause.OVERRIDE, _SOME),
    "convert": Event(_complete(Complete.RESOLUTION_CONVERTED), "CompleteWorkItem"),
    "disqualify": Event(_complete(Complete.RESOLUTION_DISQUALIFIED), "CompleteWorkItem"),
    "close": Event(_complete(Complete.RESOLUTION_CLOSED), "CompleteWorkItem"),
    "close_stale": Event(_complete(Complete.RESOLUTION_CLOSED, _STALE), "CompleteWorkItem"),
    "reopen": Event(_reopen(), "ReopenWorkItem", Cause.REOPENED, _ALL),
    "reopen_stale": Event(_reopen(_STALE), "ReopenWorkItem"),
    "update_phone": Event(_update(phone="138"), "UpdateWorkItem", Cause.UPDATED, _SOME),
    "update_region": Event(_update(region="north"), "UpdateWorkItem", Cause.UPDATED, _ALL),
    "update_stale": Event(_update(_STALE, region="north"), "UpdateWorkItem"),
    "import_for_ann": Event(_import("ann"), "ImportWorkItems", Cause.IMPORTED),
    "import_for_bo": Event(_import("bo"), "ImportWorkItems", Cause.IMPORTED, _SOME),
    "call": Event(_record(_CALL), "RecordActivity"),
    "note": Event(_record(_NOTE), "RecordActivity"),
    "accept_as_ann": Event(_answer("Accept", "ann"), "AcceptWorkItem"),
    "accept_as_bo": Event(_answer("Accept", "bo"), "AcceptWorkItem"),
    "decline_as_ann": Event(_answer("Decline", "ann"), "DeclineWorkItem", present=_OR_ANN),
    "decline_as_bo": Event(_answer("Decline", "bo"), "DeclineWorkItem"),
    "quarter_passes": Event(_quarter_passes, present=_OR_ANN),
    "wake": Event(_wake, "", Cause.WOKEN, _ALL),
    "timers": Event(_fire),
    "ann_is_away": Event(_away),
    "ann_is_inactive": Event(_deactivated),
    "ann_leaves_the_pool": Event(_leaves),
    "ann_goes_on_leave": Event(_goes_on_leave, "", Cause.COVERED),
    "ann_is_back": Event(_returns, "", Cause.COVER_ENDED),
    "erase": Event(_erase),
}
