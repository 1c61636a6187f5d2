"""Failures of real systems that a running service meets, by their numbers in the list of failures."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import grpc
import pytest
import redis

from background.adapters.redis import role_key
from fairlead.client import FairleadClient
from fairlead.v1 import workforce_pb2 as workforce
from router.adapters.queue import WorkSettings
from router.adapters.redis.keys import Keys
from router.history.monitor import Monitor
from serving.wiring import Service
from store.embedded.server import EmbeddedServer
from tests.api import ASSIGNED, EVERYONE, Api, connected, differences, retry_delay_s
from tests.conftest import settings
from tests.patience import patient, patient_client
from tests.served import Served

pytestmark = pytest.mark.long

REPS = ("ann", "bob", "eve")


@pytest.fixture
def starts(data_folder: Path) -> Iterator[list[Served]]:
    """Yield a list for the processes of a test; what still runs is ended."""
    processes: list[Served] = []
    yield processes
    for process in processes:
        process.close()


@asynccontextmanager
async def on(process: Served, tenant: str = "default") -> AsyncIterator[Api]:
    """Talk to a process."""
    async with connected(process.ready(), tenant) as api:
        yield api


async def settle(api: Api) -> None:
    """Arrange three reps, a pool and rules."""
    for rep in REPS:
        await api.hire(rep)
    await api.pool("everyone", REPS)
    await api.publish(EVERYONE)


async def under_way(service: Service, calls: int) -> None:
    """Wait until so many calls are under way; the server tells nobody."""
    while True:
        if service.load_shedder.under_way == calls:
            return
        await asyncio.sleep(0.005)


def store_pid(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        info: dict[str, Any] = client.info("server")
    return int(info["process_id"])


# ------------------------------------------------------------------------------------------ 28: the store starts again


async def test_28_a_private_store_that_dies_is_started_again_with_all_that_was_acknowledged(
    starts: list[Served], data_folder: Path
) -> None:
    starts.append(Served(data_folder))
    url = f"unix://{data_folder}/valkey.sock"
    async with on(starts[0]) as api:
        await settle(api)
    with patient_client(starts[0].address) as client:
        given: dict[str, str] = {}
        for killed in range(3):
            given |= {
                f"L-{killed}-{n}": client.route({}, source="crm", external_id=f"L-{killed}-{n}").rep for n in range(5)
            }
            os.kill(store_pid(url), signal.SIGKILL)
        kept = {name: client.get_work_item(f"crm~{name}").owner for name in given}

    assert kept == given
    assert sum("another takes its place" in line for line in starts[0].log) == 3
    assert await differences(url, "default") == []


@pytest.mark.parametrize(
    ("depth", "frozen"), [(0, False), (12, True)], ids=["running, a short folder", "frozen, a long folder"]
)
def test_28_whoever_comes_after_a_killed_service_takes_its_folder_over(
    starts: list[Served], data_folder: Path, depth: int, frozen: bool
) -> None:
    folder = data_folder.joinpath(*["long-enough-for-a-socket"] * depth)
    starts.append(Served(folder))
    starts[0].ready()
    orphan = int(next(Path(f"/proc/{starts[0].process.pid}/task").glob("*/children")).read_text().split()[0])
    if frozen:
        os.kill(orphan, signal.SIGSTOP)

    starts[0].kill()
    starts[0].ended()  # its log has an end: the orphan does not hold it open
    starts.append(Served(folder))

    assert starts[1].ready()
    assert not Path(f"/proc/{orphan}/cmdline").exists() or not Path(f"/proc/{orphan}/cmdline").read_bytes()


# ------------------------------------------------------------------------------------------------- 30: the monitor


@asynccontextmanager
async def audited(store: EmbeddedServer, tenant: str, **chosen: Any) -> AsyncIterator[tuple[Api, Monitor]]:
    """Talk to a service and hold its monitor, who has looked once."""
    service = Service(settings(store.url, **chosen), store.url)
    try:
        async with connected(await service.start("127.0.0.1:0"), tenant, store.url) as api:
            await settle(api)
            monitor = service.monitor(tenant)
            assert await monitor.look() == []
            yield api, monitor
    finally:
        await service.drain()


async def test_30_the_auditor_alarms_when_the_worker_is_stopped(own_store: EmbeddedServer, tenant: str) -> None:
    async with audited(own_store, tenant, work=WorkSettings(workers=0), overdue_s=0) as (api, monitor):
        await api.submit("L-1")

        assert ["no worker takes it" in alarm for alarm in await monitor.look()] == [True]


async def test_30_the_auditor_alarms_when_nobody_fires_timers(own_store: EmbeddedServer, tenant: str) -> None:
    strict = Service(settings(own_store.url, timers_late_s=0), own_store.url)
    async with audited(own_store, tenant) as (api, _):
        await api.route("L-0")
        with redis.Redis.from_url(own_store.url) as client:
            while not client.exists(Keys(tenant).timers_position):  # noqa: ASYNC110 (only what comes later can be late)
                await asyncio.sleep(0.05)
            client.set(role_key(tenant, "timing"), "a worker that was stopped")
        await api.route("L-1")
        alarms: list[str] = []
        async with asyncio.timeout(60):
            while not alarms:  # it looks more often than a millisecond passes
                alarms = await strict.monitor(tenant).look()

        assert ["nobody fires them" in alarm for alarm in alarms] == [True]
    await strict.drain()


async def test_30_the_auditor_is_content_with_all_that_a_service_does(own_store: EmbeddedServer, tenant: str) -> None:
    async with audited(own_store, tenant) as (api, monitor):
        given = await asyncio.gather(*(api.route(f"L-{n}") for n in range(30)))
        await api.reassign(given[0].work_item)
        await api.reassign(given[1].work_item, rep=api.rep_name(next(r for r in REPS if r not in given[1].rep)))
        await api.complete(given[2].work_item)
        assert await monitor.look() == []

        await api.switch("eve", active=False)
        await asyncio.gather(*(api.route(f"M-{n}") for n in range(30)))
        assert await monitor.look() == []


SPOILS = {
    "open units": ("HINCRBY", "loads", "ann|LEAD", "1"),
    "deficits": ("HINCRBY", "ledger:everyone", "d:ann", "5"),
    "received": ("HINCRBY", "ledger:everyone", "r:ann", "1000000"),
    "decisions": ("HINCRBY", "ledger:everyone", "decisions", "1"),
    "the log": ("XTRIM", "events", "MAXLEN", "0"),
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
async def test_30_the_auditor_alarms_when_the_store_is_not_as_the_log_says(
    own_store: EmbeddedServer, tenant: str, spoil: tuple[str, ...]
) -> None:
    command, key, *rest = spoil
    async with audited(own_store, tenant) as (api, monitor):
        await asyncio.gather(*(api.route(f"L-{n}") for n in range(10)))
        with redis.Redis.from_url(own_store.url) as client:
            client.execute_command(command, f"fairlead:{{{tenant}}}:{key}", *rest)

        assert await monitor.look()


# -------------------------------------------------------------------------------------------------- leaving, overload


def test_no_call_is_lost_over_an_orderly_restart_under_load(starts: list[Served], data_folder: Path) -> None:
    starts.append(Served(data_folder))
    address = starts[0].ready()
    owners: dict[str, str] = {}
    begun, restarted = Event(), Event()

    def send(client: FairleadClient, sender: int) -> None:
        for number in count():
            decision = client.route({}, source="crm", external_id=f"L-{sender}-{number}")  # raises what fails for good
            owners[decision.work_item] = decision.rep
            if len(owners) == 100:
                begun.set()
            if restarted.is_set() and number > 20:
                return

    with patient_client(address) as client, ThreadPoolExecutor(8) as senders:
        client.upsert_reps([workforce.Rep(name=f"tenants/default/reps/{rep}", active=True) for rep in REPS])
        client.upsert_pool("everyone", dict.fromkeys(REPS, 1.0))
        client.publish_rules(json.dumps(EVERYONE))
        sending = [senders.submit(send, client, sender) for sender in range(8)]
        begun.wait()
        assert starts[0].terminate() == 0
        starts.append(Served(data_folder, listen=address))
        starts[1].ready()
        restarted.set()
        for sent in sending:
            sent.result()
        assert {name: client.get_work_item(name).owner for name in owners} == owners


async def test_more_calls_than_may_be_under_way_are_turned_away_at_once(own_store: EmbeddedServer, tenant: str) -> None:
    service = Service(replace(settings(own_store.url), max_calls=8), patient(own_store.url))
    async with connected(await service.start("127.0.0.1:0"), tenant, own_store.url) as api:
        await settle(api)
        frozen = store_pid(own_store.url)
        os.kill(frozen, signal.SIGSTOP)
        calls = [asyncio.create_task(api.route(f"L-{n}")) for n in range(12)]
        refused, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        os.kill(frozen, signal.SIGCONT)
        answers = await asyncio.gather(*calls, return_exceptions=True)
    await service.drain()

    errors = [answer for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    assert [error.code() for error in errors] == [grpc.StatusCode.RESOURCE_EXHAUSTED] * 4
    assert all(retry_delay_s(error) > 0 for error in errors)
    assert refused <= {call for call, answer in zip(calls, answers, strict=True) if answer in errors}
    assert await differences(own_store.url, tenant) == []


async def test_a_call_whose_deadline_passed_before_its_turn_is_never_made(
    own_store: EmbeddedServer, tenant: str
) -> None:
    service = Service(settings(own_store.url), patient(own_store.url))
    async with connected(await service.start("127.0.0.1:0"), tenant, own_store.url) as api:
        await settle(api)
        frozen = store_pid(own_store.url)
        os.kill(frozen, signal.SIGSTOP)
        first = asyncio.create_task(api.route("L-1"))
        await under_way(service, 1)
        with pytest.raises(grpc.aio.AioRpcError, match="DEADLINE_EXCEEDED"):
            await api.routing.RouteWorkItem(api.wish("L-2"), timeout=0.2)
        await under_way(service, 1)
        os.kill(frozen, signal.SIGCONT)
        assert (await first).outcome == ASSIGNED
        with pytest.raises(grpc.aio.AioRpcError, match="there is no work item"):
            await api.item(f"tenants/{tenant}/workItems/crm~L-2")
    await service.drain()
