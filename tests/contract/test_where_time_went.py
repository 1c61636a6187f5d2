"""Where the time of deadlines went, as it is listed and told in a timeline, on both stores."""

from __future__ import annotations

from typing import cast

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import processes_pb2 as processes
from gateway.calls.call import Call
from gateway.calls.masking import hide
from router.model.calendars import Absence, Calendar, Hours, TenantSettings, WeeklyHours
from router.model.decision import Decision
from router.model.workforce import Member, Pool, Rep
from tests.contract.test_caps import HOUR_MS, MINUTE_MS, START_MS, World, world
from tests.contract.test_deadlines import SALES, Timed
from tests.contract.test_listed_deadlines import Caller, servicer, timeline_entries, write
from tests.contract.test_stages import publish, routed

__all__ = ["world"]  # a fixture

OFFICE = Calendar("office", "Asia/Shanghai", tuple(WeeklyHours(day, Hours(540, 1080)) for day in range(5)))
"""It opens an hour behind the start, which is a Tuesday at eight."""


async def at_work(world: World) -> Timed:
    """Return a firm from nine to six, where Bo is on leave for ten minutes as the lead is his."""
    reps = (Rep("ann", display_name="王芳", manager="mo"), Rep("bo", display_name="李娜", manager="mo"), Rep("mo"))
    await world.save(*reps, pool=Pool("east", (Member("ann", 2), Member("bo", 1))))
    leave = Absence("bo/x", START_MS + 3 * HOUR_MS + 5 * MINUTE_MS, START_MS + 3 * HOUR_MS + 15 * MINUTE_MS)
    await write(
        world, {("calendar", "office"): OFFICE, ("tenant", "settings"): TenantSettings("settings", calendar="office")}
    )
    await write(world, {("absence", "bo/x"): leave})
    await publish(world, SALES.replace("clock: wall", "clock: owner"))
    return Timed(world)


async def listed(world: World, lead: Decision) -> list[deadlines.Deadline]:
    name = f"tenants/{world.tenant}/workItems/{lead.item_id}"
    answer = await servicer(world).ListDeadlines(processes.ListDeadlinesRequest(parent=name), cast(Call, Caller()))
    return list(answer.deadlines)


def parts(deadline: deadlines.Deadline) -> list[tuple[str, str, int, int]]:
    """Say of each part its kind, whose it was, and how many minutes it took and counted."""
    return [
        (
            deadlines.TimePart.Kind.Name(each.kind).removeprefix("KIND_"),
            (each.rep or each.pool).rpartition("/")[2] or each.reason,
            minutes(each.wall_duration),
            minutes(each.counted_duration),
        )
        for each in deadline.parts
    ]


def minutes(duration: Duration) -> int:
    return duration.ToMilliseconds() // MINUTE_MS


async def test_where_the_time_of_a_deadline_went_is_listed_and_told_where_it_ends(world: World) -> None:
    firm = await at_work(world)
    lead = await routed(world)
    for at_ms in (90 * MINUTE_MS, 2 * HOUR_MS, 3 * HOUR_MS):
        await firm.at(at_ms)
    await firm.at(3 * HOUR_MS + 25 * MINUTE_MS)
    await firm.call(lead, "bo", 3 * HOUR_MS + 25 * MINUTE_MS)

    first, last = await listed(world, lead)

    kind = deadlines.TimePart
    assert parts(first) == [("OUTSIDE_HOURS", "ann", 60, 0), ("OWNER", "ann", 120, 120)]
    assert (first.state, first.cause) == (deadlines.Deadline.STATE_MISSED, kind.KIND_OWNER)
    assert parts(last) == [
        ("ON_LEAVE", "bo", 10, 10), ("OUTSIDE_HOURS", "ann", 60, 0), ("EARLIER_OWNER", "ann", 120, 0),
        ("OWNER", "bo", 15, 15),
    ]  # fmt: skip
    assert last.parts_start_time == first.start_time != last.start_time
    assert (last.state, last.cause) == (deadlines.Deadline.STATE_MET, kind.KIND_UNSPECIFIED)
    english, chinese = [await timeline_entries(world, lead, language) for language in ("en", "zh")]
    assert [[each.deadline for each in entry.ended_deadlines] for entry in english[-2:]] == [["first-response"]] * 2
    assert english[-1].words.endswith(
        " Deadline first-response met after 3 h 25 min: 10 min on leave (李娜) + 1 h 0 min outside hours (王芳)"
        " + 2 h 0 min with 王芳 + 15 min with 李娜."
    )
    assert english[-2].words.endswith(
        "Deadline first-response missed, after 3 h 0 min: 1 h 0 min outside hours (王芳) + 2 h 0 min with 王芳;"
        " cause: owner idle."
    )
    assert chinese[-1].words.endswith(
        "时限 first-response 按时完成，历时 3 小时 25 分钟：李娜休假 10 分钟，非工作时间 1 小时 0 分钟（王芳），"
        "前归属人王芳 2 小时 0 分钟，当前归属人李娜 15 分钟。"
    )

    async def operator(_: Call, message: Message) -> None:
        hide(message, {"display_name"})

    hidden = await timeline_entries(world, lead, "zh", operator)
    assert [name for name in ("王芳", "李娜") if name in hidden[-1].words] == []


async def test_while_nobody_has_it_time_goes_to_waiting_and_nothing_ends(world: World) -> None:
    firm = await at_work(world)
    await world.save(Rep("mo"), pool=Pool("east"))
    await publish(world, SALES.replace("clock: wall", "clock: pool").replace("from: assigned", "from: arrival"))
    lead = await routed(world)
    await firm.at(4 * HOUR_MS)

    (deadline,) = await listed(world, lead)

    assert parts(deadline) == [("OUTSIDE_HOURS", "", 60, 0), ("WAITING", "", 180, 180)]  # of no pool: by the tenant
    assert (deadline.state, deadline.cause) == (deadlines.Deadline.STATE_OVERDUE, deadlines.TimePart.KIND_WAITING)
    assert not any(entry.ended_deadlines for entry in await timeline_entries(world, lead, "en"))
