"""The process and its store under real faults: restarts, kills, a store that is gone, full or read-only."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
import redis

from store.clients import TIMEOUT_S
from store.embedded.server import EmbeddedServer, EmbeddedServerError
from tests.api import ASSIGNED, EVERYONE, FULL, Api, connected, differences, dump, retry_delay_s
from tests.conftest import STORES, serving
from tests.served import Served, refusal

Code = grpc.StatusCode
ON_EVERY_STORE = pytest.mark.parametrize("own_store", STORES, indirect=True)


async def settle(api: Api) -> None:
    """Arrange three reps, a pool and rules."""
    for rep in ("ann", "bob", "eve"):
        await api.hire(rep)
    await api.pool("everyone", ["ann", "bob", "eve"])
    await api.publish(EVERYONE)


@asynccontextmanager
async def on(process: Served, tenant: str = "default") -> AsyncIterator[Api]:
    """Talk to a process."""
    async with connected(process.ready(), tenant) as api:
        yield api


@pytest.fixture
def starts(data_folder: Path) -> Iterator[list[Served]]:
    """Yield a list for the processes of a test; what still runs is ended."""
    processes: list[Served] = []
    yield processes
    for process in processes:
        process.close()


def store_of(folder: Path) -> str:
    return f"unix://{folder}/valkey.sock"


def store_pid(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        info: dict[str, Any] = client.info("server")
    return int(info["process_id"])


def configure(url: str, *command: str) -> None:
    """Send a command of an operator."""
    with redis.Redis.from_url(url) as client:
        client.execute_command(*command)


def gone(pid: int) -> bool:
    """Say whether a process ended, reaped or not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


# ------------------------------------------------------------------------------------------------------ restarts, kills


@pytest.mark.long
async def test_data_survive_a_restart(starts: list[Served], data_folder: Path) -> None:
    starts.append(Served(data_folder))
    async with on(starts[0]) as api:
        await settle(api)
        given = await api.route("L-1", view=FULL)
    assert starts[0].terminate() == 0

    starts.append(Served(data_folder))
    async with on(starts[1]) as api:
        assert await api.decision(given.name) == given
        assert (await api.route("L-2")).outcome == ASSIGNED
    assert await differences(store_of(data_folder), "default") == []


@pytest.mark.parametrize(
    "store_too",
    [pytest.param(False, id="the service", marks=pytest.mark.long), pytest.param(True, id="the service and its store")],
)
async def test_data_survive_a_kill(starts: list[Served], data_folder: Path, store_too: bool) -> None:
    starts.append(Served(data_folder))
    async with on(starts[0]) as api:
        await settle(api)
        given = [await api.route(f"L-{n}", view=FULL) for n in range(20)]
        pid = store_pid(store_of(data_folder))
        starts[0].kill()
        if store_too:
            os.kill(pid, signal.SIGKILL)

    starts.append(Served(data_folder))
    async with on(starts[1]) as api:
        assert [await api.decision(decision.name) for decision in given] == given
        assert (await api.route("L-1")).rep == given[1].rep
    assert await differences(store_of(data_folder), "default") == []
    assert gone(pid)


@pytest.mark.long
async def test_the_private_store_ends_with_the_service(starts: list[Served], data_folder: Path) -> None:
    starts.append(Served(data_folder))
    starts[0].ready()
    pid = store_pid(store_of(data_folder))

    code = starts[0].terminate()

    assert (code, gone(pid)) == (0, True)
    assert any(
        "private Valkey" in line and "durability always: every answer is on disk" in line for line in starts[0].log
    )


@pytest.mark.long
def test_a_folder_in_use_is_a_clear_error(served: Served, data_folder: Path) -> None:
    assert f"is in use by process {served.process.pid}" in refusal(data_folder)


def test_the_lock_goes_with_its_process(own_store: EmbeddedServer) -> None:
    own_store.stop()

    second = EmbeddedServer(own_store.folder)
    second.start()

    second.stop()


def test_a_second_server_on_a_folder_is_refused(own_store: EmbeddedServer) -> None:
    with pytest.raises(EmbeddedServerError, match="is in use"):
        EmbeddedServer(own_store.folder).start()


