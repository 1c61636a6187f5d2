"""The ports of queues, and what stands on them: the router's intake, and the service of operations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from failures import RequestIdReused
from operations.operation import Task
from operations.service import OperationService
from router.adapters.queue import QueuedPersons, QueuedSubmissions
from router.assignment.commands import RouteRequest
from router.erasure.ports import Submitted
from router.model.workitem import Kind, WorkItem
from router.submission.ports import Intake
from store.durability import DurabilityStatus
from tests.contract.nothing.row import Given, Row
from tests.twins.queue import MemoryQueue
from workqueue.adapters.redis.queue import RedisQueue
from workqueue.jobs import JobState, NewJob, Request, RequestProgress, Settlement, SettlementKind
from workqueue.ports import Queue

BEGIN_US = 1_700_000_000_000_000
STANDING_CLOCK = f"local now_us = {BEGIN_US}\n"
TASK = Task("models/churn", {})


@dataclass
class Queues:
    """A tenant's queue, where a and b are dead and c is ready; an intake with two dead letters; and operations."""

    queue: Queue
    tenant: str

    @classmethod
    async def open(cls, redis: Redis | None, tenant: str) -> Queues:
        """Arrange it in memory, or on Redis."""
        queue: Queue = (
            MemoryQueue(lambda: BEGIN_US) if redis is None else RedisQueue(redis, tenant, reading=STANDING_CLOCK)
        )
        world = cls(queue, tenant)
        await world.submit("a")
        await world.submit("b")
        await world.kill(tenant, 2)
        await world.submit("c")
        return world

    async def submit(self, job_id: str, **fields: Any) -> list[Any]:
        """Submit a job."""
        return await self.queue.submit(self.tenant, [NewJob(**{"id": job_id, "payload": b"{}", **fields})])

    async def kill(self, tenant: str, count: int) -> None:
        """Let the next jobs die."""
        lent = await self.queue.lease(tenant, count, 60)
        await self.queue.settle(tenant, [Settlement(lease, SettlementKind.DEAD, "no") for lease in lent.leases])

    async def ids(self, state: JobState) -> list[str]:
        """Return the ids of the jobs of a state."""
        return [job.id for job in await self.queue.peek(self.tenant, state)]

    async def intake(self) -> QueuedSubmissions:
        """Return an intake, another tenant's, with two dead letters: x and y."""
        intake = QueuedSubmissions(self.queue, DurabilityStatus())
        await intake.submit(self.letters, [RouteRequest(WorkItem(Kind.LEAD, "crm", name), name) for name in "xy"])
        await self.kill(self.letters, 2)
        return intake

    @property
    def letters(self) -> str:
        """Name the tenant of the intake."""
        return f"{self.tenant}-letters"

    @property
    def operations(self) -> OperationService:
        """Return a service whose operations of one kind are jobs of the queue."""
        return OperationService({"train": self.queue})


async def _persons(world: Queues) -> QueuedPersons:
    """Look for persons in a queue with two dead letters: a lead that names nobody, and customer y."""
    intake = QueuedSubmissions(world.queue, DurabilityStatus())
    items = (WorkItem(Kind.LEAD, "crm", "x"), WorkItem(Kind.CUSTOMER, "crm", "y", {"by": "x"}))
    await intake.submit(world.letters, [RouteRequest(item, item.external_id) for item in items])
    await world.kill(world.letters, 2)
    return QueuedPersons(world.queue)


async def _of_customer(world: Queues, given: Given) -> list[str]:
    persons = await _persons(world)
    return (await persons.of_customer(world.letters, **{"fields": [], "customer": "y", **given})).item_ids


async def _taken_out(world: Queues, given: Given) -> int:
    return await (await _persons(world)).remove(world.letters, **given)


async def _counted(world: Queues, given: Given) -> int:
    return await (await _persons(world)).waiting(world.letters, **given)


async def _listed(world: Queues, given: Given) -> list[str]:
    intake = await world.intake()
    letters = await intake.listed(world.letters, JobState.DEAD, **{"after": None, "count": 50, **given})
    return [submission.item_id for submission in letters]


async def _redriven(world: Queues, given: Given) -> int:
    return await (await world.intake()).redrive(world.letters, **{"item_ids": None, **given})


async def _purged(world: Queues, given: Given) -> int:
    return await (await world.intake()).purge(world.letters, JobState.DEAD, **{"item_ids": None, **given})


