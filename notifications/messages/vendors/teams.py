"""Microsoft Teams: a workflow that begins with a webhook. Its address holds its signature.

An adaptive card of text runs: in them nothing is read as markup, or as a mention.

References
----------
Microsoft, "Create incoming webhooks with Workflows"; "Microsoft Teams connector": a message up to about 28 KB;
"Adaptive Cards schema explorer", ``RichTextBlock``, 1.2. It answers 202; throttled, 429 with ``Retry-After``.
"""

from __future__ import annotations

from notifications.attempts import DeliveryAttempt
from notifications.messages.texts import Digest, Text, fitting
from notifications.messages.vendors.requests import RobotRequest, by_status, json_bytes, json_request
from notifications.outbound.client import HttpResponse

LIMIT = 21_000
"""Bytes of a body: 28 KB is documented, and what it is measured in is not: some are refused from 21,000 on."""
_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
_CARD = "application/vnd.microsoft.card.adaptive"


def request(address: str, secret: str, digest: Digest, at_ms: int) -> RobotRequest:  # noqa: ARG001 (as all vendors)
    """Return the request that sends a digest."""
    message, shown = fitting(digest, _message, LIMIT, lambda message: len(json_bytes(message)))
    return json_request(address, message, shown)


def _message(digest: Digest) -> dict[str, object]:
    title = {"type": "RichTextBlock", "inlines": [_run(digest.title, weight="Bolder", size="Large")]}
    blocks = [title, *map(_block, digest.messages), *(_block(Text("", (line,))) for line in digest.below)]
    card = {"$schema": _SCHEMA, "type": "AdaptiveCard", "version": "1.4", "body": blocks}
    return {"type": "message", "attachments": [{"contentType": _CARD, "contentUrl": None, "content": card}]}


def _block(message: Text) -> dict[str, object]:
    runs = [_run(message.title, weight="Bolder")] if message.title else []
    for line in message.lines:
        runs.append(_run(f"\n{line}" if runs else line))
    return {"type": "RichTextBlock", "separator": bool(message.title), "inlines": runs}


def _run(text: str, **look: str) -> dict[str, object]:
    return {"type": "TextRun", "text": text, **look}


def read(answer: HttpResponse) -> DeliveryAttempt:
    """Say how a try ended: a workflow says so by the status alone."""
    return by_status(answer)
