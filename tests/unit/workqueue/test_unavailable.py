"""A queue whose store is in a fail-over: every method says that it cannot now, whatever the driver raises."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import pytest
from redis.exceptions import (
    ClusterDownError,
    ClusterError,
    MasterDownError,
    RedisClusterException,
    SlotNotCoveredError,
    TryAgainError,
)

from failures import StoreUnavailable
from workqueue.adapters.redis.queue import RedisQueue
from workqueue.jobs import JobState, Lease, NewJob, Request, Settlement, SettlementKind

LEASE = Lease("a", b"", 0, 1, 1)
REQUEST = Request("r", "f")
CALLS: dict[str, Callable[[RedisQueue], Awaitable[Any]]] = {
    "submit": lambda queue: queue.submit("t", [NewJob("a", b"")]),
    "lease": lambda queue: queue.lease("t", 1, 1.0),
    "extend": lambda queue: queue.extend("t", [LEASE], 1.0),
    "note": lambda queue: queue.note("t", LEASE, ""),
    "settle": lambda queue: queue.settle("t", [Settlement(LEASE, SettlementKind.DONE)]),
    "withdraw": lambda queue: queue.withdraw("t", "a", ""),
    "find": lambda queue: queue.find("t", "a"),
    "peek": lambda queue: queue.peek("t", JobState.READY),
    "stats": lambda queue: queue.stats("t"),
    "redrive": lambda queue: queue.redrive("t", REQUEST),
    "purge": lambda queue: queue.purge("t", JobState.DEAD, REQUEST),
    "tenants": lambda queue: queue.tenants(),
    "rung": lambda queue: queue.wakeup("0-0", 1.0),
}
FAIL_OVER = [
    ClusterDownError("The cluster is down"),
    MasterDownError("Link with MASTER is down"),
    TryAgainError("Multiple keys request during rehashing of slot"),
    RedisClusterException("Redis Cluster cannot be connected"),
    SlotNotCoveredError("Slot 1 is not covered by the cluster"),
    ClusterError("TTL exhausted."),
]


class FailingOver:
    """A client every call of which raises."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, _: str) -> Callable[..., NoReturn]:
        def refuse(*_: Any, **__: Any) -> NoReturn:
            raise self._error

        return refuse


@pytest.mark.parametrize("error", FAIL_OVER, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_a_queue_in_a_fail_over_is_unavailable(
    call: Callable[[RedisQueue], Awaitable[Any]], error: Exception
) -> None:
    with pytest.raises(StoreUnavailable):
        await call(RedisQueue(FailingOver(error), "q"))
