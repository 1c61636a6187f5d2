"""Deadlines as they are listed, and their steps as they are told in a timeline: through gRPC, on both stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import grpc
import pytest
from google.protobuf.message import Message

from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import processes_pb2_grpc
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1.deadlines_pb2 import Deadline
from gateway.calls.call import Call
from gateway.calls.hosts import Host
from gateway.calls.masking import hide
from gateway.errors import PermissionDenied
from router.adapters.redis.offers import RedisOffers
from router.deadlines.digest_queries import DigestQueries
from router.deadlines.figures import Figures
from router.deadlines.migrating import Migrating
from router.deadlines.pausing import PauseRequest
from router.deadlines.queries import DeadlineQueries
from router.deadlines.surveying import SurveyQueries
from router.model.calendars import Absence, Calendar, Hours, TenantSettings, WeeklyHours
from router.model.decision import Decision
from router.model.workforce import Member, Pool, Rep
from router.offers.service import OfferService
from router.process.revisions.cache import ProcessCache
from router.process.revisions.publishing import ProcessPublishing
from router.rpc.activities import ActivityAnswers, Mask
from router.rpc.pool_scope import PoolScope
from router.rpc.presenter import DecisionPresenter
from router.rpc.processes import ProcessServicer
from router.workforce.service import WorkforceService
from store.durability import DurabilityStatus
from tests.contract.over_grpc import served
from tests.contract.test_caps import DAY_MS, START_MS, World, world
from tests.contract.test_deadlines import NOTIFY, REASSIGN, REMIND, SALES, Timed, firm
from tests.contract.test_stages import publish, routed
from tests.twins.store import MemoryStore
from tests.unit.router.rpc.test_processes import tried

__all__ = ["firm", "world"]  # fixtures

ANY_TIME = Calendar("any", "Asia/Shanghai", tuple(WeeklyHours(day, Hours(0, 1440)) for day in range(7)))
SATURDAYS = Calendar("any", "Asia/Shanghai", (WeeklyHours(5, Hours(540, 1080)),))


class Caller:
    """Whoever asks; with ``only_rep`` a rep, for their own things."""

    def __init__(self, only_rep: str = "") -> None:
        self.actor = only_rep or "mo"
        self.only_rep = only_rep
        self.only_pools = None

    def check_own(self, rep: str) -> None:
        Call.check_own(cast(Call, self), rep)


def servicer(world: World) -> ProcessServicer:
    workforce = WorkforceService(world.workforce, world.rule_sets)
    cache = ProcessCache(world.processes)
    publishing = ProcessPublishing(world.processes, cache, world.rule_sets, workforce, tried)
    return ProcessServicer(
        publishing,
        DeadlineQueries(world.store, world.queries, world.planners),
        Migrating(world.store, world.queries, world.notes, world.planners),
        cast(Any, None),
        DigestQueries(world.store, world.timers, world.planners),
        SurveyQueries(world.store, world.planners),
        Figures(world.store, world.queries, world.planners),
        PoolScope(world.queries, world.planners),
    )


class Served:
    """What ``tests.contract.over_grpc.served`` serves."""

    def __init__(self, world: World) -> None:
        self._servicer = servicer(world)
        self.planners = world.planners

    def serve(self, server: Host) -> None:
        server.serve(self._servicer, processes.DESCRIPTOR.services_by_name["ProcessService"])


@asynccontextmanager
async def listing(world: World, folder: Path) -> AsyncIterator[Any]:
    """Yield what asks for lists: of the tenant, or of a work item."""
    async with served(cast(Any, Served(world)), folder) as channel:
        calls: Any = processes_pb2_grpc.ProcessServiceStub(channel)

        async def ask(of: Decision | None = None, **asked: Any) -> processes.ListDeadlinesResponse:
            parent = f"tenants/{world.tenant}"
            request = processes.ListDeadlinesRequest(
                parent=f"{parent}/workItems/{of.item_id}" if of else parent, **asked
            )
            return cast(processes.ListDeadlinesResponse, await calls.ListDeadlines(request))

        yield ask


def shown(answer: processes.ListDeadlinesResponse) -> list[tuple[str, str, str, int]]:
    """Say of each whose it is, how it stands, who has it, and when it is due, in milliseconds behind the start."""
    return [
        (
            each.work_item.rpartition("/")[2],
            Deadline.State.Name(each.state).removeprefix("STATE_"),
            each.owner.rpartition("/")[2],
            each.due_time.ToMilliseconds() - START_MS if each.HasField("due_time") else -1,
        )
        for each in answer.deadlines
    ]


async def test_a_step_that_a_later_one_told_instead_of_is_listed_as_superseded(firm: Timed, short_path: Path) -> None:
    late, in_time = await routed(firm.world), await routed(firm.world)
    await firm.at(1)
    async with listing(firm.world, short_path) as ask:
        before = (await ask(late)).deadlines[0]
        await firm.call(in_time, in_time.rep, 1)
        await firm.at(NOTIFY)  # nobody kept timers as it was to be reminded of
        (superseded,), (met,) = (await ask(late)).deadlines, (await ask(in_time)).deadlines

    assert [each.superseded for each in superseded.steps] == [True, False, False]
    assert [each.HasField("fire_time") for each in superseded.steps] == [False, True, False]
    assert not any(each.superseded for deadline in (before, met) for each in deadline.steps)


async def test_all_deadlines_of_a_work_item_are_listed_with_their_steps(firm: Timed, short_path: Path) -> None:
    lead = await routed(firm.world)
    other = await routed(firm.world)
    await firm.at(REMIND)
    async with listing(firm.world, short_path) as ask:
        (open_one,) = (await ask(lead)).deadlines
        await firm.call(other, other.rep, REMIND)
        await firm.at(NOTIFY)
        await firm.at(REASSIGN)
        both, met = await ask(lead), await ask(other)
        late = await ask(lead, state=Deadline.STATE_MISSED)
        first = await ask(lead, page_size=1)
        second = await ask(lead, page_size=1, page_token=first.next_page_token)

    assert (open_one.stage, open_one.deadline, open_one.process.rpartition("/")[2]) == (
        "new",
        "first-response",
        "sales@1",
    )
    assert [each.HasField("fire_time") for each in open_one.steps] == [True, False, False]
    assert [each.due_time.ToMilliseconds() - START_MS for each in open_one.steps] == [REMIND, NOTIFY, REASSIGN]
    holder, taker = lead.rep, {"ann": "bo", "bo": "ann"}[lead.rep]
    assert shown(both) == [
        (lead.item_id, "MISSED", holder, NOTIFY), (lead.item_id, "OPEN", taker, REASSIGN + NOTIFY),
    ]  # fmt: skip
    assert [each.HasField("fire_time") for each in both.deadlines[0].steps] == [True, True, True]
    assert shown(met) == [(other.item_id, "MET", other.rep, NOTIFY)]
    assert shown(late) == shown(both)[:1] == shown(first)
    assert (shown(second), second.next_page_token) == (shown(both)[1:], "")


async def test_what_runs_is_listed_of_all_of_a_rep_and_by_state(firm: Timed, short_path: Path) -> None:
    leads = [await routed(firm.world) for _ in range(3)]
    await firm.world.clock.set(START_MS + REMIND)
    await firm.call(leads[0], leads[0].rep, REMIND)
    await firm.at(NOTIFY)
    late = [await routed(firm.world)]
    async with listing(firm.world, short_path) as ask:
        everything, overdue = await ask(), await ask(state=Deadline.STATE_OVERDUE)
        ended = await ask(state=Deadline.STATE_MET)
        of_rep = {rep: await ask(rep=f"tenants/{firm.world.tenant}/reps/{rep}") for rep in ("ann", "bo", "mo")}
        pages = [await ask(page_size=2)]
        while token := pages[-1].next_page_token:
            pages.append(await ask(page_size=2, page_token=token))
        codes = [
            await refused(ask(rep=f"tenants/{firm.world.tenant}/reps/none")),
            await refused(ask(moved_by=99)),
            await refused(ask(moved_by=-1)),
            await refused(ask(state=9)),
            await refused(ask(leads[0], rep=f"tenants/{firm.world.tenant}/reps/ann")),
            await refused(ask(page_size=1, state=Deadline.STATE_OPEN, page_token=pages[0].next_page_token)),
        ]

    listed = shown(everything)
    assert [(item, state) for item, state, *_ in listed] == [
        (leads[1].item_id, "OVERDUE"), (leads[2].item_id, "OVERDUE"), (late[0].item_id, "OPEN"),
    ]  # fmt: skip
    assert shown(overdue) == listed[:2]
    assert shown(ended) == []
    assert of_rep["mo"].deadlines == []
    assert sorted([*shown(of_rep["ann"]), *shown(of_rep["bo"])]) == listed
    assert {owner for _, _, owner, _ in shown(of_rep["ann"])} == {"ann"}
    assert [each for page in pages for each in shown(page)] == listed
    assert codes == [grpc.StatusCode.NOT_FOUND, *[grpc.StatusCode.INVALID_ARGUMENT] * 5]


async def refused(asked: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await asked
    return failed.value.code()


async def test_what_an_edit_of_the_workforce_moved_is_listed_with_when_it_was_due(
    firm: Timed, short_path: Path
) -> None:
    world = firm.world
    await publish(world, SALES.replace("clock: wall", "clock: owner"))
    moved, closed = await routed(world), await routed(world)
    await world.close(closed)
    before = await write(world, {("calendar", "any"): ANY_TIME, ("tenant", "settings"): TenantSettings(calendar="any")})
    edited = await write(world, {("calendar", "any"): SATURDAYS})
    on_leave = await write(world, {("absence", "bo/x"): Absence("bo/x", START_MS, START_MS + DAY_MS)})
    async with listing(world, short_path) as ask:
        by_edit, by_others = await ask(moved_by=edited), [await ask(moved_by=each) for each in (1, before)]
        by_leave = await ask(moved_by=on_leave)

    ((item, state, owner, due_ms),) = shown(by_edit)
    assert (item, state, owner) == (moved.item_id, "OPEN", moved.rep)
    assert by_edit.deadlines[0].earlier_due_time.ToMilliseconds() - START_MS == NOTIFY
    assert due_ms > NOTIFY
    assert [shown(each) for each in by_others] == [[], []]
    assert len(by_leave.deadlines) == (moved.rep == "bo")


async def write(world: World, records: dict[tuple[str, str], Any]) -> int:
    """Edit the workforce; return the revision."""
    present = await world.workforce.read(world.tenant)
    await world.workforce.write(world.tenant, expected=present.revision, event_hash=present.event_hash, records=records)
    return int(present.revision) + 1


async def test_a_rep_lists_what_is_their_own(firm: Timed) -> None:
    lead = await routed(firm.world)
    service, tenant = servicer(firm.world), f"tenants/{firm.world.tenant}"
    other = {"ann": "bo", "bo": "ann"}[lead.rep]
    item = f"{tenant}/workItems/{lead.item_id}"

    for rep, request in (
        (lead.rep, processes.ListDeadlinesRequest(parent=item)),
        (lead.rep, processes.ListDeadlinesRequest(parent=tenant, rep=f"{tenant}/reps/{lead.rep}")),
    ):
        assert len((await service.ListDeadlines(request, cast(Call, Caller(rep)))).deadlines) == 1
        with pytest.raises(PermissionDenied):
            await service.ListDeadlines(request, cast(Call, Caller(other)))
    with pytest.raises(PermissionDenied):
        await service.ListDeadlines(processes.ListDeadlinesRequest(parent=tenant), cast(Call, Caller(lead.rep)))


async def test_what_stands_still_says_until_when_and_why_and_a_pause_says_what_does(
    firm: Timed, short_path: Path
) -> None:
    resolution = "\ndeadlines: [{id: resolution, within: 8h, clock: wall, from: arrival, until: completion}]\nstages:"
    plain = await routed(firm.world)
    await publish(firm.world, SALES.replace("\nstages:", resolution))
    lead = await routed(firm.world)
    request = PauseRequest(lead.item_id, "waiting")
    assert (await firm.pausing.pause(firm.world.tenant, request, preview=True)).deadlines == ("resolution",)
    for each in (plain, lead):
        await firm.pause(each, REMIND)
    async with listing(firm.world, short_path) as ask:
        paused = (await ask()).deadlines
        await firm.pausing.resume(firm.world.tenant, lead.item_id)
        over = (await ask(lead)).deadlines

    rests = [(each.deadline, each.pause_end_time.ToMilliseconds(), each.pause_reason) for each in paused]
    assert sorted(rests) == [
        ("first-response", 0, ""), ("first-response", 0, ""), ("resolution", START_MS + REMIND, "waiting"),
    ]  # fmt: skip
    assert not any(each.HasField("pause_end_time") for each in over)
    assert [
        [each.words for each in await timeline_entries(firm.world, lead, language)][1:] for language in ("en", "zh")
    ] == [
        [
            "Paused, waiting; the pause ends at 00:30 at the latest. Standing still: resolution.",
            "The pause is over. Running again: resolution.",
        ],
        ["已暂停（waiting），最迟至 00:30。停表的时限：resolution。", "暂停结束。恢复计时的时限：resolution。"],
    ]
    assert [(await timeline_entries(firm.world, plain, language))[1].words for language in ("en", "zh")] == [
        "Paused, waiting; the pause ends at 00:30 at the latest."
        " No deadline stands still: of those that run now none pauses.",
        "已暂停（waiting），最迟至 00:30。目前计时的时限都不停表。",
    ]


async def timeline(world: World, lead: Decision, language: str, mask: Mask | None = None) -> list[str]:
    """Return what the timeline tells of steps that were reached, the latest last."""
    entries = await timeline_entries(world, lead, language, mask)
    return [each.words for each in entries if each.WhichOneof("event") == "reached_step"]


async def timeline_entries(
    world: World, lead: Decision, language: str, mask: Mask | None = None
) -> list[routing.TimelineEntry]:
    name = f"tenants/{world.tenant}/workItems/{lead.item_id}"
    request = routing.GetTimelineRequest(name=name, language_code=language)
    return list((await activity_answers(world, mask).timeline(request, cast(Call, Caller()))).entries)


def activity_answers(world: World, mask: Mask | None = None) -> ActivityAnswers:
    offers = world.store if isinstance(world.store, MemoryStore) else RedisOffers(world.store._redis)
    presenter = DecisionPresenter(world.queries, DurabilityStatus(), None)
    offering = OfferService(offers, world.store, world.queries, world.planners)
    return ActivityAnswers.over(world.store, world.activities, world.queries, world.planners, presenter, offering, mask)


async def test_what_runs_stands_on_the_agenda_of_its_day_and_beside_each_open_work_item(firm: Timed) -> None:
    leads = [await routed(firm.world) for _ in range(4)]
    await firm.world.clock.set(START_MS + REMIND)
    await firm.call(leads[0], leads[0].rep, REMIND)
    await firm.at(NOTIFY)
    leads.append(await routed(firm.world))
    rep = max(("ann", "bo"), key=[lead.rep for lead in leads].count)
    running = [(lead.item_id, "OVERDUE" if lead is not leads[-1] else "OPEN") for lead in leads[1:] if lead.rep == rep]
    own, answers, tenant = (
        [lead.item_id for lead in leads if lead.rep == rep],
        activity_answers(firm.world),
        firm.world.tenant,
    )
    name, caller = f"tenants/{tenant}/reps/{rep}", cast(Call, Caller(rep))

    work = (await answers.my_work(routing.ListMyWorkRequest(rep=name, language_code="zh"), caller)).work
    days = {
        day: await answers.agenda(activities.ListAgendaRequest(rep=name, date=day), caller)
        for day in ("", "2029-12-31", "2030-01-02")
    }
    pages = [await answers.agenda(activities.ListAgendaRequest(rep=name, page_size=1), caller)]
    while token := pages[-1].next_page_token:
        pages.append(
            await answers.agenda(activities.ListAgendaRequest(rep=name, page_size=1, page_token=token), caller)
        )

    def told(deadlines: Any) -> list[tuple[str, str]]:
        return [one[:2] for one in shown(processes.ListDeadlinesResponse(deadlines=deadlines))]

    assert len(running) > 1
    assert [each.work_item.name.rpartition("/")[2] for each in work] == own
    assert [one for each in work for one in told(each.deadlines)] == running
    assert {(each.stage_title, each.stage_guide) for each in work} == {("新线索", "先问需求。")}
    assert {day: told(answer.deadlines) for day, answer in days.items()} == {
        "": running, "2029-12-31": [], "2030-01-02": [one for one in running if one[1] == "OVERDUE"],
    }  # fmt: skip
    assert [told(page.deadlines) for page in pages] == [[one] for one in running]


async def test_a_timeline_tells_whom_a_step_told_by_names_that_the_caller_may_see(world: World) -> None:
    reps = (Rep("ann", display_name="王芳", manager="mo"), Rep("mo", display_name="陈洁", manager="zo"), Rep("zo"))
    await world.save(*reps, pool=Pool("east", (Member("ann", 1),)))
    await write(world, {("absence", "mo/x"): Absence("mo/x", START_MS + NOTIFY, START_MS + NOTIFY + 1000)})
    await publish(world, SALES)
    firm, lead = Timed(world), await routed(world)
    for at_ms in (REMIND, NOTIFY, REASSIGN):
        await firm.at(at_ms)

    async def operator(_: Call, message: Message) -> None:
        hide(message, {"display_name"})

    assert await timeline(world, lead, "en") == [
        "Deadline first-response: 王芳 to be reminded.",
        "Deadline first-response: zo to be told instead of 陈洁, on leave.",
        "Deadline first-response: it stays with its owner, for nobody else could have it or it was moved twice already;"
        " 陈洁 to be told.",
    ]
    assert await timeline(world, lead, "zh") == [
        "时限 first-response：应提醒王芳。",
        "时限 first-response：应通知 zo（陈洁休假，改为通知其上级）。",
        "时限 first-response：无人可接手，或已转派两次，仍由归属人处理；应通知陈洁。",
    ]
    hidden = await timeline(world, lead, "zh", operator)
    assert [name for name in ("王芳", "陈洁") if name in "".join(hidden)] == []
    assert "应提醒***" in hidden[0].replace(" ", "")
