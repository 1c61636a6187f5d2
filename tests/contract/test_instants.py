"""Who decides by time: work comes and waits, people come and go, calendars change, clocks differ; on both stores.

The clock stands where a test sets it; a server's own may be off.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.presence import RedisPresences
from router.adapters.redis.rulesets import RedisRuleSets
from router.adapters.redis.timers import RedisTimers
from router.adapters.redis.workforce import RedisWorkforce
from router.assignment.commands import Moved, ReassignRequest, RouteRequest
from router.assignment.jobs import route_command
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.backlog.lifts import ever_lifts, lifts_of
from router.backlog.requeuer import Requeuer
from router.backlog.wakes import Wakes
from router.history.replay import Replay
from router.model.calendars import Absence, Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.decision import Cause, Decision, Outcome
from router.model.errors import StaleRevision
from router.model.events import WAKE
from router.model.workforce import Member, Pool, Record, Rep
from router.model.workitem import Kind, WorkItem
from router.rules.check import check
from router.rules.codec import dumps
from router.timers.follower import TimerFollower
from router.timers.timer import Timer
from rules.revisions import Publication
from store.clients import close
from store.clock import SimulatedClock
from store.embedded.server import EmbeddedServer
from tests.drivers import DRIVERS, driven
from tests.simulated_redis import SimulatedRedis
from tests.twins.store import MemoryStore

HOUR = 3_600_000
KINDS = {Rep: "rep", Pool: "pool", Calendar: "calendar", Absence: "absence", TenantSettings: "tenant"}


def at(text: str, zone: str = "UTC") -> int:
    """Return an instant by the clocks of a zone, in milliseconds since 1970."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


MONDAY = at("2026-10-05T00:00")


def hours(calendar_id: str, start: int, end: int, zone: str = "UTC", *exceptions: CalendarException) -> Calendar:
    """Return hours of Monday to Friday."""
    weekly = tuple(WeeklyHours(day, Hours(start * 60, end * 60)) for day in range(5))
    return Calendar(calendar_id, zone, weekly, exceptions)


DAYS = hours("days", 9, 18)


class World:
    """A tenant, and a server whose clock is off by some milliseconds."""

    def __init__(self, redis: Any, tenant: str) -> None:
        self.tenant = tenant
        self.now_ms, self.off_ms = MONDAY + 10 * HOUR, 0
        self._clock = SimulatedClock(redis) if redis else None
        if redis:
            self.store: Any = RedisAssignments(redis, now_ms=self.expected_ms)
            self.workforce: Any = RedisWorkforce(redis)
            self.rule_sets: Any = RedisRuleSets(redis)
            self.presences: Any = RedisPresences(redis)
            self.timers: Any = RedisTimers(redis)
            scores: Any = RedisCustomerScores(redis)
        else:
            self.store = self.workforce = self.rule_sets = self.presences = self.timers = scores = MemoryStore(
                lambda: self.now_ms, self.expected_ms
            )
        self.planners = PlannerCache(self.workforce, self.rule_sets, self.rule_sets)
        self.queries = WorkItemQueries(self.store, self.planners)
        self.router = Router(self.store, self.planners, self.queries, scores)
        self.requeuer = Requeuer(tenant, self.store, self.planners)
        self.processes: Any = None
        self.routed = 0

    def expected_ms(self) -> int:
        return self.now_ms + self.off_ms

    async def set(self, now_ms: int) -> None:
        """Have the store's clock stand at an instant."""
        self.now_ms = now_ms
        if self._clock:
            await self._clock.set(now_ms * 1000, rate=0)

    async def publish(self, route: str) -> None:
        """Publish rules of one route."""
        await self.publish_source(f"fields: {{}}\nrules: []\ndefault:\n  route: {{{route}}}\n")

    async def publish_source(self, source: str) -> None:
        rule_set = check(source).rule_set
        assert rule_set is not None
        await self.rule_sets.publish(self.tenant, None, Publication(0, source, dumps(rule_set), "", 0, 0, 0))

    async def write(self, *those: Record) -> None:
        """Write records as one revision."""
        before = await self.workforce.read(self.tenant)
        changes = {(KINDS[type(record)], record.id): record for record in those}
        await self.workforce.write(self.tenant, before.revision, changes, event_hash=before.event_hash)

    async def delete(self, kind: str, record_id: str) -> None:
        before = await self.workforce.read(self.tenant)
        await self.workforce.write(
            self.tenant, before.revision, {(kind, record_id): None}, event_hash=before.event_hash
        )

    def request(self) -> RouteRequest:
        """Return a request to route another lead."""
        self.routed += 1
        return RouteRequest(WorkItem(Kind.LEAD, "crm", f"L-{self.routed}"))

    async def route(self, *, preview: bool = False) -> Decision:
        return await self.router.route(self.tenant, self.request(), preview=preview)

    async def wake(self) -> int:
        """Have the requeuer take in what happened, and try."""
        if not self.requeuer.position:
            await self.requeuer.begin()
        await self.requeuer.catch_up()
        return await self.requeuer.wake()

    async def owner(self, decision: Decision) -> str:
        record = await self.store.item(self.tenant, decision.item_id)
        return str(record.owner)

    async def decisions(self) -> list[Decision]:
        return [event for event in await self.store.events(self.tenant, count=1000) if isinstance(event, Decision)]

    async def due(self) -> list[int]:
        """Follow the log to its end; return when something is due."""
        store, planners, presences = self.store, self.planners, self.presences
        wakes = Wakes(lifts_of, ever_lifts)
        await TimerFollower(self.tenant, store, planners, presences, self.timers, [wakes]).catch_up()
        return [timer.due_ms for timer in await self.timers.timers(self.tenant)]

    async def differences(self) -> list[str]:
        replay = Replay(self.store, self.presences, self.planners)
        return [difference async for difference in replay.differences(self.tenant)]


