"""Whatever is listed is called by Chinese words in a Chinese list: kinds of channels, events, messages."""

from __future__ import annotations

import pytest

from fairlead.v1 import deliveries_pb2 as deliveries
from fairlead.v1 import routing_pb2 as routing
from notifications.channels import ChannelKind
from notifications.cli import channels
from notifications.cli import deliveries as listed
from notifications.cli.kinds import CHANNELS, TOLD
from notifications.cli.telling import Shown
from router.wording.message_phrases import MessageType


def test_every_kind_of_channel_and_of_what_is_told_has_a_name() -> None:
    events = {field.name for field in routing.WorkItemChange.DESCRIPTOR.oneofs_by_name["event"].fields}

    assert CHANNELS.keys() == {kind.lower() for kind in ChannelKind}
    assert TOLD.keys() == events | set(MessageType)
    assert len(set(TOLD.values())) == len(TOLD)


@pytest.mark.parametrize(("language", "said"), [("zh", ["企业微信", "中文"]), ("en", ["wecom", "zh"])])
def test_a_list_of_channels_is_in_the_language_asked_for(
    language: str, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    bot = deliveries.Channel(name="tenants/t/channels/bot", kind="KIND_WECOM", address="a", language_code="zh")

    channels._table([bot], Shown(language))

    assert set(said) <= set(capsys.readouterr().out.split())


def test_a_list_of_deliveries_says_in_words_what_was_told(capsys: pytest.CaptureFixture[str]) -> None:
    told = [deliveries.Delivery(type=each, state="STATE_WAITING") for each in ("process_changed", "new")]

    listed._table(told, Shown("zh"))

    assert {"流程有变化", "new"} <= set(capsys.readouterr().out.split())
