"""Redis and its memory twin are driven with the same calls and must give the same answers, to the last number."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from failures import Failure
from router.activities.next_dates import NextDates
from router.activities.service import ActivityService, RecordRequest
from router.activities.timeline import Timelines
from router.adapters.redis.activities import RedisActivities
from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.erasure import RedisPersonalValues
from router.adapters.redis.notes import RedisNotes
from router.adapters.redis.offers import RedisOffers
from router.adapters.redis.presence import RedisPresences
from router.adapters.redis.processes import RedisProcesses
from router.adapters.redis.rulesets import RedisRuleSets
from router.adapters.redis.timers import RedisTimers
from router.adapters.redis.workforce import RedisWorkforce
from router.assignment.bulk import BulkReassignment, BulkRequest
from router.assignment.caps import Amounts
from router.assignment.commands import (
    BindCommand,
    ImportedItem,
    Mode,
    ReassignRequest,
    ReopenRequest,
    RouteRequest,
    UpdateRequest,
)
from router.assignment.jobs import route_command
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import StoredItem, Wanted, WorkItemQueries
from router.assignment.reopening import Reopening
from router.assignment.roster import ResolvedRequirement
from router.assignment.service import Router
from router.assignment.updating import Updating
from router.backlog.lifts import ever_lifts, lifts_of
from router.backlog.requeuer import Requeuer
from router.backlog.wakes import Wakes
from router.deadlines.approval_queries import ApprovalQueries
from router.deadlines.approving import Approving, AskedItem, DecideRequest
from router.deadlines.digest_queries import DigestQueries
from router.deadlines.noting import Noting
from router.deadlines.queries import DeadlineQueries, ListedDeadline
from router.deadlines.satisfaction import SatisfactionRequest, Satisfied
from router.erasure.ports import Pending
from router.erasure.service import Eraser, Subject
from router.fairness.report import Fairness
from router.history.replay import Replay
from router.history.timer_check import TimerCheck
from router.imports.service import Imports
from router.model.activities import Activity, ActivityKind, Direction
from router.model.calendars import SETTINGS_ID, Absence, Calendar, Hours, TenantSettings, WeeklyHours
from router.model.caps import CALENDAR_WINDOWS, HELD, Cap, CapMeasure, CapPace, CapScope, CapWindow
from router.model.decision import Cause, Decision, DecisionEffect, DecisionInputs
from router.model.dispatch import Answer, Dispatch, DispatchClock, DispatchMode
from router.model.errors import NotFound
from router.model.events import (
    ActivityRecorded,
    Completed,
    Credited,
    Digested,
    Erased,
    Event,
    Fired,
    Note,
    OfferAnswered,
    PresenceChanged,
    ProcessPublished,
    RulesPublished,
    Settled,
    Updated,
    WorkforceChanged,
)
from router.model.revisions import RevisionPair
from router.model.workforce import MICROS, CreditPolicy, Member, Pool, Record, Rep, WeightStep
from router.model.workitem import Kind, State, WorkItem
from router.offers.lapses import Lapses
from router.offers.service import AnswerRequest, OfferService
from router.process.definition.tasks import Approval
from router.process.revisions.cache import ProcessCache
from router.process.revisions.publication import ProcessPublication
from router.rules.check import check
from router.rules.codec import dumps
from router.rules.route import Requirement
from router.timers.covers import Covers
from router.timers.follower import TimerFollower
from router.timers.timer import digest
from router.workforce.edits import Edit
from router.workforce.presence import PresenceService
from router.workforce.service import WorkforceService
from rules.conditions import Predicate
from rules.revisions import Publication
from store.clients import close
from store.clock import SimulatedClock
from store.embedded.server import EmbeddedServer
from tests.contract.staging import process_publication
from tests.drivers import DRIVERS, driven
from tests.simulated_redis import SimulatedRedis
from tests.twins.store import MemoryStore
from tests.workforces import roster as roster_of

TENANT = "t"
REPS = ("ana", "bo", "陈", "dev")
POOLS = ("east", "west")
HOUR_MS = 3_600_000
MONDAY_MS = 1_791_158_400_000
"""The midnight, in UTC, at which 5 October 2026 begins."""
CALENDARS = tuple(
    Calendar(name, weekly=tuple(WeeklyHours(day, Hours(start * 60, end * 60)) for day in range(5)))
    for name, start, end in (("days", 8, 18), ("nights", 20, 6))
)
FAR_AHEAD = (4_000_000_000_000, 4_000_000_000_001)
"""Instants, in milliseconds since the epoch, that no test sees."""
CUSTOMERS = ("C-1", "客户 2", "C 3")
RULES = """
fields:
  region: {type: string}
  skill: {type: string}
  potential: {type: number}
  customer: {type: string}
  risk: {type: number}
  phone: {type: string, personal: true}
  severity: {type: string}
known_customer: {id: customer, churn_risk: risk}
rules:
  - id: severe
    when: {field: severity, op: eq, value: P1}
    route: {pool: east, on_change: severity}
  - id: at-risk
    when: {field: risk, op: gte, value: 0.9}
    route: {pool: west}
  - id: called
    when: {all: [{field: region, op: eq, value: east}, {any: [{field: phone, op: eq, value: "139"}]}]}
    route: {pool: west, fallback: [wait]}
  - id: east
    when: {all: [{field: region, op: eq, value: east}, {not: {field: phone, op: eq, value: "110"}}]}
    route:
      pool: east
      require: [{rep: skills, op: has, item: skill}]
      prefer: [{rep: skills, op: has, value: ERP, score: 3}]
      value: potential
      on_change: [skill, phone, region]
      fallback: [{drop: [skills]}, {hours: ignore}, {rep: dev}]
  - id: waits
    when: {field: region, op: eq, value: waits}
    route: {pool: west, hours: wait, require: [{rep: skills, op: has, item: skill}], fallback: [{pool: east}, wait]}
default:
  route: {pool: west}
