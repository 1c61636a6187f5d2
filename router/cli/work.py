"""``fairlead work``: a process that routes what is submitted and serves nobody.

Any number may run beside a service, and be killed: what a lost one had is given to others when its lease ends.
Exit codes: 0 asked to stop; 1 the store does not answer; 2 a setting is wrong or there is no store.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from dataclasses import replace
from pathlib import Path

import click

from router.adapters import engines
from router.adapters.redis.assignments import MAX_REQUEST_TTL_S, REQUEST_TTL_S
from router.adapters.redis.stores import Stores
from router.adapters.working import MAX_WORKERS, WorkSettings, routing_crew, routing_queue, whole
from router.books import Books
from router.cli.stores import checked_url
from router.cli.tables import InputFailed
from router.durability import Demand, NotDurable
from router.errors import RouterError
from router.lookup import Lookup
from router.routing import Router
from workqueue.ports import Queue

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
@click.option("--workers", type=click.IntRange(1, MAX_WORKERS), help="Loops; from FAIRLEAD_WORKERS, else 2.")
def work(data: Path | None, redis_url: str | None, workers: int | None) -> None:
    """Route what is submitted, in a process of its own; end with SIGTERM or Ctrl-C.

    `fairlead serve` routes it too, unless FAIRLEAD_WORKERS=0: then it only takes in, and these processes work. They
    need nothing but the store, may be started and killed at any time, and share the work among them.

    \b
      $ FAIRLEAD_WORKERS=0 fairlead serve --data fairlead-data
      $ fairlead work --data fairlead-data            as often as you like
      $ fairlead work --redis-url redis://…           where the service uses a real server

    \b
    Environment: FAIRLEAD_REDIS_URL, FAIRLEAD_RULE_ENGINE, FAIRLEAD_WORKERS, FAIRLEAD_LEASE_S,
    FAIRLEAD_REQUEST_TTL_S, FAIRLEAD_DURABILITY and FAIRLEAD_INSECURE, as for `fairlead serve`.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        settings = WorkSettings.read(os.environ)
        request_ttl_s = whole(os.environ, "FAIRLEAD_REQUEST_TTL_S", REQUEST_TTL_S, 1, MAX_REQUEST_TTL_S)
        engine = engines.choice_from(os.environ)
        demand = Demand.read(os.environ.get("FAIRLEAD_DURABILITY", ""))
    except ValueError as error:
        raise InputFailed(str(error)) from error
    chosen = replace(settings, workers=workers or settings.workers or WorkSettings().workers)
    stores = Stores.connect(_store(data, redis_url), request_ttl_s, demand)
    try:
        queue = routing_queue(stores.redis, chosen, request_ttl_s)
        asyncio.run(_work(stores, queue, engine, chosen, demand))
    except (RouterError, NotDurable, engines.EngineUnavailable) as error:
        raise click.ClickException(str(error)) from error


def _store(named: Path | None, redis_url: str | None) -> str:
    if redis_url and named is None:
        return redis_url
    socket = (named or Path("fairlead-data")).absolute() / "valkey.sock"
    if not socket.exists():
        raise InputFailed(
            f"--data {socket.parent}: no service runs with it; allowed: the folder `fairlead serve --data` uses, "
            "or --redis-url"
        )
    return f"unix://{socket}"


async def _work(stores: Stores, queue: Queue, engine: engines.Choice, settings: WorkSettings, demand: Demand) -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    books = Books(
        stores.workforce, stores.rule_sets, stores.rule_sets, lambda rule_set: engines.serving(rule_set, engine)
    )
    router = Router(stores.assignments, books, Lookup(stores.assignments, books), stores.standings)
    crew = routing_crew(queue, router, settings)
    try:
        await stores.promised(demand)
        crew.start()
        _log.info("working: %d loops; rules by %s", settings.workers, engines.resolve(engine))
        await stopped.wait()
        _log.info("stopping: finishing what is under way")
    finally:
        await crew.drain(_DRAIN_S)
        books.close()
        await stores.close()
