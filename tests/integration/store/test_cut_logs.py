"""Somebody deletes events by hand: what can be answered is, the rest is refused in words, and nothing is half done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from router.adapters.redis.keys import Keys
from router.assignment.commands import Completion, RouteRequest
from router.backlog.requeuer import Requeuer
from router.erasure.ports import Erasure
from router.model.decision import Decision, Outcome
from router.model.errors import CorruptHistory
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from store.clients import close
from store.embedded.server import EmbeddedServer
from tests.contract.test_sealing import RULES, World, on_redis
from tests.drivers import driven


@pytest.fixture
async def redis(store: EmbeddedServer) -> Any:
    client = driven(Redis.from_url(store.url), "straight")
    yield client
    await close(client)


@pytest.fixture
async def world(redis: Any, tenant: str) -> World:
    """Return a tenant whose rep cy owns crm~L-1."""
    made = on_redis(redis, tenant)
    await made.arrange()
    await made.route("L-1", phone="139", customer="C-1")
    return made


def request(external_id: str, request_id: str = "") -> RouteRequest:
    return RouteRequest(WorkItem(Kind.LEAD, "crm", external_id), request_id)


async def everything(redis: Any, tenant: str) -> dict[bytes, bytes]:
    return {key: await redis.dump(key) async for key in redis.scan_iter(match=f"fairlead:{{{tenant}}}:*")}


async def test_one_whose_decision_is_deleted_is_refused_and_the_others_of_its_call_are_not(
    world: World, redis: Any
) -> None:
    lost = (await world.store.item(world.tenant, "crm~L-1")).decision
    await world.route("L-2")
    await redis.xdel(Keys(world.tenant).events, f"{lost}-0")

    first, refused, last = await world.router.route_many(world.tenant, [request("L-3"), request("L-1"), request("L-4")])

    assert isinstance(first, Decision)
    assert isinstance(last, Decision)
    assert isinstance(refused, CorruptHistory)
    assert "somebody deleted it" in str(refused)
    assert [(await world.store.item(world.tenant, f"crm~{name}")).owner for name in ("L-3", "L-4")] == [
        first.rep,
        last.rep,
    ]
    ledger = await world.store.ledger(world.tenant, "east")
    assert ledger.decisions == 4


async def test_a_repeated_request_whose_answer_is_deleted_is_refused(world: World, redis: Any) -> None:
    decision = await world.router.route(world.tenant, request("L-2", "r"))
    await world.route("L-3")
    await redis.xdel(Keys(world.tenant).events, f"{decision.number}-0")

    with pytest.raises(CorruptHistory):
        await world.router.route(world.tenant, request("L-2", "r"))


async def test_what_waits_by_a_deleted_decision_keeps_nobody_else_waiting(
    world: World, redis: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("L-5", "L-6", "L-7"):
        await world.route(name, region="far", phone="139")
    somebody = Edit("pool", "nobody", lambda _: Pool("nobody", (Member("cy"),)))
    await WorkforceService(world.workforce, world.rule_sets).save(world.tenant, [somebody])
    await world.planners.renewed(world.tenant, (await world.planners.current(world.tenant)).revisions)
    lost = (await world.store.item(world.tenant, "crm~L-6")).decision
    await redis.xdel(Keys(world.tenant).events, f"{lost}-0")
    requeuer = Requeuer(world.tenant, world.store, world.planners)

    await requeuer.begin()
    woken = await requeuer.wake()

    assert woken == 2
    assert [item_id for _, item_id in await world.store.waiting(world.tenant)] == ["crm~L-6"]
    assert "crm~L-6 waits and cannot be woken" in caplog.text


async def test_a_log_without_its_beginning_goes_on(world: World, redis: Any) -> None:
    await redis.xtrim(Keys(world.tenant).events, maxlen=1, approximate=False)

    assert (await world.route("L-2")).outcome is Outcome.ASSIGNED


@pytest.mark.parametrize("what", ["route", "complete", "publish", "hire", "erase"])
@pytest.mark.parametrize("cut", ["its end", "all of it"])
async def test_where_the_end_of_the_log_is_deleted_every_change_is_refused_and_nothing_is_written(
    world: World, redis: Any, what: str, cut: str
) -> None:
    key = Keys(world.tenant).events
    if cut == "its end":
        await redis.xdel(key, (await redis.xrevrange(key, count=1))[0][0])
    else:
        await redis.xtrim(key, maxlen=0, approximate=False)
    version = (await world.store.item(world.tenant, "crm~L-1")).version
    before = await everything(redis, world.tenant)
    changes: dict[str, Callable[[], Awaitable[Any]]] = {
        "route": lambda: world.router.route(world.tenant, request("L-9", "r")),
        "complete": lambda: world.store.complete(world.tenant, Completion("crm~L-1", State.CLOSED, version, "r", "f")),
        "publish": lambda: world.publish(RULES),
        "hire": lambda: WorkforceService(world.workforce, world.rule_sets).save(
            world.tenant, [Edit("rep", "di", lambda _: Rep("di"), create=True)]
        ),
        "erase": lambda: world.values.erase(world.tenant, Erasure(["crm~L-1"], customer="C-1")),
    }

    with pytest.raises(CorruptHistory, match="somebody deleted events at the end of the log"):
        await changes[what]()

    assert await everything(redis, world.tenant) == before
