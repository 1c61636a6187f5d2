"""A pool that offers, on both stores: what tests of offers arrange, do and look at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from router.adapters.redis.offers import RedisOffers
from router.adapters.redis.repositories import _SCHEDULES
from router.adapters.redis.timers import RedisTimers
from router.assignment.queries import StoredItem
from router.backlog.requeuer import Requeuer
from router.model.caps import Cap, CapMeasure, CapScope, CapWindow
from router.model.decision import Decision
from router.model.dispatch import Answer, Dispatch, DispatchMode
from router.model.workforce import KINDS, MICROS, Member, Pool, Rep
from router.model.workitem import State
from router.offers.service import AnswerRequest, OfferService
from router.timers.follower import TimerFollower
from router.timers.runner import turn
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from tests.contract.test_caps import DAY_MS, MINUTE_MS, World, world
from tests.twins.store import MemoryStore

__all__ = ["world"]  # a fixture


OFFER = Dispatch(DispatchMode.OFFER, timeout_ms=15 * MINUTE_MS)


BROADCAST = Dispatch(DispatchMode.BROADCAST, timeout_ms=15 * MINUTE_MS)


THREE = (Member("ann"), Member("bo"), Member("cy"))


CAPS = (
    Cap("daily", CapMeasure.COUNT, 50, window=CapWindow.DAY),
    Cap("rolling", CapMeasure.VALUE, 500 * MICROS, window=CapWindow.ROLLING, rolling_ms=DAY_MS),
    Cap("all", CapMeasure.UNITS, 90, CapScope.POOL, window=CapWindow.WEEK),
    Cap("hand", CapMeasure.OPEN, 40),
)


@dataclass
class Firm:
    """A pool that offers, on one of the stores."""

    world: World
    offers: Any
    timers: Any
    is_redis: bool

    def __post_init__(self) -> None:
        world = self.world
        self.tenant = world.tenant
        self.service = OfferService(self.offers, world.store, world.queries, world.planners)
        self.requeuer = Requeuer(world.tenant, world.store, world.planners)

    async def begin(self, pool: Pool, *reps: Rep) -> None:
        self.pool = pool
        given = {rep.id: rep for rep in reps}
        await self.world.save(*[given.get(member.rep, Rep(member.rep)) for member in pool.members], pool=pool)
        await self.requeuer.begin()

    async def change(self, *records: Any) -> None:
        """Replace reps or pools, or enter leaves."""
        kinds = {made: kind for kind, made in KINDS.items()}
        edits = [
            Edit(kinds[type(record)], record.id, lambda _, made=record: made, create=True)  # type: ignore[misc]
            for record in records
        ]
        await WorkforceService(self.world.workforce, self.world.rule_sets).save(self.tenant, edits)

    async def accept(self, offer: Decision, rep: str = "", **given: Any) -> StoredItem:
        return await self._answer(offer, rep, Answer.ACCEPTED, **given)

    async def decline(self, offer: Decision, rep: str = "", **given: Any) -> StoredItem:
        return await self._answer(offer, rep, Answer.DECLINED, **given)

    async def _answer(
        self, offer: Decision, rep: str, answer: Answer, *, preview: bool = False, **given: Any
    ) -> StoredItem:
        number = given.pop("number", offer.number)
        request = AnswerRequest(offer.item_id, answer, rep or offer.rep, number, **given)
        return await self.service.answer(self.tenant, request, preview=preview)

    async def wake(self) -> Decision:
        """Have what waits be woken; return the newest decision."""
        await self.requeuer.catch_up()
        await self.requeuer.wake()
        await self.requeuer.catch_up()
        events = await self.world.store.events(self.tenant, count=50, newest_first=True)
        return next(event for event in events if isinstance(event, Decision))

    async def pass_ms(self, ms: int) -> None:
        """Let time pass, and what is due fire."""
        await self.world.clock.set(self.world.clock.at_ms + ms)
        follower = self.follower()
        while (await turn(self.tenant, follower, self.timers)).has_more:
            pass

    def follower(self) -> TimerFollower:
        world = self.world
        return TimerFollower(self.tenant, world.store, world.planners, world.presences, self.timers, _SCHEDULES)

    async def item(self, decision: Decision) -> StoredItem:
        return await self.world.queries.item(self.tenant, decision.item_id)

    async def stands(self) -> dict[str, Any]:
        """Return all that an offer reserves; not what is counted for ever."""
        store = self.world.store
        ledger = await store.ledger(self.tenant, "east")
        kept = replace(ledger, worst=0, largest_charge=0, largest_offered=0, largest_entitled=0, largest_band=0)
        zeros = {"deficits", "received", "received_by_override", "credits"}
        fields = {name: getattr(kept, name) for name in kept.__dataclass_fields__}
        return {
            "ledger": {k: _without_zeros(v) if k in zeros else v for k, v in fields.items()},
            "loads": await store.loads(self.tenant),
            "counts": await store.counts(self.tenant),
            "offers": await store.open_offers(self.tenant),
        }

    async def check(self) -> None:
        assert await self.world.differences() == []


def _without_zeros(amounts: dict[str, int]) -> dict[str, int]:
    return {rep: amount for rep, amount in amounts.items() if amount}


@pytest.fixture
async def firm(world: World) -> AsyncIterator[Firm]:
    if isinstance(world.store, MemoryStore):
        yield Firm(world, world.store, world.store, is_redis=False)
        return
    redis = world.store._redis
    yield Firm(world, RedisOffers(redis), RedisTimers(redis), is_redis=True)


async def is_closed(firm: Firm, offer: Decision) -> None:
    await firm.world.router.complete(firm.tenant, offer.item_id, State.CLOSED)
