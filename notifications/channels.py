"""Through what people are told. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

LANGUAGES = ("en", "zh")
"""In which messages are; the first where nobody says."""


class ChannelKind(StrEnum):
    """What takes messages."""

    WECOM = "WECOM"
    DINGTALK = "DINGTALK"
    FEISHU = "FEISHU"
    SLACK = "SLACK"
    TEAMS = "TEAMS"
    SMTP = "SMTP"


HOSTS: Mapping[str, ChannelKind] = {
    "qyapi.weixin.qq.com": ChannelKind.WECOM,
    "oapi.dingtalk.com": ChannelKind.DINGTALK,
    "open.feishu.cn": ChannelKind.FEISHU,
    "open.larksuite.com": ChannelKind.FEISHU,
    "hooks.slack.com": ChannelKind.SLACK,
}
"""Hosts that belong to one vendor: those of Teams do not, they are of whoever runs the workflow."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to tell people something.

    Parameters
    ----------
    address, secret
        Encrypted, as `notifications.secrets.SecretBox` seals; an empty secret: there is none.
    language
        ``en`` or ``zh``.
    calendar
        Outside its hours the channel is quiet; empty: it never is.
    request
        As of a subscription.
    """

    id: str
    kind: ChannelKind
    address: str
    secret: str = ""
    language: str = "en"
    calendar: str = ""
    request: str = ""