@pytest.mark.parametrize("taken", ["data", "data/lock/file"])
def test_a_folder_that_cannot_be_made_or_written_is_a_clear_error(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / taken).write_text("not a folder", "utf-8")
    folder = tmp_path / "data/below" if taken == "data" else tmp_path / "data"

    said = refusal(folder)

    assert f"data folder {folder} cannot be made or written: " in said
    assert "--data" in said


@pytest.mark.long
def test_a_port_in_use_is_a_clear_error(served: Served, short_path: Path, starts: list[Served]) -> None:
    starts.append(Served(short_path / "other", listen=served.address))

    code = starts[0].ended()

    assert code == 1
    assert served.address in starts[0].log[-1]
    assert "Traceback" not in "".join(starts[0].log)


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("FAIRLEAD_DURABILITY", "sometimes", "memory, everysec, always, replicas:N"),
        ("FAIRLEAD_DURABILITY", "replicas:1", "FAIRLEAD_REDIS_URL"),
        ("FAIRLEAD_RULE_ENGINE", "magic", "auto, durable, index"),
        ("FAIRLEAD_REQUEST_TTL_S", "-1", "1 to 31536000 seconds"),
        ("FAIRLEAD_REDIS_URL", "http://localhost", "redis://"),
    ],
)
def test_a_bad_setting_is_named_with_what_is_allowed(short_path: Path, variable: str, value: str, allowed: str) -> None:
    said = refusal(short_path / "unused", {variable: value})

    assert variable in said
    assert allowed in said


@pytest.mark.long
async def test_ending_under_load_drops_no_request_that_was_accepted(starts: list[Served], data_folder: Path) -> None:
    starts.append(Served(data_folder))
    accepted: dict[str, str] = {}
    dropped: dict[str, Code] = {}
    enough = asyncio.Event()

    async def send(api: Api, client: int) -> None:
        for number in range(10_000):
            try:
                decision = await api.route(f"L-{client}-{number}")
            except grpc.aio.AioRpcError as error:
                dropped[f"tenants/default/workItems/crm~L-{client}-{number}"] = error.code()
                return
            accepted[decision.work_item] = decision.rep
            if len(accepted) == 300:
                enough.set()

    async def end() -> int:
        await enough.wait()
        return await asyncio.to_thread(starts[0].terminate)

    async with on(starts[0]) as api:
        await settle(api)
        code, *_ = await asyncio.gather(end(), *(send(api, client) for client in range(16)))

    assert code == 0
    assert set(dropped.values()) <= {Code.UNAVAILABLE}
    starts.append(Served(data_folder))
    async with on(starts[1]) as api:
        for name in dropped:
            with pytest.raises(grpc.aio.AioRpcError, match="there is no work item"):
                await api.item(name)
        assert {name: (await api.item(name)).owner for name in accepted} == accepted
    assert await differences(store_of(data_folder), "default") == []


# --------------------------------------------------------------------------------------------------------- a real Redis


@pytest.mark.long
async def test_a_redis_with_a_password_serves(
    own_store: EmbeddedServer, starts: list[Served], short_path: Path
) -> None:
    configure(own_store.url, "CONFIG", "SET", "requirepass", "s3cret")
    url = own_store.url.replace("unix://", "unix://:s3cret@")
    starts.append(Served(short_path / "unused", {"FAIRLEAD_REDIS_URL": url}))

    async with on(starts[0]) as api:
        await settle(api)
        decision = await api.route("L-1")

    assert decision.outcome == ASSIGNED
    assert "s3cret" not in "".join(starts[0].log)
    assert not (short_path / "unused").exists()
    configure(url, "CONFIG", "SET", "requirepass", "")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1", "unix:///nowhere/at/all.sock"])
def test_a_redis_that_is_not_there_is_a_clear_error(short_path: Path, url: str) -> None:
    assert url in refusal(short_path / "unused", {"FAIRLEAD_REDIS_URL": url})


# ------------------------------------------------------------------------------------------------------- a broken store


async def failure(api: Api, external_id: str) -> grpc.aio.AioRpcError:
    """Return the error that a call ends with."""
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await api.route(external_id)
    return failed.value


