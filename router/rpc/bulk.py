"""Reading requests to reassign many work items."""

from __future__ import annotations

from typing import Protocol

from google.longrunning.operations_pb2 import Operation

from fairlead.v1 import routing_pb2 as routing
from gateway import fields
from gateway.calls.call import Call
from resource_names import tenant_of
from router.assignment.bulk import BulkRequest
from router.model.errors import InvalidInput
from router.rpc.fields import MAX_NOTE
from router.rpc.lists import WORK_ITEMS, read_filter, wanted


class BulkReassigner(Protocol):
    """Has many work items moved."""

    async def begin(self, tenant: str, request: routing.BatchReassignWorkItemsRequest, wish: BulkRequest) -> Operation:
        """Find what is meant, and have it moved or say what would become of it; return the operation."""


async def bulk_request(request: routing.BatchReassignWorkItemsRequest, call: Call) -> tuple[str, BulkRequest]:
    """Read which work items are meant, and who is to get them: the tenant, and the wish.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    PermissionDenied
        If the filter compares what answers hide from the caller.
    """
    tenant = tenant_of(request.parent)
    asked = await read_filter(WORK_ITEMS, request.filter, tenant, call)
    if not asked.text:
        raise InvalidInput.of("filter", "'': required; it says which work items, e.g. 'owner = li-na'")
    wish = BulkRequest(
        wanted(asked, "create_time"),
        asked.only("owner"),
        asked.only("pool"),
        fields.reference(request.rep, "reps", tenant, "rep") if request.rep else "",
        fields.text(request.note, MAX_NOTE, "note"),
        call.actor,
    )
    return tenant, wish
