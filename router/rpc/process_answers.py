"""What RoutingService answers about work items in a process: pauses."""

from __future__ import annotations

from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from gateway.grpc.call import Call
from resource_names import check_id
from router.deadlines.pausing import PauseRequest, Pausing, ToldPause
from router.model.errors import InvalidInput


class ProcessAnswers:
    """Answers the methods about pauses; ``pausing`` are the use cases."""

    def __init__(self, pausing: Pausing) -> None:
        self._pausing = pausing

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


def pause_message(tenant: str, told: ToldPause) -> routing.Pause:
    """Write a pause."""
    return routing.Pause(
        work_item=f"tenants/{tenant}/workItems/{told.item_id}",
        reason=told.pause.reason,
        start_time=fields.timestamp(told.pause.since_ms * 1000),
        end_time=fields.timestamp(told.pause.until_ms * 1000),
        soon_after_customer=told.is_soon,
        actor=told.actor,
    )
