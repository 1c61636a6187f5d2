"""START HERE. Fairlead's process: settings → parts → connections → serve → drain.

``fairlead serve`` runs it; the other commands come from the packages' ``cli`` rooms. Nobody imports this module.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # children are started afresh; gRPC would warn at each

import click
import grpc

from fairlead.v1 import decisions_pb2, fairness_pb2, queue_pb2, routing_pb2, rules_pb2, workforce_pb2
from gate.calls import Observer
from gate.door import Door
from gate.masking import Masking
from gate.settings import OPEN, Security
from gate.standard import Health, serve_standard
from gate.traffic import Traffic
from router import cli as router_cli
from router.adapters import engines
from router.adapters.redis.assignments import MAX_REQUEST_TTL_S, REQUEST_TTL_S
from router.adapters.redis.clients import SCHEMES, client_for
from router.adapters.redis.connection import watch_scripts
from router.adapters.redis.embedded import EmbeddedServer, EmbeddedServerError
from router.adapters.redis.standings import RedisStandings
from router.adapters.redis.stores import Stores
from router.adapters.submissions import QueuedSubmissions
from router.adapters.trial import try_rule_set
from router.adapters.working import WorkSettings, routing_crew, routing_queue, whole
from router.administration import Administration
from router.auditor import Auditor, Auditors
from router.books import Books
from router.cli.later import commands_with
from router.durability import MEANINGS, Demand, Durability, NotDurable, Promise
from router.errors import StoreUnavailable
from router.fairness import Fairness
from router.lookup import Lookup
from router.publishing import Publishing
from router.routing import Router
from router.rpc.decisions import DecisionServicer
from router.rpc.describing import Describing
from router.rpc.fairness import FairnessServicer
from router.rpc.queue import QueueServicer
from router.rpc.routing import RoutingServicer
from router.rpc.rules import RuleServicer
from router.rpc.status import STATUSES
from router.rpc.workforce import WorkforceServicer
from router.submitting import Submitting
from router.wakers import Wakers
from router.watching import Watching
from scoring import rpc as scoring_rpc
from scoring.errors import MemoryUnavailable, ScoringError
from scoring.parts import ScoringParts
from scoring.ports import LastScore
from telemetry import logs
from telemetry.metrics import VARIABLE as METRICS
from telemetry.metrics import CannotServeMetrics, moved
from telemetry.traces import CannotTrace
from telemetry.watch import NOTHING, Wanted, Watch
from training import rpc as training_rpc
from upkeep.servers import READY, CannotShare, Program, ServerFailed, Servers, reserve
from workqueue.errors import QueueUnavailable

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
DRAIN_S = 10.0
"""What calls under way get to end, in seconds."""
STREAMS_S = 0.5
"""What open streams get after them: whoever follows one resumes it elsewhere."""
OVERDUE_S = 30
"""A submission that waits for a worker so long is overdue."""
MAX_CALLS = 512
"""Calls under way of one process: as many as a slow store makes wait some tenths of a second."""
STANDING = (
    "grpc.health.v1.Health/Check",
    "grpc.health.v1.Health/Watch",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    "fairlead.v1.RoutingService/WatchWorkItems",
)
_FSYNC = {Durability.MEMORY: "no", Durability.EVERYSEC: "everysec"}
"""What the private store is started with; otherwise ``always``."""

_log = logging.getLogger("fairlead")


# ------------------------------------------------------------------------------------------------------------- settings


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a server process among others.

    Parameters
    ----------
    share_port
        Whether others may listen on the same port.
    supervised
        Whether ``fairlead serve --processes`` started it: it says when it is ready, and leaves with who started it.
    private_store
        Where the private server is that who started it runs; empty: none.
    """

    share_port: bool = False
    supervised: bool = False
    private_store: str = ""


