"""What an acknowledgement means: asked for, checked at the start, told in every answer, and kept."""

from __future__ import annotations

import asyncio
import logging
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
import redis

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.adapters.redis.repositories import Stores
from serving.wiring import Service
from store.durability import Durability, DurabilityRequirement, NotDurable
from store.embedded.server import find_binary
from tests.api import EVERYONE, Api, connected, retry_delay_s
from tests.conftest import settings
from tests.patience import until
from tests.topologies import free_port


@contextmanager
def running(*options: str) -> Iterator[str]:
    """Run a bare store with options of its own and yield its URL."""
    folder = Path(tempfile.mkdtemp(prefix="fl-"))
    path = folder / "s"
    command = [str(find_binary()), "--port", "0", "--unixsocket", str(path), "--dir", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        url = f"unix://{path}"
        until(lambda: process.poll() is not None or answers(url))
        yield url
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def answers(url: str) -> bool:
    """Say whether a store listens."""
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


@asynccontextmanager
async def serving(url: str, level: str) -> AsyncIterator[Api]:
    service = Service(replace(settings(url), durability=DurabilityRequirement.read(level)), url)
    try:
        address = await service.start("127.0.0.1:0")
        async with connected(address, "default", url) as api:
            yield api
    finally:
        await service.drain()


@pytest.mark.parametrize(
    ("options", "durability"),
    [
        (["--appendonly", "no"], decisions.DURABILITY_MEMORY),
        (["--appendonly", "yes", "--appendfsync", "everysec"], decisions.DURABILITY_EVERYSEC),
        (["--appendonly", "yes", "--appendfsync", "always"], decisions.DURABILITY_ALWAYS),
    ],
)
async def test_an_answer_says_what_it_survives(options: list[str], durability: decisions.Durability) -> None:
    with running(*options) as url:
        async with serving(url, "") as api:
            await api.adopt(EVERYONE)
            decision = await api.route("1")
            preview = await api.route("2", validate_only=True)

    assert (decision.durability, preview.durability) == (durability, decisions.DURABILITY_UNSPECIFIED)


@pytest.mark.parametrize("level", ["everysec", "always"])
async def test_a_store_that_is_less_durable_than_asked_for_is_refused(level: str) -> None:
    refusal = f"{level} was asked for, and the store is memory: set appendonly yes"
    with running("--appendonly", "no") as url, pytest.raises(NotDurable, match=refusal):
        async with serving(url, level):
            pass


def test_the_private_store_is_as_durable_as_can_be_unless_told_otherwise(tmp_path: Path) -> None:
    assert replace(settings(""), durability=DurabilityRequirement.read("")).fsync == "always"
    assert replace(settings(""), durability=DurabilityRequirement.read("memory")).fsync == "no"
    assert DurabilityRequirement.read("always").refusal(Durability.ALWAYS) == ""


async def test_with_replicas_asked_for_what_they_do_not_have_is_not_acknowledged(data_folder: Path) -> None:
    with running("--port", "0") as primary, redis.Redis.from_url(primary) as client:
        async with serving(primary, "replicas:1") as api:
            await api.adopt(EVERYONE)
            with pytest.raises(grpc.aio.AioRpcError) as alone:
                await api.route("1", request_id="once")
            assert alone.value.code() == grpc.StatusCode.UNAVAILABLE
            assert "0 of 1 replicas" in (alone.value.details() or "")
            assert retry_delay_s(alone.value) > 0
        assert client.exists("fairlead:{default}:item:crm~1")


async def test_what_replicas_do_not_have_is_not_shown_either(data_folder: Path) -> None:
    with running("--port", "0") as primary:
        async with serving(primary, "") as api:
            await api.adopt(EVERYONE)
            for rep in ("ann", "bob"):
                await api.hire(rep)
            await api.pool("everyone", ["ann", "bob"])
            item = (await api.route("1")).work_item
            await api.reassign(item, request_id="moved")
        async with serving(primary, "replicas:1") as api:
            watch = routing.WatchWorkItemsRequest(parent=api.parent)
            of_ann = routing.ListWorkItemsRequest(parent=api.parent, owner=f"{api.parent}/reps/ann")
            shown = await asyncio.gather(
                api.reassign(item, request_id="moved"), api.item(item), api.routing.WatchWorkItems(watch).read(),
                api.routing.ListWorkItems(of_ann), return_exceptions=True,
            )  # fmt: skip

    assert ["0 of 1 replicas" in str(error) for error in shown] == [True] * 4


async def test_nothing_that_a_work_item_is_made_of_is_read_before_replicas_have_it() -> None:
    with running("--port", "0") as primary:
        async with serving(primary, "") as api:
            await api.adopt(EVERYONE)
            await api.hire("ann")
            await api.pool("everyone", ["ann"])
            number = int((await api.route("1")).name.rsplit("/")[-1])
        stores = Stores.connect(primary, requirement=DurabilityRequirement.read("replicas:1"))
        store = stores.assignments
        read = await asyncio.gather(
            store.item("default", "crm~1"), store.items("default", ["crm~1"]), store.decisions("default", [number]),
            store.events("default"), store.events("default", newest_first=True),
            store.owned("default", "ann", is_open=True), return_exceptions=True,
        )  # fmt: skip
        await stores.close()

    assert ["0 of 1 replicas" in str(error) for error in read] == [True] * 6


async def acknowledged(api: Api) -> decisions.Decision:
    """Repeat the request until it is acknowledged: a replica on a busy machine may take its time."""
    while True:
        try:
            return await api.route("1", request_id="once")
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            await asyncio.sleep(0.05)


async def test_with_a_replica_the_repeated_request_is_acknowledged(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    with running("--port", str(port), "--bind", "127.0.0.1") as primary:
        async with serving(primary, "replicas:1") as api:
            await api.adopt(EVERYONE)
            with pytest.raises(grpc.aio.AioRpcError):
                await api.route("1", request_id="once")
            with running("--replicaof", "127.0.0.1", str(port)) as replica, redis.Redis.from_url(replica) as copy:
                until(lambda: copy.info("replication")["master_link_status"] == "up")
                decision = await acknowledged(api)
                seen = await api.item(decision.work_item)
                watch = api.routing.WatchWorkItems(
                    routing.WatchWorkItemsRequest(parent=api.parent, resume_token="start")
                )
                changes = [await watch.read() for _ in range(2)]

                assert (seen.decision, changes[1].change.decision.name) == (decision.name, decision.name)
                assert decision.durability == decisions.DURABILITY_REPLICAS
                assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []
                assert copy.exists("fairlead:{default}:item:crm~1")
