"""What commands tell beside the service's words is told in the language that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

import click
import pytest
from click.testing import CliRunner

from fairlead.client import FairleadClient
from fairlead.options import language_option
from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from fairlead.v1.dispatch_pb2 import DispatchPolicy
from router.cli import agenda as agendas
from router.cli.absences import absences
from router.cli.activity import activity
from router.cli.agenda import agenda
from router.cli.caps import caps
from router.cli.explain import explain
from router.cli.offers import offers
from router.cli.presence import presence
from router.cli.reassign import reassign
from router.cli.reopen import reopen
from router.cli.timeline import timeline
from router.cli.update import update
from router.wording.languages import Language

SPEAKING = [
    explain, agenda, timeline, activity, update, reopen, reassign, *offers.commands.values(),
    absences.commands["list"], absences.commands["show"], presence.commands["list"], caps.commands["list"],
]  # fmt: skip


@pytest.mark.parametrize("command", SPEAKING, ids=lambda command: command.callback.__qualname__)
def test_every_command_takes_the_same_language(command: click.Command) -> None:
    @language_option
    def speaking() -> None:
        """Take nothing else."""

    (expected,) = speaking.__click_params__  # type: ignore[attr-defined]
    (option,) = (each for each in command.params if each.name == "language")

    assert option.to_info_dict() == expected.to_info_dict()


@pytest.mark.parametrize(
    ("command", "arguments", "english", "chinese"),
    [
        (update, ("crm~L-1",), "nothing is to be changed", "没有要改的内容"),
        (update, ("crm~L-1", "--set", "a=1", "--unset", "a"), "a: is given more than once", "a 在 --set, --unset 中"),
        (reassign, ("--filter", "owner = a"), "say who gets them", "请指明由谁接手"),
        (agenda, ("li", "--all", "--date", "2026-11-30"), "not with --all", "不能与 --all 同用"),
    ],
)
def test_what_cannot_be_asked_for_is_said_in_the_language(
    command: click.Command, arguments: tuple[str, ...], english: str, chinese: str
) -> None:
    for language, said in ((Language.EN, english), (Language.ZH, chinese)):
        ended = CliRunner().invoke(command, [*arguments, "--language", language.value])

        assert (ended.exit_code, said in ended.output) == (2, True), ended.output


class Desk:
    """What a client answers of a rep with a call to make, and an offer to answer."""

    def list_agenda(self, *_: str, **__: str) -> Iterator[activities.ListAgendaResponse]:
        date = activities.NextDate(work_item="tenants/t/workItems/L-1", words="…")
        yield activities.ListAgendaResponse(date="2026-11-30", time_zone="UTC", next_dates=[date])

    def list_my_work(self, *_: str, **__: str) -> Iterator[routing.OpenWork]:
        item = routing.WorkItem(name="tenants/t/workItems/L-1", stage="new")
        yield routing.OpenWork(work_item=item, worked=True, stage_title="New", stage_guide="Ask what\nthey need.")
        child = routing.WorkItem(name="tenants/t/workItems/~98b8", parent="tenants/t/workItems/L-1", stage="new~call")
        yield routing.OpenWork(work_item=child)

    def my_offers(self, _: str) -> routing.ListMyWorkResponse:
        offer = routing.WorkItem.Offer(rep="tenants/t/reps/li", number=7)
        item = routing.WorkItem(name="tenants/t/workItems/L-2", pool="tenants/t/pools/east", offer=offer)
        return routing.ListMyWorkResponse(offers=[item], more_offers_count=4)

    def list_reps(self) -> Iterator[workforce.Rep]:
        yield workforce.Rep(name="tenants/t/reps/li", display_name="李娜")

    def list_pools(self) -> Iterator[workforce.Pool]:
        yield workforce.Pool(name="tenants/t/pools/east", dispatch=DispatchPolicy(offers_open=2))

    def get_tenant(self) -> calendars.Tenant:
        return calendars.Tenant(time_zone="UTC")


@pytest.mark.parametrize(
    ("language", "day", "work", "offer", "more"),
    [
        (
            Language.EN,
            ["1 to follow up on 2026-11-30; times of UTC", "work item when what"],
            [
                "2 open; times of UTC",
                "work item stage first came worked when what",
                "L-1 New ",
                "~98b8 new~call ",
                " of L-1 ",
                "Stage New: Ask what they need.",
            ],
            "has open",
            "and 4 more",
        ),
        (
            Language.ZH,
            ["2026-11-30 待跟进 1 条；时间按 UTC", "工作项 何时 内容"],
            [
                "在手 2 条；时间按 UTC",
                "工作项 阶段 首次收到 已跟进 何时 内容",
                "L-1 New ",
                "~98b8 new~call ",
                " 上级：L-1 ",
                "阶段 New：Ask what they need.",
            ],
            "待接数",
            "另有 4 条",
        ),
    ],
)
def test_an_agenda_is_in_the_language_and_says_how_many_offers_one_may_have_open(
    language: Language, day: list[str], work: list[str], offer: str, more: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = cast(FairleadClient, Desk())

    agendas._show_day(desk, "li", "", language, as_json=False)
    of_day = capsys.readouterr().out
    agendas._show_work(desk, "li", language, as_json=False)
    of_work = capsys.readouterr().out

    for printed, expected in ((of_day, day), (of_work, work)):
        words = " ".join(printed.split())
        assert [line for line in expected if line not in words] == []
        assert offer in words
        assert more in words
        assert re.search(r"L-2 .* 1/2", words)
