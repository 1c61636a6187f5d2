"""Which failure of routing becomes which code of gRPC, with details a program can read: the one table.

References
----------
AIP-193, https://google.aip.dev/193.
"""

from __future__ import annotations

from collections.abc import Sequence

import grpc
from google.protobuf.message import Message

from gate import details
from gate.statuses import Statuses
from router.model.errors import (
    AlreadyExists,
    Conflict,
    CorruptHistory,
    FormatMismatch,
    InvalidInput,
    MemoryShort,
    NotFound,
    NotPossible,
    QueueFull,
    RouterError,
    Stopping,
)
from store.errors import StoreUnavailable

CODES: dict[type[Exception], grpc.StatusCode] = {
    InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    NotFound: grpc.StatusCode.NOT_FOUND,
    AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    Conflict: grpc.StatusCode.ABORTED,
    NotPossible: grpc.StatusCode.FAILED_PRECONDITION,
    FormatMismatch: grpc.StatusCode.FAILED_PRECONDITION,
    QueueFull: grpc.StatusCode.RESOURCE_EXHAUSTED,
    MemoryShort: grpc.StatusCode.RESOURCE_EXHAUSTED,
    StoreUnavailable: grpc.StatusCode.UNAVAILABLE,
    Stopping: grpc.StatusCode.UNAVAILABLE,
    CorruptHistory: grpc.StatusCode.DATA_LOSS,
}
"""Code by class; a class that is not here takes its nearest ancestor's."""


def _details(error: RouterError | StoreUnavailable) -> Sequence[Message]:
    match error:
        case InvalidInput():
            return [details.bad_request((v.field, v.description) for v in error.violations)]
        case NotFound() | AlreadyExists():
            return [details.resource(error.resource_type, error.name)]
        case Conflict() | NotPossible() | FormatMismatch():
            return [details.precondition(error.reason, error.name, error.description)]
        case QueueFull():
            return [details.retry(error.retry_after_s), details.quota(error.name, str(error))]
        case MemoryShort():
            return [details.retry(error.retry_after_s), details.quota("memory of the store", str(error))]
        case StoreUnavailable():
            return [details.retry(error.retry_after_s)]
    return []


STATUSES = Statuses((RouterError, StoreUnavailable), CODES, _details)
status_of = STATUSES.of
