"""The gRPC side of training: TrainModel's operations, each a process of its own.

``child`` is that process, ``operations`` starts, follows and ends it, and answers google.longrunning.Operations.
"""

from __future__ import annotations

import grpc
from google.longrunning import operations_pb2

from scoring.rpc.register import register
from training.rpc.operations import OperationsServicer, Trainings

SERVICES = ("google.longrunning.Operations",)
"""Names for reflection."""


def add_to(server: grpc.aio.Server, trainings: Trainings) -> None:
    """Serve google.longrunning.Operations; `Trainings` itself goes to ``scoring.rpc.add_to`` as its trainer."""
    service = operations_pb2.DESCRIPTOR.services_by_name["Operations"]
    register(server, OperationsServicer(trainings), service)
