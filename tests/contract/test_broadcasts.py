"""What many are offered, on both stores: the first who accepts has it, if they have room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from failures import NotPossible
from router.assignment.commands import UpdateRequest
from router.assignment.planner_cache import PlannerCache
from router.assignment.updating import Updating
from router.model.caps import Cap, CapMeasure, CapWindow
from router.model.decision import Cause, Outcome
from router.model.dispatch import Answer
from router.model.errors import OfferNotOpen
from router.model.workforce import MICROS, Pool, Rep
from router.model.workitem import State
from router.offers.service import AnswerRequest, OfferService
from tests.contract.offering import BROADCAST, CAPS, THREE, Firm, firm
from tests.contract.test_caps import DAY_MS, MINUTE_MS, world

__all__ = ["firm", "world"]  # fixtures


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
    with pytest.raises(OfferNotOpen, match="rescinded"):
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
