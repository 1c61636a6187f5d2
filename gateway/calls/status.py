"""What becomes of a failure: code and details of a ``google.rpc.Status`` by its kind. The one table.

References
----------
AIP-193, https://google.aip.dev/193.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import cache

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from failures import (
    AlreadyExists,
    Conflict,
    DataLoss,
    Exhausted,
    Failure,
    InvalidInput,
    NotFound,
    NotPossible,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)
from gateway.calls import error_details as details

DOMAIN = "fairlead"
CODES: Mapping[type[Failure], grpc.StatusCode] = {
    InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    NotFound: grpc.StatusCode.NOT_FOUND,
    AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    Conflict: grpc.StatusCode.ABORTED,
    NotPossible: grpc.StatusCode.FAILED_PRECONDITION,
    Exhausted: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
    DataLoss: grpc.StatusCode.DATA_LOSS,
    Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    PermissionDenied: grpc.StatusCode.PERMISSION_DENIED,
}
"""Code by kind; a class that is not here takes its nearest ancestor's."""

_BY_NUMBER = {code.value[0]: code for code in grpc.StatusCode}

_log = logging.getLogger(__name__)


def status_of(error: Exception) -> Status:
    """Turn an error into a status; whatever is no failure of ours is logged in full and shown to nobody."""
    if not isinstance(error, Failure):
        _log.error("unexpected error", exc_info=error)
        return Status(code=grpc.StatusCode.INTERNAL.value[0], message="internal error: the server's log says more")
    code = next(CODES[ancestor] for ancestor in type(error).__mro__ if ancestor in CODES)
    message = details.message_of(str(error))
    return Status(
        code=code.value[0], message=message, details=[error_info(error.reason), *map(details.packed, _facts(error))]
    )


def code_of(status: Status) -> grpc.StatusCode:
    """Return the code of a status."""
    return _BY_NUMBER[status.code]


@cache
def error_info(reason: str) -> AnyMessage:
    """Write what names a reason; there are few."""
    return details.packed(ErrorInfo(reason=reason, domain=DOMAIN))


def _facts(error: Failure) -> Sequence[Message]:
    """Say what a program can read beside the reason."""
    match error:
        case InvalidInput():
            return [details.bad_request(error.violations)]
        case NotFound() | AlreadyExists():
            return [details.resource(error.resource_type, error.name)]
        case Conflict() | NotPossible():
            return [details.precondition(error.reason, error.name, error.description)]
        case Exhausted():
            quota = [] if error.subject is None else [details.quota(error.subject, str(error))]
            return [*([] if error.retry_after_s is None else [details.retry(error.retry_after_s)]), *quota]
        case Unavailable() if error.retry_after_s is not None:
            return [details.retry(error.retry_after_s)]
    return []
