"""What RoutingService answers about work items in a process: pauses, what is to be approved, what customers said."""

from __future__ import annotations

from failures import PermissionDenied
from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from gateway.auth.principals import Role
from gateway.calls.call import Call
from resource_names import check_id
from router.assignment.commands import UpdateRequest
from router.assignment.queries import StoredItem
from router.deadlines.approving import Approving, AskedItem, DecideRequest
from router.deadlines.closing import Closing
from router.deadlines.moved import UpdatedDeadlines
from router.deadlines.pausing import PauseRequest, Pausing, ToldPause
from router.deadlines.satisfaction import SatisfactionRequest, Satisfied
from router.model.errors import InvalidInput
from router.model.events import Note
from router.process.stages.satisfaction import SCALES
from router.rpc.deadline_messages import approval_message, moved_message
from router.rpc.fields import MAX_NOTE
from router.rpc.messages import work_item_message


class ProcessAnswers:
    """Answers the methods about stages, pauses, approvals and what customers said.

    Parameters
    ----------
    pausing, approving, satisfied
        The use cases.
    moved
        Says which deadlines an update moved.
    closing
        The use case.
    """

    def __init__(
        self,
        pausing: Pausing,
        approving: Approving,
        satisfied: Satisfied,
        moved: UpdatedDeadlines,
        closing: Closing,
    ) -> None:
        self._pausing = pausing
        self._approving = approving
        self._satisfied = satisfied
        self._moved = moved
        self.closing = closing

    async def updated(self, tenant: str, stored: StoredItem, message: routing.WorkItem) -> routing.WorkItem:
        """Write into a work item's message which deadlines what was just changed of it moved."""
        events = [stored.updated_by] if stored.updated_by else []
        moved = await self._moved.moved_by(tenant, stored.record, events)
        message.moved_deadlines.extend(moved_message(each) for each in moved.get(stored.updated_by, ()))
        return message

    async def advance(self, tenant: str, wish: UpdateRequest, *, preview: bool) -> routing.WorkItem:
        """Have a work item enter a stage, or ask whether it may."""
        item = await self._approving.advance(tenant, wish, preview=preview)
        return await self.updated(tenant, item.stored, _asked_message(tenant, item))

    async def message(self, tenant: str, stored: StoredItem) -> routing.WorkItem:
        """Write a work item with what is asked of it."""
        return _asked_message(tenant, await self._approving.with_asked(tenant, stored))

    async def approve(self, request: routing.ApproveWorkItemRequest, call: Call) -> routing.WorkItem:
        """Approve what is asked."""
        return await self._decide(request, call, is_approved=True)

    async def reject(self, request: routing.RejectWorkItemRequest, call: Call) -> routing.WorkItem:
        """Reject it."""
        return await self._decide(request, call, is_approved=False)

    async def _decide(
        self, request: routing.ApproveWorkItemRequest | routing.RejectWorkItemRequest, call: Call, *, is_approved: bool
    ) -> routing.WorkItem:
        tenant, item_id = fields.name_of(request.name, "workItems")
        wish = DecideRequest(
            item_id,
            is_approved,
            _decider(tenant, request.rep, call),
            fields.text(request.reason, MAX_NOTE, "reason"),
            fields.request_id(request),
            call.actor,
            by_person=call.principal is not None and Role.SERVICE not in call.principal.roles,
        )
        return _asked_message(tenant, await self._approving.decide(tenant, wish, preview=request.validate_only))

    async def pause(self, request: routing.PauseWorkItemRequest, call: Call) -> routing.Pause:
        """Pause deadlines."""
        tenant, item_id = fields.name_of(request.name, "workItems")
        if wrong := check_id(request.reason):
            raise InvalidInput.of("reason", f"{wrong}: it codes why, e.g. waiting-for-customer")
        until_ms = 0
        if request.HasField("until_time"):
            until_ms = int(fields.instant(request.until_time, "until_time").timestamp() * 1000)
        wish = PauseRequest(item_id, request.reason, until_ms, fields.request_id(request), call.actor)
        told = await self._pausing.pause(tenant, wish, preview=request.validate_only, check_owner=call.check_own)
        return pause_message(tenant, told)

    async def resume(self, request: routing.ResumeWorkItemRequest, call: Call) -> routing.Pause:
        """End a pause."""
        tenant, item_id = fields.name_of(request.name, "workItems")
        told = await self._pausing.resume(
            tenant,
            item_id,
            request_id=fields.request_id(request),
            actor=call.actor,
            preview=request.validate_only,
            check_owner=call.check_own,
        )
        return pause_message(tenant, told)

    async def satisfaction(self, request: routing.RecordSatisfactionRequest, call: Call) -> routing.WorkItem:
        """Record what a customer answered."""
        tenant, item_id = fields.name_of(request.name, "workItems")
        name = request.WhichOneof("answer")
        if name is None:
            raise InvalidInput.of("csat", "missing: csat, 1 to 5, or nps, 0 to 10, is required")
        value, scale = getattr(request, name), SCALES[name]
        if value not in scale:
            raise InvalidInput.of(name, f"{value}: must be {scale[0]} to {scale[-1]}")
        comment = fields.text(request.comment, MAX_NOTE, "comment")
        note, request_id = Note(name.upper()), fields.request_id(request)
        wish = SatisfactionRequest(item_id, note, value, comment, request_id, call.actor)
        return work_item_message(tenant, await self._satisfied.record(tenant, wish, preview=request.validate_only))


def _decider(tenant: str, rep: str, call: Call) -> str:
    """Read who decides: whoever is a rep themselves alone.

    Raises
    ------
    InvalidInput
        If nobody is named, and who calls is no rep.
    PermissionDenied
        If who calls is another rep.
    """
    own = call.only_rep or (call.principal.rep if call.principal else "")
    named = fields.reference(rep, "reps", tenant, "rep") if rep else own
    if not named:
        raise InvalidInput.of("rep", "missing: who decides has to be named, for who calls is no rep")
    if own and named != own:
        raise PermissionDenied(f"{call.actor} may only decide as {own}, not as {named}")
    return named


def _asked_message(tenant: str, item: AskedItem) -> routing.WorkItem:
    message = work_item_message(tenant, item.stored)
    if item.approval:
        message.approval.CopyFrom(approval_message(tenant, item.stored, item.approval))
    return message


def pause_message(tenant: str, told: ToldPause) -> routing.Pause:
    """Write a pause."""
    return routing.Pause(
        work_item=f"tenants/{tenant}/workItems/{told.item_id}",
        reason=told.pause.reason,
        start_time=fields.timestamp(told.pause.since_ms * 1000),
        end_time=fields.timestamp(told.pause.until_ms * 1000),
        soon_after_customer=told.is_soon,
        actor=told.actor,
        deadlines=told.deadlines,
    )
