"""The real code on one store, and the clock that it reads: two servers, so that each meets what the other changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from router.activities.service import ActivityService
from router.adapters.redis.activities import RedisActivities
from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.notes import RedisNotes
from router.adapters.redis.offers import RedisOffers
from router.adapters.redis.presence import RedisPresences
from router.adapters.redis.processes import RedisProcesses
from router.adapters.redis.rulesets import RedisRuleSets
from router.adapters.redis.timers import RedisTimers
from router.adapters.redis.workforce import RedisWorkforce
from router.assignment.bulk import BulkReassignment
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.reopening import Reopening
from router.assignment.service import Router
from router.assignment.updating import Updating
from router.backlog.lifts import ever_lifts, lifts_of
from router.backlog.requeuer import Requeuer
from router.backlog.wakes import Wakes
from router.deadlines.approving import Approving
from router.deadlines.noting import Noting
from router.deadlines.pausing import Pausing
from router.deadlines.queries import DeadlineQueries
from router.deadlines.satisfaction import Satisfied
from router.fairness.report import Fairness
from router.history.replay import Replay
from router.model.events import Event
from router.model.records import Counted, ItemRecord, LedgerState
from router.model.workforce import WorkforceRecords
from router.model.workitem import Kind
from router.offers.lapses import Lapses
from router.offers.service import OfferService
from router.process.language.check import NO_RULES, check_process
from router.process.revisions.cache import ProcessCache
from router.process.revisions.codec import dumps as dump_process
from router.process.revisions.publication import ProcessPublication
from router.rules.check import check
from router.rules.codec import dumps
from router.timers.covers import Covers
from router.timers.follower import TimerFollower
from router.timers.timer import digest
from router.workforce.presence import PresenceService
from router.workforce.service import WorkforceService
from rules.revisions import Publication
from store.clock import SimulatedClock
from store.embedded.server import EmbeddedServer
from tests.simulation.firm import TENANT
from tests.simulation.telling import Heard
from tests.twins.store import MemoryStore

_PAGE = 1000
_MOST_FIRED = 50
"""Calls that fire in a row: where a timer fires again and again, a promise is to say so."""


class Server:
    """What one process has in memory; a restarted one begins with nothing."""

    def __init__(self, stores: Stores) -> None:
        processes = ProcessCache(stores.processes)
        self.planners = PlannerCache(stores.workforce, stores.rule_sets, stores.rule_sets, processes=processes)
        self.queries = WorkItemQueries(stores.assignments, self.planners)
        self.router = Router(stores.assignments, self.planners, self.queries, stores.customer_scores)
        self.workforce = WorkforceService(stores.workforce, stores.rule_sets)
        self.presence = PresenceService(stores.presences)
        self.activities = ActivityService(stores.activities, self.queries, self.planners)
        self.bulk = BulkReassignment(stores.assignments, self.planners, self.queries)
        self.reopening = Reopening(stores.assignments, self.planners, self.queries, stores.presences)
        self.updating = Updating(stores.assignments, self.planners, self.queries, stores.customer_scores)
        self.offers = OfferService(stores.offers, stores.assignments, self.queries, self.planners)
        self.fairness = Fairness(stores.assignments, self.workforce, self.queries)
        noting = Noting(stores.assignments, self.queries, stores.notes, self.planners)
        self.pausing = Pausing(noting)
        self.satisfied = Satisfied(stores.assignments, self.queries, self.planners, noting)
        self.approving = Approving(stores.assignments, self.planners, self.updating, noting)
        self.deadlines = DeadlineQueries(stores.assignments, self.queries, self.planners)


class Stores:
    """The ports of the router on one store, and its clock."""

    def __init__(self, redis: Redis | None) -> None:
        self._redis = redis
        self.now_ms = 0
        self.assignments: Any
        self.workforce: Any
        self.rule_sets: Any
        self.customer_scores: Any
        self.presences: Any
        self.timers: Any
        self.activities: Any
        self.offers: Any
        self.processes: Any
        self.notes: Any
        if redis is None:
            memory = MemoryStore(lambda: self.now_ms)
            self.assignments = self.workforce = self.rule_sets = self.customer_scores = memory
            self.presences = self.timers = self.activities = self.offers = memory
            self.processes = self.notes = memory
        else:
            self.assignments, self.workforce = RedisAssignments(redis), RedisWorkforce(redis)
            self.rule_sets, self.customer_scores = RedisRuleSets(redis), RedisCustomerScores(redis)
            self.presences, self.timers = RedisPresences(redis), RedisTimers(redis)
            self.activities, self.offers = RedisActivities(redis), RedisOffers(redis)
            self.processes, self.notes = RedisProcesses(redis), RedisNotes(redis)

    async def move(self, to_ms: int) -> None:
        """Move the clock, forwards alone."""
        self.now_ms = max(self.now_ms, to_ms)
        await self._set()

    async def set_back(self, by_ms: int) -> None:
        """Set the clock back, until it is moved again."""
        self.now_ms -= by_ms
        await self._set()

    async def _set(self) -> None:
        if self._redis is not None:
            await SimulatedClock(self._redis).set(self.now_ms * 1000, rate=0)


class System:
    """Two servers and what works behind them.

    Parameters
    ----------
    stores
        What they share.
    """

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.servers = [Server(stores), Server(stores)]
        self._read = self._stalled_until_ms = 0
        self._rules = NO_RULES
        self.heard = Heard()
        """What people were told."""
        self._requeuer, self._follower = self._new_requeuer(), self._new_follower()

    def _new_requeuer(self) -> Requeuer:
        return Requeuer(TENANT, self.stores.assignments, self.servers[0].planners)

    def _new_follower(self) -> TimerFollower:
        stores, planners = self.stores, self.servers[0].planners
        return TimerFollower(
            TENANT,
            stores.assignments,
            planners,
            stores.presences,
            stores.timers,
            [Wakes(lifts_of, ever_lifts), Lapses(), Covers()],
            self.heard,
        )

    def restart(self, place: int) -> None:
        """Have a server begin anew, with what works in it."""
        self.servers[place].planners.close()
        self.servers[place] = Server(self.stores)
        if place == 0:
            self._requeuer, self._follower = self._new_requeuer(), self._new_follower()

    async def publish(self, source: str) -> None:
        """Publish a rule set."""
        rule_set = check(source).rule_set
        assert rule_set is not None
        self._rules = rule_set
        publication = Publication(0, source, dumps(rule_set), "", len(rule_set.rules), 0, 0)
        await self.stores.rule_sets.publish(TENANT, None, publication)

    async def publish_process(self, source: str) -> None:
        """Publish a process, by the active rules."""
        process = check_process(source, rules=self._rules, reps=None).process
        assert process is not None
        kinds, stages = tuple(sorted(process.kinds)), tuple(stage.id for stage in process.stages)
        publication = ProcessPublication(0, process.id, kinds, stages, source, dump_process(process))
        await self.stores.processes.publish_process(TENANT, None, publication)

    def stall(self, until_ms: int) -> None:
        """Let the log not be followed for its timers until an instant; they are fired as they stand."""
        self._stalled_until_ms = until_ms

    @property
    def is_stalled(self) -> bool:
        """Whether the log is not followed for its timers."""
        return self.stores.now_ms < self._stalled_until_ms

    async def _follow(self) -> None:
        if not self.is_stalled:
            await self._follower.catch_up()

    async def settle(self) -> None:
        """Let all be done that follows from what happened."""
        if not self._requeuer.position:
            await self._requeuer.begin()
        await self._follow()
        for _ in range(_MOST_FIRED):
            if not await self._follower.make_due() + await self.stores.timers.fire(TENANT):
                break
            await self._follow()
        await self._requeuer.catch_up()
        while await self._requeuer.wake():
            await self._requeuer.catch_up()
            await self._follow()

    async def next_due(self) -> int:
        """Return when the earliest timer is due; 0: there is none."""
        return (await self.stores.timers.timer_status(TENANT)).due_ms or 0

    async def forget_timers(self) -> bool:
        """Throw the timers away and make them again; say whether they are those that there were."""
        await self._follower.catch_up()
        before = await self.stores.timers.timers(TENANT, count=100_000)
        await self.stores.timers.forget_timers(TENANT)
        self._follower = self._new_follower()
        await self._follower.catch_up()
        return digest(before) == digest(await self.stores.timers.timers(TENANT, count=100_000))

    async def news(self) -> Sequence[Event]:
        """Return the events since the last time."""
        events: list[Event] = []
        is_more = True
        while is_more:
            page = await self.stores.assignments.events(TENANT, after=self._read + len(events), count=_PAGE)
            events += page
            is_more = len(page) == _PAGE
        self._read += len(events)
        return events

    async def ledger(self, pool: str) -> LedgerState:
        """Return a pool's ledger."""
        state: LedgerState = await self.stores.assignments.ledger(TENANT, pool)
        return state

    async def room(self) -> tuple[Mapping[tuple[str, Kind], int], Mapping[str, Counted]]:
        """Return what is open, by place and kind, and what was counted under caps."""
        return await self.stores.assignments.loads(TENANT), await self.stores.assignments.counts(TENANT)

    async def items(self, item_ids: Sequence[str]) -> list[ItemRecord | None]:
        """Return where work items stand."""
        found: list[ItemRecord | None] = []
        for first in range(0, len(item_ids), _PAGE):
            found += await self.stores.assignments.items(TENANT, item_ids[first : first + _PAGE])
        return found

    async def records(self) -> WorkforceRecords:
        """Return the workforce as it is."""
        return await self.servers[0].workforce.records(TENANT)

    async def differences(self) -> list[str]:
        """Replay the log."""
        planners, processes = Server(self.stores).planners, self.stores.processes
        replay = Replay(self.stores.assignments, self.stores.presences, planners, processes=processes)
        return [found async for found in replay.differences(TENANT)]


@asynccontextmanager
async def system(kind: str, folder: Path) -> AsyncIterator[System]:
    """Run the code on a store: ``memory``, or ``valkey`` in a folder, whose scripts must read a simulated clock."""
    if kind == "memory":
        yield System(Stores(None))
        return
    server = EmbeddedServer(folder, fsync="no")
    server.start()
    redis = Redis.from_url(server.url)
    try:
        yield System(Stores(redis))
    finally:
        await redis.aclose()
        server.stop()