async def _purged_twice(world: Queues, given: Given) -> int:
    """Purge what is dead, then what died since."""
    intake = await world.intake()
    await intake.purge(world.letters, JobState.DEAD, None, **given)
    await world.intake()
    return await intake.purge(world.letters, JobState.DEAD, None, **given)


async def _redriven_twice(world: Queues, given: Given) -> int:
    """Redrive what is dead, then what died since."""
    intake = await world.intake()
    await intake.redrive(world.letters, None, **given)
    await world.kill(world.letters, 2)
    return await intake.redrive(world.letters, None, **given)


async def _taken_twice(world: Queues, given: Given) -> list[bool]:
    """Submit two jobs with the same request; say which of them are new."""
    return [(await world.submit(name, **given))[0].is_new for name in "de"]


async def _taken_otherwise(world: Queues, given: Given) -> bool:
    await world.submit("d", request_id="r", **given)
    (answer,) = await world.submit("d", request_id="r", fingerprint="other")
    return isinstance(answer, RequestIdReused)


async def _next(world: Queues, given: Given) -> list[str]:
    """Submit one more; name what is ready, in its order."""
    await world.submit("d", **given)
    return await world.ids(JobState.READY)


async def _payload(world: Queues, given: Given) -> bytes:
    await world.submit("d", **given)
    job = await world.queue.find(world.tenant, "d")
    assert job is not None
    return job.payload


async def _lent(world: Queues, given: Given) -> list[str]:
    lent = await world.queue.lease(world.tenant, **{"count": 9, "lease_s": 60.0, **given})
    return [lease.id for lease in lent.leases]


async def _held(world: Queues, given: Given) -> list[bool]:
    """Lease, and ask whether it still holds."""
    lent = await world.queue.lease(world.tenant, 9, **given)
    return await world.queue.extend(world.tenant, lent.leases, 60.0)


async def _extended(world: Queues, given: Given) -> list[bool]:
    """Extend a lease, then ask whether it still holds."""
    leases = (await world.queue.lease(world.tenant, 9, 60.0)).leases
    extended = await world.queue.extend(world.tenant, **{"leases": leases, "lease_s": 60.0, **given})
    return [*extended, *await world.queue.extend(world.tenant, leases, 60.0)]


async def _settled(world: Queues, given: Given) -> list[bool]:
    return await world.queue.settle(world.tenant, **given)


async def _noted(world: Queues, given: Given) -> str:
    """Note something, then what is given; return the note."""
    (lease,) = (await world.queue.lease(world.tenant, 9, 60.0)).leases
    await world.queue.note(world.tenant, lease, "half")
    await world.queue.note(world.tenant, lease, **given)
    job = await world.queue.find(world.tenant, "c")
    assert job is not None
    return job.note


async def _withdrawn(world: Queues, given: Given) -> tuple[JobState, str]:
    await world.queue.withdraw(world.tenant, "c", **given)
    job = await world.queue.find(world.tenant, "c")
    assert job is not None
    return job.state, job.note


async def _ended(world: Queues, verdict: SettlementKind, given: Given) -> tuple[JobState, str, str]:
    (lease,) = (await world.queue.lease(world.tenant, 9, 60.0)).leases
    await world.queue.settle(world.tenant, [Settlement(lease, verdict, **given)])
    job = await world.queue.find(world.tenant, "c")
    assert job is not None
    return job.state, job.fault, job.note


async def _again(world: Queues, given: Given) -> list[str]:
    """Have a job retried; name what can be lent at once."""
    await _ended(world, SettlementKind.RETRY, given)
    return await _lent(world, {})


async def _ready_again(world: Queues, given: Given) -> tuple[RequestProgress, list[str]]:
    progress = await world.queue.redrive(world.tenant, Request("r", "f"), **given)
    return progress, await world.ids(JobState.DEAD)


async def _removed(world: Queues, given: Given) -> tuple[RequestProgress, list[str]]:
    progress = await world.queue.purge(world.tenant, JobState.DEAD, Request("r", "f"), **given)
    return progress, await world.ids(JobState.DEAD)


async def _peeked(world: Queues, given: Given) -> list[str]:
    return [job.id for job in await world.queue.peek(world.tenant, JobState.DEAD, **given)]


async def _rung(world: Queues, given: Given) -> list[str]:
    """Listen, from now on or from where it is said, to one submission to an idle queue."""
    now, _ = await world.queue.wakeup("", 0.0)
    await world.queue.submit(f"{world.tenant}-idle", [NewJob("x", b"")])
    _, tenants = await world.queue.wakeup(**{"after": now, "timeout_s": 0.0, **given})
    return [tenant.removeprefix(world.tenant) for tenant in tenants]


