"""A request that is sent twice at once is done once and answered twice, whenever the other comes; on both stores.

The other is done whole between any two calls of the store that the one makes, so no luck is needed to find the instant.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from typing import Any, NamedTuple

import pytest

from router.assignment.commands import ReassignRequest, ReopenRequest
from router.assignment.queries import StoredItem
from router.assignment.reopening import Reopening
from router.deadlines.approving import AskedItem
from router.deadlines.pausing import PauseRequest
from router.deadlines.satisfaction import SatisfactionRequest, Satisfied
from router.model.decision import Decision
from router.model.events import Note
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, State
from router.rules.check import check
from router.rules.codec import dumps
from rules.revisions import Publication
from tests.contract.staging import process_publication
from tests.contract.test_approvals import Selling
from tests.contract.test_caps import World, world
from tests.contract.test_satisfaction import CARE
from tests.contract.test_stages import advance, routed
from tests.contract.test_updating import update
from tests.interrupted import Interrupted, Interruption

__all__ = ["world"]  # a fixture

RULES = """
undeclared: ignore
fields: {customer: {type: string}, region: {type: string}}
known_customer: {id: customer}
rules: []
default: {route: {pool: east, fallback: [wait], on_change: region}}
"""


class Firm(Selling):
    """Sells, and cares; what is done in it may be interrupted."""

    def interrupted(self, interruption: Interruption) -> Firm:
        world = self.world
        store, notes = (Interrupted(port, interruption) for port in (world.store, world.notes))
        return Firm(replace(world, store=store, notes=notes))


@pytest.fixture
async def firm(world: World) -> Firm:
    reps = (Rep("ann", manager="mo"), Rep("bo", manager="mo"), Rep("cy"), Rep("mo"))
    await world.save(*reps, pool=Pool("east", (Member("ann", 999), Member("bo", 1), Member("cy", 1))))
    await world.save(pool=Pool("calls", (Member("cy"),)))
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    await world.rule_sets.publish(world.tenant, None, Publication(0, RULES, dumps(rule_set), "", 0, 0, 0))
    await world.processes.publish_process(world.tenant, None, process_publication(CARE, rule_set))
    firm = Firm(world)
    await firm.publish()
    return firm


class Lead(NamedTuple):
    """A work item about which a request is sent, with its version before."""

    decision: Decision
    version: int

    @property
    def id(self) -> str:
        return self.decision.item_id

    @property
    def request_id(self) -> str:
        return f"r-{self.id}"


async def given(firm: Firm) -> Decision:
    return await routed(firm.world)


async def closed(firm: Firm) -> Decision:
    lead = await given(firm)
    await firm.world.close(lead)
    return lead


async def asked(firm: Firm) -> Decision:
    lead = await given(firm)
    await firm.quote(lead)
    return lead


async def paused(firm: Firm) -> Decision:
    lead = await given(firm)
    await firm.pausing.pause(firm.world.tenant, PauseRequest(lead.item_id, "holiday"))
    return lead


async def solved(firm: Firm) -> Decision:
    ticket = await routed(firm.world, Kind.TICKET, customer=f"C-{firm.world.items}")
    await advance(firm.world, ticket, "solved")
    return ticket


async def reassign(firm: Firm, lead: Lead, **said: Any) -> object:
    request = ReassignRequest(lead.id, request_id=lead.request_id, **said)
    return await firm.world.router.reassign(firm.world.tenant, request)


async def reassign_to_cy(firm: Firm, lead: Lead) -> object:
    return await reassign(firm, lead, rep="cy")


async def reassign_as_read(firm: Firm, lead: Lead) -> object:
    return await reassign(firm, lead, expected=lead.version)


async def reopen(firm: Firm, lead: Lead, **said: Any) -> object:
    world = firm.world
    reopening = Reopening(world.store, world.planners, world.queries, world.presences)
    return await reopening.reopen(world.tenant, ReopenRequest(lead.id, request_id=lead.request_id, **said))


async def reopen_as_read(firm: Firm, lead: Lead) -> object:
    return await reopen(firm, lead, expected=lead.version)


async def update_as_read(firm: Firm, lead: Lead) -> object:
    region = {"region": "north"}
    return _stands(
        await update(firm.world, lead.decision, given=region, expected=lead.version, request_id=lead.request_id)
    )


async def complete(firm: Firm, lead: Lead) -> object:
    return await firm.world.router.complete(
        firm.world.tenant, lead.id, State.CONVERTED, expected=lead.version, request_id=lead.request_id
    )


async def enter(firm: Firm, lead: Lead) -> object:
    given = {"amount": 1, "discount": 0.1}
    version, request_id = lead.version, lead.request_id
    return _asked(await firm.advance(lead.decision, "quote", given=given, expected=version, request_id=request_id))


async def ask(firm: Firm, lead: Lead) -> object:
    return _asked(await firm.quote(lead.decision, request_id=lead.request_id))


async def ask_as_read(firm: Firm, lead: Lead) -> object:
    return _asked(await firm.quote(lead.decision, expected=lead.version, request_id=lead.request_id))


async def approve(firm: Firm, lead: Lead) -> object:
    return _asked(await firm.decide(lead.decision, "mo", request_id=lead.request_id))


async def reject(firm: Firm, lead: Lead) -> object:
    return _asked(await firm.decide(lead.decision, "mo", is_approved=False, request_id=lead.request_id))


async def pause(firm: Firm, lead: Lead) -> object:
    return await firm.pausing.pause(firm.world.tenant, PauseRequest(lead.id, "holiday", request_id=lead.request_id))


async def resume(firm: Firm, lead: Lead) -> object:
    return await firm.pausing.resume(firm.world.tenant, lead.id, request_id=lead.request_id)


async def csat(firm: Firm, lead: Lead) -> object:
    return await _answer(firm, SatisfactionRequest(lead.id, Note.CSAT, 5, request_id=lead.request_id))


async def nps(firm: Firm, lead: Lead) -> object:
    return await _answer(firm, SatisfactionRequest(lead.id, Note.NPS, 9, request_id=lead.request_id))


async def _answer(firm: Firm, request: SatisfactionRequest) -> object:
    world = firm.world
    noting = firm.approving._noting
    stored = await Satisfied(world.store, world.queries, world.planners, noting).record(world.tenant, request)
    return _stands(stored)


def _stands(stored: StoredItem) -> object:
    """Return how a work item stands, but not which event an answer tells the moved deadlines of."""
    return replace(stored, updated_by=0)


def _asked(item: AskedItem) -> object:
    return item._replace(stored=replace(item.stored, updated_by=0))


Calls = tuple[Callable[[Firm], Awaitable[Decision]], Callable[[Firm, Lead], Awaitable[object]]]
CALLS: list[Calls] = [
    (given, reassign), (given, reassign_to_cy), (given, reassign_as_read), (closed, reopen), (closed, reopen_as_read),
    (given, update_as_read), (given, complete), (given, enter), (given, ask), (given, ask_as_read), (asked, approve),
    (asked, reject), (given, pause), (paused, resume), (solved, csat), (solved, nps),
]  # fmt: skip


@pytest.mark.parametrize("calls", CALLS, ids=lambda calls: calls[1].__name__)
async def test_a_request_that_is_sent_twice_at_once_is_done_once_and_answered_twice(firm: Firm, calls: Calls) -> None:
    arrange, call = calls
    for place in count():
        decision = await arrange(firm)
        stored = await firm.world.queries.item(firm.world.tenant, decision.item_id)
        lead = Lead(decision, stored.record.version)
        interruption = Interruption(place, lambda lead=lead: call(firm, lead))  # type: ignore[misc]

        answer = await call(firm.interrupted(interruption), lead)

        if not interruption.answer.done():
            break
        assert answer == interruption.answer.result(), place
    assert place > 1
    assert await firm.world.differences() == []


async def test_a_pause_that_began_and_was_ended_by_this_very_request_behind_the_reading_is_told(firm: Firm) -> None:
    async def pause_and_resume(lead: Lead) -> object:
        await firm.pausing.pause(firm.world.tenant, PauseRequest(lead.id, "holiday"))
        return await resume(firm, lead)

    for place in range(5):  # until it is asked whether it was done
        lead = Lead(await given(firm), 0)
        interruption = Interruption(place, lambda lead=lead: pause_and_resume(lead))  # type: ignore[misc]

        answer = await resume(firm.interrupted(interruption), lead)

        assert answer == interruption.answer.result(), place