"""


class Nobody:
    """A queue that is empty."""

    async def of_customer(self, *_: object) -> Pending:
        return Pending([], [])

    async def waiting(self, *_: object) -> int:
        return 0

    async def remove(self, *_: object) -> int:
        return 0


class Side:
    """One store with all that is built on it."""

    def __init__(
        self,
        assignments: Any,
        workforce: Any,
        presences: Any,
        rule_sets: Any,
        customer_scores: Any,
        values: Any,
        timers: Any,
        activities: Any,
        offers: Any,
        processes: Any,
        notes: Any,
    ) -> None:
        self.assignments = assignments
        self.workforce = workforce
        self.presences = PresenceService(presences)
        self.who_is_away = presences
        self.replay_of = partial(Replay, assignments, presences, processes=processes)
        self.processes = processes
        self.timers = timers
        self.customer_scores = customer_scores
        self.rule_sets = rule_sets
        self.workforce_service = WorkforceService(workforce, rule_sets)
        self.planners = PlannerCache(workforce, rule_sets, rule_sets, processes=ProcessCache(processes))
        self.queries = WorkItemQueries(assignments, self.planners)
        self.router = Router(assignments, self.planners, self.queries, customer_scores)
        self.bulk = BulkReassignment(assignments, self.planners, self.queries)
        self.updating = Updating(assignments, self.planners, self.queries, customer_scores)
        self.reopening = Reopening(assignments, self.planners, self.queries, presences)
        self.imports = Imports(assignments, self.planners, self.queries, customer_scores)
        self.fairness = Fairness(assignments, self.workforce_service, self.queries)
        self.activities = ActivityService(activities, self.queries, self.planners)
        self.timelines = Timelines(assignments, self.planners)
        self.offers = OfferService(offers, assignments, self.queries, self.planners)
        self.open_offers = offers
        self.requeuer = Requeuer(TENANT, assignments, self.planners)
        self.deadlines = DeadlineQueries(assignments, self.queries, self.planners)
        self.digests = DigestQueries(assignments, timers, self.planners)
        self.eraser = Eraser(assignments, values, Nobody(), self.planners)
        self.values = values
        self.notes = notes
        noting = Noting(assignments, self.queries, notes, self.planners)
        self.approving = Approving(assignments, self.planners, self.updating, noting)
        self.approvals = ApprovalQueries(assignments, self.planners, self.approving)
        self.satisfied = Satisfied(assignments, self.queries, self.planners, noting)

    async def advance(self, wish: UpdateRequest, *, preview: bool) -> tuple[object, ...]:
        """Have a work item enter a stage, or ask whether it may."""
        return asked(await self.approving.advance(TENANT, wish, preview=preview))

    async def decide(self, request: DecideRequest, *, preview: bool) -> tuple[object, ...]:
        """Decide what is asked of a work item."""
        return asked(await self.approving.decide(TENANT, request, preview=preview))

    async def satisfy(self, request: SatisfactionRequest, *, preview: bool) -> tuple[int, int]:
        """Record what a customer answered; return what they did by then."""
        stored = await self.satisfied.record(TENANT, request, preview=preview)
        return stored.record.satisfaction[:2]

    async def pending(self, rep: str, after: int, count: int) -> tuple[int | None, list[tuple[object, ...]]]:
        """Tell what is to be approved, and behind which event there is more."""
        page = await self.approvals.pending(TENANT, rep=rep, after=after, count=count)
        return page.after, [asked(AskedItem(each.item.stored, each.asked)) for each in page.pending]

    async def write(self, kind: str, record_id: str, record: Record | None) -> Any:
        """Write a record, or delete it."""
        records = await self.workforce.read(TENANT)
        return await self.workforce.write(
            TENANT, records.revision, {(kind, record_id): record}, event_hash=records.event_hash
        )

    async def bind(self, requests: Sequence[RouteRequest], at_ms: int) -> Any:
        """Bind what was planned for an instant, and for no other."""
        planner = await self.planners.current(TENANT)
        jobs = [route_command(planner, request, request.item, at_ms) for request in requests]
        return await self.assignments.bind(TENANT, planner.revisions, jobs)

    def follower(self, *_: object) -> TimerFollower:
        return TimerFollower(
            TENANT,
            self.assignments,
            self.planners,
            self.who_is_away,
            self.timers,
            [Wakes(lifts_of, ever_lifts), NextDates(), Covers(), Lapses()],
            notes=self.notes,
        )

    async def fire(self) -> tuple[str, int, str]:
        """Follow the log, fire what is due once, and follow that; tell the timers before and after."""
        await self.follower().catch_up()
        before = digest(await self.timers.timers(TENANT))
        fired = await self.follower().make_due() + await self.timers.fire(TENANT)
        await self.follower().catch_up()
        return before, fired, digest(await self.timers.timers(TENANT))

    async def deadlines_of(self, item_id: str) -> list[tuple[object, ...]]:
        """Tell how the deadlines of a work item stand."""
        return [stands(each) for each in (await self.deadlines.of_item(TENANT, item_id, count=1000))[0]]

    async def deadlines_running(
        self, rep: str, moved_by: int, count: int
    ) -> tuple[int | None, list[tuple[object, ...]]]:
        """Tell how those stand that run, and behind which event there are more."""
        page = await self.deadlines.running(TENANT, rep=rep, moved_by=moved_by, count=count)
        return page.after, [stands(each) for item in page.items for each in item.deadlines]

    async def digests_told(self, rep: str, before: int | None, count: int) -> list[object]:
        """Tell which lists of what falls due were made, who was told, and before which event there are more."""
        page = await self.digests.made(TENANT, rep=rep, before=before, count=count)
        return [page.before, *[(without_times(each.digested), each.recipients) for each in page.digests]]

    async def forget_timers(self) -> bool:
        """Throw the timers away and make them again; say whether they are those that there were."""
        await self.follower().catch_up()
        before = await self.timers.timers(TENANT)
        await self.timers.forget_timers(TENANT)
        await self.follower().catch_up()
        return digest(before) == digest(await self.timers.timers(TENANT))

    async def wake(self) -> tuple[int, int]:
        """Begin once, then catch up and wake."""
        if not self.requeuer.position:
            await self.requeuer.begin()
        await self.requeuer.catch_up()
        return await self.requeuer.wake(), self.requeuer.position


def asked(item: AskedItem) -> tuple[object, ...]:
    """Tell of a work item how it stands, and of what is asked of it all but when."""
    approval = item.approval
    told = (approval.ask.event, approval.ask.stage, approval.state, approval.who) if approval else ()
    return without_times(item.stored), *told


def stands(listed: ListedDeadline) -> tuple[object, ...]:
    """Tell of a deadline all but when."""
    standing = listed.standing
    return listed.item_id, standing.stage, standing.deadline.id, standing.entry, standing.owner, listed.state


@cache
def process_of(process: str, kinds: tuple[Kind, ...]) -> ProcessPublication:
    """Return a process of these kinds, to publish."""
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    ask = "ask: {after: 1s}, " if Kind.TICKET in kinds else ""
    return process_publication(
        "severity: {field: severity, by: [region, skill], table: {east: {ERP: P2}, waits: {ERP: P1}}, else: P3}\n"
        "repeats: {same: region, within: 1h, raise: {field: severity, order: [P3, P2, P1]}}\n"
        f"process: {process}\nkinds: [{', '.join(kinds)}]\ncomplaints: {str(Kind.TICKET in kinds).lower()}\n"
        f"satisfaction:\n  csat: {{{ask}at_most: 2, open: {{id: call, pool: east, exclude: handlers}}}}\n"
        "  nps: {ask: {after: 1h}, at_most: 6}\n"
        "deadlines:\n  - {id: call, within: 2h, from: assigned, until: attempt, steps: [{at: 50%, do: remind},"
        " {at: 75%, do: raise_priority, by: 400}, {at: 100%, do: notify, to: manager}, {at: 200%, do: reassign}]}\n"
        "stages:\n  - id: new\n    deadlines:\n"
        "      - {id: stay, within: 9h, clock: wall, steps:"
        " [{at: 10%, do: return, to: west}, {at: 100%, do: reassign}]}\n"
        "  - {id: talks, pool: west, require: [customer], next: [new, offer, won],\n"
        "     open: [{id: review, pool: east, within: 1h, blocks: true}, {id: call, kind: LEAD, pool: none}]}\n"
        "  - {id: offer}\n"
        "  - {id: won, closes: CONVERTED, open: [{id: care, kind: CUSTOMER, pool: east, exclude: owner}]}\n",
        rule_set,
        approvals={"offer": Approval(REPS[0], Predicate("customer", "exists"), on_reject="won")},
    )


Call = Callable[[Side], Coroutine[Any, Any, Any]]


async def answer(call: Awaitable[Any]) -> Any:
    """Return an answer, or what was raised, without the times."""
    try:
        return without_times(await call)
    except Failure as error:
        return type(error), str(error)


def without_times(value: Any) -> Any:
    match value:
        case Decision():
            return value._replace(at_ms=0)
        case (
            ActivityRecorded()
            | Completed()
            | Credited()
            | Digested()
            | Erased()
            | Fired()
            | OfferAnswered()
            | PresenceChanged()
            | Settled()
            | Updated()
            | WorkforceChanged()
            | RulesPublished()
            | ProcessPublished()
        ):
            return replace(value, at_ms=0)
        case list() | tuple():
            return [without_times(entry) for entry in value]
        case Failure():
            return type(value), str(value)
        case _:
            return (
                replace(value, created_ms=0, decision=without_times(value.decision))
                if hasattr(value, "created_ms")
                else value
            )


class Stores(RuleBasedStateMachine):
    """Any sequence of calls, on both sides."""

    redis_url = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.redis: Any = SimulatedRedis.from_url(self.redis_url)
        self.loop.run_until_complete(self.redis.flushall())
        self.clock = SimulatedClock(self.redis)
        self.set_clock(MONDAY_MS + 10 * HOUR_MS)
        memory = MemoryStore(lambda: self.now_ms, lambda: self.now_ms)
        rule_sets = RedisRuleSets(self.redis)
        self.sides = [
            Side(*[memory] * 11),
            Side(
                RedisAssignments(self.redis, now_ms=lambda: self.now_ms), RedisWorkforce(self.redis),
                RedisPresences(self.redis), rule_sets, RedisCustomerScores(self.redis), RedisPersonalValues(self.redis),
                RedisTimers(self.redis), RedisActivities(self.redis), RedisOffers(self.redis),
                RedisProcesses(self.redis), RedisNotes(self.redis),
            ),
        ]  # fmt: skip
        self.item_ids: list[str] = []

    def set_clock(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self.loop.run_until_complete(self.clock.set(now_ms * 1000, rate=0))

    def both(self, call: Call) -> Any:
        memory, redis = [self.loop.run_until_complete(answer(call(side))) for side in self.sides]
        assert memory == redis
        return memory

    @initialize(driver=st.sampled_from(DRIVERS))
    def begin(self, driver: str) -> None:
        driven(self.redis, driver)
        rule_set = check(RULES).rule_set
        assert rule_set is not None
        stored = dumps(rule_set)
        self.both(lambda side: publish(side, stored))
        sales = process_of("sales", (Kind.LEAD,))
        self.both(lambda side: side.processes.publish_process(TENANT, None, sales))
        everybody = tuple(Member(rep, 1000 + 700 * place) for place, rep in enumerate(REPS))
        for calendar in CALENDARS:
            self.both(partial(Side.write, kind="calendar", record_id=calendar.id, record=calendar))
        reps = [Edit("rep", rep, partial(a_rep, rep), create=True) for rep in REPS]
        pools = [Edit("pool", pool, partial(a_pool, pool, everybody), create=True) for pool in POOLS]
        self.both(lambda side: side.workforce_service.save(TENANT, [*reps, *pools]))

    @rule(data=st.data(), what=st.sampled_from(["rep", "rep", "pool", "pool", "delete"]))
    def administer(self, data: st.DataObject, what: str) -> None:
        rep, pool = data.draw(st.sampled_from(REPS)), data.draw(st.sampled_from(POOLS))
        if what == "delete":
            request_id = data.draw(st.sampled_from(["", "d1"]))
            self.both(lambda side: side.workforce_service.delete(TENANT, "rep", rep, request_id=request_id))
            return
        record = data.draw(some_rep(rep)) if what == "rep" else data.draw(some_pool(pool))
        self.both(
            lambda side: side.workforce_service.save(TENANT, [Edit(what, record.id, lambda _: record, create=True)])
        )

    @rule(
        process=st.sampled_from(["sales", "care"]),
        kinds=st.sampled_from([(), (Kind.LEAD,), (Kind.LEAD, Kind.TICKET)]),
        expected=st.sampled_from([None, None, 0, 1]),
        request_id=st.sampled_from(["", "", "q1"]),
    )
    def publish_a_process(self, process: str, kinds: tuple[Kind, ...], expected: int | None, request_id: str) -> None:
        publication = process_of(process, kinds)
        fingerprint = f"{process} {kinds}"
        self.both(
            lambda side: side.processes.publish_process(
                TENANT, expected, publication, request_id=request_id, fingerprint=fingerprint
            )
        )
        self.both(lambda side: side.processes.active_processes(TENANT))

    @rule(hours=st.sampled_from([0, 1, 1, 8, 15, 24, 63]), ms=st.sampled_from([-1, 0, 0]))
    def pass_time(self, hours: int, ms: int) -> None:
        self.set_clock(self.now_ms + hours * HOUR_MS + ms)

    @rule(
        rep=st.sampled_from(REPS),
        place=st.integers(0, 1),
        begins=st.integers(-9, 30),
        hours=st.integers(0, 40),
        substitute=st.sampled_from(["", *REPS]),
    )
    def take_leave(self, rep: str, place: int, begins: int, hours: int, substitute: str) -> None:
        start_ms = self.now_ms + begins * HOUR_MS
        leave = Absence(f"{rep}/{place}", start_ms, start_ms + hours * HOUR_MS, "", substitute) if hours else None
        self.both(partial(Side.write, kind="absence", record_id=f"{rep}/{place}", record=leave))

    @rule(calendar=st.sampled_from(["", "", "days", "nights"]))
    def settle_hours(self, calendar: str) -> None:
        self.both(partial(Side.write, kind="tenant", record_id=SETTINGS_ID, record=TenantSettings(calendar=calendar)))

    @rule(calendar=st.sampled_from(["days", "nights"]), shorter=st.integers(0, 3))
    def edit_hours(self, calendar: str, shorter: int) -> None:
        """Give a calendar other hours."""
        (before,) = [each for each in CALENDARS if each.id == calendar]
        weekly = tuple(
            replace(day, hours=Hours(day.hours.start + 60 * shorter, day.hours.end)) for day in before.weekly
        )
        record = replace(before, weekly=weekly)
        self.both(partial(Side.write, kind="calendar", record_id=calendar, record=record))

    @rule(data=st.data(), size=st.integers(1, 4), hours=st.sampled_from([0, 0, -9, 1, 12, 60]))
    def bind_what_is_planned_for_another_time(self, data: st.DataObject, size: int, hours: int) -> None:
        requests, at_ms = [self.request(data) for _ in range(size)], self.now_ms + hours * HOUR_MS
        answers = self.both(partial(Side.bind, requests=requests, at_ms=at_ms))
        if isinstance(answers, list):
            self.item_ids += [entry.item_id for entry in answers if isinstance(entry, Decision)]

    @rule(
        rep=st.sampled_from([*REPS, "nobody"]),
        until_ms=st.sampled_from([None, None, 0, 0, *FAR_AHEAD]),
        request_id=st.sampled_from(["", "", "", "p1", "a1", "r1"]),
    )
    def come_and_go(self, rep: str, until_ms: int | None, request_id: str) -> None:
        self.both(lambda side: side.presences.set_presence(TENANT, rep, until_ms, request_id=request_id))
        self.both(lambda side: side.presences.presences(TENANT))

    @rule(data=st.data(), size=st.integers(1, 12))
    def route(self, data: st.DataObject, size: int) -> None:
        self.route_some(data, size, preview=False)

    @rule(data=st.data())
    def route_five(self, data: st.DataObject) -> None:
        self.route_some(data, 5, preview=False)

    @rule(data=st.data())
    def preview(self, data: st.DataObject) -> None:
        self.route_some(data, 2, preview=True)

    def route_some(self, data: st.DataObject, size: int, *, preview: bool) -> None:
        requests = [self.request(data) for _ in range(size)]
        answers = self.both(lambda side: side.router.route_many(TENANT, requests, preview=preview))
        if not preview and isinstance(answers, list):
            self.item_ids += [entry.item_id for entry in answers if isinstance(entry, Decision)]

    @rule(data=st.data())
    def learn_of_customers(self, data: st.DataObject) -> None:
        risk, tier, instant = st.floats(0, 1), st.sampled_from(["", "gold", "一级 客户"]), st.integers(0, 2)
        one = st.tuples(st.sampled_from(CUSTOMERS), risk, tier, instant)
        scores = data.draw(st.lists(one, min_size=1, max_size=6))
        self.both(lambda side: side.customer_scores.keep(TENANT, scores))
        self.both(lambda side: side.customer_scores.last_scores(TENANT, CUSTOMERS))

    def request(self, data: st.DataObject) -> RouteRequest:
        item = WorkItem(
            data.draw(st.sampled_from([Kind.LEAD, Kind.LEAD, Kind.TICKET])),
            data.draw(st.sampled_from(["crm", "crm", "CRM", " crm"])),
            data.draw(st.sampled_from("Ll")) + str(data.draw(st.integers(0, 60))),
            {
                "region": data.draw(st.sampled_from(["east", "waits", "elsewhere"])),
                "skill": data.draw(st.sampled_from(["ERP", "CRM"])),
                "potential": data.draw(st.sampled_from([0.0, 1.0, 2.5, 1e9])),
                "customer": data.draw(st.sampled_from([None, *CUSTOMERS])),
                "phone": data.draw(st.sampled_from([None, "139", "110", "张 3"])),
            },
            data.draw(st.sampled_from([0.0, 4.0])),
        )
        return RouteRequest(item, data.draw(st.sampled_from([*[""] * 12, *[f"r{n}" for n in range(8)]])))

    @rule(
        data=st.data(),
        rep=st.sampled_from(["", "", *REPS, "nobody"]),
        request_id=st.sampled_from(["", "", "", "a1", "a2"]),
        expected=st.sampled_from([0, 0, 0, 3]),
        preview=st.booleans(),
    )
    def reassign(self, data: st.DataObject, rep: str, request_id: str, expected: int, preview: bool) -> None:
        item_id = data.draw(st.sampled_from(self.item_ids[-12:] or ["crm~nothing"]))
        wish = ReassignRequest(item_id, rep, data.draw(st.sampled_from(["", "张 3 asks"])), expected, request_id)
        self.both(lambda side: side.router.reassign(TENANT, wish, preview=preview))

    @rule(data=st.data(), rep=st.sampled_from(["", "", *REPS]), size=st.integers(1, 6), again=st.booleans())
    def reassign_many(self, data: st.DataObject, rep: str, size: int, again: bool) -> None:
        ids = data.draw(st.lists(st.sampled_from(self.item_ids[-12:] or ["crm~nothing"]), max_size=size, unique=True))
        operation = "b1" if again else f"b{self.now_ms}-{len(self.item_ids)}"
        wishes = [ReassignRequest(each, rep, "left", request_id=f"{operation}:{each}") for each in ids]
        self.both(lambda side: side.bulk.find(TENANT, BulkRequest(owner=rep)))
        self.both(lambda side: side.bulk.reassign(TENANT, wishes))

    @rule(
        data=st.data(),
        names=st.sets(st.sampled_from(["region", "skill", "potential", "customer", "risk", "phone"]), max_size=3),
        priority=st.sampled_from([None, None, 5]),
        request_id=st.sampled_from(["", "", "", "u1", "a1", "r1"]),
        expected=st.sampled_from([None, None, None, 3]),
        preview=st.booleans(),
    )
    def update(
        self, data: st.DataObject, names: set[str], priority: int | None, request_id: str, expected: int | None,
        preview: bool,
    ) -> None:  # fmt: skip
        item_id = data.draw(st.sampled_from(self.item_ids[-12:] or ["crm~nothing"]))
        drawn = self.request(data).item
        paths = [f"attributes.{name}" for name in names] + ["value"] * ("potential" in names)
        paths += ["priority"] * (priority is not None)
        wish = UpdateRequest(
            item_id, drawn.attributes, drawn.value, priority or 0, frozenset(paths), expected=expected,
            request_id=request_id, actor="mo",
        )  # fmt: skip
        self.both(lambda side: side.updating.update(TENANT, wish, preview=preview))

    @rule(
        data=st.data(),
        stage=st.sampled_from(["talks", "talks", "offer", "new", "won", "nowhere"]),
        names=st.sets(st.sampled_from(["region", "customer", "phone"]), max_size=2),
        request_id=st.sampled_from(["", "", "", "u1", "v1"]),
        expected=st.sampled_from([None, None, None, 3]),
        by_owner=st.booleans(),
        note=st.sampled_from(["", "张 3 has signed"]),
        preview=st.booleans(),
    )
    def advance(
        self, data: st.DataObject, stage: str, names: set[str], request_id: str, expected: int | None, by_owner: bool,
        note: str, preview: bool,
    ) -> None:  # fmt: skip
        item_id = data.draw(st.sampled_from(self.item_ids[-12:] or ["crm~nothing"]))
        given = {name: value for name, value in self.request(data).item.attributes.items() if name in names}
        paths = frozenset(f"attributes.{name}" for name in given)
        wish = UpdateRequest(
            item_id, given, 0, 0, paths, expected=expected, request_id=request_id, actor="mo", stage=stage,
            by_owner=by_owner, note=note,
        )  # fmt: skip
        self.both(lambda side: side.advance(wish, preview=preview))

    @rule(
        data=st.data(),
        is_approved=st.sampled_from([True, True, False]),
        rep=st.sampled_from([REPS[0], *REPS]),
        reason=st.sampled_from(["", "张 3 is an old customer"]),
        request_id=st.sampled_from(["", "", "", "d1", "r1"]),
        preview=st.sampled_from([False, False, True]),
    )
    def decide(
        self, data: st.DataObject, is_approved: bool, rep: str, reason: str, request_id: str, preview: bool
    ) -> None:
        _, entries = self.both(lambda side: side.pending("", 0, 20))
        waiting = [entry[0].record.item_id for entry in entries]
        item_id = data.draw(st.sampled_from(waiting or self.item_ids[-12:] or ["crm~nothing"]))
        request = DecideRequest(item_id, is_approved, rep, reason, request_id, "mo")
        self.both(lambda side: side.decide(request, preview=preview))

    @rule(data=st.data(), is_approved=st.booleans())
    def ask_whether_stages_may_be_entered(self, data: st.DataObject, is_approved: bool) -> None:
        self.route_five(data)
        for item_id in self.item_ids[-2:]:
            given, paths = {"customer": data.draw(st.sampled_from(CUSTOMERS))}, frozenset(["attributes.customer"])
            wish = UpdateRequest(item_id, given, 0, 0, paths, actor="mo", stage="offer")
            self.both(lambda side, wish=wish: side.advance(wish, preview=False))  # type: ignore[misc]
        self.decide(data, is_approved, REPS[0], "张 3 is an old customer", "", preview=False)

    @rule(
        data=st.data(),
        answer=st.sampled_from([(Note.CSAT, 2), (Note.CSAT, 5), (Note.NPS, 0), (Note.NPS, 9)]),
        comment=st.sampled_from(["", "张 3 waits still"]),
        request_id=st.sampled_from(["", "", "", "s1", "r1"]),
        preview=st.sampled_from([False, False, True]),
    )
    def satisfy(
        self, data: st.DataObject, answer: tuple[Note, int], comment: str, request_id: str, preview: bool
    ) -> None:
        item_id = data.draw(st.sampled_from(self.item_ids[-12:] or ["crm~nothing"]))
        request = SatisfactionRequest(item_id, *answer, comment, request_id, "mo")
        self.both(lambda side: side.satisfy(request, preview=preview))

    @rule(rep=st.sampled_from(["", *REPS]), after=st.sampled_from([0, 0, 9]), count=st.integers(1, 4))
    def list_what_is_to_be_approved(self, rep: str, after: int, count: int) -> None:
        self.both(lambda side: side.pending(rep, after, count))
        self.both(lambda side: side.queries.items(TENANT, after=0, count=20))

    @rule(
        data=st.data(),
        state=st.sampled_from([State.CONVERTED, State.CLOSED]),
        request_id=st.sampled_from(["", "", "", "c1", "a1", "r1"]),
        preview=st.booleans(),
    )
    def complete(self, data: st.DataObject, state: State, request_id: str, preview: bool) -> None:
        item_id = data.draw(st.sampled_from(self.item_ids[-12:] or ["crm~nothing"]))
        self.both(lambda side: side.router.complete(TENANT, item_id, state, request_id=request_id, preview=preview))

    @rule(
        data=st.data(),
        size=st.integers(1, 4),
        owner=st.sampled_from([*REPS, "nobody"]),
        ago=st.integers(-1, 2),
        stage=st.sampled_from(["", "", "talks", "offer", "won"]),
    )
    def import_some(self, data: st.DataObject, size: int, owner: str, ago: int, stage: str) -> None:
        since_ms = self.now_ms - ago * HOUR_MS
        entries = [ImportedItem(self.request(data).item, owner, since_ms, stage) for _ in range(size)]
        named = [entry for entry in entries if entry.item.external_id]
        self.both(lambda side: side.imports.enter(TENANT, named, "mo"))

    @rule(
        data=st.data(),
        request_id=st.sampled_from(["", "", "", "o1", "a1", "r1"]),
        expected=st.sampled_from([None, None, None, 3]),
        preview=st.booleans(),
    )
    def reopen(self, data: st.DataObject, request_id: str, expected: int | None, preview: bool) -> None:
        item_id = data.draw(st.sampled_from(self.item_ids[-12:] or ["crm~nothing"]))
        wish = ReopenRequest(item_id, data.draw(st.sampled_from(["", "张 3 calls"])), expected, request_id)
        self.both(lambda side: side.reopening.reopen(TENANT, wish, preview=preview))

    @rule(
        data=st.data(),
        kind=st.sampled_from([ActivityKind.CALL, ActivityKind.CALL, ActivityKind.EMAIL, ActivityKind.NOTE]),
        direction=st.sampled_from([Direction.OUTBOUND, Direction.OUTBOUND, Direction.INBOUND, Direction.INTERNAL]),
        note=st.sampled_from(["", "张 3 calls back"]),
        external_id=st.sampled_from(["", "", "x1", "x2"]),
        occurs=st.sampled_from([0, 0, 0, -30, -1, 1]),
        next_in=st.sampled_from([None, None, 1, 5, 40, -1, 0, 26_304, 26_305]),
        request_id=st.sampled_from(["", "", "", "t1", "a1", "r1"]),
        by_owner=st.booleans(),
        preview=st.booleans(),
    )
    def record_activity(
        self, data: st.DataObject, kind: ActivityKind, direction: Direction, note: str, external_id: str, occurs: int,
        next_in: int | None, request_id: str, by_owner: bool, preview: bool,
    ) -> None:  # fmt: skip
        item_id = data.draw(st.sampled_from(self.item_ids[-12:] or ["crm~nothing"]))
        activity = Activity(
            kind,
            direction,
            data.draw(st.sampled_from(["", "", "bo", "nobody"])),
            self.now_ms + occurs * HOUR_MS if occurs else 0,
            data.draw(st.sampled_from([0, 60_000])),
            note=note,
            next_ms=self.now_ms + next_in * HOUR_MS if next_in is not None else 0,
            next_step=note if next_in else "",
            external_id=external_id,
        )
        wish = RecordRequest(item_id, activity, by_owner, request_id)
        self.both(lambda side: side.activities.record(TENANT, wish, preview=preview))

    @rule(
        data=st.data(), of_customer=st.booleans(), request_id=st.sampled_from(["", "e1", "r1"]), preview=st.booleans()
    )
    def erase(self, data: st.DataObject, of_customer: bool, request_id: str, preview: bool) -> None:
        items = st.sampled_from(self.item_ids[-12:] or ["crm~nothing"])
        subject = Subject(customer=data.draw(st.sampled_from(CUSTOMERS))) if of_customer else Subject(data.draw(items))
        self.both(partial(erased, subject, request_id, preview))

    @rule(
        data=st.data(),
        answered=st.sampled_from([Answer.ACCEPTED, Answer.DECLINED, Answer.DECLINED]),
        rep=st.sampled_from(["", "", "", *REPS]),
        reason=st.sampled_from(["", "", "张 3 is mine"]),
        request_id=st.sampled_from(["", "", "", "f1", "r1"]),
        preview=st.sampled_from([False, False, True]),
    )
    def answer_offer(
        self, data: st.DataObject, answered: Answer, rep: str, reason: str, request_id: str, preview: bool
    ) -> None:
        memory = self.sides[0]
        offers = self.loop.run_until_complete(memory.assignments.open_offers(TENANT))
        number, item_id = data.draw(st.sampled_from(offers or [(1, (self.item_ids or ["crm~nothing"])[-1])]))
        holders = [name for name in REPS if item_id in self.loop.run_until_complete(offered_to(memory, name))]
        who = rep or data.draw(st.sampled_from(holders or REPS))
        said = reason if answered is Answer.DECLINED else ""
        wish = AnswerRequest(item_id, answered, who, number, said, request_id)
        self.both(lambda side: side.offers.answer(TENANT, wish, preview=preview))

    @rule(data=st.data(), lapses=st.integers(0, 3))
    def let_lapse_and_decline_what_others_still_have(self, data: st.DataObject, lapses: int) -> None:
        everybody = tuple(Member(rep) for rep in REPS)
        for mode in (DispatchMode.OFFER, DispatchMode.BROADCAST):
            dispatch = Dispatch(mode, HOUR_MS, offers_open=2, lapses_until_away=lapses)
            record = Pool(POOLS[0], everybody, dispatch=dispatch)
            edit = Edit("pool", record.id, lambda _, made=record: made)  # type: ignore[misc]
            self.both(lambda side, edit=edit: side.workforce_service.save(TENANT, [edit]))  # type: ignore[misc]
            self.route_five(data)
            if mode is DispatchMode.OFFER:
                self.pass_time(1, 0)
                self.fire()
        self.answer_offer(data, Answer.DECLINED, "", "", "", preview=False)

    @rule(rep=st.sampled_from(REPS))
    def look_at_offers(self, rep: str) -> None:
        self.both(lambda side: side.offers.work(TENANT, rep))

    @rule()
    def wake(self) -> None:
        self.both(lambda side: side.wake())

    @rule()
    def fire(self) -> None:
        self.both(lambda side: side.fire())

    @rule()
    def forget_timers(self) -> None:
        assert self.both(lambda side: side.forget_timers())

    @rule(number=st.integers(1, 30), before=st.integers(0, 30), count=st.integers(1, 5))
    def read(self, number: int, before: int, count: int) -> None:
        self.both(lambda side: explained(side, number))
        self.both(lambda side: side.queries.decisions(TENANT, before=before, count=count))
        self.both(lambda side: side.queries.items(TENANT, after=before, count=count))

    @rule(data=st.data(), last=st.sampled_from([0, 0, 7, 20]), count=st.integers(1, 9))
    def read_what_happened(self, data: st.DataObject, last: int, count: int) -> None:
        item_id = data.draw(st.sampled_from(self.item_ids[-12:] or ["crm~nothing"]))
        self.both(lambda side: side.timelines.page(TENANT, item_id, last=last, count=count))

    @rule(
        data=st.data(),
        rep=st.sampled_from(["", *REPS]),
        moved_by=st.sampled_from([0, 0, 2, 5]),
        count=st.integers(1, 9),
    )
    def list_deadlines(self, data: st.DataObject, rep: str, moved_by: int, count: int) -> None:
        item_id = data.draw(st.sampled_from(self.item_ids[-12:] or ["crm~nothing"]))
        self.both(lambda side: side.deadlines_of(item_id))
        self.both(lambda side: side.deadlines_running(rep, moved_by, count))

    @rule(hours=st.sampled_from([8, 16, 24, 63]))
    def have_lists_be_told(self, hours: int) -> None:
        self.settle_hours("days")
        self.fire()
        self.pass_time(hours, 0)
        self.fire()

    @rule(rep=st.sampled_from(["", *REPS]), before=st.sampled_from([None, None, 20]), count=st.integers(1, 5))
    def list_what_was_told_in_lists(self, rep: str, before: int | None, count: int) -> None:
        self.both(lambda side: side.digests_told(rep, before, count))

    @rule(first=st.integers(1, 30), length=st.integers(0, 30), count=st.integers(1, 5), rep=st.sampled_from(REPS))
    def read_of_a_time(self, first: int, length: int, count: int, rep: str) -> None:
        for side in self.sides:  # each has times of its own
            self.loop.run_until_complete(check_of_a_time(side, first, length, count, rep))

    @invariant()
    def ledgers_and_loads_are_equal(self) -> None:
        for pool in POOLS:
            self.both(partial(ledger_of, pool))
            self.both(partial(report_of, pool))
        self.both(lambda side: side.assignments.loads(TENANT))
        self.both(lambda side: side.assignments.worked(TENANT))
        self.both(lambda side: side.assignments.dated(TENANT))
        self.both(lambda side: side.assignments.surveyed(TENANT))
        self.both(lambda side: side.assignments.covered(TENANT))
        self.both(lambda side: side.assignments.counts(TENANT))
        self.both(lambda side: side.assignments.open_offers(TENANT))
        self.both(lambda side: side.assignments.lapses(TENANT))

    def teardown(self) -> None:
        self.both(lambda side: side.assignments.events(TENANT, count=1000))
        self.both(effects_of)
        for customer in CUSTOMERS:
            self.both(partial(items_of, customer))
        for side in self.sides:
            assert self.loop.run_until_complete(differences(side)) == []
        self.loop.run_until_complete(close(self.redis))
        self.loop.close()


@st.composite
def some_rep(draw: st.DrawFn, rep: str) -> Rep:
    skills = tuple(sorted(draw(st.sets(st.sampled_from(["ERP", "CRM"]), min_size=1))))
    cap = draw(st.sampled_from([None, None, 0, 1, 2, 3]))
    capacity = {} if cap is None else {"LEAD": cap}
    active, calendar = draw(st.sampled_from([True] * 4 + [False])), draw(st.sampled_from(["", "", "days", "nights"]))
    caps = draw(some_caps(of_pool=False))
    return Rep(rep, attributes={"skills": skills}, active=active, capacity=capacity, calendar=calendar, caps=caps)


@st.composite
def some_pool(draw: st.DrawFn, pool: str) -> Pool:
    members = draw(st.dictionaries(st.sampled_from(REPS), st.integers(1, 5000), min_size=1))
    band = draw(st.sampled_from([0, 0, MICROS // 2, 2 * MICROS]))
    ramp = (WeightStep(MONDAY_MS + 12 * HOUR_MS, 300), WeightStep(MONDAY_MS + 40 * HOUR_MS, 900))
    places = tuple(Member(rep, weight, draw(st.sampled_from([(), (), ramp]))) for rep, weight in members.items())
    calendar, buffer_ms = draw(st.sampled_from(["", "", "days"])), draw(st.sampled_from([0, 4 * HOUR_MS]))
    caps = draw(some_caps(of_pool=True))
    policy = draw(st.sampled_from([None, CreditPolicy(2 * MICROS, 30 * HOUR_MS, 3)]))
    value_weighted, dispatch = draw(st.booleans()), draw(some_dispatch())
    return Pool(
        pool, places, "", band, value_weighted, calendar, buffer_ms, caps=caps, absence_policy=policy,
        dispatch=dispatch,
    )  # fmt: skip


@st.composite
def some_dispatch(draw: st.DrawFn) -> Dispatch | None:
    """Draw how a pool hands out its work."""
    return (
        Dispatch(
            draw(st.sampled_from([DispatchMode.OFFER] * 4 + [DispatchMode.BROADCAST] * 2 + [DispatchMode.PUSH])),
            draw(st.sampled_from([0, HOUR_MS, 7 * HOUR_MS])),
            draw(st.sampled_from(DispatchClock)),
            draw(st.sampled_from([1, 1, 2, 5])),
            draw(st.sampled_from([0, 1, 2])),
            draw(st.sampled_from([None, 0, MICROS])),
        )
        if draw(st.booleans())
        else None
    )


@st.composite
def some_caps(draw: st.DrawFn, *, of_pool: bool) -> tuple[Cap, ...]:
    """Draw up to three caps that mean something, low enough to be reached."""
    scopes = st.sampled_from(CapScope) if of_pool else st.just(CapScope.REP)
    kinds = st.sampled_from([(), (), (Kind.LEAD,), (Kind.LEAD, Kind.TICKET)])
    limits = st.integers(0, 6)
    held = st.builds(Cap, st.just(""), st.sampled_from(sorted(HELD)), limits, scopes, kinds)
    timed = st.builds(
        Cap, st.just(""), st.sampled_from([CapMeasure.COUNT, CapMeasure.UNITS]), limits, scopes, kinds,
        st.sampled_from(sorted(CALENDAR_WINDOWS)), st.just(0), st.sampled_from(CapPace),
    )  # fmt: skip
    rolling = st.builds(
        Cap, st.just(""), st.just(CapMeasure.VALUE), st.integers(1, 9_000_000), scopes, kinds,
        st.just(CapWindow.ROLLING), st.sampled_from([60_000, HOUR_MS]),
    )  # fmt: skip
    drawn = draw(st.lists(st.one_of(held, timed, rolling), max_size=3))
    return tuple(replace(cap, id=f"c{place}") for place, cap in enumerate(drawn))


def a_rep(rep: str, _: object) -> Rep:
    return Rep(rep, attributes={"skills": ("ERP",)})


def a_pool(pool: str, members: tuple[Member, ...], _: object) -> Pool:
    return Pool(pool, members, absence_policy=CreditPolicy(3 * MICROS, 48 * HOUR_MS, 2) if pool == POOLS[0] else None)


async def offered_to(side: Side, rep: str) -> list[str]:
    return [item_id for _, item_id in await side.open_offers.offered(TENANT, rep, 100)]


async def items_of(customer: str, side: Side) -> Any:
    """Return the work items of a customer, and all in which something of theirs is sealed."""
    theirs = await side.assignments.of_customer(TENANT, customer)
    last_nps = await side.assignments.last_nps(TENANT, customer)
    return theirs, last_nps, await side.values.items_of(TENANT, customer)


async def effects_of(side: Side) -> list[Event | DecisionEffect]:
    """Return what each event changed; but for the content, for what is sealed there is salted by each store."""
    effects = await side.assignments.effects(TENANT, count=1000)
    return [each._replace(content=b"") if isinstance(each, DecisionEffect) else each for each in effects]


async def check_of_a_time(side: Side, first: int, length: int, count: int, rep: str) -> None:
    """Hold what a rep was given within a time, page by page, against the whole log."""
    log = await side.assignments.events(TENANT, count=1000)
    start, end = [log[place].at_ms if place < len(log) else 0 for place in (first, first + length)]
    given: Wanted[Decision] = Wanted(lambda decision: decision.rep == rep, start, end)
    owned: Wanted[StoredItem] = Wanted(lambda stored: stored.record.owner == rep, start, end)
    within = [event for event in log if isinstance(event, Decision) and start <= event.at_ms < end]
    arrived = [event.item_id for event in within if not event.previous]
    records = await side.assignments.items(TENANT, arrived)

    decisions, before = await side.queries.decisions(TENANT, before=None, count=count, wanted=given)
    while before:
        page, before = await side.queries.decisions(TENANT, before=before, count=count, wanted=given)
        decisions += page
    items, after = await side.queries.items(TENANT, after=0, count=count, wanted=owned)
    while after:
        came, after = await side.queries.items(TENANT, after=after, count=count, wanted=owned)
        items += came

    assert decisions == [event for event in reversed(within) if event.rep == rep]
    assert [item.record.item_id for item in items] == [
        record.item_id for record in records if record and record.owner == rep
    ]


async def erased(subject: Subject, request_id: str, preview: bool, side: Side) -> Any:
    return (await side.eraser.erase(TENANT, subject, request_id=request_id, preview=preview)).counts


async def ledger_of(pool: str, side: Side) -> Any:
    return await side.assignments.ledger(TENANT, pool)


async def report_of(pool: str, side: Side) -> Any:
    return await side.fairness.report(TENANT, pool)


async def publish(side: Side, stored: str) -> int:
    publication: Publication = await side.rule_sets.publish(TENANT, None, Publication(0, RULES, stored, "", 2, 0, 0))
    return publication.revision


async def explained(side: Side, number: int) -> Any:
    try:
        decision = await side.queries.decision(TENANT, number)
    except NotFound:
        return None
    return await side.queries.explanation(TENANT, decision)


async def differences(side: Side) -> list[str]:
    check = TimerCheck(side.assignments, side.timers, side.follower)
    return [difference async for difference in side.replay_of(side.planners, check).differences(TENANT)]


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder), fsync="no")
        server.start()
        yield server.url
        server.stop()


def test_25_any_sequence_of_calls_is_answered_alike_by_redis_and_by_memory(redis_url: str) -> None:
    Stores.redis_url = redis_url
    run_state_machine_as_test(
        Stores,
        settings=settings(
            max_examples=int(os.environ.get("FAIRLEAD_EXAMPLES", "60")),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_script_picks_as_the_ledger_does(redis_url: str) -> None:
    @settings(max_examples=int(os.environ.get("FAIRLEAD_EXAMPLES", "60")), deadline=None)
    @given(data=st.data())
    def picks_agree(data: st.DataObject) -> None:
        asyncio.run(compare_picks(redis_url, data))

    picks_agree()


async def compare_picks(redis_url: str, data: st.DataObject) -> None:
    """Send thirty jobs about random candidates, preferences, caps, values and ways through both stores."""
    weight, cap = st.integers(1, 1_000_000), st.one_of(st.none(), st.integers(0, 9))
    reps = {
        rep: Rep(
            rep,
            attributes={"skills": skills},
            capacity={} if limit is None else {"LEAD": limit},
            caps=data.draw(some_caps(of_pool=False)),
        )
        for rep in "abcdefgh"
        for skills, limit in [(data.draw(st.sampled_from([(), ("x",), ("y",), ("x", "y")])), data.draw(cap))]
    }
    members = tuple(Member(rep, data.draw(weight)) for rep in reps)
    band = data.draw(st.sampled_from([0, MICROS // 3, 3 * MICROS]))
    pool = Pool("p", members, band=band, caps=data.draw(some_caps(of_pool=True)))
    roster = roster_of(0, reps, {"p": pool}, {})
    likes = [(ResolvedRequirement(Requirement("skills", "has", value=skill), skill), 2) for skill in "xy"]
    head = DecisionInputs(WorkItem(Kind.LEAD), Cause.ROUTED, 0, 0, (), ())
    jobs = []
    for number in range(30):
        without = frozenset(data.draw(st.sets(st.sampled_from("abcdefgh"), max_size=6)))
        candidates = roster.candidates("p", Kind.LEAD, (), likes, without=without, at_ms=MONDAY_MS)
        charge = data.draw(st.sampled_from([MICROS, MICROS, 1, 7 * MICROS, 10**13]))
        rotation, content = data.draw(st.integers(0, 2**32 - 1)), head.item.pack()
        attempts = ((candidates, charge),)
        amounts = Amounts(1, data.draw(st.sampled_from([0, MICROS, MICROS, 2 * MICROS])))
        cause = data.draw(st.sampled_from([Cause.ROUTED, Cause.ROUTED, Cause.OVERRIDE, Cause.REOPENED]))
        item = head._replace(item=head.item._replace(value=amounts.value / MICROS), cause=cause)
        job = BindCommand(str(number), Kind.LEAD, Mode.ROUTE, attempts, "UNROUTED", rotation, item, content, 0)
        jobs.append(job._replace(amounts=amounts))
    redis = driven(SimulatedRedis.from_url(redis_url), data.draw(st.sampled_from(DRIVERS)))
    await redis.flushall()
    await SimulatedClock(redis).set(MONDAY_MS * 1000, rate=0)
    stores = MemoryStore(lambda: MONDAY_MS), RedisAssignments(redis)
    answers = [await store.bind(TENANT, RevisionPair(), jobs) for store in stores]
    assert await stores[0].counts(TENANT) == await stores[1].counts(TENANT)
    assert await stores[0].ledger(TENANT, "p") == await stores[1].ledger(TENANT, "p")
    await close(redis)

    assert without_times(answers[0]) == without_times(answers[1])
