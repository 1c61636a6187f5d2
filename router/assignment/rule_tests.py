"""Runs the tests of a rule set by the planner that routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from router.assignment.planner import DEFAULT_RULE, Attempt, Planner, Step
from router.assignment.roster import Roster
from router.model.calendars import Absence
from router.model.decision import Outcome
from router.model.workforce import Rep, WorkforceRecords
from router.model.workitem import WorkItem
from router.rules.route import IgnoreHours, OtherPool, Route, RoutingRules, Wait
from router.rules.scenarios import Planned, RuleTest, TestResult, run
from router.workforce.due import calendar_of, due_ms
from router.workforce.open_hours import open_hours
from rules.fields import Fact
from rules.index import IndexEngine


def run_tests(rule_set: RoutingRules, tests: Sequence[RuleTest], workforce: WorkforceRecords) -> list[TestResult]:
    """Run tests against a rule set and a workforce, in order."""
    planner = Planner(1, rule_set, IndexEngine(rule_set), Roster(workforce))
    return run(rule_set, tests, partial(_planned, planner, _Duty(workforce)), workforce.settings.time_zone)


def _planned(planner: Planner, duty: _Duty, item: WorkItem, at_ms: int | None) -> Planned:
    plan = planner.plan(item)
    ignoring = _ignoring_hours(plan.route)
    on_duty = [duty.of(attempt, at_ms, ignores) for attempt, ignores in zip(plan.attempts, ignoring, strict=True)]
    waits_for = plan.route.hours == "wait" and plan.attempts[0].candidates.reps and not on_duty[0]
    place = next((number for number, reps in enumerate(on_duty) if reps and not waits_for), None)
    outcome = Outcome.WAITING if waits_for or plan.waits else Outcome.UNROUTED
    if place is None:
        return Planned(_rule(plan.matched), plan.route, on_duty[0], outcome, {})
    step = plan.attempts[place].step
    due = {rep: _due(planner, plan.route, plan.fact, rep, step, at_ms) for rep in on_duty[place]}
    return Planned(_rule(plan.matched), plan.route, on_duty[0], Outcome.ASSIGNED, due)


def _rule(matched: Sequence[str]) -> str:
    return matched[0] if matched else DEFAULT_RULE


def _ignoring_hours(route: Route) -> Iterator[bool]:
    """Yield of each step of a route whether hours do not count in it."""
    ignores = always = route.hours == "ignore"
    yield ignores
    for fallback in route.fallback:
        ignores = always or isinstance(fallback, IgnoreHours) or (ignores and not isinstance(fallback, OtherPool))
        if not isinstance(fallback, Wait):
            yield ignores


def _due(planner: Planner, route: Route, fact: Fact, rep: str, step: Step, at_ms: int | None) -> int | None:
    duration, records = route.contact_within.of(fact) if route.contact_within else None, planner.roster.records
    if duration is None or at_ms is None:
        return None
    calendar = calendar_of(records.reps[rep], records.pools.get(step.pool), records.calendars, records.settings)
    return due_ms(duration, at_ms, calendar, records.settings.time_zone)


class _Duty:
    """Who works at an instant."""

    def __init__(self, records: WorkforceRecords) -> None:
        self._records = records
        self._absences: defaultdict[str, list[Absence]] = defaultdict(list)
        for absence in records.absences.values():
            self._absences[absence.rep].append(absence)

    def of(self, attempt: Attempt, at_ms: int | None, ignores_hours: bool) -> Sequence[str]:
        """Return those of an attempt who are on duty, and not on leave; everybody at no instant."""
        reps = attempt.candidates.reps
        if at_ms is None:
            return reps
        return [
            rep
            for rep in reps
            if not self._is_away(rep, attempt.step.pool, at_ms)
            and (ignores_hours or self._works(self._records.reps[rep], attempt.step.pool, at_ms))
        ]

    def _is_away(self, rep: str, pool: str, at_ms: int) -> bool:
        record = self._records.pools.get(pool)
        buffer_ms = record.leave_buffer_ms if record else 0
        return any(absence.start_ms - buffer_ms <= at_ms < absence.end_ms for absence in self._absences[rep])

    def _works(self, rep: Rep, pool: str, at_ms: int) -> bool:
        records = self._records
        calendar = calendar_of(rep, records.pools.get(pool), records.calendars, records.settings)
        return calendar is None or open_hours(calendar).is_open(at_ms)
