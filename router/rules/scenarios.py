"""Rule tests as data: a work item in; the rule, the pool and the eligible reps out. Pure.

Who is eligible is injected, so that tests run by the very code that routes; ``plainly_eligible`` stands in where
only the requirements matter: active members of the pool who meet them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from router.model.calendars import Absence, Calendar, TenantSettings
from router.model.errors import InvalidInput, Violation
from router.model.workforce import Pool, Rep, Territories, WorkforceRecords
from router.model.workitem import WorkItem
from router.rules.facts import fact_of_item
from router.rules.requirements import meets
from router.rules.route import Route, RoutingRules
from router.rules.stamps import check_unstamped, stamped
from rules.fields import Fact
from rules.index import IndexEngine
from rules.normal_form import NOTHING, Ignored
from rules.problems import shown


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is to become of the work item; None: not looked at. ``rule`` is ``default`` where no rule is to match."""

    rule: str | None = None
    pool: str | None = None
    eligible: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One test; ``line`` says where it stands, from 1, ``arrival`` when the item comes, empty if that is not said."""

    name: str
    line: int
    item: WorkItem
    expect: Expectation
    arrival: str = ""


@dataclass(frozen=True, slots=True)
class TestResult:
    """How one test ended; ``message`` says what was expected and what came instead."""

    name: str
    passed: bool
    message: str
    line: int


@dataclass(frozen=True, slots=True)
class ScenarioWorkforce:
    """Who there is to route to, and when they work."""

    reps: Mapping[str, Rep] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    territories: Territories = field(default_factory=Territories)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    absences: Mapping[str, Absence] = field(default_factory=dict)
    settings: TenantSettings = field(default_factory=TenantSettings)

    @classmethod
    def of(cls, records: WorkforceRecords) -> ScenarioWorkforce:
        """Return a workforce as it is."""
        territories = Territories(records.territories)
        return cls(records.reps, records.pools, territories, records.calendars, records.absences, records.settings)


Eligible = Callable[[Route, Fact], frozenset[str]]
"""Returns the ids of those who could get the work item now, before any fallback."""


def run(
    rule_set: RoutingRules, tests: Sequence[RuleTest], workforce: ScenarioWorkforce, eligible: Eligible | None = None
) -> list[TestResult]:
    """Run tests against a rule set, in order; ``eligible`` defaults to the plain one on the workforce."""
    routes: dict[str | None, tuple[str, Route]] = {rule.id: (rule.id, rule.target) for rule in rule_set.rules}
    routes[None] = ("default", rule_set.default)
    engine = IndexEngine(rule_set)
    who = eligible or plainly_eligible(workforce, rule_set.ignoring)
    results = []
    for test in tests:
        try:
            fact = fact_of_item(rule_set, _item_of(rule_set, test), workforce.territories)
        except InvalidInput as error:
            differences = [f"the item cannot be routed: {error}"]
        else:
            rule, route = routes[next(iter(engine.match(fact)), None)]
            differences = list(_differences(test.expect, rule, route, lambda r=route, f=fact: who(r, f)))  # type: ignore[misc]
        results.append(TestResult(test.name, not differences, "; ".join(differences), test.line))
    return results


def _item_of(rule_set: RoutingRules, test: RuleTest) -> WorkItem:
    """Return a test's work item as it is when it has come."""
    check_unstamped(rule_set, test.item)
    if test.arrival and not rule_set.arrival:
        raise InvalidInput([Violation("work_item", f"comes at {test.arrival}, and the rule set declares no arrival")])
    return stamped(test.item, rule_set.arrival.name, test.arrival) if rule_set.arrival and test.arrival else test.item


def plainly_eligible(workforce: ScenarioWorkforce, ignoring: Mapping[str, Ignored]) -> Eligible:
    """Return who is a member of the route's pool, active, and meets every requirement.

    ``ignoring`` says what does not count in which field.
    """

    def eligible(route: Route, fact: Fact) -> frozenset[str]:
        pool = workforce.pools.get(route.pool)
        reps = (workforce.reps.get(member.rep) for member in pool.members) if pool else ()
        return frozenset(rep.id for rep in reps if rep is not None and rep.active and _meets_all(rep, route, fact))

    def _meets_all(rep: Rep, route: Route, fact: Fact) -> bool:
        return all(
            meets(requirement, rep, fact, workforce.territories, ignored=ignoring.get(requirement.item or "", NOTHING))
            for requirement in route.require
        )

    return eligible


def _differences(expect: Expectation, rule: str, route: Route, eligible: Callable[[], frozenset[str]]) -> list[str]:
    differences = []
    if expect.rule is not None and expect.rule != rule:
        differences.append(f"expected rule {expect.rule}, came {rule}")
    if expect.pool is not None and expect.pool != route.pool:
        differences.append(f"expected pool {expect.pool}, came {route.pool}")
    if expect.eligible is not None and (came := eligible()) != expect.eligible:
        missing, extra = sorted(expect.eligible - came), sorted(came - expect.eligible)
        parts = [f"not eligible: {shown(missing)}"] * bool(missing) + [f"eligible too: {shown(extra)}"] * bool(extra)
        differences.append(
            f"expected eligible {shown(sorted(expect.eligible))}, came {shown(sorted(came))} ({', '.join(parts)})"
        )
    return differences
