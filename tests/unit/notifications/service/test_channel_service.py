"""A channel is made of what there is: of a calendar that is not there nothing is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from failures import InvalidInput
from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.channels import Channel, ChannelKind
from notifications.secrets import SecretBox
from notifications.service.addresses import Sealed, check_mail
from notifications.service.channels import ChannelChange, ChannelService
from tests.twins.deliveries import MemoryBook, MemoryCalendars, MemoryRecords


class Taker:
    """Takes whatever is sent to try it."""

    async def send_test(self, _tenant: str, _record: Any) -> DeliveryAttempt:
        return DeliveryAttempt(AttemptStatus.DELIVERED, "200")


async def anywhere(_address: str) -> None:
    """Let something be sent wherever."""


@pytest.fixture
def book() -> MemoryBook:
    return MemoryBook()


@pytest.fixture
def channels(tmp_path: Path, book: MemoryBook) -> ChannelService:
    (tmp_path / "keys").write_text("k" * 32)
    box = SecretBox.read(str(tmp_path / "keys"))
    calendars = MemoryCalendars(["munich", "shanghai"])
    sealed, mail = Sealed(box, anywhere), Sealed(box, check_mail)
    return ChannelService(MemoryRecords[Channel](), book, sealed, mail, Taker(), calendars)


async def test_a_calendar_that_is_not_there_is_refused_by_its_field(channels: ChannelService) -> None:
    await channels.create("t", "bot", ChannelKind.WECOM, ChannelChange("https://a.example/x", calendar="shanghai"))

    for refused in (
        channels.create("t", "b", ChannelKind.WECOM, ChannelChange("https://a.example/x", calendar="shangai")),
        channels.update("t", "bot", ChannelChange(calendar="shangai")),
    ):
        with pytest.raises(InvalidInput) as refusal:
            await refused
        (violation,) = refusal.value.violations
        assert violation.field == "channel.calendar"
        assert violation.description == "there is no calendar 'shangai'; allowed are munich, shanghai, or none"
    assert (await channels.get("t", "bot")).channel.calendar == "shanghai"


async def test_a_channel_without_a_calendar_is_never_quiet(channels: ChannelService) -> None:
    await channels.create("t", "bot", ChannelKind.WECOM, ChannelChange("https://a.example/x", calendar="munich"))

    assert (await channels.update("t", "bot", ChannelChange(calendar=""))).channel.calendar == ""


async def test_what_waits_for_a_channel_is_looked_at_once_that_is_changed(
    channels: ChannelService, book: MemoryBook
) -> None:
    await channels.create("t", "bot", ChannelKind.WECOM, ChannelChange("https://a.example/x", calendar="munich"))

    await channels.update("t", "bot", ChannelChange(calendar=""), preview=True)
    assert book.looked_at == []

    await channels.update("t", "bot", ChannelChange(calendar=""))
    assert book.looked_at == [("t", "bot")]


async def test_a_robot_has_one_channel_of_a_tenant(channels: ChannelService) -> None:
    robot = "https://a.example/hook?key=s3cr3t"
    await channels.create("t", "bot", ChannelKind.WECOM, ChannelChange(robot))
    await channels.create("t", "other", ChannelKind.WECOM, ChannelChange("https://a.example/hook?key=other"))

    for refused in (
        channels.create("t", "second", ChannelKind.WECOM, ChannelChange("https://A.example:443/hook?key=s3cr3t")),
        channels.update("t", "other", ChannelChange(robot)),
    ):
        with pytest.raises(InvalidInput, match=r"channel\.address: channel bot sends there already") as refusal:
            await refused
        assert "s3cr3t" not in str(refusal.value)
    await channels.update("t", "bot", ChannelChange(robot))
    await channels.create("elsewhere", "bot", ChannelKind.WECOM, ChannelChange(robot))


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("qyapi.weixin.qq.com", ChannelKind.WECOM),
        ("OAPI.dingtalk.com.", ChannelKind.DINGTALK),
        ("open.feishu.cn:443", ChannelKind.FEISHU),
        ("open.larksuite.com", ChannelKind.FEISHU),
        ("hooks.slack.com", ChannelKind.SLACK),
    ],
)
async def test_an_address_of_another_vendor_is_refused_with_the_kind_that_it_is_of(
    channels: ChannelService, host: str, owner: ChannelKind
) -> None:
    address = f"https://{host}/s3cr3t"
    await channels.create("t", "own", owner, ChannelChange(address))

    for kind in {*ChannelKind} - {owner, ChannelKind.SMTP}:
        with pytest.raises(InvalidInput, match=rf"channel\.address: .*KIND_{owner} sends, not KIND_{kind}") as refusal:
            await channels.create("t", "bot", kind, ChannelChange(address))
        assert "s3cr3t" not in str(refusal.value)


async def test_two_channels_may_be_mail_to_one_box(channels: ChannelService) -> None:
    for channel_id, language in (("en", "en"), ("zh", "zh")):
        await channels.create("t", channel_id, ChannelKind.SMTP, ChannelChange("li.na@example.org", language=language))
