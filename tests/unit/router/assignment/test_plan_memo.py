"""What a planner remembers changes no answer: whatever happens to rules, people, calendars, customers and the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from failures import Failure
from router.assignment import planner as planner_module
from router.assignment.commands import ReassignRequest, RouteRequest
from router.assignment.plan_memo import PlanMemo
from router.assignment.planner import Plan, Planner
from router.assignment.roster import Candidates, Roster
from router.assignment.service import Router
from router.model.decision import Decision
from router.model.errors import InvalidInput
from router.model.workforce import MICROS, Member, Pool, Rep, WorkforceRecords
from router.model.workitem import Kind, WorkItem
from router.rules.check import check
from router.rules.route import RoutingRules
from rules import classes
from rules.fields import Fact, FieldType
from rules.index import IndexEngine
from rules.ports import RuleEngine
from rules.reference import ReferenceEngine
from rules.ruleset import RuleSet
from tests.changing_tenants import (
    TENANT,
    ChangingTenant,
    Edit,
    Happening,
    happenings,
    routing_rules,
    whole_workforces,
    work_items,
)

History = tuple[Edit, RoutingRules, list[tuple[Happening, list[WorkItem]]]]
"""Whom and which rules there are first; what happens then, and what is asked behind it."""
histories: st.SearchStrategy[History] = st.tuples(
    whole_workforces(), routing_rules(), st.lists(st.tuples(happenings, work_items()), min_size=3, max_size=8)
)


async def difference(history: History) -> str:
    """Say what a router that remembers answers otherwise than one that never planned before; empty: nothing."""
    people, rule_set, course = history
    tenant = ChangingTenant()
    await tenant.take(Happening("edit", people))
    await tenant.take(Happening("publish", rule_set))
    remembering, planners = tenant.router(IndexEngine)
    ends_ms = 0
    for happening, items in course:
        await tenant.take(happening, ends_ms)
        forgetful, no_planners = tenant.router(ReferenceEngine)
        for item in items:
            expected = [await answer(forgetful, request) for request in requests(item)]
            answers = [await answer(remembering, request) for request in requests(item)]
            if answers != expected:
                return f"behind {happening}: {answers} instead of {expected}"
        planner, other = await planners.newest(TENANT), await no_planners.newest(TENANT)
        plans = [(plan_of(planner, item, tenant.now_ms), plan_of(other, item, tenant.now_ms)) for item in items]
        if unlike := [plan for plan, expected in plans if plan != expected]:
            return f"behind {happening}: {unlike[0]}"
        ends_ms = min((plan.interval[1] for plan, _ in plans if isinstance(plan, Plan) and plan.interval), default=0)
        await answer(remembering, RouteRequest(items[0]), preview=False)
    return ""


def requests(item: WorkItem) -> list[RouteRequest | ReassignRequest]:
    """Return what is asked about a work item."""
    known = f"crm~{item.external_id}"
    return [RouteRequest(item), ReassignRequest(known), ReassignRequest(known, rep="b")]


async def answer(router: Router, request: RouteRequest | ReassignRequest, *, preview: bool = True) -> Decision | str:
    try:
        if isinstance(request, RouteRequest):
            return await router.route(TENANT, request, preview=preview)
        return await router.reassign(TENANT, request, preview=preview)
    except Failure as failure:
        return str(failure)


def plan_of(planner: Planner, item: WorkItem, at_ms: int) -> Plan | str:
    try:
        return planner.plan(item, at_ms)
    except InvalidInput as error:
        return str(error)


_SEARCH = settings(deadline=None, database=None, derandomize=True, phases=[Phase.generate], report_multiple_bugs=False)
"""For the first that is found, always the same."""


@settings(max_examples=settings().max_examples // 4, deadline=None)
@given(histories)
def test_a_planner_that_remembers_plans_as_one_that_does_not(history: History) -> None:
    assert asyncio.run(difference(history)) == ""


def without_availability(patch: pytest.MonkeyPatch) -> None:
    """Take what is remembered whoever is there by now."""
    patch.setattr(Candidates, "stands_at", lambda *_: True)


def without_revision(patch: pytest.MonkeyPatch) -> None:
    """Take what was remembered by other rules, or of another workforce."""
    first: list[PlanMemo] = []

    def make(rule_set: RuleSet[object], engine: RuleEngine) -> PlanMemo:
        memo = PlanMemo(rule_set, engine)
        if engine.name == "index":
            first.append(memo)
            memo._matching, memo._candidates = first[0]._matching, first[0]._candidates
        return memo

    patch.setattr(planner_module, "PlanMemo", make)


def without_threshold(patch: pytest.MonkeyPatch) -> None:
    """Leave the lowest number that a field is compared with out of the class."""
    cell_by_value_of_all = classes.cell_by_value

    def cell_by_value(kind: FieldType, mentioned: Iterable[Any]) -> classes.ReadCell:
        return cell_by_value_of_all(kind, sorted(mentioned)[kind is FieldType.NUMBER :])

    patch.setattr(classes, "cell_by_value", cell_by_value)


def without_the_excluded(patch: pytest.MonkeyPatch) -> None:
    """Take what was remembered of the same step, whoever was left out of it."""
    look_up, keep = PlanMemo.candidates, PlanMemo.keep
    patch.setattr(PlanMemo, "candidates", lambda memo, key, at_ms: look_up(memo, (*key[:2], *key[3:]), at_ms))
    patch.setattr(PlanMemo, "keep", lambda memo, key, candidates: keep(memo, (*key[:2], *key[3:]), candidates))


@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(without_availability, marks=pytest.mark.long),
        without_revision,
        without_the_excluded,
        pytest.param(without_threshold, marks=pytest.mark.long),
    ],
)
def test_a_key_that_lacks_something_is_found(
    mutate: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    @settings(_SEARCH, max_examples=1000)
    @given(histories)
    def look(history: History) -> None:
        with monkeypatch.context() as patch:
            mutate(patch)
            assert asyncio.run(difference(history)) == ""

    with pytest.raises(AssertionError):
        look()


class CountingEngine:
    """An engine that keeps what it was asked."""

    name = "index"

    def __init__(self, rule_set: RuleSet[object]) -> None:
        self._engine = IndexEngine(rule_set)
        self.judged: list[Fact] = []

    def match(self, fact: Fact) -> tuple[str, ...]:
        self.judged.append(fact)
        return self._engine.match(fact)

    def close(self) -> None:
        self._engine.close()


RULES = """
fields: {city: {type: string}, potential: {type: number}}
rules:
  - when: {field: potential, op: gte, value: 60}
    id: large
    route: {pool: p, require: [{rep: cities, op: has, item: city}]}