async def test_a_store_that_is_gone_is_unavailable_and_healed_when_it_is_back(
    own_store: EmbeddedServer, tenant: str
) -> None:
    async with serving(own_store.url) as address, connected(address, tenant, own_store.url) as api:
        await settle(api)
        await api.route("L-1")
        own_store.stop()
        error = await failure(api, "L-2")
        own_store.start()
        decision = await api.route("L-2")

    assert (error.code(), retry_delay_s(error)) == (Code.UNAVAILABLE, 1.0)
    assert decision.outcome == ASSIGNED
    assert await differences(own_store.url, tenant) == []


@pytest.mark.long
async def test_every_method_is_unavailable_while_the_store_is_gone(own_store: EmbeddedServer, tenant: str) -> None:
    async with serving(own_store.url) as address, connected(address, tenant, own_store.url) as api:
        await settle(api)
        decision = await api.route("L-1")
        own_store.stop()
        calls = [
            api.item(decision.work_item),
            api.reassign(decision.work_item),
            api.complete(decision.work_item),
            api.decision(decision.name),
            api.report("everyone"),
            api.hire("new"),
            api.dismiss("ann"),
            api.publish(EVERYONE),
        ]
        codes = [getattr(error, "code", str)() for error in await asyncio.gather(*calls, return_exceptions=True)]

    assert set(codes) == {Code.UNAVAILABLE}


@ON_EVERY_STORE
async def test_flushed_scripts_are_loaded_again(own_store: EmbeddedServer, tenant: str) -> None:
    async with serving(own_store.url) as address, connected(address, tenant, own_store.url) as api:
        await settle(api)
        await api.route("L-1")
        configure(own_store.url, "SCRIPT", "FLUSH")
        answers = await asyncio.gather(*(api.route(f"M-{n}") for n in range(50)))

    assert {answer.outcome for answer in answers} == {ASSIGNED}
    assert await differences(own_store.url, tenant) == []


OF_MEMORY = ("CONFIG", "SET", "maxmemory")
OF_REPLICAS = ("CONFIG", "SET", "min-replicas-to-write")
SPOILS = [
    pytest.param((*OF_MEMORY, "1"), (*OF_MEMORY, "0"), id="out of memory"),
    pytest.param(("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE"), id="a replica", marks=pytest.mark.long),
    pytest.param((*OF_REPLICAS, "1"), (*OF_REPLICAS, "0"), id="without replicas", marks=pytest.mark.long),
]


@ON_EVERY_STORE
@pytest.mark.parametrize(("spoil", "mend"), SPOILS)
async def test_a_store_that_takes_no_writes_is_unavailable_and_nothing_is_half_written(
    own_store: EmbeddedServer, tenant: str, spoil: tuple[str, ...], mend: tuple[str, ...]
) -> None:
    async with serving(own_store.url) as address, connected(address, tenant, own_store.url) as api:
        await settle(api)
        first = await api.route("L-1")
        before = await dump(own_store.url)
        configure(own_store.url, *spoil)
        calls = [
            *(api.route(f"M-{n}", request_id=f"m-{n}") for n in range(20)),
            api.reassign(first.work_item),
            api.complete(first.work_item),
            api.hire("new"),
            api.dismiss("eve"),
            api.publish(EVERYONE),
        ]
        errors = await asyncio.gather(*calls, return_exceptions=True)
        after = await dump(own_store.url)
        configure(own_store.url, *mend)
        decision = await api.route("M-1", request_id="m-1")

    assert {getattr(error, "code", lambda e=error: e)() for error in errors} == {Code.UNAVAILABLE}
    assert after == before
    assert decision.outcome == ASSIGNED
    assert await differences(own_store.url, tenant) == []


async def test_a_frozen_store_is_unavailable_before_long(own_store: EmbeddedServer, tenant: str) -> None:
    usual = f"{own_store.url}?socket_timeout={TIMEOUT_S}"
    async with serving(usual) as address, connected(address, tenant, own_store.url) as api:
        await settle(api)
        await api.route("L-1")
        pid = store_pid(own_store.url)
        os.kill(pid, signal.SIGSTOP)
        error = await failure(api, "L-2")
        os.kill(pid, signal.SIGCONT)
        decision = await api.route("L-2")

    assert error.code() == Code.UNAVAILABLE
    assert decision.rep
    assert await differences(own_store.url, tenant) == []
