"""A service in this process, on either store, that is asked through gRPC: its own servicers behind a real server.

What a service does by itself (workers, requeuer, timers) this one does when it is told to: nothing happens meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import grpc

from fairlead.v1 import decisions_pb2, fairness_pb2, privacy_pb2, routing_pb2, workforce_pb2
from gateway.calls.pipeline import Pipeline
from gateway.grpc.server import GrpcServer
from operations import rpc as operations_rpc
from operations.service import OperationService
from router.activities.next_dates import NextDates
from router.adapters.persons_on_their_way import PersonsOnTheirWay
from router.adapters.queue import QueuedPersons, QueuedSubmissions, WorkSettings, routing_queue, routing_work
from router.adapters.redis.activities import RedisActivities
from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.erasure import RedisPersonalValues
from router.adapters.redis.import_pages import RedisImportPages
from router.adapters.redis.notes import RedisNotes
from router.adapters.redis.offers import RedisOffers
from router.adapters.redis.presence import RedisPresences
from router.adapters.redis.processes import RedisProcesses
from router.adapters.redis.reassign_pages import reassign_pages
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
from router.deadlines.closing import Closing
from router.deadlines.moved import UpdatedDeadlines
from router.deadlines.noting import Noting
from router.deadlines.pausing import Pausing
from router.deadlines.reached import ReachedSteps
from router.deadlines.satisfaction import Satisfied
from router.erasure.service import Eraser
from router.fairness.report import Fairness
from router.history.cap_uses import CapUses
from router.history.rehearsal import Rehearsal
from router.history.replay import Replay
from router.history.watch import WatchService
from router.imports.service import Imports
from router.offers.lapses import Lapses
from router.offers.service import OfferService
from router.process.revisions.cache import ProcessCache
from router.rpc.activities import ActivityAnswers
from router.rpc.changes import ChangeMessages, WatchAnswers
from router.rpc.decisions import DecisionServicer
from router.rpc.fairness import FairnessServicer
from router.rpc.pool_scope import PoolScope
from router.rpc.presenter import DecisionPresenter
from router.rpc.privacy import PrivacyServicer
from router.rpc.process_answers import ProcessAnswers
from router.rpc.routing import RoutingServicer
from router.rpc.workforce import WorkforceServicer
from router.submission.service import SubmissionService
from router.timers.covers import Covers, KeptItems
from router.timers.follower import TimerFollower
from router.workforce.presence import PresenceService
from router.workforce.service import WorkforceService
from serving.imports import KIND, ImportOperations, import_worker
from serving.paged import operation_queue, paged_worker
from serving.reassigning import KIND as REASSIGN
from serving.reassigning import ReassignOperations, ReassignWork
from store.durability import DurabilityStatus
from tests.api import MESSAGE_LIMIT
from tests.simulated_redis import SimulatedRedis
from tests.twins.import_pages import MemoryImportPages, MemoryPages
from tests.twins.queue import MemoryQueue
from tests.twins.sources import MemorySources
from tests.twins.store import MemoryStore
from workqueue.worker import Worker

REQUEST_TTL_S = 3600
LEASE_S = 60.0


class Stores(NamedTuple):
    """What a service stands on, by port."""

    assignments: Any
    activities: Any
    offers: Any
    workforce: Any
    presences: Any
    rule_sets: Any
    scores: Any
    personal: Any
    timers: Any
    pages: Any
    queue: Any
    imports: Any
    to_move: Any
    reassignments: Any
    processes: Any
    notes: Any


def in_memory(now_ms: Callable[[], int]) -> Stores:
    """Return the twin's."""
    memory = MemoryStore(now_ms)
    queue, imports, reassignments = (MemoryQueue(lambda: now_ms() * 1000) for _ in range(3))
    return Stores(
        memory, memory, memory, memory, memory, memory, memory, memory, memory, MemoryImportPages(), queue, imports,
        MemoryPages(), reassignments, memory, memory,
    )  # fmt: skip


def on_redis(redis: SimulatedRedis) -> Stores:
    """Return those of a store whose scripts read the simulated clock."""
    return Stores(
        RedisAssignments(redis),
        RedisActivities(redis),
        RedisOffers(redis),
        RedisWorkforce(redis),
        RedisPresences(redis),
        RedisRuleSets(redis),
        RedisCustomerScores(redis),
        RedisPersonalValues(redis),
        RedisTimers(redis),
        RedisImportPages(redis),
        routing_queue(redis, WorkSettings(), REQUEST_TTL_S),
        operation_queue(redis, KIND, REQUEST_TTL_S),
        reassign_pages(redis),
        operation_queue(redis, REASSIGN, REQUEST_TTL_S),
        RedisProcesses(redis),
        RedisNotes(redis),
    )