@pytest.fixture(params=["memory", *DRIVERS])
async def world(request: pytest.FixtureRequest, store: EmbeddedServer, tenant: str) -> AsyncIterator[World]:
    """Yield ann, who works by day, in the pool east, on a Monday at 10; on each store in turn."""
    redis = None if request.param == "memory" else driven(SimulatedRedis.from_url(store.url), request.param)
    world = World(redis, tenant)
    await world.set(world.now_ms)
    await world.publish("pool: east, fallback: [wait]")
    await world.write(DAYS, Rep("ann", calendar="days"), Pool("east", (Member("ann"),)))
    yield world
    if redis:
        await redis.flushall()
        await close(redis)


async def test_07_with_everybody_off_duty_work_waits_and_is_assigned_when_one_comes(world: World) -> None:
    await world.set(MONDAY + 20 * HOUR)
    waiting = [await world.route() for _ in range(3)]
    none_yet = await world.wake()

    await world.set(MONDAY + 33 * HOUR)
    follower = Requeuer(world.tenant, world.store, world.planners)
    await follower.begin()
    woken = await follower.wake()

    assert [decision.outcome for decision in waiting] == [Outcome.WAITING] * 3
    assert (none_yet, woken) == (0, 3)
    assert [await world.owner(decision) for decision in waiting] == ["ann"] * 3
    assert [decision.item_id for decision in (await world.decisions())[3:]] == [each.item_id for each in waiting]
    assert await world.differences() == []


async def test_07_who_ends_their_leave_early_gets_what_waited(world: World) -> None:
    await world.write(Absence("ann/1", MONDAY, MONDAY + 100 * HOUR))
    waiting = await world.route()
    none_yet = await world.wake()

    await world.delete("absence", "ann/1")

    assert (waiting.outcome, none_yet, await world.wake()) == (Outcome.WAITING, 0, 1)
    assert await world.owner(waiting) == "ann"
    assert await world.differences() == []


