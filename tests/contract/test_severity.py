"""Severity follows from what a work item is before it is planned, and moves what looks at it; on both stores."""

from __future__ import annotations

from typing import Any

import pytest

from router.assignment.commands import ImportedItem, RouteRequest
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import StoredItem, WorkItemQueries
from router.assignment.service import Router
from router.deadlines.moved import MovedDeadline, UpdatedDeadlines
from router.imports.service import Imports
from router.model.decision import Decision
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, WorkItem
from router.process.revisions.cache import ProcessCache
from router.rules.check import check
from router.rules.codec import dumps
from rules.revisions import Publication
from tests.contract.staging import process_publication
from tests.contract.test_caps import HOUR_MS, START_MS, World, world
from tests.contract.test_deadlines import Timed
from tests.contract.test_stages import advance
from tests.contract.test_updating import update

__all__ = ["world"]  # a fixture

RULES = """
fields: {severity: {type: string}, impact: {type: string}, urgency: {type: string}, cause: {type: string}}
rules: [{id: severe, when: {field: severity, op: eq, value: P1}, route: {pool: first}}]
default: {route: {pool: second}}
"""
COMPLAINTS = """
process: complaints
kinds: [TICKET]
severity: {field: severity, by: [impact, urgency], table: {high: {high: P1, low: P2}, low: {high: P2}}, else: P3}
deadlines:
  - {id: resolution, within: {by: severity, P1: 4h, P2: 8h, else: 16h}, clock: wall, steps: [{at: 50%, do: remind}]}
  - {id: decision, within: 15cd, clock: wall, statutory: true}
stages:
  - id: new
    deadlines:
      - {id: first-response, within: {by: severity, P1: 1h, else: 2h}, clock: wall, from: assigned, until: attempt}
  - id: work
    require: [cause]
    deadlines: [{id: progress, within: {by: severity, P1: 1h, else: 2h}, clock: wall}]
  - {id: done, closes: CLOSED}
"""


@pytest.fixture
async def firm(world: World) -> Timed:
    for pool, rep in (("first", "ann"), ("second", "bo")):
        await world.save(Rep(rep), pool=Pool(pool, (Member(rep),)))
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    await world.rule_sets.publish(world.tenant, None, Publication(0, RULES, dumps(rule_set), "", 0, 0, 0))
    await publish(world, COMPLAINTS)
    return Timed(world)


async def publish(world: World, source: str) -> None:
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    await world.processes.publish_process(world.tenant, None, process_publication(source, rule_set))


def complaint(number: int, **attributes: Any) -> WorkItem:
    return WorkItem(Kind.TICKET, "crm", f"T-{number}", attributes)


async def came(firm: Timed, **attributes: Any) -> Decision:
    firm.world.items += 1
    return await firm.world.router.route(firm.world.tenant, RouteRequest(complaint(firm.world.items, **attributes)))


async def attributes_of(firm: Timed, decision: Decision) -> dict[str, Any]:
    return dict((await firm.world.queries.item(firm.world.tenant, decision.item_id)).item.attributes)


async def moved(firm: Timed, stored: StoredItem) -> list[MovedDeadline]:
    deadlines = UpdatedDeadlines(firm.world.store, firm.world.planners)
    by_event = await deadlines.moved_by(firm.world.tenant, stored.record, [stored.updated_by])
    return by_event.get(stored.updated_by, [])


def due(hours: int) -> int:
    return START_MS + hours * HOUR_MS


async def test_what_comes_is_as_severe_as_follows_and_goes_where_that_goes(firm: Timed) -> None:
    severe, other, said = [
        await came(firm, impact="high", urgency="high"),
        await came(firm, impact="low"),
        await came(firm, impact="high", urgency="high", severity="P3"),
    ]
    nothing_of_it = await firm.world.route()

    assert [each.pool for each in (severe, other, said)] == ["first", "second", "second"]
    assert severe.head.item.attributes == {"impact": "high", "urgency": "high", "severity": "P1"}
    assert (await attributes_of(firm, other))["severity"] == "P3"
    assert "severity" not in await attributes_of(firm, nothing_of_it)
    assert await firm.differences() == []


async def test_what_is_sent_again_is_the_same_and_differs_in_nothing(firm: Timed) -> None:
    request = RouteRequest(complaint(1, impact="high", urgency="high"), "r-1")
    world = firm.world
    first = await world.router.route(world.tenant, request)

    again = await world.router.route(world.tenant, request)
    (other,) = await world.router.route_many(world.tenant, [request._replace(request_id="")])
    assert isinstance(other, Decision)
    (known,) = await world.queries.known(world.tenant, [(request.item, other)])

    assert (again, other.rep) == (first, first.rep)
    assert known is not None
    assert known.differences == ()


async def test_what_is_imported_and_one_of_many_are_as_severe(firm: Timed) -> None:
    world, item = firm.world, complaint(1, impact="high", urgency="low")
    imports = Imports(world.store, world.planners, world.queries, world.scores)

    await imports.enter(world.tenant, [ImportedItem(item, "ann", START_MS - HOUR_MS)])
    many = await world.router.route_many(
        world.tenant, [RouteRequest(complaint(n, impact="low", urgency="high")) for n in (2, 3)]
    )

    imported = await world.queries.item(world.tenant, "crm~T-1")
    assert imported.item.attributes["severity"] == "P2"
    assert [each.head.item.attributes["severity"] for each in many if isinstance(each, Decision)] == ["P2", "P2"]
    assert await firm.differences() == []


