"""What 0, "" and an empty list mean, wherever a port takes one: a number, a text and a list like any other, never
"not given". Each is passed to both stores; the list is held to the ports.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from redis.asyncio import Redis

from operations.desk import Desk
from operations.operation import Task
from router.assignment.commands import Completion, Job, RouteRequest
from router.assignment.ports import Assignments, CustomerStandings, Signals
from router.history.ports import Log, Snapshots
from router.model.revisions import Edition, Publication
from router.model.workitem import WorkItem
from router.rules.ports import RuleSets
from router.submission.ports import Intake
from router.workforce.ports import Revisions, Workforce
from scoring.ports import LastScore, ScoreMemory
from store.embedded.server import EmbeddedServer
from tests.contract.nothing import queues, routing
from tests.contract.nothing.row import Row
from workqueue.jobs import Ending, NewJob
from workqueue.ports import Queue

WORLDS: dict[str, Any] = {"routing": routing.Routing, "queues": queues.Queues}
ROWS = [(world, row) for world, rows in (("routing", routing.ROWS), ("queues", queues.ROWS)) for row in rows]
PORTS = (
    Log, Assignments, CustomerStandings, RuleSets, Revisions, Signals, Snapshots, Workforce, Intake, Queue, ScoreMemory,
    Desk,
)  # fmt: skip
VALUES = (Edition, Job, Completion, Publication, RouteRequest, WorkItem, LastScore, NewJob, Ending, Task)
NAMES = {"item_id", "job_id", "pool", "role", "holder", "kind", "name"}
"""What names something: there is nothing of an empty name."""
_EMPTY_ONES = ("int", "float", "str", "bytes", "Sequence", "Collection", "Mapping", "tuple")


def cases() -> Iterator[Any]:
    """Yield each way to pass each parameter, to each store that has the port."""
    for world, row in ROWS:
        for way, given, answer in row.ways:
            for store in ("redis",) if row.redis_only else ("memory", "redis"):
                label = f"{store}-{row.name}={row.nothing!r}-{way}"
                yield pytest.param(store, world, row, given, answer, id=label)


@pytest.fixture
async def redis(store: EmbeddedServer) -> AsyncIterator[Redis]:
    client: Any = Redis.from_url(store.url)
    yield client
    await client.aclose()


@pytest.mark.parametrize(("on", "world", "row", "given", "answer"), list(cases()))
async def test_nothing_means_what_the_list_says(
    redis: Redis, tenant: str, on: str, world: str, row: Row, given: dict[str, Any], answer: Any
) -> None:
    made = await WORLDS[world].open(redis if on == "redis" else None, tenant)

    if isinstance(answer, type):
        with pytest.raises(answer):
            await row.call(made, given)
    else:
        assert await row.call(made, given) == answer


def test_the_list_has_every_parameter_of_every_port_that_can_be_nothing() -> None:
    listed = {row.name for _, row in ROWS}

    assert {name for port in PORTS for name in _of_port(port)} - listed == set()
    assert {name for value in VALUES for name in _of_value(value)} - listed == set()


def _of_port(port: type) -> Iterator[str]:
    for method in vars(port).values():
        if inspect.isfunction(method) and not method.__name__.startswith("_"):
            for parameter in inspect.signature(method).parameters.values():
                if _can_be_nothing(parameter) and parameter.name not in NAMES | {"tenant"}:
                    yield f"{method.__qualname__} {parameter.name}"


def _can_be_nothing(parameter: inspect.Parameter) -> bool:
    annotation = str(parameter.annotation)
    return annotation.startswith(_EMPTY_ONES) or "None" in annotation


def _of_value(value: type) -> Iterator[str]:
    """Yield the fields that may be left out."""
    for parameter in inspect.signature(value).parameters.values():
        if parameter.default is not inspect.Parameter.empty and not isinstance(parameter.default, bool):
            yield f"{value.__qualname__} {parameter.name}"
