"""What a work item is changes: what is written, who has it then, and what stays as it was; on both stores."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from router.assignment.commands import ReassignRequest, ReopenRequest, RouteRequest, UpdateRequest
from router.assignment.queries import StoredItem
from router.assignment.reopening import Reopening
from router.assignment.updating import Updating
from router.model.decision import Cause, Decision, Outcome, Way
from router.model.errors import InvalidInput, NotFound, NotPossible, RequestIdReused, StaleEtag
from router.model.events import Updated
from router.model.workforce import MICROS, Member, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from router.rules.check import check
from router.rules.codec import dumps
from rules.revisions import Publication
from tests.contract.test_caps import World, world

__all__ = ["world"]  # a fixture

RULES = """
fields:
  region: {type: string, ignore: [case, blanks]}
  city: {type: string}
  phone: {type: string, personal: true}
  customer: {type: string}
  risk: {type: number}
known_customer: {id: customer, churn_risk: risk}
arrival: {field: came}
rules:
  - id: north
    when: {field: region, op: eq, value: north}
    route: {pool: north, priority: 7, on_change: region}
  - id: far
    when: {field: region, op: eq, value: far}
    route: {pool: nobody, fallback: wait}
  - id: lost
    when: {field: region, op: eq, value: lost}
    route: {pool: nobody}
default: {route: {pool: east, on_change: [region, phone]}}
"""


async def arrange(world: World, *reps: str) -> None:
    """Enter a pool of the north, of Ann and Bo, and one of everybody else's, of Cy and Di."""
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    await world.rule_sets.publish(world.tenant, None, Publication(0, RULES, dumps(rule_set), "", 0, 0, 0))
    for name, members in (("north", reps or ("ann", "bo")), ("east", ("cy", "di")), ("nobody", ())):
        pool = Pool(name, tuple(map(Member, members)), value_weighted=name == "north")
        await world.save(*map(Rep, members), pool=pool)


async def routed(world: World, *, value: float = 0, **attributes: Any) -> Decision:
    world.items += 1
    item = WorkItem(Kind.LEAD, "crm", f"L-{world.items}", attributes, value)
    return await world.router.route(world.tenant, RouteRequest(item))


async def update(
    world: World, decision: Decision, *paths: str, preview: bool = False, given: dict[str, Any] | None = None,
    **fields: Any,
) -> StoredItem:  # fmt: skip
    """Update attributes, or what ``paths`` name."""
    attributes = given or {}
    named = paths or tuple(f"attributes.{name}" for name in attributes)
    wish = replace(UpdateRequest(decision.item_id, attributes, 0, 0, frozenset(named)), **fields)
    return await updating(world).update(world.tenant, wish, preview=preview)


def updating(world: World) -> Updating:
    return Updating(world.store, world.planners, world.queries, world.scores)


async def events(world: World, decision: Decision) -> list[Any]:
    """Return a work item's events behind a decision, the oldest first."""
    record = (await world.queries.item(world.tenant, decision.item_id)).record
    history = await world.store.history(world.tenant, decision.item_id, record.event)
    return [event for event in reversed(history) if event.number > decision.number]


async def test_an_update_says_what_changed_and_by_whom_and_leaves_the_owner(world: World) -> None:
    await arrange(world)
    before = await routed(world, region="north", city="Harbin", value=3)
    ledger, loads = await world.store.ledger(world.tenant, "north"), await world.store.loads(world.tenant)

    paths = ("attributes.city", "attributes.phone", "value", "priority")
    after = await update(world, before, *paths, given={"phone": "139"}, value=5.0, priority=9, actor="mo")

    (event,) = await events(world, before)
    assert isinstance(event, Updated)
    assert event.changed == ("attributes.city", "attributes.phone", "value", "priority")
    assert (dict(event.before.attributes), event.before.value, event.before.priority) == ({"city": "Harbin"}, 3, 0)
    assert (event.actor, event.is_decided, event.rep, event.epoch) == ("mo", False, before.rep, 1)
    assert event.head.item.attributes["phone"] == "139"
    attributes = dict(after.item.attributes)
    came = attributes.pop("came")
    assert came
    assert attributes == {"region": "north", "phone": "139"}
    assert (after.item.value, after.priority) == (5, 9)
    record = after.record
    assert (record.state, record.owner, record.epoch, record.decision) == (State.ASSIGNED, before.rep, 1, before.number)
    assert record.event == record.version == record.content == event.number
    assert await world.store.ledger(world.tenant, "north") == ledger  # charged 3, as it was worth then
    assert await world.store.loads(world.tenant) == loads
    assert await world.differences() == []


async def test_what_stays_as_it_was_writes_nothing(world: World) -> None:
    await arrange(world)
    before = await routed(world, region="north")

    same = await update(world, before, given={"region": "north"}, actor="mo")
    nothing = await update(world, before, "attributes.city", "value")
    await update(world, before, expected=same.record.version)

    assert await events(world, before) == []
    assert (same.record, same.item) == (nothing.record, nothing.item)
    with pytest.raises(StaleEtag):
        await update(world, before, given={"region": "north"}, expected=1)


