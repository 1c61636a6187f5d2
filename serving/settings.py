"""What an operator can choose: read from the environment, refused by name where it is not as it must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway.auth.exposure import check_metrics, check_store
from gateway.http_settings import NO_HTTP, HttpSettings
from gateway.settings import OPEN, Security
from router.adapters.durable_rules import selection as engines
from router.adapters.queue import WorkSettings, whole
from router.adapters.redis.assignments import MAX_REQUEST_TTL_S, REQUEST_TTL_S
from serving.delivery_settings import NO_DELIVERIES, DeliverySettings
from store.clients import SCHEMES, client_for, open_servers, shown_address
from store.clock import SIMULATED
from store.durability import Durability, DurabilityRequirement
from telemetry.watch import NOTHING, TelemetrySettings

OVERDUE_S = 30
"""A submission that waits for a worker so long is overdue."""
TIMERS_LATE_S = 60
"""A timer that has not fired so long after it was due is late: as long as 12,000 that are due at once may take."""
MAX_CALLS = 512
"""Calls under way of one process: as many as a slow store makes wait some tenths of a second."""
MAX_OPERATION_WORKERS = 16
_FSYNC = {Durability.MEMORY: "no", Durability.EVERYSEC: "everysec"}
"""What the private store is started with; otherwise ``always``."""


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
class OperationSettings:
    """What is trained and rescored, and from where.

    Parameters
    ----------
    training_data
        Folder that TrainModel reads from; empty: it is refused.
    rescoring_data, rescoring_out
        Folder that RescoreCustomers reads from, and the one that it writes below; both empty: it is refused.
    workers
        How many of each kind are carried out at a time in this process; 0: it leaves them to others.
    """

    training_data: str = ""
    rescoring_data: str = ""
    rescoring_out: str = ""
    workers: int = 1

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> OperationSettings:
        """Read the environment.

        Raises
        ------
        ValueError
            Naming the variable, the value found and the values allowed.
        """
        names = ("FAIRLEAD_TRAINING_DATA", "FAIRLEAD_RESCORING_DATA", "FAIRLEAD_RESCORING_OUT")
        folders = {name: environ.get(name, "") for name in names}
        for name, folder in folders.items():
            if folder and not Path(folder).is_dir():
                raise ValueError(f"{name} is {folder!r}; allowed is a folder")
        training_data, rescoring_data, rescoring_out = folders.values()
        if bool(rescoring_data) != bool(rescoring_out):
            raise ValueError(
                "FAIRLEAD_RESCORING_DATA and FAIRLEAD_RESCORING_OUT: only one is set; allowed are both or none"
            )
        models = environ.get("FAIRLEAD_MODELS", "")
        if training_data and "://" in models:
            raise ValueError(f"FAIRLEAD_MODELS is {models!r}; allowed beside FAIRLEAD_TRAINING_DATA is a folder")
        workers = whole(environ, "FAIRLEAD_OPERATION_WORKERS", 1, 0, MAX_OPERATION_WORKERS)
        return cls(training_data, rescoring_data, rescoring_out, workers)


NO_OPERATIONS = OperationSettings()


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
    operations
        What is trained and rescored, and from where.
    max_calls
        How many may be under way; more are turned away.
    overdue_s
        From how many seconds of waiting for a worker a submission is overdue.
    timers_late_s
        From how many seconds behind its instant a timer that has not fired is late.
    telemetry
        What is to be seen.
    security
        Authentication and authorization.
    place
        Whether this process serves alone.
    simulated_clock
        Whether the private store's time is simulated.
    deliveries
        What systems and people outside are told with.
    http
        Where HTTP is served beside gRPC, and for whose pages.
    """

    listen: str
    data: Path
    redis_url: str
    durability: DurabilityRequirement
    rule_engine: engines.Choice
    request_ttl_s: int
    work: WorkSettings = field(default_factory=WorkSettings)
    models: str = "fairlead-data/models"
    model: str = "churn"
    health_profiles: str = ""
    operations: OperationSettings = NO_OPERATIONS
    max_calls: int = MAX_CALLS
    overdue_s: int = OVERDUE_S
    timers_late_s: int = TIMERS_LATE_S
    telemetry: TelemetrySettings = NOTHING
    security: Security = OPEN
    place: Place = ALONE
    simulated_clock: bool = False
    deliveries: DeliverySettings = NO_DELIVERIES
    http: HttpSettings = NO_HTTP

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
            raise ValueError(f"FAIRLEAD_REDIS_URL is {shown_address(url)!r}; allowed are {', '.join(SCHEMES)}")
        if not url and durability.replicas:
            raise ValueError(
                "FAIRLEAD_DURABILITY asks for replicas, which only a store named in FAIRLEAD_REDIS_URL has"
            )
        simulated = bool(environ.get(SIMULATED))
        if url and simulated:
            raise ValueError(
                "--simulated-clock is for the private store alone, and FAIRLEAD_REDIS_URL names another, "
                f"{shown_address(url)!r}: leave one of them out"
            )
        security, telemetry = Security.read(environ), TelemetrySettings.read(environ)
        if url:
            _check_store(url, durability.replicas, security.insecure)
        security.check_listen(listen)
        check_metrics(telemetry.metrics, security.insecure)
        return cls(
            listen, data, url, durability, engines.choice_from(environ), ttl_s, WorkSettings.read(environ),
            environ.get("FAIRLEAD_MODELS", str(data / "models")), environ.get("FAIRLEAD_MODEL", "churn"),
            environ.get("FAIRLEAD_HEALTH_PROFILES", ""), OperationSettings.read(environ), calls,
            whole(environ, "FAIRLEAD_OVERDUE_S", OVERDUE_S, 0, 86_400),
            whole(environ, "FAIRLEAD_TIMERS_LATE_S", TIMERS_LATE_S, 0, 86_400), telemetry, security, place, simulated,
            DeliverySettings.read(environ), HttpSettings.read(environ, security),
        )  # fmt: skip


def _check_store(url: str, replicas: int, insecure: frozenset[str]) -> None:
    try:
        client_for(url, replicas)  # connects when it is used; what it cannot read is said now
    except ValueError as error:
        raise ValueError(f"FAIRLEAD_REDIS_URL is {shown_address(url)!r}: {error}") from None
    check_store(open_servers(url), insecure)


def _durability(environ: Mapping[str, str]) -> DurabilityRequirement:
    try:
        return DurabilityRequirement.read(environ.get("FAIRLEAD_DURABILITY", ""))
    except ValueError as error:
        raise ValueError(f"FAIRLEAD_DURABILITY is {error}") from error
