"""When offers lapse, on both stores, and who is set away for it."""

from __future__ import annotations

from dataclasses import replace

import msgpack
import pytest

from router.adapters.redis.keys import Keys
from router.model.calendars import Hours, WeeklyHours
from router.model.decision import Block, Outcome
from router.model.dispatch import Dispatch, DispatchClock
from router.model.events import OfferAnswered, PresenceChanged
from router.model.workforce import Pool, Rep
from router.model.workitem import State
from router.workforce.presence import PresenceService
from router.workforce.service import WorkforceService
from tests.contract.offering import BROADCAST, OFFER, THREE, Firm, firm
from tests.contract.test_caps import DAY_MS, HOUR_MS, MINUTE_MS, WORKING, world

__all__ = ["firm", "world"]  # fixtures


async def test_whoever_lets_as_many_lapse_in_a_row_is_set_away_and_told(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=replace(OFFER, lapses_until_away=2)))
    first = await firm.world.route()
    await firm.pass_ms(15 * MINUTE_MS)
    second = await firm.wake()
    assert await firm.world.store.lapses(firm.tenant) == {"ann": 1}

    await firm.pass_ms(15 * MINUTE_MS)

    waits, work = await firm.wake(), await firm.service.work(firm.tenant, "ann")
    events = await firm.world.store.events(firm.tenant, count=100)
    lapsed = [event for event in events if isinstance(event, OfferAnswered)]
    assert [(event.lapses, event.set_away) for event in lapsed] == [(1, False), (2, True)]
    assert await firm.world.presences.presences(firm.tenant) == {"ann": 0}
    assert await firm.world.store.lapses(firm.tenant) == {"ann": -lapsed[1].number}
    assert work.away is not None
    assert (work.away.lapses, work.away.item_id, work.items) == (2, first.item_id, [])
    assert (second.rep, waits.outcome) == ("ann", Outcome.WAITING)
    assert [block[1] for block in waits.seen[-1].blocked] == [Block.AWAY]
    await PresenceService(firm.world.presences).set_presence(firm.tenant, "ann", None)
    assert await firm.world.store.lapses(firm.tenant) == {}
    await firm.check()


async def test_who_was_set_away_is_told_why_until_they_are_back_whatever_becomes_of_their_offers(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=replace(OFFER, lapses_until_away=1, offers_open=3)))
    await firm.world.route()
    await firm.pass_ms(MINUTE_MS)
    second, _ = [await firm.world.route() for _ in range(2)]
    await firm.pass_ms(14 * MINUTE_MS)
    told = await firm.world.store.lapses(firm.tenant)
    assert told["ann"] < 0

    await firm.decline(second)
    assert await firm.world.store.lapses(firm.tenant) == told
    await firm.pass_ms(MINUTE_MS)

    assert await firm.world.store.lapses(firm.tenant) == told
    events = await firm.world.store.events(firm.tenant, count=100)
    answers = [event for event in events if isinstance(event, OfferAnswered)]
    assert [(event.lapses, event.set_away) for event in answers] == [(1, True), (0, False), (0, False)]
    assert (await firm.service.work(firm.tenant, "ann")).away is not None
    await firm.check()


async def test_an_answer_counts_until_the_timer_has_fired_however_late_that_is(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=replace(OFFER, lapses_until_away=1, offers_open=2)))
    accepted, declined = [await firm.world.route() for _ in range(2)]
    await firm.world.clock.set(firm.world.clock.at_ms + 20 * MINUTE_MS)

    owned, waits = await firm.accept(accepted), await firm.decline(declined)
    await firm.pass_ms(MINUTE_MS)

    assert (owned.record.owner, waits.record.state) == ("ann", State.QUEUED)
    assert (await firm.item(accepted)).record.state is State.ASSIGNED
    assert await firm.world.store.lapses(firm.tenant) == await firm.world.presences.presences(firm.tenant) == {}
    await firm.check()


@pytest.mark.parametrize(("lapses", "is_away"), [(1, False), (1, True), (2, True)])
async def test_nothing_is_kept_of_the_lapses_of_who_is_deleted(firm: Firm, lapses: int, is_away: bool) -> None:
    pool = Pool("east", THREE[:1], dispatch=replace(OFFER, lapses_until_away=2))
    await firm.begin(pool)
    await firm.world.route()
    for _ in range(lapses):
        await firm.pass_ms(15 * MINUTE_MS)
        await firm.wake()
    if is_away and lapses == 1:
        await PresenceService(firm.world.presences).set_presence(firm.tenant, "ann", 0)
    assert [*await firm.world.store.lapses(firm.tenant)] == ["ann"]

    await WorkforceService(firm.world.workforce, firm.world.rule_sets).delete(firm.tenant, "rep", "ann", actor="mo")

    (gone,) = await firm.world.store.events(firm.tenant, count=1, newest_first=True)
    assert isinstance(gone, PresenceChanged)
    assert (gone.rep, gone.until_ms, gone.is_gone, gone.actor) == ("ann", None, True, "mo")
    assert await firm.world.store.lapses(firm.tenant) == await firm.world.presences.presences(firm.tenant) == {}
    await firm.check()
    await firm.change(Rep("ann"), pool)
    await firm.world.route()
    await firm.pass_ms(15 * MINUTE_MS)
    assert await firm.world.store.lapses(firm.tenant) == {"ann": 1}
    await firm.check()


