"""Who is away gets nothing until they are back, and the log says so; on both stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgpack
import pytest
from redis.asyncio import Redis

from router.adapters.redis.keys import Keys
from router.assignment.commands import ReassignRequest
from router.assignment.explanation import Candidate, Reason, Verdict, explain
from router.backlog.requeuer import Requeuer
from router.history.monitor import Monitor
from router.history.replay import Replay
from router.history.tamper_check import TamperCheck
from router.model.decision import Block, Cause, Decision, ObservedState, Outcome
from router.model.errors import InvalidInput, NotFound, RequestIdReused
from router.model.events import PresenceChanged
from router.model.workforce import Member, Pool, Rep
from router.workforce.presence import PresenceService
from router.workforce.service import WorkforceService
from store.clients import close
from store.embedded.server import EmbeddedServer
from tests.contract.nothing.routing import Routing
from tests.drivers import DRIVERS, driven
from tests.twins.store import MemoryStore

FAR_AHEAD_MS = 4_000_000_000_000


@pytest.fixture
async def redis(store: EmbeddedServer) -> AsyncIterator[Any]:
    client: Any = Redis.from_url(store.url)
    yield client
    await close(client)


@pytest.fixture(params=["memory", *DRIVERS])
async def world(request: pytest.FixtureRequest, redis: Any, tenant: str) -> Routing:
    """Return a tenant whose only rep, bo, owns crm~L-1, while crm~L-0 waits; on each store in turn."""
    return await Routing.open(None if request.param == "memory" else driven(redis, request.param), tenant)


async def leave(world: Routing, until_ms: int | None = 0, **given: Any) -> int:
    return await PresenceService(world.presences).set_presence(world.tenant, "bo", until_ms, **given)


async def candidates(world: Routing, decision: Decision) -> tuple[Candidate, ...]:
    return explain(decision, await world.planners.current(world.tenant)).candidates


async def differences(world: Routing) -> list[str]:
    replay = Replay(world.store, world.presences, world.planners)
    return [difference async for difference in replay.differences(world.tenant)]


async def forge(world: Routing, until_ms: int) -> None:
    """Have the store say until when bo is away, though nobody told it."""
    if isinstance(world.presences, MemoryStore):
        world.presences._tenants[world.tenant].projection.presences["bo"] = until_ms
    else:
        await world.presences._redis.hset(Keys(world.tenant).presence, "bo", until_ms)


async def forward(world: Routing) -> None:
    """Have it be the far instant: time never runs back in a log, so an event of then does it."""
    number = (await world.event()).number + 1
    if isinstance(world.store, MemoryStore):
        world.store._now_ms = lambda: FAR_AHEAD_MS
        world.store._tenants[world.tenant].events.append(PresenceChanged(number, "cy", None, FAR_AHEAD_MS))
        return
    facts = msgpack.packb(FAR_AHEAD_MS) + msgpack.packb(["cy", -1, ""])
    fields = {"type": "presence.1", "facts": facts, "head": "", "link": ""}
    await world.store._redis.xadd(Keys(world.tenant).events, fields, f"{number}-0")


@pytest.mark.parametrize("until_ms", [0, FAR_AHEAD_MS])
async def test_who_is_away_gets_nothing_and_the_decision_keeps_why(world: Routing, until_ms: int) -> None:
    await leave(world, until_ms)

    decision = await world.route("L-9")

    assert (decision.outcome, decision.rep) == (Outcome.WAITING, "")
    assert decision.seen == (ObservedState((), (), ((0, Block.AWAY, until_ms, 0),)),)
    assert await candidates(world, decision) == (
        Candidate("bo", Verdict.INELIGIBLE, (Reason("AWAY", lift_ms=until_ms),)),
    )
    assert await differences(world) == []


async def test_who_is_full_is_not_asked_whether_they_are_there(world: Routing) -> None:
    await world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 1})})
    await leave(world)

    decision = await world.route("L-9")

    assert decision.seen == (ObservedState((), ((0, 1),)),)


async def test_who_is_back_gets_work_again(world: Routing) -> None:
    await leave(world)
    await leave(world, None)

    decision = await world.route("L-9")

    assert (decision.rep, decision.seen) == ("bo", (ObservedState((0,)),))
    assert await world.presences.presences(world.tenant) == {}


@pytest.mark.parametrize(("ahead_ms", "rep"), [(1, ""), (0, "bo"), (-1, "bo")])
async def test_who_is_away_is_back_at_the_instant_they_said(world: Routing, ahead_ms: int, rep: str) -> None:
    await leave(world, FAR_AHEAD_MS + ahead_ms)
    await forward(world)

    decision = await world.route("L-9")

    assert (decision.at_ms, decision.rep) == (FAR_AHEAD_MS, rep)


@pytest.mark.parametrize("ahead_ms", [0, -1])
async def test_an_instant_that_is_not_ahead_is_refused_and_nothing_is_written(world: Routing, ahead_ms: int) -> None:
    await forward(world)
    before = await world.event()

    with pytest.raises(InvalidInput, match=r"until_time: 2096-10-02T07:0\S+: must be after now, 2096-10-02T07:06:40Z"):
        await leave(world, FAR_AHEAD_MS + ahead_ms)
    assert await world.event() == before
    assert await leave(world, FAR_AHEAD_MS + 1) == before.number + 1


async def test_whom_a_person_names_gets_it_away_or_not(world: Routing) -> None:
    await leave(world)

    decision = await world.router.reassign(world.tenant, ReassignRequest("crm~L-0", "bo"))

    assert isinstance(decision, Decision)
    assert (decision.rep, decision.head.cause, decision.seen) == ("bo", Cause.OVERRIDE, (ObservedState((0,)),))
    assert await differences(world) == []


async def test_beside_whom_a_person_names_those_who_are_away_have_no_share(world: Routing) -> None:
    await leave(world)
    both = Pool("east", (Member("bo"), Member("cy")))
    await world.write({("rep", "cy"): Rep("cy"), ("pool", "east"): both})

    decision = await world.router.reassign(world.tenant, ReassignRequest("crm~L-0", "cy"))

    assert isinstance(decision, Decision)
    assert (decision.rep, decision.seen[0].blocked) == ("cy", ((0, Block.AWAY, 0, 0),))
    assert await differences(world) == []


async def test_whom_a_fallback_names_does_not_get_it_while_away(world: Routing) -> None:
    await world.publish(source="fields: {}\nrules: []\ndefault: {route: {pool: nobody, fallback: [{rep: bo}, wait]}}")
    await leave(world)

    decision = await world.route("L-9")

    assert (decision.outcome, len(decision.seen)) == (Outcome.WAITING, 2)
    assert decision.seen[1].blocked == ((0, Block.AWAY, 0, 0),)


async def test_what_waits_gets_an_owner_once_they_are_back(world: Routing) -> None:
    await leave(world)
    requeuer = Requeuer(world.tenant, world.store, world.planners)
    await requeuer.begin()
    assert await requeuer.wake() == 0
    await leave(world, None)

    await requeuer.catch_up()

    assert await requeuer.wake() == 1
    assert await differences(world) == []


async def test_it_is_an_event_that_names_who_said_so(world: Routing) -> None:
    number = await leave(world, 0, actor="mo")

    event = await world.event()
    assert isinstance(event, PresenceChanged)
    assert (event.number, event.rep, event.until_ms, event.actor) == (number, "bo", 0, "mo")


async def test_a_repeated_request_is_answered_with_its_event_and_other_content_is_refused(world: Routing) -> None:
    number = await leave(world, FAR_AHEAD_MS, request_id="r")

    assert await leave(world, FAR_AHEAD_MS, request_id="r") == number
    with pytest.raises(RequestIdReused):
        await leave(world, None, request_id="r")


async def test_nobody_of_an_unknown_name_can_be_away(world: Routing) -> None:
    with pytest.raises(NotFound, match="reps/nobody"):
        await world.presences.set_presence(world.tenant, "nobody", 0)


async def test_with_a_rep_their_presence_is_deleted_and_the_log_says_so(world: Routing) -> None:
    await world.write({("rep", "cy"): Rep("cy")})
    await world.presences.set_presence(world.tenant, "cy", 0)

    await WorkforceService(world.workforce, world.rule_sets).delete(world.tenant, "rep", "cy")

    assert await world.presences.presences(world.tenant) == {}
    event = await world.event()
    assert isinstance(event, PresenceChanged)
    assert (event.rep, event.until_ms) == ("cy", None)
    assert await differences(world) == []


async def test_a_store_that_says_otherwise_than_the_log_is_named(redis: Any, tenant: str) -> None:
    world = await Routing.open(redis, tenant)
    await leave(world, FAR_AHEAD_MS)
    await forge(world, 0)

    assert await differences(world) == [
        f"presence bo: log says away until {FAR_AHEAD_MS}, store away until told otherwise"
    ]


async def test_the_monitor_follows_it_and_alarms_where_the_store_says_otherwise(redis: Any, tenant: str) -> None:
    async def nothing(_: str) -> str:
        return ""

    world = await Routing.open(redis, tenant)
    monitor = Monitor(tenant, world.store, world.snapshots, world.planners, nothing)
    await monitor.look()
    await leave(world)
    followed = await monitor.look()
    await redis.delete(Keys(tenant).presence)

    assert followed == []
    assert await monitor.look() == ["presence bo: log says away until told otherwise, store there"]


async def test_its_events_are_in_the_chain(redis: Any, tenant: str) -> None:
    world = await Routing.open(redis, tenant)
    await leave(world)
    audit = TamperCheck(world.store, world.store, world.workforce, world.rule_sets, world.rule_sets)
    sound = [fault async for fault in audit.faults(tenant)]
    entry_id, fields = (await redis.xrevrange(Keys(tenant).events, count=1))[0]
    await redis.xdel(Keys(tenant).events, entry_id)
    await redis.xadd(Keys(tenant).events, {**fields, b"facts": fields[b"facts"].replace(b"bo", b"cy")}, b"8-0")

    assert sound == []
    assert [fault async for fault in audit.faults(tenant)] != []
