"""A person in the queue is found and removed wherever their submission moves meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgpack
import pytest

from failures import Conflict
from router.adapters.queue import QueuedPersons, QueuedSubmissions, routing_work
from router.assignment.commands import RouteRequest
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.erasure.ports import Pending
from router.model.workitem import Kind, WorkItem
from store.durability import Durability, DurabilityStatus
from tests.twins.queue import MemoryQueue
from tests.twins.store import MemoryStore
from workqueue.jobs import JobState, Lease, NewJob, Request, Settlement, SettlementKind
from workqueue.worker import ResultKind

TENANT = "default"
ITEM = WorkItem(Kind.CUSTOMER, "crm", "C-1")


class Moving(MemoryQueue):
    """A queue whose workers do something behind each look at a state."""

    now_us = 0

    def __init__(self) -> None:
        super().__init__(lambda: self.now_us)

    async def payloads(self, tenant: str) -> AsyncIterator[tuple[str, bytes]]:
        await self.fail()
        async for found in super().payloads(tenant):
            yield found

    async def purge(self, tenant: str, state: JobState, request: Request, job_ids: Any = None, **given: Any) -> Any:
        done = await super().purge(tenant, state, request, job_ids, **given)
        if state is JobState.READY:
            self.now_us += 60_000_000
            for lease in (await self.lease(TENANT, 1, 15)).leases:
                await self.settle(TENANT, [Settlement(lease, SettlementKind.RELEASE)])
        return done

    async def fail(self) -> None:
        """Let whoever has something fail."""
        for lease in self.leases:
            await self.settle(TENANT, [Settlement(lease, SettlementKind.RETRY, "store away", 30)])

    leases: Sequence[Any] = ()


@pytest.fixture
async def queue() -> Moving:
    """Return a queue whose one submission, of customer C-1, a worker has."""
    made = Moving()
    await QueuedSubmissions(made, DurabilityStatus(Durability.MEMORY)).submit(TENANT, [RouteRequest(ITEM)])
    made.leases = (await made.lease(TENANT, 1, 15)).leases
    return made


async def test_who_is_delayed_while_the_queue_is_looked_at_is_found(queue: Moving) -> None:
    assert await QueuedPersons(queue).of_customer(TENANT, [], "C-1") == Pending(["crm~C-1"], [])


async def test_whom_nobody_can_read_is_named_beside_who_is_found(queue: Moving) -> None:
    await queue.submit(TENANT, [NewJob("of a newer version", msgpack.packb({"item": 1})), NewJob("altered", b"\xc1")])

    found = await QueuedPersons(queue).of_customer(TENANT, [], "C-1")

    assert (found.item_ids, sorted(found.unreadable)) == (["crm~C-1"], ["altered", "of a newer version"])


async def test_what_nobody_can_read_is_listed_all_the_same(queue: Moving) -> None:
    await queue.submit(TENANT, [NewJob("altered", b"\xc1")])

    (listed,) = await QueuedSubmissions(queue, DurabilityStatus()).listed(TENANT, JobState.READY, None, 10)

    assert (listed.item_id, listed.item) == ("altered", None)


async def test_what_nobody_can_read_dies_and_what_is_leased_with_it_does_not(queue: Moving) -> None:
    store = MemoryStore(lambda: 0)
    planners = PlannerCache(store, store, store)
    work = routing_work(Router(store, planners, WorkItemQueries(store, planners), store))

    results = await work(TENANT, [Lease("altered", b"\xc1", 0, 1, 1), *queue.leases])

    assert [result.fate for result in results] == [ResultKind.NEVER, ResultKind.AGAIN]  # there are no rules yet


async def test_whose_worker_died_is_removed_though_no_other_worker_comes(queue: Moving) -> None:
    with pytest.raises(Conflict):
        await QueuedPersons(queue).remove(TENANT, ["crm~C-1"])
    queue.now_us += 15_000_000

    assert await QueuedPersons(queue).remove(TENANT, ["crm~C-1"]) == 1
    assert await queue.find(TENANT, "crm~C-1") is None


async def test_who_becomes_ready_while_the_states_are_emptied_is_not_said_to_be_removed(queue: Moving) -> None:
    await queue.fail()

    with pytest.raises(Conflict):
        await QueuedPersons(queue).remove(TENANT, ["crm~C-1"])
