"""A complaint that repeats an earlier one of its customer names it, and is one severity more; on both stores."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.assignment.commands import ImportedItem, ReassignRequest, RouteRequest
from router.imports.service import Imports
from router.model.decision import Decision
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, Repetition, WorkItem
from router.rpc.fields import View
from router.rpc.messages import decision_message, work_item_message
from router.rules.check import check
from router.rules.codec import dumps
from router.wording.decisions import tell
from router.wording.languages import Language
from rules.revisions import Publication
from tests.contract.staging import process_publication
from tests.contract.test_caps import DAY_MS, HOUR_MS, START_MS, World, world
from tests.contract.test_deadlines import Timed
from tests.contract.test_updating import update

__all__ = ["world"]  # a fixture

RULES = """
fields:
  customer: {type: string, personal: true}
  class: {type: string, ignore: [case]}
  severity: {type: string}
  impact: {type: string}
known_customer: {id: customer}
rules: [{id: severe, when: {field: severity, op: eq, value: P1}, route: {pool: first}}]
default: {route: {pool: second, fallback: wait}}
"""
COMPLAINTS = """
process: complaints
kinds: [TICKET]
severity: {field: severity, by: impact, table: {high: P2, low: P3}}
repeats: {same: class, within: 30cd, raise: {field: severity, order: [P4, P3, P2, P1]}}
stages:
  - {id: new, deadlines: [{id: resolution, within: {by: severity, P1: 4h, P2: 8h, else: 16h}, clock: wall}]}
  - {id: done, closes: CLOSED}