async def test_17_a_team_and_a_rep_in_other_zones_work_each_by_their_own(world: World) -> None:
    shanghai, new_york = hours("shanghai", 9, 18, "Asia/Shanghai"), hours("newyork", 9, 18, "America/New_York")
    team = Pool("east", (Member("ann"), Member("bo")), calendar="shanghai")
    await world.write(shanghai, new_york, Rep("ann"), Rep("bo", calendar="newyork"), team)
    owners = {}

    for local in ("2026-10-06T09:00", "2026-10-06T17:59", "2026-10-06T18:00", "2026-10-06T21:00", "2026-10-07T05:59",
                  "2026-10-07T06:00"):  # fmt: skip
        await world.set(at(local, "Asia/Shanghai"))
        owners[local[8:]] = (await world.route()).rep

    assert owners == {
        "06T09:00": "ann", "06T17:59": "ann", "06T18:00": "", "06T21:00": "bo", "07T05:59": "bo", "07T06:00": "",
    }  # fmt: skip
    assert await world.differences() == []


async def test_18_a_calendar_that_is_edited_counts_from_the_next_decision_and_old_ones_are_replayed_by_the_old(
    world: World,
) -> None:
    await world.write(Absence("ann/1", MONDAY + 30 * HOUR, MONDAY + 60 * HOUR))
    before = await world.route()
    await world.write(hours("days", 12, 18))
    behind = await world.route()
    await world.set(MONDAY + 12 * HOUR)
    later = await world.route()
    await world.write(hours("days", 9, 18, "UTC", CalendarException("2026-10-05")))
    on_a_holiday = await world.route()

    assert [each.rep for each in (before, behind, later, on_a_holiday)] == ["ann", "", "ann", ""]
    assert await world.differences() == []


@pytest.mark.parametrize(("opens", "due_hour"), [(12, 36), (7, 31)], ids=["later", "earlier"])
async def test_18_a_calendar_that_is_edited_moves_the_timer_of_what_waits(
    world: World, opens: int, due_hour: int
) -> None:
    await world.set(MONDAY + 20 * HOUR)
    waits = await world.route()
    before = await world.due()
    await world.write(hours("days", opens, 18))
    moved = await world.due()
    await world.set(MONDAY + due_hour * HOUR - 1)
    early = await world.timers.fire(world.tenant)
    await world.set(MONDAY + due_hour * HOUR)

    assert (before, moved) == ([MONDAY + 33 * HOUR], [MONDAY + due_hour * HOUR])
    assert (early, await world.timers.fire(world.tenant)) == (0, 1)
    await world.wake()
    assert (waits.rep, await world.owner(waits)) == ("", "ann")
    assert await world.differences() == []


@pytest.mark.parametrize("off_hours", [-20, -2, 2, 20, 2000])
async def test_29_a_server_whose_clock_is_off_decides_by_the_store_s(world: World, off_hours: int) -> None:
    world.off_ms = off_hours * HOUR
    owners = []

    for hour in (10, 17, 18, 32, 33):
        await world.set(MONDAY + hour * HOUR)
        owners.append((await world.route()).rep)

    assert owners == ["ann", "ann", "", "", "ann"]
    assert await world.differences() == []


async def test_a_job_planned_for_another_time_is_told_the_time_and_the_others_are_done(world: World) -> None:
    planner = await world.planners.current(world.tenant)
    requests = [world.request() for _ in range(3)]
    instants = (world.now_ms, world.now_ms - 5 * HOUR, world.now_ms)
    jobs = [route_command(planner, each, each.item, at_ms) for each, at_ms in zip(requests, instants, strict=True)]

    answers = await world.store.bind(world.tenant, planner.revisions, jobs)

    assert answers[1] == Moved(world.now_ms)
    assert [answer.rep for answer in answers[::2]] == ["ann", "ann"]
    assert await world.store.item(world.tenant, "crm~L-2") is None
    assert await world.differences() == []


async def test_a_plan_holds_from_the_opening_until_just_before_the_closing(world: World) -> None:
    planner = await world.planners.current(world.tenant)
    request = world.request()
    job = route_command(planner, request, request.item, world.now_ms)
    answers = []

    for now_ms in (MONDAY + 9 * HOUR, MONDAY + 18 * HOUR - 1, MONDAY + 18 * HOUR):
        await world.set(now_ms)
        answers += await world.store.bind(world.tenant, planner.revisions, [job], preview=True)

    assert [getattr(answer, "rep", answer) for answer in answers] == ["ann", "ann", Moved(MONDAY + 18 * HOUR)]


