"""Who is offered what next, on both stores: those who have not refused, all once more, then the fallback."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from router.model.calendars import Absence, Calendar, Hours, WeeklyHours
from router.model.decision import Block, Cause, Decision, Outcome
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import State
from router.workforce.presence import PresenceService
from tests.contract.offering import OFFER, THREE, Firm, firm
from tests.contract.test_caps import DAY_MS, HOUR_MS, MINUTE_MS, world

__all__ = ["firm", "world"]  # fixtures


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


async def goes_on_leave(firm: Firm, rep: str) -> None:
    begins_ms = firm.world.clock.at_ms + MINUTE_MS
    await firm.change(Absence(f"{rep}/1", begins_ms, begins_ms + DAY_MS))
    assert (await firm.wake()).outcome is Outcome.WAITING
    await firm.pass_ms(MINUTE_MS)


async def goes_home(firm: Firm, rep: str) -> None:
    until = Hours(0, (firm.world.clock.at_ms + HOUR_MS) % DAY_MS // MINUTE_MS)
    await firm.change(Calendar("day", weekly=tuple(WeeklyHours(day, until) for day in range(7))))
    await firm.change(Rep(rep, calendar="day", capacity={"LEAD": 1}))
    await firm.world.publish(hours="wait")
    assert (await firm.wake()).outcome is Outcome.WAITING
    await firm.pass_ms(HOUR_MS)


@pytest.mark.parametrize("goes", [is_away, stops_working, leaves_the_pool, goes_on_leave, goes_home])
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
