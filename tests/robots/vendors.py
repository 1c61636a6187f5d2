"""The rules of each vendor, as its pages say them: see the references of ``notifications.messages.vendors``.

Written without a look at our own forms: the signatures are made anew here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable

from tests.robots.server import Asked, Pace, Robot, Verdict, at

Clock = Callable[[], float]
HOUR_S = 3600


def _said(**content: object) -> Verdict:
    return Verdict(200, json.dumps(content))


def wecom(key: str = "k-1", now_s: Clock = time.time) -> Robot:
    """Return a robot of 企业微信."""
    pace = Pace(20, 60)

    def judge(asked: Asked) -> Verdict | None:
        text = at(asked.content, "markdown", "content")
        if asked.parameter("key") != key:
            return _said(errcode=93000, errmsg="invalid webhook url")
        if asked.content.get("msgtype") != "markdown":
            return _said(errcode=40008, errmsg="invalid message type")
        if not text.strip():
            return _said(errcode=44004, errmsg="empty content")
        if len(text.encode()) > 4096:
            return _said(errcode=40058, errmsg="markdown.content exceed max length 4096")
        if not pace.allows(asked.at_s):
            return _said(errcode=45009, errmsg="api freq out of limit")
        pace.count(asked.at_s)
        return None

    return Robot(judge, _said(errcode=0, errmsg="ok"), f"/cgi-bin/webhook/send?key={key}", now_s)


def dingtalk(token: str = "t-1", secret: str = "SEC-1", now_s: Clock = time.time) -> Robot:
    """Return a robot of 钉钉 that demands 加签."""
    pace, blocked_until = Pace(20, 60), [0.0]

    def judge(asked: Asked) -> Verdict | None:
        stamp, text = asked.parameter("timestamp"), at(asked.content, "markdown", "text")
        proof = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
        if asked.parameter("access_token") != token:
            return _said(errcode=300001, errmsg="token is not exist")
        if not stamp.isdigit() or abs(int(stamp) / 1000 - asked.at_s) > HOUR_S:
            return _said(errcode=310000, errmsg="invalid timestamp")
        if asked.parameter("sign") != base64.b64encode(proof).decode():
            return _said(errcode=310000, errmsg="sign not match")
        if not text.strip() or not at(asked.content, "markdown", "title").strip():
            return _said(errcode=40035, errmsg="param is missing")
        if len(asked.body) > 20_000:
            return _said(errcode=460101, errmsg="message too long, exceed 20000 bytes")
        if asked.at_s < blocked_until[0] or not pace.allows(asked.at_s):
            blocked_until[0] = max(blocked_until[0], asked.at_s + 600)
            return _said(errcode=130101, errmsg="send too fast, exceed 20 times per minute")
        pace.count(asked.at_s)
        return None

    return Robot(judge, _said(errcode=0, errmsg="ok"), f"/robot/send?access_token={token}", now_s)


def feishu(token: str = "h-1", secret: str = "s-1", now_s: Clock = time.time) -> Robot:
    """Return a robot of 飞书 that demands 签名校验."""
    minute, second = Pace(100, 60), Pace(5, 1)

    def judge(asked: Asked) -> Verdict | None:
        stamp, content = at(asked.content, "timestamp"), asked.content
        proof = base64.b64encode(hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()
        if asked.path != f"/open-apis/bot/v2/hook/{token}":
            return _said(code=19001, msg="param invalid: incoming webhook access token invalid")
        if len(asked.body) > 20_000:
            return _said(code=9499, msg="Bad Request")
        is_stale = not stamp.isdigit() or abs(int(stamp) - asked.at_s) > HOUR_S
        if is_stale or at(content, "sign") != proof:
            return _said(code=19021, msg="sign match fail or timestamp is not within one hour from current time")
        text = at(content, "card", "elements", 0, "text", "content")
        if content.get("msg_type") != "interactive" or not text.strip():
            return _said(code=9499, msg="Bad Request")
        if not minute.allows(asked.at_s) or not second.allows(asked.at_s):
            return Verdict(400, json.dumps({"code": 11232, "msg": "frequency limited"}))
        minute.count(asked.at_s)
        second.count(asked.at_s)
        return None

    return Robot(judge, _said(code=0, msg="success", StatusCode=0), f"/open-apis/bot/v2/hook/{token}", now_s)


def slack(path: str = "/services/T0/B0/x", now_s: Clock = time.time) -> Robot:
    """Return an incoming webhook of Slack."""
    pace = Pace(1, 1)

    def judge(asked: Asked) -> Verdict | None:
        text = at(asked.content, "text")
        if asked.path != path:
            return Verdict(403, "invalid_token")
        if not asked.content:
            return Verdict(400, "invalid_payload")
        if not text.strip():
            return Verdict(400, "no_text")
        if len(text) > 40_000:
            return Verdict(400, "invalid_payload")
        if not pace.allows(asked.at_s):
            return Verdict(429, "rate_limited", (("retry-after", "1"),))
        pace.count(asked.at_s)
        return None

    return Robot(judge, Verdict(200, "ok"), path, now_s)


def teams(signature: str = "s-1", now_s: Clock = time.time) -> Robot:
    """Return a workflow of Teams that is begun by a webhook."""
    path, pace = "/workflows/w/triggers/manual/paths/invoke", Pace(4, 1)

    def judge(asked: Asked) -> Verdict | None:
        body = asked.content.get("attachments") or [{}]
        card = body[0].get("content", {})
        if asked.path != path:
            return Verdict(404, '{"error":{"code":"WorkflowNotFound"}}')
        if asked.parameter("sig") != signature:
            return Verdict(401, '{"error":{"code":"DirectApiAuthorizationRequired"}}')
        if len(asked.body) > 28_000:
            return Verdict(413, "")
        if card.get("type") != "AdaptiveCard" or not card.get("body"):
            return Verdict(400, '{"error":{"code":"TriggerInputSchemaMismatch"}}')
        if not any(run["text"].strip() for block in card["body"] for run in block["inlines"]):
            return Verdict(400, '{"error":{"code":"EmptyCard"}}')
        if not pace.allows(asked.at_s):
            return Verdict(429, "", (("retry-after", "5"),))
        pace.count(asked.at_s)
        return None

    return Robot(judge, Verdict(202, ""), f"{path}?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sig={signature}", now_s)
