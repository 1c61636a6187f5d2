"""The details of a ``google.rpc.Status``: short enough for headers, in which statuses travel.

References
----------
AIP-193, https://google.aip.dev/193; ``google/rpc/error_details.proto``.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from urllib.parse import quote

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, PreconditionFailure, QuotaFailure, ResourceInfo, RetryInfo

from failures import Violation

LONGEST_MESSAGE = 2_000
"""Characters."""
MOST_MESSAGE_BYTES = 2_400
"""Percent-encoded, as one header holds it: a Chinese character takes nine. Another header holds it again, beside the
details; all of them may have 8,192.
"""
_LONGEST_DESCRIPTION = 300
_LONGEST_NAME = 512
"""What Fairlead names is shorter; what a caller asks for need not be."""
_MOST_VIOLATIONS = 20
_MOST_VIOLATION_BYTES = 2_000
"""A header holds them in base64, a third longer."""


def bad_request(violations: Iterable[Violation]) -> BadRequest:
    """Say which fields are wrong: path and description of each, the first twenty, or as many as a header holds."""
    request = BadRequest()
    for wrong in islice(violations, _MOST_VIOLATIONS):
        description = shortened(wrong.description, _LONGEST_DESCRIPTION)
        request.field_violations.add(field=wrong.field, description=description)
        if len(request.field_violations) > 1 and request.ByteSize() > _MOST_VIOLATION_BYTES:
            del request.field_violations[-1]
            break
    return request


def precondition(kind: str, subject: str, description: str) -> PreconditionFailure:
    """Say what the state of a resource forbids."""
    text = shortened(description, _LONGEST_DESCRIPTION)
    violation = PreconditionFailure.Violation(type=kind, subject=shortened(subject, _LONGEST_NAME), description=text)
    return PreconditionFailure(violations=[violation])


def resource(kind: str, name: str) -> ResourceInfo:
    """Say which resource is missing, or there already."""
    return ResourceInfo(resource_type=kind, resource_name=shortened(name, _LONGEST_NAME))


def quota(subject: str, description: str) -> QuotaFailure:
    """Say what is used up, and whose."""
    text = shortened(description, _LONGEST_DESCRIPTION)
    return QuotaFailure(violations=[QuotaFailure.Violation(subject=subject, description=text)])


def retry(seconds: float) -> RetryInfo:
    """Say when to come again."""
    return RetryInfo(retry_delay=Duration(seconds=int(seconds), nanos=int(seconds % 1 * 1e9)))


def message_of(text: str) -> str:
    """Cut a status's message to what a header holds."""
    message = shortened(text, LONGEST_MESSAGE)
    while len(quote(message)) > MOST_MESSAGE_BYTES:
        message = shortened(message, 3 * len(message) // 4)
    return message


def shortened(text: str, longest: int) -> str:
    """Cut a text at so many characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def packed(message: Message) -> AnyMessage:
    """Write a message as it stands in a status."""
    written = AnyMessage()
    written.Pack(message)
    return written