async def test_what_is_published_counts_from_the_next_work_item_on_at_every_server(firm: Timed) -> None:
    world = firm.world
    await came(firm, impact="low")
    planners = PlannerCache(world.workforce, world.rule_sets, world.rule_sets, processes=ProcessCache(world.processes))
    other = Router(world.store, planners, WorkItemQueries(world.store, planners), world.scores)
    before = await other.route(world.tenant, RouteRequest(complaint(8, impact="low", urgency="high")))

    await publish(world, COMPLAINTS.replace("low: {high: P2}", "low: {high: P1}"))
    after = await other.route(world.tenant, RouteRequest(complaint(9, impact="low", urgency="high")))
    (of_many,) = await world.router.route_many(
        world.tenant, [RouteRequest(complaint(10, impact="low", urgency="high"))]
    )

    assert isinstance(of_many, Decision)
    assert [each.pool for each in (before, after, of_many)] == ["second", "first", "first"]
    stays = await update(world, before, given={"urgency": "low"})
    assert (
        stays.item.attributes["severity"],
        (await update(world, before, given={"urgency": "high"})).item.attributes["severity"],
    ) == ("P3", "P2")


async def test_an_update_has_severity_follow_and_deadlines_be_due_from_when_they_began(firm: Timed) -> None:
    await publish(firm.world, "process: sales\nkinds: [LEAD]\nstages: [{id: new}]\n")  # one that looks at no field
    ticket = await came(firm, impact="low")
    await firm.at(HOUR_MS)
    preview = await update(firm.world, ticket, given={"impact": "high"}, preview=True)
    assert (preview.item.attributes["severity"], preview.updated_by) == ("P3", 0)

    after = await update(firm.world, ticket, given={"impact": "high", "urgency": "low"})

    (event,) = await firm.world.store.contents(firm.world.tenant, [after.updated_by])
    assert event.changed == ("attributes.impact", "attributes.severity", "attributes.urgency")
    assert event.before.attributes == {"impact": "low", "severity": "P3"}
    assert await moved(firm, after) == [MovedDeadline("resolution", due(16), due(8))]
    await firm.at(5 * HOUR_MS)
    worse = await update(firm.world, ticket, given={"urgency": "high"})
    assert await moved(firm, worse) == [
        MovedDeadline("resolution", due(8), due(4)), MovedDeadline("first-response", due(2), due(1)),
    ]  # fmt: skip
    assert await moved(firm, await update(firm.world, ticket, given={"cause": "x"})) == []
    assert await firm.differences() == []


async def test_what_an_update_says_of_severity_holds_until_what_it_follows_from_changes(firm: Timed) -> None:
    ticket = await came(firm, impact="low")
    severities = []
    updates = {"severity": "P1"}, {"cause": "x"}, {"impact": "high", "severity": "P4"}, {"urgency": "high"}
    for given in (*updates, {"severity": None}):
        after = await update(firm.world, ticket, given=given)
        severities.append(after.item.attributes["severity"])

    assert severities == ["P1", "P1", "P4", "P1", "P1"]
    whole = await update(firm.world, ticket, "attributes", given={"impact": "high", "urgency": "low"})
    assert whole.item.attributes == {"impact": "high", "urgency": "low", "severity": "P2"}


async def test_entering_a_stage_moves_what_runs_throughout_and_not_what_it_ends_or_begins(firm: Timed) -> None:
    ticket = await came(firm, impact="low")

    after = await advance(firm.world, ticket, "work", given={"cause": "x", "impact": "high", "urgency": "high"})

    assert after.item.attributes["severity"] == "P1"
    assert await moved(firm, after) == [MovedDeadline("resolution", due(16), due(4))]
    assert await firm.differences() == []


class CountedPlanners:
    """Planners of the past that are counted."""

    def __init__(self, planners: PlannerCache) -> None:
        self._planners = planners
        self.asked = list[int]()

    async def at(self, tenant: str, rules: int, workforce: int) -> Planner:
        self.asked.append(workforce)
        return await self._planners.at(tenant, rules, workforce)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._planners, name)


async def test_what_many_updates_moved_reads_each_workforce_of_the_past_once(firm: Timed) -> None:
    world = firm.world
    lead, numbers = await came(firm, impact="low"), []
    for place in range(3):
        await world.save(Rep("bo"), pool=Pool("second", (Member("bo", place + 2),)))
        stored = await update(world, lead, given={"impact": "low" if place % 2 else "high", "urgency": "high"})
        numbers.append(stored.updated_by)
    planners: Any = CountedPlanners(world.planners)

    told = await UpdatedDeadlines(world.store, planners).moved_by(world.tenant, stored.record, numbers)

    assert [len(told[number]) for number in numbers] == [2, 2, 2]
    assert len(planners.asked) == len(set(planners.asked)) == 3
