"""Rule tests as data: a work item in, at some time; the rule, the pool, the eligible reps and the outcome out. Pure.

Who plans is injected, so that tests run by the very code that routes, see ``router.assignment.rule_tests``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from router.model.decision import Outcome
from router.model.errors import InvalidInput, Violation
from router.model.workitem import WorkItem
from router.rules.on_change import moves
from router.rules.route import Route, RoutingRules
from router.rules.stamps import check_unstamped, stamped
from rules.arrival import instant
from rules.problems import Problem, shown
from rules.values import as_instant_ms


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is to become of the work item; None: not looked at.

    ``rule`` is ``default`` where no rule is to match. ``contact_due`` is by when whoever gets it is to make contact,
    ``conflict`` who is left out because the route excludes them, ``moves`` whether it is routed anew by the update.
    """

    rule: str | None = None
    pool: str | None = None
    eligible: frozenset[str] | None = None
    outcome: str | None = None
    contact_due: str | None = None
    conflict: frozenset[str] | None = None
    moves: bool | None = None


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One test.

    Parameters
    ----------
    line
        Where it stands, from 1.
    arrival
        When the item comes; empty: at ``at``.
    at
        When it is decided; empty: when it comes, and if that is not said either, at a time when everybody works.
    handlers
        Who owned it before.
    update
        What becomes of some attributes later; None: that one is taken out.
    """

    name: str
    line: int
    item: WorkItem
    expect: Expectation
    arrival: str = ""
    at: str = ""
    handlers: tuple[str, ...] = ()
    update: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TestResult:
    """How one test ended; ``message`` says what was expected and what came instead."""

    name: str
    passed: bool
    message: str
    line: int


def failures_of(results: Iterable[TestResult]) -> list[Problem]:
    """Return what keeps a document from being published: those of its tests that fail."""
    return [
        Problem(result.line, 1, f"tests.{result.name}", f"test failed: {result.message}")
        for result in results
        if not result.passed
    ]


class Planned(NamedTuple):
    """What was planned for a work item.

    Parameters
    ----------
    rule
        Which decides; ``default`` where none matched.
    eligible
        Who could get it now, before any fallback.
    due
        Who could get it now, in the first step in which somebody could, and by when each is to make contact.
    conflict
        Who is left out because the route excludes them.
    """

    rule: str
    route: Route
    eligible: Collection[str]
    outcome: Outcome
    due: Mapping[str, int | None]
    conflict: Collection[str]


Plan = Callable[[WorkItem, "int | None", Collection[str]], Planned]
"""Plans for a work item that handlers had before, at an instant, in milliseconds since 1970; None: whenever all work.

Raises ``InvalidInput`` where an attribute is not what the rule set declares.
"""


def run(rule_set: RoutingRules, tests: Sequence[RuleTest], plan: Plan, time_zone: str = "UTC") -> list[TestResult]:
    """Run tests against a rule set, in order; ``time_zone`` is that of times which name none."""
    results = []
    for test in tests:
        at_ms = _instant_of(test, time_zone)
        try:
            item = _item_of(rule_set, test, at_ms)
            planned = plan(item, at_ms, test.handlers)
            came = _updated(rule_set, test, item)
            after = plan(came, at_ms, test.handlers) if test.update else planned
        except InvalidInput as error:
            differences = [f"the item cannot be routed: {error}"]
        else:
            differences = list(_differences(test.expect, after, time_zone))
            has_moved = moves(rule_set, (planned.route, after.route), item.attributes, came.attributes)
            if test.expect.moves not in (None, has_moved):
                differences.append(f"expected moves {shown(test.expect.moves)}, came {shown(has_moved)}")
        results.append(TestResult(test.name, not differences, "; ".join(differences), test.line))
    return results


def _instant_of(test: RuleTest, time_zone: str) -> int | None:
    return as_instant_ms(test.at, time_zone) if test.at else as_instant_ms(test.arrival, "UTC")


def _item_of(rule_set: RoutingRules, test: RuleTest, at_ms: int | None) -> WorkItem:
    """Return a test's work item as it is when it has come."""
    check_unstamped(rule_set, test.item)
    if test.arrival and not rule_set.arrival:
        raise InvalidInput([Violation("work_item", f"comes at {test.arrival}, and the rule set declares no arrival")])
    if rule_set.arrival is None or at_ms is None:
        return test.item
    return stamped(test.item, rule_set.arrival.name, test.arrival or instant(at_ms * 1000))


def _updated(rule_set: RoutingRules, test: RuleTest, item: WorkItem) -> WorkItem:
    """Return a test's work item as it is after the update."""
    check_unstamped(rule_set, item._replace(attributes=test.update))
    attributes = {name: value for name, value in {**item.attributes, **test.update}.items() if value is not None}
    return item._replace(attributes=attributes)


def _differences(expect: Expectation, planned: Planned, time_zone: str) -> Iterator[str]:
    plain = [
        ("rule", expect.rule, planned.rule),
        ("pool", expect.pool, planned.route.pool),
        ("outcome", expect.outcome, planned.outcome),
    ]
    yield from (f"expected {what} {wanted}, came {came}" for what, wanted, came in plain if wanted not in (None, came))
    if expect.eligible is not None:
        yield from _others("eligible", expect.eligible, frozenset(planned.eligible))
    if expect.conflict is not None:
        yield from _others("in conflict", expect.conflict, frozenset(planned.conflict))
    if expect.contact_due is not None:
        yield from _due_otherwise(expect.contact_due, planned.due, time_zone)


def _others(what: str, wanted: frozenset[str], came: frozenset[str]) -> Iterator[str]:
    """Tell who is something, where that is somebody else than who was wanted."""
    missing, extra = sorted(wanted - came), sorted(came - wanted)
    parts = [f"not {what}: {shown(missing)}"] * bool(missing) + [f"{what} too: {shown(extra)}"] * bool(extra)
    if parts:
        yield f"expected {what} {shown(sorted(wanted))}, came {shown(sorted(came))} ({', '.join(parts)})"


def _due_otherwise(wanted: str, due: Mapping[str, int | None], time_zone: str) -> Iterator[str]:
    """Tell by when whoever could get it is to make contact, where that is another time."""
    expected = as_instant_ms(wanted, time_zone)
    others = {rep: at_ms for rep, at_ms in sorted(due.items()) if at_ms != expected}
    if not due:
        yield f"expected contact_due {wanted}, and nobody could get it"
    elif others:
        came = ", ".join(f"{moment(at_ms, time_zone)} for {rep}" for rep, at_ms in list(others.items())[:8])
        yield f"expected contact_due {wanted}, came {came}"


def moment(at_ms: int | None, time_zone: str) -> str:
    """Write an instant on the clocks of a zone; ``none`` for None."""
    if at_ms is None:
        return "none"
    return (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at_ms)).astimezone(ZoneInfo(time_zone)).isoformat()