@pytest.mark.parametrize("minutes", [0, 45])
async def test_who_is_away_already_stays_so_as_they_said_and_what_lapses_meanwhile_is_not_counted(
    firm: Firm, minutes: int
) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=replace(OFFER, lapses_until_away=1, offers_open=2)))
    await firm.world.route()
    until_ms = minutes and firm.world.clock.at_ms + minutes * MINUTE_MS
    await PresenceService(firm.world.presences).set_presence(firm.tenant, "ann", until_ms)

    await firm.pass_ms(15 * MINUTE_MS)

    assert await firm.world.presences.presences(firm.tenant) == {"ann": until_ms}
    assert await firm.world.store.lapses(firm.tenant) == {}
    assert (await firm.service.work(firm.tenant, "ann")).away is None
    await firm.check()
    await PresenceService(firm.world.presences).set_presence(firm.tenant, "ann", None)
    woken = await firm.wake()
    await firm.pass_ms(15 * MINUTE_MS)
    assert (woken.rep, await firm.world.presences.presences(firm.tenant)) == ("ann", {"ann": 0})
    await firm.check()


async def test_who_is_away_until_this_very_instant_is_there_when_their_offer_lapses(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=replace(OFFER, lapses_until_away=1)))
    await firm.world.route()
    until_ms = firm.world.clock.at_ms + 15 * MINUTE_MS
    await PresenceService(firm.world.presences).set_presence(firm.tenant, "ann", until_ms)

    await firm.pass_ms(15 * MINUTE_MS)

    assert await firm.world.presences.presences(firm.tenant) == {"ann": 0}
    await firm.check()


async def test_who_declines_what_others_still_have_begins_the_count_of_lapses_anew(firm: Firm) -> None:
    pool = Pool("east", THREE[:2], dispatch=replace(OFFER, lapses_until_away=2))
    await firm.begin(pool, Rep("bo", active=False))
    await firm.world.route()
    await firm.pass_ms(15 * MINUTE_MS)
    assert await firm.world.store.lapses(firm.tenant) == {"ann": 1}
    await firm.change(Rep("bo"), Pool("east", THREE[:2], dispatch=BROADCAST))

    offers = [await firm.world.route() for _ in range(2)]
    await firm.decline(offers[0], "bo")
    assert await firm.world.store.lapses(firm.tenant) == {"ann": 1}
    await firm.decline(offers[1], "ann")

    assert await firm.world.store.lapses(firm.tenant) == {}
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
    eight_ms = firm.world.clock.at_ms
    for opens in (10, 9):
        weekly = tuple(WeeklyHours(day, Hours(opens * 60, 17 * 60)) for day in range(5))
        await firm.change(replace(WORKING, weekly=weekly))
        assert (await firm.item(by_hours)).expires_ms == eight_ms + (opens - 8 + 1) * HOUR_MS
    await firm.change(Pool("east", THREE[:2], dispatch=replace(OFFER, timeout_ms=0)))
    for_ever = await firm.world.route()
    assert [await firm.world.queries.never_lapses(firm.tenant, each) for each in (by_hours, for_ever)] == [False, False]

    await firm.pass_ms(2 * HOUR_MS - 1)
    assert (await firm.item(by_hours)).record.state is State.OFFERED
    await firm.pass_ms(1)

    assert (await firm.item(by_hours)).record.state is State.QUEUED
    await firm.pass_ms(90 * DAY_MS)
    item = await firm.item(for_ever)
    assert (item.record.state, item.expires_ms) == (State.OFFERED, 0)
    await firm.check()


@pytest.mark.parametrize("terms", [OFFER, BROADCAST])
async def test_an_offer_whose_calendar_has_less_time_in_three_years_than_its_timeout_never_lapses_which_is_said(
    firm: Firm, terms: Dispatch
) -> None:
    await firm.world.keep_hours()
    clock = DispatchClock.REP if terms is OFFER else DispatchClock.POOL
    dispatch = replace(terms, timeout_ms=30 * DAY_MS, clock=clock, offers_open=2)
    await firm.begin(Pool("east", THREE[:1], dispatch=dispatch))
    in_time = await firm.world.route()
    await firm.change(replace(WORKING, weekly=(WeeklyHours(0, Hours(9 * 60, 13 * 60)),)))
    never = await firm.world.route()

    assert (await firm.item(never)).expires_ms == 0
    assert [await firm.world.queries.never_lapses(firm.tenant, each) for each in (in_time, never)] == [False, True]