default: {route: {pool: p}}
"""


def planner_of(source: str, *reps: Rep) -> tuple[Planner, CountingEngine]:
    rule_set = check(source).rule_set
    assert rule_set is not None
    pool = Pool("p", tuple(Member(rep.id) for rep in reps))
    records = WorkforceRecords(1, {"rep": {rep.id: rep for rep in reps}, "pool": {"p": pool}})
    engine = CountingEngine(rule_set)
    return Planner(1, rule_set, engine, Roster(records)), engine


def lead(potential: float, city: str = "上海") -> WorkItem:
    return WorkItem(Kind.LEAD, attributes={"potential": potential, "city": city})


def test_an_engine_judges_each_class_once() -> None:
    planner, engine = planner_of(RULES, Rep("a", attributes={"cities": ("上海",)}))

    plans = [planner.plan(lead(potential, city), 0) for potential in (1, 59, 60, 61, 99, 2) for city in "xyz"]

    assert [fact["potential"] for fact in engine.judged] == [1, 60, 61]
    assert [plan.matched for plan in plans[::3]] == [(), (), ("large",), ("large",), ("large",), ()]
    assert planner.memo.asked == 36
    assert planner.memo.missed == 3 + 4  # three classes; candidates of the default, and of each city


def test_a_plan_has_the_fact_and_the_charge_of_its_own_work_item() -> None:
    planner, _ = planner_of("fields: {n: {type: number}}\nrules: []\ndefault: {route: {pool: p, value: n}}\n", Rep("a"))
    weighted = replace(planner.roster.pools["p"], value_weighted=True)
    records = planner.roster.records.with_changes(2, [("pool", "p", weighted)])
    planner = Planner(1, planner.rule_set, planner.engine, Roster(records))

    plans = [planner.plan(WorkItem(Kind.LEAD, attributes={"n": n}), 0) for n in (2, 3)]

    assert [(plan.fact["n"], plan.attempts[0].charge) for plan in plans] == [(2, 2 * MICROS), (3, 3 * MICROS)]
    assert plans[0].attempts[0].candidates is plans[1].attempts[0].candidates


def test_steps_that_ask_the_same_of_the_same_pool_share_their_candidates() -> None:
    source = RULES.replace("default: {route: {pool: p}}", "default: {route: {pool: p, fallback: [{rep: a}]}}")
    source = source.replace(", require: [{rep: cities, op: has, item: city}]", "")
    planner, _ = planner_of(source, Rep("a"))

    small, large = planner.plan(lead(1), 0), planner.plan(lead(99), 0)

    assert large.attempts[0].candidates is small.attempts[0].candidates


LEVELS = """
fields: {city: {type: string}, potential: {type: number}}
rules:
  - when: {field: potential, op: eq, value: 0}
    id: number
    route: {pool: p, require: [{rep: level, op: eq, value: 1}]}