async def test_a_batch_that_is_planned_again_keeps_the_order_of_its_answers(world: World) -> None:
    world.off_ms = -5 * HOUR
    await world.write(Rep("bo"), Pool("east", (Member("ann"), Member("bo"))))
    requests = [world.request() for _ in range(150)]

    answers = await world.router.route_many(world.tenant, requests)

    assert [getattr(answer, "item_id", "") for answer in answers] == [f"crm~L-{n}" for n in range(1, 151)]
    assert {getattr(answer, "rep", "") for answer in answers} == {"ann", "bo"}
    assert await world.differences() == []


async def test_a_preview_and_a_move_are_planned_for_the_time_that_it_is(world: World) -> None:
    owned = await world.route()
    await world.write(Rep("bo"), Rep("cy", calendar="days"), Pool("east", tuple(map(Member, ("ann", "bo", "cy")))))
    await world.router.reassign(world.tenant, ReassignRequest(owned.item_id, "bo"))
    world.off_ms = -11 * HOUR

    preview = await world.route(preview=True)
    moved = await world.router.reassign(world.tenant, ReassignRequest(owned.item_id))
    await world.set(MONDAY + 20 * HOUR)
    at_night = await world.route(preview=True)
    named = await world.router.reassign(world.tenant, ReassignRequest(owned.item_id, "ann"))

    assert preview.rep in ("ann", "cy", "bo")
    assert (owned.rep, moved.rep) == ("ann", "cy")
    assert at_night.rep == "bo"
    assert (named.rep, named.head.cause) == ("ann", Cause.OVERRIDE)
    assert await world.differences() == []


async def test_what_waits_for_hours_is_not_given_to_another_pool(world: World) -> None:
    await world.write(Rep("bo"), Pool("west", (Member("bo"),)))
    await world.publish("pool: east, hours: wait, fallback: [{pool: west}]")
    await world.set(MONDAY + 20 * HOUR)
    waiting = await world.route()
    none_yet = await world.wake()

    await world.set(MONDAY + 33 * HOUR)
    await world.write(Pool("west", (Member("bo"),), "Westen"))

    assert (waiting.outcome, none_yet, await world.wake()) == (Outcome.WAITING, 0, 1)
    assert await world.owner(waiting) == "ann"
    assert await world.differences() == []


TWO_TEAMS = """
fields: {team: {type: string}}
rules: [{id: late, when: {field: team, op: eq, value: late}, route: {pool: late, fallback: [wait]}}]
default: {route: {pool: east, fallback: [wait]}}
"""


@pytest.mark.parametrize("begins_anew", [False, True], ids=["woken by its timer", "begins anew"])
async def test_what_nobody_is_there_for_yet_keeps_nothing_from_who_has_come(world: World, begins_anew: bool) -> None:
    """By the server's clock, which is days off, nobody is there for either."""
    await world.publish_source(TWO_TEAMS)
    await world.write(hours("late", 12, 18), Rep("bo", calendar="late"), Pool("late", (Member("bo"),)))
    await world.set(MONDAY + 20 * HOUR)
    older = RouteRequest(WorkItem(Kind.LEAD, "crm", "L-0", {"team": "late"}))
    late, east = await world.router.route(world.tenant, older), await world.route()
    none_yet = await world.wake()

    world.off_ms = 108 * HOUR
    await world.set(MONDAY + 33 * HOUR)
    await fire(world, Timer(east.item_id, WAKE, east.number, 1, world.now_ms))
    if begins_anew:
        world.requeuer = Requeuer(world.tenant, world.store, world.planners)

    assert (late.rep, east.rep, none_yet, await world.wake()) == ("", "", 0, 1)
    assert await world.owner(east) == "ann"


async def fire(world: World, timer: Timer) -> None:
    """Fire a timer that is due."""
    timers = world.timers
    before = await timers.followed(world.tenant)
    assert await timers.set_timers(world.tenant, before, before, {timer.item_id: [timer]})
    assert await timers.fire(world.tenant) == 1


