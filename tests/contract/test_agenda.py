"""What a rep is to follow up on a day by their own clocks, who did what, and all that happened, page by page; on both
stores. The clock begins on a Tuesday at 08:00 in Shanghai.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from router.activities.agenda import Agenda, AgendaPlace
from router.activities.service import ActivityService, RecordRequest
from router.activities.timeline import Timelines
from router.adapters.redis.activities import RedisActivities
from router.deadlines.queries import DeadlineQueries
from router.model.activities import Activity, ActivityKind, Direction, NextChange
from router.model.errors import ActivityExists, InvalidInput, NotFound, NotPossible, RequestIdReused
from router.model.events import ActivityRecorded
from router.model.workforce import Member, Pool, Rep
from router.workforce.service import WorkforceService
from tests.contract.test_caps import DAY_MS, HOUR_MS, START_MS, World, world
from tests.twins.store import MemoryStore

__all__ = ["world"]  # a fixture

EAST = Pool("east", (Member("ann"),))
CALL = Activity(ActivityKind.CALL, Direction.OUTBOUND, "ann", 0)
MIDNIGHT_MS = START_MS + 16 * HOUR_MS
DATES_MS = {
    "at nine": START_MS + HOUR_MS,
    "just before midnight": MIDNIGHT_MS - 1,
    "at midnight": MIDNIGHT_MS,
    "late on the second": MIDNIGHT_MS + DAY_MS - 1,
    "on the third": MIDNIGHT_MS + DAY_MS,
}


class Desk:
    """Somebody who works by Shanghai's clocks, and what they have to do."""

    def __init__(self, world: World) -> None:
        self.world = world
        activities: Any = world.store if isinstance(world.store, MemoryStore) else RedisActivities(world.store._redis)
        self._service = ActivityService(activities, world.queries, world.planners)
        self._agenda = Agenda(
            world.store,
            activities,
            world.queries,
            world.planners,
            DeadlineQueries(world.store, world.queries, world.planners),
        )

    async def begin(self) -> None:
        await self.world.save(Rep("ann"), pool=EAST)
        await self.world.keep_hours()

    async def record(self, item_id: str, activity: Activity = CALL, request_id: str = "") -> ActivityRecorded:
        return await self._service.record(self.world.tenant, RecordRequest(item_id, activity, request_id=request_id))

    async def day(
        self, date: str = "", behind: AgendaPlace | None = None, count: int = 9
    ) -> tuple[list[str], AgendaPlace | None]:
        """Return the next steps of a date, and behind what there are more."""
        day = await self._agenda.day(self.world.tenant, "ann", date, behind=behind, count=count)
        assert day.clocks.time_zone == "Asia/Shanghai"
        return [follow_up.next_step for follow_up in day.follow_ups], day.more_behind

    async def page_by_page(self, date: str, count: int = 1) -> AsyncIterator[list[str]]:
        """Yield the next steps of a date, page by page."""
        steps, place = await self.day(date, count=count)
        yield steps
        while place:
            steps, place = await self.day(date, place, count)
            yield steps


async def test_a_day_has_what_falls_due_from_midnight_to_midnight_and_what_is_past_before_it(world: World) -> None:
    desk = Desk(world)
    await desk.begin()
    for step, at_ms in DATES_MS.items():
        await desk.record((await world.route()).item_id, CALL._replace(next_ms=at_ms, next_step=step))
    nine, before_midnight, *second, third = DATES_MS

    assert await desk.day() == ([nine, before_midnight], None)
    assert await desk.day("2029-12-31") == ([], None)
    assert await desk.day("2030-01-02") == (second, None)
    assert await desk.day("2030-01-03") == ([third], None)
    await world.clock.set(START_MS + HOUR_MS)
    assert await desk.day("2030-01-02") == (second, None)
    await world.clock.set(START_MS + HOUR_MS + 1)
    assert await desk.day("2030-01-02") == ([nine, *second], None)
    assert await desk.day("2029-12-31") == ([], None)
    assert [page async for page in desk.page_by_page("2030-01-02")] == [[nine], second[:1], second[1:]]


