"""``fairlead work``: a process that routes what is submitted, trains and rescores, and serves nobody.

Any number may run beside a service, and be killed: what a lost one had is given to others when its lease ends.
Exit codes: 0 asked to stop; 1 the store does not answer; 2 a setting is wrong or there is no store.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from failures import Failure
from gateway.settings import personal_from
from router.adapters.durable_rules import selection as engines
from router.adapters.queue import MAX_WORKERS, WorkSettings, routing_queue, routing_workers, whole
from router.adapters.redis.assignments import MAX_REQUEST_TTL_S, REQUEST_TTL_S
from router.adapters.redis.import_pages import RedisImportPages
from router.adapters.redis.reassign_pages import reassign_pages
from router.adapters.redis.repositories import Stores
from router.assignment.bulk import BulkReassignment
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.cli.failing import InputFailed
from router.cli.stores import checked_url, running_store
from router.imports.service import Imports
from router.model.sealing import Personal
from router.process.revisions.cache import ProcessCache
from scoring.rpc import rescorings
from scoring.services import ScoringServices
from serving.imports import ImportWork
from serving.operations import KINDS, OperationServices
from serving.paged import paged_workers
from serving.reassigning import ReassignWork
from serving.settings import OperationSettings
from serving.upgrading import upgrade_report
from store.clock import ClockMismatch, SimulatedClock, simulate
from store.durability import DurabilityRequirement, NotDurable
from training.rpc import trainings
from workqueue.worker_pool import WorkerPool

ROUTE = "route"
_DRAIN_S = 10.0
_log = logging.getLogger("fairlead")


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of a service that runs with its private store; fairlead-data if nothing else is named.",
)
@click.option(
    "--redis-url",
    envvar="FAIRLEAD_REDIS_URL",
    callback=checked_url,
    help="A real server instead; also from FAIRLEAD_REDIS_URL.",
)
@click.option("--workers", type=click.IntRange(1, MAX_WORKERS), help="Loops that route; from FAIRLEAD_WORKERS, else 2.")
@click.option(
    "--kind",
    "chosen",
    type=click.Choice([ROUTE, *KINDS]),
    multiple=True,
    help="Do only this; may be repeated.  [default: all that the folders named allow]",
)
def work(data: Path | None, redis_url: str | None, workers: int | None, chosen: tuple[str, ...]) -> None:
    """Route what is submitted, import, train and rescore, in a process of its own; end with SIGTERM or Ctrl-C.

    `fairlead serve` does it too, unless FAIRLEAD_WORKERS=0 and FAIRLEAD_OPERATION_WORKERS=0: then it only takes in, and
    these processes work. They may be started and killed at any time, and share the work among them. To route they need
    nothing but the store; to train and rescore, the folders that the service has.

    \b
      $ FAIRLEAD_WORKERS=0 fairlead serve --data fairlead-data
      $ fairlead work --data fairlead-data            as often as you like
      $ fairlead work --redis-url redis://…           where the service uses a real server
      $ fairlead work --kind train                    routes nothing

    \b Environment: FAIRLEAD_REDIS_URL, FAIRLEAD_RULE_ENGINE, FAIRLEAD_WORKERS, FAIRLEAD_OPERATION_WORKERS,
    FAIRLEAD_LEASE_S, FAIRLEAD_MODELS, FAIRLEAD_TRAINING_DATA, FAIRLEAD_RESCORING_DATA, FAIRLEAD_RESCORING_OUT,
    FAIRLEAD_REQUEST_TTL_S, FAIRLEAD_DURABILITY, FAIRLEAD_PERSONAL_FIELDS and FAIRLEAD_INSECURE, as for `fairlead
    serve`.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        wanted = _Wanted.read(os.environ, data or Path("fairlead-data"), workers)
    except ValueError as error:
        raise InputFailed(str(error)) from error
    kinds = _kinds(chosen, wanted)
    stores = Stores.connect(_store(data, redis_url), wanted.request_ttl_s, wanted.requirement)
    try:
        asyncio.run(_work(stores, wanted, kinds, is_private=data is not None or not redis_url))
    except (Failure, NotDurable, ClockMismatch, engines.EngineUnavailable) as error:
        raise click.ClickException(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the environment and the options say."""

    routing: WorkSettings
    operations: OperationSettings
    models: str
    model: str
    engine: engines.Choice
    request_ttl_s: int
    requirement: DurabilityRequirement
    personal: Personal

    @classmethod
    def read(cls, environ: Mapping[str, str], data: Path, workers: int | None) -> _Wanted:
        routing, operations = WorkSettings.read(environ), OperationSettings.read(environ)
        return cls(
            replace(routing, workers=workers or routing.workers or WorkSettings().workers),
            replace(operations, workers=operations.workers or OperationSettings().workers),
            environ.get("FAIRLEAD_MODELS", str(data / "models")),
            environ.get("FAIRLEAD_MODEL", "churn"),
            engines.choice_from(environ),
            whole(environ, "FAIRLEAD_REQUEST_TTL_S", REQUEST_TTL_S, 1, MAX_REQUEST_TTL_S),
            DurabilityRequirement.read(environ.get("FAIRLEAD_DURABILITY", "")),
            Personal.of(personal_from(environ)),
        )


def _kinds(chosen: Sequence[str], wanted: _Wanted) -> Sequence[str]:
    """Return what is to be done: what was asked for, or all that can be."""
    needs = {
        ROUTE: "",
        trainings.KIND: "" if wanted.operations.training_data else "FAIRLEAD_TRAINING_DATA",
        rescorings.KIND: ""
        if wanted.operations.rescoring_data
        else "FAIRLEAD_RESCORING_DATA and FAIRLEAD_RESCORING_OUT",
    }
    for kind in chosen:
        if needs[kind]:
            raise InputFailed(f"--kind {kind}: needs {needs[kind]}")
    return chosen or [kind for kind, lacking in needs.items() if not lacking]


def _store(named: Path | None, redis_url: str | None) -> str:
    if redis_url and named is None:
        return redis_url
    return running_store(named or Path("fairlead-data"), "the folder `fairlead serve --data` uses, or --redis-url")


async def _work(stores: Stores, wanted: _Wanted, kinds: Sequence[str], *, is_private: bool) -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    planners = PlannerCache(
        stores.workforce,
        stores.rule_sets,
        stores.rule_sets,
        lambda rule_set: engines.serving(rule_set, wanted.engine),
        wanted.personal,
        ProcessCache(stores.processes),
    )
    queries = WorkItemQueries(stores.assignments, planners)
    router = Router(stores.assignments, planners, queries, stores.customer_scores)
    queue = routing_queue(stores.redis, wanted.routing, wanted.request_ttl_s)
    workers = routing_workers(queue, router, wanted.routing) if ROUTE in kinds else WorkerPool(())
    imports = Imports(
        stores.assignments, planners, queries, stores.customer_scores, hides_external_id=wanted.personal.external_id
    )
    pages = RedisImportPages(stores.redis)
    importing = replace(wanted.routing, workers=int(ROUTE in kinds))
    moving = ReassignWork(reassign_pages(stores.redis), BulkReassignment(stores.assignments, planners, queries))
    paged = paged_workers(stores.redis, [ImportWork(pages, imports), moving], importing, wanted.request_ttl_s)
    operation_workers = _operation_workers(stores, wanted, kinds)
    try:
        await stores.check()
        await _agree_on_time(stores, is_private=is_private)
        await stores.check_durability(wanted.requirement)
        with upgrade_report() as report:
            await stores.bring_up_to_date(report, hides_external_id=wanted.personal.external_id)
        workers.start()
        operation_workers.start()
        paged.start()
        _log.info(
            "working: %s; %d loops that route; rules by %s",
            ", ".join(kinds), wanted.routing.workers, engines.resolve(wanted.engine),
        )  # fmt: skip
        await stopped.wait()
        _log.info("stopping: finishing what is under way")
    finally:
        await asyncio.gather(workers.drain(_DRAIN_S), operation_workers.drain(0), paged.drain(0))
        planners.close()
        await stores.close()


async def _agree_on_time(stores: Stores, *, is_private: bool) -> None:
    """Read the clock that the service reads beside which this works."""
    clock = SimulatedClock(stores.redis)
    if is_private and await clock.is_there():
        simulate()
    else:
        await clock.refuse(is_private=False)


def _operation_workers(stores: Stores, wanted: _Wanted, kinds: Sequence[str]) -> WorkerPool:
    if not set(kinds) & set(KINDS):
        return WorkerPool(())  # without a look at the registry, which a process that only routes can do without
    scoring, lease_s = ScoringServices(wanted.models, wanted.model), wanted.routing.lease_s
    operations = OperationServices(
        wanted.operations, wanted.models, scoring, stores.redis, lease_s, wanted.request_ttl_s
    )
    return operations.workers(kinds)
