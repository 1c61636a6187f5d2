"""企业微信 (WeCom): a robot of a group. Its key is in the address; there is no signature.

References
----------
企业微信开发者中心, "消息推送配置说明" (群机器人), https://developer.work.weixin.qq.com/document/path/91770: markdown
up to 4,096 bytes, 20 messages a minute. "全局错误码", https://developer.work.weixin.qq.com/document/path/90313.
"""

from __future__ import annotations

from notifications.attempts import DeliveryAttempt
from notifications.messages.texts import Digest, fitting, utf8_size
from notifications.messages.vendors.markdown import markdown
from notifications.messages.vendors.requests import MINUTE_S, Codes, RobotRequest, code_of, json_request, not_confirmed
from notifications.outbound.client import HttpResponse

LIMIT = 4096
"""Bytes of a message's content."""
_CODES = Codes(
    throttled={45009: MINUTE_S, 45033: MINUTE_S},  # too many a minute, too many at once
    refused=frozenset({40008, 40035, 40058, 44004, 93000, 93004, 93008}),
    # kind of message, parameters, content too long; content empty; key unknown, robot stopped, robot not in the group
)


def request(address: str, secret: str, digest: Digest, at_ms: int) -> RobotRequest:  # noqa: ARG001 (as all vendors)
    """Return the request that sends a digest."""
    content, shown = fitting(digest, markdown, LIMIT, utf8_size)
    return json_request(address, {"msgtype": "markdown", "markdown": {"content": content}}, shown)


def read(answer: HttpResponse) -> DeliveryAttempt:
    """Say how a try ended."""
    code = code_of(answer, "errcode")
    return not_confirmed(answer) if code is None else _CODES.attempt(code)
