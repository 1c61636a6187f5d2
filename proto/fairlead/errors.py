"""What a call of the service fails with: one exception, decoded from ``google.rpc.Status`` and its details.

References
----------
AIP-193, https://google.aip.dev/193; ``google/rpc/error_details.proto``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, PreconditionFailure, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}
_PASSING = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED})
"""CANCELLED among them: not by us, who never cancel a call, but by a server that ends."""
_STALE = "STALE_REVISION"


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with one field of the request, or which condition does not hold for which resource."""

    field: str
    description: str


class FairleadError(Exception):
    """A call failed.

    Attributes
    ----------
    code
        The status code, e.g. ``grpc.StatusCode.NOT_FOUND``.
    reason
        The service's own name for the failure, e.g. ``STALE_ETAG``; empty where it could not say, as when it was
        not reached.
    message
        The failure in words.
    violations
        One per bad field (INVALID_ARGUMENT) or broken condition (ABORTED, FAILED_PRECONDITION).
    retry_delay_s
        How long the service asks to wait before the next try, in seconds; 0 where it does not say.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        violations: Sequence[Violation] = (),
        retry_delay_s: float = 0.0,
    ) -> None:
        self.code = code
        self.reason = reason
        self.message = message
        self.violations = tuple(violations)
        self.retry_delay_s = retry_delay_s
        super().__init__(f"{code.name}: {message}")

    @property
    def may_pass(self) -> bool:
        """Whether the same call may succeed later: nobody was reached, they ask to wait, or their rules changed."""
        if self.code is grpc.StatusCode.RESOURCE_EXHAUSTED:
            return self.retry_delay_s > 0
        return self.code in _PASSING or (self.code is grpc.StatusCode.ABORTED and self.reason == _STALE)

    @classmethod
    def of_call(cls, error: grpc.RpcError) -> FairleadError:
        """Decode what gRPC raised."""
        call: Any = error  # what gRPC raises is a grpc.Call as well
        status = rpc_status.from_call(call)
        return cls(call.code(), "", call.details() or "") if status is None else cls.of_status(status)

    @classmethod
    def of_status(cls, status: Status) -> FairleadError:
        """Decode a status, as it also stands in the results of a batch."""
        reason, violations, delay_s = "", list[Violation](), 0.0
        for packed in status.details:
            info, bad, unmet, retry = ErrorInfo(), BadRequest(), PreconditionFailure(), RetryInfo()
            if packed.Unpack(info):
                reason = info.reason
            elif packed.Unpack(bad):
                violations += [Violation(v.field, v.description) for v in bad.field_violations]
            elif packed.Unpack(unmet):
                violations += [Violation(v.subject, v.description) for v in unmet.violations]
            elif packed.Unpack(retry):
                delay_s = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
        return cls(_CODES.get(status.code, grpc.StatusCode.UNKNOWN), reason, status.message, violations, delay_s)
