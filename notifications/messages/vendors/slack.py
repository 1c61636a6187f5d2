"""Slack: an incoming webhook. Its address is its secret; there is no signature.

References
----------
Slack, "Sending messages using incoming webhooks", https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
(statuses, and words that say why); "Formatting message text" (``&``, ``<`` and ``>`` are escaped); "Rate limits": one a
second, ``Retry-After``. A text of more than 4,000 characters is advised against, and cut above 40,000.
"""

from __future__ import annotations

from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.messages.texts import Digest, Text, fitting
from notifications.messages.vendors.requests import RobotRequest, by_status, json_request
from notifications.outbound.client import HttpResponse

LIMIT = 4000
"""Characters of a text."""
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "*": "∗", "`": "ˋ", "_": "＿", "~": "～"})
"""Signs with a meaning → what has none; for the last four Slack knows no escape."""
_REFUSED = frozenset({
    "action_prohibited", "channel_is_archived", "channel_not_found", "invalid_blocks", "invalid_payload",
    "invalid_token", "no_active_hooks", "no_service", "no_service_id", "no_team", "no_text",
    "posting_to_general_channel_denied", "team_disabled", "too_many_attachments", "user_not_found",
})  # fmt: skip
_RETRIED = frozenset({"rollup_error", "rate_limited"})


def request(address: str, secret: str, digest: Digest, at_ms: int) -> RobotRequest:  # noqa: ARG001 (as all vendors)
    """Return the request that sends a digest."""
    text, shown = fitting(digest, _mrkdwn, LIMIT)
    return json_request(address, {"text": text, "mrkdwn": True}, shown)


def plain(text: str) -> str:
    """Return a text in which Slack reads no markup, and no mention.

    Examples
    --------
    >>> plain("<!channel> & *Anna*")
    '&lt;!channel&gt; &amp; ∗Anna∗'
    """
    return text.translate(_ESCAPED)


def _mrkdwn(digest: Digest) -> str:
    blocks = [plain(digest.title)] if len(digest.messages) > 1 else []
    blocks += map(_block, digest.messages)
    return "\n\n".join([*blocks, *map(plain, digest.below)])


def _block(message: Text) -> str:
    return "\n".join([f"*{plain(message.title)}*", *(f"> {plain(line)}" for line in message.lines)])


def read(answer: HttpResponse) -> DeliveryAttempt:
    """Say how a try ended."""
    word = answer.body[:64].decode("latin-1").strip()
    attempt = by_status(answer)
    if word in _REFUSED:
        return DeliveryAttempt(AttemptStatus.REFUSED, word.upper())
    if word in _RETRIED and attempt.status is AttemptStatus.RETRY:
        return DeliveryAttempt(AttemptStatus.RETRY, word.upper(), attempt.retry_after_s)
    return attempt
