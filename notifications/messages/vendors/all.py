"""Which robot is written to in which form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from notifications.attempts import DeliveryAttempt
from notifications.channels import ChannelKind
from notifications.messages.texts import Digest
from notifications.messages.vendors import dingtalk, feishu, slack, teams, wecom
from notifications.messages.vendors.requests import RobotRequest
from notifications.outbound.client import HttpResponse


class Vendor(NamedTuple):
    """A form: the request for an address, a secret, a digest, and an instant; and what an answer means."""

    request: Callable[[str, str, Digest, int], RobotRequest]
    read: Callable[[HttpResponse], DeliveryAttempt]


VENDORS: Mapping[ChannelKind, Vendor] = {
    ChannelKind.WECOM: Vendor(wecom.request, wecom.read),
    ChannelKind.DINGTALK: Vendor(dingtalk.request, dingtalk.read),
    ChannelKind.FEISHU: Vendor(feishu.request, feishu.read),
    ChannelKind.SLACK: Vendor(slack.request, slack.read),
    ChannelKind.TEAMS: Vendor(teams.request, teams.read),
}
"""Every kind of channel but mail."""
