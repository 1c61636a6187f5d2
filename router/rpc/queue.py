"""QueueService: what is submitted and not routed yet."""

from __future__ import annotations

from collections.abc import Sequence

from failures import shown
from fairlead.v1 import queue_pb2 as queue
from gateway import fields
from gateway.calls.call import Call
from resource_names import tenant_of
from router.model.errors import InvalidInput
from router.rpc.submissions import place_of, place_token, queue_message, state_of, submission_message
from router.submission.ports import Intake
from workqueue.jobs import JobState

MAX_NAMED = 1000


class QueueServicer:
    """Answers QueueService; errors are raised and become statuses in ``gateway.calls.pipeline``."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def GetQueue(self, request: queue.GetQueueRequest, _: Call) -> queue.Queue:
        parent, _slash, last = request.name.rpartition("/")
        if last != "queue":
            raise InvalidInput.of("name", f"{shown(request.name)}: must be tenants/{{tenant}}/queue")
        tenant = tenant_of(parent, "name")
        return queue_message(tenant, await self._intake.report(tenant))

    async def ListSubmissions(self, request: queue.ListSubmissionsRequest, _: Call) -> queue.ListSubmissionsResponse:
        tenant, state = tenant_of(request.parent), state_of(request.state)
        size = fields.page_size(request.page_size)
        submissions = await self._intake.listed(tenant, state, place_of(request.page_token), size)
        durability = self._intake.durability
        return queue.ListSubmissionsResponse(
            submissions=[submission_message(tenant, submission, durability) for submission in submissions],
            next_page_token=place_token(submissions[-1] if len(submissions) == size else None),
        )

    async def RedriveSubmissions(
        self, request: queue.RedriveSubmissionsRequest, _: Call
    ) -> queue.RedriveSubmissionsResponse:
        tenant = tenant_of(request.parent)
        named = _named(tenant, request.work_items)
        request_id = fields.request_id(request)
        count = await self._intake.redrive(tenant, named, request_id, preview=request.validate_only)
        return queue.RedriveSubmissionsResponse(redriven_count=count)

    async def PurgeSubmissions(self, request: queue.PurgeSubmissionsRequest, _: Call) -> queue.PurgeSubmissionsResponse:
        tenant, state = tenant_of(request.parent), state_of(request.state)
        if state is JobState.LEASED:
            raise InvalidInput.of("state", "STATE_LEASED: must be STATE_READY, STATE_DELAYED or STATE_DEAD")
        named = _named(tenant, request.work_items)
        request_id = fields.request_id(request)
        count = await self._intake.purge(tenant, state, named, request_id, preview=request.validate_only)
        return queue.PurgeSubmissionsResponse(purged_count=count)


def _named(tenant: str, work_items: Sequence[str]) -> list[str] | None:
    """Read which ones are meant; None: all, as the contract says of a list without any."""
    if len(work_items) > MAX_NAMED:
        raise InvalidInput.of("work_items", f"{len(work_items)} names: must be at most {MAX_NAMED}")
    return [
        fields.reference(name, "workItems", tenant, f"work_items[{place}]") for place, name in enumerate(work_items)
    ] or None
