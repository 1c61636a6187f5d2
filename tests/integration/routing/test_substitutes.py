"""Substitutes during leave, by commands, on the simulated clock; and by services that are killed in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from service import main
from store.embedded.orphans import socket_path
from tests.api import Api, connected, differences, last
from tests.integration.clients.arranging import fairlead, tried
from tests.served import Served

RULES = {
    "fields": {"about": {"type": "list"}},
    "default": {"route": {"pool": "everyone", "hours": "ignore", "exclude": ["about"]}},
}
LEFT = 150
"""Work items that are handed over while services are killed."""


def url_of(data: Path) -> str:
    return f"unix://{socket_path(data)}"


@pytest.fixture
def simulated(data_folder: Path) -> Iterator[Served]:
    """Yield a service whose clock is simulated, and stands."""
    served = Served(data_folder, options=("--simulated-clock",))
    served.ready()
    clock(data_folder, "rate", "0")
    clock(data_folder, "set", "2031-03-03T09:00")
    yield served
    served.close()


def clock(data: Path, *arguments: str) -> None:
    ended = CliRunner().invoke(main, ["clock", *arguments, "--data", str(data)])
    assert ended.exit_code == 0, ended.output


async def staffed(api: Api) -> None:
    await api.adopt(RULES)
    for rep in ("ann", "bo", "cy"):
        await api.hire(rep)
    await api.pool("everyone", {"ann": 2.0, "bo": 1.0, "cy": 1.0})


async def owner(api: Api, name: str) -> tuple[str, str]:
    """Return who has a work item, and for whom."""
    item = await api.item(f"{api.parent}/workItems/crm~{name}")
    return last(item.owner), last(item.covered_rep)


async def told(api: Api, name: str) -> list[str]:
    """Return what happened to a work item, in words."""
    request = routing.GetTimelineRequest(name=f"{api.parent}/workItems/crm~{name}", language_code="zh")
    return [entry.words for entry in (await api.routing.GetTimeline(request)).entries]


@pytest.mark.long
async def test_what_is_open_goes_to_the_substitute_and_comes_back_and_what_stays_is_listed(
    simulated: Served, data_folder: Path
) -> None:
    at = ("--server", simulated.address, "--tenant", "leave")
    async with connected(simulated.address, "leave", url_of(data_folder)) as api:
        await staffed(api)
        for name, about in (("L-1", []), ("L-2", []), ("L-3", ["bo"])):
            await api.route(name, about=about)
            if (await owner(api, name))[0] != "ann":
                await api.reassign(f"{api.parent}/workItems/crm~{name}", rep=api.rep_name("ann"))
        before = await api.report("everyone")

        def enter(*options: str) -> str:
            return fairlead("absences", "add", *options, *at)

        added = await asyncio.to_thread(
            enter, "ann", "--from", "2031-03-10", "--back", "2031-03-17", "--substitute", "bo"
        )
        circle = await asyncio.to_thread(
            tried, "absences", "add", "bo", "--from", "2031-03-12", "--back", "2031-03-13", "--substitute", "ann", *at
        )
        await asyncio.to_thread(clock, data_folder, "set", "2031-03-10T08:00")
        gone = [await owner(api, name) for name in ("L-1", "L-2", "L-3")]
        shown = await asyncio.to_thread(fairlead, "absences", "show", "ann", "2031-03-10", *at)
        in_chinese = await asyncio.to_thread(fairlead, "absences", "show", "ann", "2031-03-10", "--language", "zh", *at)
        new = last((await api.route("L-4", about=[])).rep)
        await api.complete(f"{api.parent}/workItems/crm~L-2")
        await asyncio.to_thread(clock, data_folder, "set", "2031-03-17T00:00")
        item = await api.item(f"{api.parent}/workItems/crm~L-1")
        decision = await api.decision(item.decision)
        words, after = await told(api, "L-1"), await api.report("everyone")
        back = [await owner(api, name) for name in ("L-1", "L-2", "L-3")]

    assert added.endswith("(UTC); bo stands in\n")
    assert (circle[0], "bo → ann → bo: at one time they would stand in for one another" in circle[1]) == (1, True)
    assert gone == [("bo", "ann"), ("bo", "ann"), ("ann", "")]
    assert new in ("bo", "cy")
    assert shown.endswith(
        "Work items that are not with whom they would be by the leaves of today: 1\n"
        "  crm~L-3: the route recuses whoever is to get it\n"
    )
    assert in_chinese.endswith("  crm~L-3：应接手的人需回避\n")
    assert back == [("ann", ""), ("bo", ""), ("ann", "")]
    assert (decision.cause, decision.way) == (decisions.Decision.CAUSE_COVER_ENDED, decisions.Decision.WAY_APART)
    assert decision.decide_time.ToDatetime(UTC) == datetime(2031, 3, 17, tzinfo=UTC)
    assert words[-2:] == ["ann 休假，由 bo 代理。", "代理结束，交还 ann。"]
    assert {rep: after.received_by[api.rep_name(rep)].apart for rep in ("ann", "bo")} == {"ann": 1, "bo": 2}
    assert after.decisions == before.decisions + 1
    assert await differences(url_of(data_folder), "leave") == []


@pytest.fixture
async def killed(data_folder: Path) -> AsyncIterator[Path]:
    """Yield the folder of a store that lives on when its service is killed."""
    yield data_folder
    served = Served(data_folder)
    served.ready()
    served.close()


@pytest.mark.long
async def test_services_that_are_killed_in_the_middle_leave_the_rest_to_the_next(killed: Path) -> None:
    served = Served(killed)
    async with connected(served.ready(), "leave", url_of(killed)) as api:
        await staffed(api)
        for number in range(LEFT):
            await api.route(f"L-{number}", about=[])
        mine = await owned(api)
        absence = calendars.Absence(
            name=f"{api.rep_name('ann')}/absences/now", start_time=stamp(-60), end_time=stamp(3600), substitute="bo"
        )
        await api.workforce.UpdateAbsence(calendars.UpdateAbsenceRequest(absence=absence, allow_missing=True))
    served.kill()
    seen = list[int]()
    while not seen or seen[-1] < len(mine):
        served = Served(killed)
        async with connected(served.ready(), "leave", url_of(killed)) as api:
            before = len(seen)
            while len(seen) == before or seen[-1] == (seen[-2] if len(seen) > 1 else 0) < len(mine):
                covered = [each for each in mine if await owner(api, each) == ("bo", "ann")]
                seen.append(len(covered))
        served.kill()

    assert seen == sorted(seen)
    assert await differences(url_of(killed), "leave") == []


async def owned(api: Api) -> list[str]:
    request = routing.ListMyWorkRequest(rep=api.rep_name("ann"), page_size=1000)
    work = (await api.routing.ListMyWork(request)).work
    return [entry.work_item.external_id for entry in work]


def stamp(seconds: int) -> Timestamp:
    moment = Timestamp()
    moment.FromMilliseconds(int(datetime.now(UTC).timestamp() + seconds) * 1000)
    return moment
