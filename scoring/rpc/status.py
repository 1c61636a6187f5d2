"""Errors as ``google.rpc.Status``: the one table of which failure becomes which code, with details a program can read.

References
----------
AIP-193, https://google.aip.dev/193; ``google/rpc/error_details.proto``.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import (
    BadRequest,
    ErrorInfo,
    PreconditionFailure,
    QuotaFailure,
    ResourceInfo,
    RetryInfo,
)
from google.rpc.status_pb2 import Status

from scoring.errors import (
    ArtefactRefused,
    Conflict,
    InvalidInput,
    NotFound,
    NotPossible,
    RegistryUnavailable,
    RequestIdReused,
    ScoringError,
    TooMuchAtOnce,
)

_DOMAIN = "fairlead"
_LONGEST_MESSAGE = 2_000
"""Characters: statuses travel in headers, which are bounded."""
_MOST_VIOLATIONS = 20
_LONGEST_DESCRIPTION = 300

CODES: dict[type[ScoringError], grpc.StatusCode] = {
    InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    NotFound: grpc.StatusCode.NOT_FOUND,
    RequestIdReused: grpc.StatusCode.ALREADY_EXISTS,
    Conflict: grpc.StatusCode.ABORTED,
    NotPossible: grpc.StatusCode.FAILED_PRECONDITION,
    ArtefactRefused: grpc.StatusCode.FAILED_PRECONDITION,
    TooMuchAtOnce: grpc.StatusCode.RESOURCE_EXHAUSTED,
    RegistryUnavailable: grpc.StatusCode.UNAVAILABLE,
}
"""Code by class; a class that is not here takes its nearest ancestor's."""

_log = logging.getLogger(__name__)


def status_of(error: Exception) -> Status:
    """Turn an error into a status; whatever is not ours is logged in full and shown to nobody."""
    if not isinstance(error, ScoringError):
        _log.error("unexpected error", exc_info=error)
        return Status(code=grpc.StatusCode.INTERNAL.value[0], message="internal error: the server's log says more")
    code = next(CODES[ancestor] for ancestor in type(error).__mro__ if ancestor in CODES)
    info = ErrorInfo(reason=error.reason, domain=_DOMAIN)
    message = _shortened(str(error), _LONGEST_MESSAGE)
    return Status(code=code.value[0], message=message, details=[_packed(d) for d in (info, *_details(error))])


def _details(error: ScoringError) -> Sequence[Message]:
    match error:
        case InvalidInput():
            violations = [
                BadRequest.FieldViolation(field=v.field, description=_shortened(v.description, _LONGEST_DESCRIPTION))
                for v in error.violations[:_MOST_VIOLATIONS]
            ]
            return [BadRequest(field_violations=violations)]
        case NotFound():
            return [ResourceInfo(resource_type=error.resource_type, resource_name=error.name)]
        case RequestIdReused():
            return [ResourceInfo(resource_type="request", resource_name=error.request_id)]
        case Conflict() | NotPossible():
            return [_precondition(error.reason, error.name, error.description)]
        case ArtefactRefused():
            return [_precondition(error.reason, error.file, error.description)]
        case TooMuchAtOnce():
            quota = QuotaFailure(violations=[QuotaFailure.Violation(subject="trainings", description=str(error))])
            return [_retry(error.retry_after_s), quota]
        case RegistryUnavailable():
            return [_retry(error.retry_after_s)]
    return []


def _precondition(kind: str, subject: str, description: str) -> PreconditionFailure:
    shown = _shortened(description, _LONGEST_DESCRIPTION)
    return PreconditionFailure(
        violations=[PreconditionFailure.Violation(type=kind, subject=subject, description=shown)]
    )


def _retry(seconds: float) -> RetryInfo:
    return RetryInfo(retry_delay=Duration(seconds=int(seconds), nanos=int(seconds % 1 * 1e9)))


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _packed(message: Message) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(message)
    return packed
