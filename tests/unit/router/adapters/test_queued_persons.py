"""A person in the queue is found and removed wherever their submission moves meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from failures import Conflict
from router.adapters.queue import QueuedPersons, QueuedSubmissions
from router.assignment.commands import RouteRequest
from router.model.workitem import Kind, WorkItem
from store.durability import Durability, DurabilityStatus
from workqueue.adapters.memory import MemoryQueue
from workqueue.jobs import JobState, Request, Settlement, SettlementKind

TENANT = "default"
ITEM = WorkItem(Kind.CUSTOMER, "crm", "C-1")


class Moving(MemoryQueue):
    """A queue whose workers do something behind each look at a state."""

    now_us = 0

    def __init__(self) -> None:
        super().__init__(lambda: self.now_us)

    async def peek(self, tenant: str, state: JobState, **given: Any) -> Any:
        jobs = await super().peek(tenant, state, **given)
        if state is JobState.DELAYED:
            await self.fail()
        return jobs

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


async def test_who_is_delayed_while_the_states_are_looked_at_is_found(queue: Moving) -> None:
    assert await QueuedPersons(queue).of_customer(TENANT, None, "C-1") == ["crm~C-1"]


async def test_who_becomes_ready_while_the_states_are_emptied_is_not_said_to_be_removed(queue: Moving) -> None:
    await queue.fail()

    with pytest.raises(Conflict):
        await QueuedPersons(queue).remove(TENANT, ["crm~C-1"])
