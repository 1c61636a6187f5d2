"""What is offered, on both stores: who owns it, what undoes it, and of answers at once which counts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from failures import NotPossible
from router.assignment.commands import ReassignRequest, ReopenRequest, RouteRequest, UpdateRequest
from router.assignment.queries import StoredItem
from router.assignment.reopening import Reopening
from router.model.calendars import Absence
from router.model.caps import Cap, CapMeasure, CapScope, CapWindow
from router.model.decision import Decision, Outcome, Way
from router.model.dispatch import Dispatch
from router.model.errors import OfferNotOpen
from router.model.events import OfferAnswered
from router.model.workforce import MICROS, CreditPolicy, Member, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from router.process.revisions.cache import ProcessCache
from router.workforce.presence import PresenceService
from router.workforce.service import WorkforceService
from tests.contract.offering import BROADCAST, CAPS, OFFER, THREE, Firm, firm, is_closed
from tests.contract.staging import process_publication
from tests.contract.test_caps import DAY_MS, MINUTE_MS, world
from tests.contract.test_updating import updating

__all__ = ["firm", "world"]  # fixtures


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


async def test_with_an_acceptance_the_store_says_which_processes_there_are(firm: Firm) -> None:
    world = firm.world
    publication = process_publication("process: sales\nkinds: [LEAD]\nstages: [{id: new}]")
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    earlier = await world.route()
    first = await world.processes.publish_process(firm.tenant, None, publication)
    offer = await world.route()
    second = await world.processes.publish_process(firm.tenant, None, publication)

    class Unasked:
        process_publications = world.processes.process_publications

    cache: Any = ProcessCache(Unasked())  # type: ignore[arg-type]
    world.planners._processes = cache  # which has heard of none, and cannot ask for the newest
    answered = [
        await firm.accept(each, preview=preview) for preview in (True, False, False) for each in (offer, earlier)
    ]
    world.planners._processes = ProcessCache(world.processes)

    assert [each.place and each.place.process.revision for each in answered] == [first.revision, None] * 3
    assert cache.at_hand(firm.tenant).newest == second.revision
    assert answered[2:4] == answered[4:] == [await firm.item(each) for each in (offer, earlier)]


async def declines(firm: Firm, offer: Decision) -> None:
    await firm.decline(offer, reason="on the phone")


async def lapses(firm: Firm, offer: Decision) -> None:
    await firm.pass_ms(15 * MINUTE_MS)


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


async def test_an_offer_to_who_is_on_leave_by_now_frees_a_cap_of_the_whole_pool_for_the_oldest_once_it_is_closed(
    firm: Firm,
) -> None:
    one = Cap("all", CapMeasure.COUNT, 1, CapScope.POOL, window=CapWindow.WEEK)
    await firm.begin(Pool("east", THREE[:2], dispatch=OFFER, caps=(one,)))
    held, older, younger = [await firm.world.route() for _ in range(3)]
    await firm.requeuer.catch_up()
    leave = Absence(f"{held.rep}/leave", firm.world.clock.at_ms + MINUTE_MS, firm.world.clock.at_ms + DAY_MS)
    await firm.change(leave)
    await firm.wake()
    await firm.pass_ms(2 * MINUTE_MS)
    await firm.world.router.reassign(firm.tenant, ReassignRequest(older.item_id))  # the one on leave could not have it
    await firm.wake()

    await is_closed(firm, held)
    offer = await firm.wake()

    assert (held.outcome, older.outcome, younger.outcome) == (Outcome.OFFERED, Outcome.WAITING, Outcome.WAITING)
    assert (offer.outcome, offer.item_id) == (Outcome.OFFERED, older.item_id)
    await firm.check()


async def test_an_offer_that_is_undone_makes_room_for_as_many_as_it_was_worth(firm: Firm) -> None:
    ten = Cap("all", CapMeasure.VALUE, 10 * MICROS, window=CapWindow.WEEK)
    await firm.begin(Pool("east", THREE[:1], dispatch=replace(OFFER, offers_open=9), caps=(ten,)))
    held, *smaller = [await firm.world.route(value) for value in (10.0, 3.0, 3.0, 3.0)]

    await is_closed(firm, held)
    await firm.wake()

    assert [waits.outcome for waits in smaller] == [Outcome.WAITING] * 3
    assert [(await firm.item(waits)).record.state for waits in smaller] == [State.OFFERED] * 3
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


async def test_a_decline_that_is_sent_twice_at_once_is_answered_twice_and_done_once(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    offer = await firm.world.route()

    answers = await asyncio.gather(*[firm.decline(offer, request_id="once") for _ in range(4)])

    assert {answer.record.state for answer in answers} == {State.QUEUED}
    assert len({answer.record.event for answer in answers}) == 1
    await firm.check()


@pytest.mark.parametrize("dispatch", [OFFER, BROADCAST])
async def test_who_is_deleted_and_so_leaves_a_pool_has_their_offers_rescinded_once(
    firm: Firm, dispatch: Dispatch
) -> None:
    await firm.begin(Pool("east", THREE, dispatch=replace(dispatch, offers_open=9)))
    offers = [await firm.world.route() for _ in range(4)]

    await WorkforceService(firm.world.workforce, firm.world.rule_sets).delete(firm.tenant, "rep", offers[0].rep or "bo")

    events = await firm.world.store.events(firm.tenant, count=50)
    answered = [event.offer for event in events if isinstance(event, OfferAnswered)]
    assert sorted(answered) == [offer.number for offer in offers]
    assert await firm.world.store.open_offers(firm.tenant) == []
    await firm.check()


async def test_what_is_reopened_for_who_had_it_or_moved_to_who_is_named_is_never_offered(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    offer = await firm.world.route()
    await firm.accept(offer)
    await firm.world.close(offer)

    reopening = Reopening(firm.world.store, firm.world.planners, firm.world.queries, firm.world.presences)
    reopened = await reopening.reopen(firm.tenant, ReopenRequest(offer.item_id))
    other = next(member.rep for member in THREE if member.rep != offer.rep)
    named = await firm.world.router.reassign(firm.tenant, ReassignRequest(offer.item_id, other))
    unnamed = await firm.world.router.reassign(firm.tenant, ReassignRequest(offer.item_id))

    assert (reopened.outcome, reopened.rep, reopened.way) == (Outcome.ASSIGNED, offer.rep, Way.APART)
    assert (named.outcome, named.rep, named.way) == (Outcome.ASSIGNED, other, Way.OVERRIDE)
    assert (unnamed.outcome, unnamed.freed, unnamed.epoch) == (Outcome.OFFERED, other, 3)
    assert (await firm.accept(unnamed)).record.epoch == 4
    await firm.check()


async def test_an_offer_is_answered_by_its_own_number_and_not_by_that_of_an_earlier_one_to_the_same_rep(
    firm: Firm,
) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=OFFER))
    first = await firm.world.route()
    await firm.pass_ms(15 * MINUTE_MS)
    second = await firm.wake()
    assert (first.rep, second.rep, second.outcome) == ("ann", "ann", Outcome.OFFERED)

    for answer in (firm.accept, firm.decline):
        with pytest.raises(OfferNotOpen, match=f"offer {first.number} is not open to ann: it lapsed; it is offered to"):
            await answer(second, number=first.number)

    assert (await firm.item(second)).record.state is State.OFFERED
    assert (await firm.accept(second)).record.owner == "ann"
    await firm.check()


async def test_who_has_an_offer_rescinded_is_named(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=replace(OFFER, offers_open=9)))
    closed, updated, _ = [await firm.world.route() for _ in range(3)]

    await firm.world.router.complete(firm.tenant, closed.item_id, State.CLOSED, actor="mo")
    wish = UpdateRequest(updated.item_id, {}, 5, 0, frozenset({"value"}), actor="lu")
    await updating(firm.world).update(firm.tenant, wish)
    service = WorkforceService(firm.world.workforce, firm.world.rule_sets)
    await service.delete(firm.tenant, "rep", "ann", actor="ji")

    events = await firm.world.store.events(firm.tenant, count=50)
    rescinded = [(event.actor, event.because) for event in events if isinstance(event, OfferAnswered)]
    assert rescinded == [("mo", "COMPLETED"), ("lu", "UPDATED"), *[("ji", "SETTLED")] * 2]
    await firm.check()


async def test_who_declined_before_it_was_closed_may_have_it_once_it_is_reopened(firm: Firm) -> None:
    await firm.begin(Pool("east", (Member("ann", 3000), Member("bo")), dispatch=OFFER))
    offer = await firm.world.route()
    await firm.decline(offer)
    await firm.world.close(offer)
    presence = PresenceService(firm.world.presences)
    for rep in ("ann", "bo"):
        await presence.set_presence(firm.tenant, rep, 0)

    reopening = Reopening(firm.world.store, firm.world.planners, firm.world.queries, firm.world.presences)
    reopened = await reopening.reopen(firm.tenant, ReopenRequest(offer.item_id))
    refused = (await firm.item(offer)).record.refused
    for rep in ("ann", "bo"):
        await presence.set_presence(firm.tenant, rep, None)
    woken = await firm.wake()

    assert (offer.rep, reopened.outcome, refused) == ("ann", Outcome.WAITING, ())
    assert (woken.item_id, woken.outcome, woken.rep) == (offer.item_id, Outcome.OFFERED, "ann")
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
