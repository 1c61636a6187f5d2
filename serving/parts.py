"""All parts of one process, connected: the stores, the use cases on them, the servicers, the door before them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import grpc

from fairlead.v1 import decisions_pb2, fairness_pb2, queue_pb2, routing_pb2, rules_pb2, workforce_pb2
from gate.calls import Call, Observer
from gate.door import Door
from gate.masking import Masking
from gate.standard import Health, serve_standard
from gate.traffic import Traffic
from operations import rpc as operations_rpc
from router.adapters.durable_rules import selection as engines
from router.adapters.queue import QueuedSubmissions, routing_crew, routing_queue
from router.adapters.redis.customer_scores import RedisStandings
from router.adapters.redis.repositories import Stores
from router.adapters.rule_sandbox.parent import try_rule_set
from router.assignment.planner_cache import Books
from router.assignment.queries import Lookup
from router.assignment.service import Router
from router.backlog.runner import Wakers
from router.fairness.report import Fairness
from router.history.monitor import Auditor, Auditors
from router.history.watch import Watching
from router.rpc.decisions import DecisionServicer
from router.rpc.describing import Describing
from router.rpc.fairness import FairnessServicer
from router.rpc.queue import QueueServicer
from router.rpc.routing import RoutingServicer
from router.rpc.rules import RuleServicer
from router.rpc.status import STATUSES
from router.rpc.workforce import WorkforceServicer
from router.rules.publishing import Publishing
from router.submission.service import Submitting
from router.workforce.service import Administration
from scoring import rpc as scoring_rpc
from scoring.errors import MemoryUnavailable
from scoring.parts import ScoringParts
from scoring.ports import LastScore
from serving.errors import CannotListen
from serving.long_work import LongWork
from serving.settings import Settings
from serving.upgrading import upgrade_report
from store.clock import SimulatedClock
from store.durability import DurabilityStatus
from store.errors import StoreUnavailable
from store.scripts import watch_scripts
from telemetry.watch import Watch

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
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


class ScoreMemory:
    """Scoring's memory is the store that the router asks."""

    def __init__(self, standings: RedisStandings) -> None:
        self.note = standings.note
        self._standings = standings

    async def keep(self, tenant: str, scores: Sequence[LastScore]) -> None:
        """Remember scores; the failures are scoring's own."""
        try:
            await self._standings.keep(tenant, scores)
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
    """

    def __init__(self, settings: Settings, redis_url: str, observers: Sequence[Observer] = ()) -> None:
        self._stores = Stores.connect(redis_url, settings.request_ttl_s, settings.durability)
        self._settings = settings
        self.durability = DurabilityStatus()
        assignments, workforce = self._stores.assignments, self._stores.workforce
        rule_sets = self._stores.rule_sets
        administration = Administration(workforce, rule_sets)
        self._books = Books(
            workforce, rule_sets, rule_sets, lambda rule_set: engines.serving(rule_set, settings.rule_engine)
        )
        self._wakers = Wakers(assignments, self._books, rule_sets, self._stores.signals)
        lookup = Lookup(assignments, self._books)
        router = Router(assignments, self._books, lookup, self._stores.standings)
        self._watching = Watching(assignments, self._stores.signals)
        publishing = Publishing(rule_sets, administration, try_rule_set)
        queue = routing_queue(self._stores.redis, settings.work, settings.request_ttl_s)
        intake = QueuedSubmissions(queue, self.durability)
        self._crew = routing_crew(queue, router, settings.work)
        describing = Describing(lookup, self.durability)
        self._servicers = (
            (
                RoutingServicer(router, lookup, Submitting(intake, lookup), self._watching, describing),
                routing_pb2,
                "RoutingService",
            ),
            (QueueServicer(intake), queue_pb2, "QueueService"),
            (WorkforceServicer(administration), workforce_pb2, "WorkforceService"),
            (RuleServicer(publishing), rules_pb2, "RuleService"),
            (DecisionServicer(lookup, describing), decisions_pb2, "DecisionService"),
            (FairnessServicer(Fairness(assignments, administration)), fairness_pb2, "FairnessService"),
        )
        self._scoring = ScoringParts(settings.models, settings.model, settings.health_profiles)
        redis, lease_s, ttl_s = self._stores.redis, settings.work.lease_s, settings.request_ttl_s
        self._long_work = LongWork(settings.long_work, settings.models, self._scoring, redis, lease_s, ttl_s)
        self._long_crew = self._long_work.crew()
        self._health = Health()
        self.server = grpc.aio.server(
            options=[
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
                ("grpc.so_reuseport", int(settings.place.share_port)),  # else a port in use is an error
            ]
        )
        self._credentials = settings.security.credentials()
        self.traffic = Traffic(settings.max_calls, settings.security.guard(), STANDING)
        self._watch = Watch(settings.telemetry)
        masking = Masking(self._personal, settings.security.personal) if settings.security.knows_callers else None
        self._queue, self._overdue_s = queue, settings.overdue_s
        self._auditors = Auditors(self.auditor, rule_sets, self._stores.signals)
        self._door = Door(self.server, self.traffic, [*self._watch.observers, *observers], masking, self.traffic)

    async def start(self, listen: str) -> str:
        """Begin to serve and return the address.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
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
            await self._stores.bring_up_to_date(report)
        self._start_watch()
        names = []
        for servicer, contract, name in self._servicers:
            descriptor = contract.DESCRIPTOR.services_by_name[name]
            self._door.serve(servicer, descriptor, STATUSES)
            names.append(descriptor.full_name)
        names += await self._serve_scoring()
        await serve_standard(self._door, self._health, names)
        try:
            port = self._open(listen)
        except RuntimeError as error:
            raise CannotListen(f"cannot listen on {listen}: it is in use, or no address of this machine") from error
        await self.server.start()
        self._wakers.start()
        self._crew.start()
        self._long_crew.start()
        self._auditors.start()
        return f"{listen.rsplit(':', 1)[0]}:{port}"

    async def _agree_on_time(self) -> None:
        clock = SimulatedClock(self._stores.redis)
        if self._settings.simulated_clock:
            await clock.begin()
        else:
            await clock.refuse(is_private=not self._settings.redis_url)

    def auditor(self, tenant: str) -> Auditor:
        """Return what audits a tenant."""
        stores = self._stores
        return Auditor(tenant, stores.assignments, stores.snapshots, self._books, self._overdue, self._watch.metrics)

    async def _personal(self, call: Call) -> frozenset[str]:
        """Return what is personal in an answer: fields of the tenant's rules; in scores features too."""
        fields = await self._books.personal(call.tenant)
        if not call.method.startswith(SCORING):
            return fields
        return fields | await self._scoring.champions.personal(call.tenant)

    async def _overdue(self, tenant: str) -> str:
        """Say whether submissions wait for workers; tell the metrics how the queue stands."""
        try:
            stats = await self._queue.stats(tenant)
        except StoreUnavailable:
            return ""
        if self._watch.metrics is not None:
            counts = {str(state): jobs for state, jobs in stats.counts.items()}
            self._watch.metrics.queued(tenant, counts, stats.totals, stats.next_wait_s)
        if stats.next_wait_s <= self._overdue_s:
            return ""
        return f"the next submission has waited {stats.next_wait_s:.0f} s: no worker takes it, or there are too few"

    def _start_watch(self) -> None:
        watch_scripts(self._watch.script)
        if self._watch.metrics is not None:
            self._watch.metrics.watch(
                "fairlead_calls_under_way",
                "Calls that have arrived and are not answered yet.",
                lambda: self.traffic.under_way,
            )
        self._watch.start()

    def _open(self, listen: str) -> int:
        if self._credentials is None:
            return self.server.add_insecure_port(listen)
        return self.server.add_secure_port(listen, self._credentials)

    async def _serve_scoring(self) -> tuple[str, ...]:
        await asyncio.to_thread(self._scoring.champions.start)
        memory = ScoreMemory(self._stores.standings)
        scoring, work = self._scoring, self._long_work
        scoring_rpc.add_to(
            self._door, scoring.champions, scoring.scorer, memory, scoring.registries, work.trainer, work.rescorer
        )
        operations_rpc.add_to(self._door, work.desk)
        return scoring_rpc.SERVICES + operations_rpc.SERVICES

    async def drain(self) -> None:
        """Finish what is under way, take nothing new, and let go."""
        await self._health.leaving()
        await self.traffic.leave(DRAIN_S)
        await self._long_crew.drain(0)  # others carry on; nobody waits for hours
        await self._watching.stop()
        await asyncio.gather(self.server.stop(STREAMS_S), self._crew.drain(DRAIN_S))
        await asyncio.gather(self._wakers.stop(), self._auditors.stop())
        self._scoring.champions.stop()
        self._books.close()
        await self._stores.standings.close()
        await self._stores.close()
        self._watch.close()
