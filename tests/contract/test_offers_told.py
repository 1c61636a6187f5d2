"""What is told of offers, on both stores: to whom they are made, to who asks, and before it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from fairlead.v1 import routing_pb2 as routing
from router.assignment.bulk import BulkReassignment, BulkRequest
from router.assignment.commands import ReassignRequest, RouteRequest, UpdateRequest
from router.assignment.updating import Updating
from router.history.rehearsal import Rehearsal
from router.model.caps import Cap, CapMeasure, CapScope, CapWindow
from router.model.decision import Decision, Outcome
from router.model.dispatch import Dispatch
from router.model.workforce import MICROS, CreditPolicy, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from router.offers.service import OfferService
from router.rpc.offer_answers import OfferAnswers
from serving.reassigning import ReassignWork
from tests.contract.offering import BROADCAST, OFFER, THREE, Firm, firm
from tests.contract.test_caps import DAY_MS, world
from tests.contract.test_listed_deadlines import Caller
from tests.twins.import_pages import MemoryPages

__all__ = ["firm", "world"]  # fixtures


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


async def test_a_hundred_offers_are_told_and_how_many_more_there_are(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:2], dispatch=BROADCAST))
    items = [WorkItem(Kind.LEAD, "crm", f"L-{number}") for number in range(103)]
    first = await firm.world.router.route_many(firm.tenant, [RouteRequest(item) for item in items[:100]])

    told, others = [await firm.service.work(firm.tenant, rep) for rep in ("ann", "cy")]
    await firm.world.router.route_many(firm.tenant, [RouteRequest(item) for item in items[100:]])
    more = await firm.service.work(firm.tenant, "ann")

    offered = [each.item_id for each in first if isinstance(each, Decision)]
    assert [item.record.item_id for item in told.items] == [item.record.item_id for item in more.items] == offered
    assert len(offered) == 100
    assert (told.more, more.more) == (0, 3)
    assert (others.items, others.more) == ([], 0)


class AnsweredMeanwhile:
    """Offers of which something becomes behind the moment at which it was read whose they are."""

    def __init__(self, firm: Firm, *meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._offers = firm.offers
        self._meanwhile = meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._offers, name)

    async def offered(self, tenant: str, rep: str, count: int) -> Any:
        offered = await self._offers.offered(tenant, rep, count)
        for happens in self._meanwhile:
            await happens()
        return offered


@pytest.mark.parametrize("goes_on_to_others", [False, True])
async def test_what_is_answered_while_it_is_read_is_not_told_as_offered(firm: Firm, goes_on_to_others: bool) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    offer = await firm.world.route()
    assert [each.record.item_id for each in (await firm.service.work(firm.tenant, offer.rep)).items] == [offer.item_id]
    world, meanwhile = firm.world, [lambda: firm.decline(offer), *[firm.wake] * goes_on_to_others]

    service = OfferService(AnsweredMeanwhile(firm, *meanwhile), world.store, world.queries, world.planners)

    assert (await service.work(firm.tenant, offer.rep)).items == []
    assert bool((await firm.item(offer)).record.offer) is goes_on_to_others


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


async def test_a_preview_of_an_update_says_that_it_would_be_offered_anew_and_writes_nothing(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    offer, world = await firm.world.route(), firm.world
    stood = await firm.item(offer)
    updating = Updating(world.store, world.planners, world.queries, world.scores)

    would = await updating.update(
        firm.tenant, UpdateRequest(offer.item_id, {}, 7.0, 0, frozenset({"value"})), preview=True
    )

    assert (would.record.state, would.record.owner, would.item.value) == (State.OFFERED, "", 7.0)
    assert would.record.offer
    assert (would.record.offer.number, would.record.offer.rep != "", would.record.offer.pool) == (0, True, "east")
    assert await firm.item(offer) == stood


@pytest.mark.parametrize("credited", [False, True])
@pytest.mark.parametrize("named", [False, True])
async def test_what_is_rehearsed_does_not_count_the_offer_that_its_move_would_withdraw(
    firm: Firm, named: bool, credited: bool
) -> None:
    policy = CreditPolicy(5 * MICROS, 30 * DAY_MS, 50) if credited else None
    two = Cap("all", CapMeasure.COUNT, 2, CapScope.POOL, window=CapWindow.DAY)
    pool = Pool("east", THREE[:2], dispatch=replace(OFFER, offers_open=2), caps=(two,), absence_policy=policy)
    await firm.begin(pool, *[Rep(rep, capacity={"LEAD": 1} if named else {}) for rep in ("ann", "bo")])
    first, second = [await firm.world.route() for _ in range(2)]
    stood, world = await firm.stands(), firm.world
    bulk = BulkReassignment(world.store, world.planners, world.queries)
    rehearsal = Rehearsal(world.store, world.presences, world.planners, bulk)
    requests = [ReassignRequest(second.item_id, second.rep if named else ""), ReassignRequest(first.item_id, "")]

    rehearsed = await rehearsal.reassign(firm.tenant, requests)

    assert await firm.stands() == stood
    did = [await world.router.reassign(firm.tenant, request) for request in requests]
    told = [(each.rep, each.outcome, each.seen) for each in did]
    assert [(each.rep, each.outcome, each.seen) for each in rehearsed if isinstance(each, Decision)] == told
    assert did[0].rep == (second.rep if named else first.rep)
    await firm.check()


async def test_what_is_moved_with_others_to_a_pool_that_offers_is_told_as_offered(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=OFFER))
    offer, world = await firm.world.route(), firm.world
    bulk = BulkReassignment(world.store, world.planners, world.queries)
    meant = await bulk.find(firm.tenant, BulkRequest())
    requests = [ReassignRequest(each, expected=at, request_id=f"b:{each}") for each, at in meant]

    (rehearsed,) = await Rehearsal(world.store, world.presences, world.planners, bulk).reassign(firm.tenant, requests)
    pages: Any = MemoryPages()
    (told,) = await ReassignWork(pages, bulk).do(firm.tenant, dict(enumerate(requests)), "")

    assert isinstance(rehearsed, Decision)
    assert (told.item_id, told.rep, told.is_offered) == (offer.item_id, rehearsed.rep, True)
    assert rehearsed.rep not in ("", offer.rep)
    assert await world.differences() == []


@pytest.mark.parametrize("dispatch", [OFFER, BROADCAST])
async def test_a_rep_who_may_not_see_it_any_more_is_told_no_more_than_its_state_however_often_they_answer(
    firm: Firm, dispatch: Dispatch
) -> None:
    await firm.begin(Pool("east", THREE, dispatch=dispatch))
    offer, answers = await firm.world.route(), OfferAnswers(firm.service)
    name, first = f"tenants/{firm.tenant}/workItems/{offer.item_id}", offer.rep or "ann"

    async def answered(kind: Any, rep: str, only_rep: str, number: int = offer.number) -> routing.WorkItem:
        asked = kind(name=name, rep=f"tenants/{firm.tenant}/reps/{rep}", offer=number, request_id=f"{rep}-1")
        return await answers.answer(asked, cast(Any, Caller(only_rep)))

    declined = await answered(routing.DeclineWorkItemRequest, first, first)
    again = await firm.wake() if dispatch is OFFER else offer
    other = again.rep or "bo"
    owned = await answered(routing.AcceptWorkItemRequest, other, other, again.number)
    repeated = [await answered(routing.DeclineWorkItemRequest, first, only_rep) for only_rep in (first, "")]
    await firm.world.router.reassign(firm.tenant, ReassignRequest(offer.item_id, first))
    lost = await answered(routing.AcceptWorkItemRequest, other, other, again.number)

    stays = declined.offer.number == offer.number
    told = {field.name for field, _ in declined.ListFields()}
    assert (told, stays) == ({"name", "state", *["offer"] * stays}, dispatch is BROADCAST)
    assert (owned.owner.rpartition("/")[2], owned.pool != "", repeated[1]) == (other, True, owned)
    assert repeated[0] == lost == routing.WorkItem(name=name, state=routing.WorkItem.STATE_ASSIGNED)
