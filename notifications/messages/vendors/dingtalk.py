r"""钉钉 (DingTalk): a robot of a group, signed 加签 where there is a secret.

References
----------
钉钉开放平台, "自定义机器人接入" and "自定义机器人安全设置",
https://open.dingtalk.com/document/robots/custom-robot-access: the signature is base64 of HMAC-SHA-256 of
``timestamp\nsecret`` under the secret, its timestamp in milliseconds, at most an hour old; 20 messages a minute, and
above that none for 10 minutes; a message up to 20,000 bytes.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import sha256
from urllib.parse import urlencode

from notifications.attempts import DeliveryAttempt
from notifications.messages.texts import Digest, fitting
from notifications.messages.vendors.markdown import markdown, plain
from notifications.messages.vendors.requests import (
    MINUTE_S,
    Codes,
    RobotRequest,
    code_of,
    json_bytes,
    json_request,
    not_confirmed,
)
from notifications.outbound.client import HttpResponse

LIMIT = 20_000
"""Bytes of a message: of the whole body, as nobody says what is counted."""
_MAX_TITLE = 100
_BLOCKED_S = 10 * MINUTE_S
_CODES = Codes(
    throttled={130101: _BLOCKED_S, 410100: _BLOCKED_S, 90030: _BLOCKED_S},
    refused=frozenset({
        40035, 43004, 400105, 460101,         # parameters, content type, kind of message, too long
        300001, 400101, 400102, 400106,       # token unknown, none, robot stopped, no such robot
        400013,                               # the group was dissolved
        310000,                               # keyword missing, signature wrong or too old, address not allowed
        430101, 430102, 430103, 430104,       # content not allowed
    }),
)  # fmt: skip


def request(address: str, secret: str, digest: Digest, at_ms: int) -> RobotRequest:
    """Return the request that sends a digest at an instant, in milliseconds since 1970."""
    message, shown = fitting(digest, _message, LIMIT, lambda message: len(json_bytes(message)))
    return json_request(signed(address, secret, at_ms) if secret else address, message, shown)


def _message(digest: Digest) -> dict[str, object]:
    return {"msgtype": "markdown", "markdown": {"title": plain(digest.title)[:_MAX_TITLE], "text": markdown(digest)}}


def signed(address: str, secret: str, at_ms: int) -> str:
    """Return an address with a signature."""
    sign = b64encode(hmac.digest(secret.encode(), f"{at_ms}\n{secret}".encode(), sha256)).decode()
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'timestamp': at_ms, 'sign': sign})}"


def read(answer: HttpResponse) -> DeliveryAttempt:
    """Say how a try ended."""
    code = code_of(answer, "errcode")
    return not_confirmed(answer) if code is None else _CODES.attempt(code)