class Service:
    """The use cases on some stores, with their servicers."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        store = stores.assignments
        self.planners = PlannerCache(
            stores.workforce, stores.rule_sets, stores.rule_sets, processes=ProcessCache(stores.processes)
        )
        queries = WorkItemQueries(store, self.planners)
        router = Router(store, self.planners, queries, stores.scores)
        imports = Imports(store, self.planners, queries, stores.scores)
        durability = DurabilityStatus()
        presenter = DecisionPresenter(queries, durability, None)
        offers = OfferService(stores.offers, store, queries, self.planners)
        self.operations = OperationService({KIND: stores.imports, REASSIGN: stores.reassignments})
        bulk = BulkReassignment(store, self.planners, queries)
        rehearsal = Rehearsal(store, stores.presences, self.planners, bulk)
        workforce = WorkforceService(stores.workforce, stores.rule_sets)
        on_their_way = PersonsOnTheirWay(QueuedPersons(stores.queue), stores.pages, MemorySources())
        self._workers = [
            Worker(stores.queue, routing_work(router), lease_s=LEASE_S),
            import_worker(stores.imports, stores.pages, imports, LEASE_S),
            paged_worker(stores.reassignments, ReassignWork(stores.to_move, bulk), LEASE_S),
        ]
        updating = Updating(store, self.planners, queries, stores.scores)
        noting = Noting(store, queries, stores.notes, self.planners)
        approving = Approving(store, self.planners, updating, noting)
        self._servicers = (
            (
                RoutingServicer(
                    router,
                    Reopening(store, self.planners, queries, stores.presences),
                    updating,
                    queries,
                    SubmissionService(QueuedSubmissions(stores.queue, durability), queries),
                    WatchAnswers(
                        WatchService(  # nobody watches
                            store,
                            stores.assignments,
                            ChangeMessages(queries, ReachedSteps(store, self.planners)).answer,
                        )
                    ),
                    presenter,
                    ImportOperations(self.operations, stores.pages, imports),
                    ReassignOperations(self.operations, stores.to_move, bulk, rehearsal),
                    ActivityAnswers.over(store, stores.activities, queries, self.planners, presenter, offers, None),
                    offers,
                    ProcessAnswers(
                        Pausing(noting),
                        approving,
                        Satisfied(store, queries, self.planners, noting),
                        UpdatedDeadlines(store, self.planners),
                        Closing(store, queries, self.planners, approving),
                    ),
                    PoolScope(queries, self.planners),
                ),
                routing_pb2,
            ),
            (
                WorkforceServicer(
                    workforce,
                    PresenceService(stores.presences),
                    CapUses(store, workforce),
                    store,
                    KeptItems(store, self.planners),
                ),
                workforce_pb2,
            ),
            (PrivacyServicer(Eraser(store, stores.personal, on_their_way, self.planners)), privacy_pb2),
            (DecisionServicer(queries, presenter, PoolScope(queries, self.planners)), decisions_pb2),
            (FairnessServicer(Fairness(store, workforce, queries)), fairness_pb2),
        )

    def serve(self, server: GrpcServer) -> None:
        """Put its methods on a server."""
        for servicer, contract in self._servicers:
            (descriptor,) = contract.DESCRIPTOR.services_by_name.values()
            server.serve(servicer, descriptor)
        operations_rpc.add_to(server, self.operations)

    async def work(self, tenant: str) -> None:
        """Let the workers do what was handed in."""
        for worker in self._workers:
            while await worker.turn(tenant):
                pass

    async def wake(self, tenant: str) -> int:
        """Find owners for what waits; return for how many."""
        requeuer = Requeuer(tenant, self.stores.assignments, self.planners)
        await requeuer.begin()
        return await requeuer.wake()

    async def fire(self, tenant: str) -> int:
        """Fire what is due; return how many timers that were."""
        await self._follower(tenant).catch_up()
        return int(await self.stores.timers.fire(tenant))

    async def hand_over(self, tenant: str) -> int:
        """Have substitutes get, or give back, what is due; return how much that was."""
        follower = self._follower(tenant)
        await follower.catch_up()
        return await follower.make_due()

    def _follower(self, tenant: str) -> TimerFollower:
        stores, schedules = self.stores, (Wakes(lifts_of, ever_lifts), NextDates(), Covers(), Lapses())
        return TimerFollower(tenant, stores.assignments, self.planners, stores.presences, stores.timers, schedules)

    async def differences(self, tenant: str) -> list[str]:
        """Return what a replay of the log finds otherwise in the store."""
        replay = Replay(self.stores.assignments, self.stores.presences, self.planners, processes=self.stores.processes)
        return [difference async for difference in replay.differences(tenant)]


@asynccontextmanager
async def served(service: Service, folder: Path) -> AsyncIterator[grpc.aio.Channel]:
    """Serve it on a socket in a folder of a short name; yield a channel to it."""
    server = grpc.aio.server()
    service.serve(GrpcServer(server, Pipeline()))
    address = f"unix:{folder}/contract.sock"
    server.add_insecure_port(address)
    await server.start()
    options = [*MESSAGE_LIMIT, ("grpc.use_local_subchannel_pool", 1)]
    try:
        async with grpc.aio.insecure_channel(address, options=options) as channel:
            yield channel
    finally:
        await server.stop(None)
        service.planners.close()
