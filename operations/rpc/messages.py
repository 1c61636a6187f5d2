"""Between operations and their messages."""

from __future__ import annotations

import hashlib
from typing import Any

from google.longrunning import operations_pb2 as longrunning
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import code_pb2
from google.rpc.status_pb2 import Status

from fairlead.v1 import operations_pb2 as pb
from gateway.calls import error_details as details
from gateway.calls.status import error_info
from gateway.fields import timestamp
from operations.operation import CANCELLED, Failed, Operation, Progress, Succeeded
from workqueue.jobs import JobState

_STATES: dict[JobState, Any] = {
    JobState.READY: pb.OperationMetadata.STATE_WAITING,
    JobState.LEASED: pb.OperationMetadata.STATE_RUNNING,
    JobState.DELAYED: pb.OperationMetadata.STATE_DELAYED,
    JobState.KEPT: pb.OperationMetadata.STATE_ENDED,
    JobState.DEAD: pb.OperationMetadata.STATE_GIVEN_UP,
}
_CODES = {
    CANCELLED: code_pb2.CANCELLED,
    "INVALID_INPUT": code_pb2.INVALID_ARGUMENT,
    "UNREADABLE_TABLE": code_pb2.INVALID_ARGUMENT,
    "NOT_FOUND": code_pb2.NOT_FOUND,
}
"""Code by why an operation failed for good; what is not here is FAILED_PRECONDITION."""


def operation_message(operation: Operation) -> longrunning.Operation:
    """Write an operation as it stands."""
    message = longrunning.Operation(name=operation.name, done=operation.is_over)
    message.metadata.Pack(_metadata(operation))
    if operation.job.state is JobState.DEAD:
        message.error.CopyFrom(_status(code_pb2.ABORTED, operation.job.fault, "GIVEN_UP"))
    elif operation.is_over:
        match operation.note:
            case Succeeded(response):
                message.response.CopyFrom(AnyMessage.FromString(response))
            case Failed(error, reason):
                message.error.CopyFrom(_status(_CODES.get(reason, code_pb2.FAILED_PRECONDITION), error, reason))
    return message


def checked_message(target: str) -> longrunning.Operation:
    """Write the answer to a request that was only checked."""
    message = longrunning.Operation(done=True)
    message.metadata.Pack(pb.OperationMetadata(target=target))
    return message


def _metadata(operation: Operation) -> pb.OperationMetadata:
    job, task = operation.job, operation.task
    message = pb.OperationMetadata(
        target=task.target,
        state=_STATES[job.state],
        create_time=timestamp(job.arrived_us),
        delivery_count=job.deliveries,
        fault=job.fault,
        actor=task.actor,
    )
    if operation.is_over:
        message.end_time.CopyFrom(timestamp(job.position))
    elif job.state is JobState.DELAYED:
        message.retry_time.CopyFrom(timestamp(job.position))
    elif job.state is JobState.LEASED and isinstance(note := operation.note, Progress):
        message.stage, message.done_count, message.total_count = note.stage, note.done, note.total
    return message


def fingerprint_of(request: Any) -> str:
    """Return what tells a repeated request from another one with its id."""
    content = type(request)()
    content.CopyFrom(request)
    content.ClearField("request_id")
    return hashlib.sha256(content.SerializeToString(deterministic=True)).hexdigest()


def _status(code: Any, message: str, reason: str) -> Status:
    text = details.shortened(message, details.LONGEST_MESSAGE)
    return Status(code=code, message=text, details=[error_info(reason)])