async def _begun(world: Queues, given: Given) -> int:
    """Begin an operation twice; return how many there are."""
    names = [(await world.operations.begin("train", world.letters, TASK, **given)).name for _ in range(2)]
    return len(set(names))


async def _found_again(world: Queues, given: Given) -> bool:
    """Begin an operation; say whether it is found by its request."""
    await world.operations.begin("train", world.letters, TASK, "once")
    asked = {"fingerprint": "", "request_id": "once", **given}
    return await world.operations.begun("train", world.letters, **asked) is not None


async def _whose(world: Queues, given: Given) -> bool:
    begun = await world.operations.begin("train", task=TASK, **given)
    return begun.name.startswith("operations/")


async def _operations(world: Queues, given: Given) -> int:
    for _ in range(2):
        await world.operations.begin("train", world.letters, TASK)
    return len(await world.operations.listed(world.letters, **given))


async def _of_everybody(world: Queues, given: Given) -> int:
    await world.operations.begin("train", "", TASK)
    return len(await world.operations.listed(**given))


async def _waited(world: Queues, given: Given) -> bool:
    begun = await world.operations.begin("train", world.letters, TASK)
    return (await world.operations.wait(begun.name, **given)).is_over


async def _cancelled(world: Queues, given: Given) -> bool:
    begun = await world.operations.begin("train", world.letters, TASK)
    await world.operations.cancel(begun.name, **given)
    return (await world.operations.get(begun.name)).is_over


async def _tried_again(world: Queues, given: Given) -> bool:
    """Have an operation tried again that was given up, twice; return whether it is given up."""
    begun = await world.operations.begin("train", world.letters, TASK)
    for _ in range(2):
        await world.kill(world.letters, 1)
        await world.operations.redrive(begun.name, **given)
    return (await world.operations.get(begun.name)).is_over


async def _task(world: Queues, given: Given) -> str:
    begun = await world.operations.begin("train", world.letters, Task("models/churn", {}, **given))
    return json.dumps([begun.task.fingerprint, begun.task.actor])


_ANYBODY = "nobody has to say who they are"
_ONCE = "no repetition: each call is its own"
_LIKE_ANY = "a fingerprint like any other"
_BOTH = ["crm~x", "crm~y"]