ALONE = Place()


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can choose.

    Parameters
    ----------
    redis_url
        Empty: the private server in ``data``.
    models
        Registry, a folder or a URL.
    model
        The model that serves.
    health_profiles
        File; empty: there is no health.
    training_data
        Folder that TrainModel reads from; empty: it is refused.
    max_calls
        How many may be under way; more are turned away.
    overdue_s
        From how many seconds of waiting for a worker a submission is overdue.
    telemetry
        What is to be seen.
    security
        Who may come in, and how.
    place
        Whether this process serves alone.
    """

    listen: str
    data: Path
    redis_url: str
    durability: Demand
    rule_engine: engines.Choice
    request_ttl_s: int
    work: WorkSettings = field(default_factory=WorkSettings)
    models: str = "fairlead-data/models"
    model: str = "churn"
    health_profiles: str = ""
    training_data: str = ""
    max_calls: int = MAX_CALLS
    overdue_s: int = OVERDUE_S
    telemetry: Wanted = NOTHING
    security: Security = OPEN
    place: Place = ALONE

    @property
    def fsync(self) -> str:
        """When the private store's data reaches the disk."""
        return _FSYNC.get(self.durability.least, "always")

    @classmethod
    def read(cls, environ: Mapping[str, str], *, listen: str, data: Path, place: Place = ALONE) -> Settings:
        """Read the environment.

        Raises
        ------
        ValueError
            Naming the variable, the value found and the values allowed.
        """
        durability = _durability(environ)
        ttl_s = whole(environ, "FAIRLEAD_REQUEST_TTL_S", REQUEST_TTL_S, 1, MAX_REQUEST_TTL_S)
        calls = whole(environ, "FAIRLEAD_MAX_CALLS", MAX_CALLS, 1, 100_000)
        url = environ.get("FAIRLEAD_REDIS_URL", "")
        if url and not url.startswith(SCHEMES):
            raise ValueError(f"FAIRLEAD_REDIS_URL is {_without_password(url)!r}; allowed are {', '.join(SCHEMES)}")
        if not url and durability.replicas:
            raise ValueError(
                "FAIRLEAD_DURABILITY asks for replicas, which only a store named in FAIRLEAD_REDIS_URL has"
            )
        if url:
            client_for(url, durability.replicas)  # connects when it is used; what it cannot read is said now
        security = Security.read(environ)
        security.check_listen(listen)
        return cls(
            listen, data, url, durability, engines.choice_from(environ), ttl_s, WorkSettings.read(environ),
            environ.get("FAIRLEAD_MODELS", str(data / "models")), environ.get("FAIRLEAD_MODEL", "churn"),
            environ.get("FAIRLEAD_HEALTH_PROFILES", ""), environ.get("FAIRLEAD_TRAINING_DATA", ""),
            calls, whole(environ, "FAIRLEAD_OVERDUE_S", OVERDUE_S, 0, 86_400), Wanted.read(environ), security, place,
        )  # fmt: skip


def _durability(environ: Mapping[str, str]) -> Demand:
    try:
        return Demand.read(environ.get("FAIRLEAD_DURABILITY", ""))
    except ValueError as error:
        raise ValueError(f"FAIRLEAD_DURABILITY is {error}") from error


class CannotListen(Exception):
    """The address cannot be had."""


# ------------------------------------------------------------------------------------------------ parts and connections


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
        self._demand = settings.durability
        self.promise = Promise()
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
        intake = QueuedSubmissions(queue, self.promise)
        self._crew = routing_crew(queue, router, settings.work)
        describing = Describing(lookup, self.promise)
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
        self._trainings = training_rpc.trainings(settings.training_data, settings.models, self._scoring.registry)
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
        masking = Masking(self._books.personal, settings.security.personal) if settings.security.knows_callers else None
        self._queue, self._overdue_s = queue, settings.overdue_s
        self._auditors = Auditors(self.auditor, rule_sets, self._stores.signals)
        self._door = Door(self.server, self.traffic, [self.traffic, *self._watch.observers, *observers], masking)

    async def start(self, listen: str) -> str:
        """Begin to serve and return the address.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        NotDurable
            If it is less durable than was asked for.
        CannotListen
            If the address cannot be bound.
        """
        await self._stores.check()
        self.promise.durability = await self._stores.promised(self._demand)
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
        self._auditors.start()
        return f"{listen.rsplit(':', 1)[0]}:{port}"

    def auditor(self, tenant: str) -> Auditor:
        """Return what audits a tenant."""
        stores = self._stores
        return Auditor(tenant, stores.assignments, stores.snapshots, self._books, self._overdue, self._watch.metrics)

    async def _overdue(self, tenant: str) -> str:
        """Say whether submissions wait for workers; tell the metrics how the queue stands."""
        try:
            stats = await self._queue.stats(tenant)
        except QueueUnavailable:
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
                "fairlead_calls_under_way", "Calls being answered.", lambda: self.traffic.under_way
            )
        self._watch.start()

    def _open(self, listen: str) -> int:
        if self._credentials is None:
            return self.server.add_insecure_port(listen)
        return self.server.add_secure_port(listen, self._credentials)

    async def _serve_scoring(self) -> tuple[str, ...]:
        await asyncio.to_thread(self._scoring.holder.start)
        memory = ScoreMemory(self._stores.standings)
        scoring_rpc.add_to(self._door, self._scoring.scorer, memory, self._scoring.registry, self._trainings)
        if self._trainings is None:
            return scoring_rpc.SERVICES
        training_rpc.add_to(self._door, self._trainings)
        return scoring_rpc.SERVICES + training_rpc.SERVICES

    async def drain(self) -> None:
        """Finish what is under way, take nothing new, and let go."""
        await self._health.leaving()
        await self.traffic.leave(DRAIN_S)
        if self._trainings is not None:
            await self._trainings.close()
        await self._watching.stop()
        await asyncio.gather(self.server.stop(STREAMS_S), self._crew.drain(DRAIN_S))
        await asyncio.gather(self._wakers.stop(), self._auditors.stop())
        self._scoring.holder.stop()
        self._books.close()
        await self._stores.standings.close()
        await self._stores.close()
        self._watch.close()