async def test_who_has_it_by_a_route_that_asks_for_it_gives_it_up_in_the_same_step(world: World) -> None:
    await arrange(world)
    before = await routed(world, region="north")

    after = await update(world, before, given={"region": "south"}, actor="mo")

    change, decision = await events(world, before)
    assert (change.changed, change.is_decided, change.rep) == (("attributes.region",), True, before.rep)
    assert (decision.head.cause, decision.way, decision.pool) == (Cause.UPDATED, Way.GREEDY, "east")
    assert (decision.freed, decision.previous, decision.epoch) == (before.rep, change.number, 2)
    assert (decision.head.actor, decision.head.tried) == ("mo", (before.rep,))
    assert (after.record.owner, after.record.tried) == (decision.rep, (before.rep,))
    assert after.record.version == after.record.content == after.record.decision == decision.number
    assert (await world.store.ledger(world.tenant, "east")).received == {decision.rep: MICROS}
    assert (await world.store.loads(world.tenant)).get((before.rep, Kind.LEAD), 0) == 0
    assert await world.differences() == []


async def test_a_route_that_it_comes_to_asks_for_it_too_and_spelling_changes_nothing(world: World) -> None:
    await arrange(world)
    before = await routed(world, region="south", city="Wuhan")

    respelt = await update(world, before, given={"region": " South "})
    moved = await update(world, before, given={"region": "north"})

    assert (respelt.record.owner, respelt.record.epoch) == (before.rep, 1)
    assert (moved.record.pool, moved.record.epoch) == ("north", 2)
    assert await world.differences() == []


async def test_where_nobody_else_can_take_it_it_stays_and_is_what_it_became(world: World) -> None:
    await arrange(world)
    before = await routed(world, region="north")

    after = await update(world, before, given={"region": "lost"})

    change, decision = await events(world, before)
    assert (decision.outcome, decision.rep, decision.head.cause) == (Outcome.UNROUTED, "", Cause.UPDATED)
    assert (after.record.owner, after.record.state, after.record.epoch) == (before.rep, State.ASSIGNED, 1)
    assert (after.record.content, after.record.decision, after.record.event) == (
        change.number, before.number, decision.number,
    )  # fmt: skip
    assert after.item.attributes["region"] == "lost"
    assert await world.differences() == []


@pytest.mark.parametrize(("region", "state"), [("far", State.QUEUED), ("lost", State.UNROUTED)])
async def test_what_nobody_has_is_decided_anew(world: World, region: str, state: State) -> None:
    await arrange(world)
    before = await routed(world, region=region)
    assert (await world.queries.item(world.tenant, before.item_id)).record.state is state

    other = await update(world, before, given={"city": "x"})
    found = await update(world, before, given={"region": "north"})

    assert (other.record.state, other.record.owner) == (state, "")
    assert other.record.content == other.record.decision == other.record.event
    assert (found.record.state, found.record.pool, found.record.epoch) == (State.ASSIGNED, "north", 1)
    assert (await world.store.waiting(world.tenant)) == []
    assert await world.differences() == []


async def test_a_repeated_request_is_done_once(world: World) -> None:
    await arrange(world)
    before = await routed(world, region="north")
    first = await update(world, before, given={"city": "x"}, request_id="u-1", expected=before.number)
    await update(world, before, given={"city": "y"})

    again = await update(world, before, given={"city": "x"}, request_id="u-1", expected=before.number)

    assert first.item.attributes["city"] == "x"
    assert again.item.attributes["city"] == "y"
    assert len(await events(world, before)) == 2
    with pytest.raises(RequestIdReused):
        await update(world, before, given={"city": "z"}, request_id="u-1")
    with pytest.raises(RequestIdReused):
        await world.router.reassign(world.tenant, ReassignRequest(before.item_id, request_id="u-1"))
    assert await world.differences() == []


async def test_a_request_that_changed_nothing_is_done_and_undoes_nothing_when_it_is_sent_again(world: World) -> None:
    await arrange(world)
    before = await routed(world, region="north", city="x")
    await update(world, before, given={"city": "x"}, request_id="p-1", preview=True)

    first = await update(world, before, given={"city": "x"}, request_id="u-1")
    other = await update(world, before, given={"city": "y"}, request_id="u-2")
    again = await update(world, before, given={"city": "x"}, request_id="u-1")
    own = await update(world, before, given={"city": "z"}, request_id="p-1")

    cities = [stored.item.attributes["city"] for stored in (first, other, again, own)]
    assert (cities, first.updated_by, again.updated_by) == (["x", "y", "y", "z"], 0, 0)
    assert [event.number for event in await events(world, before)] == [other.updated_by, own.updated_by]
    with pytest.raises(RequestIdReused):
        await update(world, before, given={"city": "z"}, request_id="u-1")