"""


@pytest.fixture
async def firm(world: World) -> Timed:
    for pool, rep in (("first", "ann"), ("second", "bo")):
        await world.save(Rep(rep), pool=Pool(pool, (Member(rep),)))
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    await world.rule_sets.publish(world.tenant, None, Publication(0, RULES, dumps(rule_set), "", 0, 0, 0))
    await world.processes.publish_process(world.tenant, None, process_publication(COMPLAINTS, rule_set))
    return Timed(world)


def complaint(number: int, customer: str = "C-88", kind: Kind = Kind.TICKET, **attributes: Any) -> WorkItem:
    return WorkItem(kind, "crm", f"T-{number}", {"customer": customer, "class": "service", **attributes})


async def came(firm: Timed, item: WorkItem) -> Decision:
    return await firm.world.router.route(firm.world.tenant, RouteRequest(item))


def repeated(decision: Decision) -> Repetition | None:
    return decision.head.item.repeats


async def test_the_same_class_within_the_time_is_linked_to_the_latest_and_goes_up_one_before_it_is_planned(
    firm: Timed,
) -> None:
    first = await came(firm, complaint(1, severity="P3"))
    await firm.world.close(first)
    await firm.at(10 * DAY_MS)
    second = await came(firm, complaint(2, "C-88", Kind.TICKET, severity="P3", **{"class": "SERVICE"}))
    third = await came(firm, complaint(3, impact="high"))

    assert [repeated(each) for each in (first, second, third)] == [
        None, Repetition("crm~T-1", "P3", "P2", "severity"), Repetition("crm~T-2", "P2", "P1", "severity"),
    ]  # fmt: skip
    assert [each.head.item.attributes["severity"] for each in (first, second, third)] == ["P3", "P2", "P1"]
    assert [each.pool for each in (first, second, third)] == ["second", "second", "first"]
    stored = await firm.world.queries.item(firm.world.tenant, "crm~T-3")
    assert stored.item.repeats == repeated(third)
    assert work_item_message("t", stored).repeat_of == "tenants/t/workItems/crm~T-2"
    assert await firm.differences() == []


@pytest.mark.parametrize(
    "other",
    [
        complaint(1, "C-1"),
        complaint(1, kind=Kind.LEAD),
        complaint(1, "C-88", Kind.TICKET, **{"class": "price"}),
        complaint(1, "C-88", Kind.TICKET, **{"class": None}),
    ],
)
async def test_another_customer_kind_or_class_is_not_the_same(firm: Timed, other: WorkItem) -> None:
    await came(firm, other)

    assert repeated(await came(firm, complaint(2, severity="P3"))) is None


async def test_what_came_earlier_than_that_is_repeated_by_none_and_nobody_s_is(firm: Timed) -> None:
    await came(firm, complaint(1, severity="P1"))
    nobodys = [await came(firm, complaint(number, "", severity="P3")) for number in (2, 3)]
    await firm.at(30 * DAY_MS)
    in_time = await came(firm, complaint(4, severity="P1"))
    await firm.at(60 * DAY_MS + 1)
    late = await came(firm, complaint(5))

    assert [repeated(each) for each in (*nobodys, in_time, late)] == [None, None, Repetition("crm~T-1"), None]
    assert await firm.differences() == []


async def test_what_is_sent_again_repeats_what_it_did_and_not_itself_nor_what_came_later(firm: Timed) -> None:
    world = firm.world
    request = RouteRequest(complaint(2, severity="P3"), "r-2")
    await came(firm, complaint(1))
    second = await world.router.route(world.tenant, request)
    await came(firm, complaint(3))

    again = await world.router.route(world.tenant, request)
    (other,) = await world.router.route_many(world.tenant, [request._replace(request_id="")])
    assert isinstance(other, Decision)
    (known,) = await world.queries.known(world.tenant, [(request.item, other)])

    assert (again, repeated(other)) == (second, Repetition("crm~T-1", "P3", "P2", "severity"))
    assert known is not None
    assert known.differences == ()


async def test_two_that_come_at_once_are_both_taken_in_whatever_they_see(firm: Timed) -> None:
    both = await asyncio.gather(*[came(firm, complaint(number, severity="P3")) for number in (1, 2)])

    assert {each.item_id for each in both} == {"crm~T-1", "crm~T-2"}
    assert len([each for each in both if repeated(each)]) <= 1
    assert await firm.differences() == []


async def test_what_changes_later_is_one_more_severe_still_and_what_is_imported_is_as_it_was(firm: Timed) -> None:
    world = firm.world
    await came(firm, complaint(1))
    second = await came(firm, complaint(2, impact="low"))
    imports = Imports(world.store, world.planners, world.queries, world.scores)

    after = await update(world, second, given={"impact": "high"})
    await imports.enter(world.tenant, [ImportedItem(complaint(3, impact="low"), "ann", START_MS - HOUR_MS)])

    assert (after.item.attributes["severity"], after.item.repeats) == (
        "P1",
        Repetition("crm~T-1", "P2", "P1", "severity"),
    )
    imported = await world.queries.item(world.tenant, "crm~T-3")
    assert (imported.item.attributes["severity"], imported.item.repeats) == ("P3", None)
    assert await firm.differences() == []


async def test_what_was_imported_came_when_its_owner_got_it_and_hides_none_that_came_later(firm: Timed) -> None:
    world = firm.world
    await came(firm, complaint(1))
    imports = Imports(world.store, world.planners, world.queries, world.scores)
    await imports.enter(world.tenant, [ImportedItem(complaint(2), "ann", START_MS - 60 * DAY_MS)])
    await imports.enter(world.tenant, [ImportedItem(complaint(3), "ann", START_MS - 5 * DAY_MS)])

    assert repeated(await came(firm, complaint(4))) == Repetition("crm~T-1")
    assert await firm.differences() == []


async def test_the_words_say_why(firm: Timed) -> None:
    await came(firm, complaint(1))
    raised, linked = await came(firm, complaint(2, severity="P3")), await came(firm, complaint(3, severity="P1"))
    told = []
    for decision in (raised, linked):
        for language in Language:
            message = decision_message("t", decision, None, View(language=language, tells=True))
            tell(message, language, full=False)
            told.append(message.explanation)

    assert told == [
        "Rule default, pool second: bo. Raised from P3 to P2: it repeats crm~T-1.",
        "规则 default，分配池 second：bo。严重程度由 P3 升为 P2：与该客户此前的 crm~T-1 重复。",
        "Rule severe, pool first: ann. It repeats crm~T-2.",
        "规则 severe，分配池 first：ann。与该客户此前的 crm~T-2 重复。",
    ]


async def test_once_severity_is_personal_what_comes_later_does_not_say_to_what_it_was_raised(firm: Timed) -> None:
    world = firm.world
    await came(firm, complaint(1))
    await came(firm, complaint(2, severity="P3"))
    rules = RULES.replace("severity: {type: string}", "severity: {type: string, personal: true}")
    rule_set = check(rules).rule_set
    assert rule_set is not None
    await world.rule_sets.publish(world.tenant, None, Publication(0, rules, dumps(rule_set), "", 0, 0, 0))

    await world.router.reassign(world.tenant, ReassignRequest("crm~T-2", "ann"))

    stored = await world.queries.item(world.tenant, "crm~T-2")
    assert (stored.item.attributes["severity"], stored.item.repeats) == ("P2", Repetition("crm~T-1"))
    assert await firm.differences() == []
