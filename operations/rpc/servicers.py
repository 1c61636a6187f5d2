"""google.longrunning.Operations and OperationService; errors become statuses in ``gateway.calls.pipeline``.

References
----------
AIP-151, https://google.aip.dev/151; ``google/longrunning/operations.proto``.
"""

from __future__ import annotations

from itertools import takewhile

from google.longrunning import operations_pb2 as longrunning
from google.protobuf.empty_pb2 import Empty

from failures import InvalidInput, shown
from fairlead.v1 import operations_pb2 as pb
from gateway import fields
from gateway.calls.call import Call
from operations.rpc.messages import operation_message
from operations.service import OperationService
from resource_names import tenant_of

MAX_WAIT_S = 600.0


class OperationsServicer:
    """Answers google.longrunning.Operations."""

    def __init__(self, operations: OperationService) -> None:
        self._operations = operations

    async def GetOperation(self, request: longrunning.GetOperationRequest, _: Call) -> longrunning.Operation:
        return operation_message(await self._operations.get(request.name))

    async def ListOperations(
        self, request: longrunning.ListOperationsRequest, _: Call
    ) -> longrunning.ListOperationsResponse:
        if request.filter:
            raise InvalidInput.of("filter", f"{shown(request.filter)}: must be empty, all are listed")
        size, after = fields.page_size(request.page_size), fields.page_place(request.page_token)
        listed = await self._operations.listed(_tenant_of(request.name), after)
        page = list(takewhile(fields.PageRoom().takes, map(operation_message, listed[:size])))
        token = fields.page_token(listed[len(page) - 1].name) if len(listed) > len(page) else ""
        return longrunning.ListOperationsResponse(operations=page, next_page_token=token)

    async def CancelOperation(self, request: longrunning.CancelOperationRequest, call: Call) -> Empty:
        await self._operations.cancel(request.name, call.actor)
        return Empty()

    async def DeleteOperation(self, request: longrunning.DeleteOperationRequest, _: Call) -> Empty:
        await self._operations.forget(request.name)
        return Empty()

    async def WaitOperation(self, request: longrunning.WaitOperationRequest, _: Call) -> longrunning.Operation:
        timeout = request.timeout
        seconds = timeout.seconds + timeout.nanos / 1e9 if request.HasField("timeout") else MAX_WAIT_S
        return operation_message(await self._operations.wait(request.name, min(max(seconds, 0.0), MAX_WAIT_S)))


class OperationServicer:
    """Answers OperationService."""

    def __init__(self, operations: OperationService) -> None:
        self._operations = operations

    async def RedriveOperation(self, request: pb.RedriveOperationRequest, call: Call) -> longrunning.Operation:
        return operation_message(await self._operations.redrive(request.name, call.actor, fields.request_id(request)))


def _tenant_of(name: str) -> str:
    """Read whose operations are asked for: ``tenants/{tenant}``, or nothing for those about what all share."""
    name = name.rstrip("/")
    return "" if name in ("", "operations") else tenant_of(name, "name")