async def test_whoever_follows_up_what_a_page_shows_before_the_next_misses_nothing(world: World) -> None:
    desk = Desk(world)
    await desk.begin()
    item_of: dict[str, str] = {}
    for step in "abcd":  # two at a time: what is due at once is by its id
        at_ms = START_MS + HOUR_MS * (1 + "abcd".index(step) // 2)
        item_of[step] = (await world.route()).item_id
        await desk.record(item_of[step], CALL._replace(next_ms=at_ms, next_step=step))
    seen = list[str]()

    async for page in desk.page_by_page(""):
        seen += page
        for step in page:
            await desk.record(item_of[step])

    assert seen == list("abcd")


async def test_what_occurred_before_a_date_was_set_changes_nothing_about_it(world: World) -> None:
    desk = Desk(world)
    await desk.begin()
    item = await world.route()
    await desk.record(item.item_id, CALL._replace(next_ms=START_MS + HOUR_MS, next_step="as agreed"))
    await world.clock.set(START_MS + 1)
    wrote = CALL._replace(kind=ActivityKind.EMAIL)
    others = [
        activity._replace(occur_ms=START_MS + by, next_ms=next_ms, next_step="again" if next_ms else "")
        for by in (-1, 0)
        for activity, next_ms in ((wrote, START_MS + 2 * HOUR_MS), (CALL, 0))
    ]

    changes = [(await desk.record(item.item_id, other)).next_change for other in others]

    assert changes == [NextChange.NONE, NextChange.NONE, NextChange.SET, NextChange.ENDED]
    assert await desk.day() == ([], None)
    assert await world.differences() == []


@pytest.mark.parametrize("written", ["20300102", "2030-W01-3", "2030-1-2", "2030-02-30", "today"])
async def test_what_is_no_date_as_dates_are_written_is_refused(world: World, written: str) -> None:
    desk = Desk(world)
    await desk.begin()

    with pytest.raises(InvalidInput, match="must be a date such as"):
        await desk.day(written)


async def test_who_was_just_hired_may_act_and_who_never_was_may_not(world: World) -> None:
    desk = Desk(world)
    await desk.begin()
    item = await world.route()
    await world.save(Rep("bo"), pool=EAST)

    recorded = await desk.record(item.item_id, CALL._replace(rep="bo"))

    assert recorded.activity.rep == "bo"
    with pytest.raises(NotFound, match="reps/cy"):
        await desk.record(item.item_id, CALL._replace(rep="cy"))


async def test_what_is_sent_again_is_the_same_where_all_that_it_says_is(world: World) -> None:
    desk = Desk(world)
    await desk.begin()
    item = await world.route()
    sent = CALL._replace(external_id="C-1", occur_ms=START_MS - HOUR_MS)

    recorded = await desk.record(item.item_id, sent)

    for again in (sent, sent._replace(rep=""), sent._replace(occur_ms=0)):
        assert (await desk.record(item.item_id, again)).number == recorded.number
    await world.save(Rep("bo"), pool=EAST)
    for other in (sent._replace(rep="bo"), sent._replace(occur_ms=START_MS), sent._replace(duration_ms=1)):
        with pytest.raises(ActivityExists):
            await desk.record(item.item_id, other)


async def test_what_is_sent_again_is_the_same_also_once_the_work_item_is_closed_and_the_rep_is_gone(
    world: World,
) -> None:
    desk = Desk(world)
    await desk.begin()
    await world.save(Rep("bo"), pool=EAST)
    workforce, item = WorkforceService(world.workforce, world.rule_sets), await world.route()
    sent = CALL._replace(rep="bo", next_ms=START_MS + DAY_MS)
    known = sent._replace(external_id="C-1")
    by_request, by_id = await desk.record(item.item_id, sent, "r-1"), await desk.record(item.item_id, known)
    await world.close(item)
    with pytest.raises(NotPossible, match=r"is CLOSED: leave activity\.next_time out"):
        await desk.record(item.item_id, sent)
    await workforce.delete(world.tenant, "rep", "bo")
    with pytest.raises(NotFound, match="reps/bo"):
        await desk.record(item.item_id, sent)

    assert await desk.record(item.item_id, sent, "r-1") == by_request
    assert await desk.record(item.item_id, known) == by_id


async def test_what_has_no_next_date_that_lies_ahead_is_told_the_instants_as_the_contract_writes_them(
    world: World,
) -> None:
    desk = Desk(world)
    await desk.begin()
    item = await world.route()
    await world.clock.set(START_MS + 7)
    now = "2030-01-01T00:00:00.007Z"
    refused: list[tuple[dict[str, Any], str]] = [
        ({"next_ms": START_MS}, f"next_time: 2030-01-01T00:00:00Z: must be later than now, {now}, or absent"),
        ({"next_ms": 2 * START_MS}, "next_time: 2090-01-01T00:00:00Z: must be at most three years ahead, 2033-01-01T"),
        ({"occur_ms": START_MS + 8}, f"occur_time: 2030-01-01T00:00:00.008Z: must be at most now, {now}"),
    ]
    for given, fault in refused:
        with pytest.raises(InvalidInput, match=fault):
            await desk.record(item.item_id, CALL._replace(**given))


async def test_a_request_whose_activity_is_known_already_is_remembered_as_any_other(world: World) -> None:
    desk = Desk(world)
    await desk.begin()
    item = await world.route()
    sent = CALL._replace(external_id="C-1")
    recorded = await desk.record(item.item_id, sent)

    for _ in range(2):
        assert (await desk.record(item.item_id, sent, request_id="a-1")).number == recorded.number
    for other in (CALL, CALL._replace(external_id="C-2")):
        with pytest.raises(RequestIdReused):
            await desk.record(item.item_id, other, request_id="a-1")
    with pytest.raises(ActivityExists):
        await desk.record(item.item_id, sent._replace(duration_ms=1), request_id="a-2")
    assert (await desk.record(item.item_id, request_id="a-2")).number == recorded.number + 1


async def test_a_timeline_goes_back_page_by_page_and_begins_anywhere(world: World) -> None:
    desk = Desk(world)
    await desk.begin()
    item = await world.route()
    numbers = [item.number]
    for _ in range(4):
        await world.route()  # of something else
        numbers.append((await desk.record(item.item_id)).number)

    pages, before = list[list[int]](), 0
    while not pages or before:
        page = await Timelines(world.store, world.planners).page(world.tenant, item.item_id, last=before, count=2)
        pages.append([event.number for event in page.events])
        before = page.before

    assert pages == [numbers[3:], numbers[1:3], numbers[:1]]
    beyond = await Timelines(world.store, world.planners).page(
        world.tenant, item.item_id, last=numbers[-1] + 9, count=2
    )
    assert [event.number for event in beyond.events] == numbers[3:]
    with pytest.raises(NotFound):
        await Timelines(world.store, world.planners).page(world.tenant, "crm~none", count=2)
