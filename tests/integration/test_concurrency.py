"""Many at once: one owner each, no cap exceeded, every decision by exactly one revision.

``FAIRLEAD_SCALE`` multiplies the number of work items; 5 gives the 20,000 of the promise.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import grpc
import pytest

from fairlead.v1 import decisions_pb2, routing_pb2, workforce_pb2
from rules.limits import MAX_RULES
from store.clients import client_for, close
from store.embedded.server import EmbeddedServer
from tests.api import ASSIGNED, EVERYONE, EXISTING_OWNER, UNROUTED, Api, connected, differences, last
from tests.conftest import ON_EVERY_STORE
from tests.patience import patient

SCALE = float(os.environ.get("FAIRLEAD_SCALE", "0.5"))
CLIENTS = 64
ITEMS = int(4_000 * SCALE)
REPS = 20
CAP = ITEMS // REPS - 10
"""Too little for all: the last 200 find nobody."""


async def crew(api: Api, *, capacity: int | None = None) -> list[str]:
    """Arrange twenty reps in one pool."""
    reps = [f"r{n:02}" for n in range(REPS)]
    caps = {} if capacity is None else {"LEAD": capacity}
    await asyncio.gather(*(api.hire(rep, capacity=caps) for rep in reps))
    await api.pool("everyone", reps)
    await api.adopt(EVERYONE)
    return reps


@pytest.fixture
async def clients(address: str, tenant: str, store: EmbeddedServer) -> AsyncIterator[list[Api]]:
    """Yield many clients, each with a connection of its own."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(connected(address, tenant, store.url)) for _ in range(CLIENTS)]


async def shared_out(clients: list[Api], work: int, do: Callable[[Api, int], Awaitable[None]]) -> None:
    """Let the clients do numbered work, each one after the other, all at once."""
    numbers = iter(range(work))

    async def run(client: Api) -> None:
        for number in numbers:
            await do(client, number)

    await asyncio.gather(*map(run, clients))


async def test_reps_hired_at_once_are_all_hired(api: Api) -> None:
    reps = await crew(api)

    answer = await api.workforce.ListReps(workforce_pb2.ListRepsRequest(parent=api.parent))

    assert [last(rep.name) for rep in answer.reps] == reps


@ON_EVERY_STORE
async def test_04_a_hundred_calls_with_one_request_id_get_one_owner_and_one_answer(
    api: Api, neighbour: Api, store: EmbeddedServer
) -> None:
    await crew(api)

    answers = await asyncio.gather(*((api, neighbour)[n % 2].route(request_id="one") for n in range(100)))

    assert len({answer.SerializeToString(deterministic=True) for answer in answers}) == 1
    assert answers[0].outcome == ASSIGNED
    assert (await api.report("everyone")).decisions == 1
    assert await differences(store.url, api.tenant) == []


@ON_EVERY_STORE
async def test_01_a_hundred_calls_about_one_lead_get_one_owner(api: Api, neighbour: Api) -> None:
    await crew(api)

    answers = await asyncio.gather(*((api, neighbour)[n % 2].route("L-1") for n in range(100)))

    assert len({(answer.name, answer.rep) for answer in answers}) == 1
    assert Counter(answer.outcome for answer in answers) == {ASSIGNED: 1, EXISTING_OWNER: 99}


async def test_02_no_cap_is_exceeded_and_no_item_has_two_owners(clients: list[Api], store: EmbeddedServer) -> None:
    api = clients[0]
    reps = await crew(api, capacity=CAP)
    owners: dict[str, set[str]] = {}
    outcomes = Counter[int]()

    async def send(client: Api, number: int) -> None:
        decision = await client.route(f"L-{number}", request_id=f"r-{number}")
        owners.setdefault(decision.work_item, set()).add(decision.rep)
        outcomes[decision.outcome] += 1
        if number % 10 == 0:
            again = await client.route(f"L-{number}", request_id=f"r-{number}")
            owners[decision.work_item].add(again.rep)

    await shared_out(clients, ITEMS, send)

    held = Counter(last(rep) for named in owners.values() for rep in named if rep)
    assert held == dict.fromkeys(reps, CAP)
    assert all(len(named) == 1 for named in owners.values())
    assert outcomes == {ASSIGNED: REPS * CAP, UNROUTED: ITEMS - REPS * CAP}
    assert await differences(store.url, api.tenant) == []


