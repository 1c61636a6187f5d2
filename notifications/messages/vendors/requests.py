"""What all robots have in common: a request, and the reading of an answer by its codes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.outbound.client import HttpResponse

MINUTE_S = 60.0
_HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "fairlead"}
_SERVER_ERROR, _TOO_MANY, _TIMEOUT = 500, 429, 408
_CODES = range(-1_000_000_000, 1_000_000_000)
"""What is taken for a vendor's code: anything else is not repeated to anybody."""


class RobotRequest(NamedTuple):
    """What is posted where, and how many messages of the digest found room in it."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    shown: int


def json_request(url: str, content: object, shown: int) -> RobotRequest:
    """Return a request whose body is JSON."""
    return RobotRequest(url, json_bytes(content), _HEADERS, shown)


def json_bytes(content: object) -> bytes:
    """Write JSON, with no more than it takes."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Codes:
    """What the codes of a vendor mean; those that are not listed are worth another try.

    Parameters
    ----------
    taken
        The message was taken.
    throttled
        There were too many: how long to wait, in seconds.
    refused
        Another try would end alike: the key or the signature is wrong, or the message.
    """

    taken: Set[int] = frozenset({0})
    throttled: Mapping[int, float] = field(default_factory=dict)
    refused: Set[int] = frozenset()

    def attempt(self, code: int) -> DeliveryAttempt:
        """Say how a try ended that was answered with a code."""
        if code in self.taken:
            return DeliveryAttempt(AttemptStatus.DELIVERED, str(code))
        status = AttemptStatus.REFUSED if code in self.refused else AttemptStatus.RETRY
        return DeliveryAttempt(status, f"CODE_{code}", self.throttled.get(code))


def json_of(answer: HttpResponse) -> Mapping[str, Any]:
    """Return the object that an answer holds; an empty one if it is none."""
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def code_of(answer: HttpResponse, *names: str) -> int | None:
    """Return the code that stands in an answer under the first of some names that it has."""
    content = json_of(answer)
    code = next((content[name] for name in names if name in content), None)
    return code if type(code) is int and code in _CODES else None


def by_status(answer: HttpResponse) -> DeliveryAttempt:
    """Say how a try ended by the HTTP status alone."""
    outcome, status = f"HTTP_{answer.status}", answer.status
    if 200 <= status < 300:
        return DeliveryAttempt(AttemptStatus.DELIVERED, outcome)
    if status == _TOO_MANY:
        return DeliveryAttempt(AttemptStatus.RETRY, outcome, _seconds(answer.retry_after) or MINUTE_S)
    if status >= _SERVER_ERROR or status == _TIMEOUT:
        return DeliveryAttempt(AttemptStatus.RETRY, outcome, _seconds(answer.retry_after))
    return DeliveryAttempt(AttemptStatus.REFUSED, outcome)


def not_confirmed(answer: HttpResponse) -> DeliveryAttempt:
    """Say how a try ended that no code came back of, where one should have: an answer of 200 confirms nothing."""
    attempt = by_status(answer)
    if attempt.status is AttemptStatus.DELIVERED:
        return DeliveryAttempt(AttemptStatus.RETRY, "ANSWER_NOT_UNDERSTOOD")
    return attempt


def _seconds(retry_after: str) -> float | None:
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 7 else None
