"""All parts of one process, connected: the stores, the use cases on them, the servicers, the server before them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import grpc

from failures import StoreUnavailable
from fairlead.v1 import (
    decisions_pb2,
    fairness_pb2,
    privacy_pb2,
    processes_pb2,
    queue_pb2,
    routing_pb2,
    rules_pb2,
    workforce_pb2,
)
from gateway.grpc.call import Call, Observer
from gateway.grpc.load_shedding import LoadShedder
from gateway.grpc.masking import Masking
from gateway.grpc.server import GrpcServer
from gateway.grpc.standard_services import HealthServicer, serve_standard
from operations import rpc as operations_rpc
from router.adapters.durable_rules import selection as engines
from router.adapters.persons_on_their_way import PersonsOnTheirWay
from router.adapters.queue import QueuedPersons, QueuedSubmissions, routing_queue, routing_workers
from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.import_pages import RedisImportPages
from router.adapters.redis.reassign_pages import reassign_pages
from router.adapters.redis.repositories import Stores
from router.adapters.redis.upgrade import PATIENCE_S
from router.adapters.rule_sandbox.parent import try_process, try_rule_set
from router.assignment.bulk import BulkReassignment
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.reopening import Reopening
from router.assignment.service import Router
from router.assignment.updating import Updating
from router.backlog.runner import RequeueRunner
from router.erasure.service import Eraser
from router.fairness.report import Fairness
from router.history.cap_uses import CapUses
from router.history.monitor import Monitor, MonitorRunner
from router.history.rehearsal import Rehearsal
from router.history.watch import WatchService
from router.imports.service import Imports
from router.model.sealing import Personal
from router.offers.service import OfferService
from router.process.cache import ProcessCache
from router.process.publishing import ProcessPublishing
from router.rpc.activities import ActivityAnswers
from router.rpc.decisions import DecisionServicer
from router.rpc.fairness import FairnessServicer
from router.rpc.presenter import DecisionPresenter
from router.rpc.privacy import PrivacyServicer
from router.rpc.processes import ProcessServicer
from router.rpc.queue import QueueServicer
from router.rpc.routing import RoutingServicer
from router.rpc.rules import RuleServicer
from router.rpc.workforce import WorkforceServicer
from router.rules.publishing import Publishing
from router.submission.service import SubmissionService
from router.timers.covers import KeptItems
from router.timers.runner import TimerRunner
from router.workforce.presence import PresenceService
from router.workforce.service import WorkforceService
from scoring import rpc as scoring_rpc
from scoring.clock import wall_clock
from scoring.errors import MemoryUnavailable
from scoring.memory import LastScore
from scoring.services import ScoringServices
from serving.errors import CannotListen
from serving.imports import ImportOperations, ImportWork
from serving.operations import OperationServices
from serving.paged import paged_workers
from serving.reassigning import ReassignOperations, ReassignWork
from serving.settings import Settings
from serving.upgrading import upgrade_report
from store.clock import SimulatedClock
from store.durability import DurabilityStatus
from store.scripts import watch_scripts
from telemetry.watch import Watch

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
PINGS_APART_MS = 8_000
"""Clients and balancers may ask every ten seconds whether the connection lives; the network may hurry a ping by two."""
DRAIN_S = 10.0
"""What calls under way get to end, in seconds."""
STREAMS_S = 0.5
"""What open streams get after them: whoever follows one resumes it elsewhere."""
SCORING = "fairlead.v1.ScoringService/"
STANDING = (
    "grpc.health.v1.Health/Check",
    "grpc.health.v1.Health/Watch",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    "fairlead.v1.RoutingService/WatchWorkItems",
)


class RouterScoreMemory:
    """Scoring's memory is the store that the router asks."""

    def __init__(self, customer_scores: RedisCustomerScores) -> None:
        self.note = customer_scores.note
        self._customer_scores = customer_scores

    async def keep(self, tenant: str, scores: Sequence[LastScore]) -> None:
        """Remember scores; the failures are scoring's own."""
        try:
            await self._customer_scores.keep(tenant, scores)
        except StoreUnavailable as error:
            raise MemoryUnavailable(str(error)) from error