async def test_what_changed_since_a_request_changed_nothing_is_seen_before_it_is_kept(world: World) -> None:
    await arrange(world)
    before = await routed(world, region="north", city="x")
    keep = partial(world.store.keep_request, world.tenant, "u-1", "f", before.item_id, number=0)
    updated = await update(world, before, given={"city": "y"})

    assert await keep(expected=before.number) is False
    assert await world.store.has_done(world.tenant, "u-1", "f") is False
    assert await keep(expected=updated.updated_by) is True
    assert await keep(expected=before.number) is True
    with pytest.raises(RequestIdReused):
        await world.store.has_done(world.tenant, "u-1", "g")


async def test_a_preview_tells_and_writes_nothing(world: World) -> None:
    await arrange(world)
    before = await routed(world, region="north")
    stood = await world.queries.item(world.tenant, before.item_id)

    moved = await update(world, before, given={"region": "south"}, preview=True, request_id="p-1")
    stays = await update(world, before, given={"city": "x"}, preview=True, request_id="p-1")

    assert (moved.record.pool, moved.record.epoch, moved.item.attributes["region"]) == ("east", 2, "south")
    assert (stays.record.owner, stays.item.attributes["city"]) == (before.rep, "x")
    assert await world.queries.item(world.tenant, before.item_id) == stood
    assert await events(world, before) == []


async def test_what_is_closed_is_refused_until_it_is_reopened(world: World) -> None:
    await arrange(world)
    before = await routed(world, region="north")
    await world.close(before)

    with pytest.raises(NotPossible, match="is CLOSED; reopen it before it is updated"):
        await update(world, before, given={"city": "x"})
    with pytest.raises(NotFound):
        await update(world, before, item_id="crm~other")


async def test_what_is_reopened_is_what_it_became_last(world: World) -> None:
    await arrange(world)
    before = await routed(world, region="north")
    await update(world, before, given={"city": "x"})
    await world.close(before)

    reopening = Reopening(world.store, world.planners, world.queries, world.presences)
    decision = await reopening.reopen(world.tenant, ReopenRequest(before.item_id))

    assert (decision.rep, decision.head.item.attributes["city"]) == (before.rep, "x")
    assert await world.differences() == []


async def test_all_attributes_are_replaced_but_for_what_the_service_fills_in(world: World) -> None:
    await arrange(world)
    await world.scores.keep(world.tenant, [("C-1", 0.1, "", 1), ("C-2", 0.9, "", 1)])
    before = await routed(world, region="north", city="x", customer="C-1")
    came = before.head.item.attributes["came"]
    assert before.head.item.attributes["risk"] == 0.1

    whole = await update(world, before, "attributes", given={"region": "north", "customer": "C-1"})
    other = await update(world, before, given={"customer": "C-2"})
    none = await update(world, before, "attributes.customer")

    assert dict(whole.item.attributes) == {"region": "north", "customer": "C-1", "risk": 0.1, "came": came}
    assert dict(other.item.attributes) == {"region": "north", "customer": "C-2", "risk": 0.9, "came": came}
    assert dict(none.item.attributes) == {"region": "north", "came": came}
    assert await world.differences() == []


@pytest.mark.parametrize(
    ("paths", "fields", "field", "fault"),
    [
        (["attributes.regoin"], {}, "update_mask", "'attributes.regoin': unknown field; declared are"),
        ([], {"given": {"came": "2026-01-01T00:00:00Z"}}, "work_item.attributes.came", "the server says when"),
        ([], {"given": {"risk": "high"}}, "work_item.attributes.risk", "risk"),
        (["value"], {"kind": Kind.TICKET}, "work_item.kind", "cannot be changed"),
        (["value"], {"source": "erp"}, "work_item.source", "cannot be changed"),
        (["value"], {"external_id": "L-2"}, "work_item.external_id", "cannot be changed"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(
    world: World, paths: list[str], fields: dict[str, Any], field: str, fault: str
) -> None:
    await arrange(world)
    before = await routed(world, region="north")

    with pytest.raises(InvalidInput) as refused:
        await update(world, before, *paths, **fields)

    (violation,) = refused.value.violations
    assert violation.field == field
    assert fault in f"{violation.field} {violation.description}"
    assert await events(world, before) == []


async def test_a_lead_that_is_sent_again_is_compared_with_what_it_became(world: World) -> None:
    await arrange(world)
    before = await routed(world, region="north", city="x")
    await update(world, before, given={"city": "y"})
    sent = WorkItem(Kind.LEAD, "crm", "L-1", {"region": "north", "city": "x"})

    again = await world.router.route(world.tenant, RouteRequest(sent))
    (known,) = await world.queries.known(world.tenant, [(sent, again)])

    assert (again.outcome, again.number) == (Outcome.EXISTING_OWNER, before.number)
    assert known is not None
    assert [(each.field, each.stored, each.sent) for each in known.differences] == [("attributes.city", "y", "x")]
