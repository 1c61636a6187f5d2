"""The doubles of vendors, which other tests rely on, refuse what vendors refuse; and take what we send."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from notifications.attempts import AttemptStatus
from notifications.channels import ChannelKind
from notifications.messages.texts import Digest, Text
from notifications.messages.vendors.all import VENDORS
from notifications.messages.vendors.requests import RobotRequest
from notifications.outbound.client import HttpResponse
from tests.robots import vendors
from tests.robots.server import Asked, Robot

NOW_S = 1_790_000_000.0
DIGEST = Digest("d", lambda _: "T-1", (Text("call", ("by noon",)),), "", str)
SECRETS = {ChannelKind.DINGTALK: "SEC-1", ChannelKind.FEISHU: "s-1"}
PATHS = {
    ChannelKind.WECOM: "/cgi-bin/webhook/send?key=k-1",
    ChannelKind.DINGTALK: "/robot/send?access_token=t-1",
    ChannelKind.FEISHU: "/open-apis/bot/v2/hook/h-1",
    ChannelKind.SLACK: "/services/T0/B0/x",
    ChannelKind.TEAMS: "/workflows/w/triggers/manual/paths/invoke?api-version=1&sig=s-1",
}
ROBOTS: Mapping[ChannelKind, Callable[..., Robot]] = {
    ChannelKind.WECOM: vendors.wecom, ChannelKind.DINGTALK: vendors.dingtalk, ChannelKind.FEISHU: vendors.feishu,
    ChannelKind.SLACK: vendors.slack, ChannelKind.TEAMS: vendors.teams,
}  # fmt: skip


def robot(kind: ChannelKind) -> Robot:
    return ROBOTS[kind](now_s=lambda: NOW_S)


def sent(kind: ChannelKind, at_s: float = NOW_S, secret: str | None = None, path: str = "") -> RobotRequest:
    address = f"https://robot.example{path or PATHS[kind]}"
    return VENDORS[kind].request(address, SECRETS.get(kind, "") if secret is None else secret, DIGEST, int(at_s * 1000))


def answered(of: Robot, kind: ChannelKind, request: RobotRequest, at_s: float = NOW_S) -> tuple[str, str]:
    parts = urlsplit(request.url)
    verdict = of.answer(Asked(f"{parts.path}?{parts.query}", request.headers, request.body, at_s))
    retry_after = dict(verdict.headers).get("retry-after", "")
    attempt = VENDORS[kind].read(HttpResponse(verdict.status, verdict.body.encode(), retry_after))
    return attempt.status, attempt.outcome


def changed(request: RobotRequest, text: str, *way: Any) -> RobotRequest:
    content = json.loads(request.body)
    at = content
    for step in way[:-1]:
        at = at[step]
    at[way[-1]] = text
    return request._replace(body=json.dumps(content).encode())


TEXT_AT: Mapping[ChannelKind, tuple[Any, ...]] = {
    ChannelKind.WECOM: ("markdown", "content"),
    ChannelKind.DINGTALK: ("markdown", "text"),
    ChannelKind.FEISHU: ("card", "elements", 0, "text", "content"),
    ChannelKind.SLACK: ("text",),
}


@pytest.mark.parametrize("kind", ROBOTS)
def test_what_we_send_is_taken(kind: ChannelKind) -> None:
    assert answered(robot(kind), kind, sent(kind))[0] is AttemptStatus.DELIVERED


@pytest.mark.parametrize(
    ("kind", "path", "outcome"),
    [
        (ChannelKind.WECOM, "/cgi-bin/webhook/send?key=other", "CODE_93000"),
        (ChannelKind.DINGTALK, "/robot/send?access_token=other", "CODE_300001"),
        (ChannelKind.FEISHU, "/open-apis/bot/v2/hook/other", "CODE_19001"),
        (ChannelKind.SLACK, "/services/T0/B0/other", "INVALID_TOKEN"),
        (ChannelKind.TEAMS, "/workflows/w/triggers/manual/paths/invoke?sig=other", "HTTP_401"),
    ],
)
def test_a_wrong_key_is_refused(kind: ChannelKind, path: str, outcome: str) -> None:
    assert answered(robot(kind), kind, sent(kind, path=path)) == (AttemptStatus.REFUSED, outcome)


@pytest.mark.parametrize(
    ("kind", "outcome"), [(ChannelKind.DINGTALK, "CODE_310000"), (ChannelKind.FEISHU, "CODE_19021")]
)
def test_a_wrong_signature_a_missing_one_and_a_stale_timestamp_are_refused(kind: ChannelKind, outcome: str) -> None:
    for request in (
        sent(kind, secret="other"),
        sent(kind, secret=""),
        sent(kind, at_s=NOW_S - 3601),
        sent(kind, NOW_S + 3601),
    ):
        assert answered(robot(kind), kind, request) == (AttemptStatus.REFUSED, outcome)
    assert answered(robot(kind), kind, sent(kind, at_s=NOW_S - 3599))[0] is AttemptStatus.DELIVERED


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (ChannelKind.WECOM, "CODE_44004"), (ChannelKind.DINGTALK, "CODE_40035"), (ChannelKind.FEISHU, "CODE_9499"),
        (ChannelKind.SLACK, "NO_TEXT"),
    ],
)  # fmt: skip
def test_an_empty_text_is_refused(kind: ChannelKind, outcome: str) -> None:
    assert answered(robot(kind), kind, changed(sent(kind), " ", *TEXT_AT[kind])) == (AttemptStatus.REFUSED, outcome)


def test_an_empty_card_is_refused_by_teams() -> None:
    kind = ChannelKind.TEAMS
    content = json.loads(sent(kind).body)
    content["attachments"][0]["content"]["body"] = []

    assert answered(robot(kind), kind, sent(kind)._replace(body=json.dumps(content).encode())) == (
        AttemptStatus.REFUSED,
        "HTTP_400",
    )


@pytest.mark.parametrize(
    ("kind", "limit", "outcome"),
    [
        (ChannelKind.WECOM, 4096, "CODE_40058"), (ChannelKind.DINGTALK, 20_000, "CODE_460101"),
        (ChannelKind.FEISHU, 20_000, "CODE_9499"), (ChannelKind.SLACK, 40_000, "INVALID_PAYLOAD"),
    ],
)  # fmt: skip
def test_a_message_above_the_limit_is_refused(kind: ChannelKind, limit: int, outcome: str) -> None:
    request = changed(sent(kind), "x" * (limit + 1), *TEXT_AT[kind])

    assert answered(robot(kind), kind, request) == (AttemptStatus.REFUSED, outcome)


def test_a_card_above_the_limit_is_refused_by_teams() -> None:
    request = sent(ChannelKind.TEAMS)
    longer = request._replace(body=request.body + b" " * 28_000)

    assert answered(robot(ChannelKind.TEAMS), ChannelKind.TEAMS, longer) == (AttemptStatus.REFUSED, "HTTP_413")


@pytest.mark.parametrize(
    ("kind", "most", "within_s", "outcome"),
    [
        (ChannelKind.WECOM, 20, 60, "CODE_45009"),
        (ChannelKind.DINGTALK, 20, 60, "CODE_130101"),
        (ChannelKind.FEISHU, 5, 1, "CODE_11232"),
        (ChannelKind.SLACK, 1, 1, "RATE_LIMITED"),
        (ChannelKind.TEAMS, 4, 1, "HTTP_429"),
    ],
)
def test_more_than_its_pace_is_put_off(kind: ChannelKind, most: int, within_s: int, outcome: str) -> None:
    of = robot(kind)
    for _ in range(most):
        assert answered(of, kind, sent(kind))[0] is AttemptStatus.DELIVERED

    assert answered(of, kind, sent(kind)) == (AttemptStatus.RETRY, outcome)
    later_s = NOW_S + (600 if kind is ChannelKind.DINGTALK else within_s)
    assert answered(of, kind, sent(kind, later_s), later_s)[0] is AttemptStatus.DELIVERED


def test_dingtalk_takes_nothing_for_ten_minutes_then() -> None:
    of, kind = robot(ChannelKind.DINGTALK), ChannelKind.DINGTALK
    for _ in range(21):
        answered(of, kind, sent(kind))

    assert answered(of, kind, sent(kind, NOW_S + 599), NOW_S + 599) == (AttemptStatus.RETRY, "CODE_130101")
