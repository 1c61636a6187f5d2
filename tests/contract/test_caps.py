"""Every measure, window, scope and pace, up to its limit: refused with the instant it lifts, on both stores."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest

from router.adapters.redis.activities import RedisActivities
from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.keys import Keys
from router.adapters.redis.notes import RedisNotes
from router.adapters.redis.presence import RedisPresences
from router.adapters.redis.processes import RedisProcesses
from router.adapters.redis.rulesets import RedisRuleSets
from router.adapters.redis.snapshots import RedisSnapshots
from router.adapters.redis.timers import RedisTimers
from router.adapters.redis.workforce import RedisWorkforce
from router.assignment.caps import SLOTS, span
from router.assignment.commands import BindCommand, ReassignRequest, RouteRequest
from router.assignment.explanation import Reason, explain, plan_again, reached_caps
from router.assignment.jobs import reassign_command
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.backlog.requeuer import Requeuer
from router.history.cap_uses import CapUses
from router.history.monitor import Monitor
from router.history.replay import Replay
from router.model.calendars import Calendar, Hours, TenantSettings, WeeklyHours
from router.model.caps import HELD, Cap, CapMeasure, CapPace, CapScope, CapWindow
from router.model.decision import Decision, Outcome
from router.model.errors import InvalidInput
from router.model.workforce import MICROS, Member, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from router.process.revisions.cache import ProcessCache
from router.rules.check import check
from router.rules.codec import dumps
from router.workforce.caps import meaning_fault
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from rules.revisions import Publication
from store.clock import SimulatedClock
from store.embedded.server import EmbeddedServer
from tests.simulated_redis import SimulatedRedis
from tests.twins.store import MemoryStore

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
START_MS = 1_893_456_000_000  # 2030-01-01, a Tuesday
LIMIT = 3
WORKING = Calendar("working", "Asia/Shanghai", tuple(WeeklyHours(day, Hours(9 * 60, 17 * 60)) for day in range(5)))


class Clock:
    """Stands until it is moved; on memory (no client), or on a store whose scripts read the simulated one."""

    def __init__(self, at_ms: int, redis: Any = None) -> None:
        self.at_ms = at_ms
        self._redis = redis

    def now_ms(self) -> int:
        return self.at_ms

    async def set(self, at_ms: int) -> None:
        """Move it; never back."""
        self.at_ms = max(at_ms, self.at_ms)
        if self._redis is not None:
            await SimulatedClock(self._redis).set(self.at_ms * 1000, rate=0)


@dataclass
class World:
    """Rules, and a pool of one rep, on one of the stores."""

    store: Any
    workforce: Any
    presences: Any
    rule_sets: Any
    scores: Any
    clock: Clock
    tenant: str
    processes: Any
    timers: Any = None
    activities: Any = None
    notes: Any = None

    def __post_init__(self) -> None:
        self.planners = PlannerCache(
            self.workforce, self.rule_sets, self.rule_sets, processes=ProcessCache(self.processes)
        )
        self.queries = WorkItemQueries(self.store, self.planners)
        self.router = Router(self.store, self.planners, self.queries, self.scores)
        self.items = 0

    async def save(self, *reps: Rep, pool: Pool) -> None:
        """Enter reps and a pool; the first time also the rules, which ask for nothing."""
        records = {rep.id: rep for rep in reps}
        edits = [Edit("rep", rep.id, lambda _, rep=rep: rep, create=True) for rep in records.values()]  # type: ignore[misc]
        edits.append(Edit("pool", pool.id, lambda _: pool, create=True))
        await WorkforceService(self.workforce, self.rule_sets).save(self.tenant, edits)

    async def publish(self, pool: str = "east", fallback: str = "[wait]", hours: str = "ignore") -> None:
        rules = f"fields: {{}}\nrules: []\ndefault: {{route: {{pool: {pool}, hours: {hours}, fallback: {fallback}}}}}"
        rule_set = check(rules).rule_set
        assert rule_set is not None
        await self.rule_sets.publish(self.tenant, None, Publication(0, rules, dumps(rule_set), "", 0, 0, 0))

    async def keep_hours(self) -> None:
        """Have the tenant work by a calendar."""
        present = await self.workforce.read(self.tenant)
        records = {("calendar", WORKING.id): WORKING, ("tenant", "settings"): TenantSettings(calendar=WORKING.id)}
        await self.workforce.write(
            self.tenant, expected=present.revision, event_hash=present.event_hash, records=records
        )

    async def route(self, value: float = 1.0, kind: Kind = Kind.LEAD) -> Decision:
        self.items += 1
        item = WorkItem(kind, "crm", f"L-{self.items}", value=value)
        return await self.router.route(self.tenant, RouteRequest(item))

    async def move(self, planner: Planner, decision: Decision, rep: str = "") -> BindCommand:
        """Make the job of giving a work item to a rep, or to somebody who has not had it."""
        stored = await self.queries.item(self.tenant, decision.item_id)
        request = ReassignRequest(decision.item_id, rep)
        return reassign_command(self.tenant, planner, request, stored.record, stored.item, "", self.clock.at_ms)

    async def close(self, decision: Decision) -> None:
        await self.router.complete(self.tenant, decision.item_id, State.CLOSED)

    async def reason(self, decision: Decision, rep: str = "ann") -> Reason:
        """Return the one reason against a rep."""
        planner = await self.planners.current(self.tenant)
        (candidate,) = [each for each in explain(decision, planner).candidates if each.rep == rep]
        (reason,) = candidate.reasons
        return reason

    async def lift_ms(self, decision: Decision) -> int:
        plan = plan_again(decision, await self.planners.current(self.tenant))
        return min(reached_caps(decision, plan).values(), default=0)

    async def differences(self) -> list[str]:
        replay = Replay(self.store, self.presences, self.planners, processes=self.processes)
        return [difference async for difference in replay.differences(self.tenant)]


@pytest.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest, store: EmbeddedServer, tenant: str) -> AsyncIterator[World]:
    if request.param == "memory":
        clock = Clock(START_MS)
        memory = MemoryStore(clock.now_ms)
        world = World(memory, memory, memory, memory, memory, clock, tenant, memory, memory, memory, memory)
        await world.publish()
        yield world
        return
    redis: Any = SimulatedRedis.from_url(store.url)
    clock = Clock(START_MS, redis)
    await clock.set(START_MS)
    world = World(
        RedisAssignments(redis), RedisWorkforce(redis), RedisPresences(redis), RedisRuleSets(redis),
        RedisCustomerScores(redis), clock, tenant, RedisProcesses(redis), RedisTimers(redis), RedisActivities(redis),
        RedisNotes(redis),
    )  # fmt: skip
    await world.publish()
    yield world
    await redis.delete("fairlead:clock")
    await redis.aclose()


WHOSE = ("rep", "member", "pool")
EVERY = list(product(CapMeasure, CapWindow, WHOSE, CapPace))


def cap_of(measure: CapMeasure, window: CapWindow, whose: str, pace: CapPace) -> Cap:
    limit = LIMIT * MICROS if measure is CapMeasure.VALUE else LIMIT
    scope = CapScope.POOL if whose == "pool" else CapScope.REP
    rolling_ms = DAY_MS if window is CapWindow.ROLLING else 0
    return Cap("c", measure, limit, scope, (), window, rolling_ms, pace)


def meaningful() -> Iterator[tuple[CapMeasure, CapWindow, str, CapPace]]:
    return (each for each in EVERY if meaning_fault(cap_of(*each), of_pool=each[2] != "rep") is None)


async def enter(world: World, cap: Cap, whose: str) -> None:
    """Give it to the rep, or to the pool."""
    ann = Rep("ann", caps=(cap,) if whose == "rep" else ())
    await world.save(ann, pool=Pool("east", (Member("ann"),), caps=(cap,) if whose != "rep" else ()))


@pytest.mark.parametrize(("measure", "window", "whose", "pace"), list(meaningful()))
async def test_a_cap_is_used_up_and_lifts_at_the_instant_told(
    world: World, measure: CapMeasure, window: CapWindow, whose: str, pace: CapPace
) -> None:
    cap = cap_of(measure, window, whose, pace)
    await world.keep_hours()
    await enter(world, cap, whose)
    given: list[Decision] = []

    while True:
        decision = await world.route()
        if decision.rep:
            given.append(decision)
            continue
        reason = await world.reason(decision)
        assert (reason.code, reason.field) == ("REACHED_CAP", "caps.c")
        assert reason.lift_ms == await world.lift_ms(decision)
        assert (reason.actual, reason.required) == (str(len(given)), str(LIMIT))
        if len(given) == LIMIT:
            break
        await pass_to(world, reason.lift_ms)

    assert decision.outcome is Outcome.WAITING
    if measure in HELD:
        assert reason.lift_ms == 0
        await world.close(given[0])
    else:
        assert reason.lift_ms == expected_ms(window, given)
        await pass_to(world, reason.lift_ms)
    assert (await world.route()).rep == "ann"
    assert await world.differences() == []


async def pass_to(world: World, lift_ms: int) -> None:
    """Let time pass up to an instant; just before it nobody may have anything."""
    assert lift_ms > world.clock.at_ms
    await world.clock.set(lift_ms - 1)
    assert not (await world.route()).rep
    await world.clock.set(lift_ms)


def expected_ms(window: CapWindow, given: list[Decision]) -> int:
    """Return when a window ends, or its first slot leaves it."""
    if window is CapWindow.ROLLING:
        slot_ms = DAY_MS // SLOTS
        return (given[0].at_ms // slot_ms + SLOTS + 1) * slot_ms
    return span(window, WORKING.time_zone, given[-1].at_ms).end_ms


MEANINGLESS = [each for each in EVERY if each not in list(meaningful())]
WHY = {
    "scope": "POOL: a rep's cap counts this rep alone; set it on the pool",
    "window held": "counts what is open now, whenever it was given; allowed: none",
    "window": "needs one, or what was reached would never lift; allowed: HOUR, DAY, WEEK, MONTH, ROLLING",
    "pace held": "EVEN: what is open now has no course; allowed: ANY, or a window of HOUR, DAY, WEEK or MONTH",
    "pace": "EVEN: a rolling window has no beginning to pace from; allowed: ANY, or a window of HOUR, DAY, WEEK or "
    "MONTH",
}


def test_of_all_combinations_some_mean_something() -> None:
    assert (len(EVERY), len(MEANINGLESS)) == (180, 93)


async def test_what_means_nothing_is_refused_with_the_reason(world: World) -> None:
    refused = set[str]()
    for measure, window, whose, pace in MEANINGLESS:
        with pytest.raises(InvalidInput) as raised:
            await enter(world, cap_of(measure, window, whose, pace), whose)
        (violation,) = raised.value.violations
        refused.update(field for field, why in WHY.items() if why in violation.description)
        assert violation.field == f"{'rep' if whose == 'rep' else 'pool'}.caps[0].{violation.field.rpartition('.')[2]}"

    assert refused == WHY.keys() - {"scope"}


DAILY = Cap("daily", CapMeasure.COUNT, 2, window=CapWindow.DAY)


async def test_who_has_reached_a_cap_leaves_the_others_what_comes(world: World) -> None:
    everybody = (Member("ann"), Member("bo"))
    await world.save(Rep("ann", caps=(DAILY,)), Rep("bo"), pool=Pool("east", everybody))

    reps = [(await world.route()).rep for _ in range(6)]

    assert (reps.count("ann"), reps.count("bo")) == (2, 4)
    assert await world.differences() == []


async def test_a_person_may_go_beyond_a_cap_and_it_counts(world: World) -> None:
    everybody = (Member("ann"), Member("bo"))
    await world.save(Rep("ann", caps=(DAILY,)), Rep("bo"), pool=Pool("east", everybody))
    decisions = [await world.route() for _ in range(4)]

    for decision in decisions:
        if decision.rep == "bo":
            await world.router.reassign(world.tenant, ReassignRequest(decision.item_id, "ann"))
    late = await world.route()

    assert late.rep == "bo"
    assert (await world.reason(late)).actual == "4"
    assert await world.differences() == []


async def test_only_the_kinds_of_a_cap_count_and_are_refused(world: World) -> None:
    tickets = Cap("t", CapMeasure.COUNT, 1, kinds=(Kind.TICKET,), window=CapWindow.DAY)
    await world.save(Rep("ann", caps=(tickets,)), pool=Pool("east", (Member("ann"),)))

    reps = [(await world.route(kind=kind)).rep for kind in (Kind.TICKET, Kind.LEAD, Kind.TICKET, Kind.LEAD)]

    assert reps == ["ann", "ann", "", "ann"]


async def test_a_cap_of_what_is_open_counts_what_was_open_before_it_came(world: World) -> None:
    pool = Pool("east", (Member("ann"), Member("bo")))
    await world.save(Rep("ann"), Rep("bo"), pool=pool)
    before = [await world.route() for _ in range(4)]
    held = Cap("held", CapMeasure.UNWORKED, 4, CapScope.POOL)

    await world.save(pool=Pool("east", pool.members, caps=(held,)))
    refused = await world.route()
    await world.router.reassign(world.tenant, ReassignRequest(before[0].item_id))
    still = await world.route()
    await world.close(before[1])

    assert (refused.rep, still.rep) == ("", "")
    assert (await world.reason(refused)).actual == "4"
    assert (await world.route()).rep != ""
    assert await world.differences() == []


@pytest.mark.parametrize("measure", sorted(HELD))
async def test_a_move_inside_a_pool_adds_nothing_to_what_is_open_in_it(world: World, measure: CapMeasure) -> None:
    everybody = (Member("ann"), Member("bo"))
    held = Cap("held", measure, 1, CapScope.POOL)
    await world.save(Rep("ann"), Rep("bo"), pool=Pool("east", everybody))
    given = [await world.route() for _ in range(2)]
    await world.save(pool=Pool("east", everybody, caps=(held,)))

    moved = await world.router.reassign(world.tenant, ReassignRequest(given[0].item_id))
    routed = await world.route()

    assert (given[0].rep, moved.rep, routed.rep) == ("ann", "bo", "")
    assert (await world.reason(routed)).actual == "2"
    assert await world.differences() == []


@pytest.mark.parametrize("measure", sorted(HELD))
async def test_what_an_owner_has_counts_for_nobody_else_to_whom_it_may_be_moved(
    world: World, measure: CapMeasure
) -> None:
    held = Cap("held", measure, 1)
    await world.save(Rep("ann", caps=(held,)), Rep("bo"), pool=Pool("east", (Member("ann"), Member("bo"))))
    given = [await world.route() for _ in range(2)]

    kept = await world.router.reassign(world.tenant, ReassignRequest(given[1].item_id))
    await world.close(given[0])
    moved = await world.router.reassign(world.tenant, ReassignRequest(given[1].item_id))

    assert ([each.rep for each in given], kept.rep, moved.rep) == (["ann", "bo"], "", "ann")
    assert (await world.reason(kept)).actual == "1"
    assert await world.differences() == []


async def test_of_moves_in_one_call_only_those_inside_the_pool_add_nothing(world: World) -> None:
    ann, bo, cy = map(Member, ("ann", "bo", "cy"))
    await world.save(*map(Rep, ("ann", "bo", "cy")), pool=Pool("east", (bo,)))
    inside, outside = [await world.route() for _ in range(2)]
    await world.router.reassign(world.tenant, ReassignRequest(outside.item_id, "ann"))
    await world.save(pool=Pool("east", (ann, bo)))
    await world.router.reassign(world.tenant, ReassignRequest(inside.item_id, "ann"))
    await world.save(pool=Pool("east", (ann, bo, cy), caps=(Cap("held", CapMeasure.OPEN, 1, CapScope.POOL),)))
    planner = await world.planners.renewed(world.tenant, (await world.planners.current(world.tenant)).revisions)

    moves = [await world.move(planner, each) for each in (outside, inside)]
    answers = await world.store.bind(world.tenant, planner.revisions, moves)

    assert [answer.rep for answer in answers] == ["", "cy"]
    assert await world.differences() == []


async def test_the_reps_of_one_batch_fill_their_caps_to_the_last_and_no_further(world: World) -> None:
    names = [f"r{place}" for place in range(5)]
    caps = (
        DAILY,
        Cap("value", CapMeasure.VALUE, 9 * MICROS, CapScope.POOL, window=CapWindow.ROLLING, rolling_ms=HOUR_MS),
    )
    await world.save(*map(Rep, names), pool=Pool("east", tuple(map(Member, names)), caps=caps))
    requests = [RouteRequest(WorkItem(Kind.LEAD, "crm", f"B-{place}", value=1.0)) for place in range(30)]

    answers = await world.router.route_many(world.tenant, requests)

    reps = [answer.rep for answer in answers if isinstance(answer, Decision) and answer.rep]
    assert (len(reps), max(map(reps.count, names))) == (9, 2)
    assert await world.differences() == []


async def test_02_a_cap_is_never_exceeded_by_four_routers_at_once(world: World) -> None:
    names = [f"r{place}" for place in range(4)]
    own = Cap("own", CapMeasure.COUNT, 7, window=CapWindow.HOUR)
    pool = Pool(
        "east", tuple(map(Member, names)), caps=(Cap("all", CapMeasure.UNITS, 25, CapScope.POOL, window=CapWindow.DAY),)
    )
    await world.save(*(Rep(name, caps=(own,)) for name in names), pool=pool)
    routers = [replace(world) for _ in range(4)]

    async def route(place: int) -> Decision:
        item = WorkItem(Kind.LEAD, "crm", f"K-{place}")
        return await routers[place % 4].router.route(world.tenant, RouteRequest(item))

    decisions = await asyncio.gather(*map(route, range(60)))

    reps = [decision.rep for decision in decisions if decision.rep]
    assert (len(reps), max(map(reps.count, names))) == (25, 7)
    assert await world.differences() == []


async def test_what_is_closed_wakes_what_waits_for_a_cap_of_the_whole_pool(world: World) -> None:
    one = Cap("one", CapMeasure.OPEN, 1, CapScope.POOL)
    await world.save(Rep("ann"), pool=Pool("east", (Member("ann"),), caps=(one,)))
    requeuer = Requeuer(world.tenant, world.store, world.planners)
    ticket = await world.route(kind=Kind.TICKET)
    waiting = await world.route()
    await requeuer.begin()
    before = await requeuer.wake()

    await world.close(ticket)
    await requeuer.catch_up()

    assert (waiting.rep, before, await requeuer.wake()) == ("", 0, 1)


async def test_a_higher_limit_wakes_what_waits(world: World) -> None:
    await world.save(Rep("ann", caps=(DAILY,)), pool=Pool("east", (Member("ann"),)))
    requeuer = Requeuer(world.tenant, world.store, world.planners)
    await requeuer.begin()
    given = [(await world.route()).rep for _ in range(5)]
    await requeuer.catch_up()
    before = await requeuer.wake()

    await world.save(Rep("ann", caps=(replace(DAILY, limit=4),)), pool=Pool("east", (Member("ann"),)))
    await requeuer.catch_up()

    assert (given.count("ann"), before, await requeuer.wake()) == (2, 0, 2)


async def test_what_is_worth_less_does_not_wait_for_what_is_worth_too_much(world: World) -> None:
    cap = Cap("v", CapMeasure.VALUE, 5 * MICROS, window=CapWindow.DAY)
    await world.save(Rep("ann"), pool=Pool("east", (Member("ann"),)))
    requeuer = Requeuer(world.tenant, world.store, world.planners)
    await world.save(Rep("ann", active=False), pool=Pool("east", (Member("ann"),)))
    dear, cheap = await world.route(value=6.0), await world.route(value=4.0)
    await requeuer.begin()

    await world.save(Rep("ann", caps=(cap,)), pool=Pool("east", (Member("ann"),)))
    await requeuer.catch_up()

    assert (dear.rep, cheap.rep, await requeuer.wake()) == ("", "", 1)


async def test_one_chance_is_not_spent_on_what_is_worth_too_much_under_one_of_several_caps(world: World) -> None:
    caps = Cap("v", CapMeasure.VALUE, 5 * MICROS, window=CapWindow.DAY), replace(DAILY, limit=9)
    await world.save(Rep("ann", capacity={"LEAD": 1}, caps=caps), pool=Pool("east", (Member("ann"),)))
    requeuer = Requeuer(world.tenant, world.store, world.planners)
    held, _, cheap = [await world.route(value=value) for value in (0.0, 6.0, 4.0)]
    await requeuer.begin()
    assert await requeuer.wake() == 0

    await world.close(held)
    await requeuer.catch_up()

    assert await requeuer.wake() == 1
    assert (await world.queries.item(world.tenant, cheap.item_id)).record.owner == "ann"


async def test_the_monitor_holds_counts_to_the_log(world: World) -> None:
    if not isinstance(world.store, RedisAssignments):
        return
    redis = world.store._redis
    rolling = Cap("r", CapMeasure.VALUE, 50 * MICROS, window=CapWindow.ROLLING, rolling_ms=HOUR_MS)
    await world.save(Rep("ann", caps=(replace(DAILY, limit=9),)), pool=Pool("east", (Member("ann"),), caps=(rolling,)))
    monitor = Monitor(world.tenant, world.store, RedisSnapshots(redis), world.planners, nothing_is_overdue)
    await world.route()
    await monitor.look()
    given = [await world.route() for _ in range(3)]
    await world.close(given[0])
    whole = await monitor.look()

    await redis.hdel(Keys(world.tenant).counts, "daily:COUNT|ann")
    await world.route()

    assert whole == []
    assert await monitor.look() == ["caps daily:COUNT|ann: log says ('2030-01-01@UTC', 5), store ('2030-01-01@UTC', 1)"]


async def nothing_is_overdue(_: str) -> str:
    return ""


async def test_what_is_too_much_for_a_cap_by_itself_never_gets_an_instant(world: World) -> None:
    cap = Cap("v", CapMeasure.VALUE, 5 * MICROS, window=CapWindow.DAY)
    await world.save(Rep("ann", caps=(cap,)), pool=Pool("east", (Member("ann"),)))

    reason = await world.reason(await world.route(value=6.0))

    assert (reason.actual, reason.required, reason.lift_ms) == ("0", "5", 0)


async def test_what_is_kept_of_caps_does_not_grow_with_the_windows_that_pass(world: World) -> None:
    rolling = Cap("r", CapMeasure.COUNT, 5, window=CapWindow.ROLLING, rolling_ms=HOUR_MS)
    await world.save(Rep("ann", caps=(DAILY, rolling)), pool=Pool("east", (Member("ann"),)))

    sizes = set()
    for day in range(20):
        await world.clock.set(START_MS + day * DAY_MS)
        await world.route()
        counts = await world.store.counts(world.tenant)
        sizes.add((len(counts), sum(map(len, counts.values()))))

    assert sizes == {(2, 4)}
    if isinstance(world.store, RedisAssignments):
        assert await world.store._redis.hlen(Keys(world.tenant).counts) == 2


async def test_a_cap_that_everybody_has_holds_beside_those_that_some_have(world: World) -> None:
    """Everybody's third cap is the same, the others are their own."""
    first, second = Cap("c0", CapMeasure.OPEN, 5), Cap("c0", CapMeasure.OPEN, 6)
    everybodys = Cap("c2", CapMeasure.OPEN, 1)
    reps = Rep("ann", caps=(first, everybodys)), Rep("bo", caps=(second, everybodys))
    await world.save(*reps, pool=Pool("east", (Member("ann"), Member("bo"))))

    given = [await world.route() for _ in range(3)]

    assert sorted(decision.rep for decision in given) == ["", "ann", "bo"]
    assert await world.differences() == []