# ------------------------------------------------------------------------------------------------------ serve and drain


async def serve_until_stopped(settings: Settings, redis_url: str, store: str) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    service = Service(settings, redis_url)
    try:
        address = await service.start(settings.listen)
    except BaseException:
        await service.drain()
        raise
    settle_garbage()
    if settings.place.supervised:
        loop.add_reader(sys.stdin.fileno(), stopped.set)  # it ends with the supervisor
        print(READY, flush=True)
    else:
        rules = engines.resolve(settings.rule_engine)
        calls, promise = settings.security.described, service.promise.durability
        _log.info(
            "ready: listening on %s; %s; rules by %s; store: %s, durability %s: %s",
            address, calls, rules, store, promise.lower(), MEANINGS[promise],
        )  # fmt: skip
    await stopped.wait()
    _log.info("stopping: finishing what is under way")
    if settings.place.supervised:
        loop.remove_reader(sys.stdin.fileno())
    await service.drain()


def settle_garbage() -> None:
    """Let the collector look at less, less often: what is there now stays, and a call leaves hardly any cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def run(settings: Settings) -> None:
    """Serve in this process."""
    with _store(settings) as (url, described):
        if sys.platform == "win32":
            asyncio.run(serve_until_stopped(settings, url, described))
        else:
            import uvloop

            uvloop.run(serve_until_stopped(settings, url, described))


def run_several(settings: Settings, processes: int) -> None:
    """Serve in processes of their own, until SIGTERM or SIGINT; whichever dies is replaced.

    Raises
    ------
    CannotShare, ServerFailed
        If the address cannot be had, or a process cannot start.
    """
    if settings.training_data:
        raise ValueError("--processes cannot be had with FAIRLEAD_TRAINING_DATA: one process alone knows its trainings")
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    holder, address = reserve(settings.listen)
    with closing(holder), _store(settings) as (url, described):
        servers = Servers(functools.partial(_program, settings, address, url), processes)
        servers.start()
        calls = settings.security.described
        _log.info("ready: listening on %s; %s; %d processes; store: %s", address, calls, processes, described)
        stopped.wait()
        _log.info("stopping: finishing what is under way")
        servers.stop()


def _program(settings: Settings, address: str, url: str, number: int) -> Program:
    store = () if settings.redis_url else ("--private-store", url)
    here = ("--listen", address, "--data", str(settings.data), "--share-port", "--supervised")
    environ = dict(os.environ)
    if settings.telemetry.metrics:
        environ[METRICS] = moved(settings.telemetry.metrics, number)
    return Program((sys.executable, "-P", "-m", "service", "serve", *here, *store), environ)


@contextmanager
def _store(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield where the store is, with words on it; run the private server where no other is named."""
    if settings.place.private_store:
        yield settings.place.private_store, "private"
        return
    if settings.redis_url:
        url = _without_password(settings.redis_url)
        try:
            yield settings.redis_url, url
        except StoreUnavailable as error:
            raise StoreUnavailable(f"FAIRLEAD_REDIS_URL is {url}: {error}") from error
        return
    embedded = EmbeddedServer(settings.data, settings.fsync)
    embedded.start()
    try:
        yield embedded.url, f"private {embedded.version} in {embedded.folder}"
    finally:
        embedded.stop()


def _without_password(url: str) -> str:
    scheme, separator, rest = url.partition("://") if "://" in url else ("", "", url)
    return f"{scheme}{separator}{rest.rpartition('@')[2]}".partition("?")[0]


# ------------------------------------------------------------------------------------------------------------- commands