class Service:
    """All parts of one process, connected.

    Parameters
    ----------
    settings
        What the operator chose.
    redis_url
        Where the store is.
    observers
        Who is told of each call beside what the settings switch on.
    upgrade_patience_s
        For how long no older server must have been seen before a store of an older version is upgraded.
    """

    def __init__(
        self,
        settings: Settings,
        redis_url: str,
        observers: Sequence[Observer] = (),
        upgrade_patience_s: float = PATIENCE_S,
    ) -> None:
        self._upgrade_patience_s = upgrade_patience_s
        self._stores = Stores.connect(redis_url, settings.request_ttl_s, settings.durability)
        self._settings = settings
        self.durability = DurabilityStatus()
        assignments, workforce, rule_sets = self._stores.assignments, self._stores.workforce, self._stores.rule_sets
        workforce_service = WorkforceService(workforce, rule_sets)
        presence_service = PresenceService(self._stores.presences)
        cap_uses = CapUses(assignments, workforce_service)
        personal = Personal.of(settings.security.personal)
        self._planners = PlannerCache(
            workforce, rule_sets, rule_sets, lambda rule_set: engines.serving(rule_set, settings.rule_engine), personal
        )
        self._requeue_runner = RequeueRunner(
            assignments, self._planners, rule_sets, self._stores.log_follower, self._stores.leader_lease
        )
        self._timer_runner = TimerRunner(
            partial(self._stores.timer_follower, self._planners),
            self._stores.timers,
            rule_sets,
            self._stores.leader_lease,
            self._count_skipped,
        )
        queries = WorkItemQueries(assignments, self._planners)
        router = Router(assignments, self._planners, queries, self._stores.customer_scores)
        reopening = Reopening(assignments, self._planners, queries, self._stores.presences)
        updating = Updating(assignments, self._planners, queries, self._stores.customer_scores)
        self._watches = WatchService(assignments, self._stores.log_follower)
        publishing = Publishing(rule_sets, workforce_service, partial(try_rule_set, personal=personal.fields))
        self._processes = ProcessCache(self._stores.processes)
        process_publishing = ProcessPublishing(
            *(self._stores.processes, self._processes, rule_sets, workforce_service),
            partial(try_process, personal=personal.fields),
        )
        queue = routing_queue(self._stores.redis, settings.work, settings.request_ttl_s)
        intake = QueuedSubmissions(queue, self.durability, hides_external_id=personal.external_id)
        self._workers = routing_workers(queue, router, settings.work)
        submissions = SubmissionService(intake, queries, hides_external_id=personal.external_id)
        masking = Masking(self._personal, settings.security.personal) if settings.security.knows_callers else None
        mask = masking.apply if masking else None
        presenter = DecisionPresenter(queries, self.durability, mask)
        offers = OfferService(self._stores.offers, assignments, queries, self._planners)
        activities = ActivityAnswers.over(
            assignments, self._stores.activities, queries, self._planners, presenter, offers, mask
        )
        self._scoring = ScoringServices(settings.models, settings.model, settings.health_profiles)
        redis, lease_s, ttl_s = self._stores.redis, settings.work.lease_s, settings.request_ttl_s
        self._clock = SimulatedClock(redis)
        self._now = self._clock.now if settings.simulated_clock else wall_clock
        self._operations = OperationServices(
            settings.operations, settings.models, self._scoring, redis, lease_s, ttl_s, self._now
        )
        pages = RedisImportPages(redis)
        imports = Imports(
            assignments, self._planners, queries, self._stores.customer_scores, hides_external_id=personal.external_id
        )
        importer = ImportOperations(self._operations.service, pages, imports)
        bulk, to_move = BulkReassignment(assignments, self._planners, queries), reassign_pages(redis)
        rehearsal = Rehearsal(assignments, self._stores.presences, self._planners, bulk)
        reassigner = ReassignOperations(self._operations.service, to_move, bulk, rehearsal)
        self._paged_workers = paged_workers(
            redis, [ImportWork(pages, imports), ReassignWork(to_move, bulk)], settings.work, ttl_s
        )
        on_their_way = PersonsOnTheirWay(QueuedPersons(queue), pages, hides_external_id=personal.external_id)
        eraser = Eraser(assignments, self._stores.personal, on_their_way, self._planners)
        self._servicers = (
            (
                RoutingServicer(
                    router,
                    reopening,
                    updating,
                    queries,
                    submissions,
                    self._watches,
                    presenter,
                    importer,
                    reassigner,
                    activities,
                    offers,
                ),
                routing_pb2,
                "RoutingService",
            ),
            (QueueServicer(intake), queue_pb2, "QueueService"),
            (PrivacyServicer(eraser), privacy_pb2, "PrivacyService"),
            (
                WorkforceServicer(
                    workforce_service, presence_service, cap_uses, assignments, KeptItems(assignments, self._planners)
                ),
                workforce_pb2,
                "WorkforceService",
            ),
            (RuleServicer(publishing), rules_pb2, "RuleService"),
            (ProcessServicer(process_publishing), processes_pb2, "ProcessService"),
            (DecisionServicer(queries, presenter), decisions_pb2, "DecisionService"),
            (FairnessServicer(Fairness(assignments, workforce_service, queries)), fairness_pb2, "FairnessService"),
        )
        self._operation_workers = self._operations.workers()
        self._health = HealthServicer()
        self.server = _listener(share_port=settings.place.share_port)
        self._credentials = settings.security.credentials()
        self.load_shedder = LoadShedder(settings.max_calls, settings.security.authorizer(), STANDING)
        self._watch = Watch(settings.telemetry)
        self._queue = queue
        self._monitors = MonitorRunner(self.monitor, rule_sets, self._stores.leader_lease)
        observers = [*self._watch.observers, *observers]
        self._grpc_server = GrpcServer(self.server, self.load_shedder, observers, masking, self.load_shedder)

    async def start(self, listen: str) -> str:
        """Begin to serve and return the address.

        Raises
        ------
        StoreUnavailable
            If the store does not answer, or takes no writes.
        StoreUnsuitable
            If it forbids what is needed.
        NotDurable
            If it is less durable than was asked for.
        ClockMismatch
            If its time is simulated and was not asked to be.
        FormatMismatch
            If a newer version of Fairlead wrote it.
        CannotListen
            If the address cannot be bound.
        """
        await self._stores.check()
        await self._agree_on_time()
        self.durability.level = await self._stores.check_durability(self._settings.durability)
        with upgrade_report() as report:
            hides_id = Personal.of(self._settings.security.personal).external_id
            await self._stores.bring_up_to_date(report, hides_external_id=hides_id, patience_s=self._upgrade_patience_s)
        self._start_watch()
        names = []
        for servicer, contract, name in self._servicers:
            descriptor = contract.DESCRIPTOR.services_by_name[name]
            self._grpc_server.serve(servicer, descriptor)
            names.append(descriptor.full_name)
        names += await self._serve_scoring()
        await serve_standard(self._grpc_server, self._health, names)
        try:
            port = self._open(listen)
        except RuntimeError as error:
            raise CannotListen(f"cannot listen on {listen}: it is in use, or no address of this machine") from error
        await self.server.start()
        self._requeue_runner.start()
        self._timer_runner.start()
        self._workers.start()
        self._operation_workers.start()
        self._paged_workers.start()
        self._monitors.start()
        return f"{listen.rsplit(':', 1)[0]}:{port}"

    async def _agree_on_time(self) -> None:
        if self._settings.simulated_clock:
            await self._clock.begin()
        else:
            await self._clock.refuse(is_private=not self._settings.redis_url)

    def monitor(self, tenant: str) -> Monitor:
        """Return what audits a tenant."""
        stores = self._stores
        return Monitor(tenant, stores.assignments, stores.snapshots, self._planners, self._overdue, self._watch.metrics)

    async def _personal(self, call: Call) -> frozenset[str]:
        """Return what is personal in an answer: fields of the tenant's rules; in scores features too."""
        fields = await self._planners.personal(call.tenant)
        if not call.method.startswith(SCORING):
            return fields
        return fields | await self._scoring.champions.personal(call.tenant)

    async def _overdue(self, tenant: str) -> list[str]:
        """Say what waits for workers too long, and what should have fired."""
        try:
            alarms = await self._waits_for_workers(tenant), await self._late_timers(tenant)
        except StoreUnavailable:
            return []
        return [alarm for alarm in alarms if alarm]

    async def _late_timers(self, tenant: str) -> str:
        """Say whether timers are late; tell the metrics how they stand."""
        status = await self._stores.timers.timer_status(tenant)
        late_s = status.lateness_ms / 1000
        if self._watch.metrics is not None:
            self._watch.metrics.timed(tenant, status.timers, late_s)
        if late_s <= self._settings.timers_late_s:
            return ""
        unread = status.events - status.followed
        return f"timers are late by {late_s:.0f} s, with {unread} events to take in: nobody fires them, or too slowly"

    def _count_skipped(self, tenant: str, times: int) -> None:
        """Tell the metrics of what has no timers, for it cannot be read."""
        if self._watch.metrics is not None:
            self._watch.metrics.skipped(tenant, times)

    async def _waits_for_workers(self, tenant: str) -> str:
        """Say whether submissions wait for workers; tell the metrics how the queue stands."""
        stats = await self._queue.stats(tenant)
        if self._watch.metrics is not None:
            counts = {str(state): jobs for state, jobs in stats.counts.items()}
            self._watch.metrics.queued(tenant, counts, stats.totals, stats.next_wait_s)
        if stats.next_wait_s <= self._settings.overdue_s:
            return ""
        return f"the next submission has waited {stats.next_wait_s:.0f} s: no worker takes it, or there are too few"

    def _start_watch(self) -> None:
        watch_scripts(self._watch.script)
        if self._watch.metrics is not None:
            self._watch.metrics.watch(
                "fairlead_calls_under_way",
                "Calls that have arrived and are not answered yet.",
                lambda: self.load_shedder.under_way,
            )
            self._watch.metrics.watch(
                "fairlead_plan_memo_hit_rate",
                "Share that was remembered of what plans asked for, since rules or workforce changed.",
                lambda: self._planners.hit_rate,
            )
        self._watch.start()

    def _open(self, listen: str) -> int:
        if self._credentials is None:
            return self.server.add_insecure_port(listen)
        return self.server.add_secure_port(listen, self._credentials)

    async def _serve_scoring(self) -> tuple[str, ...]:
        await asyncio.to_thread(self._scoring.champions.start)
        memory = RouterScoreMemory(self._stores.customer_scores)
        scoring, work = self._scoring, self._operations
        scoring_rpc.add_to(
            self._grpc_server,
            scoring.champions,
            scoring.scorer,
            memory,
            scoring.registries,
            work.trainer,
            work.rescorer,
            self._now,
        )
        operations_rpc.add_to(self._grpc_server, work.service)
        return scoring_rpc.SERVICES + operations_rpc.SERVICES

    async def drain(self) -> None:
        """Finish what is under way, take nothing new, and let go."""
        await self._health.leaving()
        await self.load_shedder.leave(DRAIN_S)
        # others carry on; nobody waits for hours
        await asyncio.gather(self._operation_workers.drain(0), self._paged_workers.drain(0))
        await self._watches.stop()
        await asyncio.gather(self.server.stop(STREAMS_S), self._workers.drain(DRAIN_S))
        await asyncio.gather(self._requeue_runner.stop(), self._timer_runner.stop(), self._monitors.stop())
        self._scoring.champions.stop()
        self._planners.close()
        await self._stores.customer_scores.close()
        await self._stores.close()
        self._watch.close()


def _listener(*, share_port: bool) -> grpc.aio.Server:
    return grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
            ("grpc.so_reuseport", int(share_port)),  # else a port in use is an error
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.min_ping_interval_without_data_ms", PINGS_APART_MS),
        ]
    )