async def test_a_cap_is_told_as_reached_by_the_last_that_it_allows_and_not_before(world: World) -> None:
    await world.save(Rep("ann", caps=(DAILY,)), pool=Pool("east", (Member("ann"),)))
    uses = CapUses(world.store, WorkforceService(world.workforce, world.rule_sets))
    told = []

    for _ in range(3):
        (use,) = await uses.listed(world.tenant)
        told.append((use.used, use.reached, bool(use.lift_ms)))
        await world.route()

    assert told == [(0, False, False), (1, False, False), (2, True, True)]


ROLLING_DAY = Cap("c", CapMeasure.COUNT, 2, window=CapWindow.ROLLING, rolling_ms=DAY_MS)
"""A cap, and others in its place under the same id."""
IN_ITS_PLACE = [
    replace(ROLLING_DAY, window=CapWindow.MONTH, rolling_ms=0),
    replace(ROLLING_DAY, rolling_ms=30 * DAY_MS),
    replace(ROLLING_DAY, rolling_ms=HOUR_MS),
]


@pytest.mark.parametrize(
    ("before", "after"), [pair for cap in IN_ITS_PLACE for pair in ((ROLLING_DAY, cap), (cap, ROLLING_DAY))]
)
async def test_a_cap_of_another_window_counts_anew_and_lifts_when_its_own_window_says(
    world: World, before: Cap, after: Cap
) -> None:
    await enter(world, before, "rep")
    first = [(await world.route()).rep for _ in range(2)]

    await enter(world, after, "rep")
    then = [(await world.route()).rep for _ in range(3)]
    await world.clock.set(START_MS + 62 * DAY_MS)

    assert (first, then, (await world.route()).rep) == (["ann"] * 2, ["ann", "ann", ""], "ann")
    assert await world.differences() == []
