"""Runs the tests of a process by the hours of a workforce, and by rules that read its work items."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from router.assignment.roster import Roster
from router.model.workforce import WorkforceRecords
from router.process.definition.processes import Process
from router.process.due.clocks import DeadlineClocks
from router.process.trials.scenarios import ProcessTest, run
from router.rules.facts import fact_of_item
from router.rules.route import RoutingRules
from router.rules.scenarios import TestResult


def run_tests(
    process: Process, tests: Sequence[ProcessTest], workforce: WorkforceRecords, rules: RoutingRules | None
) -> list[TestResult]:
    """Run tests against a process, in order.

    Parameters
    ----------
    rules
        What fields work items have; None: those that a test writes, as they stand there.
    """
    roster, time_zone = Roster(workforce), workforce.settings.time_zone
    if rules is None:
        return run(process, tests, DeadlineClocks(roster.hours, time_zone), lambda item: dict(item.attributes))
    fact_of = partial(fact_of_item, rules, territories=roster.territories, time_zone=time_zone)
    return run(process, tests, DeadlineClocks(roster.hours, time_zone), fact_of)
