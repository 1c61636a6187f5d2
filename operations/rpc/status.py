"""Which failure of operations becomes which code of gRPC, with details a program can read: the one table.

References
----------
AIP-193, https://google.aip.dev/193.
"""

from __future__ import annotations

from collections.abc import Sequence

import grpc
from google.protobuf.message import Message

from gateway.grpc import error_details as details
from gateway.grpc.status import Statuses
from operations.errors import (
    InvalidInput,
    MemoryShort,
    NotFound,
    OperationError,
    RequestIdReused,
    StillRuns,
    StoreUnavailable,
    TooMuchWaits,
)

CODES: dict[type[OperationError], grpc.StatusCode] = {
    InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    NotFound: grpc.StatusCode.NOT_FOUND,
    RequestIdReused: grpc.StatusCode.ALREADY_EXISTS,
    StillRuns: grpc.StatusCode.FAILED_PRECONDITION,
    TooMuchWaits: grpc.StatusCode.RESOURCE_EXHAUSTED,
    MemoryShort: grpc.StatusCode.RESOURCE_EXHAUSTED,
    StoreUnavailable: grpc.StatusCode.UNAVAILABLE,
}
"""Code by class; a class that is not here takes its nearest ancestor's."""


def _details(error: OperationError) -> Sequence[Message]:
    match error:
        case InvalidInput():
            return [details.bad_request([(error.field, error.description)])]
        case NotFound():
            return [details.resource("operation", error.name)]
        case RequestIdReused():
            return [details.resource("request", error.request_id)]
        case StillRuns():
            return [details.precondition(error.reason, error.name, error.description)]
        case TooMuchWaits():
            return [details.retry(error.retry_after_s), details.quota(f"operations/{error.kind}", str(error))]
        case MemoryShort():
            return [details.retry(error.retry_after_s), details.quota("memory", str(error))]
        case StoreUnavailable():
            return [details.retry(error.retry_after_s)]
    return []


STATUSES = Statuses(OperationError, CODES, _details)
