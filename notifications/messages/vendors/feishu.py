r"""飞书 (Feishu) and Lark: a robot of a group, signed 签名校验 where there is a secret.

A card of plain text: only there nothing that a name holds is read as a mention.

References
----------
飞书开放平台, "自定义机器人使用指南", https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: the
signature is base64 of HMAC-SHA-256 of nothing under ``timestamp\nsecret``, its timestamp in seconds, at most an hour
old; a body up to 20 KB; 100 messages a minute and 5 a second.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import sha256

from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.messages.texts import Digest, fitting
from notifications.messages.vendors.requests import (
    MINUTE_S,
    Codes,
    RobotRequest,
    code_of,
    json_bytes,
    json_of,
    json_request,
    not_confirmed,
)
from notifications.outbound.client import HttpResponse

LIMIT = 20_000
"""Bytes of a request's body."""
_ROOM = 200
"""Bytes of that for timestamp and signature."""
_BAD_REQUEST = 9499
_CODES = Codes(
    throttled={11232: MINUTE_S, 11233: MINUTE_S, 99991400: MINUTE_S},
    refused=frozenset({_BAD_REQUEST, 19001, 19002, 19021, 19022, 19024}),
    # body; key unknown, parameters, signature wrong or too old, address not allowed, keyword missing
)


def request(address: str, secret: str, digest: Digest, at_ms: int) -> RobotRequest:
    """Return the request that sends a digest at an instant, in milliseconds since 1970."""
    card, shown = fitting(digest, _card, LIMIT - _ROOM, lambda card: len(json_bytes(card)))
    at_s = at_ms // 1000
    proof = {"timestamp": str(at_s), "sign": sign(secret, at_s)} if secret else {}
    return json_request(address, {**proof, **card}, shown)


def sign(secret: str, at_s: int) -> str:
    """Return the signature of an instant, in seconds since 1970."""
    return b64encode(hmac.digest(f"{at_s}\n{secret}".encode(), b"", sha256)).decode()


def _card(digest: Digest) -> dict[str, object]:
    return {
        "msg_type": "interactive",
        "card": {
            "config": {"wide_screen_mode": True},
            "header": {"title": {"tag": "plain_text", "content": digest.title}, "template": "blue"},
            "elements": [{"tag": "div", "text": {"tag": "plain_text", "content": _body(digest)}}],
        },
    }


def _body(digest: Digest) -> str:
    messages = ["\n".join([message.title, *(f"  {line}" for line in message.lines)]) for message in digest.messages]
    return "\n\n".join([*messages, *digest.below])


def read(answer: HttpResponse) -> DeliveryAttempt:
    """Say how a try ended."""
    code = code_of(answer, "code", "StatusCode")
    if code == _BAD_REQUEST and "too many" in str(json_of(answer).get("msg", "")).lower():
        return DeliveryAttempt(AttemptStatus.RETRY, f"CODE_{code}", MINUTE_S)
    return not_confirmed(answer) if code is None else _CODES.attempt(code)
