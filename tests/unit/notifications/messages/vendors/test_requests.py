"""What robots are sent, held to what apprise sends of the same at the same instant, as far as forms allow.

Where ours differ on purpose: nothing that people wrote is read as markup, which apprise hands through; 企业微信 gets
markdown and not plain text; 飞书 plain text in its card, and a signature, which apprise has none of; Teams runs of text
and not blocks of markdown; Slack one text and not an attachment; and the signature of 钉钉 stands in the address
encoded once, as its page says: apprise encodes it twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from apprise import NotifyFormat
from apprise.plugins.base import NotifyBase
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.slack import NotifySlack
from apprise.plugins.wecombot import NotifyWeComBot
from apprise.plugins.workflows import NotifyWorkflows
from requests.adapters import HTTPAdapter

from notifications.channels import ChannelKind
from notifications.messages.texts import Digest, Text
from notifications.messages.vendors import dingtalk, feishu, slack, teams, wecom
from notifications.messages.vendors.all import VENDORS

AT_MS = 1_661_860_880_000
WECOM_KEY, DINGTALK_TOKEN, FEISHU_TOKEN = (
    "693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa",
    "a" * 64,
    "abcdefab-1234-1234-1234-abcdefabcdef",
)
TEAMS = "prod-3.westeurope.logic.azure.com"


def digest(*messages: Text, title: str = "T-1", footer: str = "") -> Digest:
    said = messages or (Text("call", ("by noon",)),)
    return Digest("d", lambda _: title, said, footer, lambda count: f"and {count} more")


@dataclass(frozen=True)
class Sent:
    """What apprise would have sent."""

    url: str
    body: Any


@pytest.fixture
def apprise_sends(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Sent]:
    """Return what catches a request of apprise before it leaves this machine."""
    caught: list[Any] = []

    def send(_: HTTPAdapter, request: requests.PreparedRequest, **__: Any) -> None:
        caught.append(request)
        raise requests.ConnectionError("caught")

    monkeypatch.setattr(HTTPAdapter, "send", send)

    def sent(plugin: type[NotifyBase], url: str, body: str, title: str = "") -> Sent:
        plugin(**(plugin.parse_url(url) or {})).notify(body, title=title, body_format=NotifyFormat.MARKDOWN)
        return Sent(str(caught[-1].url), json.loads(caught[-1].body or ""))

    return sent


def test_wecom_is_posted_to_the_same_address_and_says_the_same(apprise_sends: Callable[..., Sent]) -> None:
    address = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={WECOM_KEY}"
    ours = wecom.request(address, "", digest(), AT_MS)
    body = json.loads(ours.body)

    theirs = apprise_sends(NotifyWeComBot, f"wecombot://{WECOM_KEY}", body["markdown"]["content"])

    assert ours.url == theirs.url
    assert body == {"msgtype": "markdown", "markdown": {"content": theirs.body["text"]["content"]}}


def test_dingtalk_is_signed_alike_at_the_same_instant(apprise_sends: Callable[..., Sent]) -> None:
    address, secret = f"https://oapi.dingtalk.com/robot/send?access_token={DINGTALK_TOKEN}", "SEC1234567"
    text = json.loads(dingtalk.request(address, secret, digest(), AT_MS).body)["markdown"]["text"]

    theirs = apprise_sends(NotifyDingTalk, f"dingtalk://{secret}@{DINGTALK_TOKEN}", text, "T-1")
    query = parse_qs(urlsplit(theirs.url).query)
    ours = dingtalk.request(address, secret, digest(), int(query["timestamp"][0]))

    assert parse_qs(urlsplit(ours.url).query) == {**query, "sign": [unquote(query["sign"][0])]}
    assert urlsplit(ours.url)[:3] == urlsplit(theirs.url)[:3]
    at = theirs.body.pop("at")
    assert at == {"atMobiles": [], "isAtAll": False}  # nobody is mentioned either way
    assert json.loads(ours.body)["markdown"] == {
        "title": "T-1",
        "text": theirs.body["markdown"]["text"].removeprefix("# T-1\n"),
    }
    assert json.loads(ours.body)["msgtype"] == theirs.body["msgtype"]


def test_feishu_gets_the_same_card_but_for_plain_text_and_the_signature(apprise_sends: Callable[..., Sent]) -> None:
    address = f"https://open.feishu.cn/open-apis/bot/v2/hook/{FEISHU_TOKEN}"
    ours = feishu.request(address, "xxx", digest(), AT_MS)
    body = json.loads(ours.body)

    theirs = apprise_sends(
        NotifyFeishu, f"feishu://{FEISHU_TOKEN}", body["card"]["elements"][0]["text"]["content"], "T-1"
    )

    assert ours.url == theirs.url.removesuffix("/")
    theirs.body["card"]["elements"][0]["text"]["tag"] = "plain_text"
    assert body == {"timestamp": "1661860880", "sign": "QnWVTSBe6FmQDE0bG6X0mURbI+DnvVyu1h+j5dHOjrU=", **theirs.body}


def test_feishus_signature_is_that_of_its_published_example() -> None:
    assert feishu.sign("xxx", 1661860880) == "QnWVTSBe6FmQDE0bG6X0mURbI+DnvVyu1h+j5dHOjrU="


def test_slack_is_posted_to_the_same_address(apprise_sends: Callable[..., Sent]) -> None:
    path = "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    ours = slack.request(f"https://hooks.slack.com/services/{path}", "", digest(), AT_MS)

    theirs = apprise_sends(NotifySlack, f"slack://{path}", "call", "T-1")

    assert ours.url == theirs.url
    assert json.loads(ours.body) == {"text": "*call*\n> by noon", "mrkdwn": theirs.body["mrkdwn"]}


def test_teams_gets_the_same_envelope_at_the_same_address(apprise_sends: Callable[..., Sent]) -> None:
    theirs = apprise_sends(NotifyWorkflows, f"workflows://{TEAMS}:443/643e69f83c8944/XXXsignature", "call", "T-1")

    ours = teams.request(theirs.url, "", digest(), AT_MS)

    body, envelope = json.loads(ours.body), theirs.body
    blocks = envelope["attachments"][0]["content"].pop("body")
    del envelope["attachments"][0]["content"]["msteams"]
    runs = body["attachments"][0]["content"].pop("body")
    assert (ours.url, body) == (theirs.url, envelope)
    assert [run["inlines"][0]["text"] for run in runs] == [
        block["text"] for block in blocks if block["type"] == "TextBlock"
    ]


NASTY = Text("<@all> <!channel> [x](https://evil.example) *b* `c`", ('<at user_id="all">', "@13800000000 <@U1>"))


@pytest.mark.parametrize("kind", [ChannelKind.WECOM, ChannelKind.DINGTALK])
def test_no_name_mentions_anybody_or_links_anywhere_in_markdown(kind: ChannelKind) -> None:
    content = json.loads(VENDORS[kind].request("https://x.example/", "", digest(NASTY), AT_MS).body)["markdown"]

    text = content.get("content") or content["text"]
    assert not set("<[]`@") & set(text)
    assert text.count("*") == 4  # the two of the title


def test_no_name_mentions_anybody_in_slack() -> None:
    text = json.loads(slack.request("https://x.example/", "", digest(NASTY), AT_MS).body)["text"]

    assert "<" not in text
    assert text.count(">") == 2  # what begins a line below the title


@pytest.mark.parametrize("kind", [ChannelKind.FEISHU, ChannelKind.TEAMS])
def test_cards_hold_runs_of_plain_text_alone(kind: ChannelKind) -> None:
    body = VENDORS[kind].request("https://x.example/", "", digest(NASTY), AT_MS).body.decode()

    assert "lark_md" not in body
    assert '"TextBlock"' not in body
    assert "<at user_id" in body  # as it stands


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (ChannelKind.WECOM, 4096),
        (ChannelKind.DINGTALK, 20_000),
        (ChannelKind.FEISHU, 20_000),
        (ChannelKind.SLACK, 4_000),
        (ChannelKind.TEAMS, 28_000),
    ],
)
@pytest.mark.parametrize("word", ["call", "首次响应", "\U0001f514", '"\\'])
@pytest.mark.parametrize("count", [1, 100])
def test_what_is_too_long_is_cut_at_the_limit_of_the_vendor(
    kind: ChannelKind, limit: int, word: str, count: int
) -> None:
    messages = [Text(f"{number} {word}" * 3, (word * 200,) * (1000 // count)) for number in range(count)]
    request = VENDORS[kind].request("https://x.example/", "s", digest(*messages), AT_MS)

    content = json.loads(request.body)
    size = {
        ChannelKind.WECOM: lambda: len(content["markdown"]["content"].encode()),
        ChannelKind.SLACK: lambda: len(content["text"]),
    }.get(kind, lambda: len(request.body))()
    assert limit / 4 < size <= limit
    assert count == 1 or "more" in request.body.decode()
