"""A service that takes in, workers as processes, and what both are asked."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import grpc

from fairlead.v1 import queue_pb2, routing_pb2
from router.adapters.queue import WorkSettings
from store.embedded.server import EmbeddedServer
from tests.api import EVERYONE, Api, connected, differences
from tests.conftest import serving

Code = grpc.StatusCode
DEAD, READY = queue_pb2.Submission.STATE_DEAD, queue_pb2.Submission.STATE_READY
ITEMS = 600
BY_REGION = {"fields": {"region": {"type": "string"}}, "default": {"route": {"pool": "everyone"}}}


@asynccontextmanager
async def reception(store: EmbeddedServer, tenant: str, **work: int) -> AsyncIterator[Api]:
    """Run a service that takes in and, unless told otherwise, leaves the work to others."""
    async with (
        serving(store.url, work=WorkSettings(**{"workers": 0, "lease_s": 1, **work})) as address,
        connected(address, tenant, store.url) as api,
    ):
        yield api


@contextmanager
def worker(store: EmbeddedServer, lease_s: int = 2) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``fairlead work`` as a process; killed at the end if it still lives."""
    command = [str(Path(sys.executable).parent / "fairlead"), "work", "--redis-url", store.url]
    own = ("FAIRLEAD_", "PYTHONDONTWRITEBYTECODE")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    # compiled once for all workers of the session: they start often
    environ |= {"FAIRLEAD_LEASE_S": str(lease_s), "PYTHONPYCACHEPREFIX": str(store.folder / "bytecode")}
    with subprocess.Popen(command, env=environ) as process:
        try:
            yield process
        finally:
            process.kill()


async def everyone(api: Api, *reps: str) -> None:
    """Arrange some reps in one pool, and rules that lead there."""
    for rep in reps:
        await api.hire(rep)
    await api.pool("everyone", reps)
    await api.adopt(EVERYONE)


async def submit_many(api: Api, count: int, first: int = 0) -> None:
    """Submit so many work items with natural keys."""
    requests = [
        routing_pb2.SubmitWorkItemRequest(work_item=api.wish(f"L-{n}").work_item, request_id=f"r-{n}")
        for n in range(first, first + count)
    ]
    answer = await api.routing.BatchSubmitWorkItems(
        routing_pb2.BatchSubmitWorkItemsRequest(parent=api.parent, requests=requests)
    )
    assert all(result.HasField("submission") for result in answer.results)


async def until(api: Api, holds: Callable[[queue_pb2.Queue], bool]) -> queue_pb2.Queue:
    """Ask for the counts until they are as wanted; a store that does not answer is asked again."""
    while True:
        with suppress_unavailable():
            if holds(counts := await api.counts()):
                return counts
        await asyncio.sleep(0.005)


@contextmanager
def suppress_unavailable() -> Iterator[None]:
    """Pass over a store that does not answer."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        if error.code() != Code.UNAVAILABLE:
            raise


def is_empty(counts: queue_pb2.Queue) -> bool:
    """Say whether nothing waits and nobody works; dead letters do not count."""
    return not counts.ready_count + counts.delayed_count + counts.leased_count


async def frozen_in_mid_lease(api: Api, process: subprocess.Popen[bytes]) -> int:
    """Submit, and stop a worker at a moment when it holds leases; return how many work items it took to meet one."""
    submitted = 0
    while True:
        await submit_many(api, ITEMS, submitted)
        submitted += ITEMS
        await until(api, lambda counts: counts.leased_count > 0 or is_empty(counts))
        process.send_signal(signal.SIGSTOP)
        await asyncio.to_thread(os.waitid, os.P_PID, process.pid, os.WSTOPPED)
        # twice: what it sent before it stood still is carried out before the store is asked again
        if all([(await api.counts()).leased_count for _ in range(2)]):
            return submitted
        process.send_signal(signal.SIGCONT)


async def assert_each_was_routed_once(api: Api, count: int) -> None:
    """Hold the log, the owners and the ledger to one decision for each."""
    report = await api.report("everyone")
    assert (report.decisions, sum(report.received.values())) == (count, count)
    owned: Counter[str] = Counter()
    token = ""
    while token or not owned:
        page = await api.routing.ListWorkItems(
            routing_pb2.ListWorkItemsRequest(parent=api.parent, page_size=1000, page_token=token)
        )
        owned.update(item.state for item in page.work_items)
        token = page.next_page_token
    assert owned == {routing_pb2.WorkItem.STATE_ASSIGNED: count}
    assert await differences(api.redis_url, api.tenant) == []
