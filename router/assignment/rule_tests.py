"""Runs the tests of a rule set by the planner that routes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

from router.assignment.contact import due_of
from router.assignment.planner import DEFAULT_RULE, Planner
from router.assignment.roster import Roster
from router.model.decision import Outcome
from router.model.workforce import WorkforceRecords
from router.model.workitem import WorkItem
from router.rules.route import RoutingRules
from router.rules.scenarios import Planned, RuleTest, TestResult, run
from rules.index import IndexEngine


def run_tests(rule_set: RoutingRules, tests: Sequence[RuleTest], workforce: WorkforceRecords) -> list[TestResult]:
    """Run tests against a rule set and a workforce, in order."""
    engine = IndexEngine(rule_set)
    planner, timeless = (Planner(1, rule_set, engine, Roster(each)) for each in (workforce, _always_there(workforce)))
    return run(rule_set, tests, partial(_planned, planner, timeless), workforce.settings.time_zone)


def _always_there(workforce: WorkforceRecords) -> WorkforceRecords:
    """Return a workforce in which everybody works, for tests that are at no time."""
    return replace(workforce, by_kind={**workforce.by_kind, "calendar": {}, "absence": {}})


def _planned(
    planner: Planner, timeless: Planner, item: WorkItem, at_ms: int | None, handlers: Collection[str]
) -> Planned:
    if at_ms is None:
        planner, at_ms = timeless, 0
    plan = planner.plan(item, at_ms, handlers=handlers)
    rule = plan.matched[0] if plan.matched else DEFAULT_RULE
    attempt = next((attempt for attempt in plan.attempts if attempt.candidates.reps), None)
    if attempt is None:
        return Planned(rule, plan.route, (), Outcome.WAITING if plan.waits else Outcome.UNROUTED, {}, plan.recused)
    table, pool = plan.route.contact_within, attempt.step.pool
    due = {rep: due_of(table, plan.fact, rep, pool, at_ms, planner) for rep in attempt.candidates.reps}
    eligible = plan.attempts[0].candidates.reps
    return Planned(rule, plan.route, eligible, Outcome.ASSIGNED, due, plan.recused)