default:
  route: {pool: p, require: [{rep: level, op: eq, value: true}]}
"""


def test_a_number_is_not_taken_for_the_truth_value_that_equals_it() -> None:
    planner, _ = planner_of(LEVELS, Rep("a", attributes={"level": 1}), Rep("b", attributes={"level": True}))

    found = [planner.plan(lead(potential), 0).attempts[0].candidates.reps for potential in (0, 1)]

    assert found == [("a",), ("b",)]


def test_what_is_remembered_is_bounded_and_begins_anew() -> None:
    planner, engine = planner_of(RULES, *[Rep(f"r-{n}", attributes={"cities": ("x",)}) for n in range(60)])
    planner.memo = memo = PlanMemo(planner.rule_set, engine, most_classes=2, most_people=250)

    for number, city in enumerate("xyxzxwx" * 20):
        planner.plan(lead(58 + number % 5, city), 0)

        assert len(memo._matching) <= 2
        kept = memo._candidates.values()
        assert memo._people == sum(40 + len(candidates.reps) for candidates in kept) <= 250


def test_who_would_pass_were_they_there_counts_too() -> None:
    planner, engine = planner_of(RULES, Rep("a"))
    (attempt,) = planner.plan(lead(1), 0).attempts
    memo = PlanMemo(planner.rule_set, engine)

    memo.keep(
        ("key",), replace(attempt.candidates, reps=("a",), outside_hours=("b", "c"), on_leave=("d", "e", "f", "g"))
    )

    assert memo._people == 40 + 1 + 2 + 4


def test_long_texts_by_which_candidates_are_remembered_count_too() -> None:
    planner, engine = planner_of(RULES, Rep("a"))
    planner.memo = memo = PlanMemo(planner.rule_set, engine, most_people=100)

    for city in "xyz":
        planner.plan(lead(60, city * 500), 0)  # as long as ten people, whom nobody is beside
        planner.plan(lead(60, city * 400), 0)

    assert len(memo._candidates) == 2
    assert memo._people == 50 + 48


def test_candidates_that_stand_no_more_make_room_for_those_that_do() -> None:
    planner, _ = planner_of(RULES, Rep("a"))
    memo = planner.memo
    (attempt,) = planner.plan(lead(1), 0).attempts

    for at_ms in range(5):
        memo.keep(("key",), replace(attempt.candidates, interval=(at_ms, at_ms + 1)))

    assert (memo.candidates(("key",), 3), memo.candidates(("key",), 4) is None) == (None, False)
    assert memo._people == 2 * 41
