"""The gRPC side of operations: google.longrunning.Operations, and OperationService for what it lacks."""

from __future__ import annotations

from google.longrunning import operations_pb2 as longrunning

from fairlead.v1 import operations_pb2 as pb
from gateway.calls.hosts import Host
from operations.rpc.servicers import OperationServicer, OperationsServicer
from operations.service import OperationService

_LONGRUNNING = longrunning.DESCRIPTOR.services_by_name["Operations"]
_OURS = pb.DESCRIPTOR.services_by_name["OperationService"]
SERVICES = (_LONGRUNNING.full_name, _OURS.full_name)
"""Names for health and reflection."""


def add_to(host: Host, operations: OperationService) -> None:
    """Serve both."""
    host.serve(OperationsServicer(operations), _LONGRUNNING)
    host.serve(OperationServicer(operations), _OURS)
