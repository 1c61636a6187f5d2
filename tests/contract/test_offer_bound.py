"""What offers do to ledger, bound and credits, on both stores."""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import replace

import pytest

from router.adapters.redis.snapshots import RedisSnapshots
from router.assignment.commands import ReassignRequest
from router.fairness.report import Fairness, report
from router.history.monitor import Monitor
from router.model.calendars import Absence
from router.model.decision import Cause, Decision, Outcome
from router.model.dispatch import Answer
from router.model.events import Credited
from router.model.workforce import MICROS, CreditPolicy, Member, Pool
from router.model.workitem import State
from router.workforce.service import WorkforceService
from tests.contract.offering import BROADCAST, CAPS, OFFER, THREE, Firm, firm, is_closed
from tests.contract.test_caps import DAY_MS, HOUR_MS, MINUTE_MS, world
from tests.contract.test_monitor import Observer

__all__ = ["firm", "world"]  # fixtures


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


async def test_what_is_declined_once_others_came_uncounted_leaves_none_known_of_the_last(firm: Firm) -> None:
    policy = CreditPolicy(5 * MICROS, 30 * DAY_MS, 50)
    await firm.begin(Pool("east", THREE, dispatch=replace(OFFER, offers_open=9), absence_policy=policy))
    _, declined = [await firm.world.route() for _ in range(2)]
    await firm.change(replace(firm.pool, absence_policy=None))
    uncounted = await firm.world.route()

    await firm.decline(declined)
    ledger = await firm.world.store.ledger(firm.tenant, "east")
    assert (ledger.recent, ledger.counted, ledger.decisions) == ((), 2, 2)
    await firm.change(firm.pool)
    await firm.decline(uncounted)
    counted = await firm.world.route()

    ledger = await firm.world.store.ledger(firm.tenant, "east")
    assert (ledger.recent, ledger.counted, ledger.decisions) == ((counted.rep,), 2, 2)
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


async def test_a_decline_in_a_leave_takes_off_what_was_charged_in_it_and_nothing_from_before(firm: Firm) -> None:
    policy, world = CreditPolicy(9 * MICROS, 30 * DAY_MS, 100), firm.world
    dispatch = replace(OFFER, offers_open=9, timeout_ms=DAY_MS)
    await firm.begin(Pool("east", THREE, dispatch=dispatch, absence_policy=policy))
    present = await world.workforce.read(firm.tenant)
    start_ms = world.clock.at_ms + HOUR_MS
    await world.workforce.write(
        firm.tenant,
        expected=present.revision,
        event_hash=present.event_hash,
        records={("absence", "cy/1"): Absence("cy/1", start_ms, start_ms + HOUR_MS)},
    )
    before = [await world.route() for _ in range(3)]
    await firm.pass_ms(HOUR_MS)
    within = [await world.route() for _ in range(2)]

    for offer in (next(offer for offer in before if offer.rep != "cy"), within[0]):
        await firm.decline(offer)
    await firm.pass_ms(HOUR_MS)

    credited = [event for event in await world.store.events(firm.tenant, count=50) if isinstance(event, Credited)]
    assert [(event.credit.rep, event.credit.charged) for event in credited] == [("cy", MICROS)]
    await firm.check()
