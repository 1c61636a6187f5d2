"""The doctor says who is not told outside, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from notifications.channels import Channel, ChannelKind
from notifications.secrets import SecretBox, write_new_key
from notifications.subscriptions import Subscription
from serving.doctor.deliveries import Receivers, judge_key_file, judge_receivers
from serving.doctor.finding import Severity


@pytest.fixture
def box(tmp_path: Path) -> SecretBox:
    write_new_key(tmp_path / "keys")
    return SecretBox.read(str(tmp_path / "keys"))


def sound(box: SecretBox) -> Receivers:
    sealed = box.seal("tenants/acme/subscriptions/crm", "https://crm.example.com/")
    bot = Channel("bot", ChannelKind.WECOM, box.seal("tenants/acme/channels/bot", "x"), calendar="shanghai")
    return Receivers([Subscription("crm", sealed, secrets=(sealed,))], [bot], {"ann": ["bot"]}, ["shanghai"])


def test_of_what_is_sound_nothing_is_said(box: SecretBox) -> None:
    assert list(judge_receivers("acme", sound(box), box)) == []


def test_a_channel_that_reps_name_and_is_not_there_is_named_once(box: SecretBox) -> None:
    named = {f"r{number}": ["bot", "mail"] for number in range(5)}

    (finding,) = judge_receivers("acme", replace(sound(box), named=named), box)

    assert finding.severity is Severity.MIND
    assert finding.seen == "acme: there is no mail, which r0, r1, r2 and 2 more should be told through"


def test_a_calendar_that_is_not_there_keeps_nobody_quiet(box: SecretBox) -> None:
    (finding,) = judge_receivers("acme", replace(sound(box), calendars=[]), box)

    assert (finding.severity, "never quiet" in finding.seen) == (Severity.MIND, True)


def test_a_subscription_that_stands_still_is_bad(box: SecretBox) -> None:
    (finding,) = judge_receivers("acme", replace(sound(box), stalled=["crm"]), box)

    assert (finding.severity, finding.seen.partition(":")[0]) == (Severity.BAD, "acme/crm")


@pytest.mark.parametrize("other", ["none", "another"])
def test_secrets_that_no_key_opens_are_bad(box: SecretBox, other: str, tmp_path: Path) -> None:
    write_new_key(tmp_path / "another")
    opener = SecretBox() if other == "none" else SecretBox.read(str(tmp_path / "another"))

    (finding,) = judge_receivers("acme", sound(box), opener)

    assert finding.severity is Severity.BAD
    assert finding.seen == "no key opens those of tenants/acme/channels/bot, tenants/acme/subscriptions/crm"


def test_a_file_of_keys_that_others_may_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    write_new_key(file)
    (fine,) = judge_key_file(str(file))
    file.chmod(0o644)
    (open_to_others,) = judge_key_file(str(file))
    (nowhere,) = judge_key_file(str(tmp_path / "nowhere"))

    severities = [each.severity for each in (fine, open_to_others, nowhere)]
    assert severities == [Severity.GOOD, Severity.MIND, Severity.BAD]
    assert f"chmod 600 {file}" in open_to_others.advice
    assert list(judge_key_file("")) == []