ROWS = (
    Row(Submitted.of_customer, "fields", [], "no rules ever said where a customer's id stands", "must be given",
        _of_customer, ["crm~y"]),
    Row(Submitted.of_customer, "customer", "", "all that name nobody", "must be given", _of_customer, ["crm~x"]),
    Row(Submitted.waiting, "item_ids", [], "none", "must be given", _counted, 0),
    Row(Submitted.waiting, "item_ids", [""], "one that is not there", "must be given", _counted, 0),
    Row(Submitted.remove, "item_ids", [], "none", "must be given", _taken_out, 0),
    Row(Submitted.remove, "item_ids", [""], "one that is not there", "must be given", _taken_out, 0),
    Row(Intake.submit, "requests", [], "nothing to take in", "must be given",
        lambda w, g: QueuedSubmissions(w.queue, DurabilityStatus()).submit(w.letters, **g), []),
    Row(Intake.listed, "after", None, "from the first", "must be given", _listed, _BOTH),
    Row(Intake.listed, "count", 0, "none", "must be given", _listed, []),
    Row(Intake.redrive, "item_ids", [], "none", "must be given; None: all", _redriven, 0),
    Row(Intake.redrive, "item_ids", [""], "one that is not there", "must be given; None: all", _redriven, 0),
    Row(Intake.redrive, "item_ids", None, "all", "must be given", _redriven, 2),
    Row(Intake.redrive, "request_id", "", _ONCE, "likewise", _redriven_twice, 2, 2),
    Row(Intake.purge, "item_ids", [], "none", "must be given; None: all", _purged, 0),
    Row(Intake.purge, "item_ids", [""], "one that is not there", "must be given; None: all", _purged, 0),
    Row(Intake.purge, "item_ids", None, "all", "must be given", _purged, 2),
    Row(Intake.purge, "request_id", "", _ONCE, "likewise", _purged_twice, 0, 0),
    Row(Queue.submit, "jobs", [], "nothing to take in", "must be given",
        lambda w, g: w.queue.submit(w.tenant, **g), []),
    Row(NewJob, "payload", b"", "a payload like any other", "must be given", _payload, b""),
    Row(NewJob, "priority", 0, "comes in its turn", "likewise", _next, ["c", "d"], ["c", "d"]),
    Row(NewJob, "delay_s", 0.0, "may be lent at once", "likewise", _next, ["c", "d"], ["c", "d"]),
    Row(NewJob, "request_id", "", _ONCE, "likewise", _taken_twice, [True, True], [True, True]),
    Row(NewJob, "fingerprint", "", _LIKE_ANY, "the empty one", _taken_otherwise, True, True),
    Row(Queue.lease, "count", 0, "none; what ran out is taken back", "must be given", _lent, []),
    Row(Queue.lease, "lease_s", 0.0, "over at once", "must be given", _held, [False]),
    Row(Queue.extend, "leases", [], "none", "must be given", _extended, [True]),
    Row(Queue.extend, "lease_s", 0.0, "over at once", "must be given", _extended, [True, False]),
    Row(Queue.note, "note", "", "a note like any other: what was noted is gone", "must be given", _noted, ""),
    Row(Queue.settle, "endings", [], "none", "must be given", _settled, []),
    Row(Queue.withdraw, "note", "", "a note like any other", "must be given", _withdrawn, (JobState.KEPT, "")),
    Row(Settlement, "reason", "", "nothing is said of why", "likewise",
        lambda w, g: _ended(w, SettlementKind.DEAD, g), (JobState.DEAD, "", ""), (JobState.DEAD, "", "")),
    Row(Settlement, "delay_s", 0.0, "tried again at once", "likewise", _again, ["c"], ["c"]),
    Row(Settlement, "note", "", "a note like any other", "likewise",
        lambda w, g: _ended(w, SettlementKind.KEEP, g), (JobState.KEPT, "", ""), (JobState.KEPT, "", "")),
    Row(Queue.peek, "after", None, "from the first", "likewise", _peeked, ["a", "b"], ["a", "b"]),
    Row(Queue.peek, "count", 0, "none", "50", _peeked, [], ["a", "b"]),
    Row(Queue.redrive, "job_ids", [], "none", "the next ones to die", _ready_again,
        (RequestProgress(0, True), ["a", "b"]), (RequestProgress(2, True), [])),
    Row(Queue.redrive, "count", 0, "none; there may be more", "1,000", _ready_again,
        (RequestProgress(0, False), ["a", "b"]), (RequestProgress(2, True), [])),
    Row(Queue.purge, "job_ids", [], "none", "the next ones", _removed,
        (RequestProgress(0, True), ["a", "b"]), (RequestProgress(2, True), [])),
    Row(Queue.purge, "count", 0, "none; there may be more", "1,000", _removed,
        (RequestProgress(0, False), ["a", "b"]), (RequestProgress(2, True), [])),
    Row(Queue.wakeup, "after", "", "from now on: nobody yet", "must be given", _rung, []),
    Row(Queue.wakeup, "timeout_s", 0.0, "says at once what there is", "must be given", _rung, ["-idle"]),
    Row(OperationService.begin, "tenant", "", "about what all tenants share", "must be given", _whose, True),
    Row(OperationService.begin, "request_id", "", _ONCE, "likewise", _begun, 2, 2),
    Row(OperationService.begun, "fingerprint", "", _LIKE_ANY, "must be given", _found_again, True),
    Row(OperationService.begun, "request_id", "", "nothing was begun before", "must be given", _found_again, False),
    Row(Task, "fingerprint", "", _LIKE_ANY, "the empty one", _task, '["", ""]', '["", ""]'),
    Row(Task, "actor", "", _ANYBODY, "likewise", _task, '["", ""]', '["", ""]'),
    Row(OperationService.listed, "tenant", "", "those about what all tenants share", "must be given", _of_everybody, 1),
    Row(OperationService.listed, "after", "", "from the newest", "likewise", _operations, 2, 2),
    Row(OperationService.wait, "seconds", 0.0, "says at once how it stands", "must be given", _waited, False),
    Row(OperationService.cancel, "actor", "", _ANYBODY, "likewise", _cancelled, True, True),
    Row(OperationService.redrive, "actor", "", _ANYBODY, "likewise", _tried_again, False, False),
    Row(OperationService.redrive, "request_id", "", _ONCE, "likewise", _tried_again, False, False),
)  # fmt: skip