@pytest.mark.long
async def test_caps_hold_while_work_is_completed_and_reassigned(clients: list[Api], store: EmbeddedServer) -> None:
    api = clients[0]
    reps = await crew(api, capacity=3)
    busy: Counter[str] = Counter()

    async def work(client: Api, number: int) -> None:
        decision = await client.route(f"L-{number}")
        if decision.outcome != ASSIGNED:
            return
        try:
            moved = await client.reassign(decision.work_item) if number % 3 == 0 else decision
            if number % 2 == 0:
                await client.complete(moved.work_item)
        except grpc.aio.AioRpcError as error:
            busy[error.code().name] += 1

    await shared_out(clients, ITEMS // 4, work)

    assert set(busy) <= {"ABORTED"}
    listed = routing_pb2.ListWorkItemsRequest(
        parent=api.parent, page_size=1000, state=routing_pb2.WorkItem.STATE_ASSIGNED
    )
    open_now = Counter(last(item.owner) for item in (await api.routing.ListWorkItems(listed)).work_items)
    assert max(open_now[rep] for rep in reps) <= 3
    assert await differences(store.url, api.tenant) == []


async def routed(server: Api, external_id: str) -> decisions_pb2.Decision:
    """Route, and again where rules and reps change faster than the server can decide."""
    while True:
        try:
            return await server.route(external_id)
        except grpc.aio.AioRpcError as error:
            if error.code() != grpc.StatusCode.ABORTED:
                raise


@ON_EVERY_STORE
async def test_24_every_decision_is_made_by_exactly_one_revision_while_rules_and_reps_change(
    api: Api, neighbour: Api, store: EmbeddedServer
) -> None:
    await crew(api)
    await api.pool("second", ["r00", "r01"])
    second = {"fields": {}, "default": {"route": {"pool": "second"}}}
    decisions: list[decisions_pb2.Decision] = []

    async def send(server: Api, client: int) -> None:
        decisions.extend([await routed(server, f"L-{client}-{number}") for number in range(int(60 * SCALE))])

    async def stir() -> None:
        for turn in range(int(20 * SCALE)):
            await api.adopt(EVERYONE if turn % 2 else second)
            await neighbour.switch("r19", active=bool(turn % 2))

    await asyncio.gather(stir(), *(send((api, neighbour)[client % 2], client) for client in range(16)))

    pools = {decision.rule_set_revision: last(decision.pool) for decision in decisions}
    assert pools == {revision: "everyone" if revision % 2 else "second" for revision in pools}
    assert len({(decision.rule_set_revision, decision.pool) for decision in decisions}) == len(pools) > 2
    assert await differences(store.url, api.tenant) == []


@pytest.mark.long
async def test_a_batch_interrupted_by_new_rules_routes_each_item_once(
    api: Api, neighbour: Api, store: EmbeddedServer
) -> None:
    await crew(api)
    answers: list[routing_pb2.RouteResult] = []
    done = asyncio.Event()

    async def send() -> None:
        for _ in range(int(8 * SCALE) or 1):
            answers.extend(await api.route_batch([api.wish() for _ in range(1000)]))
        done.set()

    async def stir() -> None:
        active, before = True, 0
        while not done.is_set():
            if (now := (await neighbour.report("everyone")).decisions) > before:
                active, before = not active, now
                await neighbour.switch("r19", active=active)

    await asyncio.gather(send(), stir())

    assert {answer.decision.outcome for answer in answers} == {ASSIGNED}
    assert len({answer.decision.work_item for answer in answers}) == len(answers)
    assert (await api.report("everyone")).decisions == len(answers)
    assert await differences(store.url, api.tenant) == []


@pytest.mark.long
async def test_a_large_rule_set_is_swapped_in_while_others_route(api: Api, store: EmbeddedServer) -> None:
    await crew(api)
    when = {"field": "n", "op": "eq"}
    rules = [
        {"id": f"r{n}", "when": {**when, "value": n}, "route": {"pool": "everyone"}} for n in range(MAX_RULES // 10)
    ]
    decisions: list[decisions_pb2.Decision] = []
    published = asyncio.Event()

    async def send() -> None:
        while not published.is_set() or len(decisions) < 10:
            decisions.append(await api.route(f"L-{len(decisions)}"))

    async def publish() -> None:
        await api.publish({"fields": {"n": {"type": "number"}}, "rules": rules, "default": EVERYONE["default"]})
        published.set()

    await asyncio.gather(send(), publish())
    after: Any = await api.route("M-1", n=7)

    assert (after.rule_set_revision, list(after.matched_rules)) == (2, ["r7"])
    assert {decision.rule_set_revision for decision in decisions} <= {1, 2}


async def test_many_who_wait_for_the_store_leave_connections_for_others(store: EmbeddedServer, tenant: str) -> None:
    client = client_for(patient(store.url))

    answers = await asyncio.gather(*[client.blpop(tenant, timeout=0.5) for _ in range(300)])

    assert answers == [None] * 300
    await close(client)