async def test_a_requeuer_whose_clock_is_off_gives_work_to_who_is_there(world: World) -> None:
    await world.set(MONDAY + 20 * HOUR)
    waiting = await world.route()
    await world.wake()

    world.off_ms = -13 * HOUR
    await world.set(MONDAY + 33 * HOUR)
    await world.write(Pool("east", (Member("ann"),), "Osten"))
    follower = Requeuer(world.tenant, world.store, world.planners)
    await follower.begin()

    assert await follower.wake() == 1
    assert await world.owner(waiting) == "ann"


async def test_time_that_passes_faster_than_one_can_plan_is_an_error_and_no_endless_loop() -> None:
    world = World(None, "acme")
    hourly = iter(range(1, 1000))
    store = MemoryStore(lambda: MONDAY + next(hourly) * 12 * HOUR, lambda: MONDAY)
    world.store = world.workforce = world.rule_sets = store
    world.planners = PlannerCache(store, store, store)
    world.router = Router(store, world.planners, WorkItemQueries(store, world.planners), store)
    await world.publish("pool: east")
    mornings = Calendar("days", weekly=tuple(WeeklyHours(day, Hours(0, 12 * 60)) for day in range(7)))
    await world.write(mornings, Rep("ann", calendar="days"), Pool("east", (Member("ann"),)))

    with pytest.raises(StaleRevision, match="time change faster"):
        await world.route()


@st.composite
def days(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """Draw what happens: time passes, somebody takes leave, hours change, leads come, what waits is tried."""
    steps: list[Callable[[], st.SearchStrategy[tuple[str, Any]]]] = [
        lambda: st.tuples(st.just("pass"), st.integers(1, 30)),
        lambda: st.tuples(st.just("leave"), st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.integers(1, 30))),
        lambda: st.tuples(st.just("hours"), st.tuples(st.sampled_from(["days", "nights"]), st.integers(0, 12))),
        lambda: st.tuples(st.just("lead"), st.integers(1, 4)),
        lambda: st.tuples(st.just("wake"), st.just(0)),
    ]
    return draw(st.lists(st.one_of(*[step() for step in steps]), min_size=8, max_size=25))


@settings(max_examples=settings().max_examples // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=days(), off_hours=st.sampled_from([0, 0, -9, 30]))
async def test_nobody_gets_work_outside_their_hours_at_any_moment_of_a_log(
    steps: list[tuple[str, Any]], off_hours: int
) -> None:
    world = World(None, "acme")
    world.off_ms = off_hours * HOUR
    calendars = {"days": (9, 18), "nights": (20, 23)}
    history: list[tuple[int, dict[str, tuple[int, int]], list[Absence]]] = []
    leaves: list[Absence] = []
    await world.publish("pool: east, fallback: [{pool: west}, wait]")
    reps = [Rep("a", calendar="days"), Rep("b", calendar="nights"), Rep("c")]
    pools = [Pool("east", (Member("a"), Member("b"))), Pool("west", (Member("c"), Member("a")), calendar="nights")]
    await world.write(*[hours(name, *span) for name, span in calendars.items()], *reps, *pools)

    for step, fact in steps:
        match step:
            case "pass":
                world.now_ms += fact * HOUR
            case "leave":
                rep, begins, length = fact
                start_ms = world.now_ms + begins * HOUR
                leaves = [*leaves, Absence(f"{rep}/{len(leaves)}", start_ms, start_ms + length * HOUR)]
                await world.write(leaves[-1])
            case "hours":
                calendars = {**calendars, fact[0]: (fact[1], fact[1] + 10)}
                await world.write(hours(fact[0], *calendars[fact[0]]))
            case "lead":
                for _ in range(fact):
                    await world.route()
            case "wake":
                await world.wake()
        history.append((len(await world.decisions()), dict(calendars), list(leaves)))

    for number, decision in enumerate(await world.decisions()):
        of_day, absent = next((those, gone) for reached, those, gone in history if number < reached)
        if decision.rep:
            moment = datetime.fromtimestamp(decision.at_ms / 1000, UTC)
            start, end = of_day["days" if decision.rep == "a" else "nights"]
            assert moment.weekday() < 5
            assert start <= moment.hour < end
            assert not any(
                leave.rep == decision.rep and leave.start_ms <= decision.at_ms < leave.end_ms for leave in absent
            )
    assert await world.differences() == []
