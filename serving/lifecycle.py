"""The life of a process: find or start the store, serve until told to stop, drain. Of several processes likewise."""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

from failures import StoreUnavailable
from router.adapters.durable_rules import selection as engines
from serving.settings import Settings
from serving.supervisor import READY, Program, Servers, reserve
from serving.wiring import Service
from store.clients import shown_address
from store.durability import MEANINGS
from store.embedded.server import EmbeddedServer
from telemetry.metrics_address import VARIABLE as METRICS
from telemetry.metrics_address import moved

_log = logging.getLogger("fairlead")


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
        calls, durability = settings.security.described, service.durability.level
        if service.http_address:
            calls = f"HTTP on {service.http_address}; {calls}"
        _log.info(
            "ready: listening on %s; %s; rules by %s; store: %s, durability %s: %s",
            address, calls, rules, store, durability.lower(), MEANINGS[durability],
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
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    http = settings.http.listen
    if http.endswith(":0"):
        raise ValueError(f"FAIRLEAD_HTTP is {http!r}; allowed with --processes is a port that they can share, not 0")
    holder, address = reserve(settings.listen)
    with closing(holder), _store(settings) as (url, described):
        servers = Servers(functools.partial(_program, settings, address, url), processes)
        servers.start()
        calls = f"HTTP on {http}; {settings.security.described}" if http else settings.security.described
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
        url = shown_address(settings.redis_url)
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