LATER = {
    "dataset": ("training.cli", "Build a table of customers from their events."),
    "doctor": ("upkeep.doctor", "Check the set-up, and say what to do."),
    "health": ("scoring.cli", "Check health profiles."),
    "models": ("scoring.cli", "List, compare, challenge, promote and roll back models."),
    "remember": ("scoring.cli", "Let rules know the risks that rescore has found."),
    "rescore": ("scoring.cli", "Score every customer in a table."),
    "token": ("gate.cli", "Make keys and tokens to try roles with."),
    "train": ("training.cli", "Train a churn model on a table of customers."),
}
"""Commands imported only when they are called, because scikit-learn and pyarrow take a second: room and help."""


@click.group(cls=commands_with(LATER), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fairlead")
def main() -> None:
    """Fairlead gives every lead one owner, and says which customer is about to leave: fast, explained, proven."""


@main.command()
@click.option(
    "--listen", default="127.0.0.1:50051", show_default=True, metavar="HOST:PORT", help="Port 0: any free one."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("fairlead-data"),
    show_default=True,
    help="Folder of the private server.",
)
@click.option(
    "--processes", type=click.IntRange(1, 64), help="Serve in so many processes on the port; one that dies is replaced."
)
@click.option("--share-port", is_flag=True, help="Share the port with others that are started like this.")
@click.option("--supervised", is_flag=True, hidden=True)
@click.option("--private-store", default="", hidden=True)
def serve(listen: str, data: Path, processes: int | None, **place: Any) -> None:
    """Serve in the foreground; end with SIGTERM or Ctrl-C.

    \b
    Environment:
      FAIRLEAD_REDIS_URL      redis://, rediss:// (TLS), unix://, redis+sentinel:// or redis+cluster:// URL,
                              password included; absent: a private Valkey
      FAIRLEAD_DURABILITY     always (default), everysec, memory or, with a Redis of your own, replicas:N:
                              what an acknowledged change survives
      FAIRLEAD_RULE_ENGINE    auto (default), durable or index
      FAIRLEAD_REQUEST_TTL_S  how long a request_id is remembered, in seconds (default 86400)
      FAIRLEAD_WORKERS        loops in this process that route what is submitted (default 2; 0: see `fairlead work`)
      FAIRLEAD_LEASE_S        after how many seconds others get what a lost worker had (default 15)
      FAIRLEAD_QUEUE_LIMIT    how many submissions a tenant's queue holds, dead letters included (default 2000000)
      FAIRLEAD_MODELS         registry of models, a folder or an fsspec URL (default: models in the data folder)
      FAIRLEAD_MODEL          the model whose champion scores customers (default churn)
      FAIRLEAD_HEALTH_PROFILES  file of health profiles; absent: risk only
      FAIRLEAD_TRAINING_DATA  folder that TrainModel may read from; absent: it is refused
      FAIRLEAD_MAX_CALLS      calls under way at a time; more are turned away (default 512)
      FAIRLEAD_OVERDUE_S      the auditor alarms when a submission waits so long for a worker (default 30)
      FAIRLEAD_LOG            text (default) or json
      FAIRLEAD_METRICS        port, or host:port, that Prometheus may ask; absent: none
      FAIRLEAD_TRACES         otlp: send spans where OTEL_EXPORTER_OTLP_ENDPOINT says; absent: none

    \b
    Who may come in (needed to listen off this machine; README, "Who may come in"):
      FAIRLEAD_TLS_CERT, FAIRLEAD_TLS_KEY      certificate and key, PEM files: calls are encrypted
      FAIRLEAD_TLS_CLIENT_CA                   who may sign clients' certificates, a PEM file: mutual TLS
      FAIRLEAD_PRINCIPALS                      who holds which certificate, a YAML file
      FAIRLEAD_JWKS                            keys of tokens, a file or https:// address
      FAIRLEAD_TOKEN_ISSUER, …_TOKEN_AUDIENCE  what tokens must say
      FAIRLEAD_PRINCIPAL_CALLS_PER_S           calls a second of each caller (default 0: no limit)
      FAIRLEAD_TENANT_CALLS_PER_S              calls a second about each tenant (default 0: no limit)
      FAIRLEAD_PERSONAL_FIELDS                 names of fields that only roles who need them see
      FAIRLEAD_INSECURE                        no-tls, no-auth: listen off this machine without
    """
    try:
        settings = Settings.read(os.environ, listen=listen, data=data, place=Place(**place))
        logs.start(settings.telemetry.log)
        if processes:
            run_several(settings, processes)
        else:
            run(settings)
    except (
        ValueError, EmbeddedServerError, StoreUnavailable, NotDurable, ScoringError, CannotListen,
        CannotServeMetrics, CannotTrace, CannotShare, ServerFailed,
        engines.EngineUnavailable,
    ) as error:  # fmt: skip
        raise click.ClickException(str(error)) from error


for command in router_cli.COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main()
