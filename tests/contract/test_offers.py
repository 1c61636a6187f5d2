"""Offers from end to end, on both stores: what they enter, what undoes them, who is offered what next."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import msgpack
import pytest

from failures import NotPossible
from router.adapters.redis.keys import Keys
from router.adapters.redis.offers import RedisOffers
from router.adapters.redis.repositories import _SCHEDULES
from router.adapters.redis.snapshots import RedisSnapshots
from router.adapters.redis.timers import RedisTimers
from router.assignment.bulk import BulkReassignment, BulkRequest
from router.assignment.commands import ReassignRequest, ReopenRequest, RouteRequest, UpdateRequest
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import StoredItem
from router.assignment.reopening import Reopening
from router.assignment.updating import Updating
from router.backlog.requeuer import Requeuer
from router.fairness.report import Fairness, report
from router.history.monitor import Monitor
from router.history.rehearsal import Rehearsal
from router.model.caps import Cap, CapMeasure, CapScope, CapWindow
from router.model.decision import Block, Cause, Decision, Outcome, Way
from router.model.dispatch import Answer, Dispatch, DispatchClock, DispatchMode
from router.model.errors import OfferNotOpen
from router.model.events import OfferAnswered
from router.model.workforce import MICROS, CreditPolicy, Member, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from router.offers.service import AnswerRequest, OfferService
from router.timers.follower import TimerFollower
from router.timers.runner import turn
from router.workforce.edits import Edit
from router.workforce.presence import PresenceService
from router.workforce.service import WorkforceService
from serving.reassigning import ReassignWork
from tests.contract.test_caps import DAY_MS, HOUR_MS, MINUTE_MS, World, world
from tests.contract.test_monitor import Observer
from tests.twins.import_pages import MemoryPages
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
        """Replace reps or pools."""
        edits = [
            Edit("rep" if isinstance(record, Rep) else "pool", record.id, lambda _, made=record: made)  # type: ignore[misc]
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


async def test_what_is_offered_is_owned_once_it_is_accepted(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER, caps=CAPS))

    offer = await firm.world.route()
    offered = await firm.item(offer)
    accepted = await firm.accept(offer, actor="ann")

    assert (offer.outcome, offer.pool, offer.epoch, offer.way) == (Outcome.OFFERED, "east", 0, Way.GREEDY)
    assert (offered.record.state, offered.record.owner, offered.record.epoch) == (State.OFFERED, "", 0)
    assert offered.record.offer is not None
    assert offered.record.offer.number == offer.number
    assert offered.expires_ms == offer.at_ms + 15 * MINUTE_MS
    stands = accepted.record
    assert (stands.state, stands.owner, stands.pool, stands.epoch) == (State.ASSIGNED, offer.rep, "east", 1)
    assert (stands.offer, stands.decision) == (None, offer.number)
    assert (await firm.item(offer)).record == stands
    assert (await firm.world.store.loads(firm.tenant))[offer.rep, Kind.LEAD] == 1
    ledger = await firm.world.store.ledger(firm.tenant, "east")
    assert (ledger.offered, ledger.entitled, ledger.largest_offered) == ({}, {}, MICROS)
    assert ledger.received == {offer.rep: MICROS}
    await firm.check()


async def declines(firm: Firm, offer: Decision) -> None:
    await firm.decline(offer, reason="on the phone")


async def lapses(firm: Firm, offer: Decision) -> None:
    await firm.pass_ms(15 * MINUTE_MS)


async def is_closed(firm: Firm, offer: Decision) -> None:
    await firm.world.router.complete(firm.tenant, offer.item_id, State.CLOSED)


async def is_deactivated(firm: Firm, offer: Decision) -> None:
    await firm.change(Rep(offer.rep, active=False))


async def settles(firm: Firm, offer: Decision) -> None:
    """Have the pool settled, for somebody joins and leaves who has had nothing."""
    pool = firm.pool
    await firm.change(replace(pool, members=pool.members[:-1]))
    await firm.change(pool)


UNDOING = [declines, lapses, is_closed, is_deactivated, settles]


@pytest.mark.parametrize("undo", UNDOING)
@pytest.mark.parametrize("credited", [False, True])
async def test_what_is_not_accepted_leaves_load_every_cap_and_deficits_as_they_were(
    firm: Firm, undo: Any, credited: bool
) -> None:
    policy = CreditPolicy(5 * MICROS, 30 * DAY_MS, 50) if credited else None
    members = (Member("ann", 1000), Member("bo", 2000), Member("cy", 500), Member("dee"))
    busy = Rep("dee", capacity={"LEAD": 0})
    pool = Pool("east", members, dispatch=replace(OFFER, offers_open=9), caps=CAPS, absence_policy=policy)
    await firm.begin(pool, busy)
    for _ in range(3):
        await firm.accept(await firm.world.route(value=2.5))
    before = await firm.stands()

    offer = await firm.world.route(value=7.5)
    during = await firm.stands()
    await undo(firm, offer)

    after = await firm.stands()
    assert during != before
    assert after == before
    await firm.check()


@pytest.mark.parametrize("credited", [False, True])
async def test_a_refused_reassignment_leaves_an_offer_as_it_was_and_others_rescind_it(
    firm: Firm, credited: bool
) -> None:
    policy = CreditPolicy(5 * MICROS, 30 * DAY_MS, 50) if credited else None
    pool = Pool("east", THREE, dispatch=replace(OFFER, offers_open=9), caps=CAPS, absence_policy=policy)
    await firm.begin(pool, Rep("cy", capacity={"LEAD": 0}))
    offer = await firm.world.route(value=3)
    during, marks = await firm.stands(), await firm.world.store.ledger(firm.tenant, "east")

    with pytest.raises(NotPossible, match="at capacity"):
        await firm.world.router.reassign(firm.tenant, ReassignRequest(offer.item_id, "cy"))
    await firm.world.router.reassign(firm.tenant, ReassignRequest(offer.item_id, "ann"), preview=True)
    stays = await firm.world.router.reassign(firm.tenant, ReassignRequest(offer.item_id), preview=True)

    assert stays.outcome is Outcome.OFFERED
    assert stays.rep not in ("cy", offer.rep)
    assert await firm.stands() == during
    assert await firm.world.store.ledger(firm.tenant, "east") == marks
    named = await firm.world.router.reassign(firm.tenant, ReassignRequest(offer.item_id, offer.rep))
    item = (await firm.item(offer)).record
    assert (named.outcome, named.way, named.freed) == (Outcome.ASSIGNED, Way.OVERRIDE, "")
    assert (item.state, item.owner, item.epoch) == (State.ASSIGNED, offer.rep, 1)
    ledger = await firm.world.store.ledger(firm.tenant, "east")
    assert (ledger.received, ledger.received_by_override) == ({offer.rep: MICROS}, {offer.rep: MICROS})
    assert (await firm.world.store.loads(firm.tenant))[offer.rep, Kind.LEAD] == 1
    await firm.check()


async def test_what_nobody_else_could_take_stays_offered_though_it_was_to_be_moved(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:2], dispatch=OFFER), Rep("bo", active=False))
    offer = await firm.world.route()
    during = await firm.stands()

    moved = await firm.world.router.reassign(firm.tenant, ReassignRequest(offer.item_id))

    assert (moved.outcome, moved.rep) == (Outcome.WAITING, "")
    assert await firm.stands() == during
    assert (await firm.accept(offer)).record.owner == "ann"
    await firm.check()


async def test_of_two_who_accept_one_wins_and_the_other_is_told_who(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    offer = await firm.world.route()
    other = next(member.rep for member in THREE if member.rep != offer.rep)

    with pytest.raises(OfferNotOpen, match=f"is not open to {other}: it is made to {offer.rep}"):
        await firm.accept(offer, other)
    await firm.accept(offer, request_id="once")
    again = await firm.accept(offer)
    repeated = await firm.accept(offer, request_id="once")

    assert again.record == repeated.record
    for answer in (firm.accept, firm.decline):
        with pytest.raises(OfferNotOpen, match=f"{offer.rep} accepted it; it is {offer.rep}'s"):
            await answer(offer, other)
    with pytest.raises(OfferNotOpen, match="there is no offer 4711 of it"):
        await firm.accept(offer, number=4711)
    await firm.check()


async def test_23_what_is_declined_never_returns_to_who_declined_it_while_others_are_left(
    firm: Firm,
) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    offer = await firm.world.route()
    asked: list[str] = []

    while offer.outcome is Outcome.OFFERED:
        asked.append(offer.rep)
        await firm.decline(offer)
        offer = await firm.wake()

    assert sorted(asked[:3]) == sorted(asked[3:]) == ["ann", "bo", "cy"]
    assert (offer.outcome, offer.head.cause) == (Outcome.WAITING, Cause.WOKEN)
    assert offer.seen[-1].blocked == tuple((k, Block.OFFER_REFUSED, 1, 2) for k in range(3))
    assert (await firm.item(offer)).record.state is State.QUEUED
    assert (await firm.wake()).number == offer.number
    reasons = await firm.world.reason(offer)
    assert (reasons.code, reasons.actual) == ("OFFER_REFUSED", "2")
    await firm.check()


async def test_what_everybody_declined_twice_goes_on_to_the_fallback(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=OFFER))
    await firm.world.save(Rep("zoe"), pool=Pool("west", (Member("zoe"),)))
    await firm.world.publish(fallback="[{pool: west}, wait]")
    first = await firm.world.route()

    await firm.decline(first)
    second = await firm.wake()
    await firm.decline(second)
    last = await firm.wake()

    assert [offer.rep for offer in (first, second, last)] == ["ann", "ann", "zoe"]
    assert (last.outcome, last.pool) == (Outcome.ASSIGNED, "west")
    assert (await firm.item(last)).record.refused == ()
    await firm.check()


async def test_what_everybody_declined_twice_is_unrouted_where_the_route_does_not_wait(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=OFFER))
    await firm.world.publish(fallback="[]")
    offer = await firm.world.route()

    for _ in range(2):
        await firm.decline(offer)
        offer = await firm.wake()

    item = (await firm.item(offer)).record
    assert (offer.outcome, offer.head.cause, item.state) == (Outcome.UNROUTED, Cause.WOKEN, State.UNROUTED)
    assert await firm.requeuer.wake() == 0
    assert await firm.world.store.waiting(firm.tenant) == []
    await firm.check()


async def test_what_waits_goes_on_waiting_though_its_route_does_not_any_more(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1]), Rep("ann", capacity={"LEAD": 1}))
    await firm.world.route()
    waiting = await firm.world.route()

    await firm.world.publish(fallback="[]")

    assert await firm.wake() == waiting
    assert (await firm.item(waiting)).record.state is State.QUEUED


async def test_whoever_holds_as_many_as_they_may_is_offered_no_more_until_they_answer(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=OFFER))
    first, second = await firm.world.route(), await firm.world.route()

    assert second.seen == (replace_seen(second, ((0, Block.OFFERS_OPEN, 1, 1),)),)
    assert (await firm.world.reason(second)).code == "OFFERS_OPEN"
    await firm.wake()
    await firm.accept(first)
    woken = await firm.wake()
    third = await firm.world.route()
    await firm.change(Pool("east", THREE[:1], dispatch=replace(OFFER, offers_open=2)))
    wider = await firm.wake()

    assert (woken.item_id, woken.outcome, woken.head.cause) == (second.item_id, Outcome.OFFERED, Cause.WOKEN)
    assert (third.outcome, wider.item_id, wider.outcome) == (Outcome.WAITING, third.item_id, Outcome.OFFERED)
    fourth = await firm.world.route()
    await firm.change(Pool("east", THREE[:1]))
    pushed = await firm.wake()
    assert (fourth.outcome, pushed.item_id, pushed.outcome) == (Outcome.WAITING, fourth.item_id, Outcome.ASSIGNED)
    await firm.check()


def replace_seen(decision: Decision, blocked: Any) -> Any:
    return decision.seen[0]._replace(deficits=(), full=(), blocked=blocked)


async def is_away(firm: Firm, rep: str) -> None:
    await PresenceService(firm.world.presences).set_presence(firm.tenant, rep, 0)


async def stops_working(firm: Firm, rep: str) -> None:
    await firm.change(Rep(rep, active=False))


async def leaves_the_pool(firm: Firm, rep: str) -> None:
    await firm.change(replace(firm.pool, members=tuple(each for each in firm.pool.members if each.rep != rep)))


@pytest.mark.parametrize("goes", [is_away, stops_working, leaves_the_pool])
async def test_the_second_round_begins_once_the_last_who_has_not_refused_is_gone(firm: Firm, goes: Any) -> None:
    busy = {"LEAD": 1}
    await firm.begin(Pool("east", THREE[:2], dispatch=OFFER), Rep("ann", capacity=busy), Rep("bo", capacity=busy))
    held, declined = await firm.world.route(), await firm.world.route()
    await firm.accept(held)
    await firm.decline(declined)
    waits = await firm.wake()

    await goes(firm, held.rep)
    again = await firm.wake()

    assert (waits.item_id, waits.outcome) == (declined.item_id, Outcome.WAITING)
    assert (again.item_id, again.outcome, again.rep) == (declined.item_id, Outcome.OFFERED, declined.rep)
    await firm.check()


async def test_the_second_round_begins_once_who_holds_an_offer_is_away(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:2], dispatch=OFFER))
    held, declined = await firm.world.route(), await firm.world.route()
    await firm.decline(declined)
    waits = await firm.wake()

    await is_away(firm, held.rep)
    again = await firm.wake()

    assert {block[1] for block in waits.seen[0].blocked} == {Block.OFFERS_OPEN, Block.OFFER_REFUSED}
    assert (again.item_id, again.outcome, again.rep) == (declined.item_id, Outcome.OFFERED, declined.rep)
    await firm.check()


async def test_whoever_lets_as_many_lapse_in_a_row_is_set_away_and_told(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=replace(OFFER, lapses_until_away=2)))
    first = await firm.world.route()
    await firm.pass_ms(15 * MINUTE_MS)
    second = await firm.wake()
    assert await firm.offers.lapses(firm.tenant) == {"ann": 1}

    await firm.pass_ms(15 * MINUTE_MS)

    waits, work = await firm.wake(), await firm.service.work(firm.tenant, "ann")
    events = await firm.world.store.events(firm.tenant, count=100)
    lapsed = [event for event in events if isinstance(event, OfferAnswered)]
    assert [(event.lapses, event.set_away) for event in lapsed] == [(1, False), (2, True)]
    assert await firm.world.presences.presences(firm.tenant) == {"ann": 0}
    assert await firm.offers.lapses(firm.tenant) == {"ann": -lapsed[1].number}
    assert work.away is not None
    assert (work.away.lapses, work.away.item_id, work.items) == (2, first.item_id, [])
    assert (second.rep, waits.outcome) == ("ann", Outcome.WAITING)
    assert [block[1] for block in waits.seen[-1].blocked] == [Block.AWAY]
    await PresenceService(firm.world.presences).set_presence(firm.tenant, "ann", None)
    assert await firm.offers.lapses(firm.tenant) == {}
    await firm.check()


async def test_who_was_set_away_is_told_why_until_they_are_back_whatever_becomes_of_their_offers(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=replace(OFFER, lapses_until_away=1, offers_open=3)))
    await firm.world.route()
    await firm.pass_ms(MINUTE_MS)
    second, _ = [await firm.world.route() for _ in range(2)]
    await firm.pass_ms(14 * MINUTE_MS)
    told = await firm.offers.lapses(firm.tenant)
    assert told["ann"] < 0

    await firm.decline(second)
    assert await firm.offers.lapses(firm.tenant) == told
    await firm.pass_ms(MINUTE_MS)

    assert await firm.offers.lapses(firm.tenant) == told
    events = await firm.world.store.events(firm.tenant, count=100)
    answers = [event for event in events if isinstance(event, OfferAnswered)]
    assert [(event.lapses, event.set_away) for event in answers] == [(1, True), (0, False), (0, False)]
    assert (await firm.service.work(firm.tenant, "ann")).away is not None
    await firm.check()


async def test_who_declines_what_others_still_have_begins_the_count_of_lapses_anew(firm: Firm) -> None:
    pool = Pool("east", THREE[:2], dispatch=replace(OFFER, lapses_until_away=2))
    await firm.begin(pool, Rep("bo", active=False))
    await firm.world.route()
    await firm.pass_ms(15 * MINUTE_MS)
    assert await firm.offers.lapses(firm.tenant) == {"ann": 1}
    await firm.change(Rep("bo"), Pool("east", THREE[:2], dispatch=BROADCAST))

    offers = [await firm.world.route() for _ in range(2)]
    await firm.decline(offers[0], "bo")
    assert await firm.offers.lapses(firm.tenant) == {"ann": 1}
    await firm.decline(offers[1], "ann")

    assert await firm.offers.lapses(firm.tenant) == {}
    assert (await firm.item(offers[1])).record.state is State.OFFERED
    await firm.check()


async def test_what_thousands_have_refused_lapses_like_any_other(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=OFFER))
    offer = await firm.world.route()
    refused = [f"rep-{n}" for n in range(10_000)]
    if firm.is_redis:
        redis, key = firm.world.store._redis, Keys(firm.tenant).item(offer.item_id)
        record = msgpack.unpackb(await redis.get(key))
        record += [[], 0, [], "", [], [], 0][len(record) - 11 :]
        record[16] = refused
        await redis.set(key, msgpack.packb(record))
    else:
        items = firm.world.store._tenants[firm.tenant].projection.items
        items[offer.item_id] = replace(items[offer.item_id], refused=tuple(refused))

    await firm.pass_ms(15 * MINUTE_MS)

    record = (await firm.item(offer)).record
    assert (record.state, record.refused) == (State.QUEUED, (*refused, "ann"))


async def test_an_offer_that_cannot_be_read_keeps_no_other_from_lapsing(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    if not firm.is_redis:
        return
    offers = [await firm.world.route() for _ in range(3)]
    redis, keys = firm.world.store._redis, Keys(firm.tenant)
    await redis.hdel(keys.offers, offers[0].item_id)
    await redis.hset(keys.offers, offers[1].item_id, msgpack.packb([offers[1].number, "bo"]))
    skipped: list[str] = []

    await firm.follower().catch_up()
    await firm.world.clock.set(firm.world.clock.at_ms + 15 * MINUTE_MS)
    await firm.timers.fire(firm.tenant, skip=lambda item_id, _: skipped.append(item_id))

    states = [(await firm.item(offer)).record.state for offer in offers]
    assert states == [State.OFFERED, State.OFFERED, State.QUEUED]
    assert sorted(skipped) == [offer.item_id for offer in offers[:2]]


async def test_an_offer_lapses_in_working_time_where_the_pool_says_so_and_never_without_a_timeout(firm: Firm) -> None:
    await firm.world.keep_hours()
    await firm.begin(Pool("east", THREE[:2], dispatch=replace(OFFER, timeout_ms=HOUR_MS, clock=DispatchClock.REP)))
    by_hours = await firm.world.route()  # at 08:00, an hour before work
    await firm.change(Pool("east", THREE[:2], dispatch=replace(OFFER, timeout_ms=0)))
    for_ever = await firm.world.route()

    await firm.pass_ms(2 * HOUR_MS - 1)
    assert (await firm.item(by_hours)).record.state is State.OFFERED
    await firm.pass_ms(1)

    assert (await firm.item(by_hours)).record.state is State.QUEUED
    await firm.pass_ms(90 * DAY_MS)
    item = await firm.item(for_ever)
    assert (item.record.state, item.expires_ms) == (State.OFFERED, 0)
    await firm.check()


async def test_the_first_who_accepts_what_many_are_offered_has_it_and_is_charged_then(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=BROADCAST, caps=CAPS))
    before = await firm.stands()

    offer = await firm.world.route(value=2)
    during = await firm.stands()
    work = [await firm.service.work(firm.tenant, rep) for rep in ("ann", "bo", "cy")]
    declined = await firm.decline(offer, "ann")
    accepted = await firm.accept(offer, "cy")

    assert (offer.outcome, offer.rep, offer.pool, offer.epoch) == (Outcome.OFFERED, "", "", 0)
    assert [[item.record.item_id for item in each.items] for each in work] == [[offer.item_id]] * 3
    assert {**during, "offers": []} == before
    assert (
        declined.record.offer == (await firm.world.store.decisions(firm.tenant, [offer.number]))
        or declined.record.offer
    )
    assert (accepted.record.owner, accepted.record.epoch) == ("cy", 1)
    ledger = await firm.world.store.ledger(firm.tenant, "east")
    assert ledger.deficits == {"bo": MICROS // 2, "cy": -MICROS // 2}  # who declined is not entitled
    assert ledger.received_by_override == {"cy": MICROS}
    for rep in ("ann", "bo"):
        with pytest.raises(OfferNotOpen, match=r"cy accepted it|ann declined it"):
            await firm.accept(offer, rep)
    await firm.check()


async def test_the_log_is_not_read_for_offers_that_never_lapse_and_is_once_some_do(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = Pool("east", THREE, dispatch=replace(OFFER, timeout_ms=0, offers_open=9))
    await firm.begin(pool)
    await firm.world.save(pool=Pool("west", THREE))  # which pushes
    await firm.follower().catch_up()
    for _ in range(2):
        await firm.world.route()
    effects = firm.world.store.effects
    monkeypatch.setattr(firm.world.store, "effects", None)
    unread = await firm.follower().follow()
    monkeypatch.setattr(firm.world.store, "effects", effects)
    await firm.change(replace(pool, dispatch=replace(OFFER, offers_open=9)))
    await firm.follower().catch_up()
    offer = await firm.world.route()
    read = await firm.follower().follow()

    timers = await firm.timers.timers(firm.tenant)

    assert (unread, read) == (2, 1)
    assert [timer.item_id for timer in timers] == [offer.item_id]


async def test_the_most_that_offers_of_one_call_charged_counts_from_what_was_open_before(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=replace(OFFER, offers_open=9)))
    first = await firm.world.route()
    both = [RouteRequest(WorkItem(Kind.LEAD, "crm", f"B-{place}")) for place in range(2)]

    await firm.world.router.route_many(firm.tenant, both)
    most = (await firm.world.store.ledger(firm.tenant, "east")).largest_offered
    await firm.decline(first)
    await firm.world.route()
    after = await firm.world.store.ledger(firm.tenant, "east")

    assert (most, after.largest_offered, after.offered) == (3 * MICROS, 3 * MICROS, {"ann": 3 * MICROS})
    await firm.check()


async def test_what_many_decline_or_let_lapse_waits_and_is_offered_once_more(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=BROADCAST))
    offer = await firm.world.route()

    for rep in ("ann", "bo", "cy"):
        await firm.decline(offer, rep)
    again = await firm.wake()
    await firm.pass_ms(15 * MINUTE_MS)
    last = await firm.wake()

    assert (again.outcome, again.item_id) == (Outcome.OFFERED, offer.item_id)
    assert (last.outcome, last.head.cause) == (Outcome.WAITING, Cause.WOKEN)
    assert (await firm.item(offer)).record.refused == ("ann", "bo", "cy") * 2
    await firm.check()


async def test_each_of_many_equal_ones_that_lapsed_is_told_that_nobody_is_left(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=BROADCAST))
    offers = [await firm.world.route() for _ in range(3)]

    for _ in range(2):
        await firm.pass_ms(15 * MINUTE_MS)
        await firm.wake()

    items = [await firm.item(offer) for offer in offers]
    told = await firm.world.store.decisions(firm.tenant, [item.record.decision for item in items])
    assert [(each.outcome, each.head.cause) for each in told] == [(Outcome.WAITING, Cause.WOKEN)] * 3
    newest = (await firm.wake()).number
    assert newest == max(each.number for each in told)
    await firm.check()


async def test_within_a_band_what_many_are_offered_is_the_ledger_s_choice(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=replace(BROADCAST, broadcast_band=MICROS // 2)))
    first = await firm.world.route()
    await firm.accept(first, "ann")
    second = await firm.world.route()

    with pytest.raises(OfferNotOpen, match="it is made to others"):
        await firm.accept(second, "ann")  # 1 lead behind, and one third of the next
    await firm.accept(second, "bo")

    ledger = await firm.world.store.ledger(firm.tenant, "east")
    assert (ledger.received_by_override, ledger.largest_band, ledger.overrides) == ({}, MICROS // 2, 0)
    await firm.check()


async def test_what_answers_that_come_together_do_to_a_pool_that_credits_is_counted_once(firm: Firm) -> None:
    policy = CreditPolicy(5 * MICROS, 30 * DAY_MS, 50)
    await firm.begin(Pool("east", THREE, dispatch=replace(OFFER, offers_open=9), absence_policy=policy))
    to_one = [await firm.world.route() for _ in range(4)]
    await firm.change(replace(firm.pool, dispatch=BROADCAST))
    to_many = [await firm.world.route() for _ in range(6)]

    declined = [firm.decline(offer, request_id=offer.item_id) for offer in to_one]
    await asyncio.gather(*[firm.accept(offer, "bo") for offer in to_many], *declined)

    ledger = await firm.world.store.ledger(firm.tenant, "east")
    assert (ledger.recent, ledger.counted) == (("bo",) * 6, 6)
    await firm.check()


async def test_what_is_moved_once_its_pool_credits_no_more_is_none_of_those_counted(firm: Firm) -> None:
    policy = CreditPolicy(5 * MICROS, 30 * DAY_MS, 50)
    await firm.begin(Pool("east", THREE, dispatch=OFFER, absence_policy=policy))
    kept, moved = [await firm.world.route() for _ in range(2)]
    await firm.change(replace(firm.pool, absence_policy=None))

    await firm.world.router.reassign(firm.tenant, ReassignRequest(moved.item_id))

    ledger = await firm.world.store.ledger(firm.tenant, "east")
    assert (ledger.recent, ledger.counted, ledger.decisions) == ((kept.rep,), 1, 2)
    await firm.check()


async def test_an_override_is_measured_before_what_comes_with_it(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE))
    world, held = firm.world, [await firm.world.route() for _ in range(9)]
    planner = await world.planners.current(firm.tenant)
    *named, moved = [each for each in held if each.rep != "ann"]
    commands = [await world.move(planner, each, "ann") for each in named]

    await world.store.bind(firm.tenant, planner.revisions, [*commands, await world.move(planner, moved)])

    assert (await world.store.ledger(firm.tenant, "east")).overrides == len(named) == 5
    await firm.check()


async def test_nobody_without_room_accepts_what_many_are_offered(firm: Firm) -> None:
    daily = Cap("daily", CapMeasure.COUNT, 1, window=CapWindow.DAY)
    await firm.begin(Pool("east", THREE, dispatch=BROADCAST, caps=(daily,)), Rep("ann", capacity={"LEAD": 1}))
    offers = [await firm.world.route() for _ in range(3)]
    await firm.accept(offers[0], "ann")
    await firm.accept(offers[1], "bo")

    for rep in ("ann", "bo"):
        with pytest.raises(NotPossible, match="has no room"):
            await firm.accept(offers[2], rep)
    await firm.change(Rep("cy", active=False))
    with pytest.raises(OfferNotOpen, match="withdrawn"):
        await firm.accept(offers[2], "cy")
    await firm.check()


async def test_who_became_active_unheard_accepts_what_many_are_offered(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=BROADCAST), Rep("cy", active=False))
    heard = PlannerCache(firm.world.workforce, firm.world.rule_sets, firm.world.rule_sets)
    service = OfferService(firm.offers, firm.world.store, firm.world.queries, heard)
    assert not (await heard.newest(firm.tenant)).roster.reps["cy"].active
    await firm.change(Rep("cy"))
    offer = await firm.world.route()

    accepted = await service.answer(firm.tenant, AnswerRequest(offer.item_id, Answer.ACCEPTED, "cy", offer.number))

    assert accepted.record.owner == "cy"
    await firm.check()


async def test_who_lost_is_told_so_whatever_happened_since(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=BROADCAST))
    offer = await firm.world.route()
    await firm.accept(offer, "bo")
    updating = Updating(firm.world.store, firm.world.planners, firm.world.queries, firm.world.scores)
    for value in range(2, 104):
        await updating.update(firm.tenant, UpdateRequest(offer.item_id, {}, value, 0, frozenset({"value"})))

    with pytest.raises(OfferNotOpen, match="bo accepted it"):
        await firm.accept(offer, "cy")
    with pytest.raises(OfferNotOpen, match="there is no offer 1 of it"):
        await firm.accept(offer, "cy", number=1)


async def test_what_many_are_offered_is_accepted_in_another_window_of_a_cap(firm: Firm) -> None:
    daily = Cap("daily", CapMeasure.COUNT, 1, window=CapWindow.DAY)
    await firm.begin(Pool("east", THREE, dispatch=replace(BROADCAST, timeout_ms=0), caps=(daily,)))
    offers = [await firm.world.route() for _ in range(2)]
    await firm.accept(offers[0], "ann")

    await firm.world.clock.set(firm.world.clock.at_ms + 3 * DAY_MS)  # which the server has not heard of

    assert (await firm.accept(offers[1], "ann")).record.owner == "ann"
    await firm.check()


async def test_it_enters_the_ledger_though_the_rules_would_not_offer_it_any_more(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=BROADCAST))
    offer = await firm.world.route()
    await firm.change(Pool("east", THREE, band=MICROS))
    await firm.world.publish(fallback="[wait]", pool="west")

    accepted = await firm.accept(offer, "bo")

    assert (accepted.record.owner, accepted.record.pool) == ("bo", "east")
    assert (await firm.world.store.ledger(firm.tenant, "east")).received == {"bo": MICROS}
    await firm.check()


async def test_a_broadcast_does_not_spend_the_chance_of_what_waits_behind_it(firm: Firm) -> None:
    busy = Rep("ann", capacity={"LEAD": 1})
    await firm.begin(Pool("east", THREE[:1]), busy)
    held = await firm.world.route()
    waiting = [await firm.world.route() for _ in range(2)]
    await firm.wake()
    await firm.change(Pool("east", THREE[:1], dispatch=BROADCAST))
    await firm.wake()

    await firm.world.close(held)
    await firm.wake()

    states = [(await firm.item(each)).record.state for each in waiting]
    assert states == [State.OFFERED, State.OFFERED]
    await firm.check()


async def test_what_is_sent_again_while_it_is_offered_is_told_as_known(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    offer = await firm.world.route()
    sent = WorkItem(Kind.LEAD, "crm", "L-1", value=9)

    again = await firm.world.router.route(firm.tenant, RouteRequest(sent, request_id="r"))
    repeated = await firm.world.router.route(firm.tenant, RouteRequest(sent, request_id="r"))
    (known,) = await firm.world.queries.known(firm.tenant, [(sent, again)])
    assert known is not None

    assert again == repeated == offer._replace(is_known=True)
    assert known
    assert (known.state, known.is_open) == (State.OFFERED, True)
    assert [(each.field, each.stored, each.sent) for each in known.differences] == [("value", 1.0, 9)]
    await firm.check()


@pytest.mark.parametrize("dispatch", [OFFER, BROADCAST])
async def test_what_was_accepted_is_told_as_its_owner_s_with_the_epoch_that_it_has(
    firm: Firm, dispatch: Dispatch
) -> None:
    await firm.begin(Pool("east", THREE, dispatch=dispatch))
    offer = await firm.world.route()
    owner = (await firm.accept(offer, offer.rep or "cy")).record.owner
    sent = RouteRequest(WorkItem(Kind.LEAD, "crm", "L-1", value=9), request_id="r")

    again = [await firm.world.router.route(firm.tenant, sent) for _ in range(2)]
    await firm.world.router.reassign(firm.tenant, ReassignRequest(offer.item_id))
    again.append(await firm.world.router.route(firm.tenant, sent))

    told = Outcome.EXISTING_OWNER, owner, "east", 1, offer.number
    assert [(each.outcome, each.rep, each.pool, each.epoch, each.number) for each in again] == [told] * 3
    assert await firm.world.queries.explanation(firm.tenant, again[0])
    await firm.check()


async def test_reopened_or_named_work_is_never_offered(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    offer = await firm.world.route()
    await firm.accept(offer)
    await firm.world.close(offer)

    reopening = Reopening(firm.world.store, firm.world.planners, firm.world.queries, firm.world.presences)
    reopened = await reopening.reopen(firm.tenant, ReopenRequest(offer.item_id))
    moved = await firm.world.router.reassign(firm.tenant, ReassignRequest(offer.item_id))

    assert (reopened.outcome, reopened.rep, reopened.way) == (Outcome.ASSIGNED, offer.rep, Way.APART)
    assert (moved.outcome, moved.freed, moved.epoch) == (Outcome.OFFERED, offer.rep, 2)
    assert (await firm.accept(moved)).record.epoch == 3
    await firm.check()


async def test_what_is_offered_is_listed_by_when_it_first_came(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=replace(OFFER, offers_open=3)))
    first, second, third = [await firm.world.route() for _ in range(3)]
    await firm.accept(second)
    await firm.decline(first)
    await firm.wake()  # its offer is the newest by now, and it still came first

    pages, after = list[list[str]](), 0
    while True:
        items, place = await firm.world.queries.items(firm.tenant, after=after, count=1, state=State.OFFERED)
        pages.append([item.record.item_id for item in items])
        if place is None:
            break
        after = place

    assert pages == [[first.item_id], [third.item_id]]
    assert await firm.world.queries.items(firm.tenant, after=0, count=9, owner="ann", state=State.OFFERED) == ([], None)


async def test_what_is_offered_is_for_those_alone_who_may_answer_it(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:2], dispatch=BROADCAST))
    to_many = await firm.world.route()
    await firm.change(replace(firm.pool, dispatch=OFFER))
    to_one = await firm.world.route()

    async def whose(decision: Decision) -> list[str]:
        record = (await firm.item(decision)).record
        return [await firm.service.whose(firm.tenant, record, rep) for rep in ("ann", "bo", "cy", "")]

    assert await whose(to_many) == ["ann", "bo", "", ""]
    assert await whose(to_one) == [to_one.rep] * 4
    await firm.decline(to_many, "ann")
    assert await whose(to_many) == ["", "bo", "", ""]
    await firm.accept(to_many, "bo")
    assert await whose(to_many) == ["bo"] * 4


async def test_the_monitor_follows_what_offers_do_and_the_bound_has_its_parts(firm: Firm) -> None:
    pool = Pool("east", THREE, dispatch=replace(OFFER, offers_open=3, lapses_until_away=3), caps=CAPS)
    await firm.begin(pool)
    snapshots = RedisSnapshots(firm.world.store._redis) if firm.is_redis else firm.world.store
    if not firm.is_redis:
        return

    async def nothing(_: str) -> list[str]:
        return []

    observer = Observer()
    monitor = Monitor(firm.tenant, firm.world.store, snapshots, firm.world.planners, nothing, observer)
    assert await monitor.look() == []
    offers = [await firm.world.route(value=2) for _ in range(6)]
    assert await monitor.look() == []
    await firm.accept(offers[0])
    await firm.decline(offers[1])
    await firm.pass_ms(15 * MINUTE_MS)
    await is_closed(firm, offers[2])

    assert await monitor.look() == []
    assert sum(observer.decisions[Outcome.OFFERED, Cause.ROUTED, full] for full in (True, False)) == 6
    assert observer.answers[Answer.LAPSED] == observer.offers[1] - 2
    assert (observer.answers[Answer.ACCEPTED], observer.answers[Answer.DECLINED], observer.offers[-1]) == (1, 1, 0)
    share = report(pool, await firm.world.store.ledger(firm.tenant, "east"))
    assert share.largest_offered == 2.0
    assert share.largest_entitled == pytest.approx(2.0, abs=1e-5)
    assert share.bound == pytest.approx((1 + share.largest_offered + share.largest_entitled) * (3 - 1) / 2)
    await firm.check()


async def test_a_period_sums_up_to_the_ledger_whatever_became_of_offers(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=replace(OFFER, offers_open=9)))
    offers = [await firm.world.route() for _ in range(4)]
    await firm.accept(offers[0])
    await firm.decline(offers[1])
    await firm.change(replace(firm.pool, dispatch=BROADCAST))
    await firm.accept(await firm.world.route(), "cy")
    fairness = Fairness(
        firm.world.store, WorkforceService(firm.world.workforce, firm.world.rule_sets), firm.world.queries
    )

    part = await fairness.period(firm.tenant, "east", from_ms=-math.inf, until_ms=math.inf, before=None)

    share = await fairness.report(firm.tenant, "east")
    assert part.received == pytest.approx(share.received)
    assert part.entitled == pytest.approx(share.entitled)
    assert (part.decisions, part.overrides, part.below) == (share.decisions, share.overrides, None) == (4, 1, None)


async def test_a_preview_of_an_answer_writes_nothing(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    offer = await firm.world.route()
    during = await firm.stands()

    accepted = await firm.accept(offer, preview=True)
    declined = await firm.decline(offer, preview=True, reason="no")

    assert (accepted.record.state, accepted.record.owner) == (State.ASSIGNED, offer.rep)
    assert declined.record.state is State.QUEUED
    assert await firm.stands() == during
    await firm.check()


async def test_who_declines_what_they_held_breaks_the_bound_of_before_and_not_the_one_with_its_parts(
    firm: Firm,
) -> None:
    pool = Pool("east", THREE[:2], dispatch=replace(OFFER, offers_open=20))
    await firm.begin(pool)
    held: list[Decision] = []
    for _ in range(24):
        offer = await firm.world.route()
        if offer.rep == "ann":
            held.append(offer)
        else:
            await firm.accept(offer)

    for offer in held:
        await firm.decline(offer)
        share = report(pool, await firm.world.store.ledger(firm.tenant, "east"))
        assert share.worst <= share.bound

    assert share.worst == len(held) / 2
    assert share.worst > (share.largest_charge + share.band) * (2 - 1) / 2
    assert (share.largest_offered, share.largest_entitled) == (12.0, 6.5)
    await firm.check()


@pytest.mark.parametrize("seed", range(3))
async def test_the_bound_holds_whatever_is_accepted_declined_moved_or_let_lapse(firm: Firm, seed: int) -> None:
    chance = random.Random(seed)
    members = tuple(Member(rep, chance.choice([500, 1000, 4000])) for rep in ("ann", "bo", "cy", "dee"))
    dispatch = replace(OFFER, offers_open=chance.choice([1, 3, 9]))
    pool = Pool("east", members, band=chance.choice([0, MICROS]), value_weighted=True, dispatch=dispatch)
    await firm.begin(pool)
    held: list[Decision] = []

    for _ in range(60):
        offer = await firm.world.route(value=chance.choice([1, 1, 5]))
        held += [offer] if offer.outcome is Outcome.OFFERED else []
        decliner = chance.choice(["ann", "bo", "nobody"])
        for each in [offer for offer in held if chance.random() < 0.3]:
            held.remove(each)
            if each.rep == decliner or chance.random() < 0.2:
                await firm.decline(each)
            else:
                await firm.accept(each)
        if chance.random() < 0.1:
            await firm.pass_ms(15 * MINUTE_MS)
            held.clear()
        if chance.random() < 0.3:
            woken = await firm.wake()
            held += [woken] if woken.outcome is Outcome.OFFERED and woken not in held else []
            held = [each for each in held if (await firm.item(each)).record.state is State.OFFERED]
        ledger = await firm.world.store.ledger(firm.tenant, "east")
        share = report(pool, ledger)
        assert max(share.worst, share.worst_ever) <= share.bound
        without = {rep: ledger.deficits.get(rep, 0) + ledger.offered.get(rep, 0) for rep in ledger.deficits}
        assert max(without.values(), default=0) / MICROS <= share.bound + share.largest_entitled
    await firm.check()


async def test_of_an_acceptance_and_a_lapse_at_the_same_instant_exactly_one_is_done(firm: Firm) -> None:
    pool = Pool("east", THREE, dispatch=replace(OFFER, offers_open=50), caps=CAPS)
    await firm.begin(pool)
    offers = [await firm.world.route() for _ in range(30)]
    await firm.follower().catch_up()
    await firm.world.clock.set(firm.world.clock.at_ms + 15 * MINUTE_MS)

    async def accepted(offer: Decision) -> bool:
        try:
            await firm.accept(offer)
        except OfferNotOpen:
            return False
        return True

    won, *_ = await asyncio.gather(
        asyncio.gather(*map(accepted, offers)), *[firm.timers.fire(firm.tenant, 3) for _ in range(12)]
    )

    states = [(await firm.item(offer)).record.state for offer in offers]
    assert states == [State.ASSIGNED if is_accepted else State.QUEUED for is_accepted in won]
    ledger = await firm.world.store.ledger(firm.tenant, "east")
    assert sum(ledger.received.values()) == sum(won) * MICROS
    await firm.check()


async def test_of_many_who_accept_at_once_one_wins(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=BROADCAST))
    offers = [await firm.world.route() for _ in range(10)]

    answers = await asyncio.gather(
        *[firm.accept(offer, member.rep) for offer in offers for member in THREE], return_exceptions=True
    )

    won = [answer for answer in answers if isinstance(answer, StoredItem)]
    assert sorted(answer.record.item_id for answer in won) == sorted(offer.item_id for offer in offers)
    lost = [str(answer) for answer in answers if not isinstance(answer, StoredItem)]
    assert all("accepted it; it is" in said for said in lost)
    await firm.check()


async def test_a_preview_of_an_update_says_that_it_would_be_offered_anew_and_writes_nothing(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    offer, world = await firm.world.route(), firm.world
    stood = await firm.item(offer)
    updating = Updating(world.store, world.planners, world.queries, world.scores)

    would = await updating.update(
        firm.tenant, UpdateRequest(offer.item_id, {}, 7.0, 0, frozenset({"value"})), preview=True
    )

    assert (would.record.state, would.record.owner, would.item.value) == (State.OFFERED, "", 7.0)
    assert await firm.item(offer) == stood


async def test_what_is_moved_with_others_to_a_pool_that_offers_is_told_as_offered(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    offer, world = await firm.world.route(), firm.world
    bulk = BulkReassignment(world.store, world.planners, world.queries)
    requests = [ReassignRequest(each, request_id=f"b:{each}") for each in await bulk.find(firm.tenant, BulkRequest())]

    (rehearsed,) = await Rehearsal(world.store, world.presences, world.planners, bulk).reassign(firm.tenant, requests)
    pages: Any = MemoryPages()
    (told,) = await ReassignWork(pages, bulk).do(firm.tenant, dict(enumerate(requests)), "")

    assert isinstance(rehearsed, Decision)
    assert (told.item_id, told.rep, told.is_offered) == (offer.item_id, rehearsed.rep, True)
    assert rehearsed.rep not in ("", offer.rep)
    assert await world.differences() == []
