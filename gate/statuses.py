"""Errors as ``google.rpc.Status``, by the table that each package supplies.

References
----------
AIP-193, https://google.aip.dev/193.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from gate import details
from gate.errors import (
    GateError,
    KeysUnavailable,
    Leaving,
    Overloaded,
    PermissionDenied,
    RateLimited,
    Unauthenticated,
    UnknownService,
    UnnamedTenant,
    UnreadableRequest,
)

DOMAIN = "fairlead"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Statuses:
    """How a package's failures are told.

    Parameters
    ----------
    root
        The root of its tree of errors; each class below it has a ``reason``.
    codes
        Code by class; a class that is not here takes its nearest ancestor's.
    details
        What a program can read beside the reason, by error.
    others
        Tables of packages that this one calls.
    """

    root: type[Exception]
    codes: Mapping[type[Any], grpc.StatusCode]
    details: Callable[[Any], Sequence[Message]]
    others: Sequence[Statuses] = ()

    def of(self, error: Exception) -> Status:
        """Turn an error into a status; whatever is neither ours nor the door's is logged in full, shown to nobody."""
        for table in (self, *self.others, OF_THE_DOOR):
            if isinstance(error, table.root):
                return table._told(error)
        _log.error("unexpected error", exc_info=error)
        return Status(code=grpc.StatusCode.INTERNAL.value[0], message="internal error: the server's log says more")

    def _told(self, error: Any) -> Status:
        code = next(self.codes[ancestor] for ancestor in type(error).__mro__ if ancestor in self.codes)
        message = details.message_of(str(error))
        packed = [_info(error.reason), *map(details.packed, self.details(error))]
        return Status(code=code.value[0], message=message, details=packed)


@cache
def _info(reason: str) -> AnyMessage:
    """Write what names a reason; there are few."""
    return details.packed(ErrorInfo(reason=reason, domain=DOMAIN))


CODES: dict[type[GateError], grpc.StatusCode] = {
    UnreadableRequest: grpc.StatusCode.INVALID_ARGUMENT,
    UnnamedTenant: grpc.StatusCode.INVALID_ARGUMENT,
    UnknownService: grpc.StatusCode.NOT_FOUND,
    Overloaded: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Leaving: grpc.StatusCode.UNAVAILABLE,
    Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    PermissionDenied: grpc.StatusCode.PERMISSION_DENIED,
    RateLimited: grpc.StatusCode.RESOURCE_EXHAUSTED,
    KeysUnavailable: grpc.StatusCode.UNAVAILABLE,
}
"""Code by class, for the door's own errors."""


def _details(error: GateError) -> Sequence[Message]:
    match error:
        case UnreadableRequest() | UnnamedTenant():
            return [details.bad_request([(error.field, error.description)])]
        case UnknownService():
            return [details.resource("service", error.name)]
        case RateLimited():
            return [details.retry(error.retry_after_s), details.quota(error.subject, str(error))]
        case KeysUnavailable() | Overloaded() | Leaving():
            return [details.retry(error.retry_after_s)]
    return []


OF_THE_DOOR = Statuses(GateError, CODES, _details)
