"""The doctor says who is not told outside, and why."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from notifications.channels import Channel, ChannelKind
from notifications.deliveries import ReceiverStatus
from notifications.secrets import SecretBox, write_new_key
from notifications.subscriptions import Subscription
from router.model.workitem import Kind
from router.process.definition.deadlines import Act, Deadline, DeadlineStep, NamedChannel
from router.process.definition.processes import Process, Stage
from rules.durations import Duration, DurationTable
from serving.doctor.deliveries import Receivers, channels_of, judge_key_file, judge_mail, judge_receivers
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


def test_a_channel_that_steps_tell_and_is_not_there_is_named(box: SecretBox) -> None:
    steps = [DeadlineStep(Fraction(1), Act.NOTIFY, (NamedChannel(name),)) for name in ("bot", "desk", "east")]
    first = Deadline("whole", DurationTable(Duration(1, "h")), steps=tuple(steps[:2]))
    second = Deadline("stage", DurationTable(Duration(1, "h")), steps=tuple(steps[2:]))
    process = Process("sales", frozenset({Kind.LEAD}), (Stage("new", deadlines=(second,)),), deadlines=(first,))

    stepped = {"sales": channels_of(process)}
    found = [each.seen for each in judge_receivers("acme", replace(sound(box), stepped=stepped), box)]

    assert found == [f"acme: there is no {name}, which steps of sales tell" for name in ("desk", "east")]


def test_a_channel_that_takes_nothing_is_named_with_its_answer(box: SecretBox) -> None:
    failing = {"bot": ReceiverStatus(failures=4, outcome="CODE_93000", attempt_ms=1)}

    (finding,) = judge_receivers("acme", replace(sound(box), failing=failing), box)

    assert finding.severity is Severity.MIND
    assert finding.seen == "acme/bot: it takes nothing, failed tries in a row: 4; the last ended as CODE_93000"
    assert "fairlead deliveries redrive --channel bot" in finding.advice


def test_a_channel_of_mail_without_a_mail_server_is_bad(box: SecretBox) -> None:
    mail = Channel("li-na", ChannelKind.SMTP, box.seal("tenants/acme/channels/li-na", "li.na@example.com"))
    with_mail = replace(sound(box), channels=[*sound(box).channels, mail])

    (finding,) = judge_receivers("acme", replace(with_mail, has_mail=False), box)

    assert list(judge_receivers("acme", with_mail, box)) == []
    assert finding.severity is Severity.BAD
    assert finding.seen == "acme: li-na would send mail, and FAIRLEAD_SMTP_URL is not set"


def test_a_mail_server_that_is_named_wrongly_is_bad() -> None:
    (finding,) = judge_mail({"FAIRLEAD_SMTP_URL": "http://mail.example.org"})

    assert (finding.severity, "FAIRLEAD_SMTP_URL" in finding.seen) == (Severity.BAD, True)
    assert list(judge_mail({})) == []


def test_people_are_told_by_clocks_that_somebody_set(box: SecretBox) -> None:
    (finding,) = judge_receivers("acme", replace(sound(box), has_zone=False), box)

    assert (finding.severity, finding.seen) == (
        Severity.MIND,
        "acme: times in messages are UTC, for it has no time zone",
    )
    assert "fairlead tenant set --time-zone ZONE --tenant acme" in finding.advice
    assert list(judge_receivers("acme", Receivers([], [], {}, [], has_zone=False), box)) == []


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


def test_a_template_that_is_left_out_is_named(box: SecretBox) -> None:
    own = {"given": "$item: yours", "reminder": "$owner", "one": "$ 5"}

    found = list(judge_receivers("acme", replace(sound(box), templates={"zh": own, "en": None}), box))

    assert {each.severity for each in found} == {Severity.MIND}
    assert [each.seen.partition(": ")[0] for each in found] == ["acme/en", "acme/zh", "acme/zh"]
    assert found[0].seen == "acme/en: all are left out, and ours said: they cannot be read"
    assert found[1].seen.startswith("acme/zh: 'reminder' is left out, and ours said: $owner is not filled in there")
    assert found[2].advice == "fairlead templates set FILE --speaks zh"
