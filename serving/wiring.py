"""All parts of one process, connected: the stores, the use cases on them, the servicers, the server before them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import grpc

from failures import StoreUnavailable
from gateway.calls.call import Call, Observer
from gateway.calls.hosts import Hosts
from gateway.calls.load_shedding import LoadShedder
from gateway.calls.masking import Masking
from gateway.calls.pipeline import Pipeline
from gateway.grpc.server import GrpcServer
from gateway.grpc.standard_services import HealthServicer, serve_standard
from operations import rpc as operations_rpc
from router.adapters.durable_rules import selection as engines
from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.repositories import Stores
from router.adapters.redis.upgrade import PATIENCE_S
from router.assignment.planner_cache import PlannerCache
from router.history.monitor import Monitor
from router.model.sealing import Personal
from router.process.revisions.cache import ProcessCache
from router.rpc.pool_scope import PoolScope
from scoring import rpc as scoring_rpc
from scoring.clock import wall_clock
from scoring.errors import MemoryUnavailable
from scoring.memory import LastScore
from scoring.services import ScoringServices
from serving.alarms import Alarms
from serving.background import Background
from serving.change_feed import LogChanges
from serving.deliveries import Deliveries
from serving.errors import CannotListen
from serving.http_door import STREAMS_S, HttpDoor
from serving.operations import OperationServices
from serving.people import People
from serving.servicers import servicers
from serving.settings import Settings
from serving.upgrading import upgrade_report
from serving.use_cases import UseCases
from store.clock import SimulatedClock
from store.durability import DurabilityStatus
from store.scripts import watch_scripts
from telemetry.watch import Watch

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
PINGS_APART_MS = 8_000
"""Clients and balancers may ask every ten seconds whether the connection lives; the network may hurry a ping by two."""
DRAIN_S = 10.0
"""What calls under way get to end, in seconds."""
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
        self._settings = settings
        self._stores = stores = Stores.connect(redis_url, settings.request_ttl_s, settings.durability)
        self.durability = DurabilityStatus()
        self._clock = SimulatedClock(stores.redis)
        self._watch = Watch(settings.telemetry)
        personal = Personal.of(settings.security.personal)
        self._planners = _planners(settings, stores, personal)
        self._cases = UseCases(settings, stores, self._planners, personal, self.durability)
        self._connect_deliveries()
        self._connect_scoring()
        alarms = Alarms(settings, stores, self._cases.queue, self._deliveries.told, self._watch.metrics)
        self._background = Background(
            settings, stores, self._planners, self._cases, self._operations, alarms, self._deliveries
        )
        self._connect_server(observers)

    def _connect_deliveries(self) -> None:
        """Connect subscriptions with the log, and channels with people."""
        stores, messages, always = self._stores, self._cases.change_messages, self._settings.security.personal
        self._feed = LogChanges(stores.assignments, stores.log_follower, self._planners, messages, always)
        self._deliveries = Deliveries(
            self._settings.deliveries,
            stores.redis,
            self._feed,
            People(stores.assignments, self._planners),
            stores.rule_sets,
            stores.leader_lease,
            self._watch.metrics,
            self._settings.request_ttl_s,
        )

    def _connect_scoring(self) -> None:
        """Connect scores, and the operations that make them or move work items."""
        settings, redis = self._settings, self._stores.redis
        self._now = self._clock.now if settings.simulated_clock else wall_clock
        self._scoring = ScoringServices(settings.models, settings.model, settings.health_profiles)
        lease_s, ttl_s = settings.work.lease_s, settings.request_ttl_s
        self._operations = OperationServices(
            settings.operations, settings.models, self._scoring, redis, lease_s, ttl_s, self._now
        )

    def _connect_server(self, observers: Sequence[Observer]) -> None:
        """Connect the server, what stands before it, and the servicers behind it."""
        security = self._settings.security
        masking = Masking(self._personal, security.personal) if security.knows_callers else None
        operations = self._operations.service
        scope = PoolScope(self._cases.queries, self._planners)
        self._servicers = servicers(
            self._stores, self._planners, self._cases, operations, self.durability, masking, scope,
            self._deliveries.servicer,
        )  # fmt: skip
        self._health = HealthServicer()
        self.http_address = ""
        self.server = _listener(share_port=self._settings.place.share_port)
        self._credentials = security.credentials()
        self.load_shedder = LoadShedder(self._settings.max_calls, security.authorizer(), STANDING)
        observers = [*self._watch.observers, *observers]
        pipeline = Pipeline(self.load_shedder, observers, masking, self.load_shedder, scope)
        self._grpc_server = GrpcServer(self.server, pipeline)
        self._http = HttpDoor(self._settings.http, security, pipeline, MAX_MESSAGE_BYTES)
        self._hosts = Hosts(self._grpc_server, *self._http.hosts)

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
            self._hosts.serve(servicer, descriptor)
            names.append(descriptor.full_name)
        names += await self._serve_scoring()
        await serve_standard(self._grpc_server, self._health, names)
        try:
            port = self._open(listen)
        except RuntimeError as error:
            raise CannotListen(f"cannot listen on {listen}: it is in use, or no address of this machine") from error
        self.http_address = await self._http.start(share_port=self._settings.place.share_port)
        await self.server.start()
        self._background.start()
        return f"{listen.rsplit(':', 1)[0]}:{port}"

    async def _agree_on_time(self) -> None:
        if self._settings.simulated_clock:
            await self._clock.begin()
        else:
            await self._clock.refuse(is_private=not self._settings.redis_url)

    def monitor(self, tenant: str) -> Monitor:
        """Return what audits a tenant."""
        return self._background.monitor(tenant)

    async def _personal(self, call: Call) -> frozenset[str]:
        """Return what is personal in an answer: fields of the tenant's rules; in scores features too."""
        fields = await self._planners.personal(call.tenant)
        if not call.method.startswith(SCORING):
            return fields
        return fields | await self._scoring.champions.personal(call.tenant)

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
            self._hosts,
            scoring.champions,
            scoring.scorer,
            memory,
            scoring.registries,
            work.trainer,
            work.rescorer,
            self._now,
        )
        operations_rpc.add_to(self._hosts, work.service)
        return scoring_rpc.SERVICES + operations_rpc.SERVICES

    async def drain(self) -> None:
        """Finish what is under way, take nothing new, and let go."""
        self._http.leave()
        await self._health.leaving()
        await self.load_shedder.leave(DRAIN_S)
        await self._background.leave_operations()
        await self._cases.watches.stop()
        await asyncio.gather(self.server.stop(STREAMS_S), self._http.stop(), self._background.drain(DRAIN_S))
        await self._background.stop()
        await asyncio.gather(self._deliveries.outbound.close(), self._feed.close())
        self._scoring.champions.stop()
        self._planners.close()
        await self._stores.customer_scores.close()
        await self._stores.close()
        self._watch.close()


def _planners(settings: Settings, stores: Stores, personal: Personal) -> PlannerCache:
    rule_sets = stores.rule_sets
    return PlannerCache(
        stores.workforce,
        rule_sets,
        rule_sets,
        lambda rule_set: engines.serving(rule_set, settings.rule_engine),
        personal,
        ProcessCache(stores.processes),
    )


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
