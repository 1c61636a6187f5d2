"""Which failure of scoring becomes which code of gRPC, with details a program can read: the one table.

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
from operations.rpc.status import STATUSES as OPERATION_STATUSES
from scoring.errors import (
    ArtefactRefused,
    Conflict,
    InvalidInput,
    MemoryUnavailable,
    NotFound,
    NotPossible,
    RegistryUnavailable,
    RequestIdReused,
    ScoringError,
)

CODES: dict[type[ScoringError], grpc.StatusCode] = {
    InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    NotFound: grpc.StatusCode.NOT_FOUND,
    RequestIdReused: grpc.StatusCode.ALREADY_EXISTS,
    Conflict: grpc.StatusCode.ABORTED,
    NotPossible: grpc.StatusCode.FAILED_PRECONDITION,
    ArtefactRefused: grpc.StatusCode.FAILED_PRECONDITION,
    RegistryUnavailable: grpc.StatusCode.UNAVAILABLE,
    MemoryUnavailable: grpc.StatusCode.UNAVAILABLE,
}
"""Code by class; a class that is not here takes its nearest ancestor's."""


def _details(error: ScoringError) -> Sequence[Message]:
    match error:
        case InvalidInput():
            return [details.bad_request((v.field, v.description) for v in error.violations)]
        case NotFound():
            return [details.resource(error.resource_type, error.name)]
        case RequestIdReused():
            return [details.resource("request", error.request_id)]
        case Conflict() | NotPossible():
            return [details.precondition(error.reason, error.name, error.description)]
        case ArtefactRefused():
            return [details.precondition(error.reason, error.file, error.description)]
        case RegistryUnavailable() | MemoryUnavailable():
            return [details.retry(error.retry_after_s)]
    return []


STATUSES = Statuses(ScoringError, CODES, _details, others=(OPERATION_STATUSES,))
status_of = STATUSES.of
