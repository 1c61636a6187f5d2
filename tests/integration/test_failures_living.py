"""Failures of real systems that a running service meets, by their numbers in the list of failures."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from fairlead.client import FairleadClient
from tests.api import EVERYONE, Api, connected, differences
from tests.served import Served


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
    for rep in ("ann", "bob", "eve"):
        await api.hire(rep)
    await api.pool("everyone", ["ann", "bob", "eve"])
    await api.publish(EVERYONE)


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
    with FairleadClient(starts[0].address) as client:
        given: dict[str, str] = {}
        for killed in range(3):
            given |= {
                f"L-{killed}-{n}": client.route({}, source="crm", external_id=f"L-{killed}-{n}").rep for n in range(5)
            }
            os.kill(store_pid(url), signal.SIGKILL)
        kept = {name: client.get_work_item(f"crm~{name}").owner for name in given}

    assert kept == given
    assert sum("starting it again" in line for line in starts[0].log) == 3
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
