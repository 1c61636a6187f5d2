"""What tables say of channels that fail, and of answers of another channel than the one that comes next."""

from __future__ import annotations

import pytest

from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.cli import channels
from notifications.cli import deliveries as listed
from notifications.cli.channel_users import told_by
from notifications.cli.telling import Shown

BAD = deliveries.Channel(
    name="tenants/t/channels/bad", kind="KIND_WECOM", address="https://a/…", last_outcome="CODE_93000", failure_count=4
)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "bad takes nothing, failed tries in a row: 4; the vendor's code 93000; docs/channels.md says what that "
            "means; once mended: fairlead deliveries redrive --channel bad\n",
        ),
        (
            "zh",
            "bad 发不出去，连续失败 4 次：平台错误码 93000；含义见 docs/zh/channels.md；处理好以后执行 "
            "fairlead deliveries redrive --channel bad\n",
        ),
    ],
)
def test_a_channel_that_takes_nothing_is_told_below_the_table(
    language: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    channels._table([BAD], Shown(language))

    assert capsys.readouterr().out.endswith(said)


def test_the_steps_of_a_process_that_tell_a_channel_are_found_by_their_deadlines() -> None:
    process = {
        "deadlines": [{"id": "whole", "steps": [{"to": ["manager", {"channel": "bot"}]}, {"to": {"channel": "desk"}}]}],
        "stages": [{"id": "new", "deadlines": [{"id": "call", "steps": [{"to": {"channel": "bot"}}]}]}],
        "satisfaction": {"bad": {"to": [{"channel": "bot"}]}},
        "attributes": {"channel": "bot"},
    }

    assert list(told_by(process, "bot")) == ["whole", "call", ""]
    assert list(told_by(None, "bot")) == []


@pytest.mark.parametrize(
    ("through", "said"), [("bad", "bad: the vendor's code 93000"), ("qy", "the vendor's code 93000"), ("", "")]
)
def test_an_answer_of_another_channel_than_the_next_says_whose_it_is(through: str, said: str) -> None:
    delivery = deliveries.Delivery(
        receiver="tenants/t/channels/qy",
        outcome="CODE_93000" if through else "",
        attempt_receiver=through and f"tenants/t/channels/{through}",
    )

    assert listed._outcome(delivery, Shown("en")) == said
