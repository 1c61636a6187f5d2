"""An offer's time is over at the very instant at which it is accepted: on Valkey, by two clients and who fires timers,
at once, each over a connection of its own.

At an instant that stands still many offers are due. Both clients answer all of them, each in an order of its own, and
meanwhile some timers at a time are fired: whatever comes first to the store wins, and nobody else.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.offers import RedisOffers
from router.adapters.redis.presence import RedisPresences
from router.adapters.redis.processes import RedisProcesses
from router.adapters.redis.rulesets import RedisRuleSets
from router.adapters.redis.timers import RedisTimers
from router.adapters.redis.workforce import RedisWorkforce
from router.assignment.commands import RouteRequest
from router.model.caps import Cap, CapMeasure, CapWindow
from router.model.decision import Decision, Outcome
from router.model.dispatch import Answer, Dispatch, DispatchMode
from router.model.errors import OfferNotOpen
from router.model.events import Event, OfferAnswered
from router.model.workforce import MICROS, Member, Pool, Rep
from router.model.workitem import Kind, WorkItem
from router.offers.lapses import Lapses
from router.offers.service import AnswerRequest, OfferService
from router.rules.check import check
from router.rules.codec import dumps
from router.timers.follower import TimerFollower
from rules.revisions import Publication
from store.embedded.server import EmbeddedServer
from tests.contract.test_caps import START_MS, Clock, World
from tests.simulated_redis import SimulatedRedis

REPS = ("ann", "bo", "cy", "di")
TIMEOUT_MS = 60_000
AT_ONCE = 40
CAPS = (
    Cap("daily", CapMeasure.COUNT, 1_000_000, window=CapWindow.DAY),
    Cap("rolling", CapMeasure.VALUE, 10**9 * MICROS, window=CapWindow.ROLLING, rolling_ms=86_400_000),
    Cap("open", CapMeasure.OPEN, 1_000_000),
)
RULES = """
fields: {handing: {type: string}}
rules:
  - {id: many, when: {field: handing, op: eq, value: many}, route: {pool: many, fallback: [wait]}}
default: {route: {pool: east, fallback: [wait]}}
"""


@dataclass
class Race:
    """A tenant whose work is offered, and what became of that; ``told`` is by client what they were answered."""

    world: World
    clients: Sequence[OfferService]
    timers: RedisTimers
    random: Random = field(default_factory=lambda: Random(13))
    told: list[dict[tuple[str, int], str]] = field(default_factory=lambda: [{}, {}])

    async def run(self, offers: int) -> None:
        """Let so many offers be raced for."""
        world = self.world
        follower = TimerFollower(world.tenant, world.store, world.planners, world.presences, self.timers, [Lapses()])
        for first in range(0, offers, AT_ONCE):
            made = await self._offered(first)
            await follower.catch_up()
            await world.clock.set(world.clock.at_ms + TIMEOUT_MS)
            await asyncio.gather(*(self._answering(client, made) for client in (0, 1)), self._firing())

    async def _offered(self, first: int) -> list[Decision]:
        """Offer some work items: every fourth to many."""
        items = [
            WorkItem(Kind.LEAD, "crm", f"L-{number}", {"handing": "" if number % 4 else "many"}, value=2.0)
            for number in range(first, first + AT_ONCE)
        ]
        made = await self.world.router.route_many(self.world.tenant, [RouteRequest(item) for item in items])
        decisions = [decision for decision in made if isinstance(decision, Decision)]
        assert {decision.outcome for decision in decisions} == {Outcome.OFFERED}
        return decisions

    async def _answering(self, client: int, made: Sequence[Decision]) -> None:
        """Accept each, as whom it is made to, and of what many have each client as somebody else."""
        for decision in self.random.sample(made, len(made)):
            rep = decision.rep or REPS[client]
            request = AnswerRequest(decision.item_id, Answer.ACCEPTED, rep, decision.number)
            try:
                stored = await self.clients[client].answer(self.world.tenant, request)
            except OfferNotOpen:
                continue
            self.told[client][decision.item_id, decision.number] = stored.record.owner

    async def _firing(self) -> None:
        for _ in range(self.random.randrange(4)):
            await asyncio.sleep(0)
        while await self.timers.fire(self.world.tenant, self.random.randrange(1, 4)):
            pass

    async def events(self) -> list[Event]:
        """Read the log."""
        events: list[Event] = []
        while page := await self.world.store.events(self.world.tenant, after=len(events), count=1000):
            events += page
        return events


@pytest.fixture
async def race(store: EmbeddedServer, tenant: str) -> AsyncIterator[Race]:
    async with AsyncExitStack() as stack:
        redis, *others = [await stack.enter_async_context(_connection(store)) for _ in range(4)]
        clock = Clock(START_MS, redis)
        await clock.set(START_MS)
        assignments, workforce, rule_sets = RedisAssignments(redis), RedisWorkforce(redis), RedisRuleSets(redis)
        scores = RedisCustomerScores(redis)
        world = World(
            assignments, workforce, RedisPresences(redis), rule_sets, scores, clock, tenant, RedisProcesses(redis)
        )
        rule_set = check(RULES).rule_set
        assert rule_set is not None
        await rule_sets.publish(tenant, None, Publication(0, RULES, dumps(rule_set), "", 1, 0, 0))
        members = tuple(Member(rep, 1000 + 500 * place) for place, rep in enumerate(REPS))
        terms = Dispatch(DispatchMode.OFFER, TIMEOUT_MS, offers_open=100)
        await world.save(*map(Rep, REPS), pool=Pool("east", members, caps=CAPS, dispatch=terms))
        many = Dispatch(DispatchMode.BROADCAST, TIMEOUT_MS)
        await world.save(pool=Pool("many", members, caps=CAPS, dispatch=many))
        clients = [OfferService(RedisOffers(other), assignments, world.queries, world.planners) for other in others[:2]]
        yield Race(world, clients, RedisTimers(others[2]))
        await redis.delete("fairlead:clock")


@asynccontextmanager
async def _connection(store: EmbeddedServer) -> AsyncIterator[Any]:
    redis: Any = SimulatedRedis.from_url(store.url)
    try:
        yield redis
    finally:
        await redis.aclose()


@pytest.mark.parametrize("offers", [200, pytest.param(10_000, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
async def test_who_accepts_at_the_instant_of_the_lapse_has_it_or_it_lapsed_and_the_ledger_says_the_same(
    race: Race, offers: int, capsys: pytest.CaptureFixture[str]
) -> None:
    await race.run(offers)

    ended = {(event.item_id, event.offer): event for event in await race.events() if isinstance(event, OfferAnswered)}
    won = Counter(event.answer for event in ended.values())
    with capsys.disabled():
        print(f"\n{offers:,} offers: {dict(won)}")
    assert won.keys() == {Answer.ACCEPTED, Answer.LAPSED}
    assert won.total() == offers
    for told in race.told:
        for offer, owner in told.items():
            assert (ended[offer].answer, ended[offer].rep) == (Answer.ACCEPTED, owner)
    accepted = {offer for offer, event in ended.items() if event.answer is Answer.ACCEPTED}
    assert accepted == race.told[0].keys() | race.told[1].keys()
    assert await race.world.differences() == []
